"""Forward-Forward over one block of patterns, level by level, and its loop.

Nodes are numbered as everywhere, inputs and neurons as drawn, with `more` nodes behind them:
features of the inputs and one slot for each class. Neurons of the first level read those too, with
weights behind the N drawn ones. `values` hold activities h, `lengths` divided ones:

    n(h) = h / sqrt(mean over the level of h^2),     goodness of a level = mean or sum of h^2

Arrays come in tuples:

    structure   first, sources, codes, gains, leaks, outputs, more_first, more_sources
    levels      begin, neurons: hidden neurons by level
    data        inputs (P, I), features (P, F), targets, classes, labels (P,), order
    passes      two of (values, divided, slopes, goodness), for positive and negative patterns
    room        signals, scratch, means, wrong
    memory      one, two, powers, gradient
"""

import math

from numba import njit

from nbn_core.kernels.activations import _reduced, activate
from nbn_core.kernels.descent import (
    BATCH,
    BATCH_SIZE,
    DIVERGED,
    EVALUATIONS,
    ITERATION,
    KEY,
    MEASURE,
    NEXT,
    OPTIMISER,
    PATTERN,
    PHASE,
    ROW,
    RUNNING,
    SHUFFLED,
    SOLVED,
    SQUARES,
    SSE,
    STATUS,
    STEP,
    TRAIN,
    WORK,
    write_row,
)
from nbn_core.kernels.forward import BLOCK
from nbn_core.kernels.noise import mixed, shuffle, uniform
from nbn_core.kernels.optimisers import TARGET_SSE, move
from nbn_core.kernels.sums import add_dots
from nbn_core.kernels.vectors import GROUP, combine

# loss
THRESHOLD, PAIRED = range(2)
# places in settings of this rule
SHARPNESS, PEER, SLOT, SKIPPED, RECTIFIED, LOSS, BY_HEAD = range(7)
N_CHOICES = 7
NEUTRAL = -1


@njit(cache=True, nogil=True, error_model="numpy")
def put_patterns(data, start, count, into, n_neurons):
    """Put inputs and features of a block in place."""
    inputs, features, order = data[0], data[1], data[5]
    n_inputs = inputs.shape[1]
    padded = (count + GROUP - 1) // GROUP * GROUP
    for i in range(n_inputs):
        for p in range(padded):
            into[i, p] = inputs[order[start + p], i] if p < count else 0.0
    for i in range(features.shape[1]):
        row = into[n_inputs + n_neurons + i]
        for p in range(padded):
            row[p] = features[order[start + p], i] if p < count else 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def put_label(into, top, n_classes, slot, c, p):
    """Write the label of pattern p into the slots, or nothing in particular."""
    for i in range(n_classes):
        if c == NEUTRAL:
            into[top + i, p] = slot / n_classes
        else:
            into[top + i, p] = slot if i == c else 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def run_levels(structure, levels, choices, weights, n_inputs, count, one_pass, scratch):
    """Run all hidden levels of a block; find the goodness of each."""
    first, sources, codes, gains, leaks, _, more_first, more_sources = structure
    begin, neurons = levels
    values, divided, slopes, goodness = one_pass
    for level in range(begin.shape[0] - 1):
        good = goodness[level]
        for p in range(BLOCK):
            good[p] = 0.0
        for t in range(begin[level], begin[level + 1]):
            k = neurons[t]
            left = first[k] + 1
            right = first[k + 1]
            row = values[n_inputs + k]
            combine(
                values, n_inputs + k, weights[left - 1],
                weights[left:right], sources[left:right], right - left, divided, count,
            )  # fmt: skip
            if more_first[k] >= 0:
                terms = more_sources.shape[0]
                combine(
                    scratch, 0, 0.0,
                    weights[more_first[k] : more_first[k] + terms], more_sources, terms,
                    divided, count,
                )  # fmt: skip
                for p in range(count):
                    row[p] += scratch[0, p]
            if choices[RECTIFIED] > 0.0:
                for p in range(count):
                    on = row[p] > 0.0
                    slopes[k, p] = 1.0 if on else 0.0
                    row[p] = row[p] if on else 0.0
            else:
                activate(codes[k], gains[k], leaks[k], row, slopes[k], count)
            for p in range(count):
                good[p] += row[p] * row[p]
        width = begin[level + 1] - begin[level]
        for p in range(count):
            scratch[0, p] = 1.0 / (math.sqrt(good[p] / width) + 1e-6)
            if choices[LOSS] == PAIRED:
                good[p] /= width
        for t in range(begin[level], begin[level + 1]):
            k = n_inputs + neurons[t]
            for p in range(count):
                divided[k, p] = values[k, p] * scratch[0, p]


@njit(cache=True, nogil=True, error_model="numpy")
def decay(x):
    """Return exp(-|x|), cut off at |x| = 80, the same bits on any machine."""
    power, rest = _reduced(-min(abs(x), 80.0))
    return power + power * rest


@njit(cache=True, nogil=True, error_model="numpy")
def sigmoid(x):
    """Return 1 / (1 + exp(-x)), never overflowing."""
    t = decay(x)
    return 1.0 / (1.0 + t) if x >= 0.0 else t / (1.0 + t)


