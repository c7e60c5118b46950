"""Graphs of other programs: names and roles of nodes that were drawn in yEd, Gephi or Cytoscape.

These programs know no roles. Nodes without a connection to them are inputs, nodes without one from
them are outputs, and all others are hidden, unless an attribute or the label of a node says
otherwise. The name of a node is its label. What was guessed is told in the notes, and `roles` of
`read_graphml` corrects it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import networkx

from nbn_core.checks import plural, shown
from nbn_core.errors import FormatError, TopologyError
from nbn_core.formats.parsing import quoted

LEFT_OUT: Final = "left out"
ROLES: Final = ("input", "hidden", "output", LEFT_OUT)

_NAMES = ("label", "name", "shared name", "Label", "Name")
_SAYING = ("role", "type", "kind", "layer", "class", "group", "category")
_ROLES = {
    "input": "input", "inputs": "input", "in": "input", "input layer": "input",
    "hidden": "hidden", "hidden layer": "hidden", "neuron": "hidden",
    "output": "output", "outputs": "output", "out": "output", "output layer": "output",
    "bias": LEFT_OUT, "biases": LEFT_OUT, "bias node": LEFT_OUT,
}  # fmt: skip
_BIAS = re.compile(r"\+1|bias(es)?([^a-z].*)?")
# A node of this label is a drawn bias, unless another label shows that the nodes are counted.
_COUNTED = {"b": "a", "1": "2"}
_OUTPUT = re.compile(r"out(put)?s?[ _.-]*\d*")
_LISTED = 8

_ALONE = "it has no connection"
_DRAWN_BIAS = "its label is that of a bias"
_BY_DIRECTION = {
    "input": "nothing is connected to it",
    "hidden": "it is between other nodes",
    "output": "it is connected to nothing",
}


def is_foreign(graph: networkx.Graph) -> bool:
    """Return whether the nodes of a graph do not have the roles that this program writes."""
    roles = [attributes.get("role") for _, attributes in graph.nodes(data=True)]
    own = any(role in ROLES for role in roles)
    return not own or any(_known(role) not in (None, role) for role in roles)


@dataclass(frozen=True, slots=True)
class NodeRole:
    """A node of a graph of another program, and the role that was guessed for it.

    Parameters
    ----------
    name : str
        Name of the node, unique in its graph.
    role : str
        Guessed role, one of `ROLES`.
    reason : str
        Why it was guessed, in words.
    n_in, n_out : int
        Number of connections to the node and from it.
    """

    name: str
    role: str
    reason: str
    n_in: int
    n_out: int


class ForeignGraph:
    """A directed graph without roles, with a guess of the role of each node.

    Parameters
    ----------
    graph : networkx.DiGraph
        Graph of another program.

    Raises
    ------
    FormatError
        If the graph has no direction, or several connections between two nodes.
    """

    def __init__(self, graph: networkx.DiGraph) -> None:
        if not graph.is_directed():
            raise FormatError(
                "The connections of this graph have no direction, which a network needs: export it "
                "as a directed graph."
            )
        if graph.is_multigraph():
            raise FormatError(
                "Two nodes of this graph have several connections, and a network has one: remove "
                "the others."
            )
        self._graph = graph
        labels = {node: _label(node, attributes) for node, attributes in graph.nodes(data=True)}
        self._names = _unique(labels)
        self._guesses = _guesses(graph, labels)

    @property
    def nodes(self) -> tuple[NodeRole, ...]:
        """The nodes in the order of the file, each with its guessed role."""
        graph = self._graph
        return tuple(
            NodeRole(name, *self._guesses[node], graph.in_degree(node), graph.out_degree(node))
            for node, name in self._names.items()
        )

    def with_roles(
        self, roles: Mapping[str, str] | None = None
    ) -> tuple[networkx.DiGraph, tuple[str, ...]]:
        """Return the graph with names and roles.

        Parameters
        ----------
        roles : mapping, optional
            Roles of nodes by their names, which replace the guessed ones.

        Returns
        -------
        graph : networkx.DiGraph
            Copy whose nodes are called by their labels and have roles.
        notes : tuple of str
            What was guessed or left out, a sentence each.

        Raises
        ------
        FormatError
            If a role is given that does not exist, or for a node that does not exist.
        TopologyError
            If the connections of a node do not fit its role.
        """
        given = dict(roles or {})
        _check_given(given, self._names.values())
        plain = networkx.DiGraph()
        by_direction: set[str] = set()
        left_out: dict[str, list[str]] = {}  # names by the reason
        for node, attributes in self._graph.nodes(data=True):
            name = self._names[node]
            guess, reason = self._guesses[node]
            role = given.get(name, guess)
            if role != guess:
                reason = "chosen"
            if role == LEFT_OUT:
                left_out.setdefault(reason, []).append(name)
                continue
            if reason in _BY_DIRECTION.values():
                by_direction.add(name)
            kept = {k: attributes[k] for k in ("activation", "gain", "leak") if k in attributes}
            plain.add_node(name, role=role, **kept)
        for source, target in self._graph.edges():
            if self._names[source] in plain and self._names[target] in plain:
                plain.add_edge(self._names[source], self._names[target])
        _check_roles(plain)
        notes = [*_notes_of_left_out(left_out), *_notes_of_ends(plain, by_direction)]
        if any("weight" in attributes for _, _, attributes in self._graph.edges(data=True)):
            notes.append("The weights of the connections left out: there are none for the biases.")
        return plain, tuple(notes)


def _check_given(given: Mapping[str, str], names: Iterable[str]) -> None:
    known = set(names)
    for name, role in given.items():
        if name not in known:
            raise FormatError(f"This graph has no node {quoted(name)}: correct its role.")
        if role not in ROLES:
            raise FormatError(
                f"{quoted(name)} is given the role {shown(role)}, which does not exist: choose "
                f"{', '.join(ROLES)}."
            )


def _check_roles(graph: networkx.DiGraph) -> None:
    """Raise TopologyError if the connections of a node do not fit its role; names the node."""
    for name, role in graph.nodes(data="role"):
        source = next(iter(graph.predecessors(name)), None)
        if role == "input" and source is not None:
            raise TopologyError(
                f"{quoted(name)} is an input, so {quoted(source)} cannot be connected to it: give "
                f"{quoted(name)} the role hidden or output, or leave {quoted(source)} out."
            )
        if role != "input" and source is None:
            raise TopologyError(
                f"Nothing is connected to {quoted(name)}, so it cannot be {_a(role)}: give it the "
                "role input, or leave it out."
            )
        if role == "hidden" and not graph.out_degree(name):
            raise TopologyError(
                f"{quoted(name)} is hidden but connected to nothing: give it the role output, or "
                "leave it out."
            )
    if not networkx.is_directed_acyclic_graph(graph):
        return  # no role mends a loop, which is told with the topology
    for role in ("input", "output"):
        if all(other != role for _, other in graph.nodes(data="role")):
            raise TopologyError(
                f"No node of this graph is {_a(role)}: give at least one node the role {role}."
            )


def _a(role: str) -> str:
    return role if role == "hidden" else f"an {role}"


def _notes_of_left_out(left_out: Mapping[str, list[str]]) -> list[str]:
    notes = []
    for reason, names in left_out.items():
        if reason == _ALONE:
            notes.append(f"{plural(len(names), 'node')} without a connection left out.")
        elif reason == "chosen":
            notes.append(f"Node {_listed(names)} left out, as chosen.")
        else:
            notes.append(f"Node {_listed(names)} left out: every neuron has a bias of its own.")
    return notes


def _notes_of_ends(graph: networkx.DiGraph, by_direction: set[str]) -> list[str]:
    notes = []
    for role, what in (("input", "Inputs"), ("output", "Outputs")):
        found = [name for name, is_role in graph.nodes(data="role") if is_role == role]
        by = ", by the direction of the connections" if by_direction.issuperset(found) else ""
        notes.append(f"{what}{by}: {_listed(found)}.")
    return notes


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(map(quoted, names[:_LISTED])) + more


# Names


def _label(node: Any, attributes: Mapping[str, Any]) -> str:
    texts = (attributes.get(key) for key in _NAMES)
    label = next((t for t in texts if isinstance(t, str) and t.strip()), str(node))
    return " ".join(label.split())[:80]


def _unique(labels: Mapping[Any, str]) -> dict[Any, str]:
    """Return the labels of the nodes; where two are equal, with the id of the node behind it."""
    counts = Counter(labels.values())
    names: dict[Any, str] = {}
    used = {label for label, count in counts.items() if count == 1}
    for node, label in labels.items():
        name = label
        while counts[label] > 1 and (name in used or name == label):
            name = f"{name} ({node})"
        used.add(name)
        names[node] = name
    return names


# Roles


def _guesses(graph: networkx.DiGraph, labels: Mapping[Any, str]) -> dict[Any, tuple[str, str]]:
    """Return the role and the reason for each node."""
    guesses = {node: guess for node in graph if (guess := _said(graph.nodes[node])) is not None}
    alone = {node for node in graph if not graph.degree(node)}
    if len(alone) < len(graph):
        for node in alone:
            guesses.setdefault(node, (LEFT_OUT, _ALONE))
    known = {label.lower() for label in labels.values()}
    for node in graph:
        if not graph.in_degree(node) and _is_bias(labels[node].lower(), known):
            guesses.setdefault(node, (LEFT_OUT, _DRAWN_BIAS))
    aside = {node for node, (role, _) in guesses.items() if role == LEFT_OUT}
    return {
        node: guesses.get(node) or _by_direction(graph, node, labels[node], aside) for node in graph
    }


def _said(attributes: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the role that an attribute of a node says."""
    by_key = {str(key).lower(): value for key, value in attributes.items()}
    for key in _SAYING:
        role = _known(by_key.get(key))
        if role is not None:
            return role, f"its {key} is {quoted(str(by_key[key]))}"
    return None


def _known(value: object) -> str | None:
    return _ROLES.get(value.strip().lower()) if isinstance(value, str) else None


def _is_bias(label: str, known: set[str]) -> bool:
    if label in _COUNTED:
        return _COUNTED[label] not in known
    return _BIAS.fullmatch(label) is not None


def _by_direction(
    graph: networkx.DiGraph, node: Any, label: str, aside: set[Any]
) -> tuple[str, str]:
    """Return the role by the directions of the connections; an output may say it is one."""
    if all(source in aside for source in graph.predecessors(node)):
        # A neuron that only a drawn bias feeds has no input: the network is told to be damaged.
        role = "hidden" if graph.in_degree(node) else "input"
    elif graph.out_degree(node) and _OUTPUT.fullmatch(label.lower()):
        return "output", "its label is that of an output"
    else:
        role = "hidden" if graph.out_degree(node) else "output"
    return role, _BY_DIRECTION[role]
