"""Gauss-Newton in blocks: only the parts of Q that couple weights of one block.

`coupled` (C, C) says which tiles of WIDTH x WIDTH weights hold anything of a block; the others are
not even computed. A block's own part is then gathered, densely, and solved by itself. With one
block of all weights this is the whole of Levenberg-Marquardt. For the stored Jacobian all rows are
kept, packed as tiles want them, before any is multiplied.
"""

from numba import njit

from nbn_core.kernels.forward import (
    BLOCK,
    delta_block,
    error_block,
    forward_block,
    jacobian_block,
    weigh_deltas,
)
from nbn_core.kernels.linear import add_gradient, factor_panel, solve_factored
from nbn_core.kernels.vectors import HALF, WIDTH, add_tile


@njit(cache=True, nogil=True, error_model="numpy")
def add_coupled(matrix, rows, count, columns, begin, end, coupled):
    """Add products of packed rows to the coupled tiles of the upper triangle."""
    for x in range(begin, end):
        a = columns[x]
        for y in range(x, end):
            b = columns[y]
            if coupled[a, b]:
                add_tile(matrix, WIDTH * a, b, rows, count, a, 0, b)
                add_tile(matrix, WIDTH * a + HALF, b, rows, count, a, HALF, b)


@njit(cache=True, nogil=True, error_model="numpy")
def accumulate(
    structure, paths, row_plan, data, weights, room, begin, end, coupled,
    sse, gradient, quasi_hessian,
):  # fmt: skip
    """Add patterns begin..end-1 to SSE (returned), gradient and coupled parts of Q."""
    first, sources, codes, gains, leaks, outputs = structure
    reach, origins, slots, _, _, _ = paths
    groups, columns, lefts, rights = row_plan
    inputs, targets, roots = data
    values, slopes, errors, deltas, lines, factors, picks, rows, _ = room
    n_inputs = inputs.shape[1]
    for start in range(begin, end, BLOCK):
        count = min(BLOCK, end - start)
        forward_block(
            first, sources, codes, gains, leaks, weights, inputs, start, count, values, slopes
        )
        delta_block(
            first, sources, reach, origins, slots, weights, slopes, count, n_inputs,
            factors, picks, deltas,
        )  # fmt: skip
        if roots.shape[0] > 0:
            weigh_deltas(reach, outputs, roots, start, count, deltas)
        for m in range(outputs.shape[0]):
            sse += error_block(
                outputs, targets, roots, start, count, n_inputs, values, m, errors[m]
            )
            jacobian_block(groups, columns, lefts, rights, lines, count, m, rows)
            add_gradient(gradient, rows, errors[m], count, columns, groups[m], groups[m + 1])
            add_coupled(quasi_hessian, rows, count, columns, groups[m], groups[m + 1], coupled)
    return sse


@njit(cache=True, nogil=True, error_model="numpy")
def store_jacobian(
    structure, paths, row_plan, data, weights, room, begin, end, sse, jacobian, misses,
):  # fmt: skip
    """Keep the rows of -J and the errors o - d of patterns begin..end-1; return the SSE.

    jacobian (C, P M, WIDTH) starts as zeros; row p M + m belongs to pattern p and output m.
    """
    first, sources, codes, gains, leaks, outputs = structure
    reach, origins, slots, _, _, _ = paths
    groups, columns, lefts, rights = row_plan
    inputs, targets, roots = data
    values, slopes, errors, deltas, lines, factors, picks, rows, _ = room
    n_inputs = inputs.shape[1]
    n_outputs = outputs.shape[0]
    for start in range(begin, end, BLOCK):
        count = min(BLOCK, end - start)
        forward_block(
            first, sources, codes, gains, leaks, weights, inputs, start, count, values, slopes
        )
        delta_block(
            first, sources, reach, origins, slots, weights, slopes, count, n_inputs,
            factors, picks, deltas,
        )  # fmt: skip
        if roots.shape[0] > 0:
            weigh_deltas(reach, outputs, roots, start, count, deltas)
        for m in range(n_outputs):
            sse += error_block(
                outputs, targets, roots, start, count, n_inputs, values, m, errors[m]
            )
            jacobian_block(groups, columns, lefts, rights, lines, count, m, rows)
            for p in range(count):
                row = (start + p) * n_outputs + m
                misses[row] = errors[m, p]
                for c in range(groups[m], groups[m + 1]):
                    b = columns[c]
                    for i in range(WIDTH):
                        jacobian[b, row, i] = rows[b, p, i]
    return sse


@njit(cache=True, nogil=True, error_model="numpy")
def multiply_jacobian(jacobian, misses, lines, a, gradient, quasi_hessian):
    """Add part a of J'J, its WIDTH rows, and of J'e. `lines` are 0, 1, 2, ..."""
    count = jacobian.shape[1]
    add_gradient(gradient, jacobian, misses, count, lines, a, a + 1)
    for b in range(a, jacobian.shape[0]):
        add_tile(quasi_hessian, WIDTH * a, b, jacobian, count, a, 0, b)
        add_tile(quasi_hessian, WIDTH * a + HALF, b, jacobian, count, a, HALF, b)


@njit(cache=True, nogil=True, error_model="numpy")
def gather(quasi_hessian, gradient, members, matrix, right):
    """Copy the part of Q and g that belongs to the weights `members`, ascending."""
    for x in range(members.shape[0]):
        n = members[x]
        right[x] = gradient[n]
        for y in range(x, members.shape[0]):
            matrix[x, y] = quasi_hessian[n, members[y]]


@njit(cache=True, nogil=True, error_model="numpy")
def factor(matrix, mu, n_weights, factors, panel, scales, a):
    """Find panel a of the factor of a part of Q + mu I; whether it is positive definite."""
    return factor_panel(matrix, mu, n_weights, factors, panel, scales, a)


@njit(cache=True, nogil=True, error_model="numpy")
def solve(factors, right, solution, members, step):
    """Solve with a finished factor; put the result where `members` say."""
    solve_factored(factors, right, solution)
    for x in range(members.shape[0]):
        step[members[x]] = solution[x]
