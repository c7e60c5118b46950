"""Cascade correlation: candidates maximise the covariance, and the drawn network is grown."""

from __future__ import annotations

import numpy as np
import pytest

from nbn_core import Objective, StopReason, Topology, Training, generators, train
from nbn_core.errors import SettingError
from nbn_core.kernels import cascade_correlation
from nbn_core.rules import RULES

RULE = RULES["cascade_correlation"]
PARITY = (Topology.fcc(4, 6, 1, output="bipolar"), generators.parity(4))


def covariance(weights, design, errors) -> float:
    values = np.tanh(0.7 * (weights @ design)) + 0.1 * (weights @ design)
    return float(np.abs((errors * (values - values.mean())).sum(axis=1)).sum())


def test_a_candidate_follows_the_published_gradient_of_the_covariance() -> None:
    generator = np.random.default_rng(1)
    design = np.vstack([np.ones(40), generator.normal(size=(3, 40))])
    errors = generator.normal(size=(2, 40))
    errors -= errors.mean(axis=1, keepdims=True)
    start = generator.normal(size=(1, 4))
    one, two = np.zeros_like(start), np.zeros_like(start)
    workspace = (np.zeros((1, 40)), np.zeros((1, 40)), np.zeros(40))
    scores = np.zeros(1)
    unit = cascade_correlation.Activation(code=2, gain=0.7, leak=0.1)
    candidates = (start.copy(), one, two, scores)
    cascade_correlation.climb(design, errors, tuple(unit), 1e-9, 0, 1, candidates, workspace)
    assert scores[0] == pytest.approx(covariance(start[0], design, errors), rel=1e-12)
    for i in range(4):
        shift = np.zeros(4)
        shift[i] = 1e-6
        up, down = (covariance(start[0] + sign * shift, design, errors) for sign in (1, -1))
        assert one[0, i] / 0.1 == pytest.approx((up - down) / 2e-6, rel=1e-6, abs=1e-7)
    candidates = (start.copy(), one, two, scores)
    cascade_correlation.climb(design, errors, tuple(unit), 0.05, 0, 200, candidates, workspace)
    assert scores[0] > 1.2 * covariance(start[0], design, errors)


@pytest.mark.parametrize("seed", range(3))
def test_parity_needs_at_most_three_neurons(seed: int) -> None:
    result = train(*PARITY, "cascade_correlation", noise_seed=seed, target_sse=0.01)
    assert result.stop is StopReason.SOLVED
    assert result.iterations <= 4


def test_two_spirals_are_solved_with_fewer_neurons_by_polishing() -> None:
    topology = Topology.fcc(2, 30, 1, output="linear")
    plain = train(topology, generators.two_spirals(), "cascade_correlation", target_sse=1.0)
    polished = train(
        topology, generators.two_spirals(), "cascade_correlation", target_sse=1.0, polish=30
    )
    assert plain.stop is polished.stop is StopReason.SOLVED
    assert polished.iterations < plain.iterations <= 28


def test_each_iteration_adds_a_permanent_neuron_and_lowers_the_error() -> None:
    dataset = generators.iris()
    topology = Topology.fcc(dataset.n_inputs, 5, dataset.n_outputs, output="linear")
    result = train(topology, dataset, "cascade_correlation", target_sse=0.0)
    assert result.stop is StopReason.NO_PROGRESS
    trace, first = result.trace, Objective(topology, dataset).network.first
    assert len(trace) == 1 + 1 + 5
    assert (np.diff(trace.sse[1:]) < 0).all()
    for k in range(5):
        part = slice(first[k], first[k + 1])
        assert not trace.weights[1 : k + 2, part].any()
        assert (trace.weights[k + 2 :, part] == trace.weights[k + 2, part]).all()
        assert trace.weights[-1, part].all()
    design = np.column_stack([np.ones(dataset.n_patterns), dataset.inputs])
    _, residual, _, _ = np.linalg.lstsq(design, dataset.targets, rcond=None)
    assert trace.sse[1] == pytest.approx(residual.sum(), rel=1e-4)


def test_a_run_is_bit_identical_for_any_slices() -> None:
    whole = train(*PARITY, "cascade_correlation", target_sse=0.0).trace
    cut = Training(*PARITY, "cascade_correlation", target_sse=0.0)
    while cut.stop is None:
        cut.advance(seconds=0.0)
    np.testing.assert_array_equal(cut.trace().weights, whole.weights)


def test_networks_other_than_cascades_are_refused() -> None:
    for topology in (Topology.mlp([4, 4, 1]), Topology.bmlp([4, 4, 1])):
        assert "FCC" in (RULE.refuses(topology, generators.parity(4)) or "")
        with pytest.raises(SettingError, match="FCC"):
            Training(topology, generators.parity(4), "cascade_correlation")
    assert "linear" in (RULE.remark(*PARITY) or "")
