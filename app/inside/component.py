"""The browser half of the Inside page."""

from __future__ import annotations

from typing import Any, Final

from app.shared.component import Component

KEY: Final = "nbn-inside"
_STEPPER: Final = Component(
    "inside", "inside/frontend", "inside.html", "inside.css", "index.js", ("shared/frontend",)
)


def stepper(data: dict[str, Any]) -> None:
    """Show the stepper with this data; its messages arrive in its state `outbox`."""
    _STEPPER.mount(KEY, data)
