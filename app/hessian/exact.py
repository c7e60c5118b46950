"""Quasi against exact: what NBN drops, how large it is, and when that matters."""

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
from nbn_core.analysis.spectrum import tolerance_of

AT_ONCE: Final = 250  # weights up to which three spectra a frame are quick enough


def show(now: CurrentView, at: Point, choices: Choices, box: Box) -> None:
    """Show the spectra of Q, H and S, and the ratio over the iterations."""
    exact = curvature.eigenvalues(at, "H")
    named = [("Q, kept", curvature.eigenvalues(at, "Q")), ("H = Q + S, exact", exact)]
    hurried = box.playing and len(exact) > AT_ONCE
    if not hurried:
        named.append(("S, dropped", curvature.eigenvalues(at, "S")))
    negative = int(np.count_nonzero(exact < -tolerance_of(exact)))
    st.markdown(_words(curvature.ratio(at), negative, len(exact)))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        box.show(spectra.compared(named, box.palette), 740)
        if hurried:
            st.caption("To keep up, the spectrum of S is left out while this replays.")
    with right:
        if now.running:
            st.caption("The sizes over all iterations come when the training has ended.")
        elif now.last > 0:
            k, ratio = curvature.ratios(now)
            box.show(spectra.ratio_chart(k, ratio, now.k, box.palette), 490)
            if len(k) < now.last + 1 and not box.playing:
                st.caption(f"Computed at {len(k)} of {now.last + 1:,} iterations.")
        with st.expander("Why this matters"):
            st.markdown(_WHY)
        with st.expander("Formula"):
            st.markdown(_FORMULA)


def _words(ratio: float, negative: int, n: int) -> str:
    text = (
        "NBN keeps Q, made of first derivatives, and drops S, the errors times second derivatives. "
        f"Here the dropped part is **{short(ratio)} times** as large as Q. "
    )
    if negative:
        return text + (
            f"The exact Hessian bends **downwards along {negative:,} of {n:,} directions**; "
            "Newton's method would walk up along them, while Q plus damping never does."
        )
    return text + (
        "The exact Hessian bends downwards along no direction here: the surface is a bowl."
    )


_WHY: Final = """
**Near a solution** the errors go to zero, and S with them: Q becomes the exact Hessian, and each
step is one of Newton's, which squares the distance that is left. If some error must remain, S does
not vanish and the last iterations are slower. And if the solution lies at infinitely large weights,
as where saturating outputs are to reach exactly 1, Q goes to zero as well, and the ratio need not
fall.

**Far from it** S is as large as Q or larger, and the true surface may bend downwards where Q sees a
bowl. The model is wrong there over long steps; damping shortens them until the SSE falls.
"""

_FORMULA: Final = r"""
Half the Hessian of the SSE is

$$H = Q + S, \qquad Q = J^\top J, \qquad
S = \sum_{p,m} e_{pm} \frac{\partial^2 e_{pm}}{\partial w\, \partial w^\top}$$

S is computed here by differentiating the backward pass forwards over the graph, for any wiring; it
is not a difference of gradients. Sizes are Frobenius norms.
"""
