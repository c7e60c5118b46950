"""Forward-only NBN over one block of patterns: values, slopes, delta rows, Jacobian rows.

Patterns are processed in blocks. Every buffer stores the patterns of one node side by side, so that
each formula below is a loop over patterns. Letters: p pattern in the block, i input, k and j
neurons, n weight, m output. The network is given by the records `Structure`, `Paths` and `RowPlan`.

All quantities of a pattern are in one array of lines, so that any two of them can be multiplied:

    lines     (L, BLOCK)  values of nodes, a line of ones, one of zeros, errors, deltas, sums

The delta matrix is that of Wilamowski & Yu, IEEE Trans. Neural Networks 21(11), 2010:

    delta[k, k] = s_k,    delta[k, j] = s_k sum_(i = j..k-1) w_ik delta[i, j]

Row k needs only earlier rows, so it is computed in the forward pass, and for weight n of neuron j
and source i, J[pm, n] = -delta[m, j] y_i. Only rows with a path from j to k are stored.
"""

from numba import njit

from nbn_core.kernels.activations import activate
from nbn_core.kernels.cache import INNER
from nbn_core.kernels.vectors import WIDTH, combine, pack_products

BLOCK = 64  # maximum number of patterns in a block; a multiple of `vectors.GROUP`


@njit(**INNER)
def forward_block(structure, weights, inputs, start, count, values, slopes):
    """Compute values and slopes of patterns start..start+count-1.

    Parameters
    ----------
    structure : Structure
        The network.
    weights : (N,) float64
        Weights, neuron by neuron, bias first.
    inputs : (P, I) float64
        Inputs of all patterns.
    start, count : int
        First pattern and number of patterns of the block.
    values : (I+K, BLOCK) float64
        Value of every node, written.
    slopes : (K, BLOCK) float64
        Slope of every neuron, written.
    """
    first, sources, codes, gains, leaks, _ = structure
    n_inputs = inputs.shape[1]
    block = inputs[start : start + count]
    for i in range(n_inputs):
        row = values[i]
        for p in range(count):
            row[p] = block[p, i]
    for k in range(codes.shape[0]):
        begin = first[k] + 1
        end = first[k + 1]
        combine(
            values, n_inputs + k, weights[begin - 1],
            weights[begin:end], sources[begin:end], end - begin, values, count,
        )  # fmt: skip
        activate(codes[k], gains[k], leaks[k], values[n_inputs + k], slopes[k], count)


@njit(**INNER)
def delta_block(structure, paths, weights, buffers, count, n_inputs):
    """Compute the delta matrix of a block, row by row.

    Parameters
    ----------
    structure, paths : Structure, Paths
        The network.
    weights : (N,) float64
        Weights, neuron by neuron, bias first.
    buffers : BlockBuffers
        `slopes` come from `forward_block`; delta[k, j] is written into row slots[k, j] of
        `deltas`.
    count, n_inputs : int
        Number of patterns in the block and of inputs of the network.
    """
    first, sources = structure.first, structure.sources
    reach, origins, slots = paths.reach, paths.origins, paths.slots
    slopes, deltas = buffers.slopes, buffers.deltas
    factors, picks = buffers.factors, buffers.picks
    for k in range(reach.shape[0] - 1):
        own = reach[k + 1] - 1
        slope = slopes[k]
        for t in range(reach[k], own):
            j = origins[t]
            terms = 0
            for n in range(first[k] + 1, first[k + 1]):
                i = sources[n] - n_inputs
                if i >= 0 and slots[i, j] >= 0:
                    factors[terms] = weights[n]
                    picks[terms] = slots[i, j]
                    terms += 1
            combine(deltas, t, 0.0, factors, picks, terms, deltas, count)
            row = deltas[t]
            for p in range(count):
                row[p] *= slope[p]
        row = deltas[own]
        for p in range(count):
            row[p] = slope[p]


@njit(**INNER)
def error_block(outputs, patterns, start, count, values, m, errors):
    """Write the errors of output m over a block; return the sum of their squares.

    The errors are o - d, times the square roots of the pattern weights if there are any. Their
    sign is that of the delta matrix, opposite to e = d - o and to J, so that products of two of
    them have the right sign.
    """
    targets, sqrt_weights = patterns.targets, patterns.sqrt_weights
    sse = 0.0
    value = values[patterns.inputs.shape[1] + outputs[m]]
    block = targets[start : start + count]
    for p in range(count):
        error = value[p] - block[p, m]
        if sqrt_weights.shape[0] > 0:
            error *= sqrt_weights[start + p]
        errors[p] = error
        sse += error * error
    return sse


@njit(**INNER)
def weigh_deltas(reach, outputs, sqrt_weights, start, count, deltas):
    """Multiply the delta rows of outputs by the square roots of the pattern weights."""
    for m in range(outputs.shape[0]):
        for t in range(reach[outputs[m]], reach[outputs[m] + 1]):
            row = deltas[t]
            for p in range(count):
                row[p] *= sqrt_weights[start + p]


@njit(**INNER)
def jacobian_block(row_plan, lines, count, m, rows):
    """Write the rows of -J of output m over a block, packed for `add_tile`.

    Parameters
    ----------
    row_plan : RowPlan
        Lines whose products are the entries of a row.
    lines : (L, BLOCK) float64
        Values and deltas, from `forward_block` and `delta_block` or `backward_block`.
    count, m : int
        Number of patterns in the block, and index of the output.
    rows : (C, BLOCK, WIDTH) float64
        Entry of weight n and pattern p at rows[n // WIDTH, p, n % WIDTH], written. Blocks of
        columns that output m does not depend on are unchanged.
    """
    groups, columns, lefts, rights = row_plan
    for c in range(groups[m], groups[m + 1]):
        pack_products(rows, columns[c], lefts, rights, WIDTH * c, lines, count)
