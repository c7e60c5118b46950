"""The browser half of the Race page."""

from __future__ import annotations

from typing import Any, Final

from app.shared.component import Component

KEY: Final = "nbn-race"
_TRACK: Final = Component(
    "race", "race/frontend", "race.html", "race.css", "index.js", ("shared/frontend",)
)


def track(data: dict[str, Any]) -> None:
    """Show the race with this data; its messages are in its state `outbox`."""
    _TRACK.mount(KEY, data)
