"""Topology: families, checks with their sentences, graphs and plain values there and back."""

from __future__ import annotations

import pickle

import networkx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbn_core import ACTIVATIONS, NBNError, Neuron, Topology
from nbn_core.errors import (
    CycleError,
    ShapeError,
    TopologyError,
    UnreachableNeuronError,
)
from tests.cases import CASES, random_dag

TOPOLOGIES = [case.topology for case in CASES] + [random_dag(seed).topology for seed in range(40)]


def unit(*sources: int) -> Neuron:
    return Neuron(sources=sources)


# Families


def test_mlp_is_layer_to_layer() -> None:
    topology = Topology.mlp([2, 8, 8, 1])
    assert (topology.n_inputs, topology.n_neurons, topology.n_outputs) == (2, 17, 1)
    assert (topology.n_weights, topology.n_connections) == (105, 88)
    assert topology.levels == (1,) * 8 + (2,) * 8 + (3,)
    assert topology.neurons[8].sources == tuple(range(2, 10))
    assert {neuron.activation for neuron in topology.neurons[:-1]} == {"bipolar"}
    assert topology.neurons[-1].activation == "linear"
    assert topology.outputs == (16,)


def test_slp_is_one_hidden_layer() -> None:
    assert Topology.slp(3, 5, 2, gain=0.5) == Topology.mlp([3, 5, 2], gain=0.5)


def test_bmlp_sees_inputs_and_all_layers_before() -> None:
    topology = Topology.bmlp([7, 3, 2, 1])
    assert [len(neuron.sources) for neuron in topology.neurons] == [7] * 3 + [10] * 2 + [12]
    assert topology.levels == (1, 1, 1, 2, 2, 3)


def test_fcc_is_a_cascade_whose_outputs_do_not_see_each_other() -> None:
    topology = Topology.fcc(2, 3, 2)
    assert [neuron.sources for neuron in topology.neurons] == [
        (0, 1),
        (0, 1, 2),
        (0, 1, 2, 3),
        (0, 1, 2, 3, 4),
        (0, 1, 2, 3, 4),
    ]
    assert topology.levels == (1, 2, 3, 4, 4)
    assert Topology.fcc(2, 0, 1) == Topology.mlp([2, 1])


def test_spirals_of_the_papers_have_their_number_of_weights() -> None:
    """FCC of n neurons, the output included: n (n + 5) / 2 weights for two inputs."""
    for n in range(7, 17):
        assert Topology.fcc(2, n - 1, 1).n_weights == n * (n + 5) // 2


def test_gain_and_leak_belong_to_neurons_that_are_not_linear() -> None:
    topology = Topology.mlp([2, 2, 1], hidden="unipolar", gain=0.5, leak=0.01)
    assert topology.neurons[0] == Neuron("unipolar", 0.5, 0.01, (0, 1))
    assert topology.neurons[-1] == Neuron("linear", 1.0, 0.0, (2, 3))
    assert Topology.mlp([2, 1], output="bipolar", gain=0.5).neurons[0].gain == 0.5


def test_names_nobody_gave() -> None:
    assert Topology.mlp([2, 2, 1]).names == ("x1", "x2", "h1", "h2", "y")
    assert Topology.mlp([1, 1, 2]).names == ("x1", "h1", "y1", "y2")
    mixed = Topology((), 1, (unit(0), unit(0, 1), unit(2)), (2, 0))
    assert mixed.names == ("x1", "y2", "h1", "y1")
    assert mixed.output_names == ("y1", "y2")
    assert mixed.neuron_names == ("y2", "h1", "y1")
    assert mixed.input_names == ("x1",)
    assert mixed.weight_names == (
        ("", "y2"), ("x1", "y2"), ("", "h1"), ("x1", "h1"), ("y2", "h1"), ("", "y1"), ("h1", "y1"),
    )  # fmt: skip


