"""The loop of all first-order rules, compiled whole, in portions of work.

One iteration is one pass over the patterns (an epoch), in batches; every batch ends with one move
of an optimiser along what the rule's signal says. The loop is a machine of two phases that advance
a block of patterns at a time, so that a call can return wherever it is:

    MEASURE   SSE and true gradient at the weights: a row of the trace      -> TRAIN, or ended
    TRAIN     one epoch                                                     -> MEASURE, if a row is
                                                                               due, or TRAIN
With the whole data in one batch and backpropagation's signal, the gradient of MEASURE is the one to
move along: every iteration is measured, and nothing is computed twice. For all others MEASURE is
the observer's work: it is not counted. A row is due at a growing stride (`nbn_core.trace`), at the
last iteration asked for, and when the SSE of the epoch, summed as the patterns went by, says that
the target may be near.

`counters`, `numbers`: the state; their places are named below. Arrays come in tuples:

    structure   first, sources, codes, gains, leaks, seats, outputs
    family      begin, heirs, carriers: the children that send signals back
    whole       the same, of all children
    data        inputs, targets, order
    room        values, slopes, direct, signals, factors, picks, moved, noise, change
    extra       feedback, lines, tangents: perturbations of the weights, a row each; rows of a
                difference are U the direction, PLUS and MINUS the weights moved along it, Z its
                noise, H the curvature
    memory      one, two, powers, gradient, truth, changes, plain (the order 0, 1, 2, ...)
"""

import math

from numba import njit

from nbn_core.kernels.backprop import (
    backward_block,
    compare_block,
    gradient_block,
    load_block,
    run_block,
)
from nbn_core.kernels.cache import ENTRY
from nbn_core.kernels.forward import BLOCK
from nbn_core.kernels.noise import fill_normal, fill_signs, mixed, shuffle
from nbn_core.kernels.optimisers import MEAN, NEAR, SMOOTHING, TARGET_SSE, move
from nbn_core.kernels.signals import (
    activity_block,
    feedback_block,
    predictive_block,
    tangent_block,
)
from nbn_core.kernels.status import DIVERGED, NO_PROGRESS, RUNNING, SOLVED

# counters
PHASE, PATTERN, BATCH, ITERATION, ROW, NEXT, EVALUATIONS, STATUS, STEP = range(9)
N_COUNTERS = 9
MEASURE, TRAIN = range(2)
# numbers
SQUARES, WORK, SSE = range(3)
N_NUMBERS = 3
# options (int64)
SIGNAL, OPTIMISER, BATCH_SIZE, SHUFFLED, KEY, TIMES, KIND, EVERY, EXACT, N_REAL = range(10)
N_OPTIONS = 10
# signals
BACKPROP, FEEDBACK, ACTIVITIES, WEIGHTS, PREDICTIVE, DIFFERENCE, CURVED = range(7)
# rows of `tangents` for differences, and what KIND says of them
U, PLUS, MINUS, Z, H = range(5)
SIGNS, UNBIASED = 1, 2
H_LEAST, H_MOST = 1e-2, 1e4


@njit(**ENTRY)
def add_signal(
    structure, family, data, room, extra, options, relax, start, count, step, weights, carrier,
    gradient, changes,
):  # fmt: skip
    """Add what the rule says about one block to `gradient`; return the block's SSE."""
    first, sources, codes, gains, leaks, seats, outputs = structure
    begin, heirs, carriers = family
    inputs, targets, order = data
    values, slopes, direct, signals, factors, picks, moved, noise, change = room
    feedback, lines, tangents = extra
    n_inputs = inputs.shape[1]
    signal = options[SIGNAL]
    load_block(inputs, order, start, count, values)
    run_block(first, sources, codes, gains, leaks, weights, n_inputs, count, values, slopes)
    sse = compare_block(
        seats, options[N_REAL], targets, order, start, count, n_inputs, values, direct
    )
    if signal == BACKPROP:
        backward_block(
            begin, heirs, carriers, seats, carrier, slopes, direct, count, factors, picks, signals
        )
    elif signal == FEEDBACK:
        feedback_block(
            seats, outputs, feedback, options[KIND], targets, order, start, slopes, direct, count,
            lines, noise, signals,
        )  # fmt: skip
    elif signal == ACTIVITIES:
        activity_block(
            first, sources, seats, weights, n_inputs, mixed(mixed(options[KEY], step), start),
            options[TIMES], slopes, direct, count, moved, noise, change[0], signals,
        )  # fmt: skip
    elif signal == WEIGHTS:
        for t in range(options[TIMES]):
            changes[t] += tangent_block(
                first, sources, seats, weights, tangents[t], n_inputs, values, slopes, direct,
                count, moved, change,
            )  # fmt: skip
        return sse
    elif signal in (DIFFERENCE, CURVED):
        changes[2] += sse
        for side in range(2):
            moved_weights = tangents[PLUS + side]
            run_block(
                first, sources, codes, gains, leaks, moved_weights, n_inputs, count, values, slopes
            )
            changes[side] += compare_block(
                seats, options[N_REAL], targets, order, start, count, n_inputs, values, direct
            )
        return sse
    else:
        predictive_block(
            first, sources, codes, gains, leaks, begin, heirs, carriers, seats, weights, targets,
            order, start, n_inputs, options[TIMES], relax, count, values, slopes, factors, picks,
            change, noise, signals,
        )  # fmt: skip
    gradient_block(first, sources, values, signals, count, gradient)
    return sse


