"""Colours of the charts: one diverging scale for everything signed, one for everything positive.

Orange is negative and blue positive, as on the stage (`app/shared/frontend/palette.js`); positive
quantities go from the ground to slate, so that no eye takes them for signed ones.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

RGB = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours for one ground, light or dark."""

    dark: bool
    ground: RGB
    negative: RGB
    positive: RGB
    strong: RGB  # far end of the sequential scale
    never: RGB  # where nothing can ever be
    ink: str
    muted: str
    grid: str
    page: str

    def signed(self, tone: float) -> RGB:
        """Colour of a value in [-1, 1]."""
        return _between(self.ground, self.negative if tone < 0 else self.positive, abs(tone))

    def css(self, tone: float) -> str:
        """CSS colour of a value in [-1, 1]."""
        return css(self.signed(tone))

    @property
    def diverging(self) -> list[tuple[float, str]]:
        """As a Plotly colour scale."""
        return [(0.0, css(self.negative)), (0.5, css(self.ground)), (1.0, css(self.positive))]

    @property
    def sequential(self) -> list[tuple[float, str]]:
        """As a Plotly colour scale."""
        return [(0.0, css(self.ground)), (1.0, css(self.strong))]

    def table(self, *, signed: bool) -> NDArray[np.uint8]:
        """255 colours from one end of a scale to the other, then that of `never`: (256, 3)."""
        return _table(self, signed)


LIGHT: Final = Palette(
    False, (250, 250, 250), (232, 119, 10), (8, 104, 172), (31, 45, 61), (205, 211, 218),
    "#1b2026", "#5b6672", "#e3e7eb", "#ffffff",
)  # fmt: skip
DARK: Final = Palette(
    True, (22, 25, 31), (250, 150, 50), (75, 165, 235), (222, 230, 238), (58, 66, 76),
    "#e6e9ec", "#9aa5b1", "#2a3038", "#0b0d10",
)  # fmt: skip


def palette(*, dark: bool) -> Palette:
    """Return the colours for a dark or a light ground."""
    return DARK if dark else LIGHT


def css(colour: RGB) -> str:
    """Write a colour as `rgb(1,2,3)`."""
    return f"rgb({colour[0]},{colour[1]},{colour[2]})"


@functools.cache
def _table(palette: Palette, signed: bool) -> NDArray[np.uint8]:
    if signed:
        colours = [palette.signed(2 * i / 254 - 1) for i in range(255)]
    else:
        colours = [_between(palette.ground, palette.strong, i / 254) for i in range(255)]
    return np.array([*colours, palette.never], dtype=np.uint8)


def _between(a: RGB, b: RGB, t: float) -> RGB:
    t = min(max(t, 0.0), 1.0)
    return (
        round(a[0] + (b[0] - a[0]) * t),
        round(a[1] + (b[1] - a[1]) * t),
        round(a[2] + (b[2] - a[2]) * t),
    )
