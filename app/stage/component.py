"""The browser half of the Draw page."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from app.component import Component

KEY: Final = "nbn-workbench"
FRONTEND: Final = Path(__file__).parent / "frontend"
_WORKBENCH: Final = Component(
    "workbench", "stage/frontend", "workbench.html", "workbench.css", "index.js"
)


def workbench(data: dict[str, Any]) -> None:
    """Show the Draw page's component with this data; its messages are in its state `outbox`."""
    _WORKBENCH.mount(KEY, data)


def version() -> str:
    """A hash of all that is served."""
    return _WORKBENCH.version()
