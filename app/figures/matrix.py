"""A matrix such as Q as a heat map: one cell per pair of weights, ordered and framed by groups."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.figures.chart import Chart, figure, percent, rows
from app.figures.number_format import short
from app.figures.palette import Palette
from app.figures.spec import Spec
from nbn_core.types import BoolArray, FloatArray

DECADES: Final = 6  # range of the logarithmic colour scale
MAX_SIDE: Final = 500  # cells per side; beyond that a cell stands for several weights
MAX_LABELS: Final = 26  # groups up to which each is labelled


@dataclass(frozen=True, slots=True, eq=False)
class MatrixView:
    """Which part of a matrix is shown, and how.

    Parameters
    ----------
    order : (n,) index array
        Weights in the rows.
    column_order : (m,) index array
        Weights in the columns.
    titles : sequence of (N,) str
        Titles of all weights.
    frames, column_frames : list of (str, int)
        Name and size of each group of rows, and of columns; empty for none.
    zeros : (N, N) bool
        Mask of the entries that are zero for any data and weights.
    scale : str
        Colour scale, "log" or "linear".
    """

    order: NDArray[np.intp]
    column_order: NDArray[np.intp]
    titles: Sequence[str]
    frames: list[tuple[str, int]]
    column_frames: list[tuple[str, int]]
    zeros: BoolArray
    scale: str = "log"


def matrix(
    values: FloatArray,
    view: MatrixView,
    palette: Palette,
    *,
    what: str,
    name: str,
    height: int = 560,
) -> Chart:
    """Draw a signed matrix.

    Parameters
    ----------
    values : (N, N) float64
        Signed matrix to draw.
    view : MatrixView
        Rows, columns and colour scale.
    palette : Palette
        Colours of the light or dark theme.
    what, name : str
        Name of the matrix, for the summary; name of the files.
    height : int
        Height in pixels.
    """
    part = values[np.ix_(view.order, view.column_order)]
    never = view.zeros[np.ix_(view.order, view.column_order)]
    stride = -(-max(part.shape) // MAX_SIDE)
    cells, absent = pooled(part, never, stride)
    largest = float(np.abs(values).max(initial=0.0))
    tones = np.where(absent, np.nan, toned(cells, largest, view.scale)).astype(np.float32)
    y_names = [view.titles[n] for n in view.order[::stride]]
    x_names = [view.titles[n] for n in view.column_order[::stride]]
    plot = figure(
        palette, height, margin={"l": 58, "r": 8, "t": 34, "b": 10}, plot_bgcolor=_css(palette)
    )
    where = "strongest of the cells from " if stride > 1 else ""
    plot.add_heatmap(
        z=tones, customdata=cells.astype(np.float32), zmin=-1, zmax=1,
        colorscale=palette.diverging, hoverongaps=False, xgap=0, ygap=0,
        hovertemplate=f"{where}%{{y}}<br>and %{{x}}<br><b>%{{customdata:.4g}}</b><extra></extra>",
        colorbar=_colorbar(largest, view.scale),
    )  # fmt: skip
    # The titles are ticks without labels: hover texts take them from there.
    both = {"showgrid": False, "constrain": "domain", "tickmode": "array", "showticklabels": False}
    for update, names, reach in (
        (plot.update_xaxes, x_names, [-0.5, len(x_names) - 0.5]),
        (plot.update_yaxes, y_names, [len(y_names) - 0.5, -0.5]),
    ):
        update(**both, range=reach, ticks="", tickvals=list(range(len(names))), ticktext=names)
    plot.update_yaxes(scaleanchor="x")
    _label_groups(plot, view, stride)
    for shape in _frames(view, stride, cells.shape, palette):
        plot.add_shape(**shape)
    return Chart(name, plot, _summary(part, never, what, stride), lambda: _table(part, view))


def toned(values: FloatArray, largest: float, scale: str) -> FloatArray:
    """Return tones from -1 to 1; the log scale covers DECADES below the largest value."""
    if not largest > 0:
        return np.zeros_like(values)
    relative = values / largest
    if scale == "linear":
        return relative
    with np.errstate(divide="ignore"):
        level = 1.0 + np.log10(np.abs(relative)) / DECADES
    result: FloatArray = np.sign(relative) * np.clip(level, 0.0, 1.0)
    return result


def pooled(values: FloatArray, never: BoolArray, stride: int) -> tuple[FloatArray, BoolArray]:
    """Reduce stride x stride cells to the one of largest magnitude.

    Returns
    -------
    (n, m) float64
        Values of the cells that were kept.
    (n, m) bool
        Whether all cells were structural zeros.
    """
    if stride == 1:
        return values, never
    height, width = (-(-size // stride) * stride for size in values.shape)
    padded = np.zeros((height, width))
    padded[: values.shape[0], : values.shape[1]] = values
    absent = np.ones((height, width), dtype=bool)
    absent[: values.shape[0], : values.shape[1]] = never
    shape = (height // stride, stride, width // stride, stride)
    high = padded.reshape(shape).max(axis=(1, 3))
    low = padded.reshape(shape).min(axis=(1, 3))
    strongest: FloatArray = np.where(high >= -low, high, low)
    nowhere = np.asarray(absent.reshape(shape).all(axis=(1, 3)), dtype=np.bool_)
    return strongest, nowhere


def _label_groups(plot: Spec, view: MatrixView, stride: int) -> None:
    """Write the name of each group in the middle of its rows and columns."""
    for frames, across in ((view.column_frames, True), (view.frames, False)):
        if len(frames) > MAX_LABELS:
            continue
        starts = np.cumsum([0, *(size for _, size in frames)])
        font = {"size": 12 if len(frames) > 14 else 13}
        apart, before = (0.05 if across else 0.03) * starts[-1] / stride, -np.inf
        for (name, size), start in zip(frames, starts, strict=False):
            middle = (start + (size - 1) / 2) / stride
            if middle - before < apart:
                continue
            before = middle
            text = name if len(name) <= 7 else f"{name[:6]}…"
            if across:
                place = {"x": middle, "y": 1.0, "yref": "y domain", "yanchor": "bottom"}
            else:
                place = {"y": middle, "x": 0.0, "xref": "x domain", "xanchor": "right"}
            plot.add_annotation(text=text, font=font, showarrow=False, **place)


def _frames(
    view: MatrixView, stride: int, shape: tuple[int, ...], palette: Palette
) -> list[dict[str, object]]:
    """Return the lines between groups, horizontal and vertical."""
    line = {"color": palette.muted, "width": 0.8 if len(view.frames) < 40 else 0.3}
    shapes: list[dict[str, object]] = []
    height, width = shape[0] - 0.5, shape[1] - 0.5
    edges = np.cumsum([size for _, size in view.frames])[:-1] / stride - 0.5
    shapes += [_line(-0.5, y, width, y, line) for y in edges]
    edges = np.cumsum([size for _, size in view.column_frames])[:-1] / stride - 0.5
    shapes += [_line(x, -0.5, x, height, line) for x in edges]
    return shapes


def _line(x0: float, y0: float, x1: float, y1: float, line: dict[str, object]) -> dict[str, object]:
    ends = {"x0": float(x0), "y0": float(y0), "x1": float(x1), "y1": float(y1)}
    return {"type": "line", **ends, "line": line}


def _colorbar(largest: float, scale: str) -> dict[str, object]:
    tones, labels = zip(*scale_marks(largest, scale), strict=True)
    return {
        "tickvals": tones, "ticktext": labels, "thickness": 12, "outlinewidth": 0, "len": 0.9,
        "tickfont": {"size": 12},
    }  # fmt: skip


def scale_marks(largest: float, scale: str) -> list[tuple[float, str]]:
    """Return the labels of the colour scale.

    Parameters
    ----------
    largest : float
        Value at tone 1.
    scale : str
        "log" or "linear".

    Returns
    -------
    list of (float, str)
        Tones from -1 to 1, ascending, with the values they stand for.
    """
    if not largest > 0 or not math.isfinite(largest):
        return [(0.0, "0")]
    if scale == "linear":
        return [(tone, short(largest * tone)) for tone in (-1.0, -0.5, 0.0, 0.5, 1.0)]
    marks = []
    for tone in (-1, -2 / 3, -1 / 3, 0, 1 / 3, 2 / 3, 1):
        size = short(largest * 10 ** (-DECADES * (1 - abs(tone))))
        marks.append((tone, "near 0" if tone == 0 else f"{'−' if tone < 0 else ''}{size}"))
    return marks


def _summary(part: FloatArray, never: BoolArray, what: str, stride: int) -> str:
    size = " by ".join(f"{n:,}" for n in part.shape)
    text = (
        f"{what}, {size} weights; the largest entry is {short(float(np.abs(part).max(initial=0)))}"
    )
    share = float(never.mean())
    if share > 0:
        text += f", and {percent(share)} of the entries are zero because of the topology"
    if stride > 1:
        text += f"; each cell shows the strongest of {stride} by {stride} entries"
    return text + "."


def _table(part: FloatArray, view: MatrixView) -> str:
    header = ["", *(view.titles[n] for n in view.column_order)]
    lines = ([view.titles[n], *line.tolist()] for n, line in zip(view.order, part, strict=True))
    return rows(header, lines)


def _css(palette: Palette) -> str:
    return f"rgb{palette.never}"
