"""Graphs of other programs: names and roles of nodes that were drawn in yEd, Gephi or Cytoscape.

These programs know no roles. Nodes without a connection to them are inputs, nodes without one from
them are outputs, and all others are hidden, unless an attribute or the label of a node says
otherwise. The name of a node is its label. What was guessed is told in the notes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import networkx

from nbn_core.checks import plural
from nbn_core.errors import FormatError
from nbn_core.formats.parsing import quoted

_NAMES = ("label", "name", "shared name", "Label", "Name")
_SAYING = ("role", "type", "kind", "layer", "class", "group", "category")
_ROLES = {
    "input": "input", "inputs": "input", "in": "input", "input layer": "input",
    "hidden": "hidden", "hidden layer": "hidden", "neuron": "hidden",
    "output": "output", "outputs": "output", "out": "output", "output layer": "output",
}  # fmt: skip
_BIAS = {"bias", "b", "1", "+1"}
_LISTED = 8


def is_foreign(graph: networkx.Graph) -> bool:
    """Return whether no node of a graph has the attribute `role`."""
    return not any("role" in attributes for _, attributes in graph.nodes(data=True))


def with_roles(
    graph: networkx.DiGraph, roles: Mapping[str, str] | None = None
) -> tuple[networkx.DiGraph, tuple[str, ...]]:
    """Return a graph with names and roles.

    Parameters
    ----------
    graph : networkx.DiGraph
        Graph of another program.
    roles : mapping, optional
        Roles of nodes by their names, which are not guessed.

    Returns
    -------
    graph : networkx.DiGraph
        Copy whose nodes are called by their labels and have roles.
    notes : tuple of str
        What was guessed or left out, a sentence each.

    Raises
    ------
    FormatError
        If the graph has no direction, or a role is given for a node that it does not have.
    """
    if not graph.is_directed():
        raise FormatError(
            "The connections of this graph have no direction, which a network needs: export it as "
            "a directed graph."
        )
    if graph.is_multigraph():
        raise FormatError(
            "Two nodes of this graph have several connections, and a network has one: remove the "
            "others."
        )
    names = _names(graph)
    plain = networkx.DiGraph()
    notes: list[str] = []
    aside = _aside(graph, names, notes)
    given = dict(roles or {})
    for node, attributes in graph.nodes(data=True):
        if node in aside:
            continue
        role = given.pop(names[node], None) or _said(attributes) or _guessed(graph, node, aside)
        kept = {k: attributes[k] for k in ("activation", "gain", "leak") if k in attributes}
        plain.add_node(names[node], role=role, **kept)
    if given:
        raise FormatError(f"This graph has no node {quoted(next(iter(given)))}: correct its role.")
    for source, target in graph.edges():
        if source not in aside and target not in aside:
            plain.add_edge(names[source], names[target])
    for role, what in (("input", "Inputs"), ("output", "Outputs")):
        found = [name for name, is_role in plain.nodes(data="role") if is_role == role]
        more = f" and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
        listed = ", ".join(map(quoted, found[:_LISTED]))
        notes.append(f"{what}, by the direction of the connections: {listed or 'none'}{more}.")
    if any("weight" in attributes for _, _, attributes in graph.edges(data=True)):
        notes.append("The weights of the connections left out: there are none for the biases.")
    return plain, tuple(notes)


def _names(graph: networkx.DiGraph) -> dict[Any, str]:
    """Return the labels of the nodes; where two are equal, with the id of the node behind it."""
    labels: dict[Any, str] = {}
    for node, attributes in graph.nodes(data=True):
        texts = (attributes.get(key) for key in _NAMES)
        label = next((t for t in texts if isinstance(t, str) and t.strip()), str(node))
        labels[node] = " ".join(label.split())[:80]
    counts: dict[str, int] = {}
    for label in labels.values():
        counts[label] = counts.get(label, 0) + 1
    return {
        node: label if counts[label] == 1 else f"{label} ({node})" for node, label in labels.items()
    }


def _aside(graph: networkx.DiGraph, names: dict[Any, str], notes: list[str]) -> set[Any]:
    """Return the nodes that are no part of the network: those alone, and drawn biases."""
    alone = {node for node in graph if not graph.in_degree(node) and not graph.out_degree(node)}
    biases = {
        node for node in graph
        if not graph.in_degree(node) and node not in alone and names[node].lower() in _BIAS
    }  # fmt: skip
    if len(alone) == len(graph):
        return set()
    if alone:
        notes.append(f"{plural(len(alone), 'node')} without a connection left out.")
    if biases:
        listed = ", ".join(quoted(names[node]) for node in biases)
        notes.append(f"Node {listed} left out: every neuron has a bias of its own.")
    return alone | biases


def _said(attributes: Mapping[str, Any]) -> str | None:
    """Return the role that an attribute of a node says."""
    for key in _SAYING:
        value = attributes.get(key)
        if isinstance(value, str) and value.strip().lower() in _ROLES:
            return _ROLES[value.strip().lower()]
    return None


def _guessed(graph: networkx.DiGraph, node: Any, aside: set[Any]) -> str:
    """Return the role of a node by the directions of its connections."""
    if all(source in aside for source in graph.predecessors(node)):
        # A neuron that only a drawn bias feeds has no input: the network is told to be damaged.
        return "hidden" if graph.in_degree(node) else "input"
    return "hidden" if graph.out_degree(node) else "output"
