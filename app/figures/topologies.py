"""Many networks on one problem: success and cost against the size of the network."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any, Final

from app.figures import lanes
from app.figures.chart import Chart, columns, figure, percent
from app.figures.number_format import duration, short
from app.figures.palette import Palette, css, rgb
from app.figures.spec import Spec
from app.figures.svg import LEGEND_ROW
from app.figures.trials import decades, time_words
from nbn_core.studies import CellResult, StudyNetwork, StudyResult

SIZES: Final = {"weights": "weights", "neurons": "neurons, outputs included"}
COSTS: Final = {"work": "work, in forward passes", "seconds": "computing time"}
OWN: Final = -1  # number of the family of a network that belongs to none
LEGEND_WIDTH: Final = 700  # pixels in which a row of the legend fits
WIDE: Final = 12.0  # largest size divided by smallest, from which the axis is logarithmic


@dataclass(frozen=True)
class NetworkPoint:
    """A network of a study with its trials.

    Parameters
    ----------
    place : int
        Index of the network in the study.
    network : StudyNetwork
        The network.
    number : int
        Number of its family, which sets the colour; `OWN` for a network that belongs to none.
    found : CellResult
        Results of its trials.
    """

    place: int
    network: StudyNetwork
    number: int
    found: CellResult

    @cached_property
    def weights(self) -> int:
        """Number of weights."""
        return self.network.topology.n_weights

    @property
    def neurons(self) -> int:
        """Number of neurons, outputs included."""
        return self.network.topology.n_neurons

    @property
    def depth(self) -> int:
        """Length of the longest path from an input to a neuron."""
        return max(self.network.topology.levels)

    @cached_property
    def rate(self) -> float:
        """Share of trials that reached the target."""
        return self.found.trials.success_rate

    @cached_property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of the rate."""
        return self.found.trials.interval

    def size(self, by: str) -> int:
        """Return the number of weights or neurons."""
        return self.weights if by == "weights" else self.neurons

    def cost(self, kind: str) -> float:
        """Return the expected work or seconds until a success; infinite without one."""
        trials = self.found.trials
        return trials.expected_work if kind == "work" else trials.expected_seconds

    def solved(self) -> str:
        """Return the successes and trials as text."""
        return f"{self.found.trials.successes:,} of {self.found.trials.n_trials:,}"


def points_of(result: StudyResult, numbers: Mapping[str, int]) -> list[NetworkPoint]:
    """Return the networks of a study that have trials, by the first rule.

    Parameters
    ----------
    result : StudyResult
        Results so far.
    numbers : mapping of str to int
        Number of each family by its title; families that are missing have the number `OWN`.
    """
    return [
        NetworkPoint(cell.network, network, numbers.get(network.family, OWN), found)
        for cell, found in sorted(result.cells.items())
        if cell.rule == 0 and found.trials.n_trials
        for network in [result.study.networks[cell.network]]
    ]


