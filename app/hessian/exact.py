"""Quasi versus exact: what NBN drops from the Hessian, how large it is, and when it matters."""

from __future__ import annotations

from typing import Final

import numpy as np
import streamlit as st

from app.figures import spectra
from app.figures.number_format import short
from app.hessian.choices import Choices
from app.session import curvature
from app.session.curvature import Point
from app.session.view import CurrentView
from app.shared.chart_box import Box
from app.shared.waiting import waiting
from nbn_core.analysis.spectrum import tolerance_of

MAX_WEIGHTS_REPLAY: Final = 250  # up to which a replay can compute three spectra per frame


def show(now: CurrentView, at: Point, choices: Choices, box: Box) -> None:
    """Show the spectra of Q, H and S, and the ratio over the iterations."""
    exact = curvature.eigenvalues(at, "H")
    named = [("Q, kept", curvature.eigenvalues(at, "Q")), ("H = Q + S, exact", exact)]
    too_slow = box.playing and len(exact) > MAX_WEIGHTS_REPLAY
    if not too_slow:
        named.append(("S, dropped", curvature.eigenvalues(at, "S")))
    negative = int(np.count_nonzero(exact < -tolerance_of(exact)))
    st.markdown(_words(curvature.ratio(at), negative, len(exact)))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        box.show(spectra.compared(named, box.palette), 740)
        if too_slow:
            st.caption("The spectrum of S is left out during a replay, to keep up.")
    with right:
        if now.running:
            st.caption("The ratio over all iterations is shown when training has ended.")
        elif now.trace is not None and now.last > 0:
            with waiting(at.desk):
                _over_iterations(now, at, box)
        with st.expander("Why this matters"):
            st.markdown(_WHY)
        with st.expander("Formula"):
            st.markdown(_FORMULA)


def _over_iterations(now: CurrentView, at: Point, box: Box) -> None:
    assert now.trace is not None
    rows, ratio = curvature.ratios(now, at.desk)
    box.show(
        spectra.ratio_chart(now.trace.iterations[rows], ratio, now.iteration, box.palette), 490
    )
    if len(rows) < now.last + 1 and not box.playing:
        st.caption(f"Computed at {len(rows)} of {now.last + 1:,} recorded iterations.")


def _words(ratio: float, negative: int, n: int) -> str:
    text = (
        "NBN keeps Q, made of first derivatives, and drops S, the errors times second derivatives. "
        f"Here the ratio of the dropped to the kept part, ‖S‖ / ‖Q‖, is **{short(ratio)}**. "
    )
    if negative:
        return text + (
            f"The exact Hessian has **negative curvature along {negative:,} of {n:,} directions**: "
            "Newton's method would step uphill along them, which Q plus damping never does."
        )
    return text + ("The exact Hessian has no negative curvature here: the surface is a bowl.")


_WHY: Final = """
**Near a solution** the errors go to zero, and S with them: Q becomes the exact Hessian, and each
step becomes a Newton step, which squares the remaining distance. If some error must remain, S does
not vanish and the last iterations are slower. If the solution lies at infinitely large weights, as
when saturating outputs should reach exactly 1, Q goes to zero as well, and the ratio need not
decrease.

**Far from a solution** S is as large as Q or larger, and the true surface may have negative
curvature where Q models a bowl. Over long steps the model is wrong there; damping shortens the
steps until the SSE decreases.
"""

_FORMULA: Final = r"""
Half the Hessian of the SSE is

$$
\begin{aligned}
H &= Q + S \\
Q &= J^\top J \\
S &= \sum_{p,m} e_{pm} \frac{\partial^2 e_{pm}}{\partial w\, \partial w^\top}
\end{aligned}
$$

S is computed by differentiating the backward pass in forward mode over the graph, for any topology;
it is not a finite difference of gradients. The norms are Frobenius norms.
"""
