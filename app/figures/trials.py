"""Many trials of several rules: success rates, costs, and the outcome of every seed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from app.figures import lanes
from app.figures.chart import Chart, columns, figure, percent
from app.figures.number_format import short
from app.figures.palette import Palette
from nbn_core.training.comparison import Outcomes, ecdf
from nbn_core.training.trials import wilson

MAX_SEEDS: Final = 200  # drawn one by one


@dataclass(frozen=True, slots=True)
class TrialGroup:
    """The trials of one lane of a race.

    Parameters
    ----------
    number : int
        Number of the lane, which sets its colour.
    title : str
        Title of the lane.
    outcomes : Outcomes
        Cost and success of each trial.
    seeds : tuple of int
        Position of each trial in the series of seeds, from 0.
    """

    number: int
    title: str
    outcomes: Outcomes
    seeds: tuple[int, ...]


def ecdf_chart(
    groups: Sequence[TrialGroup], what: str, palette: Palette, *, seconds: bool = False,
    height: int = 360, column: str = "lane",
) -> Chart:  # fmt: skip
    """Draw the share of seeds that each lane has solved, over the cost.

    Parameters
    ----------
    groups : sequence of TrialGroup
        Trials, one group per lane.
    what : str
        Name of the cost, title of the axis.
    palette : Palette
        Colours of the light or dark theme.
    seconds : bool
        Whether the cost is a time in seconds.
    height : int
        Height in pixels.
    column : str
        Name of the column of the table that holds the titles.
    """
    plot = figure(palette, height)
    costs = np.concatenate([group.outcomes.costs for group in groups])
    costs = costs[costs > 0]
    low, high = (float(costs.min()), float(costs.max())) if len(costs) else (1.0, 10.0)
    low, high = low / 1.3, max(high * 1.3, low * 10)
    table: dict[str, list[Any]] = {column: [], what: [], "share of seeds solved": []}
    shares_solved = []
    for group in groups:
        steps, shares = ecdf(group.outcomes)
        x = [low, *np.repeat(steps, 2).tolist(), high]
        y = [0.0, *np.stack([np.append(0.0, shares)[:-1], shares], 1).ravel().tolist()]
        y.append(y[-1])
        plot.add_scatter(
            x=x, y=y, mode="lines", name=group.title, hoverinfo="name+x+y",
            line={
                "color": lanes.colour(group.number, palette), "width": 2.5,
                "dash": lanes.dash(group.number),
            },
        )  # fmt: skip
        table[column] += [group.title] * len(steps)
        table[what] += steps.tolist()
        table["share of seeds solved"] += shares.tolist()
        shares_solved.append(f"{group.title} {percent(float(shares[-1]) if len(shares) else 0.0)}")
    ticks = decades(low, high)
    plot.update_xaxes(
        title_text=what, type="log", range=[math.log10(low), math.log10(high)], tickvals=ticks,
        ticktext=[time_words(tick) if seconds else f"{tick:,.6g}" for tick in ticks],
    )  # fmt: skip
    plot.update_yaxes(
        title_text="share of seeds solved", range=[-0.03, 1.05], tickvals=[0, 0.25, 0.5, 0.75, 1],
        ticktext=["0", "25 %", "50 %", "75 %", "100 %"],
    )  # fmt: skip
    return Chart(
        "share-solved", plot,
        f"Share of seeds solved: {', '.join(shares_solved)}.", lambda: columns(table),
    )  # fmt: skip


def rates_chart(groups: Sequence[TrialGroup], palette: Palette) -> Chart:
    """Draw the success rate of each lane with its 95 % interval."""
    plot = figure(palette, 84 + 30 * len(groups), margin={"l": 150, "r": 24, "t": 10, "b": 50})
    titles = [group.title for group in groups]
    table: dict[str, list[Any]] = {
        "lane": titles,
        "solved": [],
        "trials": [],
        "low": [],
        "high": [],
    }
    counts = []
    for place, group in enumerate(groups):
        n, wins = len(group.seeds), int(group.outcomes.solved.sum())
        low, high = wilson(wins, n)
        colour = lanes.colour(group.number, palette)
        plot.add_scatter(
            x=[low, high], y=[place, place], mode="lines", line={"color": colour, "width": 5},
            hoverinfo="x",
        )  # fmt: skip
        if n:
            plot.add_scatter(
                x=[wins / n], y=[place], mode="markers", hoverinfo="x",
                marker={"color": palette.ink, "size": 11, "symbol": "diamond"},
            )  # fmt: skip
        for name, value in (("solved", wins), ("trials", n), ("low", low), ("high", high)):
            table[name].append(value)
        counts.append(f"{group.title} {wins} of {n}")
    plot.layout_values["showlegend"] = False
    plot.update_xaxes(
        title_text="success rate and its 95 % interval", range=[-0.02, 1.02],
        tickvals=[0, 0.25, 0.5, 0.75, 1], ticktext=["0", "25 %", "50 %", "75 %", "100 %"],
    )  # fmt: skip
    plot.update_yaxes(
        range=[len(groups) - 0.5, -0.5], showgrid=False, tickvals=list(range(len(groups))),
        ticktext=titles,
    )  # fmt: skip
    return Chart("success-rates", plot, f"Solved: {', '.join(counts)}.", lambda: columns(table))


def seeds_chart(groups: Sequence[TrialGroup], total: int, palette: Palette) -> Chart:
    """Draw every seed of every lane: a disc if it was solved, a ring if not."""
    shown = min(total, MAX_SEEDS)
    plot = figure(palette, 84 + 30 * len(groups), margin={"l": 150, "r": 24, "t": 10, "b": 50})
    table: dict[str, list[Any]] = {"lane": [], "seed": [], "solved": []}
    size = max(4.0, min(13.0, 900.0 / max(shown, 1)))
    for place, group in enumerate(groups):
        colour = lanes.colour(group.number, palette)
        for solved, symbol in ((True, "circle"), (False, "circle-open")):
            picked = [
                seed
                for seed, won in zip(group.seeds, group.outcomes.solved, strict=True)
                if won == solved and seed < shown
            ]
            plot.add_scatter(
                x=[seed + 1 for seed in picked], y=[place] * len(picked), mode="markers",
                hoverinfo="x", marker={"color": colour, "size": size, "symbol": symbol,
                                       "line": {"color": colour, "width": 1.5}},
            )  # fmt: skip
        table["lane"] += [group.title] * len(group.seeds)
        table["seed"] += [seed + 1 for seed in group.seeds]
        table["solved"] += group.outcomes.solved.tolist()
    plot.layout_values["showlegend"] = False
    step = max(1, math.ceil(shown / 10))
    ticks = [1, *range(step if step > 1 else 2, shown + 1, step)]
    plot.update_xaxes(
        title_text="seed (disc: solved, ring: not solved)", range=[0.3, shown + 0.7],
        showgrid=False, tickvals=ticks, ticktext=[str(tick) for tick in ticks],
    )  # fmt: skip
    plot.update_yaxes(
        range=[len(groups) - 0.5, -0.5], showgrid=False, tickvals=list(range(len(groups))),
        ticktext=[group.title for group in groups],
    )  # fmt: skip
    done = sum(len(group.seeds) for group in groups)
    return Chart(
        "seeds", plot, f"{done} of {total * len(groups)} trials are done.", lambda: columns(table)
    )


def decades(low: float, high: float) -> list[float]:
    """Return the powers of ten between two values, at most seven."""
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    every = max(1, math.ceil((last - first + 1) / 7))
    return [10.0**k for k in range(first, last + 1, every)]


def time_words(seconds: float) -> str:
    """Format a time for an axis: `1 ms`, `10 s`."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("\u00b5s", 1e-6)):
        if seconds >= size * 0.999:
            return f"{seconds / size:g} {unit}"
    return f"{short(seconds)} s"
