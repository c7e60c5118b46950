"""Check a drawing that comes from a browser, a link or a file, and make a Sketch of it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from app.session.sketch import Sketch, SketchNode, check_name, plain, refuse_loops
from nbn_core.errors import TopologyError
from nbn_core.network import ACTIVATIONS, GAIN_MAX, LEAK_MAX, NAME_LENGTH, ROLES, Topology

MAX_NODES: Final = 2_000
MAX_LINKS: Final = 4_000
MAX_COORDINATE: Final = 1e6
_INVISIBLE: Final = ("Cc", "Cs", "Zl", "Zp")  # Unicode categories: controls, surrogates, separators


def from_drawing(topology: Topology, drawing: object) -> Sketch:
    """Read what `Sketch.to_drawing` wrote.

    Only positions and loose parts are read from it: the network itself is that of the topology. A
    drawing that is damaged or belongs to another network is ignored.

    Parameters
    ----------
    topology : Topology
        The network of the experiment.
    drawing : object
        The drawing in the experiment, not yet validated.
    """
    sketch = read_drawing(topology, drawing)
    return Sketch.of(topology) if sketch is None else sketch


def read_drawing(topology: Topology, drawing: object) -> Sketch | None:
    """Read a drawing as `from_drawing` does; None if it is damaged or of another network."""
    if not isinstance(drawing, Mapping):
        return None
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
        return None


def read_sketch(message: object) -> Sketch:
    """Check a drawing and make a Sketch of it.

    Parameters
    ----------
    message : object
        {"nodes": [{"id", "role", "activation", "gain", "leak", "x", "y"}], "links": [[from, to]]}

    Raises
    ------
    TopologyError
        If anything in it is not valid.
    """
    nodes, links = _lists(message)
    read = tuple(_read_node(node) for node in nodes)
    names = {node.name for node in read}
    if len(names) < len(read):
        raise TopologyError("Two nodes of the drawing have the same name: rename one.")
    pairs = tuple(_read_link(link, names) for link in links)
    if len(set(pairs)) < len(pairs):
        raise TopologyError("A link appears twice in the drawing: the change was not made.")
    sketch = Sketch(read, pairs)
    inputs = set(sketch.of_role("input"))
    for source, target in pairs:
        if target in inputs:
            raise TopologyError(f"{plain(target)} is an input, so {plain(source)} cannot feed it.")
    refuse_loops(sketch.graph())
    return sketch


def _same_numbers(topology: Topology, sketch: Sketch) -> None:
    counts = (topology.n_inputs, topology.n_outputs)
    if counts != (len(sketch.of_role("input")), len(sketch.outputs)):
        raise TopologyError("The drawing belongs to another network.")


def _known_name(name: object) -> str:
    """Return a name that a network may have, even if `check_name` would refuse it."""
    known = isinstance(name, str) and 1 <= len(name) <= NAME_LENGTH and not name.isspace()
    if not known or any(unicodedata.category(c) in _INVISIBLE for c in str(name)):
        return check_name(None)
    return str(name)


def _lists(message: object) -> tuple[Sequence[Any], Sequence[Any]]:
    if not isinstance(message, Mapping):
        raise TopologyError("The drawing could not be read: the change was not made.")
    nodes, links = message.get("nodes"), message.get("links")
    if not isinstance(nodes, (list, tuple)) or not isinstance(links, (list, tuple)):
        raise TopologyError("The drawing could not be read: the change was not made.")
    if len(nodes) > MAX_NODES:
        raise TopologyError(
            f"The stage holds at most {MAX_NODES:,} nodes, but this drawing has {len(nodes):,}: "
            "use fewer."
        )
    if len(links) > MAX_LINKS:
        raise TopologyError(
            f"The stage holds at most {MAX_LINKS:,} links, but this drawing has {len(links):,}: "
            "use fewer."
        )
    return nodes, links


def _read_node(node: object) -> SketchNode:
    if not isinstance(node, Mapping):
        raise TopologyError("A node of the drawing could not be read: the change was not made.")
    name = _known_name(node.get("id"))
    role, activation = node.get("role"), node.get("activation", "bipolar")
    if not isinstance(role, str) or role not in ROLES:
        raise TopologyError(f"{plain(name)} must be an input, a hidden neuron or an output.")
    x, y = node.get("x"), node.get("y")
    place = None
    if x is not None and y is not None:
        place = _place(x, y, f"The position of {plain(name)}")
    if role == "input":
        return SketchNode(name, role, place=place)
    if not isinstance(activation, str) or activation not in ACTIVATIONS:
        raise TopologyError(
            f"The activation of {plain(name)} is not known: choose one from the list."
        )
    gain = _number(node.get("gain", 1.0), f"The gain of {plain(name)}", 0.0, GAIN_MAX)
    if gain == 0.0:
        raise TopologyError(f"The gain of {plain(name)} must be greater than 0.")
    leak = _number(node.get("leak", 0.0), f"The leak of {plain(name)}", 0.0, LEAK_MAX)
    return SketchNode(name, role, activation, gain, leak, place)


def _read_link(link: object, names: set[str]) -> tuple[str, str]:
    if not isinstance(link, (list, tuple)) or len(link) != 2:
        raise TopologyError("A link of the drawing could not be read: the change was not made.")
    for end in link:
        if not isinstance(end, str) or end not in names:
            raise TopologyError(
                "A link leads to a node that does not exist: the change was not made."
            )
    return link[0], link[1]


def _number(value: object, what: str, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise TopologyError(f"{what} must be a number from {low:g} to {high:g}.")
    return float(value)


def _place(x: object, y: object, what: str) -> tuple[float, float]:
    """Round a position to a tenth of a pixel, so that the session and the link have the same."""
    return (
        round(_number(x, what, -MAX_COORDINATE, MAX_COORDINATE), 1) + 0.0,
        round(_number(y, what, -MAX_COORDINATE, MAX_COORDINATE), 1) + 0.0,
    )


def _read_places(places: object) -> dict[str, tuple[float, float]]:
    if not isinstance(places, Mapping):
        raise TopologyError("The positions could not be read.")
    return {
        name: _place(spot[0], spot[1], f"The position of {plain(name)}")
        for name, spot in places.items()
    }
