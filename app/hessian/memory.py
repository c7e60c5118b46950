"""Memory: how much J, Q and one row of J take, for this training and for any size."""

from __future__ import annotations

from typing import Final

import streamlit as st

from app.figures import needs
from app.figures.needs import bytes_in_words
from app.hessian.choices import Choices
from app.session.curvature import Point
from app.session.view import CurrentView
from app.shared.chart_box import Box
from nbn_core.analysis.memory import BYTES, MAX_COUNT, held, memory

MAX_JACOBIAN: Final = 64_000_000  # bytes up to which J is computed in order to measure it


def show(now: CurrentView, at: Point, choices: Choices, box: Box) -> None:
    """Show the memory for the sizes entered, and what this training actually uses."""
    data, n = at.objective.dataset, at.topology.n_weights
    with st.container(horizontal=True, vertical_alignment="bottom"):
        p = _count("Patterns P", data.n_patterns)
        m = _count("Outputs M", data.n_outputs)
        w = _count("Weights N", n)
    need = memory(p, w, m)
    amounts = {
        "Jacobian, stored": need.jacobian,
        "quasi-Hessian, full": need.quasi_hessian,
        "quasi-Hessian, triangle": need.triangle,
        "block of rows": need.block,
        "one row": need.row,
    }
    box.show(
        needs.needs_chart({k: float(BYTES * v) for k, v in amounts.items()}, box.palette), 1240
    )
    st.markdown(
        f"Storing the Jacobian takes **{bytes_in_words(BYTES * need.jacobian)}**, more with every "
        "pattern. NBN adds its rows to the quasi-Hessian one by one, which takes "
        f"**{bytes_in_words(BYTES * need.quasi_hessian)}** for any number of patterns."
    )
    if (p, m, w) == (data.n_patterns, data.n_outputs, n):
        st.markdown(_measured(at))
    with st.expander("Formula"):
        st.markdown(_FORMULA)


def _count(label: str, own: int) -> int:
    """Ask for a count that begins with that of this training, and is kept for it."""
    return int(
        st.number_input(
            label, 1, MAX_COUNT, own, width=160, key=f"nbn-memory-{label}-{own}",
            persist_state="session",
        )
    )  # fmt: skip


def _measured(at: Point) -> str:
    data, network = at.objective.dataset, at.objective.network
    need = memory(data.n_patterns, network.n_weights, data.n_outputs)
    real = held(network)
    lines = [
        "| For this network and data | computed | measured in this program |",
        "|---|--:|--:|",
    ]
    size = BYTES * need.jacobian
    measured = "not computed: too large"
    if size <= MAX_JACOBIAN:
        measured = bytes_in_words(at.objective.jacobian(at.weights).nbytes)
    lines.append(f"| Jacobian | {bytes_in_words(size)} | {measured} |")
    for name, count, key in (
        ("Quasi-Hessian", need.quasi_hessian, "quasi_hessian"),
        ("Block of 64 rows", need.block, "block"),
    ):
        both = bytes_in_words(BYTES * count), bytes_in_words(real[key])
        lines.append(f"| {name} | {both[0]} | {both[1]} |")
    lines.append(f"| All other workspace | | {bytes_in_words(real['other'])} |")
    return "\n".join(lines) + (
        "\n\nMeasured sizes are slightly larger where rows are padded to multiples of eight "
        "numbers for the vector registers of the processor."
    )


_FORMULA: Final = r"""
Each number takes 8 bytes: $J$ has $P M N$ numbers, the full $Q$ has $N^2$, one triangle of it
$N(N+1)/2$, a row of $J$ has $N$. Wilamowski & Yu (2010) keep a triangle and one row;
this program keeps the full square and 64 rows, because that is faster.
"""
