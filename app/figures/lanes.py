"""Colours and dashes of the lanes of a race, distinguishable by colour-blind readers too."""

from __future__ import annotations

from typing import Final

from app.figures.palette import Palette

LIGHT: Final = (
    "#0072b2", "#c75000", "#00835f", "#9b4f96", "#4d5560", "#2f8fd0", "#857000", "#a0513d",
)  # fmt: skip
DARK: Final = (
    "#4ba5eb", "#ff9040", "#2dc796", "#d58ad0", "#c8cdd3", "#8cc8ff", "#d6be3c", "#e0a08c",
)  # fmt: skip
DASHES: Final = (
    "solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "dash", "dot",
)  # fmt: skip


def colour(number: int, palette: Palette) -> str:
    """Return the colour of a lane."""
    return (DARK if palette.dark else LIGHT)[number % len(LIGHT)]


def dash(number: int) -> str:
    """Return the dash of a lane's line, as Plotly names it."""
    return DASHES[number % len(DASHES)]
