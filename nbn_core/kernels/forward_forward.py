"""Forward-Forward: gradients and predictions of a block of patterns, and the training loop.

Arrays come in the tuples of `goodness`, and

    memory      one, two, powers, gradient
"""

import math

from numba import njit

from nbn_core.kernels.cache import ENTRY
from nbn_core.kernels.epochs import (
    BATCH,
    BATCH_SIZE,
    EVALUATIONS,
    ITERATION,
    KEY,
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
    TraceColumns,
    write_row,
)
from nbn_core.kernels.forward import BLOCK
from nbn_core.kernels.goodness import (
    BY_HEAD,
    LOSS,
    NEUTRAL,
    PAIRED,
    SHARPNESS,
    SKIPPED,
    SLOT,
    add_head_gradient,
    add_level_gradients,
    decay,
    put_label,
    put_patterns,
    run_head,
    run_levels,
)
from nbn_core.kernels.noise import mixed, shuffle, uniform
from nbn_core.kernels.optimisers import TARGET_SSE, move
from nbn_core.kernels.status import DIVERGED, RUNNING, SOLVED


@njit(**ENTRY)
def predict_block(
    structure, levels, data, passes, room, choices, weights, start, count, scores, outputs_of
):
    """Write the outputs of a block into outputs_of (M, BLOCK), and its scores (C, BLOCK).

    By goodness: the block is evaluated with each label, goodness is summed over the levels, and the
    targets of the classes are averaged with the softmax of the sums. By head: it is evaluated once,
    with a neutral label, and scores are not written.
    """
    n_inputs = data[0].shape[1]
    classes = data[3]
    n_neurons = structure[2].shape[0]
    n_classes, n_outputs = classes.shape
    one_pass = passes[0]
    scratch = room[1]
    top = n_inputs + n_neurons + data[1].shape[1]
    n_levels = levels[0].shape[0] - 1
    put_patterns(data, start, count, one_pass[1], n_neurons)
    if choices[BY_HEAD] > 0.0:
        for p in range(count):
            put_label(one_pass[1], top, n_classes, choices[SLOT], NEUTRAL, p)
        run_levels(structure, levels, choices, weights, n_inputs, count, one_pass, scratch)
        run_head(structure, weights, n_inputs, count, one_pass)
        for m in range(n_outputs):
            row = one_pass[0][n_inputs + structure[5][m]]
            for p in range(count):
                outputs_of[m, p] = row[p]
        return
    temperature = choices[SHARPNESS] if choices[LOSS] == PAIRED else 1.0
    for c in range(n_classes):
        for p in range(count):
            put_label(one_pass[1], top, n_classes, choices[SLOT], c, p)
        run_levels(structure, levels, choices, weights, n_inputs, count, one_pass, scratch)
        for p in range(count):
            total = 0.0
            for level in range(int(choices[SKIPPED]), n_levels):
                total += one_pass[3][level, p]
            scores[c, p] = temperature * total
    for p in range(count):
        best = scores[0, p]
        for c in range(1, n_classes):
            best = max(best, scores[c, p])
        total = 0.0
        for m in range(n_outputs):
            outputs_of[m, p] = 0.0
        for c in range(n_classes):
            share = decay(scores[c, p] - best)
            total += share
            for m in range(n_outputs):
                outputs_of[m, p] += share * classes[c, m]
        for m in range(n_outputs):
            outputs_of[m, p] /= total


@njit(**ENTRY)
def train_block(
    structure, levels, data, passes, room, choices, options, weights, step, start, count,
    gradient, tally,
):  # fmt: skip
    """Add the gradients of one block: positive and negative pass, and a neutral one for outputs."""
    labels, order = data[4], data[5]
    n_inputs = data[0].shape[1]
    n_neurons = structure[2].shape[0]
    n_classes = data[3].shape[0]
    top = n_inputs + n_neurons + data[1].shape[1]
    good, bad = passes
    scratch = room[1]
    key = mixed(mixed(options[KEY], step), start)
    for side in range(2):
        one_pass = good if side == 0 else bad
        put_patterns(data, start, count, one_pass[1], n_neurons)
        for p in range(count):
            c = labels[order[start + p]]
            if side == 1:
                other = int(uniform(key, p) * (n_classes - 1))
                c = other if other < c else other + 1
            put_label(one_pass[1], top, n_classes, choices[SLOT], c, p)
        run_levels(structure, levels, choices, weights, n_inputs, count, one_pass, scratch)
        for level in range(levels[0].shape[0] - 1):
            for p in range(count):
                tally[side, level] += one_pass[3][level, p]
    add_level_gradients(structure, levels, choices, n_inputs, count, good, bad, room, gradient)
    for p in range(count):
        put_label(good[1], top, n_classes, choices[SLOT], NEUTRAL, p)
    run_levels(structure, levels, choices, weights, n_inputs, count, good, scratch)
    run_head(structure, weights, n_inputs, count, good)
    return add_head_gradient(structure, data, n_inputs, start, count, good, room, gradient)


