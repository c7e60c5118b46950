"""Sentences of the Share page."""

from __future__ import annotations

from app.figures.number_format import short
from app.session.view import CurrentView
from nbn_core.checks import plural
from nbn_core.experiment import Stopping


def caption(now: CurrentView) -> str:
    """Say whose weights these are."""
    if now.trace is None:
        return "Starting weights, iteration 0"
    sse = short(float(now.trace.sse[now.k]))
    return f"Weights at iteration {now.k:,} of {now.last:,}, SSE {sse}"


def ends(stopping: Stopping) -> str:
    """Say when training ends."""
    text = f"at SSE {short(stopping.target_sse)}, "
    most = plural(stopping.max_iterations, "iteration")
    if not stopping.patience:
        return f"{text}or after {most}"
    return (
        f"{text}after {most}, or after {stopping.patience:,} without a better SSE of the "
        "validation patterns"
    )
