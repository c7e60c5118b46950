"""Time slices: runs of a compiled loop for a few milliseconds at a time.

All rules whose kernel writes the rows of the trace advance in the same way: they allocate rows,
request as much work from the kernel as fits into the time, and measure the time it took. Results do
not depend on the length of the slices.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol

from nbn_core.kernels import epochs, status
from nbn_core.rules.engines import clock
from nbn_core.trace import Record, StopReason
from nbn_core.types import IntArray

SLICE_SECONDS = 0.02
_ROW_NUMBERS = 2**18  # numbers of weights for which rows are allocated in one slice
_STOP_REASONS = {
    status.RUNNING: None,
    status.SOLVED: StopReason.SOLVED,
    status.NO_PROGRESS: StopReason.NO_PROGRESS,
    status.DAMPING_LIMIT: StopReason.DAMPING_LIMIT,
    status.DIVERGED: StopReason.DIVERGED,
    status.CONVERGED: StopReason.CONVERGED,
    status.PLATEAU: StopReason.PLATEAU,
}


def stop_reason(code: int) -> StopReason | None:
    """Translate a status code of a kernel; None while the training can continue."""
    return _STOP_REASONS[int(code)]


class Counted(Protocol):
    """State of a rule whose kernel has the counters of `nbn_core.kernels.epochs`.

    Attributes
    ----------
    record : Record
        Trace so far.
    stop : StopReason or None
        Reason for the end; None while training can continue.
    evaluations : int
        Number of passes over all patterns so far.
    seconds : float
        Computing time so far, in seconds.
    rate : float
        Last measured number of multiplications per second.
    counters : int64 array
        Counters of the kernel.
    """

    record: Record
    stop: StopReason | None
    evaluations: int
    seconds: float
    rate: float
    counters: IntArray


def trace_columns(record: Record) -> tuple[Any, ...]:
    """Allocate rows of the trace for one slice.

    Parameters
    ----------
    record : Record
        Trace, extended if it has too few free rows.

    Returns
    -------
    tuple
        The fields of `epochs.TraceColumns`.
    """
    n_weights = record.columns.weights.shape[1]
    columns = record.make_room(record.rows + max(16, min(512, _ROW_NUMBERS // n_weights)))
    return tuple(
        epochs.TraceColumns(
            sse=columns.sse,
            gradient_norm=columns.gradient_norm,
            iterations=columns.iterations,
            evaluations=columns.evaluations,
            work=columns.work,
            weights=columns.weights,
        )
    )


def run_slice(
    state: Counted, last_iteration: int, seconds: float, run: Callable[[float], float]
) -> None:
    """Continue until `last_iteration`, an end, or for about `seconds`.

    Parameters
    ----------
    state : Counted
        State of the rule, updated.
    last_iteration : int
        Number of iterations to stop at.
    seconds : float
        Approximate time limit, in seconds.
    run : callable
        Function that calls the kernel with the multiplications to do and returns those done.
    """
    record, counters = state.record, state.counters
    if record.rows == 0 and state.seconds == 0.0:
        run(0.0)  # compile or load the kernel, which is not timed
    state.rate, _, computed = run_timed(run, state.rate, seconds, least_rate=1e7)
    state.stop = stop_reason(counters[epochs.STATUS])
    state.evaluations = int(counters[epochs.EVALUATIONS])
    state.seconds = record.share_out(
        int(counters[epochs.ROW]),
        int(counters[epochs.ITERATION]),
        state.seconds,
        computed,
        last_iteration,
        ended=state.stop is not None,
    )


def run_timed(
    run: Callable[[float], float], rate: float, seconds: float, least_rate: float
) -> tuple[float, float, float]:
    """Run a kernel for about `seconds`, but no longer than a slice, and measure its speed.

    Parameters
    ----------
    run : callable
        Function that calls the kernel with the multiplications to do and returns those done.
    rate : float
        Last measured number of multiplications per second.
    seconds : float
        Approximate time limit, in seconds.
    least_rate : float
        Lower limit of the measured rate, in multiplications per second.

    Returns
    -------
    rate : float
        Number of multiplications per second; unchanged if the time was too short to measure.
    done : float
        Multiplications done.
    computed : float
        Computing time, in seconds.
    """
    began, computing = time.perf_counter(), clock.computing()
    done = run(rate * min(seconds, SLICE_SECONDS))
    elapsed = time.perf_counter() - began
    computed = clock.computing() - computing
    if elapsed > 1e-4:
        rate = min(max(done / elapsed, least_rate, rate / 4), 1e11)
    return rate, done, computed
