"""Process the messages of a browser once, in order, in one script run at a time.

Streamlit may start a newer run of a page in another thread before the older run reaches a point
where it can be stopped. Without the lock `Session.turn`, the newer run would find a message marked
as done while it is still being processed, and would acknowledge it together with the old state.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.session.messages import Message, Outbox
from app.session.state import Session
from nbn_core.errors import NBNError


def process(session: Session, outbox: Outbox, act: Callable[[Message], None]) -> bool:
    """Act on every message not yet acknowledged; an NBNError becomes a notice to the reader.

    Parameters
    ----------
    session : Session
        The session to change.
    outbox : Outbox
        The messages of one mounted component.
    act : callable
        Acts on one message; may raise an NBNError.

    Returns
    -------
    bool
        Whether any message was new. If not, this run was not caused by the browser, and what the
        browser says it has may be out of date.
    """
    with session.turn:
        any_new = False
        session.client = outbox.client
        for message in outbox.messages:
            if message.seq <= session.acknowledged.get(outbox.client, 0):
                continue
            any_new = True
            session.acknowledge(outbox.client, message.seq)
            try:
                act(message)
            except NBNError as error:
                session.say(str(error))
                session.rev += 1  # makes the browser show the last valid state again
        return any_new


def unknown(message: Message) -> NBNError | None:
    """Return the error for a message that no action knows; None if it only asks for an answer."""
    if message.kind in ("hello", "poll"):
        return None
    return NBNError("That request is not known to this version of the lab; reload the page.")


def envelope(session: Session, client: str | None) -> dict[str, Any]:
    """Return what every answer to a browser begins with: acknowledgement and notice.

    Parameters
    ----------
    session : Session
        The session that answers.
    client : str or None
        The mounted component whose messages are acknowledged; None before its first message.
    """
    notice = session.notice
    if notice is not None and notice.client != client:
        notice = None  # the answer to a request of another page, or of an earlier visit
    return {
        "ack": {"client": client, "seq": session.acknowledged.get(client, 0)} if client else None,
        "notice": {"id": notice.id, "text": notice.text} if notice else None,
    }
