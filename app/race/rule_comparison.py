"""What each rule uses, its cost, and the direction of its steps."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import pandas as pd
import streamlit as st

from app.figures.needs import bytes_in_words
from app.figures.number_format import MINUS
from app.race.lanes import Lane, titles
from app.race.networks import entrant
from app.race.session import RaceSession, problem_key
from app.session import server
from app.session.state import Session
from app.shared.compiling import wait_for
from nbn_core.analysis.rule_cost import Footprint, footprint
from nbn_core.errors import NBNError
from nbn_core.experiment import Experiment
from nbn_core.experiment.byte_cache import ByteCache
from nbn_core.types import FloatArray

KEPT: Final = ByteCache(4_000_000, largest=1_000_000)
PLACES: Final = ("Starting weights", "Final weights")


def show(session: Session, races: RaceSession) -> None:
    """Show what each rule uses, and what was measured."""
    experiment = session.experiment
    st.markdown(
        "What a hidden neuron has access to, apart from its own inputs. Backpropagation needs the "
        "output error *and* the weights of later neurons, used backwards; the alternatives to "
        "backpropagation do without one or both."
    )
    st.dataframe(knowledge_frame(races.lanes), hide_index=True, width="stretch")
    if not wait_for(lambda: any(server.compiling(lane.name) for lane in races.lanes)):
        _measured(experiment, races)
    with st.expander("Formula"):
        st.markdown(_FORMULA)


def _measured(experiment: Experiment, races: RaceSession) -> None:
    ran = races.race is not None and any(
        run is not None and run.iteration for run in races.race.runs
    )
    place = st.segmented_control(
        "Measured at", PLACES, default=PLACES[0], required=True, key="nbn-uses-place",
        persist_state="session",
        disabled=not ran, help=None if ran else "Run a race first.",
    )  # fmt: skip
    with st.spinner("Running a few iterations of every rule."):
        found = measured(experiment, races, at_end=ran and place == PLACES[1])
    st.dataframe(measured_frame(races.lanes, found), hide_index=True, width="stretch",
        column_config={
            "Work of an iteration": st.column_config.NumberColumn(
                format="%.1f", help="Forward passes of all patterns, or as many multiplications."
            ),
            "Memory": st.column_config.Column(
                help="Arrays that the training holds, without the data and the recorded curve."
            ),
        },
    )  # fmt: skip
    st.caption(
        "Measured over up to three iterations from these weights. A dash: the rule does not "
        "minimise the SSE, so that its direction cannot be compared, or it has none."
    )


def knowledge_frame(lanes: tuple[Lane, ...]) -> pd.DataFrame:
    """Return what a hidden neuron has access to, one row for each lane."""
    rows = []
    for lane, title in zip(lanes, titles(lanes), strict=True):
        uses = lane.rule.uses
        rows.append(
            {
                "Lane": title,
                "Its own value and slope": _mark(uses.own_activations),
                "Error at the outputs": _mark(uses.output_error),
                "Later weights, backwards": _mark(uses.weight_transpose),
                "Labels at every level": _mark(uses.labels),
                "Meant for": lane.rule.meant_for,
            }
        )
    return pd.DataFrame(rows)


def _mark(used: bool) -> str:
    return "uses" if used else "–"


def measured(experiment: Experiment, races: RaceSession, *, at_end: bool) -> list[Footprint | None]:
    """Measure every lane, or use the cached values; None for a lane that cannot train this."""
    found: list[Footprint | None] = []
    for i, lane in enumerate(races.lanes):
        own = entrant(experiment, lane.network)
        if own.refusal:
            found.append(None)
            continue
        weights = own.experiment.start_weights()
        iteration = 0
        if at_end and races.race is not None:
            run = races.race.runs[i]
            trace = None if run is None else run.within()
            if trace is not None:
                weights, iteration = trace.weights[-1], int(trace.iterations[-1])
            if not np.isfinite(weights).all():
                found.append(None)  # a lane that diverged
                continue
        found.append(_one(own.experiment, lane, weights, iteration))
    return found


def _one(
    experiment: Experiment, lane: Lane, weights: FloatArray, iteration: int
) -> Footprint | None:
    data = experiment.datasets()[0]
    if lane.rule.refuses(experiment.topology, data):
        return None

    def make() -> Footprint | None:
        try:
            return footprint(experiment.topology, data, lane.name, weights, lane.settings)
        except NBNError:
            return None

    key = (problem_key(experiment), lane.key, iteration)
    return KEPT.get(key, make)


def measured_frame(lanes: tuple[Lane, ...], found: list[Footprint | None]) -> pd.DataFrame:
    """Return what was measured, one row for each lane."""
    rows = []
    for title, one in zip(titles(lanes), found, strict=True):
        rows.append(
            {
                "Lane": title,
                "Work of an iteration": None if one is None else one.work,
                "Memory": "–" if one is None else bytes_in_words(one.bytes),
                "Extra trainable weights": None if one is None else one.extra,
                "Signal and gradient": _cosine(one.signal if one else math.nan),
                "Step and gradient": _cosine(one.step if one else math.nan),
            }
        )
    return pd.DataFrame(rows)


def _cosine(value: float) -> str:
    if math.isnan(value):
        return "–"
    angle = math.degrees(math.acos(min(1.0, max(-1.0, value))))
    cosine = f"{value:.3f}".replace("-0.000", "0.000").replace("-", MINUS)
    return f"{cosine}   ({angle:.0f}°)"


_FORMULA: Final = r"""
Work is counted in forward passes of all patterns through the network of the lane; an iteration of a
backpropagation rule is an epoch. With $g = J^\top e$ from backpropagation, *signal and gradient* is
the cosine between $g$ and what the rule uses in its place, *step and gradient* the cosine between
the first whole iteration and $-g$. Adam and NBN compute the same signal as EBP and change its
direction: Adam divides by the size of each component, NBN by the curvature, $(Q + \mu I)^{-1}$.
"""
