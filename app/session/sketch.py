"""A sketch: what stands on the stage, finished or not.

A Topology is always complete; a drawing in the making is not. A sketch holds every node and link
somebody drew, with their places. Its complete part is the network that trains; neurons without an
input or without a path to an output are loose: drawn dashed, said in a sentence, left out.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import networkx

from nbn_core.errors import CycleError, TopologyError, UnreachableNeuronError
from nbn_core.network import ACTIVATIONS, Topology

MAX_NODES = 2_000
MAX_LINKS = 4_000
MAX_NAME = 24
ROLES = ("input", "hidden", "output")
FAR = 1e6
_NO_LETTERS = ("Cc", "Cs", "Zl", "Zp")

Places = Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class SketchNode:
    """A node with its settings and, once somebody put it there, its place."""

    name: str
    role: str
    activation: str = "bipolar"
    gain: float = 1.0
    leak: float = 0.0
    place: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Sketch:
    """Nodes in the order in which they were drawn, and links between them by name.

    `outputs` are the names of the outputs in the order of the targets, which a drawing cannot
    change; in the order of the nodes if left out.
    """

    nodes: tuple[SketchNode, ...]
    links: tuple[tuple[str, str], ...]
    outputs: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.outputs:
            object.__setattr__(self, "outputs", tuple(self.of_role("output")))

    @classmethod
    def of(cls, topology: Topology, places: Places | None = None) -> Sketch:
        """Draw a topology; nodes without a place are laid out by the stage."""
        graph = topology.to_networkx()
        at = places or {}
        nodes = tuple(
            SketchNode(
                str(name),
                values["role"],
                values.get("activation", "bipolar"),
                values.get("gain", 1.0),
                values.get("leak", 0.0),
                at.get(str(name)),
            )
            for name, values in graph.nodes(data=True)
        )
        links = tuple((str(a), str(b)) for a, b in graph.edges)
        return cls(nodes, links, topology.output_names)

    def graph(self) -> networkx.DiGraph:
        """Return all of it as a networkx graph, loose parts included."""
        graph = networkx.DiGraph()
        place = {name: m for m, name in enumerate(self.outputs)}
        for node in self.nodes:
            extra = {"output": place[node.name]} if node.name in place else {}
            graph.add_node(
                node.name,
                role=node.role,
                activation=node.activation,
                gain=node.gain,
                leak=node.leak,
                **extra,
            )
        graph.add_edges_from(self.links)
        return graph

    def loose(self) -> dict[str, str]:
        """Neurons that take no part, each with the reason in a sentence."""
        graph = self.graph()
        return _loose(graph, self.of_role("input"), self.outputs)

    def topology(self) -> Topology:
        """Return the complete part.

        Raises
        ------
        CycleError
            If the links form a loop.
        UnreachableNeuronError
            If an output has nothing that feeds it.
        """
        graph = self.graph()
        _refuse_loops(graph)
        loose = _loose(graph, self.of_role("input"), self.outputs)
        for name in self.outputs:
            if name in loose:
                raise UnreachableNeuronError(
                    f"Output {plain(name)} has no path from an input: draw a link to it."
                )
        graph.remove_nodes_from(loose)
        return Topology.from_networkx(graph)

    def places(self) -> dict[str, tuple[float, float]]:
        """Return the places of the nodes that have one."""
        return {node.name: node.place for node in self.nodes if node.place is not None}

    def renamed(self, name: str, new: str) -> Sketch:
        """Return the same sketch with one node renamed.

        Raises
        ------
        TopologyError
            If there is no such node, or the new name is taken or not a name.
        """
        names = {node.name for node in self.nodes}
        if name not in names:
            raise TopologyError("That neuron is no longer on the stage.")
        check_name(new)
        if new in names:
            raise TopologyError(f'There is already a node called "{new}": choose another name.')
        swap = {name: new}
        return Sketch(
            tuple(replace(n, name=swap.get(n.name, n.name)) for n in self.nodes),
            tuple((swap.get(a, a), swap.get(b, b)) for a, b in self.links),
            tuple(swap.get(output, output) for output in self.outputs),
        )

    def to_drawing(self) -> dict[str, Any] | None:
        """What an Experiment carries of it: places, and the whole sketch while parts are loose."""
        places = {name: list(place) for name, place in self.places().items()}
        if not self.loose():
            return {"at": places} if places else None
        return {
            "at": places,
            "nodes": [[n.name, n.role, n.activation, n.gain, n.leak] for n in self.nodes],
            "links": [list(link) for link in self.links],
        }

    def of_role(self, role: str) -> list[str]:
        """Return the names of the nodes that are inputs, hidden neurons or outputs."""
        return [node.name for node in self.nodes if node.role == role]


def from_drawing(topology: Topology, drawing: object) -> Sketch:
    """Read what `to_drawing` wrote; a damaged or foreign drawing is redrawn from the topology.

    Only places and loose parts come from it: the network itself is the topology's.
    """
    if not isinstance(drawing, Mapping):
        return Sketch.of(topology)
    try:
        places = _read_places(drawing.get("at", {}))
        if "nodes" not in drawing:
            return Sketch.of(topology, places)
        sketch = read_sketch(
            {
                "nodes": [
                    dict(zip(("id", "role", "activation", "gain", "leak"), row, strict=True))
                    for row in drawing["nodes"]
                ],
                "links": list(drawing["links"]),
            }
        )
        _same_numbers(topology, sketch)
        placed = tuple(replace(node, place=places.get(node.name)) for node in sketch.nodes)
        known = set(sketch.outputs) == set(topology.output_names)
        return Sketch(placed, sketch.links, topology.output_names if known else sketch.outputs)
    except (TopologyError, TypeError, ValueError, LookupError):
        return Sketch.of(topology)


def read_sketch(message: object) -> Sketch:
    """Check a drawing that came from a browser or a file.

    Parameters
    ----------
    message
        {"nodes": [{"id", "role", "activation", "gain", "leak", "x", "y"}], "links": [[from, to]]}

    Returns
    -------
    Sketch

    Raises
    ------
    TopologyError
        If anything in it is not what it must be.
    """
    nodes, links = _lists(message)
    read = tuple(_read_node(node) for node in nodes)
    names = {node.name for node in read}
    if len(names) < len(read):
        raise TopologyError("Two nodes of the drawing have the same name: rename one.")
    pairs = tuple(_read_link(link, names) for link in links)
    if len(set(pairs)) < len(pairs):
        raise TopologyError("A link stands twice in the drawing: it was left as it was.")
    sketch = Sketch(read, pairs)
    inputs = set(sketch.of_role("input"))
    for source, target in pairs:
        if target in inputs:
            raise TopologyError(f"{plain(target)} is an input, so {plain(source)} cannot feed it.")
    _refuse_loops(sketch.graph())
    return sketch


def check_name(name: object) -> str:
    """Return a node's name, or say why it cannot be one."""
    if not isinstance(name, str) or not 1 <= len(name) <= MAX_NAME or not name.isprintable():
        raise TopologyError(
            f"A name has 1 to {MAX_NAME} letters, digits or signs: choose another one."
        )
    if name != name.strip():
        raise TopologyError("A name does not start or end with a blank: choose another one.")
    return name


