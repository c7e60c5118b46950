"""Printed values beside ours, against the size of the network."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby
from typing import Any, Final, NamedTuple

from app.figures.chart import Chart, columns, figure, percent
from app.figures.number_format import short
from app.figures.palette import Palette
from app.figures.svg import LEGEND_ROW
from app.figures.topologies import LEGEND_WIDTH, SIZES, colour, pale
from app.figures.trials import decades

MEASURES: Final = {"rate": "success rate", "test_sse": "SSE of the test patterns"}


class PublishedPoint(NamedTuple):
    """A published result and ours.

    Attributes
    ----------
    title : str
        Problem and network.
    group : str
        Title of the line on which it is.
    neurons, weights : int
        Size of the network.
    printed : float or None
        Printed value; None if the source has none.
    certainty : str
        Certainty of the printed value, in words.
    ours : float or None
        Our value; None before the first training.
    low, high : float
        Ends of our 95 % interval; infinite if there are too few trainings.
    seeds : int
        Number of our trainings.
    """

    title: str
    group: str
    neurons: int
    weights: int
    printed: float | None
    certainty: str
    ours: float | None = None
    low: float = -math.inf
    high: float = math.inf
    seeds: int = 0

    def size(self, by: str) -> int:
        """Return the number of weights or neurons."""
        return self.weights if by == "weights" else self.neurons


def published_chart(
    points: Sequence[PublishedPoint], palette: Palette, *, measure: str = "rate",
    by: str = "neurons", height: int = 360,
) -> Chart:  # fmt: skip
    """Draw printed values, and ours with their 95 % intervals.

    Parameters
    ----------
    points : sequence of PublishedPoint
        Published results; those of a group are joined by a line.
    palette : Palette
        Colours of the light or dark theme.
    measure : str
        What the values are, a key of `MEASURES`.
    by : str
        Size on the horizontal axis, a key of `SIZES`.
    height : int
        Height in pixels.
    """
    ordered = sorted(points, key=lambda one: one.group)
    groups = [
        sorted(members, key=lambda one: one.size(by))
        for _, members in groupby(ordered, key=lambda one: one.group)
    ]
    printed = [one for one in points if one.printed is not None]
    named = [f"{group[0].group}, ours" for group in groups]
    named += [f"printed, {certainty}" for certainty in _certainties(printed)]
    rows = math.ceil(sum(44 + 7 * len(name) for name in named) / LEGEND_WIDTH)
    plot = figure(
        palette, height, margin={"l": 72, "r": 16, "t": 14 + LEGEND_ROW * (rows - 1), "b": 52}
    )
    floor = _least(points) if measure == "test_sse" else 0.0
    for number, group in enumerate(groups):
        done = [one for one in group if one.ours is not None]
        if not done:
            continue
        x, y = _bars(done, by, floor)
        plot.add_scatter(x=x, y=y, mode="lines", showlegend=False, hoverinfo="skip",
                         line={"color": pale(number, palette), "width": 1.6})  # fmt: skip
        plot.add_scatter(
            x=[one.size(by) for one in done], y=[_at_least(one.ours, floor) for one in done],
            mode="lines+markers", name=named[number],
            hovertext=[f"{one.title}: ours {_ours(one, measure)}" for one in done],
            hoverinfo="text",
            line={"color": colour(number, palette), "width": 2},
            marker={"color": colour(number, palette), "size": 8, "symbol": "circle"},
        )  # fmt: skip
    for certainty in _certainties(printed):
        some = [one for one in printed if one.certainty == certainty]
        plot.add_scatter(
            x=[one.size(by) for one in some], y=[one.printed for one in some], mode="markers",
            name=f"printed, {certainty}", hoverinfo="text",
            hovertext=[f"{one.title}: printed {_value(one.printed, measure)} ({certainty})"
                       for one in some],
            marker={"color": palette.ink, "size": 11, "symbol": "diamond-open",
                    "line": {"color": palette.ink, "width": 1.8}},
        )  # fmt: skip
    _axes(plot, points, measure, by)
    return Chart(f"published-{measure.replace('_', '-')}", plot, _summary(points, measure),
                 lambda: _table(points, measure))  # fmt: skip


def _certainties(printed: Sequence[PublishedPoint]) -> list[str]:
    return list(dict.fromkeys(one.certainty for one in printed))


def _at_least(value: float | None, floor: float) -> float:
    return max(math.nan if value is None else value, floor)


def _bars(
    points: Sequence[PublishedPoint], by: str, floor: float
) -> tuple[list[float], list[float]]:
    x, y = [], []
    for one in points:
        if math.isfinite(one.low) and math.isfinite(one.high):
            at = float(one.size(by))
            x += [at, at, math.nan]
            y += [max(one.low, floor), max(one.high, floor), math.nan]
    return x, y


def _least(points: Sequence[PublishedPoint]) -> float:
    """Return a positive value below all others, for a logarithmic axis."""
    values = [v for one in points for v in (one.printed, one.ours, one.low) if v and v > 0]
    return min((v for v in values if math.isfinite(v)), default=1e-9) / 2


def _axes(plot: Any, points: Sequence[PublishedPoint], measure: str, by: str) -> None:
    sizes = [one.size(by) for one in points] or [1, 10]
    low, high = min(sizes), max(sizes)
    pad = 0.05 * (high - low) or 1.0
    plot.update_xaxes(title_text=SIZES[by], range=[low - pad, high + pad])
    if by == "neurons" and high - low <= 20:
        counts = sorted(set(sizes))
        plot.update_xaxes(tickvals=counts, ticktext=[str(count) for count in counts])
    if measure == "rate":
        plot.update_yaxes(
            title_text=MEASURES[measure], range=[-0.04, 1.06], tickvals=[0, 0.25, 0.5, 0.75, 1],
            ticktext=["0", "25 %", "50 %", "75 %", "100 %"],
        )  # fmt: skip
        return
    values = [v for one in points for v in (one.printed, one.ours, one.low, one.high)
              if v is not None and math.isfinite(v) and v > 0] or [1.0]  # fmt: skip
    bottom, top = min(values) / 2, max(values) * 2
    ticks = decades(bottom, top) or [bottom, top]
    plot.update_yaxes(
        title_text=MEASURES[measure], type="log", range=[math.log10(bottom), math.log10(top)],
        tickvals=ticks, ticktext=[f"{tick:,.6g}" for tick in ticks],
    )  # fmt: skip


def _value(value: float | None, measure: str) -> str:
    assert value is not None
    return percent(value) if measure == "rate" else short(value)


def _ours(one: PublishedPoint, measure: str) -> str:
    text = _value(one.ours, measure)
    if math.isfinite(one.low) and math.isfinite(one.high):
        text += f"<br>95 % interval {_value(one.low, measure)} to {_value(one.high, measure)}"
    return f"{text}<br>{one.seeds:,} seeds, {one.weights:,} weights, {one.neurons:,} neurons"


def _summary(points: Sequence[PublishedPoint], measure: str) -> str:
    done = [one for one in points if one.ours is not None]
    both = [one for one in done if one.printed is not None and math.isfinite(one.high)]
    what = MEASURES[measure]
    text = f"Our {what} of {len(done)} of {len(points)} networks"
    if not any(one.printed is not None for one in points):
        return f"{text}; the source printed none."
    inside = sum(one.low <= (one.printed or 0.0) <= one.high for one in both)
    return f"{text}; {inside} of {len(both)} printed values are inside our 95 % interval."


def _table(points: Sequence[PublishedPoint], measure: str) -> str:
    return columns(
        {
            "network": [one.title for one in points],
            "neurons": [one.neurons for one in points],
            "weights": [one.weights for one in points],
            f"printed {measure}": ["" if one.printed is None else one.printed for one in points],
            "certainty": [one.certainty for one in points],
            f"our {measure}": ["" if one.ours is None else one.ours for one in points],
            "low": [one.low if math.isfinite(one.low) else "" for one in points],
            "high": [one.high if math.isfinite(one.high) else "" for one in points],
            "seeds": [one.seeds for one in points],
        }
    )
