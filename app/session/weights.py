"""Starting weights: drawn anew, set one by one, kept while the wiring changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np

from app.session.history import change
from app.session.limits import MAX_ITERATIONS
from app.session.state import Bench
from app.session.training import training_key
from nbn_core.experiment import SeededStart
from nbn_core.generators import MAX_SEED

BIAS: Final = ""


def renew_weights(bench: Bench) -> None:
    """Draw other starting weights."""
    start = bench.experiment.start
    if isinstance(start, SeededStart):
        change(bench, start=replace(start, seed=start.seed + 1 if start.seed < MAX_SEED else 0))
    else:
        change(bench, start=SeededStart())


def shown_weights(bench: Bench, k: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the weights at iteration k of the run, or the starting ones."""
    trace = bench.run.trace() if bench.run is not None else None
    if trace is None or bench.run_from != training_key(bench.experiment):
        return bench.experiment.start_weights()
    weights: np.ndarray[Any, np.dtype[np.float64]] = trace.weights[min(k, len(trace) - 1)]
    return weights


def reached_weights(bench: Bench) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the weights a training is at, those it ended with, or the starting ones."""
    best = bench.run.best_row if bench.run is not None and not bench.run.running else None
    return shown_weights(bench, MAX_ITERATIONS if best is None else best)
