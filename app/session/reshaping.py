"""Growing, pruning and rewiring of the network on the stage.

The first step makes a document that starts from the weights shown, with a run that changes the
network. While the run goes on, the drawing shows all connections that ever lived. `keep` makes a
document of the network of one row. Undo returns to the document before, with its run.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from app.session import limits
from app.session.document import Document
from app.session.jobs import Workers
from app.session.reshaping_run import ReshapingRun
from app.session.sketch import Sketch
from app.session.state import Session
from app.session.training import PROMPT_WAIT, drop_run, refusal
from app.session.training_key import training_key
from app.session.view import CurrentView
from app.session.weights import shown_weights
from nbn_core.errors import SettingError, TopologyError
from nbn_core.experiment import GivenStart
from nbn_core.network import Topology
from nbn_core.structure import Back, Reshaping, Step
from nbn_core.types import FloatArray

ROOM: Final = 60.0  # pixels between a new neuron and the one that it feeds


def run_of(session: Session) -> ReshapingRun | None:
    """Return the run of the session if it changes the network."""
    return session.run if isinstance(session.run, ReshapingRun) else None


def reshape(session: Session, workers: Workers, *steps: Step) -> None:
    """Do some steps, beginning with the network and the weights that are shown.

    Parameters
    ----------
    session : Session
        Session of this tab.
    workers : Workers
        Threads that train.
    *steps : Step
        Steps to do, in this order.

    Raises
    ------
    NBNError
        If the drawing is not complete, or the rule cannot follow a change of the network.
    """
    run = run_of(session)
    session.play = run is None
    if run is None:
        run = _begin(session)
    else:
        session.resumed += 1
        trace = run.trace()
        if trace is not None and session.iteration < len(trace) - 1:
            steps = (Back(session.iteration), *steps)
    session.halted, session.settling = False, True
    run.do(workers, *steps)
    run.wait(PROMPT_WAIT)
    follow(session)


def preview(session: Session) -> Reshaping:
    """Return a reshaping of the network and the weights that are shown, which nobody carries out.

    Raises
    ------
    NBNError
        If the drawing is not complete, or the rule cannot follow a change of the network.
    """
    topology, weights = shown_network(session)
    return _reshaping(session, topology, weights)


def shown_network(session: Session) -> tuple[Topology, FloatArray]:
    """Return the network that is shown, without what is dead, and its weights."""
    run = run_of(session)
    if run is not None:
        return run.reshaping.network_at(session.iteration)
    return session.experiment.topology, shown_weights(session, session.iteration)


def keep(session: Session, row: int) -> None:
    """Make the network of a row the drawing; training starts from its weights.

    Raises
    ------
    TopologyError
        If no network is being grown, pruned or rewired.
    """
    run = run_of(session)
    if run is None:
        raise TopologyError("This network has not been changed: grow, prune or rewire it first.")
    topology, weights = run.reshaping.network_at(row)
    kept = _document(session, topology, weights)
    if training_key(kept.experiment) == session.run_from:  # the start, and nothing was born since
        drop_run(session)
    else:
        session.put(kept)


def living_view(session: Session, now: CurrentView) -> CurrentView:
    """Return the view of what is alive at the row shown: that row alone, without dead weights.

    Parameters
    ----------
    session : Session
        Session of this tab.
    now : CurrentView
        The current view; returned as it is if the network does not change.
    """
    run = run_of(session)
    if run is None or now.trace is None:
        return now
    topology, weights = run.reshaping.network_at(now.k)
    trace = now.trace.part(now.k).until(1)
    trace = replace(trace, first=0, weights=weights[np.newaxis], alive=None)
    experiment = _document(session, topology, weights).experiment
    return CurrentView(experiment, trace, now.running, 0, 0, 0)


def follow(session: Session) -> None:
    """Let the drawing show what was born since."""
    run = run_of(session)
    if run is None or run.drawn is run.reshaping.topology:
        return
    run.drawn = run.reshaping.topology
    run.drawings += 1
    weights = run.reshaping.trace_in(run.drawn).weights[0]
    session.follow(_document(session, run.drawn, weights))


def _begin(session: Session) -> ReshapingRun:
    document = session.document
    if document.blocked:
        raise TopologyError(document.blocked)
    weights = shown_weights(session, session.iteration)
    reason = refusal(document.experiment)
    if reason is not None:
        raise SettingError(reason)
    run = ReshapingRun(_reshaping(session, document.experiment.topology, weights))
    session.put(_document(session, document.experiment.topology, weights))
    session.run, session.run_from = run, training_key(session.experiment)
    return run


def _reshaping(session: Session, topology: Topology, weights: FloatArray) -> Reshaping:
    experiment = session.experiment
    parts = experiment.parts()
    return Reshaping(
        topology, parts.train, experiment.rule, weights=weights, test=parts.test,
        target_sse=experiment.stopping.target_sse, most_weights=limits.MAX_WEIGHTS,
        most_rows=limits.MAX_ITERATIONS,
        **experiment.settings,
    )  # fmt: skip


def _document(session: Session, topology: Topology, weights: FloatArray) -> Document:
    """Return the document of another network; nodes that are known keep their places."""
    before = session.document
    places = before.sketch.places()
    if places:
        places |= _new_places(topology, places)
    sketch = Sketch.of(topology, places)
    start = GivenStart(tuple(np.asarray(weights).tolist()))
    experiment = replace(
        before.experiment, topology=topology, start=start, drawing=sketch.to_drawing()
    )
    limits.check_size(experiment)
    return Document(experiment, sketch)


def _new_places(
    topology: Topology, places: dict[str, tuple[float, float]]
) -> dict[str, tuple[float, float]]:
    """Place new neurons to the left of the neurons that they feed, one below the other."""
    found: dict[str, tuple[float, float]] = {}
    feeds = {name: [t for s, t in topology.weight_names if s == name] for name in topology.names}
    for name in reversed(topology.neuron_names):
        if name in places:
            continue
        known = [(places | found)[t] for t in feeds[name] if t in places or t in found]
        if not known:
            continue
        x = min(x for x, _ in known) - ROOM
        y = sum(y for _, y in known) / len(known) + ROOM
        while any(abs(x - a) < ROOM and abs(y - b) < ROOM for a, b in (places | found).values()):
            y += ROOM
        found[name] = (x, y)
    return found
