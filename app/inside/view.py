"""What the Inside page is looking at, and the dissection that answers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from app.inside import payload
from app.session.inbox import process
from app.session.limits import MAX_ITERATIONS, MAX_PATTERNS
from app.session.messages import Message, Outbox
from app.session.state import Session
from app.session.training import training_key
from app.session.view import CurrentView, current_view
from app.shared.payload import graph_block, network_block
from nbn_core.analysis.dissection import Anatomy, continuation, dissect
from nbn_core.checks import plural
from nbn_core.network import Topology
from nbn_core.types import Json

MOST_WORK: Final = 4e10  # multiplications of one dissection: about two seconds
WARMING: Final = "Compiling the kernels, once for this computer: about ten seconds."


@dataclass(slots=True)
class InsideState:
    """The choices of one session on this page, and its last dissection."""

    pattern: int = 0
    neuron: str = ""
    made_of: tuple[str, int] | None = None  # training and iteration of `anatomy`
    anatomy: Anatomy | None = None


def handle(session: Session, view: InsideState, outbox: Outbox) -> bool:
    """Act on what is new; whether anything was."""

    def act(message: Message) -> None:
        action = _ACTIONS.get(message.kind)
        if action is not None:
            action(session, view, message)

    return process(session, outbox, act)


def _iteration(session: Session, view: InsideState, message: Message) -> None:
    session.look_at(message.whole("k", 0, MAX_ITERATIONS))


def _pattern(session: Session, view: InsideState, message: Message) -> None:
    view.pattern = message.whole("p", 0, MAX_PATTERNS)


def _neuron(session: Session, view: InsideState, message: Message) -> None:
    view.neuron = message.text("id")


_ACTIONS: Final[dict[str, Callable[[Session, InsideState, Message], None]]] = {
    "iteration": _iteration,
    "pattern": _pattern,
    "neuron": _neuron,
}


def answer(session: Session, view: InsideState, client: str | None, *, warming: bool) -> Json:
    """Everything the browser needs to step through the iteration shown."""
    seen = current_view(session)
    notice = session.notice
    sent: Json = {
        "ack": {"client": client, "seq": session.acknowledged.get(client, 0)} if client else None,
        "notice": {"id": notice.id, "text": notice.text} if notice else None,
    }
    reason = _blocked(session, seen, warming=warming)
    if reason:
        return {**sent, "blocked": reason, "poll": warming or seen.running}
    return {**sent, "blocked": None, **_dissected(session, view, seen)}


def _blocked(session: Session, seen: CurrentView, *, warming: bool) -> str:
    """Say why nothing can be shown, if so."""
    incomplete = session.document.blocked
    if incomplete:
        return f"The network is not complete, so there is nothing to take apart. {incomplete}"
    if warming:
        return WARMING
    if seen.running:
        return (
            f"A training is running, now at iteration {seen.last:,}. "
            "Its iterations can be taken apart here as soon as it rests."
        )
    data, _ = seen.experiment.datasets()
    n = seen.experiment.topology.n_weights
    if data.n_patterns * data.n_outputs * n * (n + 30.0) > MOST_WORK:
        return (
            f"With {plural(n, 'weight')} and {plural(data.n_patterns, 'pattern')} one iteration "
            "is too much work to take apart on this page: use fewer of either."
        )
    return ""


def _dissected(session: Session, view: InsideState, seen: CurrentView) -> Json:
    experiment = seen.experiment
    topology = experiment.topology
    data, test = experiment.datasets()
    notes = _notes(session, seen)
    anatomy = _anatomy(view, seen)
    p = min(view.pattern, data.n_patterns - 1)
    if p != view.pattern:
        notes.append(f"Pattern {view.pattern + 1:,} does not exist here, so this is the last one.")
        view.pattern = p
    neuron = _neuron_index(view, topology)
    picked = payload.weights_shown(topology, neuron)
    sums = anatomy.running(payload.frames(data.n_patterns, p, len(picked)), picked)
    names = set(topology.names)
    graph = graph_block(session.document.sketch)
    graph["nodes"] = [node for node in graph["nodes"] if node["id"] in names]
    graph["links"] = [link for link in graph["links"] if names.issuperset(link)]
    return {
        "k": seen.k,
        "last": seen.last,
        "trained": seen.trace is not None,
        "p": p,
        "patterns": data.n_patterns,
        "held_back": 0 if test is None else test.n_patterns,
        "notes": notes,
        "graph": graph,
        "network": network_block(topology),
        **payload.dissection(anatomy, anatomy.pattern(p), sums, neuron),
    }


def _notes(session: Session, seen: CurrentView) -> list[str]:
    """What the reader should know about the iteration shown."""
    notes = []
    if seen.trace is None:
        notes.append("Not trained yet: this is the first iteration, from the starting weights.")
    elif session.iteration > seen.last:
        notes.append(
            f"Iteration {session.iteration:,} is beyond this training, which has {seen.last:,}: "
            "this is its last."
        )
    stop = session.run.stop if session.run is not None and seen.trace is not None else None
    if seen.trace is not None and seen.k == seen.last:
        ended = stop.sentence if stop is not None else "Training rests here."
        notes.append(f"{ended} What you see is the step that would come next.")
    if seen.iteration != seen.k:
        notes.append(f"Row {seen.k:,} of what its rule kept is iteration {seen.iteration:,}.")
    if seen.experiment.rule != "nbn":
        notes.append("The experiment trains with another rule; this is what NBN does from here.")
    return notes


def _anatomy(view: InsideState, seen: CurrentView) -> Anatomy:
    """Dissect the iteration shown, once for all its patterns."""
    experiment = seen.experiment
    made_of = (training_key(experiment), seen.k)
    if view.anatomy is None or view.made_of != made_of:
        own = experiment.rule == "nbn"
        settings = dict(experiment.settings) if own else {}
        on = {}
        if own and seen.trace is not None:
            on = continuation(seen.trace, seen.k, settings)._asdict()
        data, _ = experiment.datasets()
        view.anatomy = None  # not two at a time: Q may be large
        view.anatomy = dissect(experiment.topology, data, seen.weights, settings=settings, **on)
        view.made_of = made_of
    return view.anatomy


def _neuron_index(view: InsideState, topology: Topology) -> int:
    if view.neuron in topology.neuron_names:
        return topology.neuron_names.index(view.neuron)
    return payload.default_neuron(topology)
