"""Coupling: how much of Q lies between neurons, and what a step neuron by neuron would lose."""

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
    """Show block norms as a matrix and over the network, and the block steps."""
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
            st.caption("Click a square to enlarge that block under Structure.")
    with right:
        box.show(
            coupling_chart.coupling_graph(topology, norms, box.palette, drawn=choices.places), 600
        )
        if not box.playing:
            st.caption("Lines between neurons: strength of the block beside both diagonal ones.")
    inside = [
        coupling.diagonal_share(coupling.block_norms(quasi_hessian, groups))
        for groups in (neurons, layers)
    ]
    box.show(coupling_chart.shares(["per neuron", "per layer"], inside, box.palette), 1240)
    st.markdown(_table(at, (("neuron by neuron", neurons), ("layer by layer", layers))))
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
    loss = curvature.loss(at, neurons)
    if len(neurons) == 1:
        return "With one neuron there is only one block: nothing lies between neurons."
    if math.isnan(loss.angle):
        return "The gradient is zero here, so no step can be compared."
    return (
        "NBN solves for all weights **together**. Solved neuron by neuron instead, from the same "
        f"point and with the same damping {short(curvature.damping(at))}, the step would point "
        f"**{loss.angle:.0f}°** away from the full one and be **{short(loss.length_ratio)} times** "
        "as long; even at the best length it would reach "
        f"**{percent(loss.best_decrease_ratio)}** of the decrease that the damped model expects of "
        "the full step."
    )


def _table(at: Point, groupings: tuple[tuple[str, coupling.Groups], ...]) -> str:
    lines = [
        "| Step | angle to the full step | length | decrease expected | at its best length |",
        "|---|--:|--:|--:|--:|",
    ]
    for name, groups in groupings:
        loss = curvature.loss(at, groups)
        lines.append(
            f"| {name} | {loss.angle:.1f}° | {short(loss.length_ratio)} × "
            f"| {_share(loss.decrease_ratio)} | {percent(loss.best_decrease_ratio)} |"
        )
    return "\n".join(lines)


def _share(value: float) -> str:
    return f"{percent(value)}" if value >= 0 else f"rises, {short(value)} ×"


_FORMULA: Final = r"""
Cut $Q$ into blocks $Q_{ab}$ by the neurons of rows and columns. The full and the block step are

$$(Q + \mu I)\,\Delta w = -g \qquad\text{and}\qquad (Q_{aa} + \mu I)\,\Delta w_a = -g_a
\text{ for each neuron } a$$

The decrease expected is $-2 g^\top \Delta w - \Delta w^\top (Q + \mu I)\, \Delta w$, that of the
damped model, whose minimum is the full step; the share of energy is
$\sum_a \|Q_{aa}\|^2 / \|Q\|^2$; the coupling of two neurons is
$\|Q_{ab}\| / \sqrt{\|Q_{aa}\|\,\|Q_{bb}\|}$ (Frobenius norms).
"""
