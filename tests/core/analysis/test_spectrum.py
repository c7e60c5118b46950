"""Spectrum, landscape and memory, compared with hand calculations and alternative formulas."""

import numpy as np
import pytest

from nbn_core import Objective, Topology, generators, initial_weights, train
from nbn_core.analysis.landscape import Plane, cut_along_step, filter_normalised, span_of, surface
from nbn_core.analysis.memory import held, memory
from nbn_core.analysis.spectrum import eigenvalues, spectrum
from nbn_core.errors import SettingError

TURN = np.array([[0.6, 0.8], [-0.8, 0.6]])


def test_a_spectrum_equals_a_hand_calculation() -> None:
    found = spectrum(TURN @ np.diag([9.0, 1.0]) @ TURN.T)
    np.testing.assert_allclose(found.values, [9.0, 1.0])
    np.testing.assert_allclose(found.vectors[:, 0], [-0.6, 0.8])
    assert found.condition == pytest.approx(9)
    assert found.damped_condition(1.0) == pytest.approx(5)
    assert found.effective_parameters(1.0) == pytest.approx(0.9 + 0.5)
    assert (found.rank, found.negative) == (2, 0)


def test_rank_ignores_eigenvalues_below_rounding_errors() -> None:
    rows = np.random.default_rng(0).normal(size=(5, 12))
    found = spectrum(rows.T @ rows)
    assert found.rank == 5
    assert found.condition == float("inf")
    assert found.damped_condition(1e-3) < 1e6


def test_negative_curvature_is_counted() -> None:
    assert spectrum(np.diag([2.0, -1.0, 1e-17])).negative == 1
    np.testing.assert_array_equal(eigenvalues(np.diag([2.0, -1.0, 3.0])), [3.0, 2.0, -1.0])


def test_a_zero_matrix_has_rank_0() -> None:
    found = spectrum(np.zeros((3, 3)))
    assert (found.rank, found.negative, found.tolerance) == (0, 0, 0.0)
    assert found.damped_condition(1.0) == 1.0


@pytest.fixture(scope="module")
def trained() -> tuple[Objective, np.ndarray]:
    topology, dataset = Topology.fcc(3, 2, 1), generators.parity(3)
    trace = train(topology, dataset, seed=1, max_iterations=12, target_sse=1e-6).trace
    return Objective(topology, dataset), trace.weights


def test_a_plane_through_the_ends_of_a_path_contains_them(
    trained: tuple[Objective, np.ndarray],
) -> None:
    objective, path = trained
    plane = Plane.through(path[0], path[-1] - path[0], path[1] - path[0])
    flat = plane.coordinates(path)
    np.testing.assert_allclose(flat[0], 0)
    np.testing.assert_allclose(flat[-1, 1], 0, atol=1e-12)
    np.testing.assert_allclose(plane.axes @ plane.axes.T, np.eye(2), atol=1e-12)
    assert 0 < plane.share(path) <= 1
    x, y = flat[[0, -1], 0], flat[[0, 1], 1]
    heights = surface(objective, plane, x, y)
    assert heights[0, 0] == pytest.approx(objective.sse(path[0]))
    assert heights[0, 1] == pytest.approx(objective.sse(path[-1]))
    low, high = span_of(flat, 0.5)[0]
    assert low < flat[:, 0].min() <= flat[:, 0].max() < high


def test_a_plane_of_equal_directions_is_still_a_plane() -> None:
    plane = Plane.through(np.zeros(4), [1.0, 0, 0, 0], [2.0, 0, 0, 0])
    np.testing.assert_allclose(plane.axes @ plane.axes.T, np.eye(2))
    assert np.isnan(plane.share(np.zeros((3, 4))))


def test_the_model_touches_the_sse_where_the_step_starts(
    trained: tuple[Objective, np.ndarray],
) -> None:
    objective, path = trained
    weights = path[3]
    equations = objective.normal_equations(weights)
    cut = cut_along_step(objective, weights, equations, 0.01, np.array([0.0, 1e-5, 1.0]))
    assert cut.sse[0] == cut.model[0] == pytest.approx(equations.sse)
    assert cut.sse[1] - cut.model[1] == pytest.approx(0, abs=1e-8)
    assert cut.model[2] < cut.model[0]
    expected = (cut.sse[0] - cut.sse[2]) / (cut.model[0] - cut.model[2])
    assert cut.gain_ratio == pytest.approx(expected)


def test_the_model_is_exact_for_a_linear_network() -> None:
    topology = Topology.mlp([2, 1], hidden="linear", output="linear")
    objective = Objective(topology, generators.xor())
    weights = initial_weights(topology)
    equations = objective.normal_equations(weights)
    cut = cut_along_step(objective, weights, equations, 1e-3, np.linspace(-1, 2, 7))
    np.testing.assert_allclose(cut.sse, cut.model, rtol=1e-12)
    assert cut.gain_ratio == pytest.approx(1)


def test_filter_normalised_directions_have_the_norm_of_each_neuron() -> None:
    topology = Topology.fcc(3, 2, 1)
    weights = initial_weights(topology, seed=4)
    direction = filter_normalised(topology, weights, seed=1)
    assert np.linalg.norm(direction[:4]) == pytest.approx(np.linalg.norm(weights[:4]))
    assert np.linalg.norm(direction) == pytest.approx(np.linalg.norm(weights))
    np.testing.assert_array_equal(direction, filter_normalised(topology, weights, seed=1))


def test_memory_of_parity_14_equals_a_hand_calculation() -> None:
    need = memory(16_384, 330, 1)
    assert need.jacobian == 5_406_720
    assert need.triangle == 330 * 331 // 2
    assert (need.quasi_hessian, need.row, need.block) == (330 * 330, 330, 64 * 330)
    with pytest.raises(SettingError, match="The number of weights must be a whole number"):
        memory(4, 0, 1)


def test_allocated_memory_is_the_counted_memory_plus_padding() -> None:
    network = Objective(Topology.fcc(2, 8, 1), generators.two_spirals()).network
    need, real = memory(194, network.n_weights, 1), held(network)
    assert 1 <= real["quasi_hessian"] / (8 * need.quasi_hessian) < 1.4
    assert 1 <= real["block"] / (8 * need.block) < 1.2
