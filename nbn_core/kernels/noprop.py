"""The compiled loop of NoProp-DT, in slices of work.

The loop is that of `first_order`: MEASURE predicts all patterns and writes a row of the trace,
TRAIN is one epoch, in which every batch trains each stage in turn. The stages are in `denoising`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from numba import njit

from nbn_core.kernels.backprop import Graph, Successors
from nbn_core.kernels.cache import ENTRY, INLINED
from nbn_core.kernels.denoising import Schedule, Workspace, denoise, output, train_stage
from nbn_core.kernels.epochs import (
    BATCH,
    BATCH_SIZE,
    EVERY,
    ITERATION,
    KEY,
    MEASURE,
    OPTIMISER,
    PATTERN,
    PHASE,
    ROW,
    SHUFFLED,
    SQUARES,
    SSE,
    STATUS,
    STEP,
    TRAIN,
    Data,
    Options,
    TraceColumns,
    complete_epoch,
    is_row_written,
    schedule_next_row,
    write_row,
)
from nbn_core.kernels.epochs import N_COUNTERS as STAGE
from nbn_core.kernels.forward import BLOCK
from nbn_core.kernels.noise import mixed, shuffle
from nbn_core.kernels.optimisers import TARGET_SSE, move
from nbn_core.kernels.status import DIVERGED, RUNNING, SOLVED
from nbn_core.types import FloatArray, IntArray

# The counters of `epochs`, and the stage that is being trained
N_COUNTERS = STAGE + 1


class Memory(NamedTuple):
    """Arrays that persist between blocks and batches.

    Attributes
    ----------
    one, two, gradient : (T, N) float64
        Memory of the optimiser and sum of the batch so far, of each stage.
    powers : (T, 2) float64
        Memory of the optimiser, see `nbn_core.kernels.optimisers`.
    drawn : (N of the drawn network,) float64
        Work space for the weights of the drawn connections in the last stage.
    places : (N of the drawn network,) int64
        Index of each drawn weight in a stage.
    """

    one: FloatArray
    two: FloatArray
    gradient: FloatArray
    powers: FloatArray
    drawn: FloatArray
    places: IntArray


class State(NamedTuple):
    """Arrays that the loop updates.

    Attributes
    ----------
    stages : (T, N) float64
        Weights of every stage.
    denoised : (T+1, M, B) float64
        Estimates z after every stage, for the last predicted block.
    counters : (N_COUNTERS,) int64
        Phase, position and counts.
    numbers : (N_NUMBERS,) float64
        Sums of squares and work.
    """

    stages: FloatArray
    denoised: FloatArray
    counters: IntArray
    numbers: FloatArray


@njit(**ENTRY)
def advance(
    graph, successors, data, workspace, memory, schedule, options, last_iteration, work, state,
    trace,
):  # fmt: skip
    """Continue until `last_iteration`, an end, full columns, or about `work` multiplications.

    Parameters
    ----------
    graph, successors, data, workspace, memory, schedule, options : tuples
        The fields of `Graph`, `Successors`, `epochs.Data`, `denoising.Workspace`, `Memory`,
        `denoising.Schedule` and `epochs.Options`.
    last_iteration : int
        Number of iterations to stop at.
    work : float
        Multiplications after which to return.
    state, trace : tuples
        The fields of `State`, updated, and of `epochs.TraceColumns`, written.

    Returns
    -------
    float
        Multiplications done.
    """
    graph = Graph(*graph)
    successors = Successors(*successors)
    data = Data(*data)
    workspace = Workspace(*workspace)
    memory = Memory(*memory)
    schedule = Schedule(*schedule)
    options = Options(*options)
    state = State(*state)
    trace = TraceColumns(*trace)
    counters = state.counters
    n_stages = state.stages.shape[0]
    capacity = trace.sse.shape[0]
    done = 0.0
    while counters[STATUS] == RUNNING and done < work and counters[ROW] < capacity:
        if counters[PHASE] == MEASURE:
            work_done = _measure(graph, data, workspace, memory, schedule, options, state, trace)
            done += work_done * n_stages / 3.0
            continue
        if counters[BATCH] == 0 and counters[PATTERN] == 0 and counters[STAGE] == 0:
            if counters[ITERATION] >= last_iteration:
                if is_row_written(counters, trace):
                    break
                counters[PHASE] = MEASURE
                continue
            if options.choices[SHUFFLED]:
                shuffle(mixed(options.choices[KEY], -1 - counters[ITERATION]), data.order)
        done += _train(graph, successors, data, workspace, memory, schedule, options, state)
    return done


@njit(**INLINED)
def _measure(graph, data, workspace, memory, schedule, options, state, trace):
    """Add a block of patterns to the SSE of the predictions; after the last one, write a row."""
    counters, numbers = state.counters, state.numbers
    stages, denoised = state.stages, state.denoised
    gradient, drawn = memory.gradient, memory.drawn
    n_stages = stages.shape[0]
    n_patterns = data.inputs.shape[0]
    start = counters[PATTERN]
    if start == 0:
        numbers[SQUARES] = 0.0
    count = min(BLOCK, n_patterns - start)
    denoise(
        graph, data.inputs, workspace.natural_order, workspace, schedule, options.choices, stages,
        start, count, denoised,
    )  # fmt: skip
    for m in range(data.targets.shape[1]):
        for p in range(count):
            error = data.targets[start + p, m] - output(schedule, denoised, m, p)
            numbers[SQUARES] += error * error
    done = options.work_per_pattern * max(count, 16)
    counters[PATTERN] = start + count
    if start + count < n_patterns:
        return done
    counters[PATTERN] = 0
    counters[PHASE] = TRAIN
    numbers[SSE] = numbers[SQUARES]
    norm = 0.0
    for t in range(n_stages):
        for n in range(gradient.shape[1]):
            norm += gradient[t, n] * gradient[t, n]
    if not (math.isfinite(numbers[SSE]) and math.isfinite(norm)):
        counters[STATUS] = DIVERGED
        if counters[ROW] > 0:
            return done
    elif numbers[SSE] <= options.constants[TARGET_SSE]:
        counters[STATUS] = SOLVED
    if not is_row_written(counters, trace):
        for n in range(drawn.shape[0]):
            drawn[n] = stages[n_stages - 1, memory.places[n]]
        write_row(counters, numbers, math.sqrt(norm), drawn, trace)
    schedule_next_row(counters, options.choices[EVERY])
    return done


@njit(**INLINED)
def _train(graph, successors, data, workspace, memory, schedule, options, state):
    """Add a block of patterns to the gradient of a stage; after a batch, update its weights."""
    choices = options.choices
    counters, numbers = state.counters, state.numbers
    n_patterns = data.inputs.shape[0]
    stage = counters[STAGE]
    step = counters[STEP]
    batch = counters[BATCH]
    batch_end = min(batch + choices[BATCH_SIZE], n_patterns)
    weights, gradient = state.stages[stage], memory.gradient[stage]
    if counters[PATTERN] == 0:
        gradient[:] = 0.0
    start = batch + counters[PATTERN]
    count = min(BLOCK, batch_end - start)
    key = mixed(mixed(mixed(choices[KEY], step), stage), start)
    train_stage(
        graph, successors, data, workspace, schedule, weights, stage, key, start, count, gradient
    )
    done = options.work_per_pattern * max(count, 16)
    if start + count < batch_end:
        counters[PATTERN] += count
        return done
    move(
        choices[OPTIMISER], options.constants, weights, gradient, 1.0 / (batch_end - batch),
        memory.one[stage], memory.two[stage], memory.powers[stage],
    )  # fmt: skip
    counters[PATTERN] = 0
    counters[STAGE] = (stage + 1) % state.stages.shape[0]
    if counters[STAGE] > 0:
        return done
    counters[STEP] = step + 1
    counters[BATCH] = batch_end
    if batch_end < n_patterns:
        return done
    complete_epoch(counters, numbers, options.unit)
    return done