def test_the_table_of_activations_has_the_published_codes() -> None:
    assert {name: a.code for name, a in ACTIVATIONS.items()} == {
        "linear": 0, "unipolar": 1, "bipolar": 2, "elliot_bipolar": 3, "elliot_unipolar": 4,
    }  # fmt: skip
    assert all(name == activation.name for name, activation in ACTIVATIONS.items())


def test_a_topology_is_a_value() -> None:
    topology = Topology.fcc(2, 4, 1)
    same = Topology.from_dict(topology.to_dict())
    assert topology == same
    assert hash(topology) == hash(same)
    assert pickle.loads(pickle.dumps(topology)) == topology
    with pytest.raises(AttributeError):
        topology.n_inputs = 3  # type: ignore[misc]


def test_numbers_are_made_plain() -> None:
    topology = Topology(
        ("a", "b"),
        np.int64(1),
        (Neuron("bipolar", np.float32(0.5), 0, (np.int32(0),)),),
        [np.int8(0)],
    )
    assert topology.to_dict() == {
        "names": ["a", "b"],
        "inputs": 1,
        "neurons": [{"activation": "bipolar", "gain": 0.5, "leak": 0.0, "sources": [0]}],
        "outputs": [0],
    }
    assert type(topology.neurons[0].leak) is float
    assert type(topology.outputs[0]) is int


def test_sources_are_put_in_order() -> None:
    assert Topology((), 3, (unit(2, 0, 1),), (0,)).neurons[0].sources == (0, 1, 2)


# There and back


@pytest.mark.parametrize("topology", TOPOLOGIES, ids=range(len(TOPOLOGIES)))
def test_graphs_and_dictionaries_come_back(topology: Topology) -> None:
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


def test_any_graph_keys_and_attributes() -> None:
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


# Refused, with a sentence


def graph_of(nodes: dict, edges: list, kind=networkx.DiGraph) -> networkx.DiGraph:
    graph = kind()
    for node, role in nodes.items():
        graph.add_node(node, **({} if role is None else {"role": role}))
    graph.add_edges_from(edges)
    return graph


LOOP = graph_of(
    {"x": "input", "a": "hidden", "b": "hidden", "c": "hidden", "y": "output"},
    [("x", "a"), ("a", "b"), ("b", "c"), ("c", "a"), ("c", "y")],
)

