"""Python-driven rules (LM, block LM, L-BFGS, cascade correlation), run as generators.

A generator yields after a few milliseconds of work, so that training can be paused, and adds a row
to the trace after every iteration. `advance` runs it until an iteration, a time limit or its end.
Expensive operations are compiled, and results do not depend on where the generator was paused.
Before its first yield a generator only compiles or loads kernels, which is not timed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from nbn_core.objective import Objective
from nbn_core.rules.engines import clock
from nbn_core.rules.engines.time_slices import SLICE_SECONDS
from nbn_core.trace import Record, StopReason
from nbn_core.types import FloatArray


@dataclass(slots=True, eq=False, repr=False)
class LoopState:
    """State of a Python-driven rule.

    Attributes
    ----------
    record : Record
        Trace so far.
    stop : StopReason or None
        Reason for the end; None while training can continue.
    evaluations : int
        Number of passes over all patterns so far.
    objective : Objective
        Network and data.
    work : float
        Work so far in forward-equivalent units.
    seconds : float
        Computing time so far, in seconds.
    ready : bool
        Whether kernels are compiled or loaded.
    pieces : iterator of None
        Generator of the rule.
    """

    record: Record
    stop: StopReason | None
    evaluations: int
    objective: Objective
    work: float = 0.0
    seconds: float = 0.0
    ready: bool = False
    pieces: Iterator[None] = field(default_factory=lambda: iter(()))

    def add(
        self,
        sse: float,
        gradient_norm: float,
        weights: FloatArray,
        mu: float,
        attempts: int,
        step_length: float = np.nan,
    ) -> None:
        """Add the row of a complete iteration to the trace."""
        rows = self.record.rows
        columns = self.record.make_room(rows + 1)
        columns.sse[rows] = sse
        columns.mu[rows] = mu
        columns.gradient_norm[rows] = gradient_norm
        columns.attempts[rows] = attempts
        columns.step_length[rows] = step_length
        columns.weights[rows] = weights
        columns.evaluations[rows] = self.evaluations
        columns.work[rows] = self.work
        columns.seconds[rows] = self.seconds
        self.record.rows = rows + 1


def begin(
    objective: Objective,
    weights: FloatArray,
    mu: float,
    walk: Callable[[LoopState], Iterator[None]],
) -> LoopState:
    """Return the state before the first iteration.

    Parameters
    ----------
    objective : Objective
        Network and data.
    weights : (N,) float64
        Starting weights.
    mu : float
        Initial damping; NaN for a rule without damping.
    walk : callable
        Function that returns the generator of the rule for a state.

    Returns
    -------
    LoopState
        State for which nothing is computed yet.
    """
    state = LoopState(Record(weights, mu), None, 0, objective)
    state.pieces = walk(state)
    return state


def advance(state: LoopState, last_iteration: int, seconds: float) -> None:
    """Continue until `last_iteration`, an end, or for about `seconds`.

    Parameters
    ----------
    state : LoopState
        State of the rule, updated.
    last_iteration : int
        Number of iterations to stop at.
    seconds : float
        Approximate time limit, in seconds.
    """
    if not state.ready:
        next(state.pieces)
        state.ready = True
    before = state.seconds
    began, computing = time.perf_counter(), clock.computing()
    limit = min(seconds, SLICE_SECONDS)
    while state.stop is None and state.record.done < last_iteration:
        with np.errstate(all="ignore"):  # overflow is reported as a StopReason
            next(state.pieces, None)
        state.seconds = before + clock.computing() - computing
        if time.perf_counter() - began >= limit:
            break
