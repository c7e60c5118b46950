"""Sums of products of rows, and the solution of (Q + mu I) x = g, as compiled loops.

Matrices are (C WIDTH, C WIDTH) for N weights, C blocks of WIDTH columns, with padding that does not
affect results. Only the upper triangle is used; tiles on the diagonal also write some entries below
it. For up to a few hundred weights this is as fast as LAPACK, and unlike a threaded BLAS it starts
no threads and gives the same bits on any machine.

Cholesky: A = U' U by panels of WIDTH rows, left-looking. Panel a starts as rows of Q + mu I; the
products of all previous rows of U are subtracted together; then the triangle on the diagonal is
computed entry by entry, and the rest of the panel by substitution. U is stored packed for tiles.
"""

import math

from numba import njit

from nbn_core.kernels.cache import ENTRY, INNER
from nbn_core.kernels.vectors import (
    FOUR,
    HALF,
    WIDTH,
    add_tile,
    add_weighted,
    add_weighted_four,
    dot_row,
    substitute,
    subtract_from,
    subtract_tile,
)


@njit(**INNER)
def add_products(matrix, rows, count, columns, begin, end):
    """Add the products of packed rows, in the blocks columns[begin:end], to the upper triangle.

    Parameters
    ----------
    matrix : (C WIDTH, C WIDTH) float64
        Matrix, added to.
    rows : (C, B, WIDTH) float64
        Packed rows.
    count : int
        Number of rows.
    columns : int32 array
        Blocks of columns in which rows are not zero, ascending.
    begin, end : int
        Range of `columns` to use.
    """
    for x in range(begin, end):
        a = columns[x]
        for y in range(x, end):
            b = columns[y]
            add_tile(matrix, WIDTH * a, b, rows, count, a, 0, b)
            add_tile(matrix, WIDTH * a + HALF, b, rows, count, a, HALF, b)


@njit(**ENTRY)
def add_gradient(gradient, rows, errors, count, columns, begin, end):
    """Add J' e of packed rows, in the blocks columns[begin:end], to a padded gradient."""
    fours = begin + (end - begin) // FOUR * FOUR
    for x in range(begin, fours, FOUR):
        add_weighted_four(gradient, rows, errors, count, columns, x)
    for x in range(fours, end):
        add_weighted(gradient, rows, errors, count, columns, x)


@njit(**ENTRY)
def factor_panel(quasi_hessian, mu, n_weights, factor, panel, scales, a):
    """Compute panel a of the Cholesky factor of Q + mu I: `factor_damped_panel` for D = mu I."""
    _load_panel(quasi_hessian, n_weights, panel, a)
    for i in range(min(WIDTH, n_weights - WIDTH * a)):
        panel[i, WIDTH * a + i] += mu
    return _finish_panel(factor, panel, scales, a)


@njit(**INNER)
def factor_damped_panel(quasi_hessian, damping, n_weights, factor, panel, scales, a):
    """Compute panel a of the Cholesky factor of Q + D from all previous panels.

    Parameters
    ----------
    quasi_hessian : (C WIDTH, C WIDTH) float64
        Upper triangle of Q.
    damping : (C WIDTH,) float64
        Diagonal of D.
    n_weights : int
        Number of weights N; the padding beyond is a unit matrix.
    factor : (C, C WIDTH, WIDTH) float64
        U, packed; rows of this panel are written.
    panel, scales : (WIDTH, C WIDTH), (WIDTH,) float64
        Work space.
    a : int
        Index of the panel, counted from 0.

    Returns
    -------
    bool
        False if a pivot is not a positive finite number: Q + D is not positive definite.
    """
    _load_panel(quasi_hessian, n_weights, panel, a)
    for i in range(min(WIDTH, n_weights - WIDTH * a)):
        panel[i, WIDTH * a + i] += damping[WIDTH * a + i]
    return _finish_panel(factor, panel, scales, a)


@njit(**INNER)
def _load_panel(quasi_hessian, n_weights, panel, a):
    """Copy rows of Q from the diagonal on, with a unit matrix in the padding."""
    top = WIDTH * a
    for i in range(WIDTH):
        source = quasi_hessian[top + i, top:]
        target = panel[i, top:]
        for c in range(target.shape[0]):
            target[c] = source[c]
        if top + i >= n_weights:
            target[i] = 1.0


@njit(**INNER)
def _finish_panel(factor, panel, scales, a):
    """Compute rows of the factor from rows of the matrix."""
    top = WIDTH * a
    n_blocks = factor.shape[0]
    for b in range(a, n_blocks):
        subtract_tile(panel, 0, b, factor, top, a, 0, b)
        subtract_tile(panel, HALF, b, factor, top, a, HALF, b)
    triangle = factor[a]
    for i in range(WIDTH):
        for c in range(i, WIDTH):
            value = panel[i, top + c]
            for r in range(i):
                value -= triangle[top + r, i] * triangle[top + r, c]
            panel[i, top + c] = value
        pivot = panel[i, top + i]
        if not (pivot > 0.0 and pivot < math.inf):
            return False
        scales[i] = 1.0 / math.sqrt(pivot)
        for c in range(i, WIDTH):
            triangle[top + i, c] = panel[i, top + c] * scales[i]
    for b in range(a + 1, n_blocks):
        substitute(panel, factor, scales, top, a, b)
    return True


@njit(**ENTRY)
def solve_factored(factor, right, solution):
    """Solve U' U x = g.

    Parameters
    ----------
    factor : (C, C WIDTH, WIDTH) float64
        U, packed.
    right : (C WIDTH,) float64
        Right-hand side g, zero in the padding.
    solution : (C WIDTH,) float64
        Solution x, written.
    """
    n_blocks = factor.shape[0]
    for n in range(solution.shape[0]):
        solution[n] = right[n]
    for a in range(n_blocks):
        triangle = factor[a, WIDTH * a :]
        part = solution[WIDTH * a : WIDTH * (a + 1)]
        for i in range(WIDTH):
            value = part[i] / triangle[i, i]
            part[i] = value
            for c in range(i + 1, WIDTH):
                part[c] -= value * triangle[i, c]
            subtract_from(solution, value, factor, WIDTH * a + i, a + 1, n_blocks)
    for a in range(n_blocks - 1, -1, -1):
        triangle = factor[a, WIDTH * a :]
        part = solution[WIDTH * a : WIDTH * (a + 1)]
        for i in range(WIDTH - 1, -1, -1):
            value = part[i] - dot_row(solution, factor, WIDTH * a + i, a + 1, n_blocks)
            for c in range(i + 1, WIDTH):
                value -= triangle[i, c] * part[c]
            part[i] = value / triangle[i, i]
