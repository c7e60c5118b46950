"""Painting: read what the browser says, change the points, answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final

import numpy as np

from app.data import words
from app.data.adapt_network import described
from app.data.canvas import MAX_POINTS, Canvas, canvas, kind_of, paint, take_over
from app.data.choices import Looking
from app.session import server, state
from app.session.inbox import process
from app.session.jobs import Workers
from app.session.messages import Have, Message, Outbox, read_outbox
from app.session.state import Bench
from app.session.training import drop_run, halt, leave_nothing_running, train, training_key
from app.session.weights import reached_weights, renew_weights
from app.shared.component import Component
from app.shared.payload import Json, network_block, number, pack
from app.shared.words import ended, headline, short
from nbn_core.experiment import OwnData
from nbn_core.training import StopReason

KEY: Final = "nbn-painting"
_EASEL: Final = Component(
    "painting", "data/frontend", "paint.html", "paint.css", "index.js", ("shared/frontend",)
)


def show(bench: Bench, view: Looking) -> None:
    """Show the canvas. It runs again for every message."""
    outbox = read_outbox(state.component_state(KEY, "outbox"))
    have, client = Have(), None
    if outbox is not None:
        client = outbox.client
        if handle(bench, view, outbox, server.workers()):
            have = outbox.have
    sent = answer(bench, view, have, client, warming=not server.warming().is_set())
    leave_nothing_running(bench.run)
    _EASEL.mount(KEY, sent)


def handle(bench: Bench, view: Looking, outbox: Outbox, workers: Workers) -> bool:
    """Act on what is new; whether anything was."""

    def act(message: Message) -> None:
        if message.kind == "points":
            paint(bench, view, outbox.client, message, workers)
        elif message.kind in _ACTIONS:
            _ACTIONS[message.kind](bench, view, message, workers)

    return process(bench, outbox, act)


def _train(bench: Bench, view: Looking, message: Message, workers: Workers) -> None:
    view.follow = True
    train(bench, workers)


def _stop(bench: Bench, view: Looking, message: Message, workers: Workers) -> None:
    view.follow = False
    halt(bench)


def _new_weights(bench: Bench, view: Looking, message: Message, workers: Workers) -> None:
    renew_weights(bench)
    if view.follow:
        train(bench, workers)


def _mode(bench: Bench, view: Looking, message: Message, workers: Workers) -> None:
    """Turn to the other kind of canvas: an empty one, the data in use stay in use."""
    wanted = message.fields.get("curve") is True
    now = canvas(bench, view)
    if wanted == now.curve:
        return
    view.curve, view.stroke = wanted, None
    view.cleared = now.data.digest if now.data is not None else ""
    data = bench.experiment.data
    if isinstance(data, OwnData) and kind_of(data) == wanted:
        view.cleared = ""


def _take_over(bench: Bench, view: Looking, message: Message, workers: Workers) -> None:
    take_over(bench, view)


def _move(by: int) -> Callable[[Bench, Looking, Message, Workers], None]:
    def move(bench: Bench, view: Looking, message: Message, workers: Workers) -> None:
        view.stroke = None
        if by < 0 and view.cleared:
            view.cleared = ""  # wiping the canvas was the last thing done
        elif not bench.move(by):
            bench.say(f"There is nothing to {'undo' if by < 0 else 'redo'}.")

    return move


_ACTIONS: Final[dict[str, Callable[[Bench, Looking, Message, Workers], None]]] = {
    "train": _train,
    "stop": _stop,
    "new_weights": _new_weights,
    "mode": _mode,
    "take_over": _take_over,
    "undo": _move(-1),
    "redo": _move(1),
}


# The answer


def answer(bench: Bench, view: Looking, have: Have, client: str | None, *, warming: bool) -> Json:
    """Everything the browser needs to draw the canvas, and the network's answer on it."""
    seen = canvas(bench, view)
    key = _key(seen)
    if bench.run is not None and bench.run_from != training_key(bench.experiment):
        drop_run(bench)
    notice = bench.notice
    sent: Json = {
        "ack": {"client": client, "seq": bench.acknowledged.get(client, 0)} if client else None,
        "rev": bench.rev,
        "notice": {"id": notice.id, "text": notice.text} if notice else None,
        "curve": seen.curve,
        "domain": list(seen.domain),
        "most": MAX_POINTS,
        "points_key": key,
        "can_undo": bench.position > 0 or bool(view.cleared),
        "can_redo": bench.position + 1 < len(bench.history) and not view.cleared,
        "in_use": seen.data is not None,
        "title": words.title(bench.experiment.data),
        "can_take_over": seen.data is None and kind_of(bench.experiment.data) is not None,
        "class_names": list(seen.data.classes if seen.data else ()) or ["orange", "blue"],
        "run": _run(bench, warming=warming),
        "network": None,
    }
    if have.data != key:
        sent["points"] = pack(seen.points)
    if seen.data is not None:
        sent["network"] = _network(bench, seen)
    return sent


def _key(seen: Canvas) -> str:
    digest = hashlib.blake2b(np.ascontiguousarray(seen.points).tobytes(), digest_size=8)
    digest.update(repr((seen.curve, seen.domain)).encode())
    return digest.hexdigest()


def _network(bench: Bench, seen: Canvas) -> Json:
    """The network and its weights now; the browser computes what it answers over the plane."""
    topology = bench.experiment.topology
    low = float(seen.data.dataset.targets.min()) if seen.data is not None else -1.0
    return {
        **network_block(topology),
        "weights": pack(reached_weights(bench)),
        "described": described(topology),
        "unipolar": not seen.curve and low >= 0.0,
    }


def _run(bench: Bench, *, warming: bool) -> Json:
    run = bench.run
    running = run is not None and run.running  # before the trace: see `controls.answering`
    trace = run.trace() if run is not None else None
    resting = run is not None and not running
    bench.settle()
    row = None if run is None or running else run.best_row
    at = -1 if row is None else row
    if run is not None and resting:
        sentence = ended(run, trace, halted=bench.halted, shown=row)
        if run.stop is StopReason.SOLVED and run.iteration == 0:
            sentence = "Still solved: the network was right about the new points already."
    else:
        sentence = headline(bench.experiment, run, warming=warming)
    return {
        "state": "running" if running else "resting",
        "sentence": sentence,
        "iteration": 0 if trace is None else range(len(trace))[at],
        "sse": None if trace is None else number(float(trace.sse[at])),
        "sse_text": "" if trace is None else short(float(trace.sse[at])),
        "blocked": bench.document.blocked or "",
    }
