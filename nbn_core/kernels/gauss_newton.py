"""Gauss-Newton in blocks: only the entries of Q that couple weights of the same block.

The weights are divided into blocks, and every entry of Q that couples two weights of one block is
computed, tile by tile: `coupled` (C, C) marks the tiles of WIDTH x WIDTH weights that contain any
such entry. The entries of each block are then gathered into a dense matrix and solved separately.
With one block of all weights this is Levenberg-Marquardt. The variant with a stored Jacobian keeps
all rows, packed for the tiles, before it multiplies them.
"""

from numba import njit

from nbn_core.kernels.accumulate import differentiate_block
from nbn_core.kernels.cache import ENTRY
from nbn_core.kernels.forward import BLOCK, error_block, jacobian_block
from nbn_core.kernels.linear import add_gradient, factor_panel, solve_factored
from nbn_core.kernels.records import BlockBuffers, name_problem
from nbn_core.kernels.vectors import HALF, WIDTH, add_tile


@njit(**ENTRY)
def add_coupled(matrix, rows, count, columns, begin, end, coupled):
    """Add products of packed rows to the coupled tiles of the upper triangle."""
    for x in range(begin, end):
        a = columns[x]
        for y in range(x, end):
            b = columns[y]
            if coupled[a, b]:
                add_tile(matrix, WIDTH * a, b, rows, count, a, 0, b)
                add_tile(matrix, WIDTH * a + HALF, b, rows, count, a, HALF, b)


@njit(**ENTRY)
def accumulate(problem, buffers, weights, begin, end, coupled, sse, gradient, quasi_hessian):
    """Add patterns begin..end-1 to the SSE (returned), g, and the coupled tiles of Q.

    Parameters
    ----------
    problem, buffers : tuples
        The fields of `Problem` and `BlockBuffers`.
    weights : (N,) float64
        Weights, neuron by neuron, bias first.
    begin, end : int
        First pattern, and the one after the last.
    coupled : (C, C) bool
        Tiles to compute.
    sse : float
        Sum of squared errors of the previous patterns.
    gradient, quasi_hessian : (C WIDTH,), (C WIDTH, C WIDTH) float64
        g and the upper triangle of Q, added to.
    """
    problem = name_problem(problem)
    buffers = BlockBuffers(*buffers)
    outputs = problem.structure.outputs
    groups, columns, _, _ = problem.row_plan
    errors, rows = buffers.errors, buffers.rows
    for start in range(begin, end, BLOCK):
        count = min(BLOCK, end - start)
        differentiate_block(problem, buffers, weights, start, count)
        for m in range(outputs.shape[0]):
            sse += error_block(
                outputs, problem.patterns, start, count, buffers.values, m, errors[m]
            )
            jacobian_block(problem.row_plan, buffers.lines, count, m, rows)
            add_gradient(gradient, rows, errors[m], count, columns, groups[m], groups[m + 1])
            add_coupled(quasi_hessian, rows, count, columns, groups[m], groups[m + 1], coupled)
    return sse


@njit(**ENTRY)
def store_jacobian(problem, buffers, weights, begin, end, sse, jacobian, residuals):
    """Store the rows of -J and the errors o - d of patterns begin..end-1; return the SSE.

    Parameters
    ----------
    problem, buffers : tuples
        The fields of `Problem` and `BlockBuffers`.
    weights : (N,) float64
        Weights, neuron by neuron, bias first.
    begin, end : int
        First pattern, and the one after the last.
    sse : float
        Sum of squared errors of the previous patterns.
    jacobian : (C, P M, WIDTH) float64
        -J, zero before the call; row p M + m belongs to pattern p and output m.
    residuals : (P M,) float64
        Errors o - d, written.
    """
    problem = name_problem(problem)
    buffers = BlockBuffers(*buffers)
    outputs = problem.structure.outputs
    groups, columns, _, _ = problem.row_plan
    errors, rows = buffers.errors, buffers.rows
    n_outputs = outputs.shape[0]
    for start in range(begin, end, BLOCK):
        count = min(BLOCK, end - start)
        differentiate_block(problem, buffers, weights, start, count)
        for m in range(n_outputs):
            sse += error_block(
                outputs, problem.patterns, start, count, buffers.values, m, errors[m]
            )
            jacobian_block(problem.row_plan, buffers.lines, count, m, rows)
            for p in range(count):
                row = (start + p) * n_outputs + m
                residuals[row] = errors[m, p]
                for c in range(groups[m], groups[m + 1]):
                    b = columns[c]
                    for i in range(WIDTH):
                        jacobian[b, row, i] = rows[b, p, i]
    return sse


@njit(**ENTRY)
def multiply_jacobian(jacobian, residuals, blocks, a, gradient, quasi_hessian):
    """Add rows WIDTH a .. WIDTH a + WIDTH - 1 of J'J and J'e; `blocks` holds 0, 1, 2, ..."""
    count = jacobian.shape[1]
    add_gradient(gradient, jacobian, residuals, count, blocks, a, a + 1)
    for b in range(a, jacobian.shape[0]):
        add_tile(quasi_hessian, WIDTH * a, b, jacobian, count, a, 0, b)
        add_tile(quasi_hessian, WIDTH * a + HALF, b, jacobian, count, a, HALF, b)


@njit(**ENTRY)
def gather(quasi_hessian, gradient, members, matrix, right):
    """Copy the entries of Q and g that belong to the weights `members`, ascending."""
    for x in range(members.shape[0]):
        n = members[x]
        right[x] = gradient[n]
        for y in range(x, members.shape[0]):
            matrix[x, y] = quasi_hessian[n, members[y]]


@njit(**ENTRY)
def factor(matrix, mu, n_weights, factors, panel, scales, a):
    """Compute panel a of the Cholesky factor of a block of Q + mu I; return whether it exists."""
    return factor_panel(matrix, mu, n_weights, factors, panel, scales, a)


@njit(**ENTRY)
def solve(factors, right, solution, members, step):
    """Solve with a complete factor; write the solution to step[members]."""
    solve_factored(factors, right, solution)
    for x in range(members.shape[0]):
        step[members[x]] = solution[x]
