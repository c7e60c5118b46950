"""Structure: Q as a matrix, whole or one block, with frames around neurons or layers."""

from __future__ import annotations

from typing import Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app.figures import matrix
from app.figures.chart import percent
from app.figures.names import weight_titles
from app.hessian import component, matrix_payload
from app.hessian.choices import Choices
from app.session import curvature, state
from app.session.curvature import Point
from app.session.view import CurrentView
from app.shared.chart_box import Box
from nbn_core.analysis import coupling

ORDERS: Final = ("by neuron", "by layer", "by coupling")
SCALES: Final = {"logarithmic": "log", "linear": "linear"}
ALL_NEURONS: Final = "all neurons"
_MENUS: Final = (("Rows", "nbn-rows"), ("Columns", "nbn-columns"))


def show(now: CurrentView, at: Point, choices: Choices, box: Box) -> None:
    """Show the matrix beside the network; pointing at one highlights both."""
    topology = at.topology
    _follow_click(choices, topology.neuron_names)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        order = st.selectbox("Order", ORDERS, key="nbn-order", width=160, persist_state="session")
        scale = st.selectbox(
            "Colour scale", list(SCALES), key="nbn-scale", width=160, persist_state="session"
        )
        rows, columns = _block(choices, topology.neuron_names)
    pair = choices.block_in(topology)
    view = _view(at, str(order), SCALES[str(scale)], pair)
    values = curvature.equations(at).quasi_hessian
    block = f" of {rows} and {columns}" if pair else ""
    what = f"Quasi-Hessian Q{block} at iteration {now.iteration:,}"
    with st.container(key="chart-quasi-hessian"):
        component.cells({
            "block": [rows, columns] if pair else None,
            "cells": matrix_payload.cells(values, view, what=what, exact=not box.playing),
            "network": matrix_payload.network(choices.sketch, topology, at.weights),
        })  # fmt: skip
        if not box.playing:
            box.files(
                "quasi-hessian",
                lambda: matrix.matrix(values, view, box.palette, what=what, name="quasi-hessian"),
                740,
            )
    st.markdown(_words(at, view))
    with st.expander("Formula"):
        st.markdown(_FORMULA)


def _follow_click(choices: Choices, names: tuple[str, ...]) -> None:
    """Choose the block of a cell that was clicked since the last run of the page."""
    click = component.clicked()
    if click is None or click.number == choices.click:
        return
    choices.click = click.number
    if click.block is None or all(name in names for name in click.block):
        choices.block = click.block


def _block(choices: Choices, names: tuple[str, ...]) -> tuple[str, str]:
    """Show two menus for the block to enlarge; the first choice alone means a diagonal block."""
    valid = choices.block if choices.block and all(n in names for n in choices.block) else None
    shown = valid or (ALL_NEURONS, ALL_NEURONS)

    def chosen(changed: int) -> None:
        value = str(state.widget(_MENUS[changed][1]))
        other = choices.block[1 - changed] if choices.block else value
        pair = (value, other) if changed == 0 else (other, value)
        choices.block = None if ALL_NEURONS in pair else pair

    for i, (label, key) in enumerate(_MENUS):
        state.set_widget(key, shown[i])
        st.selectbox(
            label, [ALL_NEURONS, *names], key=key, width=160, on_change=chosen, args=(i,)
        )  # fmt: skip
    return shown


def _view(at: Point, order: str, scale: str, pair: tuple[int, int] | None) -> matrix.MatrixView:
    topology = at.topology
    titles, zeros = weight_titles(topology), curvature.zeros(topology)
    neurons = coupling.by_neuron(topology)
    if pair is not None:
        names = [source or "bias" for source, _ in topology.weight_names]
        rows, columns = (neurons.members[i] for i in pair)
        frames, column_frames = ([(names[n], 1) for n in part] for part in (rows, columns))
        return matrix.MatrixView(rows, columns, titles, frames, column_frames, zeros, scale)
    order_of_all: NDArray[np.intp] = np.arange(topology.n_weights)
    frames = []
    if order == "by coupling":
        order_of_all = curvature.weight_order(at)
    else:
        groups = neurons if order == "by neuron" else coupling.by_layer(topology)
        order_of_all = np.concatenate(groups.members)
        frames = [(n, len(m)) for n, m in zip(groups.names, groups.members, strict=True)]
    return matrix.MatrixView(order_of_all, order_of_all, titles, frames, frames, zeros, scale)


def _words(at: Point, view: matrix.MatrixView) -> str:
    n = at.topology.n_weights
    share = float(curvature.zeros(at.topology).mean())
    text = (
        f"Each of the **{n:,} × {n:,}** cells couples two weights: it compares how the errors "
        "change with either of them. Blue: in the same direction; orange: in opposite directions. "
        "Lines frame the weights of one neuron."
    )
    if share > 0:
        text += (
            f" **Grey cells ({percent(share)})** are zero for any data and any weights: "
            "their neurons reach no common output."
        )
    else:
        text += (
            " No cell is zero because of the topology: any two neurons reach a common output. "
            "NBN solves with the whole matrix, not with blocks of it."
        )
    stride = -(-len(view.order) // matrix.MAX_SIDE)
    if stride > 1:
        text += f" For speed, each cell drawn is the strongest of {stride} × {stride}."
    return text


_FORMULA: Final = r"""
With errors $e = d - o$ over all patterns $p$ and outputs $m$,

$$
\begin{aligned}
Q &= J^\top J \\
q_{ij} &= \sum_{p,m} \frac{\partial e_{pm}}{\partial w_i} \frac{\partial e_{pm}}{\partial w_j}
\end{aligned}
$$

The step of NBN solves $(Q + \mu I)\,\Delta w = -J^\top e$. The SSE has no factor ½ here, so $2Q$
approximates its Hessian.
"""
