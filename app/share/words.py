"""Sentences of the Share page."""

from __future__ import annotations

from app.figures.number_format import short
from app.session.view import CurrentView
from nbn_core.checks import plural
from nbn_core.experiment import Stopping


def caption(now: CurrentView) -> str:
    """Return which iteration the weights belong to."""
    if now.trace is None:
        return "Starting weights, iteration 0"
    sse = short(float(now.trace.sse[now.k]))
    return f"Weights at iteration {now.iteration:,} of {now.last_iteration:,}, SSE {sse}"


def ends(stopping: Stopping) -> str:
    """Return when training stops."""
    text = f"at SSE {short(stopping.target_sse)}, "
    limit = plural(stopping.max_iterations, "iteration")
    if not stopping.patience:
        return f"{text}or after {limit}"
    return f"{text}after {limit}, or after {stopping.patience:,} without a better validation SSE"
