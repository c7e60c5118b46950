"""Every message to what it does."""

from __future__ import annotations

from typing import Final

from app.controls import drawing, history, presets, settings, training, weights
from app.controls.action import Action
from app.hearing import hear
from app.jobs import Workers
from app.stage.messages import Message, Outbox
from app.state import Bench
from nbn_core.errors import NBNError


def handle(bench: Bench, outbox: Outbox, workers: Workers) -> bool:
    """Act on what is new; whether anything was."""

    def act(message: Message) -> None:
        action = ACTIONS.get(message.kind)
        if action is None:
            raise NBNError("That request is not known to this version of the lab; reload the page.")
        action(bench, message, workers)

    return hear(bench, outbox, act)


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
