"""Many trials of NBN, one after another inside one compiled call.

Each trial runs in the same loop as a single training (`nbn.run`) from the same initial state, so
its results are bit-identical to that training. Control does not return to Python between trials,
and only the last rows of the trace are kept.

A call returns after about the work it was given, at any point, and the next one continues there.
`place` holds the position: the index of the trial, the iteration of row 0 of the short trace, and
whether the trial has begun.
"""

from __future__ import annotations

from typing import NamedTuple

from numba import njit

from nbn_core.kernels.cache import ENTRY
from nbn_core.kernels.nbn import (
    ACCUMULATE,
    EVALUATIONS,
    FACTORS,
    ITERATION,
    PHASE,
    SSE,
    STATUS,
    Options,
    State,
    TraceColumns,
    name_workspace,
    run,
)
from nbn_core.kernels.records import name_problem
from nbn_core.kernels.status import RUNNING
from nbn_core.types import FloatArray, IntArray

PLACE_TRIAL, PLACE_BASE, PLACE_BEGUN = range(3)
N_PLACES = 3
ROWS = 66  # of the short trace; when it is full, its last two SSE become the first two


class Outcomes(NamedTuple):
    """Results of all trials, each written when the trial has ended.

    Attributes
    ----------
    statuses, iterations, evaluations, factors : (T,) int64
        Status code, and numbers of accepted iterations, SSE evaluations and factorisations.
    sse : (T,) float64
        Final sum of squared errors.
    work : (T,) float64
        Number of multiplications so far, updated while the trial runs.
    """

    statuses: IntArray
    iterations: IntArray
    evaluations: IntArray
    factors: IntArray
    sse: FloatArray
    work: FloatArray


@njit(**ENTRY)
def run_starts(starts, max_iterations, work, fixed, state, trace, numbers_before, place, outcomes):
    """Continue the trials for about `work` multiplications.

    Parameters
    ----------
    starts : (T, N) float64
        Starting weights; the final weights of a trial replace those it started from.
    max_iterations : int
        Maximum number of iterations of each trial.
    work : float
        Multiplications after which to return.
    fixed : tuple
        Fields of `Problem`, `Workspace` and `Options`, in three tuples.
    state, trace : tuples
        Fields of `State`, and of `TraceColumns` with ROWS rows; updated.
    numbers_before : (N_NUMBERS,) float64
        `State.numbers` at the beginning of every trial.
    place : (N_PLACES,) int64
        Position, as described above, updated.
    outcomes : tuple
        Fields of `Outcomes`, written.

    Returns
    -------
    float
        Multiplications done.
    """
    problem = name_problem(fixed[0])
    workspace = name_workspace(fixed[1])
    options = Options(*fixed[2])
    state = State(*state)
    trace = TraceColumns(*trace)
    outcomes = Outcomes(*outcomes)
    counters = state.counters
    done = 0.0
    while place[PLACE_TRIAL] < starts.shape[0] and done < work:
        t = place[PLACE_TRIAL]
        if place[PLACE_BEGUN] == 0:
            place[PLACE_BEGUN] = 1
            place[PLACE_BASE] = 0
            for n in range(starts.shape[1]):
                state.weights[n] = starts[t, n]
            counters[:] = 0
            for i in range(numbers_before.shape[0]):
                state.numbers[i] = numbers_before[i]
        last = min(max_iterations - place[PLACE_BASE], ROWS - 1)
        spent = run(problem, workspace, options, last, work - done, state, trace)
        done += spent
        outcomes.work[t] += spent
        row = counters[ITERATION]
        complete = counters[PHASE] != ACCUMULATE
        if counters[STATUS] != RUNNING or (complete and row + place[PLACE_BASE] >= max_iterations):
            outcomes.statuses[t] = counters[STATUS]
            outcomes.sse[t] = state.numbers[SSE]
            outcomes.iterations[t] = row + place[PLACE_BASE]
            outcomes.evaluations[t] = counters[EVALUATIONS]
            outcomes.factors[t] = counters[FACTORS]
            for n in range(starts.shape[1]):
                starts[t, n] = state.weights[n]
            place[PLACE_TRIAL] = t + 1
            place[PLACE_BEGUN] = 0
        elif complete and row == ROWS - 1:
            trace.sse[0] = trace.sse[row - 1]
            trace.sse[1] = trace.sse[row]
            counters[ITERATION] = 1
            place[PLACE_BASE] += row - 1
    return done
