"""Forward-Forward: gradients and predictions of a block of patterns, and the training loop.

The loop is that of `first_order`: MEASURE predicts all patterns and writes a row of the trace,
TRAIN is one epoch. The levels and their gradients are in `goodness`, whose records and letters are
used here.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from numba import njit

from nbn_core.kernels.cache import ENTRY, INLINED, INNER
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
    Options,
    TraceColumns,
    complete_epoch,
    is_row_written,
    schedule_next_row,
    write_row,
)
from nbn_core.kernels.forward import BLOCK
from nbn_core.kernels.goodness import (
    NEUTRAL,
    PAIRED,
    Data,
    Memory,
    Settings,
    add_head_gradient,
    add_level_gradients,
    decay,
    name_layout,
    name_workspace,
    put_label,
    put_patterns,
    run_head,
    run_levels,
)
from nbn_core.kernels.noise import mixed, shuffle, uniform
from nbn_core.kernels.optimisers import TARGET_SSE, move
from nbn_core.kernels.status import DIVERGED, RUNNING, SOLVED
from nbn_core.types import FloatArray, IntArray


class State(NamedTuple):
    """Arrays that the loop updates.

    Attributes
    ----------
    weights : (N,) float64
        Weights, with those of features and slots at the end.
    counters : (N_COUNTERS,) int64
        Phase, position and counts.
    numbers : (N_NUMBERS,) float64
        Sums of squares and work.
    """

    weights: FloatArray
    counters: IntArray
    numbers: FloatArray


@njit(**ENTRY)
def predict_block(layout, data, workspace, settings, weights, start, count):
    """Compute the outputs of a block of patterns, and its scores.

    By goodness: the block is evaluated with each label, goodness is summed over the levels, and the
    targets of the classes are averaged with the softmax of the sums. By head: it is evaluated once,
    with a neutral label, and scores are not written.

    Parameters
    ----------
    layout, data, workspace, settings : tuples
        The fields of the records of `goodness`; `workspace.outputs` and `.scores` are written.
    weights : (N,) float64
        Weights, with those of features and slots at the end.
    start, count : int
        First pattern and number of patterns of the block.
    """
    predict(
        name_layout(layout), Data(*data), name_workspace(workspace), Settings(*settings), weights,
        start, count,
    )  # fmt: skip


@njit(**INNER)
def predict(layout, data, workspace, settings, weights, start, count):
    """Compute the outputs of a block of patterns: `predict_block` for records."""
    structure = layout.structure
    one_pass, scratch = workspace.positive, workspace.scratch
    scores, outputs = workspace.scores, workspace.outputs
    divided = one_pass.divided
    n_inputs = data.inputs.shape[1]
    n_neurons = structure.codes.shape[0]
    n_classes, n_outputs = data.classes.shape
    top = n_inputs + n_neurons + data.features.shape[1]
    put_patterns(data, start, count, divided, n_neurons)
    if settings.by_head:
        for p in range(count):
            put_label(divided, top, n_classes, settings.slot, NEUTRAL, p)
        run_levels(layout, settings, weights, n_inputs, count, one_pass, scratch)
        run_head(structure, weights, n_inputs, count, one_pass)
        for m in range(n_outputs):
            row = one_pass.values[n_inputs + structure.outputs[m]]
            for p in range(count):
                outputs[m, p] = row[p]
        return
    temperature = settings.sharpness if settings.loss == PAIRED else 1.0
    for c in range(n_classes):
        for p in range(count):
            put_label(divided, top, n_classes, settings.slot, c, p)
        run_levels(layout, settings, weights, n_inputs, count, one_pass, scratch)
        for p in range(count):
            total = 0.0
            for level in range(settings.skipped, layout.begin.shape[0] - 1):
                total += one_pass.goodness[level, p]
            scores[c, p] = temperature * total
    for p in range(count):
        best = scores[0, p]
        for c in range(1, n_classes):
            best = max(best, scores[c, p])
        total = 0.0
        for m in range(n_outputs):
            outputs[m, p] = 0.0
        for c in range(n_classes):
            share = decay(scores[c, p] - best)
            total += share
            for m in range(n_outputs):
                outputs[m, p] += share * data.classes[c, m]
        for m in range(n_outputs):
            outputs[m, p] /= total


@njit(**INNER)
def train_block(layout, data, workspace, memory, settings, key, weights, start, count):
    """Add the gradients of one block: positive and negative pass, and a neutral one for outputs.

    `key` decides the wrong labels.
    """
    structure = layout.structure
    positive, negative, scratch = workspace.positive, workspace.negative, workspace.scratch
    n_inputs = data.inputs.shape[1]
    n_neurons = structure.codes.shape[0]
    n_classes = data.classes.shape[0]
    top = n_inputs + n_neurons + data.features.shape[1]
    for side in range(2):
        one_pass = positive if side == 0 else negative
        put_patterns(data, start, count, one_pass.divided, n_neurons)
        for p in range(count):
            c = data.labels[data.order[start + p]]
            if side == 1:
                other = int(uniform(key, p) * (n_classes - 1))
                c = other if other < c else other + 1
            put_label(one_pass.divided, top, n_classes, settings.slot, c, p)
        run_levels(layout, settings, weights, n_inputs, count, one_pass, scratch)
        for level in range(layout.begin.shape[0] - 1):
            for p in range(count):
                memory.tally[side, level] += one_pass.goodness[level, p]
    add_level_gradients(layout, workspace, memory, settings, n_inputs, count)
    for p in range(count):
        put_label(positive.divided, top, n_classes, settings.slot, NEUTRAL, p)
    run_levels(layout, settings, weights, n_inputs, count, positive, scratch)
    run_head(structure, weights, n_inputs, count, positive)
    add_head_gradient(structure, data, start, count, positive, workspace.signals, memory.gradient)


@njit(**ENTRY)
def advance(
    layout, data, workspace, memory, settings, options, last_iteration, work, state, trace, goodness
):
    """Continue until `last_iteration`, an end, full columns, or about `work` multiplications.

    Parameters
    ----------
    layout, data, workspace, memory, settings, options : tuples
        The fields of the records of `goodness`, and of `epochs.Options`.
    last_iteration : int
        Number of iterations to stop at.
    work : float
        Multiplications after which to return.
    state, trace : tuples
        The fields of `State`, updated, and of `epochs.TraceColumns`, written.
    goodness : (R, 2, L) float64
        Mean goodness of each level over the last epoch, for right and for wrong labels, one entry
        per row of the trace, written.

    Returns
    -------
    float
        Multiplications done.
    """
    layout = name_layout(layout)
    data = Data(*data)
    workspace = name_workspace(workspace)
    memory = Memory(*memory)
    settings = Settings(*settings)
    options = Options(*options)
    state = State(*state)
    trace = TraceColumns(*trace)
    counters = state.counters
    capacity = trace.sse.shape[0]
    done = 0.0
    while counters[STATUS] == RUNNING and done < work and counters[ROW] < capacity:
        if counters[PHASE] == MEASURE:
            done += _measure(
                layout, data, workspace, memory, settings, options, state, trace, goodness
            )
            continue
        if counters[BATCH] == 0 and counters[PATTERN] == 0:
            if counters[ITERATION] >= last_iteration:
                if is_row_written(counters, trace):
                    break
                counters[PHASE] = MEASURE
                continue
            memory.tally[:, :] = 0.0
            if options.choices[SHUFFLED]:
                shuffle(mixed(options.choices[KEY], -1 - counters[ITERATION]), data.order)
        done += _train(layout, data, workspace, memory, settings, options, state)
    return done


@njit(**INLINED)
def _measure(layout, data, workspace, memory, settings, options, state, trace, goodness):
    """Add a block of patterns to the SSE of the predictions; after the last one, write a row."""
    counters, numbers = state.counters, state.numbers
    gradient, tally = memory.gradient, memory.tally
    targets, outputs, order = data.targets, workspace.outputs, data.order
    n_patterns = data.inputs.shape[0]
    start = counters[PATTERN]
    if start == 0:
        numbers[SQUARES] = 0.0
        for p in range(n_patterns):
            order[p] = p
    count = min(BLOCK, n_patterns - start)
    predict(layout, data, workspace, settings, state.weights, start, count)
    for m in range(targets.shape[1]):
        for p in range(count):
            error = targets[start + p, m] - outputs[m, p]
            numbers[SQUARES] += error * error
    done = options.work_per_pattern * max(count, 16) * data.classes.shape[0] / 5.0
    counters[PATTERN] = start + count
    if start + count < n_patterns:
        return done
    counters[PATTERN] = 0
    counters[PHASE] = TRAIN
    numbers[SSE] = numbers[SQUARES]
    norm = 0.0
    for n in range(gradient.shape[0]):
        norm += gradient[n] * gradient[n]
    if not (math.isfinite(numbers[SSE]) and math.isfinite(norm)):
        counters[STATUS] = DIVERGED
        if counters[ROW] > 0:
            return done
    elif numbers[SSE] <= options.constants[TARGET_SSE]:
        counters[STATUS] = SOLVED
    if not is_row_written(counters, trace):
        row = counters[ROW]
        for level in range(tally.shape[1]):
            goodness[row, 0, level] = tally[0, level] / n_patterns
            goodness[row, 1, level] = tally[1, level] / n_patterns
        write_row(counters, numbers, math.sqrt(norm), state.weights, trace)
    schedule_next_row(counters, options.choices[EVERY])
    return done


@njit(**INLINED)
def _train(layout, data, workspace, memory, settings, options, state):
    """Add the gradients of a block of patterns; after a batch, update the weights."""
    choices = options.choices
    counters, gradient = state.counters, memory.gradient
    n_patterns = data.inputs.shape[0]
    step = counters[STEP]
    batch = counters[BATCH]
    batch_end = min(batch + choices[BATCH_SIZE], n_patterns)
    if counters[PATTERN] == 0:
        gradient[:] = 0.0
    start = batch + counters[PATTERN]
    count = min(BLOCK, batch_end - start)
    key = mixed(mixed(choices[KEY], step), start)
    train_block(layout, data, workspace, memory, settings, key, state.weights, start, count)
    done = options.work_per_pattern * max(count, 16)
    if start + count < batch_end:
        counters[PATTERN] += count
        return done
    move(
        choices[OPTIMISER], options.constants, state.weights, gradient, 1.0 / (batch_end - batch),
        memory.one, memory.two, memory.powers,
    )  # fmt: skip
    counters[STEP] = step + 1
    counters[PATTERN] = 0
    counters[BATCH] = batch_end
    if batch_end < n_patterns:
        return done
    complete_epoch(counters, state.numbers, options.unit)
    return done