def plain(name: str) -> str:
    """Return a name as it can stand in a sentence: nothing in it turns the text around."""
    return "".join(c if c.isprintable() else "\ufffd" for c in name)


def _same_numbers(topology: Topology, sketch: Sketch) -> None:
    counts = (topology.n_inputs, topology.n_outputs)
    if counts != (len(sketch.of_role("input")), len(sketch.outputs)):
        raise TopologyError("The drawing is one of another network.")


def _known_name(name: object) -> str:
    """Return a name that a network may have, if not one that anybody would choose."""
    known = isinstance(name, str) and 1 <= len(name) <= MAX_NAME and not name.isspace()
    if not known or any(unicodedata.category(c) in _NO_LETTERS for c in str(name)):
        return check_name(None)
    return str(name)


def _lists(message: object) -> tuple[Sequence[Any], Sequence[Any]]:
    if not isinstance(message, Mapping):
        raise TopologyError("The drawing could not be read: it was left as it was.")
    nodes, links = message.get("nodes"), message.get("links")
    if not isinstance(nodes, (list, tuple)) or not isinstance(links, (list, tuple)):
        raise TopologyError("The drawing could not be read: it was left as it was.")
    if len(nodes) > MAX_NODES:
        raise TopologyError(f"The stage holds {MAX_NODES} nodes; this drawing has {len(nodes):,}.")
    if len(links) > MAX_LINKS:
        raise TopologyError(f"The stage holds {MAX_LINKS:,} links; this has {len(links):,}.")
    return nodes, links


