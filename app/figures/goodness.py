"""Forward-Forward: how good right and wrong patterns look to each level."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from app.figures import lanes
from app.figures.chart import Chart, columns, figure, short
from app.figures.palette import Palette
from app.figures.trials import decades
from nbn_core.types import FloatArray, IntArray


def goodness_chart(
    epochs: IntArray, goodness: FloatArray, palette: Palette, height: int = 340
) -> Chart:
    """Draw the mean goodness of each level over the epochs, for right and for wrong labels.

    Parameters
    ----------
    epochs : (R,) int64
        Ascending; the first, 0, has no goodness yet.
    goodness : (R, 2, L) float64
        Of positive and negative patterns.
    palette : Palette
        Colours.
    height : int
        Of the chart.
    """
    made = figure(palette, height)
    kept = epochs > 0
    x, values = epochs[kept].astype(float), np.maximum(goodness[kept], 1e-12)
    table: dict[str, list[Any]] = {"epoch": epochs[kept].tolist()}
    said = []
    for level in range(values.shape[2]):
        for side, (word, dash) in enumerate((("right", "solid"), ("wrong", "dot"))):
            made.add_scatter(
                x=x, y=values[:, side, level], mode="lines", hoverinfo="name+x+y",
                name=f"level {level + 1}, {word} label",
                line={"color": lanes.colour(level, palette), "width": 2.5, "dash": dash},
            )  # fmt: skip
            table[f"level {level + 1}, {word} label"] = values[:, side, level].tolist()
        if len(x):
            said.append(
                f"level {level + 1} {short(float(values[-1, 0, level]))} against "
                f"{short(float(values[-1, 1, level]))}"
            )
    high = max(10.0, float(x[-1]) if len(x) else 10.0)
    most, least = float(values.max(initial=1.0)), float(values.min(initial=1.0))
    low_y, high_y = max(least / 1.5, most * 1e-6), most * 1.5
    ticks, ticks_y = decades(1.0, high), decades(low_y, high_y)
    made.update_xaxes(
        title_text="epoch", type="log", range=[0.0, math.log10(high)], tickvals=ticks,
        ticktext=[f"{tick:,.0f}" for tick in ticks],
    )  # fmt: skip
    made.update_yaxes(
        title_text="mean goodness", type="log", range=[math.log10(low_y), math.log10(high_y)],
        tickvals=ticks_y, ticktext=[f"{tick:g}" for tick in ticks_y],
    )  # fmt: skip
    return Chart(
        "goodness", made,
        f"Mean goodness of right against wrong labels at the end: {', '.join(said) or 'none yet'}.",
        lambda: columns(table),
    )  # fmt: skip


def margin_chart(margins: FloatArray, palette: Palette, height: int = 340) -> Chart:
    """Draw how many patterns have which margin: goodness of the right label over the best wrong.

    Parameters
    ----------
    margins : (P,) float64
        Above zero is right.
    palette : Palette
        Colours.
    height : int
        Of the chart.
    """
    counts, edges = np.histogram(margins, bins=min(40, max(8, len(margins) // 8)))
    made = figure(palette, height)
    x, y = np.repeat(edges, 2), np.concatenate([[0], np.repeat(counts, 2), [0]]).astype(float)
    made.add_scatter(
        x=x, y=y, mode="lines", line={"color": palette.css(1.0), "width": 2}, hoverinfo="x+y",
        fill="tozeroy", name="patterns",
    )  # fmt: skip
    top = float(counts.max(initial=1)) * 1.1
    made.add_scatter(
        x=[0.0, 0.0], y=[0.0, top], mode="lines", name="undecided", hoverinfo="name",
        line={"color": palette.css(-1.0), "width": 2, "dash": "dash"},
    )  # fmt: skip
    made.layout_values["showlegend"] = False
    pad = 0.04 * (float(edges[-1] - edges[0]) or 1.0)
    low, high = min(0.0, float(edges[0])) - pad, max(0.0, float(edges[-1])) + pad
    made.update_xaxes(title_text="goodness of the right label above the best wrong one",
                      range=[low, high])  # fmt: skip
    made.update_yaxes(title_text="patterns", range=[0.0, top])
    right = int((margins > 0).sum())
    return Chart(
        "margins", made, f"{right} of {len(margins)} patterns look best with their right label.",
        lambda: columns({"margin": margins.tolist()}),
    )  # fmt: skip
