"""NoProp-DT: one block of patterns, and the training loop; see `nbn_core.rules.noprop`.

Every stage is the drawn network with M more inputs behind its own, for the noisy targets. All
stages have the same connections; each has its own row of weights.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from numba import njit

from nbn_core.kernels.backprop import (
    Graph,
    Successors,
    backward_block,
    compare_block,
    gradient_block,
    load_block,
    run_block,
)
from nbn_core.kernels.cache import ENTRY, INLINED, INNER
from nbn_core.kernels.epochs import (
    BATCH,
    BATCH_SIZE,
    EVALUATIONS,
    EVERY,
    ITERATION,
    KEY,
    KIND,
    MEASURE,
    NEXT,
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
    WORK,
    Data,
    Options,
    TraceColumns,
    is_row_written,
    schedule_next_row,
    write_row,
)
from nbn_core.kernels.epochs import N_COUNTERS as STAGE
from nbn_core.kernels.forward import BLOCK
from nbn_core.kernels.noise import fill_normal, mixed, shuffle
from nbn_core.kernels.optimisers import TARGET_SSE, move
from nbn_core.kernels.status import DIVERGED, RUNNING, SOLVED
from nbn_core.types import FloatArray, IndexArray, IntArray

# The counters of `epochs`, and the stage that is being trained
N_COUNTERS = STAGE + 1
# Values of KIND: prediction without or with noise
STILL, NOISY = range(2)


class Workspace(NamedTuple):
    """Work space for one block of B = BLOCK patterns of a stage with K neurons and I+M inputs.

    Attributes
    ----------
    values, slopes, direct, signals, factors, picks : arrays
        The same as in `directions.Workspace`.
    noise : (M B,) float64
        Random numbers of the block.
    natural_order : (P,) int64
        0, 1, ..., P-1.
    """

    values: FloatArray
    slopes: FloatArray
    direct: FloatArray
    signals: FloatArray
    factors: FloatArray
    picks: IndexArray
    noise: FloatArray
    natural_order: IntArray


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


class Schedule(NamedTuple):
    """Noise schedule: the signal share of each stage, and the coefficients between stages.

    Attributes
    ----------
    known : (T+1,) float64
        Signal shares ab_0..ab_T.
    new, old, noise : (T,) float64
        Coefficients a_t, b_t and sqrt(c_t) for t = 1..T.
    mean, spread : (M,) float64
        Mean and standard deviation of the targets.
    """

    known: FloatArray
    new: FloatArray
    old: FloatArray
    noise: FloatArray
    mean: FloatArray
    spread: FloatArray


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


@njit(**INNER)
def put_noisy(schedule, data, start, count, known, key, noise, values):
    """Write z = sqrt(known) u + sqrt(1 - known) noise behind the inputs, u the scaled target."""
    mean, spread = schedule.mean, schedule.spread
    targets, order = data.targets, data.order
    n_inputs = data.inputs.shape[1]
    n_outputs = mean.shape[0]
    fill_normal(key, noise, n_outputs * count)
    clear = math.sqrt(known)
    blurred = math.sqrt(1.0 - known)
    for m in range(n_outputs):
        row = values[n_inputs + m]
        for p in range(count):
            scaled = (targets[order[start + p], m] - mean[m]) / spread[m]
            row[p] = clear * scaled + blurred * noise[m * count + p]
        for p in range(count, BLOCK):
            row[p] = 0.0


@njit(**INNER)
def train_stage(
    graph, successors, data, workspace, schedule, weights, stage, key, start, count, gradient
):
    """Add the gradient of one stage over one block, with new noise."""
    values, slopes = workspace.values, workspace.slopes
    n_inputs = data.inputs.shape[1] + data.targets.shape[1]
    load_block(data.inputs, data.order, start, count, values)
    known = schedule.known[stage]
    put_noisy(schedule, data, start, count, known, key, workspace.noise, values)
    run_block(graph, weights, n_inputs, count, values, slopes)
    compare_block(
        graph.target_index, graph.target_index.shape[0], data.targets, data.order, start, count,
        n_inputs, values, workspace.direct,
    )  # fmt: skip
    backward_block(successors, graph.target_index, weights, count, workspace)
    gradient_block(graph.first, graph.sources, values, workspace.signals, count, gradient)


@njit(**ENTRY)
def predict_block(
    graph, inputs, order, workspace, schedule, options, stages, start, count, denoised
):
    """Denoise one block by all stages, starting from zeros or from noise.

    Parameters
    ----------
    graph, workspace, schedule, options : tuples
        The fields of `Graph`, `Workspace`, `Schedule` and `epochs.Options`.
    inputs, order : (P, I) float64, (P,) int64
        Inputs, and the order in which blocks take them.
    stages : (T, N) float64
        Weights of every stage.
    start, count : int
        First pattern and number of patterns of the block.
    denoised : (T+1, M, BLOCK) float64
        Estimates z after every stage, scaled as u, written.
    """
    graph = Graph(*graph)
    workspace = Workspace(*workspace)
    schedule = Schedule(*schedule)
    options = Options(*options)
    denoise(
        graph, inputs, order, workspace, schedule, options.choices, stages, start, count, denoised
    )


@njit(**INNER)
def denoise(graph, inputs, order, workspace, schedule, choices, stages, start, count, denoised):
    """Denoise one block by all stages: `predict_block` for records."""
    outputs = graph.outputs
    values, slopes, noise = workspace.values, workspace.slopes, workspace.noise
    _, new, old, blurred, mean, spread = schedule
    n_inputs = inputs.shape[1]
    n_outputs = mean.shape[0]
    nodes = n_inputs + n_outputs
    noisy = choices[KIND] == NOISY
    load_block(inputs, order, start, count, values)
    for stage in range(new.shape[0] + 1):
        if noisy:
            key = mixed(mixed(mixed(choices[KEY], -2), stage), start)
            fill_normal(key, noise, n_outputs * count)
        for m in range(n_outputs):
            row = values[n_inputs + m]
            if stage == 0:
                for p in range(count):
                    row[p] = noise[m * count + p] if noisy else 0.0
                for p in range(count, BLOCK):
                    row[p] = 0.0
            else:
                answer = values[nodes + outputs[m]]
                for p in range(count):
                    scaled = (answer[p] - mean[m]) / spread[m]
                    row[p] = new[stage - 1] * scaled + old[stage - 1] * row[p]
                    if noisy:
                        row[p] += blurred[stage - 1] * noise[m * count + p]
            for p in range(count):
                denoised[stage, m, p] = row[p]
        if stage < new.shape[0]:
            run_block(graph, stages[stage], nodes, count, values, slopes)


@njit(**INNER)
def output(schedule, denoised, m, p):
    """Return output m of pattern p: the last z in units of the targets."""
    known = schedule.known
    last = known.shape[0] - 1
    return schedule.mean[m] + schedule.spread[m] * denoised[last, m, p] / math.sqrt(known[last])


@njit(**ENTRY)
def advance(
    graph, successors, data, workspace, memory, schedule, options, last_iteration, work, state,
    trace,
):  # fmt: skip
    """Continue until `last_iteration`, an end, full columns, or about `work` multiplications.

    Parameters
    ----------
    graph, successors, data, workspace, memory, schedule, options : tuples
        The fields of `Graph`, `Successors`, `epochs.Data`, `Workspace`, `Memory`,
        `Schedule` and `epochs.Options`.
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
    counters[BATCH] = 0
    counters[ITERATION] += 1
    counters[EVALUATIONS] += 1
    numbers[WORK] += options.unit
    if counters[ITERATION] >= counters[NEXT]:
        counters[PHASE] = MEASURE
    return done
