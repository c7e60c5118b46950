"""A network kept under a name, to be reopened, compared and raced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nbn_core.checks import shown
from nbn_core.data.columns import plain_name
from nbn_core.display import one_line
from nbn_core.errors import ExperimentError, SettingError
from nbn_core.experiment.checks import keep
from nbn_core.experiment.drawing import checked_drawing
from nbn_core.network import Topology

MOST_DRAWINGS = 12
MOST_NAME = 40


def checked_name(name: object, what: str) -> str:
    """Return a name of 1 to 40 printable characters without < and >; SettingError for any other."""
    fits = isinstance(name, str) and 1 <= len(name) <= MOST_NAME and plain_name(name) == name
    if not isinstance(name, str) or not fits or "<" in name or ">" in name:
        raise SettingError(
            f"{what} must be 1 to {MOST_NAME} printable characters without < and >, not "
            f"{shown(name)}: choose another name."
        )
    return name


@dataclass(frozen=True)
class KeptDrawing:
    """A network kept under a name, with its drawing and without weights.

    Parameters
    ----------
    name : str
        Name of 1 to 40 characters.
    topology : Topology
        Topology of the network.
    drawing : mapping or None
        Layout of the network on the Draw page, JSON of at most 256 kB.

    Raises
    ------
    SettingError
        If the name is empty, too long, or has characters that cannot be shown.
    ExperimentError
        If the topology or drawing has the wrong type.
    """

    name: str
    topology: Topology
    drawing: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        checked_name(self.name, "The name of a kept drawing")
        if not isinstance(self.topology, Topology):
            raise ExperimentError(f"A kept drawing cannot be {shown(self.topology)}.")
        keep(self, "drawing", checked_drawing(self.drawing))

    def __repr__(self) -> str:
        return one_line("KeptDrawing", repr(self.name), *self.topology.described)

    def to_dict(self) -> dict[str, Any]:
        """Return the drawing as plain values for JSON.

        Returns
        -------
        dict
            Keys "name", "topology" and "drawing".
        """
        return {"name": self.name, "topology": self.topology.to_dict(), "drawing": self.drawing}
