"""Edits of the drawing: the network changes as soon as the sketch is a complete network."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from app.draw.action import Action
from app.session.document import sketched
from app.session.jobs import Workers
from app.session.messages import Message
from app.session.sketch import Sketch
from app.session.sketch_reader import read_sketch
from app.session.state import Session
from nbn_core.errors import TopologyError


def _graph(session: Session, message: Message, workers: Workers) -> None:
    drawn = read_sketch(message.fields.get("graph"))
    session.put(sketched(session.document, _same_ends(session.document.sketch, drawn)))


def _rename(session: Session, message: Message, workers: Workers) -> None:
    name, new = message.text("id"), message.text("name")
    sketch = session.document.sketch.renamed(name, new)
    topology = session.experiment.topology
    names = tuple(new if known == name else known for known in topology.names)
    if len(set(names)) == len(names):
        topology = replace(topology, names=names)
    session.put(sketched(session.document, sketch, topology))


def _same_ends(before: Sketch, after: Sketch) -> Sketch:
    """Return the drawing with its outputs in the order of the data.

    Raises TopologyError if it adds, removes or reorders inputs, or adds or removes outputs.
    """
    if before.of_role("input") != after.of_role("input"):
        raise TopologyError("Each input belongs to the data and stays: choose other data.")
    if sorted(before.outputs) != sorted(after.outputs):
        raise TopologyError("Each output belongs to the data and stays: choose other data.")
    return replace(after, outputs=before.outputs)


ACTIONS: Final[dict[str, Action]] = {
    "graph": _graph,
    "rename": _rename,
}
