"""Painting: process the messages of the canvas, and answer with points, network and run."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final

import numpy as np

from app.data import words
from app.data.adapt_network import describe
from app.data.canvas import MAX_POINTS, Canvas, canvas, has_zero_code, kind_of, paint, take_over
from app.data.choices import PageState
from app.figures.number_format import short
from app.session import server, state
from app.session.inbox import envelope, process, unknown
from app.session.jobs import Workers
from app.session.messages import Have, Message, Outbox, read_outbox
from app.session.state import Session
from app.session.training import halt, stop_when_closed, train
from app.session.weights import reached_weights, renew_weights
from app.shared.component import Component
from app.shared.payload import network_block, number, pack
from app.shared.words import ended, headline
from nbn_core.checks import plural
from nbn_core.experiment import OwnData
from nbn_core.rules import RULES
from nbn_core.training import StopReason
from nbn_core.types import Json

KEY: Final = "nbn-painting"
_CANVAS: Final = Component(
    "painting", "data/frontend", "paint.html", "paint.css", "index.js", ("shared/frontend",)
)


def show(session: Session, view: PageState) -> None:
    """Show the canvas; runs again for every message of the browser."""
    outbox = read_outbox(state.component_state(KEY, "outbox"))
    have, client = Have(), None
    if outbox is not None:
        client = outbox.client
        if handle(session, view, outbox, server.workers()):
            have = outbox.have
    sent = answer(session, view, have, client, warming=server.compiling(session.experiment.rule))
    stop_when_closed(session)
    _CANVAS.mount(KEY, sent)


def handle(session: Session, view: PageState, outbox: Outbox, workers: Workers) -> bool:
    """Process new messages; return whether there were any."""

    def act(message: Message) -> None:
        if message.kind == "points":
            paint(session, view, outbox.client, message, workers)
        elif message.kind in _ACTIONS:
            _ACTIONS[message.kind](session, view, message, workers)
        elif error := unknown(message):
            raise error

    return process(session, outbox, act)


def _train(session: Session, view: PageState, message: Message, workers: Workers) -> None:
    view.follow = True
    train(session, workers)


def _stop(session: Session, view: PageState, message: Message, workers: Workers) -> None:
    view.follow = False
    halt(session)


def _new_weights(session: Session, view: PageState, message: Message, workers: Workers) -> None:
    renew_weights(session)
    if view.follow:
        train(session, workers)


def _mode(session: Session, view: PageState, message: Message, workers: Workers) -> None:
    """Switch between plane and curve; the current data stays in use."""
    wanted = message.fields.get("curve") is True
    now = canvas(session, view)
    if wanted == now.curve:
        return
    view.curve, view.stroke = wanted, None
    view.cleared = now.data.digest if now.data is not None else ""
    data = session.experiment.data
    if isinstance(data, OwnData) and kind_of(data) == wanted:
        view.cleared = ""


def _take_over(session: Session, view: PageState, message: Message, workers: Workers) -> None:
    take_over(session, view)


def _move(by: int) -> Callable[[Session, PageState, Message, Workers], None]:
    def move(session: Session, view: PageState, message: Message, workers: Workers) -> None:
        view.stroke = None
        if by < 0 and view.cleared:
            view.cleared = ""  # clearing the canvas was the last action
        elif not session.move(by):
            session.say(f"There is nothing to {'undo' if by < 0 else 'redo'}.")

    return move


_ACTIONS: Final[dict[str, Callable[[Session, PageState, Message, Workers], None]]] = {
    "train": _train,
    "stop": _stop,
    "new_weights": _new_weights,
    "mode": _mode,
    "take_over": _take_over,
    "undo": _move(-1),
    "redo": _move(1),
}


# The answer


def answer(
    session: Session, view: PageState, have: Have, client: str | None, *, warming: bool
) -> Json:
    """Return all that the browser needs to draw the canvas and the response of the network."""
    shown = canvas(session, view)
    key = _key(shown)
    sent: Json = {
        **envelope(session, client),
        "rev": session.rev,
        "curve": shown.curve,
        "domain": list(shown.domain),
        "most": MAX_POINTS,
        "points_key": key,
        "can_undo": session.position > 0 or bool(view.cleared),
        "can_redo": session.position + 1 < len(session.history) and not view.cleared,
        "in_use": shown.data is not None,
        "title": words.title(session.experiment.data),
        "can_take_over": shown.data is None and kind_of(session.experiment.data) is not None,
        "class_names": list(shown.data.classes if shown.data else ()) or ["orange", "blue"],
        "run": _run(session, view, warming=warming),
        "network": None,
    }
    if have.data != key:
        sent["points"] = pack(shown.points)
    if shown.data is not None:
        sent["network"] = _network(session, shown)
    return sent


def _key(shown: Canvas) -> str:
    digest = hashlib.blake2b(np.ascontiguousarray(shown.points).tobytes(), digest_size=8)
    digest.update(repr((shown.curve, shown.domain)).encode())
    return digest.hexdigest()


def _network(session: Session, shown: Canvas) -> Json:
    """Return the network with its current weights; the browser computes its response."""
    topology = session.experiment.topology
    rule = RULES[session.experiment.rule]
    own = f". {rule.title} predicts in its own way: see Draw" if rule.own_prediction else ""
    return {
        **network_block(topology),
        "weights": pack(reached_weights(session)),
        "described": f"{describe(topology)}{own}",
        "own_outputs": bool(own),
        "unipolar": shown.data is not None and not shown.curve and has_zero_code(shown.data),
    }


def _run(session: Session, view: PageState, *, warming: bool) -> Json:
    run = session.run
    running = (
        run is not None and run.running
    )  # read before the trace, so that the trace of a run that has ended is complete
    trace = run.trace() if run is not None else None
    resting = run is not None and not running
    session.settle()
    row = None if run is None or running else run.best_row
    at = -1 if row is None else row
    if run is not None and resting:
        sentence = ended(run, trace, halted=session.halted, shown=row)
        if run.stop is StopReason.SOLVED and view.learned:
            total = plural(view.learned + run.iteration, "iteration")
            sentence = f"Solved: the network learned the points of this stroke in {total}."
        elif run.stop is StopReason.SOLVED and run.iteration == 0:
            sentence = "Still solved: the network already fits the new points."
    else:
        sentence = headline(session.experiment, run, warming=warming)
    return {
        "state": "running" if running else "resting",
        "sentence": sentence,
        "iteration": 0 if trace is None else int(trace.iterations[at]),
        "sse": None if trace is None else number(float(trace.sse[at])),
        "sse_text": "" if trace is None else short(float(trace.sse[at])),
        "blocked": session.document.blocked or "",
    }
