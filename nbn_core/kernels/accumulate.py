"""SSE, gradient and quasi-Hessian of a block of patterns, by any of the methods.

FORWARD   delta rows forward only, sums row by row of J
BACKWARD  delta rows backwards from each output, sums row by row of J
PAIRS     delta rows forward only, sums by pairs of neurons
PAIRS + BACKWARD
"""

from numba import njit

from nbn_core.kernels.backward import backward_block
from nbn_core.kernels.cache import INNER
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


@njit(**INNER)
def add_block(
    structure, paths, row_plan, pair_plan, method, weights, data, start, count, room,
    sse, gradient, quasi_hessian,
):  # fmt: skip
    """Add one block of patterns to SSE (returned), gradient and quasi-Hessian, or to `sums`.

    Parameters
    ----------
    structure, paths, row_plan, pair_plan : tuples of arrays
        See `nbn_core.network.layout` and `nbn_core.objective.pair_plan`.
    method : int
        See above.
    weights : (N,) float64
        Neuron by neuron, bias first.
    data : tuple of arrays
        inputs (P, I), targets (P, M), roots (P,) or (0,).
    start, count : int
        The block.
    room : tuple of arrays
        See `Network.room`.
    sse : float
        Of the blocks before.
    gradient, quasi_hessian : (C WIDTH,), (C WIDTH, C WIDTH) float64
        Added to.
    """
    first, sources, codes, gains, leaks, outputs = structure
    reach, origins, slots, consumers, carriers, fed = paths
    groups, columns, lefts, rights = row_plan
    inputs, targets, roots = data
    values, slopes, errors, deltas, lines, factors, picks, rows, sums = room
    n_inputs = inputs.shape[1]
    forward_block(
        first, sources, codes, gains, leaks, weights, inputs, start, count, values, slopes
    )
    if method & BACKWARD:
        backward_block(
            reach, origins, slots, outputs, consumers, carriers, fed, weights, slopes, count,
            factors, picks, deltas,
        )  # fmt: skip
    else:
        delta_block(
            first, sources, reach, origins, slots, weights, slopes, count, n_inputs,
            factors, picks, deltas,
        )  # fmt: skip
    if roots.shape[0] > 0:
        weigh_deltas(reach, outputs, roots, start, count, deltas)
    for m in range(outputs.shape[0]):
        sse += error_block(outputs, targets, roots, start, count, n_inputs, values, m, errors[m])
    if method & PAIRS:
        first_line = values.shape[0] + 2 + errors.shape[0] + deltas.shape[0]
        add_pairs(pair_plan, lines, first_line, count, rows, sums)
    else:
        for m in range(outputs.shape[0]):
            jacobian_block(groups, columns, lefts, rights, lines, count, m, rows)
            add_gradient(gradient, rows, errors[m], count, columns, groups[m], groups[m + 1])
            add_products(quasi_hessian, rows, count, columns, groups[m], groups[m + 1])
    return sse


@njit(**INNER)
def clear_sums(room, gradient, quasi_hessian):
    """Set all sums to zero."""
    sums = room[8]
    for r in range(sums.shape[0]):
        for c in range(sums.shape[1]):
            sums[r, c] = 0.0
    for n in range(gradient.shape[0]):
        gradient[n] = 0.0
        for c in range(gradient.shape[0]):
            quasi_hessian[n, c] = 0.0


@njit(**INNER)
def complete_sums(pair_plan, method, held, room, gradient, quasi_hessian):
    """Make gradient and quasi-Hessian complete after the last block.

    The columns of J of held weights are zero.
    """
    if method & PAIRS:
        spread_sums(pair_plan, room[8], gradient, quasi_hessian)
    for x in range(held.shape[0]):
        n = held[x]
        gradient[n] = 0.0
        for c in range(n, quasi_hessian.shape[0]):
            quasi_hessian[n, c] = 0.0
        for r in range(n):
            quasi_hessian[r, n] = 0.0
