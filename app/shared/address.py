"""Keeps the address bar at a link to what is shown, without a screen of its own."""

from __future__ import annotations

from typing import Final

from app.session.links import current_link
from app.session.state import Session
from app.shared.component import Component

KEY: Final = "nbn-address"
_ADDRESS: Final = Component(
    "address", "shared/frontend", "address.html", "address.css", "address.js"
)


def keep(link: str) -> None:
    """Have the address bar show this link; none if it is empty."""
    _ADDRESS.mount(KEY, {"link": link})


def show_link(session: Session) -> None:
    """Keep the address bar at this very experiment."""
    keep(current_link(session))
