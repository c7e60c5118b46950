"""Many trainings of NBN in one compiled call, in portions of time.

`nbn_core.kernels.trials` runs the starts one after another through the loop that a single training
runs through, so that every trial ends as its training alone would, to the bit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from nbn_core.kernels import trials as kernel
from nbn_core.rules.engines.time_slices import SLICE_SECONDS, run_timed
from nbn_core.types import FloatArray, IntArray


class EndedTrials(NamedTuple):
    """Ends of the first T' of T trials: as many as ended before cancellation.

    Attributes
    ----------
    statuses : (T',) int64
        Statuses of the kernel.
    sse : (T',) float64
        Sums of squared errors reached.
    iterations, evaluations, factors : (T',) int64
        Accepted iterations, passes over all patterns, and factorizations of Q + D.
    seconds : (T',) float64
        Computing time.
    """

    statuses: IntArray
    sse: FloatArray
    iterations: IntArray
    evaluations: IntArray
    factors: IntArray
    seconds: FloatArray


def run(
    starts: FloatArray,
    max_iterations: int,
    arguments: tuple[tuple[Any, ...], tuple[Any, ...], tuple[Any, ...]],
    numbers: FloatArray,
    rate: float,
    cancelled: Callable[[], bool],
) -> EndedTrials:
    """Train from every start.

    Parameters
    ----------
    starts : (T, N) float64
        Starting weights, overwritten with the final weights of each trial that has ended.
    max_iterations : int
        Iterations after which a trial stops.
    arguments : tuple of three tuples
        Arguments from `nbn_core.rules.engines.nbn.kernel_arguments`, with a trace of
        `nbn_core.kernels.trials.ROWS` rows.
    numbers : float64 array
        The kernel's numbers at the beginning of every start.
    rate : float
        Multiplications per second, as a first guess.
    cancelled : callable
        Asked about every 20 ms whether to return early.

    Returns
    -------
    EndedTrials
        One entry for each trial that ended.
    """
    n = len(starts)
    fixed, changing, trace = arguments
    place = np.zeros(kernel.N_PLACES, dtype=np.int64)
    statuses, iterations, evaluations, factors = np.zeros((4, n), dtype=np.int64)
    sse, spent, seconds = np.zeros((3, n))
    outcomes = kernel.Outcomes(
        statuses=statuses,
        iterations=iterations,
        evaluations=evaluations,
        factors=factors,
        sse=sse,
        work=spent,
    )
    before = numbers.copy()

    def run_starts(work: float) -> float:
        arguments = [
            starts, max_iterations, work, fixed, changing, trace, before, place,
            tuple(outcomes),
        ]  # fmt: skip
        return float(kernel.run_starts(*arguments))

    run_starts(0.0)  # compile or load the kernel, which is not timed
    while place[kernel.PLACE_TRIAL] < n and not cancelled():
        earlier = spent.copy()
        rate, done, computed = run_timed(run_starts, rate, SLICE_SECONDS, least_rate=1e8)
        seconds += computed * (spent - earlier) / max(done, 1.0)
    ended = slice(int(place[kernel.PLACE_TRIAL]))
    return EndedTrials(
        statuses[ended], sse[ended], iterations[ended], evaluations[ended], factors[ended],
        seconds[ended],
    )  # fmt: skip
