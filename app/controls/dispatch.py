"""Every message to what it does, in order and once; whatever breaks becomes a sentence."""

from __future__ import annotations

from typing import Final

from app.controls import drawing, history, presets, settings, training, weights
from app.controls.action import Action
from app.jobs import Workers
from app.stage.messages import Message, Outbox
from app.state import Bench
from nbn_core.errors import NBNError


def handle(bench: Bench, outbox: Outbox, workers: Workers) -> None:
    """Act on every message not yet acknowledged, in order."""
    done = bench.acknowledged.get(outbox.client, 0)
    for message in outbox.messages:
        if message.seq <= done:
            continue
        done = message.seq
        bench.acknowledge(outbox.client, done)
        action = ACTIONS.get(message.kind)
        if action is None:
            bench.say("That request is not known to this version of the lab; reload the page.")
            continue
        try:
            action(bench, message, workers)
        except NBNError as error:
            bench.say(str(error))
            bench.rev += 1  # the browser shows the last good drawing again


def _nothing(bench: Bench, message: Message, workers: Workers) -> None:
    """Only ask for an answer."""


ACTIONS: Final[dict[str, Action]] = {
    "hello": _nothing,
    "poll": _nothing,
    **training.ACTIONS,
    **weights.ACTIONS,
    **drawing.ACTIONS,
    **presets.ACTIONS,
    **settings.ACTIONS,
    **history.ACTIONS,
}
