"""Undo and redo of edits."""

from __future__ import annotations

from typing import Final

from app.draw.action import Action
from app.session.jobs import Workers
from app.session.messages import Message
from app.session.state import Session


def _undo(session: Session, message: Message, workers: Workers) -> None:
    if not session.move(-1):
        session.say("There is nothing to undo.")


def _redo(session: Session, message: Message, workers: Workers) -> None:
    if not session.move(1):
        session.say("There is nothing to redo.")


ACTIONS: Final[dict[str, Action]] = {
    "undo": _undo,
    "redo": _redo,
}
