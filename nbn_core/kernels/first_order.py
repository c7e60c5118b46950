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
from nbn_core.types import FloatArray, IndexArray, IntArray

MEASURE, TRAIN = range(2)

# Places in `State.counters`
PHASE, PATTERN, BATCH, ITERATION, ROW, NEXT, EVALUATIONS, STATUS, STEP = range(9)
N_COUNTERS = 9
# Places in `State.numbers`
SQUARES, WORK, SSE = range(3)
N_NUMBERS = 3
# Places in `Options.choices`
SIGNAL, OPTIMISER, BATCH_SIZE, SHUFFLED, KEY, TIMES, KIND, EVERY, EXACT, N_DRAWN = range(10)
N_OPTIONS = 10
# Signals
BACKPROP, FEEDBACK, ACTIVITIES, WEIGHTS, PREDICTIVE, DIFFERENCE, CURVED = range(7)
# Rows of `Perturbation.tangents` for differences: the direction, the weights moved along it in both
# directions, its noise, the curvature. Below them the bits of KIND
U, PLUS, MINUS, Z, H = range(5)
SIGNS, UNBIASED = 1, 2
CURVATURE_MIN, CURVATURE_MAX = 1e-2, 1e4


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


class Problem(NamedTuple):
    """Network and data.

    Attributes
    ----------
    graph : Graph
        Network, laid out for the signals of the rule.
    successors : Successors
        Connections through which the rule sends signals back.
    all_successors : Successors
        All connections, for the true gradient.
    drawn_target_index : (K,) int32
        Target of each drawn output neuron, -1 for all others, for the true gradient.
    data : Data
        Training patterns and their order.
    """

    graph: Graph
    successors: Successors
    all_successors: Successors
    drawn_target_index: IndexArray
    data: Data


class Workspace(NamedTuple):
    """Work space for one block of B = BLOCK patterns.

    Attributes
    ----------
    values, moved : (I+K, B) float64
        Values of the nodes, and their changes by a perturbation, zero for inputs.
    slopes, direct, signals : (K, B) float64
        Slope of each neuron; a_k - d_m of neurons with a target; signal of each neuron.
    factors, picks : float64 and int32 arrays, as long as the most successors plus 1
        Terms of one weighted sum.
    noise : (1+K, B) float64
        Perturbations of nets, signals sent forward, errors of predictions.
    change : (1, B) float64
        Change of the error of each pattern, or a prediction.
    """

    values: FloatArray
    slopes: FloatArray
    direct: FloatArray
    signals: FloatArray
    factors: FloatArray
    picks: IndexArray
    moved: FloatArray
    noise: FloatArray
    change: FloatArray


class Perturbation(NamedTuple):
    """Arrays of the signals other than backpropagation.

    Attributes
    ----------
    feedback : (K, M) float64
        Fixed random matrix of direct feedback alignment.
    output_rows : (M,) int32
        0, 1, ..., M-1.
    tangents : (T, N) float64
        Perturbations of the weights, one per row; for differences the rows U, PLUS, MINUS, Z, H.
    """

    feedback: FloatArray
    output_rows: IndexArray
    tangents: FloatArray


class Memory(NamedTuple):
    """Arrays that persist between blocks and batches.

    Attributes
    ----------
    one, two, powers : (N,), (N,), (2,) float64
        Memory of the optimiser, see `nbn_core.kernels.optimisers`.
    gradient, true_gradient : (N,) float64
        Sum of the batch so far; sum of g over the measured patterns, for the drawn weights.
    changes : (T,) float64
        Change of the half SSE along each tangent, or sums of squares for differences.
    natural_order : (P,) int64
        0, 1, ..., P-1.
    """

    one: FloatArray
    two: FloatArray
    powers: FloatArray
    gradient: FloatArray
    true_gradient: FloatArray
    changes: FloatArray
    natural_order: IntArray


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


class State(NamedTuple):
    """Arrays that the loop updates.

    Attributes
    ----------
    weights, carrier : (N,) float64
        Weights, with those of added neurons at the end; weights that carry signals back, the same
        array or a fixed one.
    counters : (N_COUNTERS,) int64
        Phase, position and counts.
    numbers : (N_NUMBERS,) float64
        Sums of squares and work.
    """

    weights: FloatArray
    carrier: FloatArray
    counters: IntArray
    numbers: FloatArray


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


@njit(**INLINED)
def name_problem(fields):
    """Restore a `Problem` that Python passed as plain tuples."""
    graph, successors, all_successors, drawn_target_index, data = fields
    return Problem(
        Graph(*graph),
        Successors(*successors),
        Successors(*all_successors),
        drawn_target_index,
        Data(*data),
    )