REFUSED = [
    (
        lambda: Topology.from_networkx(LOOP),
        CycleError,
        "The connections “a” → “b” → “c” → “a” form a loop, and a feed-forward network has none: "
        "remove one of them.",
    ),
    (
        lambda: Topology((), 1, (unit(1),), (0,)),
        CycleError,
        "“y” is connected to itself, but a feed-forward network has no loops: "
        "remove that connection.",
    ),
    (
        lambda: Topology((), 1, (unit(2), unit(0, 1)), (1,)),
        CycleError,
        "The connections “h1” → “y” → “h1” form a loop, and a feed-forward network has none: "
        "remove one of them.",
    ),
    (
        lambda: Topology((), 1, tuple(unit(0, 1 + (k - 1) % 20) for k in range(20)), (19,)),
        CycleError,
        "The connections “h1” → “h2” → “h3” → “h4” → … → “h18” → “h19” → “y” → “h1” form a loop, "
        "and a feed-forward network has none: remove one of them.",
    ),
    (
        lambda: Topology((), 1, (unit(2), unit(0)), (0,)),
        TopologyError,
        "“y” is listed before its source “h1”: list every neuron after all its sources.",
    ),
    (
        lambda: Topology((), 1, (unit(0), unit()), (0,)),
        UnreachableNeuronError,
        "Nothing is connected to “h1”: connect an input or another neuron to it, or delete it.",
    ),
    (
        lambda: Topology((), 1, (unit(0), unit(1), unit(0)), (2,)),
        UnreachableNeuronError,
        "No path leads from “h1” to an output: connect it to a later neuron, or delete it.",
    ),
    (
        lambda: Topology((), 0, (unit(0),), (0,)),
        TopologyError,
        "The number of inputs must be a whole number from 1 up, not 0.",
    ),
    (
        lambda: Topology.mlp([2, 2.5, 1]),
        TopologyError,
        "The number of nodes in a layer must be a whole number from 1 up, not 2.5.",
    ),
    (
        lambda: Topology.mlp([2]),
        TopologyError,
        "A network needs at least two layers: the inputs and the outputs.",
    ),
    (
        lambda: Topology.mlp("2-8-1"),
        TopologyError,
        "Layers must be a list of sizes such as [2, 8, 1], not '2-8-1'.",
    ),
    (
        lambda: Topology.fcc(2, -1, 1),
        TopologyError,
        "The number of hidden neurons must be a whole number from 0 up, not -1.",
    ),
    (lambda: Topology((), 1, (), (0,)), TopologyError, "The network has no neuron: add one."),
    (
        lambda: Topology((), 1, (unit(0),), ()),
        TopologyError,
        "The network has no output: make at least one neuron an output.",
    ),
    (
        lambda: Topology((), 1, (unit(0),), (1,)),
        TopologyError,
        "An output must be one of the 1 neurons, counted from 0, not 1.",
    ),
    (
        lambda: Topology((), 1, (unit(0),), (0, 0)),
        TopologyError,
        "The same neuron is an output twice: list it once.",
    ),
    (
        lambda: Topology(("a",), 1, (unit(0),), (0,)),
        TopologyError,
        "The network has 2 inputs and neurons but 1 names: give one name to each.",
    ),
    (
        lambda: Topology(("a", "a"), 1, (unit(0),), (0,)),
        TopologyError,
        "Two nodes have the name “a”: rename one of them.",
    ),
    (
        lambda: Topology(("a", "b" * 25), 1, (unit(0),), (0,)),
        TopologyError,
        "A name must be a text of 1 to 24 characters: choose another one for “" + "b" * 23 + "…”.",
    ),
    (
        lambda: Topology(("a", ""), 1, (unit(0),), (0,)),
        TopologyError,
        "A name must be a text of 1 to 24 characters: choose another one for “”.",
    ),
    (
        lambda: Topology(("a", "b\n"), 1, (unit(0),), (0,)),
        TopologyError,
        r"The name 'b\n' contains a control character: choose another one.",
    ),
    (
        lambda: Topology(("a", 3), 1, (unit(0),), (0,)),
        TopologyError,
        "A name must be a text of 1 to 24 characters: choose another one for “3”.",
    ),
    (
        lambda: Topology((), 1, (Neuron("relu", sources=(0,)),), (0,)),
        TopologyError,
        "“y” has the activation “relu”, which does not exist: "
        "choose linear, unipolar, bipolar, elliot_bipolar, elliot_unipolar.",
    ),
    (
        lambda: Topology((), 1, (Neuron(gain=0, sources=(0,)),), (0,)),
        TopologyError,
        "The gain of “y” must be above 0.",
    ),
    (
        lambda: Topology((), 1, (Neuron(gain=float("nan"), sources=(0,)),), (0,)),
        TopologyError,
        "The gain of “y” must be a number from 0 to 1000, not nan.",
    ),
    (
        lambda: Topology((), 1, (Neuron(leak=-0.1, sources=(0,)),), (0,)),
        TopologyError,
        "The leak of “y” must be a number from 0 to 1000, not -0.1.",
    ),
    (
        lambda: Topology((), 1, (Neuron(leak="big", sources=(0,)),), (0,)),
        TopologyError,
        "The leak of “y” must be a number from 0 to 1000, not 'big'.",
    ),
    (
        lambda: Topology((), 1, (unit(0, 0),), (0,)),
        TopologyError,
        "“y” is connected to the same node twice: remove one.",
    ),
    (
        lambda: Topology((), 1, (unit(5),), (0,)),
        TopologyError,
        "“y” is connected to a node that does not exist (5): remove the connection.",
    ),
    (
        lambda: Topology((), 1, ("neuron",), (0,)),
        TopologyError,
        "“y” must be a Neuron, not str.",
    ),
    (
        lambda: Topology.from_networkx(graph_of({"x": "input", "y": None}, [("x", "y")])),
        TopologyError,
        "“y” needs a role: input, hidden or output, not NoneType.",
    ),
    (
        lambda: Topology.from_networkx(
            graph_of({"x": "input", "y": "output"}, [("x", "y"), ("y", "x")])
        ),
        TopologyError,
        "“x” is an input, so nothing can be connected to it: remove the connection from “y”.",
    ),
    (
        lambda: Topology.from_networkx(graph_of({"x": "input"}, [], networkx.Graph)),
        TopologyError,
        "A network needs a directed graph with single connections: make it a DiGraph.",
    ),
    (
        lambda: Topology.from_networkx(
            graph_of({"x": "input", 1: "hidden", "1": "output"}, [("x", 1), (1, "1")])
        ),
        TopologyError,
        "Two nodes have the name “1”: rename one of them.",
    ),
    (
        lambda: Topology.from_dict({"names": ["x", "y"]}),
        TopologyError,
        "The network has no “inputs”: every network needs names, inputs, neurons, outputs.",
    ),
    (
        lambda: Topology.from_dict(Topology.mlp([1, 1]).to_dict() | {"color": 1}),
        TopologyError,
        "The network has an unknown entry “color”: remove it.",
    ),
    (
        lambda: Topology.from_dict(Topology.mlp([1, 1]).to_dict() | {"names": []}),
        TopologyError,
        "The names of the network are missing: give one for each node.",
    ),
    (
        lambda: Topology.from_dict(Topology.mlp([1, 1]).to_dict() | {"outputs": "0"}),
        TopologyError,
        "The outputs of the network must be a list.",
    ),
    (
        lambda: Topology.from_dict(Topology.mlp([1, 1]).to_dict() | {"neurons": [3]}),
        TopologyError,
        "A neuron must be an object with activation, gain, leak, sources.",
    ),
    (
        lambda: Topology.from_dict(
            Topology.mlp([1, 1]).to_dict()
            | {"neurons": [{"activation": "linear", "gain": 1, "leak": 0, "sources": 0}]}
        ),
        TopologyError,
        "The sources of a neuron must be a list.",
    ),
]


