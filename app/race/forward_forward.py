"""The view of Forward-Forward: goodness by level, label slots, and the passes of a prediction."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import streamlit as st

from app.figures.chart import percent
from app.figures.goodness import goodness_chart, margin_chart
from app.race.lanes import Lane
from app.race.networks import entrant
from app.race.race import LaneRun, Race
from app.race.session import RaceSession
from app.session.state import Session
from app.shared.chart_box import Box, reader_palette
from nbn_core.checks import plural
from nbn_core.rules.engines.forward_forward import ForwardForwardState
from nbn_core.rules.forward_forward import ForwardForward
from nbn_core.types import FloatArray, IntArray

MOST_PATTERNS: Final = 5000


def show(session: Session, races: RaceSession) -> None:
    """Show the view of the Forward-Forward lane of the last race."""
    st.markdown(_IDEA)
    race = races.race
    lanes = [] if race is None else _lanes(race)
    if race is None or not lanes:
        st.info(
            "Run a race with a Forward-Forward lane under “One seed” first, on data with classes "
            "and a network with hidden levels of several neurons."
        )
        return
    if race.running:
        st.info(
            "The race is still running; its Forward-Forward lane is shown when it has finished."
        )
        if st.button("Refresh", key="nbn-forward-again"):
            st.rerun()
        return
    index = 0
    if len(lanes) > 1:
        index = st.selectbox(
            "Lane", range(len(lanes)), format_func=lambda i: race.titles()[lanes[i][0]],
            key=f"nbn-forward-lane-{race.id}", width=260, persist_state="session",
        )  # fmt: skip
    _, lane, run = lanes[index]
    training = run.training
    assert training is not None
    state = training.state
    assert isinstance(state, ForwardForwardState)
    _view(race, lane, run, state)


def _lanes(race: Race) -> list[tuple[int, Lane, LaneRun]]:
    return [
        (i, lane, run)
        for i, (lane, run) in enumerate(zip(race.lanes, race.runs, strict=True))
        if lane.rule.compares_labels and run is not None and run.iteration > 0
    ]


def _view(race: Race, lane: Lane, run: LaneRun, state: ForwardForwardState) -> None:
    data = race.experiment.datasets()[0]
    trace = run.trace()
    assert trace is not None
    box = Box(reader_palette(), playing=False)
    rule = ForwardForward()
    seen = np.arange(min(data.n_patterns, MOST_PATTERNS))
    scores = rule.goodness_of(state, data.inputs[seen])
    labels = state.data.labels[seen]
    totals = scores[:, :, _first_counted(scores) :].sum(axis=2)
    margins = margins_of(totals, labels)
    drawn = entrant(race.experiment, lane.network).experiment.topology.n_weights
    settings: dict[str, Any] = dict(rule.settings(lane.settings))
    st.markdown(_facts(drawn, state, scores, settings))
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**Training: does each level tell correct from wrong labels?**")
        box.show(goodness_chart(trace.iterations, state.goodness[: len(trace)], box.palette))
    with right:
        st.markdown("**Prediction: does the correct label have the highest goodness?**")
        box.show(margin_chart(margins, box.palette))
    _one_pattern(scores, totals, labels, state.classes, len(seen))


def _first_counted(scores: FloatArray) -> int:
    """Return the first level whose goodness counts: Hinton omits the first of three or more."""
    return 1 if scores.shape[2] > 2 else 0


def margins_of(totals: FloatArray, labels: IntArray) -> FloatArray:
    """Return the goodness of the correct label minus the largest of a wrong one, by pattern (P,).

    `totals` are (P, C), `labels` (P,) whole numbers.
    """
    rows = np.arange(len(totals))
    wrong = totals.copy()
    wrong[rows, labels] = -np.inf
    margins: FloatArray = totals[rows, labels] - wrong.max(axis=1)
    return margins


def _facts(
    drawn: int, state: ForwardForwardState, scores: FloatArray, settings: dict[str, Any]
) -> str:
    classes = len(state.classes)
    passes = "one pass with a neutral label, read by the drawn outputs"
    if settings["inference"] == "goodness":
        passes = f"{classes} forward passes, one with each label"
    return (
        f"The first level has **{classes} more inputs, a slot for each class**, at strength "
        f"{settings['slot']:g}: **{len(state.weights) - drawn:,}** trainable weights beside the "
        f"{drawn:,} drawn. A prediction takes **{passes}**. Levels: {scores.shape[2]}."
    )


def _one_pattern(
    scores: FloatArray, totals: FloatArray, labels: IntArray, classes: FloatArray, n: int
) -> None:
    st.markdown("**One pattern, label by label**")
    asked = st.number_input(
        "Pattern", 1, n, 1, key=f"nbn-forward-pattern-{n}", width=130, persist_state="session"
    )
    p = int(asked) - 1
    st.markdown(pattern_table(scores[p], totals[p], int(labels[p]), classes))
    right = float((totals.argmax(axis=1) == labels).mean())
    shares = ", ".join(
        f"level {level + 1} {percent(share)}" for level, share in enumerate(alone(scores, labels))
    )
    st.caption(
        f"Correct label best, of {plural(n, 'pattern')}: {percent(right)}. Each level by itself: "
        f"{shares}."
    )


def pattern_table(scores: FloatArray, totals: FloatArray, label: int, classes: FloatArray) -> str:
    """Return the goodness (C, L) of one pattern with every label in its slots, as Markdown."""
    levels = range(scores.shape[1])
    head = ["label slot", "targets", *(f"level {level + 1}" for level in levels), "counted", ""]
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * 2}{'--:|' * (len(head) - 3)}---|"]
    best = int(totals.argmax())
    for c in range(len(scores)):
        said = []
        if c == best:
            said.append("**predicted**")
        if c == label:
            said.append("correct label")
        targets = ", ".join(f"{value:g}" for value in classes[c])
        cells = [f"{value:,.5g}" for value in (*scores[c], totals[c])]
        lines.append(f"| {' | '.join([str(c + 1), targets, *cells, ', '.join(said)])} |")
    return "\n".join(lines)


def alone(scores: FloatArray, labels: IntArray) -> list[float]:
    """Return the share of patterns that each level alone classifies correctly, from (P, C, L)."""
    return [
        float((scores[:, :, level].argmax(axis=1) == labels).mean())
        for level in range(scores.shape[2])
    ]


_IDEA: Final = (
    "Forward-Forward computes no output error and has no backward pass. Every level learns by "
    "itself to have a high *goodness*, the activity of its neurons, when a pattern comes with its "
    "correct label, and a low one with a wrong label. To predict, it tries every label and takes "
    "the one with the highest goodness."
)
