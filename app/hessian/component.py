"""The browser half of the Structure section."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.session import state
from app.shared.component import Component

KEY: Final = "nbn-quasi"
_CELLS: Final = Component(
    "quasi", "hessian/frontend", "quasi.html", "quasi.css", "index.js", ("shared/frontend",)
)


@dataclass(frozen=True, slots=True)
class Click:
    """A click of the reader on the matrix.

    Parameters
    ----------
    number : str
        Identifies the click.
    block : tuple of two str, optional
        Names of the neurons whose block to enlarge; None for the whole matrix.
    """

    number: str
    block: tuple[str, str] | None


def cells(data: dict[str, Any]) -> None:
    """Show the matrix with this data, see `matrix_payload`."""
    _CELLS.mount(KEY, data)


def clicked() -> Click | None:
    """Return the last click; None if there was none, or the message is not valid."""
    sent = state.component_state(KEY, "outbox")
    if not isinstance(sent, Mapping) or not isinstance(sent.get("number"), str):
        return None
    match sent.get("block"):
        case None:
            return Click(sent["number"], None)
        case [str(rows), str(columns)]:
            return Click(sent["number"], (rows, columns))
    return None
