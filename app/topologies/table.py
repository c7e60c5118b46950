"""The table of all networks, and its files."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import streamlit as st

from app.figures.chart import percent
from app.figures.topologies import NetworkPoint
from app.topologies.front import front
from nbn_core.studies import StudyResult

KEY: Final = "nbn-topologies-table"


def show(result: StudyResult, points: Sequence[NetworkPoint], *, playing: bool) -> int | None:
    """Show the table; return the place of the network whose row is selected."""
    frame = networks_frame(result, points)
    event: Any = st.dataframe(
        frame.drop(columns="place"), hide_index=True, width="stretch", column_config=_columns(),
        key=None if playing else KEY, on_select="ignore" if playing else "rerun",
        selection_mode="single-row",
    )  # fmt: skip
    if playing:
        return None
    with st.container(horizontal=True):
        st.download_button(
            "Networks, CSV", lambda: summary_csv(result), "networks.csv", "text/csv",
            key="nbn-topologies-csv", on_click="ignore", icon=":material/download:",
        )  # fmt: skip
        st.download_button(
            "All trainings, CSV", lambda: trials_csv(result), "trainings.csv", "text/csv",
            key="nbn-topologies-all-csv", on_click="ignore", icon=":material/download:",
        )  # fmt: skip
        st.download_button(
            "Study, JSON", result.study.to_json, "study.json", "application/json",
            key="nbn-topologies-json", on_click="ignore", icon=":material/download:",
            help="For `python -m nbn_core study study.json`, on any computer or a cluster.",
        )  # fmt: skip
    rows = event.selection.rows
    return int(frame["place"].iloc[rows[0]]) if rows and rows[0] < len(frame) else None


def networks_frame(result: StudyResult, points: Sequence[NetworkPoint]) -> pd.DataFrame:
    """Return one row for each network, by success rate and then by weights."""
    best = {one.place for one in front(points)}
    rows = []
    for one in sorted(points, key=lambda one: (-one.rate, one.weights, one.place)):
        trials, (low, high) = one.found.trials, one.interval
        rows.append(
            {
                "place": one.place,
                "Network": one.network.name,
                "Family": one.network.family,
                "Weights": one.weights,
                "Neurons": one.neurons,
                "Depth": one.depth,
                "Front": one.place in best,
                "Solved": trials.successes,
                "Seeds": trials.n_trials,
                "Success rate": 100.0 * one.rate,
                "95 % interval": f"{percent(low)} to {percent(high)}",
                "Expected work": _finite(trials.expected_work),
                "Expected time, ms": _finite(1000.0 * trials.expected_seconds)
                if result.seconds_comparable
                else None,
                "Median SSE": float(np.median(trials.sse)),
                "Median test SSE": _median(one.found.test_sse),
                "Median test wrong": _median(100.0 * one.found.test_wrong),
            }
        )
    return pd.DataFrame(rows)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _median(values: np.ndarray[Any, np.dtype[np.float64]]) -> float | None:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else None


def summary_csv(result: StudyResult) -> str:
    """Return the summary of every network as CSV, with all digits."""
    return str(pd.DataFrame(result.summary()).to_csv(index=False))


def trials_csv(result: StudyResult) -> str:
    """Return every training as CSV, with all digits."""
    return str(pd.DataFrame(result.rows()).to_csv(index=False))


def _columns() -> dict[str, Any]:
    number = st.column_config.NumberColumn
    restarts = "With restarts: the cost of all trainings, divided by the number of successes."
    return {
        "Weights": number(format="localized"),
        "Front": st.column_config.CheckboxColumn(
            help="No network with as many or fewer weights has this success rate."
        ),
        "Success rate": number(format="%.1f %%"),
        "Expected work": number(format="%.0f", help=f"{restarts} In forward passes."),
        "Expected time, ms": number(format="%.2f", help=restarts),
        "Median SSE": number(format="%.2e"),
        "Median test SSE": number(format="%.2e"),
        "Median test wrong": number(format="%.1f %%", help="Share of wrong test patterns."),
    }
