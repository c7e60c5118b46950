"""Evaluations at given weights: node values, SSE, Jacobian, normal equations."""

from numba import njit

from nbn_core.kernels.accumulate import (
    add_block,
    clear_sums,
    complete_sums,
    differentiate_block,
)
from nbn_core.kernels.cache import ENTRY
from nbn_core.kernels.forward import BLOCK, error_block, forward_block, jacobian_block
from nbn_core.kernels.records import BlockBuffers, Patterns, Structure, name_problem
from nbn_core.kernels.vectors import WIDTH


@njit(**ENTRY)
def run_forward(structure, patterns, weights, values, slopes, errors, nodes):
    """Return the SSE, and write the value of every node for every pattern.

    Parameters
    ----------
    structure, patterns : tuples
        The fields of `Structure` and `Patterns`. Without targets, (0, M), the SSE is 0.
    weights : (N,) float64
        Weights, neuron by neuron, bias first.
    values, slopes, errors : (I+K, BLOCK), (K, BLOCK), (M, BLOCK) float64
        Work space.
    nodes : (P, I+K) or (0, 0) float64
        Values of all nodes, inputs first; written unless empty.
    """
    structure = Structure(*structure)
    patterns = Patterns(*patterns)
    sse = 0.0
    n_patterns = patterns.inputs.shape[0]
    for start in range(0, n_patterns, BLOCK):
        count = min(BLOCK, n_patterns - start)
        forward_block(structure, weights, patterns.inputs, start, count, values, slopes)
        if patterns.targets.shape[0] > 0:
            for m in range(structure.outputs.shape[0]):
                sse += error_block(structure.outputs, patterns, start, count, values, m, errors[m])
        if nodes.shape[0] > 0:
            for i in range(values.shape[0]):
                row = values[i]
                for p in range(count):
                    nodes[start + p, i] = row[p]
    return sse


@njit(**ENTRY)
def jacobian_rows(problem, buffers, weights, jacobian):
    """Write all rows of the Jacobian.

    Parameters
    ----------
    problem, buffers : tuples
        The fields of `Problem` and `BlockBuffers`.
    weights : (N,) float64
        Weights, neuron by neuron, bias first.
    jacobian : (P M, N) float64
        J, zero before the call; row p M + m belongs to pattern p and output m.
    """
    problem = name_problem(problem)
    buffers = BlockBuffers(*buffers)
    groups, columns, _, _ = problem.row_plan
    rows = buffers.rows
    frozen = problem.frozen
    n_patterns = problem.patterns.inputs.shape[0]
    n_outputs = problem.structure.outputs.shape[0]
    n_weights = weights.shape[0]
    for start in range(0, n_patterns, BLOCK):
        count = min(BLOCK, n_patterns - start)
        differentiate_block(problem, buffers, weights, start, count)
        for m in range(n_outputs):
            jacobian_block(problem.row_plan, buffers.lines, count, m, rows)
            for c in range(groups[m], groups[m + 1]):
                block = rows[columns[c]]
                left = WIDTH * columns[c]
                for p in range(count):
                    target = jacobian[(start + p) * n_outputs + m]
                    for i in range(min(WIDTH, n_weights - left)):
                        target[left + i] = -block[p, i]
    for x in range(frozen.shape[0]):
        jacobian[:, frozen[x]] = 0.0


@njit(**ENTRY)
def normal_equations(problem, buffers, weights, start, stop, sse, gradient, quasi_hessian):
    """Return the SSE up to a pattern; write g and, with the last pattern, the upper triangle of Q.

    Parameters
    ----------
    problem, buffers : tuples
        The fields of `Problem` and `BlockBuffers`.
    weights : (N,) float64
        Weights, neuron by neuron, bias first.
    start, stop : int
        Patterns to add, from a multiple of BLOCK on; those before must have been added.
    sse : float
        SSE of those before.
    gradient, quasi_hessian : (C WIDTH,), (C WIDTH, C WIDTH) float64
        g and the upper triangle of Q, written.
    """
    problem = name_problem(problem)
    buffers = BlockBuffers(*buffers)
    if start == 0:
        clear_sums(buffers.sums, gradient, quasi_hessian)
    for begin in range(start, stop, BLOCK):
        count = min(BLOCK, stop - begin)
        sse = add_block(problem, buffers, weights, begin, count, sse, gradient, quasi_hessian)
    if stop == problem.patterns.inputs.shape[0]:
        complete_sums(problem, buffers.sums, gradient, quasi_hessian)
    return sse
