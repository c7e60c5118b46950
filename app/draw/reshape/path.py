"""The path of a network that changes: chart, events, and the network to keep."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from app.draw.reshape.prediction import Known
from app.figures.chart import Chart
from app.figures.structure_path import PartSizes, path_chart
from app.session.reshaping import keep
from app.session.reshaping_run import ReshapingRun
from app.session.state import Session
from app.shared.chart_box import Box, reader_palette
from nbn_core.checks import plural


def show(session: Session, run: ReshapingRun, known: Known) -> None:
    """Show the errors along the path; a click on a point shows its network on the stage."""
    reshaping = run.reshaping
    if not reshaping.events:
        return
    playing = run.running
    box = Box(reader_palette(), playing)
    points = reshaping.path()
    rows = [point.row for point in points]
    shown = None
    if not playing:
        shown = next((n for n, row in enumerate(rows) if session.iteration <= row), len(rows) - 1)
    parts = session.experiment.parts()
    sizes = PartSizes(
        parts.train.targets.size, 0 if parts.test is None else parts.test.targets.size
    )
    st.markdown("**The path so far.** Click a point to go back to its network.")
    chart = path_chart(points, sizes, shown, box.palette)
    event = box.show(chart, clickable=True)
    if playing:
        return
    _go_to(session, chart, event, known)
    topology, _ = reshaping.network_at(session.iteration)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Keep this network", key="nbn-reshape-keep", icon=":material/check:",
            on_click=_keep, args=(session, known),
            help="The network that is shown becomes the drawing, with its weights as starting "
            "weights: it trains, races and is exported like any other. Undo brings the path back.",
        )  # fmt: skip
        st.markdown(
            f"Shown: {plural(topology.n_weights, 'weight')}, "
            f"{plural(topology.n_neurons, 'neuron')}."
        )
    with st.expander(f"{plural(len(reshaping.events), 'change')}: expected and real"):
        st.dataframe(_events(run), hide_index=True, width="stretch")


def _events(run: ReshapingRun) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "Change": event.title,
                "Iteration": event.row,
                "Weights": event.n_weights,
                "Expected rise of the SSE": event.predicted_rise,
                "Real rise of the SSE": event.real_rise,
            }
            for event in run.reshaping.events
        ]
    )


def _go_to(session: Session, chart: Chart, event: Any, known: Known) -> None:
    """Show the row of a point that was clicked just now."""
    picked = None if event is None else event.selection.points
    if not picked or "customdata" not in picked[0]:
        known.seen = None
        return
    row = picked[0]["customdata"]
    row = int(row[0] if isinstance(row, list | tuple) else row)
    if known.seen == row:
        return
    known.seen = row
    session.jump_to(row)
    st.rerun()


def _keep(session: Session, known: Known) -> None:
    known.message = ""
    keep(session, session.iteration)
