"""GraphML and node-link JSON restore the graph; nothing in a file is expanded or executed."""

from __future__ import annotations

import json
import re

import networkx
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from nbn_core import NBNError, Topology, initial_weights
from nbn_core.formats import graphs, read_graphml, read_node_link, write_graphml, write_node_link
from tests.counting import calls
from tests.strategies import damaged, read_or_sentence, trained

bounded = settings(max_examples=150)

XOR = Topology.bmlp([2, 1, 1], leak=0.01)
WEIGHTS = initial_weights(XOR)
GRAPHML = write_graphml(XOR, WEIGHTS)
NODE_LINK = write_node_link(XOR, WEIGHTS)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "role", "source", "target", "gain", "weight"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)


def sentence(read, data: object) -> str:
    with pytest.raises(NBNError) as error:
        read(data)
    assert re.fullmatch(r"[^\n]{10,300}[.:)]", str(error.value))
    return str(error.value)


@bounded
@given(trained(), st.booleans())
def test_graphml_is_restored(network, with_weights) -> None:
    topology, weights = network
    assume(not any(ord(c) & 0xFFFE == 0xFFFE for name in topology.names for c in name))
    file = read_graphml(write_graphml(topology, weights if with_weights else None).encode())
    assert file.topology == topology
    if with_weights:
        np.testing.assert_array_equal(file.weights, weights)
    else:
        assert file.weights is None


@bounded
@given(trained(), st.booleans())
def test_node_link_json_is_restored(network, with_weights) -> None:
    topology, weights = network
    file = read_node_link(write_node_link(topology, weights if with_weights else None).encode())
    assert file.topology == topology
    if with_weights:
        np.testing.assert_array_equal(file.weights, weights)
    else:
        assert file.weights is None


def test_networkx_itself_reads_what_is_written() -> None:
    graph = networkx.parse_graphml(GRAPHML)
    assert graph.nodes["h1"]["activation"] == "bipolar"
    assert graph.edges["x1", "h1"]["weight"] == WEIGHTS[1]
    assert networkx.node_link_graph(json.loads(NODE_LINK), edges="edges").is_directed()


def test_files_of_other_encodings_and_older_programs() -> None:
    assert read_graphml(GRAPHML.encode("utf-16")).topology == XOR
    assert read_node_link(NODE_LINK.replace('"edges"', '"links"')).topology == XOR


def test_a_name_with_characters_invalid_in_xml_is_refused() -> None:
    topology = Topology(("x\ufffe", "y"), 1, Topology.mlp([1, 1]).neurons, (0,))
    with pytest.raises(NBNError, match="XML does not allow"):
        write_graphml(topology)


BOMB = """<?xml version="1.0"?>
<!DOCTYPE graphml [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"> <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>
<graphml>&c;</graphml>"""
OUTSIDE = """<!DOCTYPE graphml [<!ENTITY a SYSTEM "file:///etc/hostname">]><graphml>&a;</graphml>"""


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("", "stops being XML at line 1"),
        ("<graphml>", "stops being XML"),
        ("<html></html>", "not GraphML"),
        ("<graphml></graphml>", "no graph"),
        (BOMB, "document type"),
        (OUTSIDE, "document type"),
        (BOMB.encode("utf-16"), "document type"),
        ("<graphml>" + "<a>" * 20, "too deep"),
        (GRAPHML.replace('edgedefault="directed"', 'edgedefault="undirected"'), "directed"),
        (GRAPHML.replace("bipolar", "tanh"), "“tanh”"),
        (GRAPHML.replace("hidden", "middle"), "role"),
        (GRAPHML.replace('key="d0"', 'key="d99"'), "no graph that can be read"),
        (re.sub(r'(target="h1">\s*<data [^>]*>)[^<]*', r"\1nan", GRAPHML), "not a finite"),
        (re.sub(r'(target="h1">)\s*<data.*?</data>', r"\1", GRAPHML), "give all weights"),
        (GRAPHML.replace(' attr.type="double"', "", 1), "no attr.type"),
        (GRAPHML.replace("<node ", '<port name="p" /><node ', 1), "port"),
        (GRAPHML.replace("xmlns:xsi", "other"), "stops being XML"),
        (b"\x00" * 10, "binary"),
        (3, "int"),
    ],
)
def test_each_fault_of_graphml_has_its_sentence(data, said) -> None:
    assert said in sentence(read_graphml, data)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "no list of nodes"),
        ('{"nodes": []}', "no list of edges"),
        ('{"nodes": [], "edges": []}', "directed"),
        ('{"nodes": [], "edges": [], "directed": true}', "No node of this graph"),
        ('{"nodes": [{}], "edges": [], "directed": true}', "role"),
        (NODE_LINK.replace("1.0", "NaN", 1), "NaN"),
        (NODE_LINK.replace("1.0", "1e999", 1), "gain"),
        (NODE_LINK.replace('"weight": ', '"weight": 1e9', 1) + "x", "not JSON"),
        (NODE_LINK.replace('"directed": true', '"directed": false'), "directed"),
        (json.dumps({"nodes": [{"id": i} for i in range(6000)], "edges": []}), "5000 nodes"),
    ],
)
def test_each_fault_of_node_link_json_has_its_sentence(data, said) -> None:
    assert re.search(said, sentence(read_node_link, data))


def test_a_large_file_is_refused_before_it_is_read_to_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    large = b"<graphml>" + b"<a/>" * 10_000_000
    assert calls(lambda: sentence(read_graphml, large)) < 100
    monkeypatch.setattr(graphs, "MAX_ELEMENTS", 1000)
    many = "<graphml>" + "<a/>" * 200_000
    assert calls(lambda: sentence(read_graphml, many)) < 20 * 1000


@bounded
@given(damaged(GRAPHML))
def test_damaged_graphml_is_read_or_refused_in_a_sentence(text) -> None:
    read_or_sentence(read_graphml, text)


@bounded
@given(damaged(NODE_LINK))
def test_damaged_json_is_read_or_refused_in_a_sentence(text) -> None:
    read_or_sentence(read_node_link, text)


@bounded
@given(st.data())
def test_json_of_any_values_is_read_or_refused_in_a_sentence(data) -> None:
    document = json.loads(NODE_LINK)
    for _ in range(data.draw(st.integers(1, 3))):
        part = document[data.draw(st.sampled_from(["nodes", "edges"]))]
        at = data.draw(st.integers(0, len(part) - 1))
        key = data.draw(
            st.sampled_from([None, *part[at]] if isinstance(part[at], dict) else [None])
        )
        value = data.draw(json_values)
        if key is None:
            part[at] = value
        else:
            part[at][key] = value
    read_or_sentence(read_node_link, json.dumps(document))


@bounded
@given(st.text() | st.binary())
def test_random_bytes_are_refused_in_a_sentence(junk) -> None:
    read_or_sentence(read_graphml, junk)
    read_or_sentence(read_node_link, junk)
