"""Alternatives to backpropagation, compared with the methods that they equal in special cases."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nbn_core import Dataset, Objective, StopReason, Topology, generators, initial_weights, train
from nbn_core.errors import SettingError
from nbn_core.kernels.noise import fill_normal, mixed
from nbn_core.rules import RULES, FirstOrder
from nbn_core.rules.engines import first_order as runs
from nbn_core.training import Training
from tests import reference
from tests.cases import CASES, Case, noise, on_noise, random_dag

LAYERED = on_noise("layered", Topology.mlp([3, 5, 4, 2], output="bipolar"), 70, 1)
ONE_HIDDEN = on_noise("one-hidden", Topology.mlp([3, 6, 2], output="bipolar"), 70, 2)
WIRED = [LAYERED, ONE_HIDDEN, *(c for c in CASES if c.name in ("bridged", "chain-of-outputs"))]
WIRED += [random_dag(seed) for seed in (3, 11, 35)]


def first_order(name: str) -> FirstOrder:
    rule = RULES[name]
    assert isinstance(rule, FirstOrder)
    return rule


def direction(case: Case, name: str, step: int = 0, **settings) -> np.ndarray:
    rule = first_order(name)
    return rule.direction(case.objective, case.weights, rule.settings(settings), step)


def gradient(case: Case) -> np.ndarray:
    _, found, _ = reference.normal_equations(
        case.network, case.weights, case.dataset.inputs, case.dataset.targets
    )
    return found


def by_neuron(case: Case, values: np.ndarray) -> list[np.ndarray]:
    first = case.objective.network.first
    return [values[first[k] : first[k + 1]] for k in range(case.topology.n_neurons)]


# Locality


@pytest.mark.parametrize("case", WIRED, ids=lambda case: case.name)
def test_block_local_with_one_group_is_backpropagation(case: Case) -> None:
    if RULES["block_local"].refuses(case.topology, case.dataset) is None:
        found = direction(case, "block_local", groups=1)
        np.testing.assert_array_equal(found, direction(case, "ebp", batch_size=0))
        np.testing.assert_allclose(found, gradient(case), rtol=1e-9, atol=1e-10)


def test_mono_forward_with_one_hidden_level_is_backpropagation() -> None:
    np.testing.assert_array_equal(
        direction(ONE_HIDDEN, "mono_forward"), direction(ONE_HIDDEN, "ebp")
    )
    assert "is backpropagation" in (
        RULES["mono_forward"].remark(ONE_HIDDEN.topology, ONE_HIDDEN.dataset) or ""
    )


def test_mono_forward_is_block_local_with_a_group_for_each_level() -> None:
    np.testing.assert_array_equal(
        direction(LAYERED, "mono_forward"), direction(LAYERED, "block_local", groups=2)
    )


def test_a_group_learns_only_from_its_own_outputs() -> None:
    """The first of two groups trains as a network with one hidden level."""
    rule = first_order("block_local")
    plan = rule.plan(LAYERED.objective, rule.settings({"groups": 2}))
    _, found = runs.estimate(LAYERED.objective, LAYERED.weights, plan)
    n = LAYERED.topology.n_weights
    small = Topology.mlp([3, 5, 2], output="bipolar")
    weights = np.concatenate([LAYERED.weights[: 5 * 4], plan.more_weights])
    expected = Objective(small, LAYERED.dataset).normal_equations(weights).gradient
    np.testing.assert_allclose(found[: 5 * 4], expected[: 5 * 4], rtol=1e-10)
    np.testing.assert_allclose(found[n:], expected[5 * 4 :], rtol=1e-10)
    # The second group's own part is that of backpropagation
    np.testing.assert_allclose(found[5 * 4 : n], gradient(LAYERED)[5 * 4 :], rtol=1e-9)


def test_the_published_code_is_backpropagation_with_deep_supervision() -> None:
    """The first level gets signals from its own outputs and from those of the network."""
    local = direction(LAYERED, "block_local", groups=2)
    published = direction(LAYERED, "block_local", groups=2, published=True)
    np.testing.assert_allclose(
        published[: 5 * 4], local[: 5 * 4] + gradient(LAYERED)[: 5 * 4], rtol=1e-8, atol=1e-10
    )


# Feedback alignment


def test_direct_feedback_through_the_output_weights_is_backpropagation() -> None:
    network = ONE_HIDDEN.objective.network
    feedback = np.zeros((network.n_neurons, 2))
    for m, weights in enumerate(by_neuron(ONE_HIDDEN, ONE_HIDDEN.weights)[6:]):
        feedback[:6, m] = weights[1:]
    rule = first_order("dfa")
    plan = replace(rule.plan(ONE_HIDDEN.objective, rule.settings({})), feedback=feedback)
    _, found = runs.estimate(ONE_HIDDEN.objective, ONE_HIDDEN.weights, plan)
    np.testing.assert_allclose(found, gradient(ONE_HIDDEN), rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("case", WIRED, ids=lambda case: case.name)
def test_feedback_alignment_through_the_weights_is_backpropagation(case: Case) -> None:
    plan = runs.DescentPlan(carrier=case.weights)
    _, found = runs.estimate(case.objective, case.weights, plan)
    np.testing.assert_allclose(found, gradient(case), rtol=1e-9, atol=1e-10)


def test_direct_feedback_is_linear_in_what_it_carries() -> None:
    wide = direction(LAYERED, "dfa", spread=2.0)
    narrow = direction(LAYERED, "dfa", spread=1.0)
    np.testing.assert_allclose(wide[: 5 * 4 + 4 * 6], 2 * narrow[: 5 * 4 + 4 * 6], rtol=1e-10)
    exact = gradient(LAYERED)
    for kind in ("error", "sign", "target"):
        found = direction(LAYERED, "dfa", carries=kind)
        np.testing.assert_allclose(found[5 * 4 + 4 * 6 :], exact[5 * 4 + 4 * 6 :], rtol=1e-9)


# Forward gradient


@pytest.mark.parametrize("moved", ["weights", "activities"])
@pytest.mark.parametrize("case", [ONE_HIDDEN, WIRED[3]], ids=lambda case: case.name)
def test_the_mean_forward_gradient_is_backpropagations(case: Case, moved: str) -> None:
    exact = gradient(case)
    draws = np.array(
        [direction(case, "forward_gradient", step, moved=moved, tangents=50) for step in range(100)]
    )
    error = draws.std(axis=0) / np.sqrt(len(draws)) + 1e-12
    assert (abs(draws.mean(axis=0) - exact) < 5 * error).all()
    norm = np.linalg.norm(exact)
    assert np.linalg.norm(draws.mean(axis=0) - exact) < 0.3 * norm


def test_one_tangent_has_the_directional_derivative_for_its_length() -> None:
    """G = (g'v) v, so that G is parallel to v and g'G = (g'v)^2."""
    exact = gradient(LAYERED)
    for step in range(5):
        found = direction(LAYERED, "forward_gradient", step, moved="weights")
        v = np.empty(len(found))
        key = mixed(mixed(0, step), 0)
        fill_normal(key, v, len(v))
        np.testing.assert_allclose(found, (exact @ v) * v, rtol=1e-8, atol=1e-9)


def test_perturbing_activities_is_less_noisy_than_perturbing_weights() -> None:
    exact = gradient(LAYERED)
    spread = {
        moved: np.mean([
            np.sum((direction(LAYERED, "forward_gradient", step, moved=moved) - exact) ** 2)
            for step in range(60)
        ])
        for moved in ("weights", "activities")
    }  # fmt: skip
    assert spread["activities"] < spread["weights"] / 3


# Zeroth-order rules


def test_spsa_approaches_the_forward_gradient_for_small_perturbations() -> None:
    for case in (LAYERED, WIRED[2]):
        for step in range(3):
            limit = direction(case, "forward_gradient", step, moved="weights")
            errors = [
                np.linalg.norm(direction(case, "spsa", step, reach=reach) - limit)
                for reach in (1e-2, 1e-3, 1e-4)
            ]
            scale = np.linalg.norm(limit)
            assert errors[2] < 1e-5 * scale + 1e-6
            assert errors[1] < errors[0] / 30 + 1e-8 * scale


def quadratic(unbiased: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return H of HiZOO for a linear neuron of nine weights, and the diagonal of the Hessian."""
    inputs = noise(Topology.mlp([8, 1]), 50).inputs * np.linspace(0.7, 1.4, 8)
    topology = Topology.mlp([8, 1], output="linear")
    dataset = Dataset(inputs, np.zeros((50, 1)))
    training = Training(
        topology, dataset, "hizoo", rate=1e-12, smoothing=5e-4, unbiased=unbiased,
        max_iterations=100_000, target_sse=0.0,
    )  # fmt: skip
    average, count = 0.0, 0
    while training.stop is None:
        training.advance(iterations=500)
        if training.iteration > 40_000:
            average, count = average + training._state.curvature, count + 1
    design = np.column_stack([np.ones(50), inputs])
    return average / count, (design**2).mean(axis=0)


def test_hizoo_overestimates_the_curvature_of_a_quadratic_by_half_the_weights_plus_one() -> None:
    found, diagonal = quadratic(unbiased=False)
    np.testing.assert_allclose(found / diagonal, 1 + 9 / 2, rtol=0.1)


def test_hizoo_without_bias_finds_the_curvature_of_a_quadratic() -> None:
    found, diagonal = quadratic(unbiased=True)
    np.testing.assert_allclose(found / diagonal, 1, rtol=0.1)


# Predictive coding


def test_one_relaxation_step_is_backpropagation_for_the_last_hidden_level() -> None:
    exact, found = gradient(LAYERED), direction(
        LAYERED, "predictive_coding", steps=1, settling=1e-6
    )  # fmt: skip
    first, last = slice(0, 5 * 4), slice(5 * 4, 5 * 4 + 4 * 6)
    np.testing.assert_array_equal(found[first], 0)
    np.testing.assert_allclose(found[last], 1e-6 * exact[last], rtol=1e-4, atol=1e-12)
    np.testing.assert_allclose(found[5 * 4 + 4 * 6 :], exact[5 * 4 + 4 * 6 :], rtol=1e-5)


def test_a_relaxed_linear_network_equals_the_algebraic_solution() -> None:
    """At equilibrium eps_h = W' eps_o, and the error e of the outputs is (1 + W W')^-1 e."""
    topology = Topology.mlp([3, 4, 2], hidden="linear", output="linear")
    case = on_noise("linear", topology, 30, 5)
    found = direction(case, "predictive_coding", steps=1000, settling=0.1)
    weights = case.weights[16:].reshape(2, 5)[:, 1:]
    errors = case.dataset.targets - case.objective.outputs(case.weights)
    settled = errors @ np.linalg.inv(np.eye(2) + weights @ weights.T)
    hidden = settled @ weights
    design = np.column_stack([np.ones(30), case.dataset.inputs])
    np.testing.assert_allclose(found[:16].reshape(4, 4), -hidden.T @ design, rtol=1e-6, atol=1e-9)
    values = case.objective.activations(case.weights)[:, 3:7] + hidden
    design = np.column_stack([np.ones(30), values])
    np.testing.assert_allclose(found[16:].reshape(2, 5), -settled.T @ design, rtol=1e-6, atol=1e-9)


# Common properties

ALL = [
    "mono_forward", "block_local", "dfa", "forward_gradient", "spsa", "hizoo", "predictive_coding",
]  # fmt: skip


@pytest.mark.parametrize("name", ["mono_forward", "block_local"])
def test_networks_without_hidden_levels_are_refused(name: str) -> None:
    with pytest.raises(SettingError, match="hidden level"):
        Training(Topology.mlp([2, 1]), generators.xor(), name)


@pytest.mark.parametrize("name", ALL)
def test_every_rule_lowers_the_error_of_parity(name: str) -> None:
    topology = Topology.mlp([3, 8, 6, 1], output="bipolar")
    result = train(topology, generators.parity(3), name, seed=3, max_iterations=3000)
    assert result.stop in (StopReason.SOLVED, StopReason.MAX_ITERATIONS)
    assert result.trace.sse.min() < 0.6 * result.trace.sse[0]


def test_work_per_epoch_equals_the_specified_units() -> None:
    topology, dataset = Topology.mlp([3, 8, 6, 1]), generators.parity(3)
    expected = {
        ("dfa", ()): 2, ("forward_gradient", (("tangents", 4),)): 9,
        ("forward_gradient", (("moved", "weights"), ("tangents", 4))): 8,
        ("spsa", ()): 2, ("hizoo", ()): 3, ("predictive_coding", (("steps", 5),)): 12,
    }  # fmt: skip
    for (name, settings), units in expected.items():
        trace = train(
            topology, dataset, name, max_iterations=3, target_sse=0, **dict(settings)
        ).trace
        np.testing.assert_allclose(trace.work, units * trace.iterations)


def test_added_neurons_are_not_in_the_trace() -> None:
    weights = initial_weights(LAYERED.topology, seed=1)
    trace = train(
        LAYERED.topology, LAYERED.dataset, "mono_forward", weights=weights, max_iterations=5
    ).trace
    assert trace.weights.shape[1] == LAYERED.topology.n_weights
    assert trace.sse[3] == pytest.approx(LAYERED.objective.sse(trace.weights[3]))
