"""Coupling: how much of Q lies between neurons, and what a block-diagonal step would lose."""

from __future__ import annotations

import math
from typing import Any, Final

import streamlit as st

from app.figures import coupling_chart
from app.figures.chart import percent
from app.figures.number_format import short
from app.hessian.choices import Choices
from app.session import curvature
from app.session.curvature import Point
from app.session.view import CurrentView
from app.shared.chart_box import Box
from nbn_core.analysis import coupling


def show(now: CurrentView, at: Point, choices: Choices, box: Box) -> None:
    """Show block norms as a matrix and on the network, and compare steps of blocks."""
    topology = at.topology
    neurons, layers = coupling.by_neuron(topology), coupling.by_layer(topology)
    quasi_hessian = curvature.equations(at).quasi_hessian
    norms = coupling.block_norms(quasi_hessian, neurons)
    st.markdown(_words(at, neurons))
    left, right = st.columns(2, gap="medium")
    with left:
        chart = coupling_chart.norms_matrix(
            norms, neurons.names, box.palette, chosen=choices.block_in(topology)
        )
        _choose(box.show(chart, 600, clickable=True), neurons, choices)
        if not box.playing:
            st.caption("Click a square to enlarge that block in the Structure section.")
    with right:
        box.show(
            coupling_chart.coupling_graph(topology, norms, box.palette, drawn=choices.places), 600
        )
        if not box.playing:
            st.caption(
                "Line width: norm of the block between two neurons, relative to their own blocks."
            )
    inside = [
        coupling.diagonal_share(coupling.block_norms(quasi_hessian, groups))
        for groups in (neurons, layers)
    ]
    box.show(coupling_chart.shares(["per neuron", "per layer"], inside, box.palette), 1240)
    if not box.playing:
        st.caption("Share of the squared norm of Q inside its diagonal blocks.")
    st.markdown(_table(at, (("one block per neuron", neurons), ("one block per layer", layers))))
    with st.expander("Formula"):
        st.markdown(_FORMULA)


def _choose(event: Any, neurons: coupling.Groups, choices: Choices) -> None:
    points = event.selection.points if event is not None else []
    if points:
        row, column = round(points[0]["y"]), round(points[0]["x"])
        if 0 <= row < len(neurons) and 0 <= column < len(neurons):
            chosen = (neurons.names[row], neurons.names[column])
            if choices.block != chosen:
                choices.block = chosen
                st.rerun()


def _words(at: Point, neurons: coupling.Groups) -> str:
    loss = curvature.block_loss(at, neurons)
    if len(neurons) == 1:
        return "With one neuron there is only one block, so there is no coupling."
    if math.isnan(loss.angle):
        return "The gradient is zero here, so no step can be compared."
    return (
        "NBN solves for all weights **together**; its name says how Q is computed, neuron by "
        "neuron. Solved block by block instead, one block per neuron, with the same damping "
        f"{short(curvature.damping(at))}, the step would point **{loss.angle:.0f}°** away from the "
        f"full step and be **{short(loss.length_ratio)} times** as long. Even at its best length "
        f"it would achieve **{percent(loss.best_decrease_ratio)}** of the decrease that the "
        "damped model predicts for the full step."
    )


def _table(at: Point, groupings: tuple[tuple[str, coupling.Groups], ...]) -> str:
    lines = [
        "| Step | Angle to full step | Relative length | Predicted decrease | At best length |",
        "|---|--:|--:|--:|--:|",
    ]
    for name, groups in groupings:
        loss = curvature.block_loss(at, groups)
        lines.append(
            f"| {name} | {loss.angle:.1f}° | {short(loss.length_ratio)} × "
            f"| {_share(loss.decrease_ratio)} | {percent(loss.best_decrease_ratio)} |"
        )
    return "\n".join(lines)


def _share(value: float) -> str:
    return percent(value) if value >= 0 else f"increase, {short(-value)} ×"


_FORMULA: Final = r"""
Divide $Q$ into blocks $Q_{ab}$ by the neurons of rows and columns. The full step and the block step
solve

$$
\begin{aligned}
(Q + \mu I)\,\Delta w &= -g \\
(Q_{aa} + \mu I)\,\Delta w_a &= -g_a \quad\text{for each neuron } a
\end{aligned}
$$

The predicted decrease is $-2 g^\top \Delta w - \Delta w^\top (Q + \mu I)\, \Delta w$, that of the
damped model, whose minimum is the full step. The energy inside the blocks is
$\sum_a \|Q_{aa}\|^2 / \|Q\|^2$; the coupling of two neurons is
$\|Q_{ab}\| / \sqrt{\|Q_{aa}\|\,\|Q_{bb}\|}$ (Frobenius norms).
"""
