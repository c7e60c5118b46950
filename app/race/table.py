"""The results of the races of this session, as a table: sort, download, reopen on Draw."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from app.race.session import Entry, RaceSession
from app.session.document import document_of
from app.session.limits import most_iterations
from app.session.state import Session
from app.session.training import drop_run
from nbn_core.errors import NBNError
from nbn_core.experiment import Experiment


def show(session: Session, races: RaceSession) -> None:
    """Show the table if there are results."""
    if not races.log:
        return
    st.subheader("Results", anchor=False)
    frame = results_frame(races.log)
    st.dataframe(frame, hide_index=True, width="stretch", column_config=_columns())
    with st.container(horizontal=True, vertical_alignment="bottom"):
        runs = [entry for entry in races.log if entry.result.spent is not None]
        if runs:
            picked = st.selectbox(
                "Run", range(len(runs)), width=300, key="nbn-reopen",
                format_func=lambda i: f"race {runs[i].race}: {runs[i].result.title}",
            )  # fmt: skip
            if st.button("Open on Draw", icon=":material/draw:", key="nbn-open-draw"):
                _open(session, runs[picked])
        st.download_button(
            "CSV", results_csv(races.log), "race.csv", "text/csv", key="nbn-race-csv",
            on_click="ignore", icon=":material/download:",
        )  # fmt: skip


def results_frame(log: list[Entry]) -> pd.DataFrame:
    """Return the rows of the table: one for each lane, newest race first."""
    rows = []
    for entry in log:
        result = entry.result
        at = result.reached or result.spent
        rows.append(
            {
                "Race": entry.race,
                "Lane": result.title,
                "Target reached": result.reached is not None,
                "Iterations": None if at is None else at.iterations,
                "Time, ms": None if at is None else 1000 * at.seconds,
                "Work": None if at is None else at.work,
                "Evaluations": None if at is None else at.evaluations,
                "SSE at the end": None if at is None else result.sse,
                "Training": entry.train,
                "Test": entry.test,
                "Settings": result.lane.note(),
                "Outcome": result.sentence,
            }
        )
    return pd.DataFrame(rows)


def results_csv(log: list[Entry]) -> str:
    """Return the table as CSV, with all digits."""
    return str(results_frame(log).to_csv(index=False))


def _columns() -> dict[str, Any]:
    number = st.column_config.NumberColumn
    to_target = "Up to the target; for a lane that did not reach it, up to its end."
    return {
        "Race": number(width=50),
        "Iterations": number(format="localized", help=to_target),
        "Time, ms": number(format="%.1f", help=to_target + " Computing time, without compiling."),
        "Work": number(format="%.0f", help=to_target + " In forward passes of all patterns."),
        "Evaluations": number(format="localized", help=to_target),
        "SSE at the end": number(format="%.2e"),
        "Training": number(
            format="%.3f", help="Share of training patterns classified correctly, or RMSE."
        ),
        "Test": number(format="%.3f", help="Share of test patterns classified correctly, or RMSE."),
    }


def reopened(entry: Entry) -> Experiment:
    """Return the experiment that repeats this run on the Draw page.

    Raises
    ------
    NBNError
        If the Draw page cannot show it, with the reason.
    """
    lane, at = entry.result.lane, entry.result.reached or entry.result.spent
    if lane.name == "forward_forward":
        raise NBNError(
            "The Draw page shows what the drawn network computes, and Forward-Forward answers "
            "in another way: it compares the goodness of every class. View it on this page, under "
            "Forward-Forward."
        )
    most = min(most_iterations(lane.name), max(1000, at.iterations if at is not None else 1000))
    # At least the iterations of the lane; lanes have no early stopping.
    stopping = replace(entry.experiment.stopping, max_iterations=most, patience=0)
    return replace(
        entry.experiment, rule=lane.name, settings=dict(lane.settings), stopping=stopping
    )


def _open(session: Session, entry: Entry) -> None:
    try:
        experiment = reopened(entry)
        session.put(document_of(experiment))
    except NBNError as error:
        st.error(str(error))
        return
    drop_run(session)
    st.switch_page("../pages/draw.py")
