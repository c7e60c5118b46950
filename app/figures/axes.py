"""The axes of a figure in pixels, laid out as Plotly does."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(slots=True)
class Axis:
    """One axis: converts values to pixels.

    Parameters
    ----------
    low, high : float
        Values at `start` and `end`; their decimal logarithms on a log axis.
    start, end : float
        Pixels. For the y axis, `start` is the lower edge.
    log, grid : bool
        Whether the axis is logarithmic, and whether it has grid lines.
    far : bool
        Whether the labels of the x axis are above the plot.
    title : str
        Title; empty for none.
    ticks : list of (float, str)
        Pixel and label of each tick.
    """

    low: float
    high: float
    start: float
    end: float
    log: bool
    grid: bool
    far: bool
    title: str
    ticks: list[tuple[float, str]]

    @property
    def length(self) -> float:
        """Pixels from start to end; negative for the y axis."""
        return self.end - self.start

    def at(self, value: float) -> float:
        """Return the pixel of a value."""
        number = float(value)
        if self.log:
            number = math.log10(number) if number > 0 else float("nan")
        return self.start + self.length * (number - self.low) / ((self.high - self.low) or 1.0)

    def at_all(self, values: Any) -> list[float]:
        """Return the pixels of many values."""
        numbers = np.asarray(values, dtype=np.float64)
        if self.log:
            numbers = np.log10(np.where(numbers > 0, numbers, np.nan))
        scale = self.length / ((self.high - self.low) or 1.0)
        pixels: list[float] = (self.start + scale * (numbers - self.low)).round(1).tolist()
        return pixels


def axes(figure: Any, width: int, height: int) -> tuple[Axis, Axis]:
    """Lay out the axes of a figure.

    Parameters
    ----------
    figure : Spec
        Figure whose axes are laid out.
    width, height : int
        Size in pixels.
    """
    layout = figure.layout
    margin = layout.margin
    bar = 70 if any(trace.type == "heatmap" for trace in figure.data) else 0
    left, right = float(margin.l), float(width - margin.r - bar)
    top, bottom = float(margin.t), float(height - margin.b)
    low_x, high_x = _range(layout.xaxis, figure, "x")
    low_y, high_y = _range(layout.yaxis, figure, "y")
    if layout.yaxis.scaleanchor == "x":
        per_x, per_y = (right - left) / abs(high_x - low_x), (bottom - top) / abs(high_y - low_y)
        if layout.xaxis.constrain == "domain":
            scale = min(per_x, per_y)
            spare = (right - left) - scale * abs(high_x - low_x)
            left, right = left + spare / 2, right - spare / 2
            spare = (bottom - top) - scale * abs(high_y - low_y)
            top, bottom = top + spare / 2, bottom - spare / 2
        elif per_x > per_y:
            low_x, high_x = _stretched(low_x, high_x, per_x / per_y)
        else:
            low_y, high_y = _stretched(low_y, high_y, per_y / per_x)
    x = _axis(layout.xaxis, low_x, high_x, left, right, figure, "x")
    y = _axis(layout.yaxis, low_y, high_y, bottom, top, figure, "y")
    return x, y


def _axis(
    axis: Any, low: float, high: float, start: float, end: float, figure: Any, letter: str
) -> Axis:
    log = axis.type == "log"
    laid_out = Axis(
        low, high, start, end, log, axis.showgrid is not False and axis.visible is not False,
        axis.side == "top", axis.title.text or "", [],
    )  # fmt: skip
    if axis.visible is not False and axis.showticklabels is not False:
        laid_out.ticks = [
            (laid_out.at(value), label)
            for value, label in _ticks(axis, figure, letter, low, high)
            if _inside(laid_out.at(value), start, end)
        ]
    return laid_out


def _range(axis: Any, figure: Any, letter: str) -> tuple[float, float]:
    if axis.range is not None:
        low, high = (float(value) for value in axis.range)
        return (high, low) if axis.autorange == "reversed" and low < high else (low, high)
    names = _categories(figure, letter)
    if names is not None:
        low, high = -0.5, len(names) - 0.5
        return (high, low) if axis.autorange == "reversed" else (low, high)
    values = np.concatenate([np.asarray(trace[letter], dtype=float) for trace in figure.data])
    values = values[np.isfinite(values)]
    low, high = float(values.min()), float(values.max())
    pad = 0.05 * ((high - low) or 1.0)
    return low - pad, high + pad


def _ticks(axis: Any, figure: Any, letter: str, low: float, high: float) -> list[tuple[float, str]]:
    names = _categories(figure, letter)
    if axis.tickvals is not None:
        values = list(axis.tickvals)
        if names is not None:
            values = [names.index(value) for value in values]
        return [(float(v), str(t)) for v, t in zip(values, axis.ticktext, strict=True)]
    if names is not None:
        return [(float(i), str(name)) for i, name in enumerate(names)]
    low, high = min(low, high), max(low, high)
    rough = (high - low) / 6
    power = 10.0 ** math.floor(math.log10(rough))
    step = min((m * power for m in (1, 2, 5, 10) if m * power >= rough), default=power)
    count = math.floor(high / step) - math.ceil(low / step) + 1
    marks = [(math.ceil(low / step) + i) * step for i in range(count)]
    return [(mark, f"{mark:.6g}{axis.ticksuffix or ''}") for mark in marks]


def _categories(figure: Any, letter: str) -> list[str] | None:
    values = figure.data[0][letter] if figure.data else None
    if values is None or len(values) == 0 or not isinstance(values[0], str):
        return None
    return list(values)


def _stretched(low: float, high: float, factor: float) -> tuple[float, float]:
    middle, half = (low + high) / 2, (high - low) / 2 * factor
    return middle - half, middle + half


def _inside(at: float, start: float, end: float) -> bool:
    return min(start, end) - 0.5 <= at <= max(start, end) + 0.5
