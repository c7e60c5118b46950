"""The browser half of the Draw page."""

from __future__ import annotations

from typing import Any, Final

from app.shared.component import Component

KEY: Final = "nbn-workbench"
_WORKBENCH: Final = Component(
    "workbench",
    "draw/frontend",
    "workbench.html",
    "workbench.css",
    "index.js",
    ("shared/frontend",),
)


def workbench(data: dict[str, Any]) -> None:
    """Show the Draw page's component with this data; its messages are in its state `outbox`."""
    _WORKBENCH.mount(KEY, data)


def version() -> str:
    """Return a hash of all files that are served."""
    return _WORKBENCH.version()