def success_chart(
    points: Sequence[NetworkPoint], front: Collection[int], palette: Palette, *,
    by: str = "weights", height: int = 400,
) -> Chart:  # fmt: skip
    """Draw the success rate of every network with its interval, a line for each family.

    Parameters
    ----------
    points : sequence of NetworkPoint
        Networks with trials.
    front : collection of int
        Places of the networks on the front, which get a ring.
    palette : Palette
        Colours of the light or dark theme.
    by : str
        Size on the horizontal axis, a key of `SIZES`.
    height : int
        Height in pixels.
    """
    plot = empty(palette, height, points)
    table = described(points)
    for name in ("trials", "solved", "rate", "low", "high", "front"):
        table[name] = []
    for point in points:
        low, high = point.interval
        trials = point.found.trials
        table["trials"].append(trials.n_trials)
        table["solved"].append(trials.successes)
        table["rate"].append(point.rate)
        table["low"].append(low)
        table["high"].append(high)
        table["front"].append(point.place in front)
    for family in by_family(points, by):
        bars(plot, family, [one.interval for one in family], palette, by=by)
    for family in by_family(points, by):
        texts = [
            f"{one.network.name}: {one.solved()} solved, {percent(one.rate)}<br>"
            f"95 % interval {percent(one.interval[0])} to {percent(one.interval[1])}<br>"
            f"{one.weights:,} weights, {one.neurons:,} neurons"
            for one in family
        ]
        line(plot, family, [one.rate for one in family], texts, palette, by=by)
    ringed = sorted((one for one in points if one.place in front), key=lambda one: one.size(by))
    if ringed:
        plot.add_scatter(
            x=[one.size(by) for one in ringed], y=[one.rate for one in ringed], mode="markers",
            name="front", hoverinfo="skip",
            marker={"color": palette.ink, "size": 16, "symbol": "circle-open",
                    "line": {"color": palette.ink, "width": 1.5}},
        )  # fmt: skip
    size_axis(plot, points, by)
    plot.update_yaxes(
        title_text="success rate", range=[-0.04, 1.06], tickvals=[0, 0.25, 0.5, 0.75, 1],
        ticktext=["0", "25 %", "50 %", "75 %", "100 %"],
    )  # fmt: skip
    best = max(points, key=lambda one: (one.rate, -one.weights), default=None)
    summary = "No network has been trained yet." if best is None else (
        f"Success rate of {len(points)} networks; the highest is {percent(best.rate)}, "
        f"{best.network.name} with {best.weights:,} weights."
    )  # fmt: skip
    return Chart("success-by-size", plot, summary, lambda: columns(table))


def cost_chart(
    points: Sequence[NetworkPoint], palette: Palette, *, kind: str = "work", by: str = "weights",
    height: int = 400,
) -> Chart:  # fmt: skip
    """Draw the expected cost until a success, a line for each family.

    Parameters
    ----------
    points : sequence of NetworkPoint
        Networks with trials; those without a success have no point.
    palette : Palette
        Colours of the light or dark theme.
    kind : str
        Cost, a key of `COSTS`.
    by : str
        Size on the horizontal axis, a key of `SIZES`.
    height : int
        Height in pixels.
    """
    plot = empty(palette, height, points)
    table = described(points)
    table[f"expected {kind}"] = [one.cost(kind) for one in points]
    solving = [one for one in points if math.isfinite(one.cost(kind))]
    for family in by_family(solving, by):
        costs = [one.cost(kind) for one in family]
        texts = [
            f"{one.network.name}: {_amount(kind, cost)}<br>{one.solved()} solved, "
            f"{one.weights:,} weights"
            for one, cost in zip(family, costs, strict=True)
        ]
        line(plot, family, [max(cost, 1e-9) for cost in costs], texts, palette, by=by)
    costs = [max(one.cost(kind), 1e-9) for one in solving]
    low, high = (min(costs), max(costs)) if costs else (1.0, 10.0)
    low, high = low / 1.5, max(high * 1.5, 4.0 * low)
    ticks = decades(low, high) or [low, high]
    size_axis(plot, points, by)
    plot.update_yaxes(
        title_text=f"expected {COSTS[kind]}", type="log",
        range=[math.log10(low), math.log10(high)], tickvals=ticks,
        ticktext=[time_words(tick) if kind == "seconds" else f"{tick:,.6g}" for tick in ticks],
    )  # fmt: skip
    without = len(points) - len(solving)
    cheapest = min(solving, key=lambda one: one.cost(kind), default=None)
    said = "No network has solved the problem yet" if cheapest is None else (
        f"The cheapest success is expected from {cheapest.network.name}: "
        f"{_amount(kind, cheapest.cost(kind))}"
    )  # fmt: skip
    return Chart(
        "cost-by-size", plot, f"{said}; {without} of {len(points)} networks have no success.",
        lambda: columns(table),
    )  # fmt: skip


def _amount(kind: str, cost: float) -> str:
    return duration(cost) if kind == "seconds" else f"{short(cost)} forward passes"


# Parts of the charts


