"""Sentences of the Share page."""

from __future__ import annotations

from app.shown import Shown
from app.words import short


def caption(now: Shown) -> str:
    """Say whose weights these are."""
    if now.trace is None:
        return "Starting weights, iteration 0"
    sse = short(float(now.trace.sse[now.k]))
    return f"Weights at iteration {now.k:,} of {now.last:,}, SSE {sse}"
