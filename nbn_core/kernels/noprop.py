"""NoProp-DT over one block of patterns, and its loop: see `nbn_core.rules.noprop`.

Every stage is the drawn network with M more inputs behind its own, where the noisy targets arrive.
The stages share one wiring and have a row of weights each. Arrays come in tuples:

    structure   first, sources, codes, gains, leaks, seats, outputs: of a stage
    family      begin, heirs, carriers: its children
    data        inputs (P, I), targets (P, M), order (P,)
    room        values, slopes, direct, signals, factors, picks, noise (M BLOCK,), plain (P,)
    memory      one, two, gradient (T, N), powers (T, 2), drawn (N of the drawn network,), first
    schedule    known (T+1,), of the new, of the old, of noise (T,), mean, spread (M,)
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
from nbn_core.kernels.first_order import (
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
    write_row,
)
from nbn_core.kernels.first_order import N_COUNTERS as STAGE
from nbn_core.kernels.forward import BLOCK
from nbn_core.kernels.noise import fill_normal, mixed, shuffle
from nbn_core.kernels.optimisers import TARGET_SSE, move
from nbn_core.kernels.status import DIVERGED, RUNNING, SOLVED

# The counters of `descent`, and the stage whose turn it is
N_COUNTERS = STAGE + 1
# what KIND says
STILL, NOISY = range(2)


@njit(**ENTRY)
def put_noisy(schedule, targets, order, start, count, known, key, n_inputs, noise, values):
    """Put z = sqrt(known) u + sqrt(1 - known) noise behind the inputs, u the scaled target."""
    mean, spread = schedule[4], schedule[5]
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


@njit(**ENTRY)
def train_stage(
    structure, family, data, room, schedule, weights, stage, key, start, count, gradient
):
    """Add the gradient of one stage over one block, for fresh noise."""
    first, sources, codes, gains, leaks, seats, _ = structure
    inputs, targets, order = data
    values, slopes, direct, signals, factors, picks, noise, _ = room
    n_inputs = inputs.shape[1]
    nodes = n_inputs + targets.shape[1]
    load_block(inputs, order, start, count, values)
    known = schedule[0][stage]
    put_noisy(schedule, targets, order, start, count, known, key, n_inputs, noise, values)
    run_block(first, sources, codes, gains, leaks, weights, nodes, count, values, slopes)
    compare_block(seats, seats.shape[0], targets, order, start, count, nodes, values, direct)
    backward_block(
        family[0], family[1], family[2], seats, weights, slopes, direct, count, factors, picks,
        signals,
    )  # fmt: skip
    gradient_block(first, sources, values, signals, count, gradient)


@njit(**ENTRY)
def predict_block(structure, inputs, order, room, schedule, options, weights, start, count, found):
    """Let all stages denoise one block, from nothing; write z (T+1, M, BLOCK), scaled as u."""
    first, sources, codes, gains, leaks, _, outputs = structure
    values, slopes, noise = room[0], room[1], room[6]
    _, new, old, blurred, mean, spread = schedule
    n_inputs = inputs.shape[1]
    n_outputs = mean.shape[0]
    nodes = n_inputs + n_outputs
    noisy = options[KIND] == NOISY
    load_block(inputs, order, start, count, values)
    for stage in range(new.shape[0] + 1):
        if noisy:
            key = mixed(mixed(mixed(options[KEY], -2), stage), start)
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
                found[stage, m, p] = row[p]
        if stage < new.shape[0]:
            run_block(
                first, sources, codes, gains, leaks, weights[stage], nodes, count, values, slopes
            )


@njit(**ENTRY)
def answer(schedule, found, m, p):
    """Return output m of pattern p, read off the last z."""
    last = schedule[0].shape[0] - 1
    return schedule[4][m] + schedule[5][m] * found[last, m, p] / math.sqrt(schedule[0][last])


@njit(**ENTRY)
def advance(
    structure, family, data, room, memory, schedule, options, settings, unit, weights, found,
    last_iteration, work_per_pattern, work, counters, numbers, rows,
):  # fmt: skip
    """Go on until `last_iteration`, an end, full rows, or about `work` multiplications."""
    one, two, gradient, powers, drawn, places = memory
    inputs, targets, order = data
    plain = room[7]
    n_patterns = inputs.shape[0]
    n_stages = weights.shape[0]
    capacity = rows[0].shape[0]
    done = 0.0
    while counters[STATUS] == RUNNING and done < work and counters[ROW] < capacity:
        iteration = counters[ITERATION]
        if counters[PHASE] == MEASURE:
            start = counters[PATTERN]
            if start == 0:
                numbers[SQUARES] = 0.0
            count = min(BLOCK, n_patterns - start)
            predict_block(
                structure, inputs, plain, room, schedule, options, weights, start, count, found
            )
            for m in range(targets.shape[1]):
                for p in range(count):
                    error = targets[start + p, m] - answer(schedule, found, m, p)
                    numbers[SQUARES] += error * error
            done += work_per_pattern * max(count, 16) * n_stages / 3.0
            counters[PATTERN] = start + count
            if start + count < n_patterns:
                continue
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
                    continue
            elif numbers[SSE] <= settings[TARGET_SSE]:
                counters[STATUS] = SOLVED
            newest = rows[2][counters[ROW] - 1] if counters[ROW] > 0 else -1
            if newest < iteration:
                for n in range(drawn.shape[0]):
                    drawn[n] = weights[n_stages - 1, places[n]]
                write_row(counters, numbers, math.sqrt(norm), drawn, rows)
            while counters[NEXT] <= iteration:
                following = counters[NEXT]
                stride = 1 if following < options[EVERY] else following // 50
                counters[NEXT] = following + stride
            continue

        stage = counters[STAGE]
        if counters[BATCH] == 0 and counters[PATTERN] == 0 and stage == 0:
            if iteration >= last_iteration:
                if rows[2][counters[ROW] - 1] >= iteration:
                    break
                counters[PHASE] = MEASURE
                continue
            if options[SHUFFLED]:
                shuffle(mixed(options[KEY], -1 - iteration), order)
        step = counters[STEP]
        batch = counters[BATCH]
        batch_end = min(batch + options[BATCH_SIZE], n_patterns)
        if counters[PATTERN] == 0:
            gradient[stage] = 0.0
        start = batch + counters[PATTERN]
        count = min(BLOCK, batch_end - start)
        key = mixed(mixed(mixed(options[KEY], step), stage), start)
        train_stage(
            structure, family, data, room, schedule, weights[stage], stage, key, start, count,
            gradient[stage],
        )  # fmt: skip
        done += work_per_pattern * max(count, 16)
        if start + count < batch_end:
            counters[PATTERN] += count
            continue
        move(
            options[OPTIMISER], settings, weights[stage], gradient[stage],
            1.0 / (batch_end - batch), one[stage], two[stage], powers[stage],
        )  # fmt: skip
        counters[PATTERN] = 0
        counters[STAGE] = (stage + 1) % n_stages
        if counters[STAGE] > 0:
            continue
        counters[STEP] = step + 1
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
