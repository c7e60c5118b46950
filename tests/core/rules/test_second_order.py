"""Second-order rules: LM against NBN, blocks against their formula, L-BFGS against Wolfe."""

from __future__ import annotations

import numpy as np
import pytest

from nbn_core import Dataset, Objective, StopReason, Topology, Training, generators, train
from nbn_core.rules import RULES
from nbn_core.rules.engines.normal_equations import Equations, partition
from tests import reference
from tests.cases import CASES, Case, random_dag

WALKING = ["lm", "block_lm", "nbn_restarts", "lbfgs"]
PARITY = (Topology.mlp([4, 4, 1], output="bipolar"), generators.parity(4))
CHOSEN = [*CASES[:3], *(c for c in CASES if c.name in ("bridged", "every-activation"))]
CHOSEN += [random_dag(seed) for seed in range(6)]


# Levenberg-Marquardt


@pytest.mark.parametrize("name", ["lm", "block_lm", "nbn_restarts"])
@pytest.mark.parametrize("seed", range(3))
def test_all_methods_of_the_full_quasi_hessian_follow_the_path_of_nbn(name: str, seed: int) -> None:
    settings = {"seed": seed, "max_iterations": 40, "target_sse": 1e-6}
    nbn = train(*PARITY, "nbn", **settings, control="published").trace
    more = {"blocks": "full", "control": "damping"} if name == "block_lm" else {}
    more = {"patience": 1000} if name == "nbn_restarts" else more
    other = train(*PARITY, name, **settings, **more).trace
    assert len(other) == len(nbn)
    np.testing.assert_array_equal(other.attempts, nbn.attempts)
    np.testing.assert_allclose(other.mu, nbn.mu, rtol=1e-12)
    np.testing.assert_allclose(other.sse, nbn.sse, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(other.evaluations, nbn.evaluations)
    np.testing.assert_allclose(other.work[1:], nbn.work[1:], rtol=0.05)


@pytest.mark.parametrize("stored", [False, True])
@pytest.mark.parametrize("case", CHOSEN, ids=lambda case: case.name)
def test_a_step_with_large_damping_is_parallel_to_the_gradient(case: Case, stored: bool) -> None:
    equations = Equations(case.objective, stored=stored)
    for _ in equations.accumulate(case.weights):
        pass
    sse, gradient, quasi_hessian = reference.normal_equations(
        case.network, case.weights, case.dataset.inputs, case.dataset.targets
    )
    assert equations.sse == pytest.approx(sse, rel=1e-10)
    step = np.zeros(len(gradient))
    mu = 1e9 * max(np.trace(quasi_hessian), 1.0)
    for _ in equations.step(mu, step):
        pass
    cosine = step @ gradient / np.linalg.norm(step) / np.linalg.norm(gradient)
    assert cosine == pytest.approx(1, abs=1e-12)
    np.testing.assert_allclose(step * mu, gradient, rtol=1e-7, atol=1e-9 * abs(gradient).max())


# Blocks


@pytest.mark.parametrize("kind", ["neuron", "level", "full"])
@pytest.mark.parametrize("case", CHOSEN, ids=lambda case: case.name)
def test_a_step_in_blocks_solves_each_block_by_itself(case: Case, kind: str) -> None:
    blocks = partition(case.topology, kind)
    assert sorted(np.concatenate(blocks)) == list(range(case.topology.n_weights))
    _, gradient, quasi_hessian = reference.normal_equations(
        case.network, case.weights, case.dataset.inputs, case.dataset.targets
    )
    mu = 0.1
    expected = np.zeros(len(gradient))
    for block in blocks:
        part = quasi_hessian[np.ix_(block, block)] + mu * np.eye(len(block))
        expected[block] = np.linalg.solve(part, gradient[block])
    equations = Equations(case.objective, kind)
    for _ in equations.accumulate(case.weights):
        pass
    step = np.zeros(len(gradient))
    for _ in equations.step(mu, step):
        pass
    np.testing.assert_allclose(step, expected, rtol=1e-7, atol=1e-9 * abs(expected).max())


def test_blocks_are_levels_or_neurons() -> None:
    topology = Topology.mlp([2, 3, 3, 1])
    assert [len(block) for block in partition(topology, "level")] == [9, 12, 4]
    assert [len(block) for block in partition(topology, "neuron")] == [3, 3, 3, 4, 4, 4, 4]
    cascade = Topology.fcc(2, 3, 1)
    levels, neurons = partition(cascade, "level"), partition(cascade, "neuron")
    assert [block.tolist() for block in levels] == [block.tolist() for block in neurons]


@pytest.mark.parametrize("control", ["damping", "line_search"])
@pytest.mark.parametrize("blocks", ["neuron", "level", "full"])
def test_the_sse_never_rises(blocks: str, control: str) -> None:
    trace = train(
        *PARITY, "block_lm", blocks=blocks, control=control, seed=3, max_iterations=60
    ).trace
    assert (np.diff(trace.sse) < 0).all()
    assert len(trace) > 5


def test_levels_need_the_line_search() -> None:
    problem = (Topology.mlp([2, 20, 20, 1], output="bipolar"), generators.two_spirals())
    reached = {
        control: train(
            *problem, "block_lm", control=control, seed=1, max_iterations=200, target_sse=1.0
        ).sse
        for control in ("damping", "line_search")
    }
    assert reached["line_search"] < 10 < 50 < reached["damping"]


# Restarts


def test_restarts_solve_what_a_single_start_does_not() -> None:
    tight = (Topology.fcc(4, 2, 1, output="bipolar"), generators.parity(4))
    single = [train(*tight, "nbn", seed=seed, target_sse=0.01).stop for seed in range(8)]
    again = [
        train(*tight, "nbn_restarts", seed=seed, noise_seed=seed, target_sse=0.01).stop
        for seed in range(8)
    ]
    assert single.count(StopReason.SOLVED) < 8
    assert again == [StopReason.SOLVED] * 8


@pytest.mark.parametrize("blocks", ["level", "neuron", "full"])
def test_the_line_search_of_blocks_obeys_the_limits_of_mu(blocks: str) -> None:
    limits = {"mu_start": 0.5, "mu_min": 0.3, "mu_max": 0.9}
    trace = train(*PARITY, "block_lm", max_iterations=60, target_sse=0, blocks=blocks, **limits)
    mu = trace.trace.mu[1:]
    assert mu.min() == 0.3
    assert mu.max() <= 0.9
    free = train(*PARITY, "block_lm", max_iterations=60, target_sse=0, blocks=blocks).trace.mu[1:]
    assert free.min() < 0.01


# L-BFGS


def test_lbfgs_finds_the_least_squares_solution_of_a_linear_network() -> None:
    generator = np.random.default_rng(0)
    inputs = generator.normal(size=(60, 5)) * [1, 0.5, 0.3, 0.1, 0.05]
    targets = inputs @ generator.normal(size=(5, 2)) + generator.normal(size=(60, 2))
    topology = Topology.mlp([5, 2], output="linear")
    result = train(topology, Dataset(inputs, targets), "lbfgs", target_sse=0.0, max_iterations=200)
    design = np.column_stack([np.ones(60), inputs])
    _, residual, _, _ = np.linalg.lstsq(design, targets, rcond=None)
    assert result.sse == pytest.approx(residual.sum(), rel=1e-9)
    assert result.iterations < 40
    assert result.stop is StopReason.CONVERGED


def test_lbfgs_on_a_saturated_plateau_is_stuck_and_not_converged() -> None:
    weights = np.full(Topology.mlp([1, 1, 1]).n_weights, 40.0)
    data = Dataset([[1.0], [2.0]], [[1.0], [-1.0]])
    result = train(Topology.mlp([1, 1, 1], output="bipolar"), data, "lbfgs", weights=weights)
    assert result.stop is StopReason.NO_PROGRESS


def test_every_step_of_lbfgs_obeys_the_strong_wolfe_conditions() -> None:
    trace = train(*PARITY, "lbfgs", seed=2, max_iterations=60, target_sse=0.0).trace
    objective = Objective(*PARITY)
    gradients = [objective.normal_equations(w).gradient for w in trace.weights]
    obeyed = 0
    for k in range(len(trace) - 1):
        move = trace.weights[k + 1] - trace.weights[k]
        slope, after = gradients[k] @ move, gradients[k + 1] @ move
        assert slope < 0
        assert trace.sse[k + 1] / 2 <= trace.sse[k] / 2 + 1e-4 * slope + 1e-12
        obeyed += abs(after) <= 0.9 * abs(slope) + 1e-12
    assert obeyed >= 0.95 * (len(trace) - 1)


def test_lbfgs_counts_evaluations() -> None:
    trace = train(*PARITY, "lbfgs", seed=2, max_iterations=30, target_sse=0.0).trace
    np.testing.assert_array_equal(trace.evaluations, 1 + np.cumsum(trace.attempts))
    np.testing.assert_allclose(trace.work, 3.0 * (trace.evaluations - 1))


# Common properties


@pytest.mark.parametrize("name", WALKING)
def test_a_run_is_bit_identical_for_any_slices(name: str) -> None:
    settings = {"max_iterations": 40, "target_sse": 0.0, "seed": 5}
    whole = train(*PARITY, name, **settings).trace
    cut = Training(*PARITY, name, **settings)
    cut.advance(iterations=1)
    while cut.stop is None:
        cut.advance(seconds=0.0)
    for column in ("sse", "gradient_norm", "weights", "mu", "evaluations", "work"):
        np.testing.assert_array_equal(getattr(cut.trace(), column), getattr(whole, column))


@pytest.mark.parametrize("name", WALKING)
def test_divergence_is_a_stop_reason_not_an_error(name: str) -> None:
    result = train(Topology.mlp([1, 3, 1]), Dataset([[-1e3], [2e3]], [[1e170], [-1e170]]), name)
    assert result.stop is StopReason.DIVERGED


def test_a_jacobian_too_large_to_store_is_refused() -> None:
    topology = Topology.mlp([10, 40, 4])
    small, large = (Dataset(np.zeros((p, 10)), np.zeros((p, 4))) for p in (100, 20_000))
    assert RULES["lm"].refuses(topology, small) is None
    assert "NBN" in (RULES["lm"].refuses(topology, large) or "")