def _read_node(node: object) -> SketchNode:
    if not isinstance(node, Mapping):
        raise TopologyError("A node of the drawing could not be read: it was left as it was.")
    name = _known_name(node.get("id"))
    role, activation = node.get("role"), node.get("activation", "bipolar")
    if not isinstance(role, str) or role not in ROLES:
        raise TopologyError(f"{plain(name)} must be an input, a hidden neuron or an output.")
    x, y = node.get("x"), node.get("y")
    place = None
    if x is not None and y is not None:
        place = _place(x, y, f"The place of {plain(name)}")
    if role == "input":
        return SketchNode(name, role, place=place)
    if not isinstance(activation, str) or activation not in ACTIVATIONS:
        raise TopologyError(
            f"{plain(name)} has an activation that is not known: choose one of the list."
        )
    gain = _number(node.get("gain", 1.0), f"The gain of {plain(name)}", 0.0, 1000.0)
    if gain == 0.0:
        raise TopologyError(f"The gain of {plain(name)} must be larger than 0.")
    leak = _number(node.get("leak", 0.0), f"The leak of {plain(name)}", 0.0, 1000.0)
    return SketchNode(name, role, activation, gain, leak, place)


def _read_link(link: object, names: set[str]) -> tuple[str, str]:
    if not isinstance(link, (list, tuple)) or len(link) != 2:
        raise TopologyError("A link of the drawing could not be read: it was left as it was.")
    for end in link:
        if not isinstance(end, str) or end not in names:
            raise TopologyError("A link leads to a node that is not there: it was left out.")
    return link[0], link[1]


def _number(value: object, what: str, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise TopologyError(f"{what} must be a number from {low:g} to {high:g}.")
    return float(value)


def _place(x: object, y: object, what: str) -> tuple[float, float]:
    """A place to a tenth, the same in the session and in the link."""
    return (
        round(_number(x, what, -FAR, FAR), 1) + 0.0,
        round(_number(y, what, -FAR, FAR), 1) + 0.0,
    )


def _read_places(places: object) -> dict[str, tuple[float, float]]:
    if not isinstance(places, Mapping):
        raise TopologyError("The places could not be read.")
    return {
        name: _place(spot[0], spot[1], f"The place of {plain(name)}")
        for name, spot in places.items()
    }


def _refuse_loops(graph: networkx.DiGraph) -> None:
    loop = _find_loop(graph)
    if not loop:
        return
    shown = loop if len(loop) <= 8 else [*loop[:4], "\u2026", *loop[-3:]]
    raise CycleError(
        f"The links {' to '.join(map(plain, [*shown, loop[0]]))} form a loop: "
        "signals only run forward, remove one."
    )


def _find_loop(graph: networkx.DiGraph) -> list[str]:
    """Find a loop, in the direction of its links, in time proportional to their number."""
    missing = dict(graph.in_degree)
    ready = [node for node, count in missing.items() if not count]
    while ready:
        node = ready.pop()
        del missing[node]
        for successor in graph.successors(node):
            missing[successor] -= 1
            if not missing[successor]:
                ready.append(successor)
    path: dict[str, None] = {}
    node = next(iter(missing), None)  # what is left has a link from something left
    while node is not None and node not in path:
        path[node] = None
        node = next(source for source in graph.predecessors(node) if source in missing)
    names = list(path)
    return [] if node is None else names[names.index(node) :][::-1]


def _loose(
    graph: networkx.DiGraph, inputs: Iterable[str], outputs: Iterable[str]
) -> dict[str, str]:
    fed = _reached(graph, inputs)
    heard = _reached(graph.reverse(copy=False), outputs)
    reasons = {}
    for name, role in graph.nodes(data="role"):
        if role == "input":
            continue
        if name not in fed:
            reasons[name] = f"{plain(name)} is left out: it has no input yet. Draw a link to it."
        elif name not in heard:
            reasons[name] = (
                f"{plain(name)} is left out: it has no path to an output yet. Draw a link from it."
            )
    return reasons


def _reached(graph: networkx.DiGraph, start: Iterable[str]) -> set[str]:
    reached = set(start)
    stack = list(reached)
    while stack:
        for node in graph.successors(stack.pop()):
            if node not in reached:
                reached.add(node)
                stack.append(node)
    return reached