@pytest.mark.parametrize(("make", "error", "sentence"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_no_network_is_one_sentence(make, error, sentence) -> None:
    with pytest.raises(error) as caught:
        make()
    assert str(caught.value) == sentence
    assert type(caught.value) is error
    assert isinstance(caught.value, NBNError)


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 40) | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=5,
)


@given(
    st.sampled_from(["names", "inputs", "neurons", "outputs"]),
    st.sampled_from([None, "activation", "gain", "leak", "sources"]),
    anything,
)
def test_damage_is_refused_or_harmless(key, field, value) -> None:
    values = Topology.mlp([2, 2, 1]).to_dict()
    if field is None:
        values[key] = value
    else:
        values["neurons"][1][field] = value
    sentence = "."
    try:
        topology = Topology.from_dict(values)
        assert Topology.from_dict(topology.to_dict()) == topology
    except NBNError as error:
        sentence = str(error)
    assert sentence.endswith(".")


def test_large_networks_are_checked_in_a_moment() -> None:
    """No recursion, and no more work than there are connections."""
    chain = tuple(unit(k) for k in range(20_000))
    assert Topology((), 1, chain, (19_999,)).levels[-1] == 20_000
    with pytest.raises(CycleError):
        Topology((), 1, (unit(20_000), *chain[1:]), (19_999,))
