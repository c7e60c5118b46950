"""Conversion of topologies to graphs and dictionaries, and back."""

from __future__ import annotations

import networkx
import numpy as np
import pytest

from nbn_core import Neuron, Topology
from nbn_core.errors import ShapeError
from tests.cases import CASES, random_dag

TOPOLOGIES = [case.topology for case in CASES] + [random_dag(seed).topology for seed in range(40)]


@pytest.mark.parametrize("topology", TOPOLOGIES, ids=range(len(TOPOLOGIES)))
def test_graphs_and_dictionaries_are_restored(topology: Topology) -> None:
    assert Topology.from_dict(topology.to_dict()) == topology
    assert Topology.from_networkx(topology.to_networkx()) == topology


def test_a_graph_carries_weights_and_biases() -> None:
    topology = Topology.mlp([2, 2, 1])
    graph = topology.to_networkx(np.arange(9))
    assert graph.nodes["h2"]["bias"] == 3
    assert graph.edges["x2", "h2"]["weight"] == 5
    plain = {"role": "output", "activation": "linear", "gain": 1.0, "leak": 0.0}
    assert graph.nodes["y"] == plain | {"output": 0, "bias": 6.0}
    assert Topology.from_networkx(graph) == topology
    with pytest.raises(ShapeError, match=r"^This network has 9 weights, but 2 were given\.$"):
        topology.to_networkx([1, 2])


def test_graphs_may_have_any_keys_and_additional_attributes() -> None:
    graph = networkx.DiGraph()
    graph.add_node((1, 2), role="output", gain=0.5)
    graph.add_node("last", activation="unipolar", role="output")
    graph.add_node(7, role="hidden", leak=0.1, color="red")
    graph.add_node("in", role="input")
    graph.add_edges_from([("in", 7), (7, (1, 2)), ((1, 2), "last"), (7, "last")], weight=3)
    topology = Topology.from_networkx(graph)
    assert topology.names == ("in", "7", "(1, 2)", "last")
    assert topology.outputs == (1, 2)
    assert topology.neurons == (
        Neuron("bipolar", 1.0, 0.1, (0,)),
        Neuron("bipolar", 0.5, 0.0, (1,)),
        Neuron("unipolar", 1.0, 0.0, (1, 2)),
    )


def test_the_order_of_edges_and_of_attributes_does_not_matter() -> None:
    topology = random_dag(4).topology
    graph = topology.to_networkx()
    other = networkx.DiGraph()
    for name, attributes in graph.nodes(data=True):
        other.add_node(name, **dict(reversed(list(attributes.items()))))
    other.add_edges_from(reversed(list(graph.edges)))
    assert Topology.from_networkx(other) == topology
