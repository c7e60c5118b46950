"""The table of printed values and ours, its file, and the points of its chart."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from app.figures.chart import percent
from app.figures.number_format import short
from app.figures.published_chart import PublishedPoint
from app.topologies.published_run import Plan, Row
from nbn_core.studies import VARIANTS, ComparedValue, Comparison
from nbn_core.studies.published import problem_title
from nbn_core.studies.published_comparison import microseconds

NAMES = {"success_rate": "rate", "iterations": "iterations", "test_sse": "test SSE"}


def published_frame(rows: Sequence[Row]) -> pd.DataFrame:
    """Return the table as it is shown; columns without any printed value are left out."""
    return pd.DataFrame([_shown(row, _has(rows)) for row in rows])


def _has(rows: Sequence[Row]) -> set[str]:
    return {
        name
        for row in rows
        for name, value in row.entry.printed._asdict().items()
        if value is not None
    }


def _shown(row: Row, has: set[str]) -> dict[str, Any]:
    printed, found = row.entry.printed, row.found
    topology = row.study.networks[0].topology
    values = _values(found)
    out: dict[str, Any] = {"Problem and network": row.entry.title}
    out["Neurons"] = topology.n_neurons
    if "neurons" in has:
        out["Printed neurons"] = printed.neurons
    out["Weights"] = topology.n_weights
    if "weights" in has:
        out["Printed weights"] = printed.weights
    if "success_rate" in has:
        out["Printed rate"] = _text(printed.success_rate, percent)
    out["Seeds"] = max(row.done, row.study.trials)
    out["Solved"] = "–" if found is None else f"{found.successes:,} of {found.trials:,}"
    out["Our rate"] = "–" if found is None else percent(found.successes / found.trials)
    out["95 % interval"] = _interval(found)
    if "iterations" in has:
        out["Printed iterations"] = printed.iterations
        out["Our iterations"] = _between(values.get("iterations"))
    if "test_sse" in has:
        out["Printed test SSE"] = printed.test_sse
        out["Our median test SSE"] = _between(values.get("test_sse"))
    if "iteration_seconds" in has:
        out["Printed time of an iteration"] = _text(printed.iteration_seconds, microseconds)
        out["Our time of an iteration"] = "–" if found is None else microseconds(found.seconds)
    out["Inside"] = inside(found)
    out["Certainty"] = row.entry.certainty.value
    out["In one sentence"] = "" if found is None else found.sentence
    out["What was tested"] = "" if found is None else found.note
    return out


def _text(value: float | None, words: Any) -> str:
    return "–" if value is None else str(words(value))


def _values(found: Comparison | None) -> Mapping[str, ComparedValue]:
    return {} if found is None else {one.name: one for one in found.values}


def _interval(found: Comparison | None) -> str:
    return "–" if found is None else f"{percent(found.rate.low)} to {percent(found.rate.high)}"


def _between(value: ComparedValue | None) -> str:
    if value is None:
        return "–"
    low, high = value.interval
    text = short(value.ours)
    return f"{text} ({short(low)} to {short(high)})" if math.isfinite(high) else text


def inside(found: Comparison | None) -> str:
    """Return whether the printed values are inside our intervals, in words.

    Parameters
    ----------
    found : Comparison or None
        The comparison; None before the first training.
    """
    if found is None:
        return "–"
    if not found.values:  # a printed size is confirmed by one success
        return {True: "confirmed", None: "–"}.get(found.inside, "no")
    judged = [one for one in found.values if math.isfinite(one.interval.high)]
    outside = [NAMES[one.name] for one in judged if not one.inside]
    if not judged:
        return "too few seeds"
    return f"no: {', '.join(outside)}" if outside else "yes"


def published_csv(plan: Plan, rows: Sequence[Row]) -> str:
    """Return the table as CSV, with all digits."""
    return str(pd.DataFrame([_exact(plan, row) for row in rows]).to_csv(index=False))


def _exact(plan: Plan, row: Row) -> dict[str, Any]:
    found, topology = row.found, row.study.networks[0].topology
    values = _values(found)
    out: dict[str, Any] = {
        "table": plan.source.title, "source": plan.source.source,
        "certainty": row.entry.certainty.value, "network": row.entry.title,
        "settings": VARIANTS[plan.variant].title, "seed": plan.seed,
        "neurons": topology.n_neurons, "weights": topology.n_weights,
    }  # fmt: skip
    out |= {f"printed_{name}": value for name, value in row.entry.printed._asdict().items()}
    out |= {
        "trials": row.done,
        "solved": None if found is None else found.successes,
        "rate": None if found is None else found.successes / found.trials,
        "rate_low": None if found is None else found.rate.low,
        "rate_high": None if found is None else found.rate.high,
    }
    for name in ("iterations", "test_sse"):
        one = values.get(name)
        out[name] = None if one is None else one.ours
        out[f"{name}_low"] = None if one is None else _finite(one.interval.low)
        out[f"{name}_high"] = None if one is None else _finite(one.interval.high)
    out |= {
        "iteration_seconds": None if found is None else _finite(found.seconds),
        "inside": inside(found),
        "sentence": "" if found is None else found.sentence,
        "note": "" if found is None else found.note,
    }
    return out


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def measured(rows: Sequence[Row]) -> str:
    """Return what the chart of a table shows, a key of `MEASURES`."""
    return "test_sse" if "test_sse" in _has(rows) else "rate"


def points(rows: Sequence[Row]) -> list[PublishedPoint]:
    """Return the points of the chart."""
    test = measured(rows) == "test_sse"
    problems = {row.entry.problem for row in rows}
    out = []
    for row in rows:
        entry, topology = row.entry, row.study.networks[0].topology
        printed = entry.printed.test_sse if test else entry.printed.success_rate
        group = row.study.networks[0].family
        if len(problems) > 1:
            group = f"{problem_title(entry.problem, {})} {group}"
        point = PublishedPoint(entry.title, group, topology.n_neurons, topology.n_weights, printed,
                               entry.certainty.value)  # fmt: skip
        found = row.found
        if found is not None and test:
            value = _values(found)["test_sse"]
            point = point._replace(ours=value.ours, low=value.interval.low,
                                   high=value.interval.high, seeds=found.trials)  # fmt: skip
        elif found is not None:
            point = point._replace(ours=found.successes / found.trials, low=found.rate.low,
                                   high=found.rate.high, seeds=found.trials)  # fmt: skip
        out.append(point)
    return out


def size_axis(points: Sequence[PublishedPoint]) -> str:
    """Return the size on the horizontal axis: neurons, unless networks of a line have as many."""
    places = [(one.group, one.neurons) for one in points]
    return "neurons" if len(set(places)) == len(places) else "weights"


def column_config() -> dict[str, Any]:
    """Return how the columns of the table are shown."""
    column = st.column_config.Column
    return {
        "Problem and network": column(width="medium"),
        "Seeds": column(help="Planned, or already trained if these are more."),
        "Solved": column(help="Seeds that reached the target, of those trained so far."),
        "Inside": column(
            help="Whether the printed values are inside our 95 % intervals; a printed size is "
            "confirmed by one success."
        ),
        "Our iterations": column(help="Mean of the successes, with its 95 % interval."),
        "Our median test SSE": column(help="With its 95 % interval, from 6 seeds on."),
        "In one sentence": column(width="large"),
        "What was tested": column(width="large"),
    }