@njit(**ENTRY)
def begin_batch(extra, options, relax, step, weights, gradient, changes):
    """Forget the last batch; draw the perturbations of this one."""
    gradient[:] = 0.0
    changes[:] = 0.0
    signal = options[SIGNAL]
    tangents = extra[2]
    n_weights = weights.shape[0]
    key = mixed(options[KEY], step)
    if signal == WEIGHTS:
        for t in range(options[TIMES]):
            fill_normal(mixed(key, t), tangents[t], n_weights)
    elif signal in (DIFFERENCE, CURVED):
        if options[KIND] & SIGNS:
            fill_signs(mixed(key, 0), tangents[Z], n_weights)
        else:
            fill_normal(mixed(key, 0), tangents[Z], n_weights)
        for n in range(n_weights):
            u = tangents[Z, n]
            if signal == CURVED:
                u /= math.sqrt(tangents[H, n])
            tangents[U, n] = u
            tangents[PLUS, n] = weights[n] + relax * u
            tangents[MINUS, n] = weights[n] - relax * u


@njit(**ENTRY)
def end_batch(extra, options, settings, relax, count, gradient, changes):
    """Finish the sum of a batch; the half SSE is what differences are taken of."""
    signal = options[SIGNAL]
    tangents = extra[2]
    n_weights = gradient.shape[0]
    if signal == WEIGHTS:
        for t in range(options[TIMES]):
            share = changes[t] / options[TIMES]
            for n in range(n_weights):
                gradient[n] += share * tangents[t, n]
    elif signal in (DIFFERENCE, CURVED):
        slope = (changes[0] - changes[1]) / (4.0 * relax)
        if signal == CURVED:
            bend = abs(changes[0] + changes[1] - 2.0 * changes[2]) / (4.0 * relax * relax * count)
            share = settings[SMOOTHING]
            for n in range(n_weights):
                h = tangents[H, n]
                square = tangents[Z, n] * tangents[Z, n]
                if options[KIND] & UNBIASED:
                    square -= 1.0
                h = (1.0 - share) * h + share * bend * h * square
                h = min(max(h, H_LEAST), H_MOST)
                tangents[H, n] = h
                tangents[U, n] = tangents[Z, n] / math.sqrt(h)
        for n in range(n_weights):
            gradient[n] = slope * tangents[U, n]


@njit(**ENTRY)
def estimate(
    structure, family, data, room, extra, options, settings, relax, step, weights, carrier,
    gradient, changes,
):  # fmt: skip
    """Find what the rule says about all patterns as one batch; return the SSE."""
    begin_batch(extra, options, relax, step, weights, gradient, changes)
    n_patterns = data[0].shape[0]
    sse = 0.0
    for start in range(0, n_patterns, BLOCK):
        count = min(BLOCK, n_patterns - start)
        sse += add_signal(
            structure, family, data, room, extra, options, relax, start, count, step, weights,
            carrier, gradient, changes,
        )  # fmt: skip
    end_batch(extra, options, settings, relax, n_patterns, gradient, changes)
    return sse


@njit(**ENTRY)
def write_row(counters, numbers, norm, weights, rows):
    """Add a row to the trace."""
    row = counters[ROW]
    sse, gradient_norm, iterations, evaluations, work, kept = rows
    sse[row] = numbers[SSE]
    gradient_norm[row] = norm
    iterations[row] = counters[ITERATION]
    evaluations[row] = counters[EVALUATIONS]
    work[row] = numbers[WORK]
    for n in range(kept.shape[1]):
        kept[row, n] = weights[n]
    counters[ROW] = row + 1


