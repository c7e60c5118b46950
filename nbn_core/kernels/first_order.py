"""The compiled loop of all first-order rules, in slices of work.

One iteration is one pass over the patterns (an epoch), in batches; after every batch an optimiser
updates the weights along the direction that the rule's signal gives. The loop is a state machine of
two phases that advance by one block of patterns, so that a call can return after any block:

    MEASURE   SSE and true gradient at the weights: a row of the trace   then TRAIN, or the end
    TRAIN     one epoch                                                  then MEASURE, if a row is
                                                                         due, or TRAIN

With all data in one batch and the signal of backpropagation, the update uses the gradient of
MEASURE: every iteration is measured, and nothing is computed twice. For all other rules MEASURE
only serves the trace, and its work is not counted. A row is due with increasing spacing
(`nbn_core.trace`), at the last requested iteration, and when the running SSE of the epoch indicates
that the target may be near.
"""

from __future__ import annotations

import math

from numba import njit

from nbn_core.kernels.backprop import (
    backward_block,
    compare_block,
    gradient_block,
    load_block,
    run_block,
)
from nbn_core.kernels.cache import ENTRY, INLINED
from nbn_core.kernels.directions import (
    Memory,
    Perturbation,
    State,
    Workspace,
    add_signal,
    begin_batch,
    end_batch,
    name_problem,
)
from nbn_core.kernels.epochs import (
    BATCH,
    BATCH_SIZE,
    EVERY,
    EXACT,
    ITERATION,
    KEY,
    MEASURE,
    N_DRAWN,
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
    Options,
    TraceColumns,
    complete_epoch,
    is_row_written,
    schedule_next_row,
    write_row,
)
from nbn_core.kernels.forward import BLOCK
from nbn_core.kernels.noise import mixed, shuffle
from nbn_core.kernels.optimisers import MEAN, NEAR, TARGET_SSE, move
from nbn_core.kernels.status import DIVERGED, NO_PROGRESS, RUNNING, SOLVED


@njit(**ENTRY)
def advance(problem, workspace, perturbation, memory, options, last_iteration, work, state, trace):
    """Continue until `last_iteration`, an end, full columns, or about `work` multiplications.

    Parameters
    ----------
    problem, workspace, perturbation, memory, options : tuples
        The fields of `Problem`, `Workspace`, `Perturbation`, `Memory` and `Options`.
    last_iteration : int
        Number of iterations to stop at.
    work : float
        Multiplications after which to return.
    state, trace : tuples
        The fields of `State`, updated, and of `TraceColumns`, written.

    Returns
    -------
    float
        Multiplications done.
    """
    problem = name_problem(problem)
    workspace = Workspace(*workspace)
    perturbation = Perturbation(*perturbation)
    memory = Memory(*memory)
    options = Options(*options)
    state = State(*state)
    trace = TraceColumns(*trace)
    counters = state.counters
    capacity = trace.sse.shape[0]
    done = 0.0
    while counters[STATUS] == RUNNING and done < work and counters[ROW] < capacity:
        if counters[PHASE] == MEASURE:
            done += _measure(problem, workspace, memory, options, last_iteration, state, trace)
            continue
        if counters[BATCH] == 0 and counters[PATTERN] == 0:
            if counters[ITERATION] >= last_iteration:
                if is_row_written(counters, trace):
                    break
                counters[PHASE] = MEASURE
                continue
            if options.choices[EXACT]:
                _move_along_true_gradient(problem, memory, options, state)
                continue
            state.numbers[SQUARES] = 0.0
            if options.choices[SHUFFLED]:
                shuffle(mixed(options.choices[KEY], -1 - counters[ITERATION]), problem.data.order)
        done += _train(problem, workspace, perturbation, memory, options, state)
    return done


