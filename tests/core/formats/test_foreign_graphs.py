"""Graphs as yEd, Gephi and Cytoscape write them: names from labels, roles from directions."""

from __future__ import annotations

import json
import re

import networkx
import pytest

from nbn_core import NBNError, Topology
from nbn_core.formats import read_graphml, read_node_link, write_graphml
from nbn_core.formats.graphs import guessed_roles
from nbn_core.formats.recognise import recognise, roles_in

YED = """<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:y="http://www.yworks.com/xml/graphml">
<key attr.name="Description" attr.type="string" for="graph" id="d0"/>
<key for="port" id="d1" yfiles.type="portgraphics"/>
<key attr.name="url" attr.type="string" for="node" id="d4"/>
<key for="node" id="d6" yfiles.type="nodegraphics"/>
<key for="graphml" id="d7" yfiles.type="resources"/>
<key for="edge" id="d10" yfiles.type="edgegraphics"/>
<graph edgedefault="directed" id="G"><data key="d0" xml:space="preserve"/>
{nodes}
<edge id="e0" source="n0" target="n2"><data key="d10"><y:PolyLineEdge><y:Path sx="0.0" sy="0.0"
tx="0.0" ty="0.0"/><y:LineStyle color="#000000" type="line" width="1.0"/></y:PolyLineEdge></data>
</edge>
<edge id="e1" source="n1" target="n2"/><edge id="e2" source="n2" target="n3"/>
<edge id="e3" source="n0" target="n3"/>{more}
</graph><data key="d7"><y:Resources/></data></graphml>"""
NODE = """<node id="{}"><data key="d4" xml:space="preserve"/><data key="d6"><y:ShapeNode>
<y:Geometry height="30.0" width="30.0" x="1.0" y="2.0"/>
<y:NodeLabel alignment="center">{}</y:NodeLabel>
<y:Shape type="rectangle"/></y:ShapeNode></data></node>"""


def yed(*labels: str, more: str = "") -> str:
    nodes = "".join(NODE.format(f"n{i}", label) for i, label in enumerate(labels))
    return YED.format(nodes=nodes, more=more)


def edge(source: int, target: int) -> str:
    return f'<edge id="f{source}" source="n{source}" target="n{target}"/>'