@njit(**ENTRY)
def advance(
    structure, family, whole, data, room, extra, memory, options, settings, relax, unit,
    weights, carrier, last_iteration, work_per_pattern, work, counters, numbers, rows,
):  # fmt: skip
    """Go on until `last_iteration`, an end, full rows, or about `work` multiplications.

    Parameters
    ----------
    structure, family, whole, data, room, extra, memory : tuples of arrays
        As named in this module.
    options : (N_OPTIONS,) int64
        As named in this module.
    settings : (N_SETTINGS,) float64
        As named in `optimisers`.
    relax, unit : float
        Rate of predictive coding's relaxation, or length of a difference; forward-equivalent
        units of an epoch.
    weights, carrier : (N,) float64
        Changed; what carries signals back, the weights themselves or a fixed stand-in.
    last_iteration : int
        Not to go beyond.
    work_per_pattern, work : float
        Multiplications for a pattern; after how many to return.
    counters, numbers : int64, float64
        The state, changed.
    rows : tuple of arrays
        Columns of the trace: sse, gradient_norm, iterations, evaluations, work, weights.

    Returns
    -------
    float
        Multiplications done.
    """
    first, sources, codes, gains, leaks, seats, _ = structure
    inputs, targets, order = data
    values, slopes, direct, signals, factors, picks, _, _, _ = room
    one, two, powers, gradient, truth, changes, plain = memory
    n_patterns, n_inputs = inputs.shape
    n_real = options[N_REAL]
    capacity = rows[0].shape[0]
    done = 0.0
    while counters[STATUS] == RUNNING and done < work and counters[ROW] < capacity:
        iteration = counters[ITERATION]
        if counters[PHASE] == MEASURE:
            start = counters[PATTERN]
            if start == 0:
                numbers[SQUARES] = 0.0
                truth[:] = 0.0
            count = min(BLOCK, n_patterns - start)
            load_block(inputs, plain, start, count, values)
            run_block(first, sources, codes, gains, leaks, weights, n_inputs, count, values, slopes)
            numbers[SQUARES] += compare_block(
                seats, n_real, targets, plain, start, count, n_inputs, values, direct
            )
            backward_block(
                whole[0], whole[1], whole[2], whole[3], weights, slopes, direct, count,
                factors, picks, signals,
            )  # fmt: skip
            gradient_block(first[: n_real + 1], sources, values, signals, count, truth)
            done += work_per_pattern * max(count, 16)
            counters[PATTERN] = start + count
            if start + count < n_patterns:
                continue
            counters[PATTERN] = 0
            counters[PHASE] = TRAIN
            numbers[SSE] = numbers[SQUARES]
            norm = 0.0
            for n in range(truth.shape[0]):
                norm += truth[n] * truth[n]
            if not (math.isfinite(numbers[SSE]) and math.isfinite(norm)):
                counters[STATUS] = DIVERGED
                if counters[ROW] > 0:
                    continue
            elif numbers[SSE] <= settings[TARGET_SSE]:
                counters[STATUS] = SOLVED
            elif norm == 0.0:
                counters[STATUS] = NO_PROGRESS
            newest = rows[2][counters[ROW] - 1] if counters[ROW] > 0 else -1
            due = iteration >= counters[NEXT] or iteration >= last_iteration
            if newest < iteration and (due or counters[STATUS] != RUNNING):
                write_row(counters, numbers, math.sqrt(norm), weights, rows)
            while counters[NEXT] <= iteration:
                following = counters[NEXT]
                stride = 1 if following < options[EVERY] else following // 50
                counters[NEXT] = following + stride
            continue

        if counters[BATCH] == 0 and counters[PATTERN] == 0:
            if iteration >= last_iteration:
                if rows[2][counters[ROW] - 1] >= iteration:
                    break
                counters[PHASE] = MEASURE
                continue
            if options[EXACT]:
                scale = 1.0 / n_patterns if settings[MEAN] else 1.0
                move(options[OPTIMISER], settings, weights, truth, scale, one, two, powers)
                counters[STEP] += 1
                counters[ITERATION] = iteration + 1
                counters[EVALUATIONS] += 1
                numbers[WORK] += unit
                counters[PHASE] = MEASURE
                continue
            numbers[SQUARES] = 0.0
            if options[SHUFFLED]:
                shuffle(mixed(options[KEY], -1 - iteration), order)
        step = counters[STEP]
        batch = counters[BATCH]
        batch_end = min(batch + options[BATCH_SIZE], n_patterns)
        if counters[PATTERN] == 0:
            begin_batch(extra, options, relax, step, weights, gradient, changes)
        start = batch + counters[PATTERN]
        count = min(BLOCK, batch_end - start)
        numbers[SQUARES] += add_signal(
            structure, family, data, room, extra, options, relax, start, count, step, weights,
            carrier, gradient, changes,
        )  # fmt: skip
        done += work_per_pattern * max(count, 16)
        if start + count < batch_end:
            counters[PATTERN] += count
            continue
        end_batch(extra, options, settings, relax, batch_end - batch, gradient, changes)
        scale = 1.0 / (batch_end - batch) if settings[MEAN] else 1.0
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
        near = numbers[SQUARES] <= settings[NEAR] * settings[TARGET_SSE]
        if near or iteration >= counters[NEXT] or not math.isfinite(numbers[SQUARES]):
            counters[PHASE] = MEASURE
    return done
