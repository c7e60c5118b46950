"""SSE, gradient and quasi-Hessian, summed block by block by any of the methods.

A method consists of two choices, each one bit of its code:

    FORWARD or BACKWARD   delta rows forward only (2010), or backwards from each output (2008)
    rows or PAIRS         Q as the sum of products of rows of J, or by pairs of neurons
"""

from numba import njit

from nbn_core.kernels.backward import backward_block
from nbn_core.kernels.cache import INLINED
from nbn_core.kernels.forward import (
    delta_block,
    error_block,
    forward_block,
    jacobian_block,
    weigh_deltas,
)
from nbn_core.kernels.linear import add_gradient, add_products
from nbn_core.kernels.pair_sums import add_pairs, spread_sums

FORWARD, BACKWARD, PAIRS = 0, 1, 2


@njit(**INLINED)
def differentiate_block(problem, buffers, weights, start, count):
    """Evaluate a block and its delta rows, multiplied by the square roots of the pattern weights.

    Parameters
    ----------
    problem : Problem
        Network, data and method.
    buffers : BlockBuffers
        `values`, `slopes` and `deltas` are written.
    weights : (N,) float64
        Weights, neuron by neuron, bias first.
    start, count : int
        First pattern and number of patterns of the block.
    """
    structure, paths, patterns = problem.structure, problem.paths, problem.patterns
    forward_block(structure, weights, patterns.inputs, start, count, buffers.values, buffers.slopes)
    if problem.method & BACKWARD:
        backward_block(paths, structure.outputs, weights, buffers, count)
    else:
        delta_block(structure, paths, weights, buffers, count, patterns.inputs.shape[1])
    if patterns.sqrt_weights.shape[0] > 0:
        weigh_deltas(
            paths.reach, structure.outputs, patterns.sqrt_weights, start, count, buffers.deltas
        )


@njit(**INLINED)
def add_block(problem, buffers, weights, start, count, sse, gradient, quasi_hessian):
    """Add one block of patterns to the SSE (returned), and to g and Q or to `buffers.sums`.

    Parameters
    ----------
    problem : Problem
        Network, data and method.
    buffers : BlockBuffers
        Work space for the block.
    weights : (N,) float64
        Weights, neuron by neuron, bias first.
    start, count : int
        First pattern and number of patterns of the block.
    sse : float
        Sum of squared errors of the previous blocks.
    gradient, quasi_hessian : (C WIDTH,), (C WIDTH, C WIDTH) float64
        g and the upper triangle of Q, added to; unchanged by PAIRS.
    """
    outputs = problem.structure.outputs
    groups, columns, _, _ = problem.row_plan
    lines, rows, errors = buffers.lines, buffers.rows, buffers.errors
    differentiate_block(problem, buffers, weights, start, count)
    for m in range(outputs.shape[0]):
        sse += error_block(outputs, problem.patterns, start, count, buffers.values, m, errors[m])
    if problem.method & PAIRS:
        first_line = buffers.values.shape[0] + 2 + errors.shape[0] + buffers.deltas.shape[0]
        add_pairs(problem.pair_plan, lines, first_line, count, rows, buffers.sums)
    else:
        for m in range(outputs.shape[0]):
            jacobian_block(problem.row_plan, lines, count, m, rows)
            add_gradient(gradient, rows, errors[m], count, columns, groups[m], groups[m + 1])
            add_products(quasi_hessian, rows, count, columns, groups[m], groups[m + 1])
    return sse


@njit(**INLINED)
def clear_sums(sums, gradient, quasi_hessian):
    """Set the sums by pairs, g and Q to zero before the first block."""
    for r in range(sums.shape[0]):
        for c in range(sums.shape[1]):
            sums[r, c] = 0.0
    for n in range(gradient.shape[0]):
        gradient[n] = 0.0
        for c in range(gradient.shape[0]):
            quasi_hessian[n, c] = 0.0


@njit(**INLINED)
def complete_sums(problem, sums, gradient, quasi_hessian):
    """Complete g and Q after the last block.

    Sums by pairs are copied to their entries; the entries of frozen weights, whose columns of J
    are zero, are cleared.
    """
    if problem.method & PAIRS:
        spread_sums(problem.pair_plan, sums, gradient, quasi_hessian)
    frozen = problem.frozen
    for x in range(frozen.shape[0]):
        n = frozen[x]
        gradient[n] = 0.0
        for c in range(n, quasi_hessian.shape[0]):
            quasi_hessian[n, c] = 0.0
        for r in range(n):
            quasi_hessian[r, n] = 0.0
