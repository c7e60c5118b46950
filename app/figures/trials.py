"""Many trials of several rules: who succeeds how often, at what cost, and on which seeds."""

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

STRIP: Final = 200  # seeds shown one by one at most


@dataclass(frozen=True, slots=True)
class TrialGroup:
    """The trials of one lane.

    Parameters
    ----------
    number : int
        Of the lane: its colour.
    title : str
        Its name.
    outcomes : Outcomes
        Costs and successes, by seed.
    seeds : tuple of int
        Their places in the series, from 0.
    """

    number: int
    title: str
    outcomes: Outcomes
    seeds: tuple[int, ...]


def ecdf_chart(
    groups: Sequence[TrialGroup], what: str, palette: Palette, *, seconds: bool = False,
    height: int = 360,
) -> Chart:  # fmt: skip
    """Draw which share of the seeds each lane has solved at no more than a cost.

    Parameters
    ----------
    groups : sequence of TrialGroup
        One a lane.
    what : str
        The cost, in words.
    palette : Palette
        Colours.
    seconds : bool
        Whether the cost is a time.
    height : int
        Of the chart.
    """
    made = figure(palette, height)
    costs = np.concatenate([group.outcomes.costs for group in groups])
    costs = costs[costs > 0]
    low, high = (float(costs.min()), float(costs.max())) if len(costs) else (1.0, 10.0)
    low, high = low / 1.3, max(high * 1.3, low * 10)
    table: dict[str, list[Any]] = {"lane": [], what: [], "share of seeds solved": []}
    said = []
    for group in groups:
        steps, shares = ecdf(group.outcomes)
        x = [low, *np.repeat(steps, 2).tolist(), high]
        y = [0.0, *np.stack([np.append(0.0, shares)[:-1], shares], 1).ravel().tolist()]
        y.append(y[-1])
        made.add_scatter(
            x=x, y=y, mode="lines", name=group.title, hoverinfo="name+x+y",
            line={
                "color": lanes.colour(group.number, palette), "width": 2.5,
                "dash": lanes.dash(group.number),
            },
        )  # fmt: skip
        table["lane"] += [group.title] * len(steps)
        table[what] += steps.tolist()
        table["share of seeds solved"] += shares.tolist()
        said.append(f"{group.title} {percent(float(shares[-1]) if len(shares) else 0.0)}")
    ticks = decades(low, high)
    made.update_xaxes(
        title_text=what, type="log", range=[math.log10(low), math.log10(high)], tickvals=ticks,
        ticktext=[time_words(tick) if seconds else f"{tick:,.6g}" for tick in ticks],
    )  # fmt: skip
    made.update_yaxes(
        title_text="share of seeds solved", range=[-0.03, 1.05], tickvals=[0, 0.25, 0.5, 0.75, 1],
        ticktext=["0", "25 %", "50 %", "75 %", "100 %"],
    )  # fmt: skip
    return Chart(
        "share-solved", made,
        f"Share of seeds solved in the end: {', '.join(said)}.", lambda: columns(table),
    )  # fmt: skip


def rates_chart(groups: Sequence[TrialGroup], palette: Palette) -> Chart:
    """Draw the success rate of each lane with its 95 % interval."""
    made = figure(palette, 84 + 30 * len(groups), margin={"l": 150, "r": 24, "t": 10, "b": 50})
    titles = [group.title for group in groups]
    table: dict[str, list[Any]] = {
        "lane": titles,
        "solved": [],
        "trials": [],
        "low": [],
        "high": [],
    }
    said = []
    for place, group in enumerate(groups):
        n, wins = len(group.seeds), int(group.outcomes.solved.sum())
        low, high = wilson(wins, n)
        colour = lanes.colour(group.number, palette)
        made.add_scatter(
            x=[low, high], y=[place, place], mode="lines", line={"color": colour, "width": 5},
            hoverinfo="x",
        )  # fmt: skip
        if n:
            made.add_scatter(
                x=[wins / n], y=[place], mode="markers", hoverinfo="x",
                marker={"color": palette.ink, "size": 11, "symbol": "diamond"},
            )  # fmt: skip
        for name, value in (("solved", wins), ("trials", n), ("low", low), ("high", high)):
            table[name].append(value)
        said.append(f"{group.title} {wins} of {n}")
    made.layout_values["showlegend"] = False
    made.update_xaxes(
        title_text="success rate and its 95 % interval", range=[-0.02, 1.02],
        tickvals=[0, 0.25, 0.5, 0.75, 1], ticktext=["0", "25 %", "50 %", "75 %", "100 %"],
    )  # fmt: skip
    made.update_yaxes(
        range=[len(groups) - 0.5, -0.5], showgrid=False, tickvals=list(range(len(groups))),
        ticktext=titles,
    )  # fmt: skip
    return Chart("success-rates", made, f"Solved: {', '.join(said)}.", lambda: columns(table))


def seeds_chart(groups: Sequence[TrialGroup], total: int, palette: Palette) -> Chart:
    """Draw every seed of every lane: a disc where it was solved, a ring where not."""
    shown = min(total, STRIP)
    made = figure(palette, 84 + 30 * len(groups), margin={"l": 150, "r": 24, "t": 10, "b": 50})
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
            made.add_scatter(
                x=[seed + 1 for seed in picked], y=[place] * len(picked), mode="markers",
                hoverinfo="x", marker={"color": colour, "size": size, "symbol": symbol,
                                       "line": {"color": colour, "width": 1.5}},
            )  # fmt: skip
        table["lane"] += [group.title] * len(group.seeds)
        table["seed"] += [seed + 1 for seed in group.seeds]
        table["solved"] += group.outcomes.solved.tolist()
    made.layout_values["showlegend"] = False
    step = max(1, math.ceil(shown / 10))
    ticks = [1, *range(step if step > 1 else 2, shown + 1, step)]
    made.update_xaxes(
        title_text="seed: disc solved, ring not", range=[0.3, shown + 0.7], showgrid=False,
        tickvals=ticks, ticktext=[str(tick) for tick in ticks],
    )  # fmt: skip
    made.update_yaxes(
        range=[len(groups) - 0.5, -0.5], showgrid=False, tickvals=list(range(len(groups))),
        ticktext=[group.title for group in groups],
    )  # fmt: skip
    done = sum(len(group.seeds) for group in groups)
    return Chart(
        "seeds", made, f"{done} of {total * len(groups)} trials are done.", lambda: columns(table)
    )


def decades(low: float, high: float) -> list[float]:
    """Powers of ten between two values, at most seven."""
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    every = max(1, math.ceil((last - first + 1) / 7))
    return [10.0**k for k in range(first, last + 1, every)]


def time_words(seconds: float) -> str:
    """Write a time on an axis: `1 ms`, `10 s`."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("\u00b5s", 1e-6)):
        if seconds >= size * 0.999:
            return f"{seconds / size:g} {unit}"
    return f"{short(seconds)} s"
