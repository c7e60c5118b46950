"""Memory and step directions of the learning rules, compared with known values."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose

from nbn_core import RULES, Dataset, Objective, Topology, generators, initial_weights
from nbn_core.analysis.rule_cost import cosine, footprint, held_bytes

TOPOLOGY = Topology.mlp([2, 6, 5, 1], output="bipolar")
DATA = generators.circles(n_points=60)
WEIGHTS = initial_weights(TOPOLOGY, seed=3)


@pytest.mark.parametrize("name", sorted(set(RULES) - {"cascade_correlation"}))
def test_every_rule_has_a_measured_cost(name: str) -> None:
    found = footprint(TOPOLOGY, DATA, name, WEIGHTS)
    assert found.work > 1.0
    assert found.bytes > 8 * TOPOLOGY.n_weights
    # Ten stages of NoProp-DT, each with a weight more for each neuron that reads the inputs
    more = {"forward_forward": 2 * 6, "mono_forward": 7, "block_local": 7, "noprop": 9 * 59 + 60}
    assert found.extra == more.get(name, 0)
    assert math.isnan(found.step) == (name in ("forward_forward", "noprop"))
    assert math.isnan(found.signal) or -1.0 <= found.signal <= 1.0


@pytest.mark.parametrize("name", ["gd", "momentum", "lbfgs"])
def test_steepest_descent_steps_along_the_gradient(name: str) -> None:
    assert_allclose(footprint(TOPOLOGY, DATA, name, WEIGHTS).step, 1.0, rtol=1e-9)


@pytest.mark.parametrize("name", ["ebp", "gd", "momentum", "adam", "rprop"])
def test_backpropagations_signal_is_the_gradient(name: str) -> None:
    assert_allclose(footprint(TOPOLOGY, DATA, name, WEIGHTS).signal, 1.0, rtol=1e-9)


def test_the_step_of_nbn_is_that_of_the_damped_equations() -> None:
    objective = Objective(TOPOLOGY, DATA)
    _, gradient, quasi_hessian = objective.normal_equations(WEIGHTS)
    cosines = []
    for mu in (1e-2, 1e-1, 1e0, 1e1, 1e2):  # whichever attempt was accepted
        step = -np.linalg.solve(quasi_hessian + mu * np.eye(len(gradient)), gradient)
        cosines.append(cosine(step, -gradient))
    found = footprint(TOPOLOGY, DATA, "nbn", WEIGHTS, {"control": "published"}).step
    assert min(abs(found - other) for other in cosines) < 1e-6


def test_memory_counts_arrays_that_grow() -> None:
    small = footprint(TOPOLOGY, DATA, "nbn", WEIGHTS).bytes
    wide = Topology.mlp([2, 24, 20, 1], output="bipolar")
    n = wide.n_weights
    large = footprint(wide, DATA, "nbn", initial_weights(wide, seed=1)).bytes
    assert large - small > 8 * (n * n - TOPOLOGY.n_weights**2)
    more = generators.circles(n_points=6000)
    stored = footprint(TOPOLOGY, more, "lm", WEIGHTS).bytes
    assert stored > 8 * 6000 * TOPOLOGY.n_weights
    assert footprint(TOPOLOGY, more, "nbn", WEIGHTS).bytes < stored / 5


def test_views_and_copies_of_the_data_do_not_count_twice() -> None:
    array = np.zeros(1000)
    data = Dataset([[1.0], [2.0]], [[1.0], [0.0]])
    assert held_bytes([array, array[:10], (array[5:],)], data) == 8000
    assert held_bytes([array[:10], array[20:]], data) == 8000
    assert held_bytes([np.array(data.inputs)], data) == 0


def test_cosine_equals_known_values() -> None:
    assert cosine([1, 0], [0, 3]) == 0.0
    assert_allclose(cosine([1, 1], [1, 0]), math.sqrt(0.5), rtol=1e-12)
    assert cosine([1e-200, 0], [1e200, 0]) == 1.0
    assert math.isnan(cosine([0, 0], [1, 0]))
    assert math.isnan(cosine([math.inf, 0], [1, 0]))
