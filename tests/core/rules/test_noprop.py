"""NoProp-DT: its schedule against Bayes' rule, a step against NumPy, and solved problems."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose

from nbn_core import (
    Dataset,
    Experiment,
    Objective,
    StopReason,
    Topology,
    Training,
    generators,
    initial_weights,
    train,
)
from nbn_core.errors import SettingError
from nbn_core.experiment import ProblemData
from nbn_core.kernels import noise
from nbn_core.rules import RULES
from nbn_core.rules.noprop import NoProp, schedule

RULE = NoProp()
XOR = (Topology.mlp([2, 8, 1], output="bipolar"), generators.xor())
LAYERS = Topology.mlp([2, 5, 3, 2], output="bipolar")
THREE = Dataset(
    [[0.3, -1.0], [1.2, 0.4], [-0.7, 0.9]], [[1.0, -1.0], [-1.0, 1.0], [-1.0, 0.5]], name="three"
)


def finish(training: Training) -> Training:
    while training.stop is None:
        training.advance()
    return training


@pytest.mark.parametrize("stages", [1, 2, 4, 10, 20])
def test_a_stage_given_the_target_keeps_the_moments(stages: int) -> None:
    # z_{t-1} | u has mean sqrt(ab_{t-1}) u and variance 1 - ab_{t-1}; so must z_t, a stage on.
    known, new, old, blurred = schedule(stages)
    assert_allclose(new + old * np.sqrt(known[:-1]), np.sqrt(known[1:]), rtol=1e-12)
    assert_allclose(old**2 * (1 - known[:-1]) + blurred**2, 1 - known[1:], rtol=1e-12)


@pytest.mark.parametrize("stages", [2, 4, 10])
def test_the_coefficients_are_those_of_the_posterior(stages: int) -> None:
    # (z_t, z_{t-1}) are jointly normal, z_{t-1} = sqrt(al) z_t + sqrt(1 - al) noise
    known, new, old, blurred = schedule(stages)
    for t in range(stages):
        variance = 1 - known[t + 1]
        al = known[t] / known[t + 1]
        covariance, total = np.sqrt(al) * variance, al * variance + 1 - al
        gain = covariance / total
        assert_allclose(old[t], gain, rtol=1e-12)
        assert_allclose(new[t], np.sqrt(known[t + 1]) - gain * np.sqrt(known[t]), rtol=1e-12)
        assert_allclose(blurred[t] ** 2, variance - gain * covariance, rtol=1e-9, atol=1e-15)


def test_the_signal_share_increases_at_every_stage() -> None:
    known = schedule(10).known
    assert (known[0], known[-1]) == (0.02, 0.98)
    assert (np.diff(known) > 0).all()


def blocks(weights: np.ndarray, widths: list[int]) -> list[np.ndarray]:
    """Return the weight matrices (neurons, bias and sources) of a layered stage."""
    found, start = [], 0
    for before, after in pairwise(widths):
        found.append(weights[start : start + after * (1 + before)].reshape(after, -1))
        start += found[-1].size
    return found


def run(matrices: list[np.ndarray], x: np.ndarray) -> list[np.ndarray]:
    values = [x]
    for matrix in matrices:
        values.append(np.tanh(values[-1] @ matrix[:, 1:].T + matrix[:, 0]))
    return values


def test_a_step_agrees_with_numpy() -> None:
    stages, rate, seed = 3, 0.05, 11
    training = Training(
        LAYERS, THREE, "noprop", weights=initial_weights(LAYERS, seed=2), stages=stages,
        optimiser="sgd", rate=rate, noise_seed=seed, max_iterations=1, target_sse=0.0,
    )  # fmt: skip
    state = training.state
    before = state.stages.copy()
    training.advance()
    x, d = THREE.inputs, THREE.targets
    u = (d - d.mean(axis=0)) / d.std(axis=0)
    angles = np.pi * np.arange(stages + 1) / (2 * stages)
    known = np.clip(np.sin(angles) ** 2, 0.02, 0.98)
    for t in range(stages):
        drawn = np.zeros(2 * len(x))
        noise.fill_normal(noise.mixed(noise.mixed(noise.mixed(seed, 0), t), 0), drawn, len(drawn))
        z = np.sqrt(known[t]) * u + np.sqrt(1 - known[t]) * drawn.reshape(2, -1).T
        matrices = blocks(before[t], [4, 5, 3, 2])
        values = run(matrices, np.concatenate([x, z], axis=1))
        signal = (values[-1] - d) * (1 - values[-1] ** 2)
        wanted: list[np.ndarray] = []
        for level in (2, 1, 0):
            inputs = np.concatenate([np.ones((len(x), 1)), values[level]], axis=1)
            gradient = signal.T @ inputs / len(x)
            wanted.insert(0, (matrices[level] - rate * gradient).ravel())
            signal = signal @ matrices[level][:, 1:] * (1 - values[level] ** 2)
        assert_allclose(state.stages[t], np.concatenate(wanted), rtol=1e-10, atol=1e-13)


def test_predictions_agree_with_numpy_and_the_trace() -> None:
    training = finish(Training(LAYERS, THREE, "noprop", max_iterations=40, stages=4, target_sse=0))
    d = THREE.targets
    known, new, old, _ = schedule(4)
    z = np.zeros_like(d)
    for t in range(4):
        matrices = blocks(training.state.stages[t], [4, 5, 3, 2])
        said = run(matrices, np.concatenate([THREE.inputs, z], axis=1))[-1]
        z = new[t] * (said - d.mean(axis=0)) / d.std(axis=0) + old[t] * z
    wanted = d.mean(axis=0) + d.std(axis=0) * z / np.sqrt(known[-1])
    found = training.predict(THREE.inputs)
    assert_allclose(found, wanted, rtol=1e-9, atol=1e-12)
    assert training.trace().sse[-1] == pytest.approx(((d - found) ** 2).sum(), rel=1e-12)
    seen = RULE.denoised(training.state, THREE.inputs)
    assert seen.shape == (5, 3, 2)
    assert_allclose(seen[-1], z, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    "topology",
    [
        Topology.mlp([2, 4, 3, 1]), Topology.bmlp([2, 4, 3, 1]),
        Topology.fcc(2, 4, 1),
    ],
)  # fmt: skip
def test_the_drawn_weights_are_the_last_stages_without_those_of_z(topology: Topology) -> None:
    weights = initial_weights(topology, seed=9)
    training = Training(topology, generators.xor(), "noprop", weights=weights, max_iterations=1)
    last = Objective(topology, generators.xor())
    found = training.state.stages[-1].copy()
    sources = training.state.graph.graph.sources
    kept = (sources < 2) | (sources > 2)  # node 2 is z, behind the two inputs
    assert_allclose(found[kept], weights, rtol=0)
    assert last.network.n_weights == kept.sum()
    for stage in training.state.stages[:-1]:
        assert_allclose(np.sort(stage[kept]), np.sort(weights), rtol=0)
        assert not np.array_equal(stage[kept], weights)
    training.advance()
    assert_allclose(training.trace().weights[-1], training.state.stages[-1][kept], rtol=0)


@pytest.mark.parametrize("problem", ["xor", "parity", "circles"])
def test_xor_parity_and_circles_are_solved(problem: str) -> None:
    dataset = generators.parity(4) if problem == "parity" else getattr(generators, problem)()
    topology = Topology.mlp([dataset.n_inputs, 16, 1], output="bipolar")
    training = Training(topology, dataset, "noprop", max_iterations=1000, target_sse=0.1)
    assert finish(training).stop is StopReason.SOLVED
    assert (np.sign(training.predict(dataset.inputs)) == dataset.targets).all()


def test_regression_is_trained_without_further_settings() -> None:
    dataset = generators.sinc()
    result = train(Topology.mlp([1, 16, 1]), dataset, "noprop", max_iterations=600, target_sse=0.0)
    assert result.sse < 0.3 * ((dataset.targets - dataset.targets.mean()) ** 2).sum()


def test_noise_in_predictions_is_reproducible() -> None:
    settings = {"max_iterations": 60, "target_sse": 0.0}
    still = finish(Training(*XOR, "noprop", **settings))
    noisy = finish(Training(*XOR, "noprop", noisy=True, **settings))
    np.testing.assert_array_equal(still.state.stages, noisy.state.stages)
    found = noisy.predict(XOR[1].inputs)
    np.testing.assert_array_equal(found, noisy.predict(XOR[1].inputs))
    assert np.abs(found - still.predict(XOR[1].inputs)).max() > 1e-3


def test_a_run_is_bit_identical_for_any_slices() -> None:
    data = generators.circles(n_points=150)
    settings = {"max_iterations": 60, "target_sse": 0.0, "batch_size": 70, "stages": 4}
    whole = train(XOR[0], data, "noprop", **settings).trace
    cut = Training(XOR[0], data, "noprop", **settings)
    cut.advance(iterations=3)
    while cut.stop is None:
        cut.advance(seconds=0.0002)
    for column in ("sse", "gradient_norm", "weights", "iterations", "work"):
        np.testing.assert_array_equal(getattr(cut.trace(), column), getattr(whole, column))
    other = train(XOR[0], data, "noprop", noise_seed=1, **settings).trace
    assert other.sse[-1] != whole.sse[-1]


def test_work_counts_every_stage() -> None:
    trace = train(*XOR, "noprop", stages=7, max_iterations=2, target_sse=0.0).trace
    n = XOR[0].n_weights
    assert trace.work[-1] == pytest.approx(2 * 7 * 3 * (n + 8) / n)


def test_unsuitable_networks_and_data_are_refused() -> None:
    topology = Topology.mlp([2, 1])
    assert "hidden" in (RULE.refuses(topology, generators.xor()) or "")
    with pytest.raises(SettingError, match="hidden"):
        Training(topology, generators.xor(), "noprop")
    assert RULE.refuses(Topology.fcc(2, 2, 1), generators.xor()) is None
    assert "as many weights" in (RULE.remark(*XOR) or "")


def test_divergence_is_a_stop_reason_not_an_error() -> None:
    topology = Topology.mlp([2, 8, 1], hidden="linear", output="linear")
    result = train(
        topology, generators.xor(), "noprop", rate=1e3, optimiser="sgd", max_iterations=400
    )
    assert result.stop is StopReason.DIVERGED
    assert np.isfinite(result.weights).all()


def test_an_experiment_with_noprop_is_restored_from_json() -> None:
    assert "noprop" in RULES
    experiment = Experiment(XOR[0], ProblemData("xor"), rule="noprop", settings={"stages": 4})
    again = Experiment.from_json(experiment.to_json())
    assert (again.rule, dict(again.settings)["stages"]) == ("noprop", 4)