@njit(**ENTRY)
def advance(
    structure, levels, data, passes, room, memory, choices, options, settings, unit, every,
    weights, scores, outputs_of, tally, seen, last_iteration, work_per_pattern, work,
    counters, numbers, rows,
):  # fmt: skip
    """Continue until `last_iteration`, an end, full columns, or about `work` multiplications."""
    trace = TraceColumns(*rows)
    one, two, powers, gradient = memory
    targets, order = data[2], data[5]
    n_patterns = data[0].shape[0]
    n_classes = data[3].shape[0]
    capacity = trace.sse.shape[0]
    done = 0.0
    while counters[STATUS] == RUNNING and done < work and counters[ROW] < capacity:
        iteration = counters[ITERATION]
        if counters[PHASE] == MEASURE:
            start = counters[PATTERN]
            if start == 0:
                numbers[SQUARES] = 0.0
                for p in range(n_patterns):
                    order[p] = p
            count = min(BLOCK, n_patterns - start)
            predict_block(
                structure, levels, data, passes, room, choices, weights, start, count,
                scores, outputs_of,
            )  # fmt: skip
            for m in range(targets.shape[1]):
                for p in range(count):
                    error = targets[start + p, m] - outputs_of[m, p]
                    numbers[SQUARES] += error * error
            done += work_per_pattern * max(count, 16) * n_classes / 5.0
            counters[PATTERN] = start + count
            if start + count < n_patterns:
                continue
            counters[PATTERN] = 0
            counters[PHASE] = TRAIN
            numbers[SSE] = numbers[SQUARES]
            norm = 0.0
            for n in range(gradient.shape[0]):
                norm += gradient[n] * gradient[n]
            if not (math.isfinite(numbers[SSE]) and math.isfinite(norm)):
                counters[STATUS] = DIVERGED
                if counters[ROW] > 0:
                    continue
            elif numbers[SSE] <= settings[TARGET_SSE]:
                counters[STATUS] = SOLVED
            newest = trace.iterations[counters[ROW] - 1] if counters[ROW] > 0 else -1
            if newest < iteration:
                row = counters[ROW]
                for level in range(tally.shape[1]):
                    seen[row, 0, level] = tally[0, level] / n_patterns
                    seen[row, 1, level] = tally[1, level] / n_patterns
                write_row(counters, numbers, math.sqrt(norm), weights, trace)
            while counters[NEXT] <= iteration:
                following = counters[NEXT]
                counters[NEXT] = following + (1 if following < every else following // 50)
            continue

        if counters[BATCH] == 0 and counters[PATTERN] == 0:
            if iteration >= last_iteration:
                if trace.iterations[counters[ROW] - 1] >= iteration:
                    break
                counters[PHASE] = MEASURE
                continue
            tally[:, :] = 0.0
            if options[SHUFFLED]:
                shuffle(mixed(options[KEY], -1 - iteration), order)
        step = counters[STEP]
        batch = counters[BATCH]
        batch_end = min(batch + options[BATCH_SIZE], n_patterns)
        if counters[PATTERN] == 0:
            gradient[:] = 0.0
        start = batch + counters[PATTERN]
        count = min(BLOCK, batch_end - start)
        train_block(
            structure, levels, data, passes, room, choices, options, weights, step, start, count,
            gradient, tally,
        )  # fmt: skip
        done += work_per_pattern * max(count, 16)
        if start + count < batch_end:
            counters[PATTERN] += count
            continue
        scale = 1.0 / (batch_end - batch)
        move(options[OPTIMISER], settings, weights, gradient, scale, one, two, powers)
        counters[STEP] = step + 1
        counters[PATTERN] = 0
        counters[BATCH] = batch_end
        if batch_end < n_patterns:
            continue
        iteration += 1
        counters[BATCH] = 0
        counters[ITERATION] = iteration
        counters[EVALUATIONS] += 1
        numbers[WORK] += unit
        if iteration >= counters[NEXT]:
            counters[PHASE] = MEASURE
    return done
