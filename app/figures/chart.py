"""A chart: a Plotly figure, the sentence that says what it shows, and the numbers behind it."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from app.figures.palette import Palette
from app.figures.spec import Spec
from nbn_core.types import FloatArray

FONT = "Source Sans, Source Sans Pro, sans-serif"


@dataclass(frozen=True, slots=True)
class Chart:
    """What a page shows and lets people take away.

    Parameters
    ----------
    name : str
        Of its files, without ending.
    spec : Spec
        The figure; it has a height of its own, its width is the page's.
    summary : str
        One sentence for those who do not see it.
    table : callable
        Makes the CSV.
    """

    name: str
    spec: Spec
    summary: str
    table: Callable[[], str]

    @property
    def figure(self) -> go.Figure:
        """As Plotly takes it."""
        return go.Figure(data=self.spec.traces, layout=self.spec.layout_values)


def figure(palette: Palette, height: int, **layout: Any) -> Spec:
    """Return an empty figure in our style."""
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
    """Write rows as CSV; floats in full."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_plain(cell) for cell in line] for line in lines)
    return out.getvalue()


def _plain(cell: object) -> object:
    item = getattr(cell, "item", None)
    return item() if callable(item) else cell


def short(value: float) -> str:
    """Three digits for people: `0.0123`, `4.5e-8`, `1.2e6`; `no limit` for infinity."""
    if math.isnan(value):
        return "unknown"
    if math.isinf(value):
        return "infinite"
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa.removesuffix('.0')}e{int(exponent)}"


def percent(share: float) -> str:
    """Write a share for people: `12 %`, `0.4 %`."""
    if math.isnan(share):
        return "unknown"
    return f"{100 * share:.0f} %" if share >= 0.1 or share <= 0 else f"{100 * share:.2g} %"
