"""What a browser says is acted on once, in order, and by one run of a page at a time.

Streamlit begins a newer run of a page, in another thread, before the older one has come to a place
where it can be stopped. Without the turn, the newer one would find a message marked as done that is
only being done, and would tell the browser so with what was there before.
"""

from __future__ import annotations

from collections.abc import Callable

from app.session.messages import Message, Outbox
from app.session.state import Session
from nbn_core.errors import NBNError


def process(session: Session, outbox: Outbox, act: Callable[[Message], None]) -> bool:
    """Act on every message not yet acknowledged; whatever breaks becomes a sentence.

    Return whether there was one: if not, the browser may lack what it was last told.
    """
    with session.turn:
        heard = False
        for message in outbox.messages:
            if message.seq <= session.acknowledged.get(outbox.client, 0):
                continue
            heard = True
            session.acknowledge(outbox.client, message.seq)
            try:
                act(message)
            except NBNError as error:
                session.say(str(error))
                session.rev += 1  # the browser shows the last good state again
        return heard