@njit(cache=True, nogil=True, error_model="numpy")
def add_level_gradients(structure, levels, choices, n_inputs, count, good, bad, room, gradient):
    """Add every level's own gradient: positive patterns better, negative ones worse."""
    first, sources, _, _, _, _, more_first, more_sources = structure
    begin, neurons = levels
    signals, scratch, means, _ = room
    sharpness = choices[SHARPNESS]
    padded = (count + GROUP - 1) // GROUP * GROUP
    for level in range(begin.shape[0] - 1):
        width = begin[level + 1] - begin[level]
        for p in range(count):
            if choices[LOSS] == PAIRED:
                gap = sharpness * (good[3][level, p] - bad[3][level, p])
                pull = sharpness * sigmoid(-gap) * 2.0 / width
                scratch[1, p] = -pull
                scratch[2, p] = pull
            else:
                scratch[1, p] = -sigmoid(width - good[3][level, p])
                scratch[2, p] = sigmoid(bad[3][level, p] - width)
        typical = 0.0
        for t in range(begin[level], begin[level + 1]):
            k = neurons[t]
            total = 0.0
            for p in range(count):
                total += good[0][n_inputs + k, p]
            means[k] = 0.9 * means[k] + 0.1 * (total / count)
            typical += means[k]
        typical /= width
        for t in range(begin[level], begin[level + 1]):
            k = neurons[t]
            peer = choices[PEER] * (typical - means[k])
            for side in range(2):
                one_pass = good if side == 0 else bad
                values, divided, slopes, _ = one_pass
                pull = scratch[1 + side]
                row = signals[0]
                total = 0.0
                for p in range(count):
                    row[p] = pull[p] * values[n_inputs + k, p] * slopes[k, p]
                    if side == 0:
                        row[p] -= peer
                    total += row[p]
                for p in range(count, padded):
                    row[p] = 0.0
                left = first[k]
                right = first[k + 1]
                gradient[left] += total
                add_dots(
                    gradient, left + 1, sources[left + 1 : right], right - left - 1, divided,
                    signals, 0, count,
                )  # fmt: skip
                if more_first[k] >= 0:
                    add_dots(
                        gradient, more_first[k], more_sources, more_sources.shape[0], divided,
                        signals, 0, count,
                    )  # fmt: skip


@njit(cache=True, nogil=True, error_model="numpy")
def run_head(structure, weights, n_inputs, count, one_pass):
    """Run the drawn outputs on the divided activities of all levels."""
    first, sources, codes, gains, leaks, outputs, _, _ = structure
    values, divided, slopes, _ = one_pass
    for m in range(outputs.shape[0]):
        k = outputs[m]
        left = first[k] + 1
        right = first[k + 1]
        combine(
            values, n_inputs + k, weights[left - 1],
            weights[left:right], sources[left:right], right - left, divided, count,
        )  # fmt: skip
        activate(codes[k], gains[k], leaks[k], values[n_inputs + k], slopes[k], count)


@njit(cache=True, nogil=True, error_model="numpy")
def add_head_gradient(structure, data, n_inputs, start, count, one_pass, room, gradient):
    """Add the delta rule's gradient of the outputs; return their SSE."""
    first, sources, _, _, _, outputs, _, _ = structure
    targets, order = data[2], data[5]
    values, divided, slopes, _ = one_pass
    signals = room[0]
    padded = (count + GROUP - 1) // GROUP * GROUP
    sse = 0.0
    for m in range(outputs.shape[0]):
        k = outputs[m]
        total = 0.0
        for p in range(count):
            error = values[n_inputs + k, p] - targets[order[start + p], m]
            sse += error * error
            signals[0, p] = error * slopes[k, p]
            total += signals[0, p]
        for p in range(count, padded):
            signals[0, p] = 0.0
        left = first[k]
        right = first[k + 1]
        gradient[left] += total
        add_dots(
            gradient, left + 1, sources[left + 1 : right], right - left - 1, divided,
            signals, 0, count,
        )  # fmt: skip
    return sse


@njit(cache=True, nogil=True, error_model="numpy")
def predict_block(
    structure, levels, data, passes, room, choices, weights, start, count, scores, outputs_of
):
    """Write the outputs of a block into outputs_of (M, BLOCK), and scores (C, BLOCK) if asked.

    By goodness: run each label through, add up goodness over the levels, and mix the classes'
    targets by the softmax of the sums. By head: run once, with a neutral label.
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


@njit(cache=True, nogil=True, error_model="numpy")
def train_block(
    structure, levels, data, passes, room, choices, options, weights, step, start, count,
    gradient, tally,
):  # fmt: skip
    """Add one block's gradients: positive pass, negative pass, neutral pass for the outputs."""
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


@njit(cache=True, nogil=True, error_model="numpy")
def advance(
    structure, levels, data, passes, room, memory, choices, options, settings, unit, every,
    weights, scores, outputs_of, tally, seen, last_iteration, work_per_pattern, work,
    counters, numbers, rows,
):  # fmt: skip
    """Go on until `last_iteration`, an end, full rows, or about `work` multiplications."""
    one, two, powers, gradient = memory
    targets, order = data[2], data[5]
    n_patterns = data[0].shape[0]
    n_classes = data[3].shape[0]
    capacity = rows[0].shape[0]
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
            newest = rows[2][counters[ROW] - 1] if counters[ROW] > 0 else -1
            if newest < iteration:
                row = counters[ROW]
                for level in range(tally.shape[1]):
                    seen[row, 0, level] = tally[0, level] / n_patterns
                    seen[row, 1, level] = tally[1, level] / n_patterns
                write_row(counters, numbers, math.sqrt(norm), weights, rows)
            while counters[NEXT] <= iteration:
                following = counters[NEXT]
                counters[NEXT] = following + (1 if following < every else following // 50)
            continue

        if counters[BATCH] == 0 and counters[PATTERN] == 0:
            if iteration >= last_iteration:
                if rows[2][counters[ROW] - 1] >= iteration:
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
