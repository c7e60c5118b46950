"""The patterns of a data set: a scatter plot of two columns, or a histogram of one.

The colour of a point is its target, from orange to blue; the shape is its part: training patterns
are discs, validation patterns diamonds, test patterns rings.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Final

import numpy as np

from app.figures.chart import Chart, columns, figure
from app.figures.palette import Palette
from app.figures.spec import Spec
from nbn_core.checks import plural
from nbn_core.data import Dataset
from nbn_core.experiment import Parts
from nbn_core.types import FloatArray

MAX_POINTS: Final = 3000  # drawn; the CSV has all
BINS: Final = 24
ALIKE: Final = 3.0  # ratio of the spans of two inputs up to which they have the same scale
PARTS: Final = ("training", "validation", "test")
SYMBOLS: Final = ("circle", "diamond", "circle-open")


@dataclass(frozen=True, slots=True)
class PlaneAxis:
    """A column that can be an axis.

    Parameters
    ----------
    name : str
        Name of the column.
    side : str
        "input" or "target".
    index : int
        Index among the inputs or targets.
    """

    name: str
    side: str
    index: int

    def of(self, dataset: Dataset) -> FloatArray:
        """Return the numbers of the column: (P,) float64."""
        table = dataset.inputs if self.side == "input" else dataset.targets
        column: FloatArray = table[:, self.index]
        return column


def axes_of(dataset: Dataset) -> list[PlaneAxis]:
    """Return every column, inputs first."""
    inputs = [PlaneAxis(name, "input", i) for i, name in enumerate(dataset.input_names)]
    return inputs + [PlaneAxis(name, "target", i) for i, name in enumerate(dataset.target_names)]


def default_axes(dataset: Dataset) -> tuple[PlaneAxis, PlaneAxis | None]:
    """Return the default axes: two inputs, or one input and a target; None for a histogram."""
    axes = axes_of(dataset)
    if dataset.n_inputs >= 2:
        return axes[0], axes[1]
    return axes[0], axes[1] if dataset.kind == "regression" else None


def patterns(
    parts: Parts, x: PlaneAxis, y: PlaneAxis | None, palette: Palette, *, height: int = 380,
    name: str = "data",
) -> Chart:  # fmt: skip
    """Draw the patterns over one or two columns, each part with its own symbol.

    Parameters
    ----------
    parts : Parts
        Training, validation and test patterns.
    x, y : PlaneAxis
        Columns of the axes; without `y`, a histogram is drawn.
    palette : Palette
        Colours of the light or dark theme.
    height : int
        Height in pixels.
    name : str
        Name of the files.
    """
    plot = figure(palette, height, margin={"l": 52, "r": 12, "t": 30, "b": 46})
    there = [(p, part) for p, part in enumerate(parts) if part is not None]
    if y is None:
        _histogram(plot, there, x, palette)
    else:
        _points(plot, there, x, y, palette)
    if y is not None and _alike([part for _, part in there], x, y):
        plot.update_xaxes(constrain="domain")
        plot.update_yaxes(scaleanchor="x", constrain="domain")
    plot.update_xaxes(title_text=_plain(x.name))
    many = sum(part.n_patterns for _, part in there)
    what = f"{x.name} and {y.name}" if y is not None else x.name
    return Chart(
        name, plot, f"{plural(many, 'pattern')} over {what}.", lambda: _table(there)
    )  # fmt: skip


def _points(
    plot: Spec, parts: list[tuple[int, Dataset]], x: PlaneAxis, y: PlaneAxis, palette: Palette
) -> None:
    plot.update_yaxes(title_text=_plain(y.name))
    total = sum(part.n_patterns for _, part in parts)
    signed = [tones(part, parts[0][1]) for _, part in parts]
    for (p, part), tone in zip(parts, signed, strict=True):
        share = min(1.0, MAX_POINTS / total)
        count = max(1, round(part.n_patterns * share))
        picked = np.linspace(0, part.n_patterns - 1, count).astype(int)
        colours = [palette.css(t) for t in tone[picked].tolist()]
        plot.add_scatter(
            x=x.of(part)[picked], y=y.of(part)[picked], mode="markers", name=PARTS[p],
            showlegend=len(parts) > 1,
            marker={
                "size": 7 if total <= 600 else 5, "symbol": SYMBOLS[p], "color": colours,
                "line": {"width": 1.4 if p == 2 else 0.6,
                         "color": colours if p == 2 else palette.muted},
            },
            hovertemplate="%{x:.4g}, %{y:.4g}<extra>" + PARTS[p] + "</extra>",
        )  # fmt: skip


def _alike(parts: list[Dataset], x: PlaneAxis, y: PlaneAxis) -> bool:
    """Whether two inputs have spans so alike that both get the same scale: a circle is round."""
    if (x.side, y.side) != ("input", "input"):
        return False
    spans = [float(np.ptp(np.concatenate([axis.of(part) for part in parts]))) for axis in (x, y)]
    return 0 < max(spans) <= ALIKE * min(spans)


def _histogram(
    plot: Spec, parts: list[tuple[int, Dataset]], x: PlaneAxis, palette: Palette
) -> None:
    """Draw stacked bars, one colour per part."""
    values = np.concatenate([x.of(part) for _, part in parts])
    different = np.unique(values)
    if len(different) <= BINS:
        edges = None
        middles = different
    else:
        edges = np.linspace(values.min(), values.max(), BINS + 1)
        middles = (edges[:-1] + edges[1:]) / 2
    inks = (palette.css(0.9), palette.css(-0.9), palette.muted)
    for p, part in parts:
        column = x.of(part)
        if edges is None:
            counts = np.array([(column == value).sum() for value in different])
        else:
            counts, _ = np.histogram(column, edges)
        plot.add_bar(
            x=middles, y=counts, name=PARTS[p], showlegend=len(parts) > 1,
            marker={"color": inks[p]},
            hovertemplate="about %{x:.4g}: %{y}<extra>" + PARTS[p] + "</extra>",
        )  # fmt: skip
    plot.layout_values["barmode"] = "stack"
    plot.update_yaxes(title_text="patterns")


def tones(part: Dataset, train: Dataset) -> FloatArray:
    """Return the tone of each pattern, from its target or class: (P,) float64 in [-1, 1]."""
    if train.kind == "classification":
        places = np.array(class_tones(train))
        chosen: FloatArray = places[part.classes()]
        return chosen
    column = part.targets[:, 0]
    low, high = float(train.targets[:, 0].min()), float(train.targets[:, 0].max())
    half = (high / 2 - low / 2) or 1.0
    scaled: FloatArray = np.clip((column - low / 2 - high / 2) / half, -1.0, 1.0)
    return scaled


def class_tones(dataset: Dataset) -> list[float]:
    """Return the tone of each class, in [-1, 1]."""
    count = max(2, dataset.n_outputs)
    return [-1.0, 0.4, 1.0] if count == 3 else np.linspace(-1.0, 1.0, count).tolist()


def _table(parts: list[tuple[int, Dataset]]) -> str:
    first = parts[0][1]
    names = [*first.input_names, *first.target_names]
    unique = [n if names.count(n) == 1 else f"{n} ({i})" for i, n in enumerate(names, start=1)]
    table = np.vstack([np.hstack([part.inputs, part.targets]) for _, part in parts])
    part_names = [PARTS[p] for p, part in parts for _ in range(part.n_patterns)]
    return columns({
        "part": part_names,
        **{name: table[:, i].tolist() for i, name in enumerate(unique)},
    })  # fmt: skip


def _plain(name: str) -> str:
    """Shorten a name and escape it, because Plotly interprets HTML tags."""
    short = name if len(name) <= 40 else f"{name[:39]}…"
    return html.escape(short, quote=False)
