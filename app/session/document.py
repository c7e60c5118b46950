"""A document: an experiment with its drawing, and how one follows a change of the other.

This is the only place that decides what becomes of a drawing when the experiment changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from app.session.limits import check_size
from app.session.sketch import Sketch
from app.session.sketch_reader import from_drawing, read_drawing
from nbn_core.errors import NBNError, TopologyError
from nbn_core.experiment import Experiment, GivenStart, SeededStart
from nbn_core.network import Topology
from nbn_core.objective import starting_weights


@dataclass(frozen=True, slots=True)
class Document:
    """An experiment with its drawing.

    Parameters
    ----------
    experiment : Experiment
        The experiment that trains: its network is the complete part of the sketch.
    sketch : Sketch
        The drawing on the stage.
    blocked : str, optional
        Why the drawing cannot be trained, in one sentence; None if it can.
    """

    experiment: Experiment
    sketch: Sketch
    blocked: str | None = None


def document_of(experiment: Experiment) -> Document:
    """Make the document of an experiment; its own drawing counts if it fits the network."""
    sketch = from_drawing(experiment.topology, experiment.drawing)
    try:
        complete = sketch.topology()
    except NBNError as error:
        return Document(experiment, sketch, str(error))
    if complete != experiment.topology:
        # The network always takes precedence over the drawing that came with it.
        return Document(experiment, Sketch.of(experiment.topology, sketch.places()))
    return Document(experiment, sketch)


LOST_DRAWING: Final = (
    "The drawing that came with this network is damaged or belongs to another network, so the "
    "network is laid out anew: nothing else is affected."
)


def drawing_is_lost(experiment: Experiment) -> bool:
    """Whether an experiment comes with a drawing that cannot be shown."""
    if experiment.drawing is None:
        return False
    sketch = read_drawing(experiment.topology, experiment.drawing)
    if sketch is None:
        return True
    try:
        return sketch.topology() != experiment.topology
    except NBNError:
        return False


def redrawn(before: Document, experiment: Experiment) -> Document:
    """Draw a changed experiment; nodes keep their places only if the network is the same."""
    check_size(experiment)
    same = experiment.topology == before.experiment.topology
    return _drawn(experiment, before.sketch.places() if same else None)


def adapted(before: Document, experiment: Experiment) -> Document:
    """Draw a changed experiment; nodes keep their places if each of them had one before.

    A network that only has other names keeps its whole drawing, unfinished parts included.
    """
    known_network, network = before.experiment.topology, experiment.topology
    if network is known_network:
        return replace(before, experiment=experiment)
    if _same_but_for_names(network, known_network):
        swap = dict(zip(known_network.names, network.names, strict=True))
        if not set(network.names).intersection(before.sketch.names - swap.keys()):
            return _relabelled(before, experiment, before.sketch.relabelled(swap))
    names = set(experiment.topology.names)
    known = {k: v for k, v in before.sketch.places().items() if k in names}
    return _drawn(experiment, known if len(known) == len(names) else None)


def _same_but_for_names(one: Topology, other: Topology) -> bool:
    return (one.n_inputs, one.neurons, one.outputs) == (
        other.n_inputs, other.neurons, other.outputs,
    )  # fmt: skip


def _relabelled(before: Document, experiment: Experiment, sketch: Sketch) -> Document:
    blocked = before.blocked
    if blocked is not None:
        try:
            sketch.topology()
        except TopologyError as error:
            blocked = str(error)
    return Document(replace(experiment, drawing=sketch.to_drawing()), sketch, blocked)


def sketched(before: Document, sketch: Sketch, renamed: Topology | None = None) -> Document:
    """Return the document of a changed sketch; its complete part becomes the network.

    Parameters
    ----------
    before : Document
        The document before the change.
    sketch : Sketch
        The changed drawing.
    renamed : Topology, optional
        The network before the change with its new names, if nodes were renamed.
    """
    experiment = before.experiment
    network = renamed or experiment.topology
    try:
        topology, blocked = sketch.topology(), None
    except TopologyError as error:
        topology, blocked = network, str(error)
    start = carried(experiment, network, topology)
    changed = replace(experiment, topology=topology, start=start, drawing=sketch.to_drawing())
    check_size(changed)
    return Document(changed, sketch, blocked)


def drawing_of(before: Experiment, topology: Topology) -> Mapping[str, Any] | None:
    """Return the drawing that an experiment keeps with this network: none with another network."""
    return before.drawing if topology == before.topology else None


def carried(
    experiment: Experiment, before: Topology, topology: Topology
) -> SeededStart | GivenStart:
    """Keep weights set by hand with their connections; new connections get random weights."""
    if not isinstance(experiment.start, GivenStart):
        return experiment.start
    known = dict(zip(before.weight_names, experiment.start.weights, strict=True))
    drawn = starting_weights(topology, experiment.datasets()[0]).tolist()
    return GivenStart(
        tuple(known.get(name, new) for name, new in zip(topology.weight_names, drawn, strict=True))
    )


def _drawn(experiment: Experiment, places: Mapping[str, tuple[float, float]] | None) -> Document:
    sketch = Sketch.of(experiment.topology, places)
    return Document(replace(experiment, drawing=sketch.to_drawing()), sketch)
