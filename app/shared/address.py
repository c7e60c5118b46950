"""Keep the link to the current experiment in the address bar; shows nothing on the page."""

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
    """Put a link into the address bar; an empty one removes it."""
    _ADDRESS.mount(KEY, {"link": link})


def show_link(session: Session) -> None:
    """Put the link to the current experiment into the address bar."""
    keep(current_link(session))
