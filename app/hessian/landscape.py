"""Landscape: the SSE over a plane in weight space with the training path, and along a step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
import streamlit as st

from app.figures import valley
from app.figures.chart import Chart, percent
from app.figures.number_format import short
from app.hessian.choices import Choices
from app.session import curvature
from app.session.curvature import Point, computed
from app.session.view import CurrentView
from app.shared.chart_box import Box
from nbn_core.analysis import landscape
from nbn_core.analysis.coupling import full_step
from nbn_core.gradual import Gradual
from nbn_core.objective import Objective
from nbn_core.types import FloatArray

FIRST_TO_LAST: Final = "first to last weights"
PLANES: Final = {
    FIRST_TO_LAST: ("from first to last weights", "direction of most other movement"),
    "step and gradient": ("along the step", "along the gradient, at a right angle"),
    "stiffest and softest": ("stiffest direction", "softest direction"),
    "two stiffest": ("stiffest direction", "second stiffest direction"),
    "random, scaled per neuron": ("random direction", "second random direction"),
}
SURFACE_SECONDS: Final = 0.4  # computing time allowed for a surface
CUT_POSITIONS: Final = np.linspace(-0.5, 2.0, 76)  # fractions of the step

_Spanned = Callable[[], tuple[landscape.Plane, float]]
_Surface = tuple[landscape.Plane, FloatArray, FloatArray, FloatArray, FloatArray]


def show(now: CurrentView, at: Point, choices: Choices, box: Box) -> None:
    """Show the plane with the path, and the SSE along the next step."""
    options = list(PLANES) if now.last > 0 else list(PLANES)[1:]
    chosen = str(
        st.selectbox(
            "Plane", options, key=f"nbn-plane-{len(options)}", width=320, persist_state="session"
        )
    )
    chart, share = _plane(now, at, chosen, box)
    cut = _cut(at)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        box.show(chart, 740)
        if not box.playing and now.last > 0:
            st.caption(
                f"This plane contains {percent(share)} of the path's movement through "
                f"{at.topology.n_weights:,} dimensions; the rest is perpendicular to it."
            )
    with right:
        box.show(valley.cut_chart(cut, curvature.damping(at), box.palette), 490)
        st.markdown(_trust(cut.gain_ratio, at))
        with st.expander("Formula"):
            st.markdown(_FORMULA)


def _cut(at: Point) -> landscape.Cut:
    def prepare() -> Callable[[], Gradual[landscape.Cut]]:
        equations, added = curvature.equations(at), curvature.added_diagonal(at)
        return lambda: landscape.cut_in_parts(
            at.objective, at.weights, equations, added, CUT_POSITIONS
        )

    seconds = (
        len(CUT_POSITIONS) * curvature.seconds_per_sse(at) + 2.5e-11 * at.topology.n_weights**3
    )
    return computed(at, "cut", prepare, seconds, "the SSE along the step")


def _plane(now: CurrentView, at: Point, chosen: str, box: Box) -> tuple[Chart, float]:
    path = at.weights[None, :] if now.trace is None else now.trace.weights
    fixed = chosen == FIRST_TO_LAST  # the same plane at every iteration
    here = replace(at, key=at.key.rsplit("-", 1)[0]) if fixed else at
    side = _side(at, playing=box.playing)

    def prepare() -> Callable[[], Gradual[_Surface]]:
        spanned = _spanned(at, path, chosen)
        return lambda: _surface(at.objective, path, spanned, side, whole=fixed)

    seconds = side**2 * curvature.seconds_per_sse(at)
    if fixed:
        seconds += 4e-10 * path.size * min(path.shape)
    plane, x, y, sse, flat = computed(
        here, "plane", prepare, seconds, "the landscape", len(path), chosen, box.playing
    )
    share = plane.share(path)
    chart = valley.plane_chart(
        x, y, sse, flat, min(now.k, len(path) - 1), box.palette, titles=PLANES[chosen], share=share,
        iterations=None if now.trace is None else now.trace.iterations,
    )  # fmt: skip
    return chart, share


def _side(at: Point, *, playing: bool) -> int:
    """Return the number of grid points along each side of the plane."""
    affordable = (SURFACE_SECONDS / curvature.seconds_per_sse(at)) ** 0.5
    return int(np.clip(affordable, 15, 25 if playing else 45))


def _surface(
    objective: Objective, path: FloatArray, spanned: _Spanned, side: int, *, whole: bool
) -> Gradual[_Surface]:
    """Compute the SSE over a plane that shows the whole path, or the neighbourhood of a point."""
    yield 0.0
    plane, extent = spanned()
    flat = plane.coordinates(path)
    near = flat if whole else _near(flat, extent)
    x, y = (
        np.linspace(float(ends[0]), float(ends[1]), side)
        for ends in landscape.span_of(near, extent)
    )
    sse = yield from landscape.surface_in_parts(objective, plane, x, y)
    return plane, x, y, sse, flat


def _near(flat: FloatArray, extent: float) -> FloatArray:
    """Limit the plane to the neighbourhood of the point; the path may leave it."""
    return np.clip(flat, -2.0 * extent, 2.0 * extent)


def _spanned(at: Point, path: FloatArray, chosen: str) -> _Spanned:
    """Return what spans the plane; what it needs for that is asked for at once."""
    if chosen == FIRST_TO_LAST:
        return lambda: _along_path(path)
    if chosen.startswith("random"):
        return lambda: _at_random(at)
    if chosen == "step and gradient":
        (_, gradient, quasi_hessian), added = curvature.equations(at), curvature.added_diagonal(at)
        return lambda: _along_step(at, full_step(quasi_hessian, gradient, added), gradient)
    vectors = curvature.directions(at).vectors
    second = vectors[:, 1 % vectors.shape[1]] if chosen == "two stiffest" else vectors[:, -1]
    return lambda: (landscape.Plane.through(at.weights, vectors[:, 0], second), 2.0)


def _along_path(path: FloatArray) -> tuple[landscape.Plane, float]:
    first, last = path[0], path[-1]
    plane = landscape.Plane.through(first, last - first, _rest(path))
    return plane, max(0.1 * float(np.linalg.norm(last - first)), 1e-3)


def _at_random(at: Point) -> tuple[landscape.Plane, float]:
    one, other = (landscape.filter_normalised(at.topology, at.weights, seed) for seed in (1, 2))
    plane = landscape.Plane.through(at.weights, one, other)
    return plane, max(float(np.linalg.norm(at.weights)), 1e-3)


def _along_step(at: Point, step: FloatArray, gradient: FloatArray) -> tuple[landscape.Plane, float]:
    length = float(np.linalg.norm(step))
    return landscape.Plane.through(at.weights, step, -gradient), 1.2 * max(length, 1e-6)


def _rest(path: FloatArray) -> FloatArray:
    """Return the direction of most movement at a right angle to first minus last weights."""
    along = path[-1] - path[0]
    moved = path - path[0]
    size = float(along @ along)
    if size > 0:
        moved = moved - np.outer(moved @ along, along) / size
    direction: FloatArray = np.linalg.svd(moved, full_matrices=False)[2][0]
    return direction


def _trust(gain: float, at: Point) -> str:
    if np.isnan(gain):
        return "The model predicts no decrease here: the gradient is zero."
    if gain > 0.75:
        verdict = "the model can be trusted at this length"
    elif gain > 0:
        verdict = "the model predicted too large a decrease"
    else:
        searched = curvature.shortens_steps(at)
        then = "be shortened" if searched else "be rejected and μ increased"
        verdict = f"the model was wrong: this step would {then}"
    return (
        f"With damping {short(curvature.damping(at))} the whole step achieves "
        f"**{short(gain)} times** the decrease that the model "
        f"predicted: {verdict}."
    )


_FORMULA: Final = r"""
Along a step $\Delta w$ the model is $\mathrm{SSE} + 2t\,g^\top \Delta w +
t^2\, \Delta w^\top Q\, \Delta w$; the gain ratio is the actual over the predicted decrease at
$t = 1$. The path is projected onto the plane at right angles. Random directions are scaled, neuron
by neuron, to the norm of the weights (Li et al. 2018).
"""
