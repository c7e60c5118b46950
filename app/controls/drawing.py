"""Drawings: the network follows as far as the sketch is complete."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from app.controls.action import Action
from app.controls.weights import carried
from app.jobs import Workers
from app.limits import check_size
from app.stage.messages import Message
from app.stage.sketch import Sketch, read_sketch
from app.state import Bench, Document
from nbn_core.errors import TopologyError
from nbn_core.network import Topology


def _graph(bench: Bench, message: Message, workers: Workers) -> None:
    drawn = read_sketch(message.fields.get("graph"))
    _draw(bench, _same_ends(bench.document.sketch, drawn))


def _rename(bench: Bench, message: Message, workers: Workers) -> None:
    name, new = message.text("id"), message.text("name")
    sketch = bench.document.sketch.renamed(name, new)
    topology = bench.experiment.topology
    names = tuple(new if known == name else known for known in topology.names)
    if len(set(names)) == len(names):
        topology = replace(topology, names=names)
    _draw(bench, sketch, topology)


def _draw(bench: Bench, sketch: Sketch, before: Topology | None = None) -> None:
    """Make a sketch the current one; the network follows as far as the sketch is complete.

    `before` is the network so far, under the names it has now.
    """
    experiment = bench.experiment
    before = before or experiment.topology
    try:
        topology, blocked = sketch.topology(), None
    except TopologyError as error:
        topology, blocked = before, str(error)
    start = carried(experiment, before, topology)
    changed = replace(experiment, topology=topology, start=start, drawing=sketch.to_drawing())
    check_size(changed)
    bench.put(Document(changed, sketch, blocked))


def _same_ends(before: Sketch, after: Sketch) -> Sketch:
    """Inputs and outputs belong to the data: a drawing can neither add, lose nor reorder them."""
    if before.of_role("input") != after.of_role("input"):
        raise TopologyError("Each input belongs to the data and stays: choose other data.")
    if sorted(before.outputs) != sorted(after.outputs):
        raise TopologyError("Each output belongs to the data and stays: choose other data.")
    return replace(after, outputs=before.outputs)


ACTIONS: Final[dict[str, Action]] = {
    "graph": _graph,
    "rename": _rename,
}
