"""The action of each kind of message."""

from __future__ import annotations

from typing import Final

from app.draw import edit_network, edit_presets, edit_settings, edit_weights, run_training, undo
from app.draw.action import Action
from app.session.inbox import process, unknown
from app.session.jobs import Workers
from app.session.messages import Message, Outbox
from app.session.state import Session


def handle(session: Session, outbox: Outbox, workers: Workers) -> bool:
    """Act on the messages that are new; return whether there were any."""

    def act(message: Message) -> None:
        action = ACTIONS.get(message.kind)
        if action is not None:
            action(session, message, workers)
        elif error := unknown(message):
            raise error

    return process(session, outbox, act)


def _nothing(session: Session, message: Message, workers: Workers) -> None:
    """Do nothing: the message only asks for an answer."""


ACTIONS: Final[dict[str, Action]] = {
    "hello": _nothing,
    "poll": _nothing,
    **run_training.ACTIONS,
    **edit_weights.ACTIONS,
    **edit_network.ACTIONS,
    **edit_presets.ACTIONS,
    **edit_settings.ACTIONS,
    **undo.ACTIONS,
}
