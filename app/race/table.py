"""The results of the races of this session, as a table: sort, download, reopen on Draw."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from app.race.networks import described, entrant
from app.race.session import Entry, RaceSession
from app.session import server
from app.session.document import document_of
from app.session.jobs import Workers
from app.session.limits import most_iterations
from app.session.state import Session
from app.session.training import train_to
from app.shared.words import escape_markdown
from nbn_core.errors import NBNError
from nbn_core.experiment import Experiment
from nbn_core.rules import RULES


def show(session: Session, races: RaceSession) -> None:
    """Show the table if there are results."""
    if not races.log:
        return
    st.subheader("Results", anchor=False)
    frame = results_frame(races.log)
    st.dataframe(
        on_screen(frame, races.log), hide_index=True, width="stretch", column_config=_columns()
    )
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
                "Network": _network(entry),
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


def _network(entry: Entry) -> str:
    one = entrant(entry.experiment, entry.result.lane.network)
    return "–" if one.refusal else described(one.experiment.topology)


def results_csv(log: list[Entry]) -> str:
    """Return the table as CSV, with all digits."""
    return str(results_frame(log).to_csv(index=False))


def on_screen(frame: pd.DataFrame, log: list[Entry]) -> pd.DataFrame:
    """Return the table with shares of four digits: only all patterns are 1, only none are 0."""
    shown = frame.copy()
    for name, scores in (("Training", [e.train for e in log]), ("Test", [e.test for e in log])):
        shown[name] = [
            _share(score) if entry.experiment.datasets()[0].kind == "classification" else score
            for entry, score in zip(log, scores, strict=True)
        ]
    return shown


def _share(score: float | None) -> float | None:
    if score is None or score in (0.0, 1.0):
        return score
    return min(max(round(score, 4), 0.0001), 0.9999)


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
            format="%.4g", help="Share of training patterns classified correctly, or RMSE."
        ),
        "Test": number(format="%.4g", help="Share of test patterns classified correctly, or RMSE."),
    }


def reopened(entry: Entry, now: Experiment) -> Experiment:
    """Return the experiment of a run for the Draw page.

    Parameters
    ----------
    entry : Entry
        A result in the table.
    now : Experiment
        The current experiment, whose maximum iterations and patience are kept where they can be.
    """
    lane = entry.result.lane
    own = entrant(entry.experiment, lane.network).experiment
    iterations = now.stopping.max_iterations
    if lane.name != now.rule:
        iterations = RULES[lane.name].usual_iterations
    stopping = replace(
        own.stopping,
        max_iterations=min(iterations, most_iterations(lane.name)),
        patience=0,  # lanes have no early stopping
    )
    return replace(own, rule=lane.name, settings=dict(lane.settings), stopping=stopping)


def reopen(session: Session, entry: Entry, workers: Workers) -> None:
    """Make a run of a race the current one: its experiment, trained again as far as it went.

    A training with equal settings has equal results, so that this is the run of the race.

    Raises
    ------
    NBNError
        If the Draw page cannot show it, with the reason.
    """
    before = session.experiment
    session.put(document_of(reopened(entry, before)))
    at = entry.result.reached or entry.result.spent
    if at is not None and at.iterations > 0:
        train_to(session, workers, min(at.iterations, most_iterations(entry.result.lane.name)))
    if before.stopping.patience and entry.experiment.parts().validation is not None:
        session.warn(
            "Patience is 0 now, because lanes of a race have no early stopping: set it again to "
            "stop early."
        )


def _open(session: Session, entry: Entry) -> None:
    try:
        reopen(session, entry, server.workers())
    except NBNError as error:
        st.error(escape_markdown(str(error)))
        return
    st.switch_page("../pages/draw.py")
