"""Invalid networks are refused, each fault in its own sentence."""

from __future__ import annotations

import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbn_core import NBNError, Neuron, Topology
from nbn_core.errors import CycleError, TopologyError, UnreachableNeuronError
from tests.core.network.test_topology import unit


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
def test_invalid_networks_are_refused_in_one_sentence(make, error, sentence) -> None:
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


def test_large_networks_are_checked_with_limited_work() -> None:
    """Validation does not recurse, and its work is proportional to the number of connections."""
    chain = tuple(unit(k) for k in range(20_000))
    assert Topology((), 1, chain, (19_999,)).levels[-1] == 20_000
    with pytest.raises(CycleError):
        Topology((), 1, (unit(20_000), *chain[1:]), (19_999,))
