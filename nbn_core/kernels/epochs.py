"""What the kernels that train in epochs share: `first_order`, `forward_forward` and `noprop`.

An epoch is one pass over the training patterns, in batches. The loops are state machines of two
phases, MEASURE and TRAIN, that advance by one block of patterns. Their position, their settings and
the rows of the trace that they write have the same form, defined here.
"""

from __future__ import annotations

from typing import NamedTuple

from numba import njit

from nbn_core.kernels.cache import INLINED, INNER
from nbn_core.types import FloatArray, IntArray

MEASURE, TRAIN = range(2)

# Places in `counters` of a state
PHASE, PATTERN, BATCH, ITERATION, ROW, NEXT, EVALUATIONS, STATUS, STEP = range(9)
N_COUNTERS = 9
# Places in `numbers` of a state
SQUARES, WORK, SSE = range(3)
N_NUMBERS = 3
# Places in `Options.choices`
SIGNAL, OPTIMISER, BATCH_SIZE, SHUFFLED, KEY, TIMES, KIND, EVERY, EXACT, N_DRAWN = range(10)
N_OPTIONS = 10


class Data(NamedTuple):
    """Training patterns, and their order in the epoch.

    Attributes
    ----------
    inputs, targets : (P, I), (P, M) float64
        Inputs and targets, one pattern per row.
    order : (P,) int64
        Indices of the patterns in the order of this epoch.
    """

    inputs: FloatArray
    targets: FloatArray
    order: IntArray


class Options(NamedTuple):
    """Settings of the rule, and the cost of its work.

    Attributes
    ----------
    choices : (N_OPTIONS,) int64
        Signal, optimiser, batches and keys, as named in this module.
    constants : (N_SETTINGS,) float64
        Constants of the optimiser, as named in `nbn_core.kernels.optimisers`.
    relax : float
        Relaxation rate of predictive coding, or step size of differences.
    unit : float
        Work of an epoch in forward-equivalent units.
    work_per_pattern : float
        Number of multiplications per pattern.
    """

    choices: IntArray
    constants: FloatArray
    relax: float
    unit: float
    work_per_pattern: float


class TraceColumns(NamedTuple):
    """Columns of the trace, one row per measured iteration.

    Attributes
    ----------
    sse, gradient_norm : (R,) float64
        SSE and norm of g.
    iterations, evaluations : (R,) int64
        Iteration of the row, and number of passes over all patterns so far.
    work : (R,) float64
        Work so far in forward-equivalent units.
    weights : (R, N) float64
        Weights of the drawn network.
    """

    sse: FloatArray
    gradient_norm: FloatArray
    iterations: IntArray
    evaluations: IntArray
    work: FloatArray
    weights: FloatArray


@njit(**INNER)
def write_row(counters, numbers, norm, weights, trace):
    """Add a row to the trace."""
    row = counters[ROW]
    trace.sse[row] = numbers[SSE]
    trace.gradient_norm[row] = norm
    trace.iterations[row] = counters[ITERATION]
    trace.evaluations[row] = counters[EVALUATIONS]
    trace.work[row] = numbers[WORK]
    for n in range(trace.weights.shape[1]):
        trace.weights[row, n] = weights[n]
    counters[ROW] = row + 1


@njit(**INNER)
def is_row_written(counters, trace):
    """Return whether the last row of the trace is that of this iteration."""
    return counters[ROW] > 0 and trace.iterations[counters[ROW] - 1] >= counters[ITERATION]


@njit(**INNER)
def schedule_next_row(counters, every):
    """Advance NEXT, the iteration of the next row, beyond this iteration."""
    while counters[NEXT] <= counters[ITERATION]:
        following = counters[NEXT]
        stride = 1 if following < every else following // 50
        counters[NEXT] = following + stride


@njit(**INLINED)
def complete_epoch(counters, numbers, unit):
    """Count an epoch, and continue with MEASURE if its row is due."""
    counters[BATCH] = 0
    counters[ITERATION] += 1
    counters[EVALUATIONS] += 1
    numbers[WORK] += unit
    if counters[ITERATION] >= counters[NEXT]:
        counters[PHASE] = MEASURE
