"""The browser half of the map: networks that can be clicked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.session import state
from app.shared.component import Component
from nbn_core.types import Json

KEY: Final = "nbn-topologies-map"
_MAP: Final = Component(
    "map", "topologies/frontend", "map.html", "map.css", "index.js", ("shared/frontend",)
)


@dataclass(frozen=True, slots=True)
class Click:
    """A click of the reader on a network.

    Parameters
    ----------
    number : str
        Identifies the click.
    place : int
        Place of the network in the study.
    """

    number: str
    place: int


def board(data: Json) -> None:
    """Show the map with this data, see `topology_map.map_block`."""
    _MAP.mount(KEY, data)


def clicked() -> Click | None:
    """Return the last click; None if there was none, or the message is not valid."""
    match state.component_state(KEY, "outbox"):
        case Mapping() as sent:
            number, place = sent.get("number"), sent.get("place")
            if isinstance(number, str) and isinstance(place, int):
                return Click(number, place)
    return None
