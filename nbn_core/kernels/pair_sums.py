"""The quasi-Hessian by pairs of neurons: without Jacobian rows, at a cost independent of outputs.

For neurons j and k with input matrices Y_j and Y_k (patterns by sources, a one for the bias first)

    Q[j, k] = Y_j' diag(d) Y_k,    d = sum_m delta[m, j] delta[m, k]

Neurons of a layer have the same sources, so for layers A and B with h pairs of neurons the numbers
Q[j, k] are one product of matrices: D' (h by patterns) times YY (pairs of sources by patterns).
Within a layer D and YY are symmetric, so a quarter of the multiplications of J'J remains, for any
number of outputs. (The idea is that of stage-wise second-order backpropagation, Mizutani & Dreyfus;
Mizutani, Kubota & Truong, Neural Processing Letters 2024, doi 10.1007/s11063-024-11655-4.)

A plan (`nbn_core.objective.pair_plan`) lists the work for a network in a `PairArrays`: sums of
products of lines (`term_...`), then jobs, each the product of two lists of items, where an item is
the product of two lines (`lefts`, `rights`). A job packs all of its left items, then its right
items WIDTH at a time, and adds tiles to `sums`, one after another; in a symmetric job tiles below
the diagonal are omitted. After the last block `spread_sums` copies every sum to its entry. The
gradient takes one more job for each layer.
"""

from numba import njit

from nbn_core.kernels.cache import INNER
from nbn_core.kernels.vectors import HALF, WIDTH, add_tile, pack_products

# Columns of `PairArrays.jobs`
LEFT, LEFT_BLOCKS, RIGHT, RIGHT_BLOCKS, HALVES, SYMMETRIC = range(6)


@njit(**INNER)
def add_pairs(plan, lines, first_line, count, rows, sums):
    """Add a block of patterns to the sums.

    Parameters
    ----------
    plan : PairArrays
        Terms and jobs.
    lines : (L, BLOCK) float64
        Values, ones, zeros, errors and deltas; sums of terms are written from `first_line` on.
    first_line, count : int
        Line of the first sum of terms; number of patterns in the block.
    rows : (C, BLOCK, WIDTH) float64
        Work space: left items, and right items in the last block.
    sums : (T HALF, WIDTH) float64
        Tiles, added to.
    """
    term_first, term_lefts, term_rights = plan.term_first, plan.term_lefts, plan.term_rights
    jobs, lefts, rights = plan.jobs, plan.lefts, plan.rights
    for s in range(term_first.shape[0] - 1):
        total = lines[first_line + s]
        for p in range(count):
            total[p] = 0.0
        for t in range(term_first[s], term_first[s + 1]):
            left = lines[term_lefts[t]]
            right = lines[term_rights[t]]
            for p in range(count):
                total[p] += left[p] * right[p]
    tile = 0
    last = rows.shape[0] - 1
    for x in range(jobs.shape[0]):
        job = jobs[x]
        for a in range(job[LEFT_BLOCKS]):
            pack_products(rows, a, lefts, rights, WIDTH * (job[LEFT] + a), lines, count)
        for b in range(job[RIGHT_BLOCKS]):
            pack_products(rows, last, lefts, rights, WIDTH * (job[RIGHT] + b), lines, count)
            halves = job[HALVES]
            if job[SYMMETRIC] != 0:
                halves = min(halves, (WIDTH // HALF) * (b + 1))
            for r in range(halves):
                a = r * HALF // WIDTH
                add_tile(sums, HALF * tile, 0, rows, count, a, r * HALF - WIDTH * a, last)
                tile += 1


@njit(**INNER)
def spread_sums(plan, sums, gradient, quasi_hessian):
    """Copy the sums to their entries in g and in the upper triangle of Q, zero before."""
    row_first, columns, places = plan.row_first, plan.columns, plan.places
    gradient_places = plan.gradient_places
    flat = sums.reshape(sums.size)
    for n in range(gradient_places.shape[0]):
        gradient[n] = flat[gradient_places[n]]
        row = quasi_hessian[n]
        for x in range(row_first[n], row_first[n + 1]):
            row[columns[x]] = flat[places[x]]