@njit(**INLINED)
def _measure(problem, workspace, memory, options, last_iteration, state, trace):
    """Add a block of patterns to the SSE and the true gradient; after the last one, write a row."""
    graph, data = problem.graph, problem.data
    counters, numbers, weights = state.counters, state.numbers, state.weights
    values, slopes, order = workspace.values, workspace.slopes, memory.natural_order
    true_gradient = memory.true_gradient
    n_patterns, n_inputs = data.inputs.shape
    n_drawn = options.choices[N_DRAWN]
    start = counters[PATTERN]
    if start == 0:
        numbers[SQUARES] = 0.0
        true_gradient[:] = 0.0
    count = min(BLOCK, n_patterns - start)
    load_block(data.inputs, order, start, count, values)
    run_block(graph, weights, n_inputs, count, values, slopes)
    numbers[SQUARES] += compare_block(
        graph.target_index, n_drawn, data.targets, order, start, count, n_inputs, values,
        workspace.direct,
    )  # fmt: skip
    backward_block(problem.all_successors, problem.drawn_target_index, weights, count, workspace)
    gradient_block(
        graph.first[: n_drawn + 1], graph.sources, values, workspace.signals, count, true_gradient
    )
    done = options.work_per_pattern * max(count, 16)
    counters[PATTERN] = start + count
    if start + count < n_patterns:
        return done
    counters[PATTERN] = 0
    counters[PHASE] = TRAIN
    numbers[SSE] = numbers[SQUARES]
    norm = 0.0
    for n in range(true_gradient.shape[0]):
        norm += true_gradient[n] * true_gradient[n]
    if not (math.isfinite(numbers[SSE]) and math.isfinite(norm)):
        counters[STATUS] = DIVERGED
        if counters[ROW] > 0:
            return done
    elif numbers[SSE] <= options.constants[TARGET_SSE]:
        counters[STATUS] = SOLVED
    elif norm == 0.0:
        counters[STATUS] = NO_PROGRESS
    iteration = counters[ITERATION]
    due = iteration >= counters[NEXT] or iteration >= last_iteration
    if not is_row_written(counters, trace) and (due or counters[STATUS] != RUNNING):
        write_row(counters, numbers, math.sqrt(norm), weights, trace)
    schedule_next_row(counters, options.choices[EVERY])
    return done


@njit(**INLINED)
def _move_along_true_gradient(problem, memory, options, state):
    """Complete one iteration with the measured gradient."""
    counters = state.counters
    constants = options.constants
    scale = 1.0 / problem.data.inputs.shape[0] if constants[MEAN] else 1.0
    move(
        options.choices[OPTIMISER], constants, state.weights, memory.true_gradient, scale,
        memory.one, memory.two, memory.powers,
    )  # fmt: skip
    counters[STEP] += 1
    complete_epoch(counters, state.numbers, options.unit)
    counters[PHASE] = MEASURE


@njit(**INLINED)
def _train(problem, workspace, perturbation, memory, options, state):
    """Add the signal of a block of patterns; after a batch, update the weights."""
    choices, constants = options.choices, options.constants
    counters, numbers, weights = state.counters, state.numbers, state.weights
    n_patterns = problem.data.inputs.shape[0]
    step = counters[STEP]
    batch = counters[BATCH]
    batch_end = min(batch + choices[BATCH_SIZE], n_patterns)
    if counters[PATTERN] == 0:
        begin_batch(perturbation, memory, options, step, weights)
    start = batch + counters[PATTERN]
    count = min(BLOCK, batch_end - start)
    numbers[SQUARES] += add_signal(
        problem, workspace, perturbation, memory, options, start, count, step, state
    )
    done = options.work_per_pattern * max(count, 16)
    if start + count < batch_end:
        counters[PATTERN] += count
        return done
    end_batch(perturbation, memory, options, batch_end - batch)
    scale = 1.0 / (batch_end - batch) if constants[MEAN] else 1.0
    move(
        choices[OPTIMISER], constants, weights, memory.gradient, scale,
        memory.one, memory.two, memory.powers,
    )  # fmt: skip
    counters[STEP] = step + 1
    counters[PATTERN] = 0
    counters[BATCH] = batch_end
    if batch_end < n_patterns:
        return done
    complete_epoch(counters, numbers, options.unit)
    near = numbers[SQUARES] <= constants[NEAR] * constants[TARGET_SSE]
    if near or not math.isfinite(numbers[SQUARES]):
        counters[PHASE] = MEASURE
    return done
