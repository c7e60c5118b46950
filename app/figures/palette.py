"""Colours of the charts: one diverging scale for signed values, one sequential for positive values.

Orange is negative and blue positive, as on the stage (`app/shared/frontend/palette.js`). Positive
quantities go from the background to slate, so that they cannot be mistaken for signed ones.
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
    """The colours of one theme, light or dark."""

    dark: bool
    background: RGB
    negative: RGB
    positive: RGB
    strong: RGB  # far end of the sequential scale
    never: RGB  # of structural zeros
    ink: str
    muted: str
    grid: str
    page: str

    def signed(self, tone: float) -> RGB:
        """Return the colour of a value in [-1, 1]."""
        return _between(self.background, self.negative if tone < 0 else self.positive, abs(tone))

    def css(self, tone: float) -> str:
        """Return the CSS colour of a value in [-1, 1]."""
        return css(self.signed(tone))

    @property
    def diverging(self) -> list[tuple[float, str]]:
        """The scale of signed values, for Plotly."""
        return [(0.0, css(self.negative)), (0.5, css(self.background)), (1.0, css(self.positive))]

    @property
    def sequential(self) -> list[tuple[float, str]]:
        """The scale of positive values, for Plotly."""
        return [(0.0, css(self.background)), (1.0, css(self.strong))]

    def table(self, *, signed: bool) -> NDArray[np.uint8]:
        """Return 255 colours of a scale, then the colour `never`: (256, 3) uint8."""
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
    """Return the colours of the dark or the light theme."""
    return DARK if dark else LIGHT


def css(colour: RGB) -> str:
    """Format a colour as `rgb(1,2,3)`."""
    return f"rgb({colour[0]},{colour[1]},{colour[2]})"


def rgb(text: str) -> RGB:
    """Return the colour of a text such as `#1b2026`."""
    red, green, blue = bytes.fromhex(text.removeprefix("#"))
    return red, green, blue


@functools.cache
def _table(palette: Palette, signed: bool) -> NDArray[np.uint8]:
    if signed:
        colours = [palette.signed(2 * i / 254 - 1) for i in range(255)]
    else:
        colours = [_between(palette.background, palette.strong, i / 254) for i in range(255)]
    return np.array([*colours, palette.never], dtype=np.uint8)


def _between(a: RGB, b: RGB, t: float) -> RGB:
    t = min(max(t, 0.0), 1.0)
    return (
        round(a[0] + (b[0] - a[0]) * t),
        round(a[1] + (b[1] - a[1]) * t),
        round(a[2] + (b[2] - a[2]) * t),
    )
