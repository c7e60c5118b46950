"""The sketch: its complete part trains, loose parts are kept, invalid drawings are refused."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.session.document import document_of
from app.session.sketch import Sketch, SketchNode, check_name
from app.session.sketch_reader import (
    MAX_COORDINATE,
    MAX_LINKS,
    MAX_NODES,
    from_drawing,
    read_sketch,
)
from app.shared.payload import graph_block
from nbn_core.errors import CycleError, NBNError, TopologyError, UnreachableNeuronError
from nbn_core.experiment import Experiment
from nbn_core.experiment.link import decode, encode
from nbn_core.network import ACTIVATIONS, Neuron, Topology
from tests.app.fake_browser import is_a_sentence, neuron
from tests.counting import calls

XOR = Experiment.suggested("xor")
FCC = Topology.fcc(2, 3, 1)


@st.composite
def topologies(draw: st.DrawFn) -> Topology:
    """Draw any topology: outputs anywhere and in any order, outputs that feed outputs."""
    n_inputs = draw(st.integers(1, 4))
    n_neurons = draw(st.integers(1, 7))
    neurons = []
    for k in range(n_neurons):
        nodes = st.integers(0, n_inputs + k - 1)
        sources = draw(st.sets(nodes, min_size=1))
        activation = draw(st.sampled_from(list(ACTIVATIONS)))
        gain = draw(st.floats(1e-3, 1000))
        leak = draw(st.floats(0, 1000))
        neurons.append(Neuron(activation, gain, leak, tuple(sorted(sources))))
    feeding = {source - n_inputs for item in neurons for source in item.sources}
    outputs = [k for k in range(n_neurons) if k not in feeding or draw(st.booleans())]
    order = tuple(draw(st.permutations(outputs)))
    names = tuple(f"n{draw(st.integers(0, 9))}.{node}" for node in range(n_inputs + n_neurons))
    return Topology(names, n_inputs, tuple(neurons), order)


def browser(sketch: Sketch) -> Sketch:
    """Return the sketch after a round trip to the browser."""
    sent = json.loads(json.dumps(graph_block(sketch), allow_nan=False))
    return replace(read_sketch(sent), outputs=sketch.outputs)


@given(topology=topologies())
def test_every_topology_can_be_drawn_and_read_back(topology: Topology) -> None:
    sketch = Sketch.of(topology)
    assert sketch.topology() == topology
    assert sketch.loose() == {}
    assert browser(sketch) == sketch
    assert browser(sketch).topology() == topology


@given(topology=topologies(), data=st.data())
def test_the_order_of_drawing_does_not_change_the_network(
    topology: Topology, data: st.DataObject
) -> None:
    sketch = Sketch.of(topology)
    ends = [node for node in sketch.nodes if node.role == "input"]
    rest = data.draw(st.permutations([node for node in sketch.nodes if node.role != "input"]))
    shuffled = Sketch((*ends, *rest), sketch.links, sketch.outputs).topology()
    assert shuffled.output_names == topology.output_names
    assert shuffled.input_names == topology.input_names
    assert set(shuffled.weight_names) == set(topology.weight_names)
    by_name = dict(zip(shuffled.neuron_names, shuffled.neurons, strict=True))
    for name, item in zip(topology.neuron_names, topology.neurons, strict=True):
        assert replace(by_name[name], sources=()) == replace(item, sources=())


# Loose parts


def sketch_with(*links: tuple[str, str], hidden: tuple[str, ...] = ("a", "b", "c")) -> Sketch:
    nodes = (
        SketchNode("x1", "input"),
        SketchNode("x2", "input"),
        *(SketchNode(name, "hidden") for name in hidden),
        SketchNode("y", "output"),
    )
    return Sketch(nodes, links)


@pytest.mark.parametrize(
    ("links", "loose"),
    [
        ((), "abcy"),
        ((("x1", "y"),), "abc"),
        ((("x1", "a"), ("a", "y")), "bc"),
        ((("x1", "a"), ("a", "b"), ("x2", "y")), "abc"),
        ((("a", "b"), ("b", "y"), ("x2", "y")), "abc"),
        ((("x1", "a"), ("a", "y"), ("b", "a"), ("a", "c")), "bc"),
        ((("x1", "y"), ("y", "a")), "abc"),
    ],
)
def test_neurons_without_input_or_output_are_loose(
    links: tuple[tuple[str, str], ...], loose: str
) -> None:
    sketch = sketch_with(*links)
    assert set(sketch.loose()) == set(loose)
    for name, sentence in sketch.loose().items():
        assert sentence.startswith(name)
        assert is_a_sentence(sentence)
    if "y" in loose:
        with pytest.raises(UnreachableNeuronError, match="Output y") as error:
            sketch.topology()
        assert is_a_sentence(str(error.value))
    else:
        names = sketch.topology().names
        assert set(names) == {"x1", "x2", "y", *"abc"} - set(loose)


def test_an_output_may_feed_neurons_and_a_neuron_that_feeds_only_it_takes_part() -> None:
    nodes = (SketchNode("x", "input"), SketchNode("y1", "output"), SketchNode("y2", "output"))
    sketch = Sketch(nodes, (("x", "y2"), ("y2", "y1")))
    topology = sketch.topology()
    assert topology.names == ("x", "y2", "y1")
    assert topology.output_names == ("y1", "y2")


# Loops


@pytest.mark.parametrize("length", [1, 2, 3, 8, 9, 50])
def test_a_loop_is_refused_and_named(length: int) -> None:
    names = [f"n{k}" for k in range(length)]
    loop = list(zip(names, [*names[1:], names[0]], strict=True))
    graph = {
        "nodes": [{"id": "x", "role": "input"}, *map(neuron, names), neuron("y", role="output")],
        "links": [["x", "n0"], *map(list, loop), ["n0", "y"]],
    }
    with pytest.raises(CycleError) as error:
        read_sketch(graph)
    sentence = str(error.value)
    assert is_a_sentence(sentence)
    if length <= 8:
        assert all(f"{a} to {b}" in sentence for a, b in loop)
    graph["links"].remove(list(loop[-1]))
    read_sketch(graph)


def test_the_loop_in_the_message_follows_the_links() -> None:
    graph = sketch_with(("x1", "a"), ("a", "b"), ("b", "c"), ("c", "b"), ("c", "y")).graph()
    with pytest.raises(CycleError) as error:
        sketch_with(*graph.edges).topology()
    assert "b to c to b" in str(error.value) or "c to b to c" in str(error.value)


def test_the_largest_drawing_takes_a_few_calls_for_each_node_and_link() -> None:
    """Nodes are listed from the outputs back, which would make a naive search quadratic."""
    names = [f"n{k}" for k in range(MAX_NODES - 2)]
    pairs = [[names[k], names[k + step]] for step in (1, 2) for k in range(len(names) - step)]
    graph = {
        "nodes": [
            {"id": "x", "role": "input"},
            *map(neuron, reversed(names)),
            neuron("y", role="output"),
        ],
        "links": [["x", names[0]], [names[-1], "y"], *pairs],
    }
    assert len(pairs) > MAX_LINKS - 10
    parts = MAX_NODES + len(graph["links"])
    assert len(read_sketch(graph).nodes) == MAX_NODES
    assert calls(lambda: read_sketch(graph)) < 100 * parts
    graph["links"][-1] = [names[-1], names[0]]

    def refused() -> None:
        with pytest.raises(CycleError):
            read_sketch(graph)

    assert calls(refused) < 100 * parts


# What comes from a browser

NODES: list[dict[str, Any]] = [{"id": "x", "role": "input"}, {"id": "y", "role": "output"}]
DEEP: list[Any] = []
for _ in range(5000):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    "bad",
    [
        None, 1, "graph", [], {}, {"nodes": NODES}, {"links": []}, {"nodes": {}, "links": []},
        {"nodes": NODES, "links": "x y"}, {"nodes": [1], "links": []},
        {"nodes": NODES + NODES, "links": []}, {"nodes": NODES, "links": [["x"]]},
        {"nodes": NODES, "links": [["x", "y", "z"]]}, {"nodes": NODES, "links": [["x", "nobody"]]},
        {"nodes": NODES, "links": [["x", ["y"]]]}, {"nodes": NODES, "links": [[{}, "y"]]},
        {"nodes": NODES, "links": [None]}, {"nodes": NODES, "links": ["xy"]},
        {"nodes": NODES, "links": [["x", "y"], ["x", "y"]]},
        {"nodes": NODES, "links": [["y", "x"]]}, {"nodes": NODES, "links": [["x", "x"]]},
        {"nodes": NODES, "links": [["y", "y"]]}, {"nodes": NODES, "links": DEEP},
        {"nodes": NODES, "links": [[0, 1]]}, {"nodes": NODES, "links": [[True, "y"]]},
    ],
)  # fmt: skip
def test_an_invalid_drawing_is_refused_in_a_sentence(bad: object) -> None:
    with pytest.raises(TopologyError) as error:
        read_sketch(bad)
    assert is_a_sentence(str(error.value))


HUGE = 10**400
NO_NUMBERS = [None, True, False, "1", "", [], {}, math.nan, math.inf, -math.inf, HUGE, -HUGE, 1e308]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("id", [None, 1, True, "", " ", "\n", "a\nb", "\ud800", "x" * 25, ["a"], {}, "\u2028"]),
        ("role", [None, 1, True, "", "teacher", ["input"], {}, "x" * 10**6]),
        ("activation", [None, 1, True, "", "relu", ["linear"], {}, "__class__"]),
        ("gain", [*NO_NUMBERS, 0, 0.0, -1, 1000.5]),
        ("leak", [*NO_NUMBERS, -1e-9, 1001]),
        ("x", [*NO_NUMBERS[1:], 2 * MAX_COORDINATE]),
        ("y", [*NO_NUMBERS[1:], -2 * MAX_COORDINATE]),
    ],
)
def test_an_invalid_node_is_refused_in_a_sentence(field: str, values: list[object]) -> None:
    for value in values:
        graph = {"nodes": [*NODES, neuron("h", **{field: value})], "links": [["x", "y"]]}
        with pytest.raises(TopologyError) as error:
            read_sketch(graph)
        assert is_a_sentence(str(error.value)), (value, str(error.value))


def test_too_many_nodes_or_links_are_refused_in_a_sentence() -> None:
    for nodes, links in (([neuron("h")] * 10**6, []), ([], [["x", "y"]] * 10**6)):
        with pytest.raises(TopologyError, match="1,000,000"):
            read_sketch({"nodes": nodes, "links": links})


def test_positions_are_rounded_to_a_tenth_and_need_both_coordinates() -> None:
    graph = {
        "nodes": [
            {"id": "x", "role": "input", "x": 1.26, "y": -0.04},
            neuron("y", role="output", x=3, y=None),
        ],
        "links": [["x", "y"]],
    }
    x, y = read_sketch(graph).nodes
    assert x.place == (1.3, 0.0)
    assert x.place is not None
    assert math.copysign(1.0, x.place[1]) == 1.0
    assert y.place is None


def test_unusual_names_from_files_are_kept() -> None:
    """Names with no-break spaces or joined emoji can come from a file or a link."""
    for name in ("\u00a0m", "\U0001f469\u200d\U0001f52c", " x", "ä" * 24):
        assert read_sketch({"nodes": [neuron(name)], "links": []}).nodes[0].name == name


@pytest.mark.parametrize("name", ["h1", "x", "ä" * 24, "a b", "µ±", "漢字"])
def test_valid_names_are_accepted(name: str) -> None:
    assert check_name(name) == name


# The drawing that an experiment carries


def experiment(sketch: Sketch) -> Experiment:
    return replace(XOR, topology=sketch.topology(), drawing=sketch.to_drawing())


def reopened(sketch: Sketch) -> Sketch:
    return document_of(decode(encode(experiment(sketch)))).sketch


def placed(sketch: Sketch) -> Sketch:
    nodes = tuple(
        replace(node, place=(1.5 * number, -2.5 * number))
        for number, node in enumerate(sketch.nodes)
    )
    return replace(sketch, nodes=nodes)


def test_positions_and_loose_parts_survive_the_link() -> None:
    links = (("x1", "a"), ("a", "y"), ("b", "a"), ("x2", "y"))
    for sketch in (sketch_with(*links), placed(sketch_with(*links)), placed(Sketch.of(FCC))):
        again = reopened(sketch)
        assert set(again.nodes) == set(sketch.nodes)
        assert set(again.links) == set(sketch.links)
        assert again.loose() == sketch.loose()
        assert again.topology() == sketch.topology()
        assert again.to_drawing() == sketch.to_drawing()


def test_settings_of_loose_neurons_survive_the_link() -> None:
    odd = SketchNode("b", "hidden", "elliot_unipolar", 0.1 + 0.2, 1 / 3, (5.1, -7.7))
    base = sketch_with(("x1", "y"), hidden=("a",))
    sketch = replace(base, nodes=(*base.nodes, odd))
    assert odd in reopened(sketch).nodes


def test_a_drawing_without_positions_is_not_saved() -> None:
    assert Sketch.of(FCC).to_drawing() is None
    assert from_drawing(FCC, None) == Sketch.of(FCC)


def test_a_drawing_of_another_network_does_not_overrule_it() -> None:
    other = placed(sketch_with(("x1", "y"), ("x2", "a")))
    foreign = replace(XOR, topology=FCC, drawing=other.to_drawing())
    document = document_of(foreign)
    assert document.sketch.topology() == FCC
    assert document.blocked is None
    three = Topology.fcc(3, 1, 1)
    cut = sketch_with()  # not complete, and one input less than the network
    parity = replace(Experiment.suggested("parity"), topology=three, drawing=cut.to_drawing())
    document = document_of(parity)
    assert document.sketch.topology() == three
    assert document.blocked is None


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["x1", "h1", "y", "input", "hidden", "output", "bipolar", ""]),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.sampled_from(["x1", "h1", "y", "", "0", "z"]), inner, max_size=4)
    ),
    max_leaves=10,
)
ROW = st.lists(JSON, min_size=5, max_size=5) | JSON
DRAWING = st.dictionaries(st.sampled_from(["at", "nodes", "links", "else"]), st.lists(ROW) | JSON)


@settings(max_examples=60)
@given(drawing=DRAWING)
def test_no_drawing_in_a_link_breaks_the_session(drawing: dict[str, Any]) -> None:
    made = decode(encode(replace(XOR, drawing=drawing)))
    document = document_of(made)
    assert document.experiment == made
    if document.blocked:
        assert is_a_sentence(document.blocked)
    else:
        assert document.sketch.topology() == made.topology


@pytest.mark.parametrize("name", ["nobody", ""])
def test_an_unknown_node_cannot_be_renamed(name: str) -> None:
    with pytest.raises(NBNError) as error:
        Sketch.of(FCC).renamed(name, "somebody")
    assert is_a_sentence(str(error.value))
