"""The weights of a session: new starting weights, and those shown or reached by training."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np

from app.session.history import change
from app.session.limits import MAX_ITERATIONS
from app.session.state import Session
from nbn_core.experiment import SeededStart
from nbn_core.generators import MAX_SEED

BIAS: Final = ""


def renew_weights(session: Session) -> None:
    """Draw new starting weights: the next seed."""
    start = session.experiment.start
    if isinstance(start, SeededStart):
        change(session, start=replace(start, seed=start.seed + 1 if start.seed < MAX_SEED else 0))
    else:
        change(session, start=SeededStart())


def shown_weights(session: Session, k: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the weights of row `k` of the trace, or the starting weights before training."""
    trace = session.run.trace() if session.run is not None else None
    if trace is None:
        return session.experiment.start_weights()
    weights: np.ndarray[Any, np.dtype[np.float64]] = trace.weights[min(k, len(trace) - 1)]
    return weights


def reached_weights(session: Session) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the newest weights of the run, those training returned, or the starting weights."""
    best = session.run.best_row if session.run is not None and not session.run.running else None
    return shown_weights(session, MAX_ITERATIONS if best is None else best)
