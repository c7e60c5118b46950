"""Document: an experiment with its drawing, and how one follows a change of the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.session.limits import check_size
from app.session.sketch import Sketch, from_drawing
from nbn_core.errors import NBNError, TopologyError
from nbn_core.experiment import Experiment, GivenStart, SeededStart
from nbn_core.network import Topology, initial_weights


@dataclass(frozen=True, slots=True)
class Document:
    """An experiment with the sketch it was drawn as, and why the sketch cannot train, if so."""

    experiment: Experiment
    sketch: Sketch
    blocked: str | None = None


def document_of(experiment: Experiment) -> Document:
    """Draw an experiment as the drawing in it says, as far as it fits the network."""
    sketch = from_drawing(experiment.topology, experiment.drawing)
    try:
        complete = sketch.topology()
    except NBNError as error:
        return Document(experiment, sketch, str(error))
    if complete != experiment.topology:
        # A drawing never overrules the network it came with.
        return Document(experiment, Sketch.of(experiment.topology, sketch.places()))
    return Document(experiment, sketch)


def redrawn(before: Document, experiment: Experiment) -> Document:
    """Draw a changed experiment: the same network where it was, any other network anew."""
    check_size(experiment)
    same = experiment.topology == before.experiment.topology
    return _drawn(experiment, before.sketch.places() if same else None)


def adapted(before: Document, experiment: Experiment) -> Document:
    """Draw a changed experiment; nodes that all stay keep their places."""
    if experiment.topology is before.experiment.topology:
        return replace(before, experiment=experiment)
    names = set(experiment.topology.names)
    known = {k: v for k, v in before.sketch.places().items() if k in names}
    return _drawn(experiment, known if len(known) == len(names) else None)


def sketched(before: Document, sketch: Sketch, renamed: Topology | None = None) -> Document:
    """Take up a sketch; the network follows as far as the sketch is complete.

    `renamed` is the network so far, if its nodes have other names now.
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


def carried(
    experiment: Experiment, before: Topology, topology: Topology
) -> SeededStart | GivenStart:
    """Weights set by hand stay with their connections; new connections get drawn ones."""
    if not isinstance(experiment.start, GivenStart):
        return experiment.start
    known = dict(zip(before.weight_names, experiment.start.weights, strict=True))
    drawn = initial_weights(topology, seed=0).tolist()
    return GivenStart(
        tuple(known.get(name, new) for name, new in zip(topology.weight_names, drawn, strict=True))
    )


def _drawn(experiment: Experiment, places: Mapping[str, tuple[float, float]] | None) -> Document:
    sketch = Sketch.of(experiment.topology, places)
    return Document(replace(experiment, drawing=sketch.to_drawing()), sketch)
