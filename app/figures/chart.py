"""A chart: a Plotly figure, a summary in one sentence, and its numbers as a table."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from app.figures.number_format import MINUS, short
from app.figures.palette import Palette
from app.figures.spec import Spec
from nbn_core.types import FloatArray

ROUNDING = 1e-12  # by which a computed share of the whole may differ from 1
FONT = "Source Sans, Source Sans Pro, sans-serif"


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure with its summary and its table.

    Parameters
    ----------
    name : str
        Name of its files, without extension.
    spec : Spec
        The figure. It sets the height; the width is that of the page.
    summary : str
        One sentence that replaces the figure for screen readers.
    table : callable
        Returns the numbers as CSV.
    """

    name: str
    spec: Spec
    summary: str
    table: Callable[[], str]

    @property
    def figure(self) -> go.Figure:
        """The figure as a Plotly object."""
        return go.Figure(data=self.spec.traces, layout=self.spec.layout_values)


def figure(palette: Palette, height: int, **layout: Any) -> Spec:
    """Return an empty figure in the style of the app.

    Parameters
    ----------
    palette : Palette
        Colours of the light or dark theme.
    height : int
        Height in pixels.
    **layout
        Further values of the Plotly layout.
    """
    axis = {
        "gridcolor": palette.grid, "linecolor": palette.muted, "zeroline": False,
        "tickcolor": palette.muted, "ticks": "outside", "ticklen": 4, "automargin": False,
        "title": {"standoff": 8},
    }  # fmt: skip
    return Spec({
        "height": height,
        "margin": {"l": 64, "r": 16, "t": 14, "b": 52},
        "font": {"family": FONT, "size": 14, "color": palette.ink},
        "paper_bgcolor": palette.page,
        "plot_bgcolor": "rgba(0,0,0,0)",
        "xaxis": dict(axis),
        "yaxis": dict(axis),
        "hoverlabel": {"font": {"family": FONT, "size": 14}},
        "legend": {
            "orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "bgcolor": "rgba(0,0,0,0)",
        },
        "dragmode": "zoom",
        **layout,
    })  # fmt: skip


def columns(values: Mapping[str, Iterable[object]]) -> str:
    """Write columns of equal length as CSV."""
    return rows(list(values), zip(*values.values(), strict=True))


def grid(x: FloatArray, y: FloatArray, values: FloatArray) -> str:
    """Write values over a plane as CSV: x along the first row, y down the first column."""
    lines = ([v, *line] for v, line in zip(y.tolist(), values.tolist(), strict=True))
    return rows(["y \\ x", *x.tolist()], lines)


def rows(header: Sequence[object], lines: Iterable[Iterable[object]]) -> str:
    """Write rows as CSV; floats at full precision."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_plain(cell) for cell in line] for line in lines)
    return out.getvalue()


def _plain(cell: object) -> object:
    item = getattr(cell, "item", None)
    return item() if callable(item) else cell


def percent(share: float) -> str:
    """Format a share for display: `12 %`, `0.4 %`.

    Only the whole is written as `100 %`, and only nothing as `0 %`: a share between `99.5 %` and
    the whole has up to two decimals, of which the last is rounded down.
    """
    if math.isnan(share):
        return "unknown"
    if share < 0:
        return f"{MINUS}{percent(-share)}"
    if 0 < share < 0.1 or share == math.inf:
        return f"{short(100 * share, 2)} %"
    if 0.995 <= share < 1.0 - ROUNDING:
        return f"{math.floor(1e4 * share + 1e-7) / 100:.4g} %"
    return f"{abs(100 * share):,.0f} %"
