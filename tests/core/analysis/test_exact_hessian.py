"""The exact Hessian agrees with differences of the oracle's gradient on any network."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from nbn_core import Dataset, Neuron, Objective, Topology, generators, gradual, train
from nbn_core.analysis.exact_hessian import curvature, dropped_term, dropped_term_in_parts
from nbn_core.gradual import complete
from tests import reference
from tests.cases import CASES, Case, on_noise, random_dag

DAGS = tuple(random_dag(seed) for seed in range(24))
SMALL = tuple(case for case in CASES if case.dataset.n_patterns <= 130)


def named(cases: tuple[Case, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=lambda case: case.name)


def differences_of_gradient(case: Case) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Compute H by central differences of g, and S by those of J alone, in extended precision."""
    inputs, targets = case.dataset.inputs, case.dataset.targets
    wide = np.asarray(case.weights, np.longdouble)
    errors = (targets - reference.outputs(case.network, wide, inputs)).ravel()
    step = np.finfo(np.longdouble).eps ** (np.longdouble(1) / 3)
    hessian, dropped = [], []
    for n in range(len(wide)):
        up, down = wide.copy(), wide.copy()
        up[n] += step
        down[n] -= step
        width = up[n] - down[n]
        _, g_up, _ = reference.normal_equations(case.network, up, inputs, targets)
        _, g_down, _ = reference.normal_equations(case.network, down, inputs, targets)
        hessian.append((g_up - g_down) / width)
        rows = reference.jacobian(case.network, up, inputs) - reference.jacobian(
            case.network, down, inputs
        )
        dropped.append(rows.T @ errors / width)
    return np.array(hessian, float), np.array(dropped, float)


@named(DAGS + SMALL)
def test_the_exact_hessian_is_the_derivative_of_the_gradient(case: Case) -> None:
    found = curvature(case.objective, case.weights)
    hessian, dropped = differences_of_gradient(case)
    _, gradient, quasi_hessian = reference.normal_equations(
        case.network, case.weights, case.dataset.inputs, case.dataset.targets
    )
    size = 1.0 + abs(hessian).max() + abs(quasi_hessian).max()
    np.testing.assert_allclose(found.hessian, hessian, rtol=0, atol=1e-9 * size)
    np.testing.assert_allclose(found.dropped, dropped, rtol=0, atol=1e-9 * size)
    np.testing.assert_allclose(found.quasi_hessian, quasi_hessian, rtol=0, atol=1e-11 * size)
    np.testing.assert_allclose(found.gradient, gradient, rtol=0, atol=1e-11 * size)


@named(DAGS[:6])
def test_the_hessian_is_exactly_symmetric(case: Case) -> None:
    dropped = dropped_term(case.objective, case.weights)
    np.testing.assert_array_equal(dropped, dropped.T)


def test_s_in_parts_is_the_same_to_the_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    case = on_noise("parts", Topology.bmlp([2, 4, 3, 2]), 200)
    whole = dropped_term(case.objective, case.weights)
    monkeypatch.setattr(gradual, "PART_SECONDS", 0.0)
    work = dropped_term_in_parts(case.objective, case.weights)
    assert [next(work), next(work), next(work)] == [0.32, 0.64, 0.96]
    np.testing.assert_array_equal(complete(work), whole)


def test_a_linear_neuron_has_no_dropped_term() -> None:
    topology = Topology((), 3, (Neuron("linear", 1.3, 0.2, (0, 1, 2)),), (0,))
    case = on_noise("linear", topology, 20)
    assert not dropped_term(case.objective, case.weights).any()


def test_two_linear_neurons_in_series_have_the_curvature_of_their_product() -> None:
    """o = v (b + w x) + c, so d2o/dv dw = x and d2o/dv db = 1: by hand S has -e there."""
    topology = Topology(
        (), 1, (Neuron("linear", sources=(0,)), Neuron("linear", sources=(1,))), (1,)
    )
    objective = Objective(topology, Dataset([[2.0]], [[1.0]]))
    b, w, c, v = 0.5, -1.5, 0.25, 3.0
    error = 1.0 - (v * (b + 2.0 * w) + c)
    expected = np.zeros((4, 4))
    expected[3, 0] = expected[0, 3] = -error
    expected[3, 1] = expected[1, 3] = -2.0 * error
    np.testing.assert_allclose(dropped_term(objective, [b, w, c, v]), expected, rtol=1e-15)


def test_the_dropped_term_vanishes_with_the_errors() -> None:
    """This is why NBN converges like Newton's method near an exact solution."""
    topology = Topology.fcc(3, 1, 1, output="bipolar")
    dataset = generators.parity(3)
    result = train(
        topology,
        dataset,
        scheme="uniform",
        seed=3,
        target_sse=1e-14,
        max_iterations=500,
        control="published",
    )
    objective = Objective(topology, dataset)
    ratios = [curvature(objective, weights).dropped_ratio for weights in result.trace.weights]
    assert result.sse < 1e-6
    assert ratios[-1] < 0.05 * max(ratios)


def test_saturated_neurons_give_finite_numbers() -> None:
    case = random_dag(3)
    dropped = dropped_term(case.objective, 1e4 * case.weights)
    assert np.isfinite(dropped).all()


def test_renaming_changes_nothing() -> None:
    case = random_dag(5)
    names = tuple(f"n{i}" for i in range(len(case.topology.names)))
    renamed = Objective(replace(case.topology, names=names), case.dataset)
    np.testing.assert_array_equal(
        dropped_term(renamed, case.weights), dropped_term(case.objective, case.weights)
    )


def test_pattern_weights_scale_the_hessian_and_frozen_weights_have_zeros() -> None:
    case = DAGS[7]
    data = case.dataset
    counts = np.arange(data.n_patterns) % 3
    repeated = Dataset(np.repeat(data.inputs, counts, 0), np.repeat(data.targets, counts, 0))
    held = np.arange(case.topology.n_weights) % 4 == 1
    found = curvature(Objective(case.topology, data, counts.astype(float), held), case.weights)
    expected = dropped_term(Objective(case.topology, repeated), case.weights)
    expected[held] = expected[:, held] = 0.0
    size = 1.0 + abs(expected).max()
    np.testing.assert_allclose(found.dropped, expected, rtol=0, atol=1e-12 * size)
    assert not found.hessian[held].any()
