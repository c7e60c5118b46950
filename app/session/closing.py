"""What a closed tab ends, and what a dropped connection must not.

Streamlit cannot tell a closed tab from a connection that drops for a second: both release what is
cached for the session. So nothing of a session is kept there. When the connection is released and
the tab has not come back after a while, its trainings stop, so that a closed tab takes no computing
time; all results stay in the session, and a tab that comes back later continues from them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from weakref import WeakSet

import streamlit as st

from app.session import state
from app.session.limits import most_tabs

GRACE: Final = 15.0  # seconds; a browser that has lost its connection tries again within some


@dataclass(slots=True, eq=False, weakref_slot=True)
class Tab:
    """A browser tab: how often its pages ran, and what stops when it is closed."""

    visits: int = 0
    stops: dict[str, Callable[[], None]] = field(default_factory=dict)


def visit() -> bool:
    """Note that a page of this tab runs; return whether the server has a place for it.

    A tab keeps its place until it is closed. Without a limit, the server would run out of file
    descriptors, and cut the next visitors off without a word.
    """
    tab = _tab()
    tab.visits += 1
    _connection()
    with _lock:
        if tab not in _places and len(_places) >= most_tabs():
            return False
        _places.add(tab)
    _run_after_reconnecting()
    return True


_places: WeakSet[Tab] = WeakSet()
_lock: Final = threading.Lock()


def stop_when_closed(name: str, stop: Callable[[], None]) -> None:
    """Register what to call when the tab is closed; the same name replaces what it was before."""
    _tab().stops[name] = stop


def _tab() -> Tab:
    return state.kept("tab", Tab)


@st.fragment(run_every=timedelta(days=1))
def _run_after_reconnecting() -> None:
    """Make the browser ask for the page whenever its connection returns.

    A connection that drops while a page runs cuts the page short, and Streamlit (1.67) sends the
    part that was there when the connection returns: the page stays half empty. It asks for the
    page again only if it saw it running, or if a part of it is due at intervals, as this one is.
    """


@st.cache_resource(
    scope="session", show_spinner=False, on_release=lambda tab: _released(tab, GRACE)
)
def _connection() -> Tab:
    return _tab()


def _released(tab: Tab, grace: float) -> None:
    """Stop what the tab trains unless it comes back in time."""
    timer = threading.Timer(grace, _stop_unless_back, (tab, tab.visits))
    timer.daemon = True
    timer.start()


def _stop_unless_back(tab: Tab, visits: int) -> None:
    if tab.visits == visits:
        with _lock:
            _places.discard(tab)
        for stop in list(tab.stops.values()):
            stop()