@njit(**INNER)
def add_signal(problem, workspace, perturbation, memory, options, start, count, step, state):
    """Add the rule's signal over one block to the gradient; return the SSE of the block."""
    graph, data = problem.graph, problem.data
    choices = options.choices
    weights = state.weights
    target_index, n_drawn = graph.target_index, choices[N_DRAWN]
    values, slopes, direct = workspace.values, workspace.slopes, workspace.direct
    changes = memory.changes
    n_inputs = data.inputs.shape[1]
    signal = choices[SIGNAL]
    load_block(data.inputs, data.order, start, count, values)
    run_block(graph, weights, n_inputs, count, values, slopes)
    sse = compare_block(
        target_index, n_drawn, data.targets, data.order, start, count, n_inputs, values, direct
    )
    if signal == BACKPROP:
        backward_block(problem.successors, target_index, state.carrier, count, workspace)
    elif signal == FEEDBACK:
        feedback_block(graph, data, perturbation, choices[KIND], start, count, workspace)
    elif signal == ACTIVITIES:
        key = mixed(mixed(choices[KEY], step), start)
        activity_block(graph, weights, n_inputs, key, choices[TIMES], count, workspace)
    elif signal == WEIGHTS:
        for t in range(choices[TIMES]):
            changes[t] += tangent_block(
                graph, weights, perturbation.tangents[t], n_inputs, count, workspace
            )
        return sse
    elif signal in (DIFFERENCE, CURVED):
        changes[2] += sse
        for side in range(2):
            run_block(graph, perturbation.tangents[PLUS + side], n_inputs, count, values, slopes)
            changes[side] += compare_block(
                target_index, n_drawn, data.targets, data.order, start, count, n_inputs,
                values, direct,
            )  # fmt: skip
        return sse
    else:
        predictive_block(
            graph, problem.successors, weights, data, start, choices[TIMES], options.relax, count,
            workspace,
        )  # fmt: skip
    gradient_block(graph.first, graph.sources, values, workspace.signals, count, memory.gradient)
    return sse


@njit(**INNER)
def begin_batch(perturbation, memory, options, step, weights):
    """Clear the sums of the last batch; draw the perturbations of this one."""
    memory.gradient[:] = 0.0
    memory.changes[:] = 0.0
    choices, relax = options.choices, options.relax
    signal = choices[SIGNAL]
    tangents = perturbation.tangents
    n_weights = weights.shape[0]
    key = mixed(choices[KEY], step)
    if signal == WEIGHTS:
        for t in range(choices[TIMES]):
            fill_normal(mixed(key, t), tangents[t], n_weights)
    elif signal in (DIFFERENCE, CURVED):
        if choices[KIND] & SIGNS:
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


@njit(**INNER)
def end_batch(perturbation, memory, options, count):
    """Complete the gradient of a batch; differences are those of the half SSE."""
    choices, relax = options.choices, options.relax
    gradient, changes = memory.gradient, memory.changes
    signal = choices[SIGNAL]
    tangents = perturbation.tangents
    n_weights = gradient.shape[0]
    if signal == WEIGHTS:
        for t in range(choices[TIMES]):
            share = changes[t] / choices[TIMES]
            for n in range(n_weights):
                gradient[n] += share * tangents[t, n]
    elif signal in (DIFFERENCE, CURVED):
        slope = (changes[0] - changes[1]) / (4.0 * relax)
        if signal == CURVED:
            bend = abs(changes[0] + changes[1] - 2.0 * changes[2]) / (4.0 * relax * relax * count)
            share = options.constants[SMOOTHING]
            for n in range(n_weights):
                h = tangents[H, n]
                square = tangents[Z, n] * tangents[Z, n]
                if choices[KIND] & UNBIASED:
                    square -= 1.0
                h = (1.0 - share) * h + share * bend * h * square
                h = min(max(h, CURVATURE_MIN), CURVATURE_MAX)
                tangents[H, n] = h
                tangents[U, n] = tangents[Z, n] / math.sqrt(h)
        for n in range(n_weights):
            gradient[n] = slope * tangents[U, n]


@njit(**ENTRY)
def estimate(problem, workspace, perturbation, memory, options, step, state):
    """Compute the direction of the rule for all patterns as one batch; return the SSE.

    Parameters
    ----------
    problem, workspace, perturbation, memory, options, state : tuples
        The fields of the records; `memory.gradient` is written.
    step : int
        Number of the step, which decides the random numbers.
    """
    problem = name_problem(problem)
    workspace = Workspace(*workspace)
    perturbation = Perturbation(*perturbation)
    memory = Memory(*memory)
    options = Options(*options)
    state = State(*state)
    begin_batch(perturbation, memory, options, step, state.weights)
    n_patterns = problem.data.inputs.shape[0]
    sse = 0.0
    for start in range(0, n_patterns, BLOCK):
        count = min(BLOCK, n_patterns - start)
        sse += add_signal(
            problem, workspace, perturbation, memory, options, start, count, step, state
        )
    end_batch(perturbation, memory, options, n_patterns)
    return sse


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
    counters[ITERATION] += 1
    counters[EVALUATIONS] += 1
    state.numbers[WORK] += options.unit
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
    counters[BATCH] = 0
    counters[ITERATION] += 1
    counters[EVALUATIONS] += 1
    numbers[WORK] += options.unit
    near = numbers[SQUARES] <= constants[NEAR] * constants[TARGET_SSE]
    due = counters[ITERATION] >= counters[NEXT]
    if near or due or not math.isfinite(numbers[SQUARES]):
        counters[PHASE] = MEASURE
    return done
