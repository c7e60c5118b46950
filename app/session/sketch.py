"""A sketch: the drawing on the stage, finished or not.

A Topology is always complete; a drawing in progress is not. A sketch holds every node and link that
was drawn, with the positions of the nodes. Its complete part is the network that trains. Neurons
without an input or without a path to an output are loose: they are drawn dashed, named in a message
and left out of the network.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import networkx

from nbn_core.errors import CycleError, TopologyError, UnreachableNeuronError
from nbn_core.network import NAME_LENGTH, Topology
from nbn_core.network.validation import find_loop

Places = Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class SketchNode:
    """A node of the drawing.

    Parameters
    ----------
    name : str
        Name, unique in the drawing.
    role : str
        "input", "hidden" or "output".
    activation : str
        Name of the activation function; unused for an input.
    gain, leak : float
        Settings of the neuron; unused for an input.
    place : tuple of two float, optional
        Position on the stage, x and y in pixels, y downwards; None to have the stage lay it out.
    """

    name: str
    role: str
    activation: str = "bipolar"
    gain: float = 1.0
    leak: float = 0.0
    place: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Sketch:
    """A drawing: nodes, and links between them by name.

    Parameters
    ----------
    nodes : tuple of SketchNode
        Nodes in the order in which they were drawn.
    links : tuple of (str, str)
        Names of source and target of each link.
    outputs : tuple of str, optional
        Names of the outputs in the order of the targets, which drawing cannot change; by default
        in the order of the nodes.
    """

    nodes: tuple[SketchNode, ...]
    links: tuple[tuple[str, str], ...]
    outputs: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.outputs:
            object.__setattr__(self, "outputs", tuple(self.of_role("output")))

    @classmethod
    def of(cls, topology: Topology, places: Places | None = None) -> Sketch:
        """Make the sketch of a topology; the stage lays out nodes that are not in `places`."""
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
        """Return the whole drawing as a networkx graph, loose parts included."""
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
        """Return the neurons that are left out, each with the reason in one sentence."""
        graph = self.graph()
        return _loose(graph, self.of_role("input"), self.outputs)

    def topology(self) -> Topology:
        """Return the complete part of the drawing: the network that trains.

        Raises
        ------
        CycleError
            If the links form a loop.
        UnreachableNeuronError
            If an output has no path from an input.
        """
        graph = self.graph()
        refuse_loops(graph)
        loose = _loose(graph, self.of_role("input"), self.outputs)
        for name in self.outputs:
            if name in loose:
                raise UnreachableNeuronError(
                    f"Output {plain(name)} has no path from an input: draw a link to it."
                )
        graph.remove_nodes_from(loose)
        return Topology.from_networkx(graph)

    def places(self) -> dict[str, tuple[float, float]]:
        """Return the positions of the nodes that have one."""
        return {node.name: node.place for node in self.nodes if node.place is not None}

    def renamed(self, name: str, new: str) -> Sketch:
        """Return a copy with one node renamed.

        Raises
        ------
        TopologyError
            If there is no such node, or the new name is taken or not valid.
        """
        names = {node.name for node in self.nodes}
        if name not in names:
            raise TopologyError("This neuron is no longer on the stage: select another one.")
        check_name(new)
        if new in names:
            raise TopologyError(f'There is already a node called "{new}": choose another name.')
        return self.relabelled({name: new})

    @property
    def names(self) -> set[str]:
        """Names of all nodes."""
        return {node.name for node in self.nodes}

    def relabelled(self, swap: Mapping[str, str]) -> Sketch:
        """Return a copy in which nodes have other names: the new one by the old one."""
        return Sketch(
            tuple(replace(n, name=swap.get(n.name, n.name)) for n in self.nodes),
            tuple((swap.get(a, a), swap.get(b, b)) for a, b in self.links),
            tuple(swap.get(output, output) for output in self.outputs),
        )

    def to_drawing(self) -> dict[str, Any] | None:
        """Return what an Experiment saves: positions, and the whole sketch if parts are loose."""
        places = {name: list(place) for name, place in self.places().items()}
        if not self.loose():
            return {"at": places} if places else None
        return {
            "at": places,
            "nodes": [[n.name, n.role, n.activation, n.gain, n.leak] for n in self.nodes],
            "links": [list(link) for link in self.links],
        }

    def of_role(self, role: str) -> list[str]:
        """Return the names of the nodes of one role."""
        return [node.name for node in self.nodes if node.role == role]


def check_name(name: object) -> str:
    """Return a name that the reader typed for a node.

    Raises
    ------
    TopologyError
        If it is empty, too long, or has invisible characters.
    """
    if not isinstance(name, str) or not 1 <= len(name) <= NAME_LENGTH or not name.isprintable():
        raise TopologyError(
            f"A name must have 1 to {NAME_LENGTH} visible characters: choose another one."
        )
    if name != name.strip():
        raise TopologyError("A name must not start or end with a space: choose another one.")
    return name


def plain(name: str) -> str:
    """Return a name that is safe in a message: invisible characters are replaced."""
    return "".join(c if c.isprintable() else "\ufffd" for c in name)


def refuse_loops(graph: networkx.DiGraph) -> None:
    """Raise CycleError if the links form a loop."""
    names = list(graph)
    index = {name: number for number, name in enumerate(names)}
    loop = find_loop([[index[source] for source in graph.predecessors(name)] for name in names])
    if not loop:
        return
    listed = [plain(names[number]) for number in loop]
    shown = listed if len(listed) <= 8 else [*listed[:4], "\u2026", *listed[-3:]]
    raise CycleError(
        f"The links {' to '.join([*shown, shown[0]])} form a loop, but signals run forward only: "
        "remove one of them."
    )


def _loose(
    graph: networkx.DiGraph, inputs: Iterable[str], outputs: Iterable[str]
) -> dict[str, str]:
    from_inputs = _reached(graph, inputs)
    to_outputs = _reached(graph.reverse(copy=False), outputs)
    reasons = {}
    for name, role in graph.nodes(data="role"):
        if role == "input":
            continue
        if name not in from_inputs:
            reasons[name] = f"{plain(name)} is left out: it has no input yet. Draw a link to it."
        elif name not in to_outputs:
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
