"""Many networks on one problem: the error of test patterns against the size of the network."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.figures.chart import Chart, columns
from app.figures.number_format import short
from app.figures.palette import Palette
from app.figures.topologies import (
    NetworkPoint,
    bars,
    by_family,
    described,
    empty,
    line,
    pale,
    size_axis,
)
from nbn_core.types import FloatArray


@dataclass(frozen=True, slots=True)
class ErrorMeasure:
    """How the error of a network is measured.

    Parameters
    ----------
    title : str
        Title of the axis.
    wrong : bool
        Whether it is the share of wrong test patterns in percent; otherwise the RMSE.
    n_train, n_test : int
        Numbers of training and of test targets: patterns times outputs.
    """

    title: str
    wrong: bool
    n_train: int
    n_test: int

    def test(self, point: NetworkPoint) -> FloatArray:
        """Return the test error of each trial, (T,) float64; NaN where it is unknown."""
        if self.wrong:
            return 100.0 * point.found.test_wrong
        errors: FloatArray = np.sqrt(point.found.test_sse / self.n_test)
        return errors

    def train(self, point: NetworkPoint) -> FloatArray | None:
        """Return the training error of each trial; None where only test patterns are counted."""
        if self.wrong:
            return None
        errors: FloatArray = np.sqrt(point.found.trials.sse / self.n_train)
        return errors


def quartiles(errors: FloatArray) -> tuple[float, float, float]:
    """Return the lower quartile, median and upper quartile of the known errors."""
    known = errors[np.isfinite(errors)]
    if not len(known):
        return math.nan, math.nan, math.nan
    low, middle, high = np.quantile(known, [0.25, 0.5, 0.75]).tolist()
    return low, middle, high


def error_chart(
    points: Sequence[NetworkPoint], measure: ErrorMeasure, palette: Palette, *,
    by: str = "weights", height: int = 400,
) -> Chart:  # fmt: skip
    """Draw the median test error over the trials with its quartiles, a line for each family.

    Parameters
    ----------
    points : sequence of NetworkPoint
        Networks with trials.
    measure : ErrorMeasure
        Measure of the errors.
    palette : Palette
        Colours of the light or dark theme.
    by : str
        Size on the horizontal axis, a key of `SIZES`.
    height : int
        Height in pixels.
    """
    plot = empty(palette, height, points)
    spans = {one.place: quartiles(measure.test(one)) for one in points}
    trained = {
        one.place: quartiles(errors)[1]
        for one in points
        if (errors := measure.train(one)) is not None
    }
    known = [one for one in points if math.isfinite(spans[one.place][1])]
    table: dict[str, list[Any]] = described(known)
    for i, name in enumerate(("lower quartile", "median", "upper quartile")):
        table[f"test, {name}"] = [spans[one.place][i] for one in known]
    if trained:
        table["training, median"] = [trained[one.place] for one in known]
    for family in by_family(known, by):
        bars(plot, family, [spans[one.place][::2] for one in family], palette, by=by)
        if trained:
            plot.add_scatter(
                x=[one.size(by) for one in family], y=[trained[one.place] for one in family],
                mode="lines", showlegend=False, hoverinfo="skip",
                line={"color": pale(family[0].number, palette), "width": 1.4, "dash": "dot"},
            )  # fmt: skip
    for family in by_family(known, by):
        medians = [spans[one.place][1] for one in family]
        unit = " %" if measure.wrong else ""
        texts = [
            f"{one.network.name}: median {short(middle)}{unit}<br>middle half "
            f"{short(low)} to {short(high)}{unit}<br>{one.weights:,} weights, "
            f"{one.found.trials.n_trials:,} trials"
            for one in family
            for low, middle, high in [spans[one.place]]
        ]
        line(plot, family, medians, texts, palette, by=by)
    size_axis(plot, points, by)
    top = max((spans[one.place][1] for one in known), default=1.0)
    top = min(3.0 * top, max((spans[one.place][2] for one in known), default=1.0)) or 1.0
    plot.update_yaxes(title_text=measure.title, range=[-0.03 * top, 1.06 * top])
    best = min(known, key=lambda one: (spans[one.place][1], one.weights), default=None)
    summary = "No test error is known yet." if best is None else (
        f"Median test error of {len(known)} networks; the smallest is "
        f"{short(spans[best.place][1])}{' %' if measure.wrong else ''}, {best.network.name} with "
        f"{best.weights:,} weights."
    )  # fmt: skip
    return Chart("error-by-size", plot, summary, lambda: columns(table))
