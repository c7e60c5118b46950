"""The address bar, and the browser's own storage: what a reload needs to show the same again.

The address holds a link to the current experiment. Own data are not in it: the browser keeps them
in its storage, by their digest, and gives them back when a page is opened whose address names them.
Nothing of it shows on the page.
"""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from app.session import state
from app.session.inbox import envelope, process, unknown
from app.session.links import address_link
from app.session.messages import Message, read_outbox
from app.session.opening import opening_of
from app.session.state import Session, checked
from app.shared.component import Component
from nbn_core.errors import NBNError
from nbn_core.experiment import OwnData
from nbn_core.experiment.byte_cache import ByteCache
from nbn_core.experiment.packed_data import MAX_PACKED, pack, unpack

KEY: Final = "nbn-address"
MISSING: Final = (
    "The data of this address are kept in the browser it was copied from, and this browser does "
    "not have them, so this is the default experiment: ask for the link or the experiment file "
    "from the Share page."
)
SMALL: Final = 20_000  # numbers that are sent before the browser asks for them
_ADDRESS: Final = Component(
    "address", "shared/frontend", "address.html", "address.css", "address.js"
)
_PACKED: Final = ByteCache(64_000_000, largest=16_000_000)


def show_link(session: Session) -> None:
    """Put the link to the current experiment into the address bar; keep own data in the browser."""
    asked = _read(session)
    data = session.experiment.data
    own = data if isinstance(data, OwnData) and session.keeps_data else None
    link, now = address_link(session), opening_of(session)
    sent = {
        "link": f"{link}&n={now.trained}&k={now.shown}" if link and now else link,
        "own": own.digest if own else None,
        "data": _data(session, own, asked) if own else None,
        "want": None,
        "keep": session.keeps_data,
    }
    _mount(session, sent)


def _data(session: Session, own: OwnData, asked: str | None) -> str | None:
    """Return own data packed if the browser needs them: small ones at once, others when it asks."""
    first = session.sent_data != own.digest
    small = own.dataset.inputs.size + own.dataset.targets.size <= SMALL
    if asked != own.digest and not (first and small):
        return None
    session.sent_data = own.digest
    return _packed(own)


def restoring(session: Session) -> bool:
    """Return whether the page must wait for data that the browser keeps; asks the browser for them.

    It is answered within seconds: with the data, or with the news that they are not there.
    """
    if session.awaited is not None:
        _read(session)
    awaited = session.awaited
    if awaited is None:
        return False
    st.info("Opening the data that are kept in this browser.", icon=":material/hourglass_top:")
    sent = {
        "link": None, "own": None, "data": None, "want": awaited.digest,
        "keep": session.keeps_data,
    }  # fmt: skip
    _mount(session, sent)
    return True


def _mount(session: Session, sent: dict[str, Any]) -> None:
    outbox = read_outbox(state.component_state(KEY, "outbox"))
    ack = envelope(session, outbox.client if outbox else None)["ack"]
    _ADDRESS.mount(KEY, {**sent, "ack": ack})


def _read(session: Session) -> str | None:
    """Act on the messages of the browser; return the digest of data that it asks for."""
    outbox = read_outbox(state.component_state(KEY, "outbox"))
    asked: list[str] = []

    def act(message: Message) -> None:
        if message.kind == "need":
            asked.append(message.text("digest"))
        elif message.kind in ("found", "missing"):
            _restore(session, message)
        elif error := unknown(message):
            raise error

    if outbox is not None:
        process(session, outbox, act)
    return asked[-1] if asked else None


def _restore(session: Session, message: Message) -> None:
    awaited = session.awaited
    if awaited is None or message.text("digest") != awaited.digest:
        return
    session.awaited = None
    if message.kind == "missing":
        session.warn(MISSING)
        return
    try:
        own = unpack(message.text("text", MAX_PACKED))
        session.restore(checked(awaited.workspace(own)))
    except NBNError as error:
        session.warn(f"The data could not be opened, so this is the default experiment. {error}")


def _packed(own: OwnData) -> str:
    return _PACKED.get(own.digest, lambda: pack(own))
