"""Portions: a compiled loop led from Python in pieces of some milliseconds.

Every rule whose loop counts its rows itself goes on in the same way: it makes room for the rows to
come, asks the kernel for as much work as fits the time, and learns from the clock how much that
was. What a portion holds never changes the numbers, only when they can be seen.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol

from nbn_core.kernels import first_order, status
from nbn_core.rules.engines import clock
from nbn_core.trace import Record, StopReason
from nbn_core.types import IntArray

PORTION_SECONDS = 0.02
_ROOM = 2**18  # numbers of weights made room for in one portion
_STOP_REASONS = {
    status.RUNNING: None,
    status.SOLVED: StopReason.SOLVED,
    status.NO_PROGRESS: StopReason.NO_PROGRESS,
    status.DAMPING_LIMIT: StopReason.DAMPING_LIMIT,
    status.DIVERGED: StopReason.DIVERGED,
}


def stop_reason(code: int) -> StopReason | None:
    """Translate a status code of a kernel; None while the training can continue."""
    return _STOP_REASONS[int(code)]


class Counted(Protocol):
    """A state whose kernel counts in `nbn_core.kernels.first_order`'s places.

    Attributes
    ----------
    record : Record
        The trace so far.
    stop : StopReason or None
        Why it ended.
    evaluations : int
        Passes over all patterns so far.
    seconds : float
        Computing time so far.
    rate : float
        Work a second, as last seen.
    counters : int64 array
        What the kernel counts.
    """

    record: Record
    stop: StopReason | None
    evaluations: int
    seconds: float
    rate: float
    counters: IntArray


def room(record: Record) -> tuple[Any, ...]:
    """Make room in the trace for one portion.

    Parameters
    ----------
    record : Record
        Grown where it is short.

    Returns
    -------
    tuple
        Its columns in the order kernels fill them.
    """
    n_weights = record.columns.weights.shape[1]
    columns = record.make_room(record.rows + max(16, min(512, _ROOM // n_weights)))
    return (
        columns.sse, columns.gradient_norm, columns.iterations, columns.evaluations,
        columns.work, columns.weights,
    )  # fmt: skip


def portion(
    state: Counted, last_iteration: int, seconds: float, go_on: Callable[[float], float]
) -> None:
    """Go on until `last_iteration`, an end, or for about `seconds`.

    Parameters
    ----------
    state : Counted
        Changed.
    last_iteration : int
        Not to go beyond.
    seconds : float
        At most about this long.
    go_on : callable
        Spends as much work on the kernel as it is given, and returns how much that was.
    """
    record, counters = state.record, state.counters
    if record.rows == 0 and state.seconds == 0.0:
        go_on(0.0)  # compiled, or loaded, outside the time measured
    began, computing = time.perf_counter(), clock.computing()
    done = go_on(state.rate * min(seconds, PORTION_SECONDS))
    elapsed = time.perf_counter() - began
    computed = clock.computing() - computing
    if elapsed > 1e-4:
        state.rate = min(max(done / elapsed, 1e7, state.rate / 4), 1e11)
    state.stop = stop_reason(counters[first_order.STATUS])
    state.evaluations = int(counters[first_order.EVALUATIONS])
    state.seconds = record.share_out(
        int(counters[first_order.ROW]),
        int(counters[first_order.ITERATION]),
        state.seconds,
        computed,
        last_iteration,
        ended=state.stop is not None,
    )
