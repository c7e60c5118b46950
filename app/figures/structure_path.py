"""The path of a network that grows, shrinks or rewires: its error against its number of weights."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from app.figures.chart import Chart, columns, figure
from app.figures.lanes import colour
from app.figures.number_format import short
from app.figures.palette import Palette
from app.figures.trials import decades
from nbn_core.checks import plural
from nbn_core.structure import PathPoint

TICKS: Final = (1.0, 2.0, 5.0)
LEAST: Final = 1e-8  # smallest error drawn, on the logarithmic axis


@dataclass(frozen=True, slots=True)
class PartSizes:
    """Numbers of training and of test targets: patterns times outputs; 0 test targets if none."""

    train: int
    test: int

    def errors(self, point: PathPoint) -> tuple[float, float | None]:
        """Return the root mean square error of the training and of the test patterns."""
        test = None if point.test_sse is None else float(np.sqrt(point.test_sse / self.test))
        return float(np.sqrt(point.sse / self.train)), test


def path_chart(
    points: Sequence[PathPoint], sizes: PartSizes, shown: int | None, palette: Palette,
    *, height: int = 340,
) -> Chart:  # fmt: skip
    """Draw the error at the end of each stage against the number of weights.

    Parameters
    ----------
    points : sequence of PathPoint
        The stages, in the order in which they came.
    sizes : PartSizes
        Numbers of targets.
    shown : int or None
        Index of the stage that is shown on the stage of the page.
    palette : Palette
        Colours of the light or dark theme.
    height : int
        Height in pixels.
    """
    plot = figure(palette, height, margin={"l": 64, "r": 16, "t": 32, "b": 52})
    errors = [sizes.errors(point) for point in points]
    weights = [point.n_weights for point in points]
    lines = [("training", 0, [train for train, _ in errors])]
    if sizes.test:
        lines.append(("test", 1, [test for _, test in errors if test is not None]))
    for name, number, values in lines:
        shade = colour(number, palette)
        plot.add_scatter(
            x=weights, y=[max(LEAST, value) for value in values], mode="lines+markers", name=name,
            customdata=[point.row for point in points], hoverinfo="text",
            hovertext=[
                f"{number + 1}. {point.title}<br>{point.n_weights:,} weights, "
                f"{point.n_neurons} neurons<br>RMSE of the {name} patterns: {short(value)}"
                for number, (point, value) in enumerate(zip(points, values, strict=True))
            ],
            line={"color": shade, "width": 2, "dash": "solid" if number == 0 else "dash"},
            marker={"color": shade, "size": 8},
        )  # fmt: skip
    if shown is not None:
        known = [value for value in errors[shown] if value is not None]
        plot.add_scatter(
            x=[weights[shown]] * len(known), y=[max(LEAST, value) for value in known],
            mode="markers", name="shown", hoverinfo="skip",
            marker={"color": palette.ink, "size": 15, "symbol": "circle-open",
                    "line": {"width": 2}},
        )  # fmt: skip
    span = [max(LEAST, value) for pair in errors for value in pair if value is not None]
    low, high = 0.8 * min(span), 1.25 * max(span)
    ticks = [m * d for d in decades(low / 10.0, high) for m in TICKS if low <= m * d <= high]
    plot.update_yaxes(
        title_text="root mean square error", type="log", range=[math.log10(low), math.log10(high)],
        tickvals=ticks, ticktext=[short(tick) for tick in ticks],
    )  # fmt: skip
    pad = 0.05 * (max(weights) - min(weights)) or 1.0
    plot.update_xaxes(title_text="weights", range=[min(weights) - pad, max(weights) + pad])
    table: dict[str, list[Any]] = {
        "stage": list(range(1, len(points) + 1)), "change": [point.title for point in points],
        "row": [point.row for point in points], "weights": weights,
        "neurons": [point.n_neurons for point in points],
        "training RMSE": [train for train, _ in errors],
        "test RMSE": ["" if test is None else test for _, test in errors],
    }  # fmt: skip
    summary = (
        f"Error of {plural(len(points), 'network')} on the path, from {weights[0]:,} to "
        f"{weights[-1]:,} weights; the training error went from {short(errors[0][0])} to "
        f"{short(errors[-1][0])}."
    )
    return Chart("structure-path", plot, summary, lambda: columns(table))
