"""Saliency against least squares without the removed column, and removal by it."""

import numpy as np
import pytest

from nbn_core import Dataset, Neuron, Objective, Topology, train
from nbn_core.errors import SettingError, TopologyError
from nbn_core.generators import playground_spiral
from nbn_core.structure import MEASURES, Prune, Reshaping, Wired, pruned, saliencies

CHANCE = np.random.default_rng(0)
INPUTS = CHANCE.normal(size=(60, 5))
TARGETS = INPUTS @ [[1.0], [-0.3], [0.05], [2.0], [0.5]] + 0.1 * CHANCE.normal(size=(60, 1))
LINEAR = Topology(
    ("a", "b", "c", "d", "e", "y"), 5, (Neuron("linear", sources=(0, 1, 2, 3, 4)),), (0,)
)
DATA = Dataset(INPUTS, TARGETS)


def regression(columns: list[int]) -> tuple[np.ndarray, float]:
    """Return coefficients and residual sum of squares of a regression on some columns."""
    design = np.column_stack([np.ones(len(INPUTS)), INPUTS[:, columns]])
    found, *_ = np.linalg.lstsq(design, TARGETS[:, 0], rcond=None)
    return found, float(((TARGETS[:, 0] - design @ found) ** 2).sum())


def fitted() -> Wired:
    return Wired(LINEAR, regression([0, 1, 2, 3, 4])[0])


def test_the_surgeon_predicts_the_error_of_a_regression_without_the_column() -> None:
    wired, (_, whole) = fitted(), regression([0, 1, 2, 3, 4])
    found = saliencies(LINEAR, DATA, wired.weights)
    assert found.names == tuple((name, "y") for name in "abcde")
    without = [regression([j for j in range(5) if j != i])[1] - whole for i in range(5)]
    assert found.values == pytest.approx(without, rel=1e-3)
    assert found.order()[0] == int(np.argmin(without)) == 2


def test_the_surgeon_leaves_the_weights_of_the_regression_without_the_columns() -> None:
    left, whole = regression([0, 3, 4]), regression([0, 1, 2, 3, 4])[1]
    removal = pruned(fitted(), DATA, 2)
    assert removal.names == (("c", "y"), ("b", "y"))
    assert removal.after.weights == pytest.approx(left[0], abs=1e-4)
    assert removal.rise == pytest.approx(left[1] - whole, rel=1e-3)


def test_many_connections_go_several_at_once_and_leave_a_regression_too() -> None:
    chance = np.random.default_rng(1)
    inputs = chance.normal(size=(300, 90))
    targets = inputs[:, :6] @ np.arange(1.0, 7.0)[:, None] + 0.1 * chance.normal(size=(300, 1))
    neuron = Neuron("linear", sources=tuple(range(90)))
    topology = Topology((), 90, (neuron,), (0,))
    design = np.column_stack([np.ones(300), inputs])
    weights = np.linalg.lstsq(design, targets[:, 0], rcond=None)[0]
    removal = pruned(Wired(topology, weights), Dataset(inputs, targets), 84)
    assert set(removal.after.links) == {(f"x{i + 1}", "y") for i in range(6)}
    left = np.linalg.lstsq(design[:, :7], targets[:, 0], rcond=None)[0]
    assert removal.after.weights == pytest.approx(left, abs=1e-3)
    real = Objective(removal.after.topology, Dataset(inputs, targets)).sse(removal.after.weights)
    whole = float(((targets[:, 0] - design @ weights) ** 2).sum())
    assert removal.rise == pytest.approx(real - whole, rel=1e-2)


def test_the_diagonal_predicts_the_error_of_a_zeroed_weight() -> None:
    wired = fitted()
    off = wired.weights + 0.05  # not at the minimum: the gradient counts
    objective = Objective(LINEAR, DATA)
    real = []
    for n in range(1, 6):
        zeroed = off.copy()
        zeroed[n] = 0.0
        real.append(objective.sse(zeroed) - objective.sse(off))
    found = saliencies(LINEAR, DATA, off, "diagonal")
    assert found.values == pytest.approx(real, rel=1e-9)


def test_the_magnitude_is_that_of_the_outgoing_weights() -> None:
    topology = Topology.mlp([2, 2, 1])
    weights = [0.0, 3.0, -1.0, 0.0, 2.0, 5.0, 0.5, -4.0, 3.0]
    data = Dataset([[0.0, 1.0], [1.0, 0.0]], [[1.0], [0.0]])
    links = saliencies(topology, data, weights, "magnitude")
    assert links.values.tolist() == [3.0, 1.0, 2.0, 5.0, 4.0, 3.0]
    neurons = saliencies(topology, data, weights, "magnitude", "neurons")
    assert (neurons.names, neurons.values.tolist()) == (("h1", "h2"), [4.0, 3.0])


@pytest.mark.parametrize("of", ["connections", "neurons"])
@pytest.mark.parametrize("measure", MEASURES)
def test_a_removal_leaves_a_smaller_network_with_finite_weights(measure: str, of: str) -> None:
    data, topology = playground_spiral(), Topology.bmlp([2, 5, 5, 1])
    result = train(topology, data, max_iterations=40)
    removal = pruned(Wired(topology, result.weights), data, 4, measure, of)
    assert len(removal.names) == 4
    assert removal.after.topology.n_weights <= topology.n_weights - 4
    assert np.isfinite(removal.after.weights).all()
    assert removal.after.topology.output_names == topology.output_names


def test_an_output_keeps_its_last_connection() -> None:
    removal = pruned(fitted(), DATA, 50, "diagonal")
    assert len(removal.names) == 4
    assert removal.after.topology.n_connections == 1
    with pytest.raises(TopologyError, match="every output needs at least one connection"):
        pruned(removal.after, DATA, 1)


def test_bad_measures_and_counts_are_refused() -> None:
    with pytest.raises(SettingError, match="no measure of saliency called 'size'"):
        saliencies(LINEAR, DATA, fitted().weights, "size")
    with pytest.raises(SettingError, match="not of 'biases'"):
        saliencies(LINEAR, DATA, fitted().weights, "surgeon", "biases")
    with pytest.raises(SettingError, match="count must be"):
        Prune(count=0)
    with pytest.raises(SettingError, match="share"):
        Prune(share=1.5)


def test_the_prediction_is_that_of_the_removal_that_follows() -> None:
    data, topology = playground_spiral(), Topology.mlp([2, 6, 1])
    weights = train(topology, data, max_iterations=30).weights
    reshaping = Reshaping(topology, data, weights=weights)
    expected = reshaping.predicted(Prune(count=3))
    reshaping.add(Prune(count=3))
    reshaping.advance()
    (event,) = reshaping.events
    assert set(event.died) >= set(expected.names)
    assert event.predicted_rise == expected.rise
    real = Objective(expected.after.topology, data).sse(expected.after.weights)
    assert event.real_rise == pytest.approx(real - Objective(topology, data).sse(weights))
