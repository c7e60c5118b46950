"""Walks: rules whose iterations are long enough to be led from Python, piece by piece.

A walk is a generator: it does a little, a few milliseconds at most, and yields; whenever an
iteration is complete it adds a row. `advance` goes on until the iteration, the time or the walk is
at its end. What is heavy is compiled; nothing depends on where the walk was interrupted. Before its
first yield a walk only makes ready: compiling, or loading, is outside the time measured.
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
    """The state of a rule that walks.

    Attributes
    ----------
    record : Record
        The trace so far.
    stop : StopReason or None
        Why it ended.
    evaluations : int
        Passes over all patterns so far.
    work : float
        Forward-equivalent units so far.
    objective : Objective
        Network and data.
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
        """Add the row of an iteration that is complete."""
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
    """Return the state before the first piece.

    Parameters
    ----------
    objective : Objective
        Network and data.
    weights : (N,) float64
        Where to start.
    mu : float
        Damping at the start, NaN if there is none.
    walk : callable
        Makes the generator.

    Returns
    -------
    LoopState
        Nothing is computed yet.
    """
    state = LoopState(Record(weights, mu), None, 0, objective)
    state.pieces = walk(state)
    return state


def advance(state: LoopState, last_iteration: int, seconds: float) -> None:
    """Go on until `last_iteration`, an end, or for about `seconds`.

    Parameters
    ----------
    state : LoopState
        Changed.
    last_iteration : int
        Not to go beyond.
    seconds : float
        At most about this long.
    """
    if not state.ready:
        next(state.pieces)
        state.ready = True
    before = state.seconds
    began, computing = time.perf_counter(), clock.computing()
    limit = min(seconds, SLICE_SECONDS)
    while state.stop is None and state.record.done < last_iteration:
        with np.errstate(all="ignore"):  # numbers too large are a StopReason
            next(state.pieces, None)
        state.seconds = before + clock.computing() - computing
        if time.perf_counter() - began >= limit:
            break
