"""Networks as graphs: GraphML and node-link JSON, read and written by NetworkX.

Nodes have the attribute `role` (input, hidden or output). Neurons also have `activation`, `gain`,
`leak` and, for outputs, the position `output` among the outputs. With weights, connections have
`weight` and neurons `bias`. Files are checked before they are parsed: XML without document types or
entities, JSON without NaN, both with limited size and depth.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from numbers import Real
from typing import Any, NoReturn
from xml.etree.ElementTree import ParseError
from xml.parsers import expat

import networkx
import numpy as np
from numpy.typing import ArrayLike

from nbn_core.errors import FormatError
from nbn_core.formats.foreign_graphs import ForeignGraph, NodeRole, is_foreign
from nbn_core.formats.parsing import (
    MAX_CONNECTIONS,
    MAX_NODES,
    NetworkFile,
    checked,
    quoted,
    text_of,
)
from nbn_core.network import Topology
from nbn_core.types import FloatArray

MAX_DEPTH = 16
MAX_ELEMENTS = 1_000_000
MAX_GRAPH = 32_000_000

# Exceptions of NetworkX on files that are well formed but not a graph.
_DAMAGE = (
    networkx.NetworkXException,
    ParseError,
    AttributeError,
    KeyError,
    IndexError,
    TypeError,
    ValueError,
    RecursionError,
)


def read_graphml(data: str | bytes, roles: Mapping[str, str] | None = None) -> NetworkFile:
    """Read a network from GraphML, also as yEd, Gephi and Cytoscape write it.

    Parameters
    ----------
    data : str or bytes
        Content of the file.
    roles : mapping, optional
        Roles by the names of nodes, for a file in which they are guessed otherwise: input, hidden,
        output, or left out.

    Returns
    -------
    NetworkFile
        The network, with weights if all connections and neurons have them. If no node has a role,
        roles are guessed from the directions of the connections and told in its notes.

    Raises
    ------
    FormatError
        If the file is damaged.
    TopologyError
        If the graph is not a feed-forward network.
    """
    return _with_roles(_graphml(data), roles)


def guessed_roles(data: str | bytes) -> tuple[NodeRole, ...]:
    """Return the nodes of a graph with the roles that are guessed when it is read.

    Parameters
    ----------
    data : str or bytes
        Content of a file of GraphML or node-link JSON.

    Returns
    -------
    tuple of NodeRole
        Nodes in the order of the file; empty if the file says the roles itself.

    Raises
    ------
    FormatError
        If the file is damaged, or its graph is not directed.
    """
    begins = text_of(data, "A graph", MAX_GRAPH).lstrip()[:1]
    graph = _node_link(data) if begins == "{" else _graphml(data)
    if not is_foreign(graph):
        return ()
    _check_size(graph.number_of_nodes(), graph.number_of_edges())
    return ForeignGraph(graph).nodes


def _with_roles(graph: networkx.Graph, roles: Mapping[str, str] | None) -> NetworkFile:
    """Return the network of a graph; roles are guessed if it gives none."""
    if not is_foreign(graph):
        return _network(graph)
    _check_size(graph.number_of_nodes(), graph.number_of_edges())
    named, notes = ForeignGraph(graph).with_roles(roles)
    return replace(_network(named), notes=notes)


def _graphml(data: str | bytes) -> networkx.Graph:
    text = text_of(data, "A GraphML file", MAX_GRAPH)
    _check_xml(text)
    try:
        return networkx.parse_graphml(text)
    except _DAMAGE:
        raise FormatError(
            "This GraphML file holds no graph that can be read: a network is one directed graph "
            "whose data have keys."
        ) from None


def write_graphml(topology: Topology, weights: ArrayLike | None = None) -> str:
    """Write a network as GraphML.

    Parameters
    ----------
    topology : Topology
        Topology of the network.
    weights : (N,) array_like, optional
        Weights, neuron by neuron, bias first.

    Returns
    -------
    str
        GraphML that `read_graphml` can read.

    Raises
    ------
    FormatError
        If a name contains a character that XML does not allow.
    """
    for name in topology.names:
        if any(ord(character) & 0xFFFE == 0xFFFE for character in name):
            raise FormatError(
                f"The name {quoted(name)} contains a character that XML does not allow: rename "
                "the node."
            )
    graph = topology.to_networkx(None if weights is None else checked(topology, weights))
    return "\n".join(networkx.generate_graphml(graph)) + "\n"


def read_node_link(data: str | bytes, roles: Mapping[str, str] | None = None) -> NetworkFile:
    """Read a network from node-link JSON.

    Parameters
    ----------
    data : str or bytes
        Content of the file, with connections under "edges" or, as in older programs, "links".
    roles : mapping, optional
        Roles by the names of nodes, for a file in which they are guessed otherwise, as in
        `read_graphml`.

    Returns
    -------
    NetworkFile
        The network, with weights if all connections and neurons have them.

    Raises
    ------
    FormatError
        If the file is damaged.
    TopologyError
        If the graph is not a feed-forward network.
    """
    return _with_roles(_node_link(data), roles)


def _node_link(data: str | bytes) -> networkx.Graph:
    text = text_of(data, "A node-link file", MAX_GRAPH)
    try:
        document = json.loads(text, parse_constant=_no_constant)
    except FormatError:
        raise
    except (ValueError, RecursionError):
        raise FormatError("This is not JSON: use the original file.") from None
    if not isinstance(document, dict) or not isinstance(document.get("nodes"), list):
        raise FormatError(
            "This JSON is not a node-link graph, it has no list of nodes: add “nodes”."
        )
    edges = "links" if "edges" not in document else "edges"
    if not isinstance(document.get(edges), list):
        raise FormatError(
            "This JSON is not a node-link graph, it has no list of edges: add “edges”."
        )
    _check_size(len(document["nodes"]), len(document[edges]))
    if document.get("directed") is not True:
        raise FormatError(
            "A network needs a directed graph with single connections: “directed” must be true."
        )
    pairs = [
        (str(edge.get("source")), str(edge.get("target")))
        for edge in document[edges]
        if isinstance(edge, dict)
    ]
    if len(set(pairs)) < len(pairs):
        (source, target), _ = Counter(pairs).most_common(1)[0]
        raise FormatError(
            f"There are several connections from {quoted(source)} to {quoted(target)}, and a "
            "network has one: remove the others."
        )
    if document.get("multigraph") is True:
        document = {**document, "multigraph": False}
    try:
        return networkx.node_link_graph(document, multigraph=False, edges=edges)
    except _DAMAGE:
        raise FormatError(
            "This node-link file is damaged: each node needs an id, each edge a source and a "
            "target."
        ) from None


def write_node_link(topology: Topology, weights: ArrayLike | None = None) -> str:
    """Write a network as node-link JSON.

    Parameters
    ----------
    topology : Topology
        Topology of the network.
    weights : (N,) array_like, optional
        Weights, neuron by neuron, bias first.

    Returns
    -------
    str
        JSON that `read_node_link` can read.
    """
    graph = topology.to_networkx(None if weights is None else checked(topology, weights))
    document: dict[str, Any] = networkx.node_link_data(graph, edges="edges")
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def _network(graph: networkx.Graph) -> NetworkFile:
    _check_size(graph.number_of_nodes(), graph.number_of_edges())
    topology = Topology.from_networkx(graph)
    return NetworkFile(topology, _weights(graph, topology))


def _weights(graph: networkx.DiGraph, topology: Topology) -> FloatArray | None:
    """Return the weights from the attributes; None if there are none."""
    node = {str(key): key for key in graph}
    values = [
        graph.edges[node[source], node[name]].get("weight")
        if source
        else graph.nodes[node[name]].get("bias")
        for source, name in topology.weight_names
    ]
    if all(value is None for value in values):
        return None
    for value, (source, name) in zip(values, topology.weight_names, strict=True):
        if isinstance(value, bool) or not isinstance(value, Real) or not _finite(value):
            what = f"weight from {quoted(source)} to" if source else "bias of"
            raise FormatError(
                f"The {what} {quoted(name)} is missing or not a finite number: give all weights, "
                "or none."
            )
    return checked(topology, np.array([float(value) for value in values]))


def _finite(value: Real) -> bool:
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def _check_size(nodes: int, connections: int) -> None:
    if nodes > MAX_NODES or connections > MAX_CONNECTIONS:
        raise FormatError(
            f"A network has at most {MAX_NODES} nodes and {MAX_CONNECTIONS} connections: this "
            "graph is larger."
        )


def _no_constant(name: str) -> NoReturn:
    raise FormatError(f"A graph holds finite numbers only, this one has {name}.")


def _check_xml(text: str) -> None:
    """Raise FormatError for XML that is not GraphML, too large, too deep, or has a doctype."""
    depth = elements = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth, elements
        depth += 1
        elements += 1
        plain = tag.rpartition(" ")[2]
        if elements == 1 and plain != "graphml":
            raise FormatError("This XML file is not GraphML: use the original file.")
        if depth > MAX_DEPTH or elements > MAX_ELEMENTS:
            raise FormatError(
                "This GraphML file is too large or too deep for a network: use the original file."
            )
        if plain == "key" and not {"attr.type", "yfiles.type"} & attributes.keys():
            raise FormatError(
                f"The key {quoted(attributes.get('id', ''))} has no attr.type: say whether it is "
                "string, double or long."
            )
        if plain in ("port", "hyperedge"):
            raise FormatError(f"This graph has a {plain}, which no network has: remove it.")

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1

    def doctype(*arguments: object) -> NoReturn:
        raise FormatError("XML with a document type (<!DOCTYPE ...>) is not read: remove it.")

    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(text.encode("utf-8"), True)
    except expat.ExpatError as error:
        raise FormatError(
            f"This GraphML file stops being XML at line {error.lineno}, column "
            f"{error.offset + 1}: use the original file."
        ) from None
    except UnicodeEncodeError:
        raise FormatError(
            "This GraphML file holds characters that UTF-8 cannot encode: use the original file."
        ) from None
