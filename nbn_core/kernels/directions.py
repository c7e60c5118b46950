"""The direction of a batch: the signal of a first-order rule, summed over the patterns.

`begin_batch` clears the sums and draws perturbations, `add_signal` adds a block of patterns, and
`end_batch` completes what the optimiser uses as the gradient.
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
from nbn_core.kernels.epochs import KEY, KIND, N_DRAWN, SIGNAL, TIMES, Data, Options
from nbn_core.kernels.forward import BLOCK
from nbn_core.kernels.noise import fill_normal, fill_signs, mixed
from nbn_core.kernels.optimisers import SMOOTHING
from nbn_core.kernels.signals import (
    activity_block,
    feedback_block,
    predictive_block,
    tangent_block,
)
from nbn_core.types import FloatArray, IndexArray, IntArray

# Signals
BACKPROP, FEEDBACK, ACTIVITIES, WEIGHTS, PREDICTIVE, DIFFERENCE, CURVED = range(7)
# Rows of `Perturbation.tangents` for differences: the direction, the weights moved along it in both
# directions, its noise, the curvature. Below them the bits of KIND
U, PLUS, MINUS, Z, H = range(5)
SIGNS, UNBIASED = 1, 2
CURVATURE_MIN, CURVATURE_MAX = 1e-2, 1e4


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