GEPHI = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key attr.name="label" attr.type="string" for="node" id="label"/>
<key attr.name="Edge Label" attr.type="string" for="edge" id="edgelabel"/>
<key attr.name="weight" attr.type="double" for="edge" id="weight"/>
<key attr.name="r" attr.type="int" for="node" id="r"/>
<key attr.name="size" attr.type="float" for="node" id="size"/>
<graph edgedefault="directed">
<node id="1"><data key="label">speed</data><data key="r">0</data>
<data key="size">10.0</data></node>
<node id="2"><data key="label">load</data></node><node id="3"><data key="label">h</data></node>
<node id="4"><data key="label">wear</data></node>
<edge id="10" source="1" target="3"><data key="weight">1.0</data></edge>
<edge id="11" source="2" target="3"><data key="weight">1.0</data></edge>
<edge id="12" source="3" target="4"><data key="weight">1.0</data></edge>
<edge id="13" source="1" target="4"><data key="weight">2.0</data></edge></graph></graphml>"""
CYTOSCAPE = """<?xml version="1.0" encoding="UTF-8" standalone="no"?><graphml>
<key attr.name="name" attr.type="string" for="node" id="name"/>
<key attr.name="shared name" attr.type="string" for="node" id="shared name"/>
<key attr.name="selected" attr.type="boolean" for="node" id="selected"/>
<key attr.name="interaction" attr.type="string" for="edge" id="interaction"/>
<graph edgedefault="directed" id="Network">
<node id="70"><data key="name">speed</data><data key="shared name">speed</data>
<data key="selected">false</data></node>
<node id="72"><data key="name">load</data></node><node id="74"><data key="name">h</data></node>
<node id="76"><data key="name">wear</data></node>
<edge source="70" target="74"><data key="interaction">to</data></edge>
<edge source="72" target="74"/>
<edge source="74" target="76"/><edge source="70" target="76"/></graph></graphml>"""
FILES = {"yEd": yed("speed", "load", "h", "wear"), "Gephi": GEPHI, "Cytoscape": CYTOSCAPE}


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_a_graph_of_another_program_becomes_a_network(text: str) -> None:
    file = read_graphml(text)
    topology = file.topology
    assert topology.names == ("speed", "load", "h", "wear")
    assert (topology.n_inputs, topology.n_neurons, topology.outputs) == (2, 2, (1,))
    assert topology.neurons[1].sources == (0, 2)
    assert file.weights is None
    assert "Inputs, by the direction of the connections: “speed”, “load”." in file.notes
    assert "Outputs, by the direction of the connections: “wear”." in file.notes
    assert recognise(text).network is not None


def test_guessed_roles_can_be_corrected() -> None:
    file = read_graphml(FILES["yEd"], roles={"h": "output"})
    assert file.topology.output_names == ("h", "wear")
    with pytest.raises(NBNError, match="no node “hh”"):
        read_graphml(FILES["yEd"], roles={"hh": "output"})


def test_labels_of_roles_and_drawn_biases_are_understood() -> None:
    typed = (
        CYTOSCAPE.replace('attr.name="shared name"', 'attr.name="type"')
        .replace(
            '<data key="name">h</data>',
            '<data key="name">h</data><data key="shared name">Output</data>',
        )
        .replace('<data key="shared name">speed</data>', "")
    )
    assert read_graphml(typed).topology.output_names == ("h", "wear")
    bias = yed(
        "speed",
        "load",
        "h",
        "wear",
        "bias",
        "a legend",
        more='<edge id="e8" source="n4" target="n2"/><edge id="e9" source="n4" target="n3"/>',
    )
    file = read_graphml(bias)
    assert file.topology.names == ("speed", "load", "h", "wear")
    assert "1 node without a connection left out." in file.notes
    assert any("“bias” left out" in note for note in file.notes)


def test_a_role_that_does_not_fit_is_told_with_its_node() -> None:
    for roles, said in (
        ({"h": "input"}, "“h” is an input, so “speed” cannot be connected to it"),
        ({"speed": "output"}, "Nothing is connected to “speed”, so it cannot be an output"),
        ({"wear": "hidden"}, "“wear” is hidden but connected to nothing"),
        ({"speed": "left out", "load": "left out"}, "Nothing is connected to “h”"),
        ({"h": "left out", "wear": "left out"}, "No node of this graph is an output"),
        ({"h": "bias"}, "“h” is given the role 'bias', which does not exist"),
    ):
        with pytest.raises(NBNError, match=re.escape(said)):
            read_graphml(FILES["yEd"], roles=roles)


def test_the_guesses_are_listed_with_their_reasons() -> None:
    text = yed("speed", "load", "h", "wear", "bias", "a legend", more=edge(4, 2))
    assert [(node.name, node.role, node.n_in, node.n_out) for node in guessed_roles(text)] == [
        ("speed", "input", 0, 2),
        ("load", "input", 0, 1),
        ("h", "hidden", 3, 1),
        ("wear", "output", 2, 0),
        ("bias", "left out", 0, 1),
        ("a legend", "left out", 0, 0),
    ]
    assert guessed_roles(text)[4].reason == "its label is that of a bias"
    assert guessed_roles(write_graphml(Topology.mlp([2, 2, 1]))) == ()
    assert roles_in(text) == guessed_roles(text)
    for other in ("1 2 3", "<html></html>", "<graphml>", GEPHI.replace("directed", "undirected")):
        assert roles_in(other) == ()


def test_a_node_left_out_can_be_put_back() -> None:
    text = yed("speed", "b", "h", "wear")
    assert read_graphml(text).topology.n_inputs == 1
    file = read_graphml(text, roles={"b": "input", "speed": "left out"})
    assert file.topology.names == ("b", "h", "wear")
    assert "Node “speed” left out, as chosen." in file.notes


def test_every_drawn_bias_is_left_out_and_counted_nodes_are_none() -> None:
    two = yed(
        "x", "y", "h", "z", "bias", "bias", "Bias 3", more=edge(4, 2) + edge(5, 3) + edge(6, 3)
    )
    assert read_graphml(two).topology.names == ("x", "y", "h", "z")
    for labels in (("a", "b", "h", "y"), ("1", "2", "3", "4")):
        assert read_graphml(yed(*labels)).topology.n_inputs == 2


def test_an_output_that_leads_on_is_known_by_its_label() -> None:
    file = read_graphml(yed("x", "y", "Output 1", "Output 2"))
    assert file.topology.output_names == ("Output 1", "Output 2")
    assert "Outputs: “Output 1”, “Output 2”." in file.notes


def test_roles_in_other_words_are_understood() -> None:
    text = GEPHI.replace('attr.name="label"', 'attr.name="role"')
    for name, role in (("speed", "Input"), ("load", "bias"), (">h<", ">Neuron<"), ("wear", "OUT")):
        text = text.replace(name, role)
    topology = read_graphml(text).topology
    assert (topology.n_inputs, topology.n_neurons, topology.n_outputs) == (1, 2, 1)


def test_equal_labels_stay_apart() -> None:
    names = read_graphml(yed("x", "x", "h", "y")).topology.names
    assert names == ("x (n0)", "x (n1)", "h", "y")
    names = read_graphml(yed("x", "x", "x (n0)", "y")).topology.names
    assert len(set(names)) == 4


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GEPHI.replace('"directed"', '"undirected"'), "no direction"),
        (yed("a", "b", "c", "d", more='<edge id="e7" source="n3" target="n2"/>'), "loop"),
        (yed("a", "b", "c", "d", more='<edge id="e7" source="n0" target="n2"/>'), "several"),
        (GEPHI.replace('id="label"', 'id="label2"'), "no graph that can be read"),
    ],
)
def test_what_is_no_network_is_told(text: str, said: str) -> None:
    with pytest.raises(NBNError, match=said):
        read_graphml(text)


def document(edges: list[dict[str, object]], **more: object) -> str:
    nodes = [{"id": "a", "role": "input"}, {"id": "o", "role": "output"}]
    return json.dumps({"directed": True, "graph": {}, "nodes": nodes, "edges": edges, **more})


def test_a_multigraph_without_parallel_connections_is_a_graph() -> None:
    edges: list[dict[str, object]] = [{"source": "a", "target": "o", "key": 0}]
    assert read_node_link(document(edges, multigraph=True)).topology.names == ("a", "o")
    for multigraph in (True, False):
        with pytest.raises(NBNError, match="several connections from “a” to “o”"):
            read_node_link(document([*edges, {**edges[0], "key": 1}], multigraph=multigraph))


@pytest.mark.parametrize("edges", ["edges", "links"])
def test_roles_of_node_link_json_are_guessed_and_corrected_as_those_of_graphml(edges: str) -> None:
    graph = networkx.DiGraph([("a", "h"), ("b", "h"), ("h", "y"), ("a", "y"), ("h", "z")])
    text = json.dumps(networkx.node_link_data(graph, edges=edges))
    file = read_node_link(text)
    assert file.topology.names[:2] == ("a", "b")
    assert [file.topology.names[2 + k] for k in file.topology.outputs] == ["y", "z"]
    assert any("“a”, “b”" in note for note in file.notes)
    assert [node.name for node in guessed_roles(text)] == ["a", "h", "b", "y", "z"]
    assert roles_in(text) == guessed_roles(text)
    corrected = recognise(text, {"h": "output"}).network
    assert corrected is not None
    assert len(corrected.topology.outputs) == 3
