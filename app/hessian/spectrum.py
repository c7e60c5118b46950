"""Spectrum: eigenvalues, damping through them, and a walk along one direction."""

from __future__ import annotations

from typing import Final

import numpy as np
import streamlit as st

from app.figures import drawing, response, spectra
from app.figures.chart import Chart, short
from app.hessian.choices import Choices
from app.session import curvature
from app.session.curvature import Point
from app.session.view import CurrentView
from app.shared.chart_box import Box
from nbn_core.analysis.spectrum import Spectrum
from nbn_core.types import FloatArray

SIDE: Final = 45  # of an output map


def show(now: CurrentView, at: Point, choices: Choices, box: Box) -> None:
    """Show eigenvalues and what they say; at rest also the directions."""
    values = curvature.eigenvalues(at, "Q")
    left, right = st.columns([3, 2], gap="medium")
    with left:
        box.show(spectra.eigenvalue_chart(values, curvature.damping(at), box.palette), 740)
    with right:
        st.markdown(_numbers(values, at))
        with st.expander("Formula"):
            st.markdown(_FORMULA)
    if box.playing:
        st.caption("Pause to look at single directions.")
        return
    _directions(now, at, choices, box)


def _numbers(values: FloatArray, at: Point) -> str:
    mu = curvature.damping(at)
    found = Spectrum.of_values(values)
    n = len(values)
    before = (
        f"infinite to working precision (rank {found.rank} of {n})"
        if found.rank < n
        else f"**{short(found.condition)}**"
    )
    return (
        f"Of **{n:,}** directions, **{found.effective_parameters(mu):.1f}** take part in the next "
        f"step: those whose eigenvalue lies above the damping **{short(mu)}**"
        f"{curvature.damping_words(at)} move freely, those below are held.\n\n"
        f"- Condition number before damping: {before}\n"
        f"- after damping: **{short(found.damped_condition(mu))}**\n"
        f"- Numerical rank: **{found.rank:,}** of {n:,}, counting what exceeds the rounding limit "
        f"N · ε · λ₁ = {short(found.tolerance)}"
    )


def _directions(now: CurrentView, at: Point, choices: Choices, box: Box) -> None:
    found = curvature.directions(at)
    n = len(found.values)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.selectbox("Direction", ("stiffest", "softest", "by number"), width=160)
        number = 1 if kind == "stiffest" else n
        if kind == "by number":
            number = int(st.number_input("Number", 1, n, 1, width=120))
        walk = st.slider(
            "Walk along it", -3.0, 3.0, 0.0, 0.05, key="nbn-walk",
            help="Length of the change of all weights together.",
        )  # fmt: skip
    vector = found.vectors[:, number - 1]
    moved = at.weights + walk * vector
    before, after = at.objective.sse(at.weights), at.objective.sse(moved)
    st.markdown(
        f"Direction **{number:,}** has the eigenvalue "
        f"**{short(float(found.values[number - 1]))}**. "
        + (
            f"PythonRule **{walk:+.2f}** along it takes the SSE from {short(before)} to "
            f"**{short(after)}**."
            if walk
            else "Move the slider to walk along it, and see what becomes of the output."
        )
    )
    left, right = st.columns(2, gap="medium")
    with left:
        box.show(
            drawing.painted(
                at.topology, vector, box.palette, what=f"direction {number}", name="direction",
                drawn=choices.places,
            )
        )  # fmt: skip
    with right:
        box.show(_response(at, moved, box))


def _response(at: Point, moved: FloatArray, box: Box) -> Chart:
    data = at.objective.dataset
    if data.n_inputs == 2:
        low, high = data.inputs.min(axis=0), data.inputs.max(axis=0)
        pad = 0.1 * (high - low)
        x, y = (np.linspace(low[i] - pad[i], high[i] + pad[i], SIDE) for i in range(2))
        grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
        network = at.objective.network
        nodes = network.activations(moved, grid)
        output = nodes[:, network.n_inputs + network.outputs[0]].reshape(SIDE, SIDE)
        return response.output_map(x, y, output, data, box.palette, name="walk")
    before, after = at.objective.outputs(at.weights), at.objective.outputs(moved)
    return response.output_points(before.ravel(), after.ravel(), box.palette, name="walk")


_FORMULA: Final = r"""
With $Q v_i = \lambda_i v_i$ the damped step is

$$\Delta w = -\sum_i \frac{v_i^\top g}{\lambda_i + \mu}\, v_i$$

with what damping adds to the diagonal of $Q$ written as $\mu$. It holds back every direction with
$\lambda_i \ll \mu$. The effective number of parameters is $\sum_i \lambda_i / (\lambda_i + \mu)$,
the condition number $\lambda_1 / \lambda_N$ before and $(\lambda_1 + \mu) / (\lambda_N + \mu)$
after damping.
"""
