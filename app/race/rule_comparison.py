"""What each rule uses, its cost, and the direction of its steps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import streamlit as st

from app.figures.needs import bytes_in_words
from app.figures.number_format import MINUS
from app.race.lanes import Lane, titles
from app.race.networks import entrant
from app.race.session import RaceSession, problem_key
from app.session import computing, server
from app.session.computing import Desk
from app.session.state import Session
from app.shared.compiling import wait_for
from app.shared.waiting import waiting
from nbn_core.analysis.rule_cost import Footprint, footprint_in_parts
from nbn_core.checks import plural
from nbn_core.errors import NBNError
from nbn_core.experiment import Experiment
from nbn_core.experiment.byte_cache import ByteCache
from nbn_core.gradual import Gradual, complete, share
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
    desk = computing.desk(server.workers)
    with waiting(desk):
        found = measured(experiment, races, at_end=ran and place == PLACES[1], desk=desk)
        _table(races, found)


def _table(races: RaceSession, found: list[Footprint | None]) -> None:
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


def measured(
    experiment: Experiment, races: RaceSession, *, at_end: bool, desk: Desk | None = None
) -> list[Footprint | None]:
    """Measure every lane, or use the cached values; None for a lane that cannot train this.

    Raises
    ------
    Unready
        If a desk is given, and has not measured them yet.
    """
    lanes = [_one(experiment, races, i, at_end=at_end) for i in range(len(races.lanes))]
    wanted = [one for one in lanes if one is not None]
    if desk is None:
        results = complete(_all(wanted))
    else:
        lacking = [one for one in wanted if KEPT.known(one.key) is None]
        results = desk.get(
            KEPT, tuple(one.key for one in wanted), lambda: lambda: _all(wanted),
            sum(one.seconds for one in lacking),
            f"the first iterations of {plural(len(lacking), 'rule')}",
        )  # fmt: skip
    following = iter(results)
    return [None if one is None else next(following) for one in lanes]


@dataclass(frozen=True, slots=True)
class _Measurement:
    """A lane to measure from given weights; `key` identifies the result."""

    experiment: Experiment
    lane: Lane
    weights: FloatArray
    key: tuple[object, ...]

    @property
    def seconds(self) -> float:
        """About how long it takes."""
        data, weights = self.experiment.datasets()[0], self.experiment.topology.n_weights
        return 0.02 + 1e-10 * data.n_patterns * data.n_outputs * weights**2

    def footprint(self) -> Gradual[Footprint | None]:
        """Measure; None if the rule refuses."""
        try:
            return (
                yield from footprint_in_parts(
                    self.experiment.topology, self.experiment.datasets()[0], self.lane.name,
                    self.weights, self.lane.settings,
                )
            )  # fmt: skip
        except NBNError:
            return None


def _one(
    experiment: Experiment, races: RaceSession, i: int, *, at_end: bool
) -> _Measurement | None:
    """Return what to measure of a lane; None if it cannot train this, or has diverged."""
    lane = races.lanes[i]
    own = entrant(experiment, lane.network)
    if own.refusal or lane.rule.refuses(own.experiment.topology, own.experiment.datasets()[0]):
        return None
    weights, iteration = own.experiment.start_weights(), 0
    run = races.race.runs[i] if at_end and races.race is not None else None
    trace = None if run is None else run.within()
    if trace is not None:
        weights, iteration = trace.weights[-1], int(trace.iterations[-1])
        if not np.isfinite(weights).all():
            return None
    key = (problem_key(own.experiment), lane.key, iteration)
    return _Measurement(own.experiment, lane, weights, key)


def _all(lanes: list[_Measurement]) -> Gradual[list[Footprint | None]]:
    """Measure lanes one after the other, those that are not in the cache."""
    found = []
    for i, lane in enumerate(lanes):
        known = KEPT.known(lane.key)
        if known is None:
            known = ((yield from share(lane.footprint(), i / len(lanes), 1 / len(lanes))),)
            KEPT.keep(lane.key, known)
        found.append(known[0])
    return found


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
