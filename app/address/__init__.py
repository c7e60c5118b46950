"""Keeps the address bar at a link to what is shown, without a screen of its own."""

from __future__ import annotations

from typing import Final

from app.component import Component

KEY: Final = "nbn-address"
_ADDRESS: Final = Component(
    "address", "address/frontend", "address.html", "address.css", "address.js"
)


def keep(link: str) -> None:
    """Have the address bar show this link; none if it is empty."""
    _ADDRESS.mount(KEY, {"link": link})
