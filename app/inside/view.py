"""The state of the Inside page, its messages, and the dissection it shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from app.inside import payload
from app.session import server
from app.session.computing import in_worker
from app.session.inbox import envelope, process, unknown
from app.session.limits import MAX_ITERATIONS, MAX_PATTERNS
from app.session.messages import Message, Outbox
from app.session.state import Session
from app.session.training_key import training_key
from app.session.view import CurrentView, current_view
from app.shared.payload import graph_block, network_block
from app.shared.words import RESHAPED, own_prediction
from nbn_core.analysis.dissection import Anatomy, dissect
from nbn_core.checks import plural
from nbn_core.data import Dataset
from nbn_core.network import Topology
from nbn_core.rules import RULES
from nbn_core.rules.nbn import NBN
from nbn_core.types import Json

MAX_WORK: Final = 4e10  # multiplications of one dissection: about two seconds
QUICK_WORK: Final = 1e9  # multiplications that the thread of the page may do
WARMING: Final = "Compiling the kernels, once on this computer: about ten seconds."


@dataclass(slots=True)
class InsideState:
    """The state of this page in one session, with the last dissection."""

    pattern: int = 0
    neuron: str = ""  # name; empty for the default
    anatomy_key: tuple[str, int, bool] | None = None  # training and row of `anatomy`
    anatomy: Anatomy | None = None


def handle(session: Session, view: InsideState, outbox: Outbox) -> bool:
    """Process new messages; return whether there were any."""

    def act(message: Message) -> None:
        action = _ACTIONS.get(message.kind)
        if action is not None:
            action(session, view, message)
        elif error := unknown(message):
            raise error

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
    """Return all that the browser needs to step through the iteration shown."""
    now = current_view(session)
    sent = envelope(session, client)
    reason = _blocked(session, now, warming=warming)
    if reason:
        return {**sent, "blocked": reason, "poll": warming or now.running}
    return {**sent, "blocked": None, **_dissected(session, view, now)}


def _blocked(session: Session, now: CurrentView, *, warming: bool) -> str:
    """Return why no iteration can be shown; empty if it can."""
    incomplete = session.document.blocked
    if incomplete:
        return f"The drawing is not complete, so no iteration can be shown. {incomplete}"
    if warming:
        return WARMING
    if now.running:
        return (
            f"Training is running, now at iteration {now.last_iteration:,}: "
            "its iterations can be shown here when it stops."
        )
    data, _ = now.experiment.datasets()
    n = now.experiment.topology.n_weights
    if _work(now.experiment.topology, data) > MAX_WORK:
        return (
            f"With {plural(n, 'weight')} and {plural(data.n_patterns, 'pattern')} one iteration "
            "is too large to show number by number: use fewer of either."
        )
    return ""


def _work(topology: Topology, data: Dataset) -> float:
    """Return the multiplications of one dissection."""
    return data.n_patterns * data.n_outputs * topology.n_weights * (topology.n_weights + 30.0)


def _dissected(session: Session, view: InsideState, now: CurrentView) -> Json:
    experiment = now.experiment
    topology = experiment.topology
    data, test = experiment.datasets()
    notes = _notes(session, now)
    anatomy = _anatomy(view, now)
    p = min(view.pattern, data.n_patterns - 1)
    if p != view.pattern:
        notes.append(f"Pattern {view.pattern + 1:,} does not exist, so the last one is shown.")
        view.pattern = p
    neuron = _neuron_index(view, topology)
    picked = payload.weights_shown(topology, neuron)
    sums = anatomy.running(payload.frames(data.n_patterns, p, len(picked)), picked)
    names = set(topology.names)
    graph = graph_block(session.document.sketch)
    graph["nodes"] = [node for node in graph["nodes"] if node["id"] in names]
    graph["links"] = [link for link in graph["links"] if names.issuperset(link)]
    return {
        "k": now.k,
        "last": now.last,
        "iterations": _iterations(now),
        "trained": now.trace is not None,
        "p": p,
        "patterns": data.n_patterns,
        "held_back": 0 if test is None else test.n_patterns,
        "notes": notes,
        "graph": graph,
        "network": network_block(topology),
        **payload.dissection(anatomy, anatomy.pattern(p), sums, neuron),
    }


def _iterations(now: CurrentView) -> list[int] | None:
    """Return the iteration of each row; None if the trace has every iteration."""
    if now.trace is None or now.last == now.last_iteration:
        return None
    iterations: list[int] = now.trace.iterations.tolist()
    return iterations


def _notes(session: Session, now: CurrentView) -> list[str]:
    """Return what the reader should know about the iteration shown."""
    notes = []
    if now.trace is None:
        notes.append("Not trained yet: this is the first iteration, from the starting weights.")
    elif session.iteration > now.last:
        notes.append(
            "The iteration shown before is beyond this training, which has "
            f"{now.last_iteration:,}: the last one is shown."
        )
    stop = session.run.stop if session.run is not None and now.trace is not None else None
    if now.trace is not None and now.k == now.last:
        reason = stop.sentence if stop is not None else "Training is paused here."
        notes.append(f"{reason} This is the step that would come next.")
    if now.own_prediction:
        notes.append(own_prediction(now.own_prediction))
    if now.reshaped:
        notes.append(RESHAPED)
    if not RULES[now.experiment.rule].dissectable:
        notes.append(
            "The experiment trains with another rule; this is what NBN would do from here."
        )
    return notes


def _anatomy(view: InsideState, now: CurrentView) -> Anatomy:
    """Return the dissection of the iteration shown, made once for all its patterns."""
    experiment = now.experiment
    key = (training_key(experiment), now.k, now.reshaped)
    if view.anatomy is None or view.anatomy_key != key:
        own = RULES[experiment.rule].dissectable and not now.reshaped
        settings = dict(experiment.settings) if own else {}
        resumed = {}
        if own and now.trace is not None:
            resumed = NBN().resumption(now.trace, now.k, settings)._asdict()
        data, _ = experiment.datasets()
        view.anatomy = None  # free the old one first: Q may be large
        make = partial(
            dissect, experiment.topology, data, now.weights, settings=settings, **resumed
        )
        heavy = _work(experiment.topology, data) > QUICK_WORK
        view.anatomy = in_worker(server.workers(), make) if heavy else make()
        view.anatomy_key = key
    return view.anatomy


def _neuron_index(view: InsideState, topology: Topology) -> int:
    if view.neuron in topology.neuron_names:
        return topology.neuron_names.index(view.neuron)
    return payload.default_neuron(topology)
