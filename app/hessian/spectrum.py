"""Spectrum: the eigenvalues with the damping, and the output when weights move along one."""

from __future__ import annotations

from typing import Final

import numpy as np
import streamlit as st

from app.figures import drawing, response, spectra
from app.figures.chart import Chart
from app.figures.number_format import short
from app.hessian.choices import Choices
from app.session import curvature
from app.session.curvature import Point
from app.session.view import CurrentView
from app.shared.chart_box import Box
from app.shared.waiting import waiting
from nbn_core.analysis.spectrum import Spectrum
from nbn_core.types import FloatArray

MAP_SIDE: Final = 45  # cells per side of an output map


def show(now: CurrentView, at: Point, choices: Choices, box: Box) -> None:
    """Show the eigenvalues and what follows from them; outside a replay also single directions."""
    values = curvature.eigenvalues(at, "Q")
    numbers = _numbers(values, at)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        box.show(spectra.eigenvalue_chart(values, curvature.damping(at), box.palette), 740)
    with right:
        st.markdown(numbers)
        with st.expander("Formula"):
            st.markdown(_FORMULA)
    if box.playing:
        st.caption("Pause the replay to explore single directions.")
        return
    with waiting(at.desk):
        _directions(now, at, choices, box)


def _numbers(values: FloatArray, at: Point) -> str:
    mu = curvature.damping(at)
    spectrum = Spectrum.of_values(values)
    n = len(values)
    before = (
        f"infinite to working precision (rank {spectrum.rank} of {n})"
        if spectrum.rank < n
        else f"**{short(spectrum.condition)}**"
    )
    return (
        f"The next step uses effectively **{_few(curvature.effective_parameters(at))}** of "
        f"**{n:,}** directions: those with an eigenvalue above the damping **{short(mu)}**"
        f"{curvature.damping_words(at)} move freely, those below are held back.\n\n"
        f"- Condition number before damping: {before}\n"
        f"- Condition number after damping: **{short(curvature.damped_condition(at))}**\n"
        f"- Numerical rank: **{spectrum.rank:,}** of {n:,}: eigenvalues above the rounding limit "
        f"N\u00a0·\u00a0ε\u00a0·\u00a0λ₁\u00a0=\u00a0{short(spectrum.tolerance)}"
    )


def _few(count: float) -> str:
    """Write an effective number of directions, which is less than 1 if nearly all are held back."""
    return f"{count:,.1f}" if count >= 0.1 else short(count)


def _directions(now: CurrentView, at: Point, choices: Choices, box: Box) -> None:
    spectrum = curvature.directions(at)
    n = len(spectrum.values)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.selectbox(
            "Direction", ("stiffest", "softest", "by number"), width=160, key="nbn-direction",
            persist_state="session",
        )  # fmt: skip
        number = 1 if kind == "stiffest" else n
        if kind == "by number":
            asked = st.number_input(
                "Number", 1, n, 1, width=120, key=f"nbn-direction-number-{n}",
                persist_state="session",
            )  # fmt: skip
            number = int(asked)
        distance = st.slider(
            "Move along it", -3.0, 3.0, 0.0, 0.05, key="nbn-walk",
            help="Norm of the change of the weights.",
        )  # fmt: skip
    vector = spectrum.vectors[:, number - 1]
    moved = at.weights + distance * vector
    before, after = at.objective.sse(at.weights), at.objective.sse(moved)
    st.markdown(
        f"Direction **{number:,}** has the eigenvalue "
        f"**{short(float(spectrum.values[number - 1]))}**. "
        + (
            f"Moving by **{distance:+.2f}** along it changes the SSE from {short(before)} to "
            f"**{short(after)}**.".replace("**-", "**−")
            if distance
            else "Use the slider to move the weights along it and see how the output changes."
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
        x, y = (np.linspace(low[i] - pad[i], high[i] + pad[i], MAP_SIDE) for i in range(2))
        grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
        network = at.objective.network
        nodes = network.activations(moved, grid)
        output = nodes[:, network.n_inputs + network.outputs[0]].reshape(MAP_SIDE, MAP_SIDE)
        return response.output_map(x, y, output, data, box.palette, name="walk")
    before, after = at.objective.outputs(at.weights), at.objective.outputs(moved)
    return response.output_points(before.ravel(), after.ravel(), box.palette, name="walk")


_FORMULA: Final = r"""
With $Q v_i = \lambda_i v_i$ the damped step is

$$
\Delta w = -\sum_i \frac{v_i^\top g}{\lambda_i + \mu}\, v_i
$$

where $\mu$ is what damping adds to the diagonal of $Q$. It holds back every direction with
$\lambda_i \ll \mu$. The effective number of parameters is $\sum_i \lambda_i / (\lambda_i + \mu)$,
the condition number $\lambda_1 / \lambda_N$ before and $(\lambda_1 + \mu) / (\lambda_N + \mu)$
after damping.
"""
