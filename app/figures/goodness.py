"""Forward-Forward: the goodness of correct and wrong labels at each level."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from app.figures import lanes
from app.figures.chart import Chart, columns, figure
from app.figures.number_format import short
from app.figures.palette import Palette
from app.figures.trials import decades
from nbn_core.types import FloatArray, IntArray


def goodness_chart(
    epochs: IntArray, goodness: FloatArray, palette: Palette, height: int = 340
) -> Chart:
    """Draw the mean goodness of each level over the epochs, for correct and for wrong labels.

    Parameters
    ----------
    epochs : (R,) int64
        Epochs, ascending; epoch 0 has no goodness yet.
    goodness : (R, 2, L) float64
        Mean goodness of positive and of negative patterns at each of L levels.
    palette : Palette
        Colours of the light or dark theme.
    height : int
        Height in pixels.
    """
    plot = figure(palette, height)
    kept = epochs > 0
    x, exact = epochs[kept].astype(float), goodness[kept]
    values = np.maximum(exact, 1e-12)  # on a log axis
    table: dict[str, list[Any]] = {"epoch": epochs[kept].tolist()}
    final = []
    for level in range(values.shape[2]):
        for side, (word, dash) in enumerate((("correct", "solid"), ("wrong", "dot"))):
            plot.add_scatter(
                x=x, y=values[:, side, level], mode="lines",
                customdata=exact[:, side, level],
                hovertemplate="epoch %{x}: %{customdata:.4g}"
                f"<extra>level {level + 1}, {word} label</extra>",
                name=f"level {level + 1}, {word} label",
                line={"color": lanes.colour(level, palette), "width": 2.5, "dash": dash},
            )  # fmt: skip
            table[f"level {level + 1}, {word} label"] = exact[:, side, level].tolist()
        if len(x):
            final.append(
                f"level {level + 1} {short(float(exact[-1, 0, level]))} against "
                f"{short(float(exact[-1, 1, level]))}"
            )
    high = max(10.0, float(x[-1]) if len(x) else 10.0)
    largest, smallest = float(values.max(initial=1.0)), float(values.min(initial=1.0))
    low_y, high_y = max(smallest / 1.5, largest * 1e-6), largest * 1.5
    ticks, ticks_y = decades(1.0, high), decades(low_y, high_y)
    plot.update_xaxes(
        title_text="epoch", type="log", range=[0.0, math.log10(high)], tickvals=ticks,
        ticktext=[f"{tick:,.0f}" for tick in ticks],
    )  # fmt: skip
    plot.update_yaxes(
        title_text="mean goodness", type="log", range=[math.log10(low_y), math.log10(high_y)],
        tickvals=ticks_y, ticktext=[f"{tick:g}" for tick in ticks_y],
    )  # fmt: skip
    return Chart(
        "goodness", plot,
        f"Final mean goodness of correct against wrong labels: {', '.join(final) or 'none yet'}.",
        lambda: columns(table),
    )  # fmt: skip


def margin_chart(margins: FloatArray, palette: Palette, height: int = 340) -> Chart:
    """Draw a histogram of margins: goodness of the correct label minus that of the best wrong one.

    Parameters
    ----------
    margins : (P,) float64
        Margins; positive if the pattern is classified correctly.
    palette : Palette
        Colours of the light or dark theme.
    height : int
        Height in pixels.
    """
    counts, edges = np.histogram(margins, bins=min(40, max(8, len(margins) // 8)))
    plot = figure(palette, height)
    x, y = np.repeat(edges, 2), np.concatenate([[0], np.repeat(counts, 2), [0]]).astype(float)
    plot.add_scatter(
        x=x, y=y, mode="lines", line={"color": palette.css(1.0), "width": 2}, hoverinfo="x+y",
        fill="tozeroy", name="patterns",
    )  # fmt: skip
    top = float(counts.max(initial=1)) * 1.1
    plot.add_scatter(
        x=[0.0, 0.0], y=[0.0, top], mode="lines", name="undecided", hoverinfo="name",
        line={"color": palette.css(-1.0), "width": 2, "dash": "dash"},
    )  # fmt: skip
    plot.layout_values["showlegend"] = False
    pad = 0.04 * (float(edges[-1] - edges[0]) or 1.0)
    low, high = min(0.0, float(edges[0])) - pad, max(0.0, float(edges[-1])) + pad
    plot.update_xaxes(title_text="goodness of the correct label minus the best wrong one",
                      range=[low, high])  # fmt: skip
    plot.update_yaxes(title_text="patterns", range=[0.0, top])
    correct = int((margins > 0).sum())
    return Chart(
        "margins", plot,
        f"{correct} of {len(margins)} patterns have the highest goodness with the correct label.",
        lambda: columns({"margin": margins.tolist()}),
    )  # fmt: skip