def empty(palette: Palette, height: int, points: Sequence[NetworkPoint]) -> Spec:
    """Return a figure with room for its legend, which names every family."""
    names = {one.network.family or one.network.name for one in points}
    rows = math.ceil((170 + sum(44 + 7 * len(name) for name in names)) / LEGEND_WIDTH)
    top = 14 + LEGEND_ROW * (rows - 1)
    return figure(palette, height, margin={"l": 64, "r": 16, "t": top, "b": 52})


def described(points: Sequence[NetworkPoint]) -> dict[str, list[Any]]:
    """Return the first columns of the table of a chart: what each network is."""
    return {
        "network": [one.network.name for one in points],
        "family": [one.network.family for one in points],
        "weights": [one.weights for one in points],
        "neurons": [one.neurons for one in points],
    }


def by_family(points: Sequence[NetworkPoint], by: str) -> Iterator[list[NetworkPoint]]:
    """Yield the networks of each family in the order of their sizes."""
    ordered = sorted(points, key=lambda one: (one.number < 0, one.number, one.network.family))
    for _, family in groupby(ordered, key=lambda one: (one.number, one.network.family)):
        yield sorted(family, key=lambda one: (one.size(by), one.weights, one.place))


def colour(number: int, palette: Palette) -> str:
    """Return the colour of a family."""
    return palette.ink if number == OWN else lanes.colour(number, palette)


def pale(number: int, palette: Palette) -> str:
    """Return the colour of a family, half way to that of the page."""
    pair = zip(rgb(colour(number, palette)), rgb(palette.page), strict=True)
    red, green, blue = (round(0.5 * (a + b)) for a, b in pair)
    return css((red, green, blue))


def line(
    plot: Spec, family: Sequence[NetworkPoint], values: Sequence[float], texts: Sequence[str],
    palette: Palette, *, by: str,
) -> None:  # fmt: skip
    """Add the line of a family; a click on a point tells the place of the network."""
    number = family[0].number
    shade = colour(number, palette)
    plot.add_scatter(
        x=[one.size(by) for one in family], y=list(values), mode="lines+markers",
        name=family[0].network.family or family[0].network.name, hovertext=list(texts),
        hoverinfo="text", customdata=[one.place for one in family],
        line={"color": shade, "width": 2, "dash": "solid" if number == OWN else lanes.dash(number)},
        marker={"color": shade, "size": 11 if number == OWN else 8,
                "symbol": "diamond" if number == OWN else "circle"},
    )  # fmt: skip


def bars(
    plot: Spec, family: Sequence[NetworkPoint], spans: Sequence[tuple[float, float]],
    palette: Palette, *, by: str,
) -> None:  # fmt: skip
    """Add a vertical line at each network, from the low to the high end of an interval."""
    x, y = [], []
    for one, (low, high) in zip(family, spans, strict=True):
        x += [float(one.size(by)), float(one.size(by)), math.nan]
        y += [low, high, math.nan]
    plot.add_scatter(
        x=x, y=y, mode="lines", showlegend=False, hoverinfo="skip",
        line={"color": pale(family[0].number, palette), "width": 1.4},
    )  # fmt: skip


def size_axis(plot: Spec, points: Sequence[NetworkPoint], by: str) -> None:
    """Set up the axis of weights or neurons, logarithmic where the sizes differ much."""
    sizes = [float(one.size(by)) for one in points] or [1.0, 10.0]
    low, high = min(sizes), max(sizes)
    if high / low < WIDE:
        pad = 0.05 * (high - low) or 1.0
        plot.update_xaxes(title_text=SIZES[by], range=[low - pad, high + pad])
        return
    low, high = low / 1.15, high * 1.15
    steps = [m * 10.0**k for k in range(8) for m in (1, 2, 5)]
    ticks = [step for step in steps if low <= step <= high]
    plot.update_xaxes(
        title_text=SIZES[by], type="log", range=[math.log10(low), math.log10(high)],
        tickvals=ticks, ticktext=[f"{tick:,.0f}" for tick in ticks],
    )  # fmt: skip
