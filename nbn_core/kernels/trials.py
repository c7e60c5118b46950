"""Many starts of one training, one after another inside one compiled call.

Each start runs through the loop that every training runs through (`nbn.advance`), from the
same state, so its numbers are those of the training alone, to the bit. Between starts nothing goes
back to Python, and of the trace only the newest rows are kept.

A call returns after about so much work, wherever it is; the next one goes on from there. `place`
says where: PLACE_TRIAL is the start it is at, PLACE_BASE the iteration that row 0 of the short
trace stands for, PLACE_BEGUN whether the start has begun.
"""

from numba import njit

from nbn_core.kernels.nbn import (
    ACCUMULATE,
    EVALUATIONS,
    FACTORS,
    ITERATION,
    PHASE,
    RUNNING,
    SSE,
    STATUS,
    advance,
)

PLACE_TRIAL, PLACE_BASE, PLACE_BEGUN = range(3)
N_PLACES = 3
ROWS = 66  # of the short trace: the SSE of its last two is carried over to its beginning


@njit(cache=True, nogil=True, error_model="numpy")
def run_starts(
    starts, max_iterations, work, fixed, state, trace, numbers_before,
    place, statuses, sse, iterations, evaluations, factors, spent,
):  # fmt: skip
    """Go on with the starts for about `work` multiplications.

    Parameters
    ----------
    starts : (T, N) float64
        Starting weights.
    max_iterations : int
        Of each start.
    work : float
        Multiplications after which to return.
    fixed, state, trace : tuples of arrays
        What `nbn.advance` takes before, between and after `last_iteration, work`.
    numbers_before : float64 array
        `numbers` at the beginning of every start.
    place : (N_PLACES,) int64
        Where it is, updated.
    statuses, sse, iterations, evaluations, factors : (T,) arrays
        Written for each start that has ended.
    spent : (T,) float64
        Added to: multiplications.

    Returns
    -------
    float
        Multiplications done.
    """
    weights, _, _, _, counters, numbers = state
    trace_sse = trace[0]
    done = 0.0
    while place[PLACE_TRIAL] < starts.shape[0] and done < work:
        t = place[PLACE_TRIAL]
        if place[PLACE_BEGUN] == 0:
            place[PLACE_BEGUN] = 1
            place[PLACE_BASE] = 0
            weights[:] = starts[t]
            counters[:] = 0
            numbers[:] = numbers_before
        last = min(max_iterations - place[PLACE_BASE], ROWS - 1)
        part = advance(*fixed, last, work - done, *state, *trace)
        done += part
        spent[t] += part
        row = counters[ITERATION]
        complete = counters[PHASE] != ACCUMULATE
        if counters[STATUS] != RUNNING or (complete and row + place[PLACE_BASE] >= max_iterations):
            statuses[t] = counters[STATUS]
            sse[t] = numbers[SSE]
            iterations[t] = row + place[PLACE_BASE]
            evaluations[t] = counters[EVALUATIONS]
            factors[t] = counters[FACTORS]
            place[PLACE_TRIAL] = t + 1
            place[PLACE_BEGUN] = 0
        elif complete and row == ROWS - 1:
            trace_sse[0] = trace_sse[row - 1]
            trace_sse[1] = trace_sse[row]
            counters[ITERATION] = 1
            place[PLACE_BASE] += row - 1
    return done
