"""Changes of a network by name keep its function wherever they promise to."""

import numpy as np
import pytest

from nbn_core import Dataset, Neuron, Objective, Topology
from nbn_core.errors import TopologyError
from nbn_core.structure import Wired
from nbn_core.structure.wiring import columns_in, united

CHANCE = np.random.default_rng(3)
INPUTS = CHANCE.normal(size=(20, 3))


def wired(topology: Topology) -> Wired:
    return Wired(topology, CHANCE.normal(size=topology.n_weights))


def outputs(network: Wired) -> np.ndarray:
    data = Dataset(INPUTS, np.zeros((len(INPUTS), network.topology.n_outputs)))
    return Objective(network.topology, data).outputs(network.weights)


@pytest.mark.parametrize("activation", ["bipolar", "unipolar", "elliot_bipolar", "linear"])
def test_a_neuron_without_sources_becomes_part_of_the_biases(activation: str) -> None:
    before = wired(Topology.bmlp([3, 4, 2, 2], hidden=activation, gain=1.3, leak=0.2))
    into = [link for link in before.links if link[1] == "h2"]
    after = before.without(into)
    assert "h2" not in after.topology.names
    named = dict(zip(before.topology.weight_names, range(before.topology.n_weights), strict=True))
    zeroed = before.weights.copy()
    zeroed[[named[link] for link in into]] = 0.0
    assert outputs(after) == pytest.approx(outputs(before.with_weights(zeroed)), abs=1e-13)


def test_a_neuron_that_feeds_nothing_goes_with_those_that_fed_it_alone() -> None:
    before = wired(Topology.mlp([3, 2, 2, 1]))
    after = before.without([("h3", "y")])
    assert after.topology.neuron_names == ("h1", "h2", "h4", "y")
    with pytest.raises(TopologyError, match="Output “y” would lose its last connection"):
        before.without([("h3", "y"), ("h4", "y")])


def test_a_union_has_the_outputs_of_its_parts_where_the_rest_is_zero() -> None:
    known = wired(Topology.fcc(3, 2, 2))
    grown = known.without([("x1", "h2")]).with_neuron(
        "extra", Neuron(), {"": 0.3, "x1": 1.0, "h1": -2.0}, {"h2": 0.7, "y1": 1.5}
    )
    union = united(known.topology, grown.topology)
    assert set(union.weight_names) == set(known.topology.weight_names) | set(
        grown.topology.weight_names
    )
    for part in (known, grown):
        weights = np.zeros(union.n_weights)
        weights[columns_in(union, part.topology)] = part.weights
        assert (outputs(Wired(union, weights)) == outputs(part)).all()
    assert united(union, known.topology) is union


def test_new_neurons_keep_the_network_free_of_cycles_and_names_free() -> None:
    before = wired(Topology.mlp([3, 2, 1]))
    after = before.with_neuron("new", Neuron("linear"), {"": 0.0, "x1": 1.0}, {"y": 0.0}, held=True)
    assert after.topology.neuron_names == ("h1", "h2", "new", "y")
    assert after.held == {("", "new"), ("x1", "new")}
    assert (outputs(after) == outputs(before)).all()
    assert after.new_name("h1") == "h1_2"
    assert after.new_name("h1", {"h1_2"}) == "h1_3"
