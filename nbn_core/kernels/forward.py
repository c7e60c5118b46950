"""Forward-only NBN over one block of patterns: values, slopes, delta rows, Jacobian rows.

A block is up to BLOCK patterns; every buffer keeps the patterns of one node side by side, so that
each line below is a loop over patterns. Letters: p pattern in the block, i input, k and j neurons,
n weight, m output. Structure (see `nbn_core.network.layout.Network`), all int32:

    first     (K+1,)  neuron k has the weights first[k]..first[k+1]-1, its bias first
    sources   (N,)    node that weight n multiplies; -1 for a bias
    codes     (K,)    activation of neuron k
    reach     (K+1,)  rows reach[k]..reach[k+1]-1 of the delta buffer belong to neuron k
    origins   (D,)    the j of each of those rows: all neurons with a path to k, ascending, k last
    slots     (K, K)  row of delta[k, j], or -1
    outputs   (M,)    neuron of output m
    groups    (M+1,)  blocks groups[m]..groups[m+1]-1 of `columns` belong to output m
    columns   (G,)    blocks of WIDTH weights that output m depends on, ascending
    lefts     (G WIDTH,)  line of the delta of each of those weights for output m
    rights    (G WIDTH,)  line of the value it multiplies

Everything kept for each pattern stands in one array of lines, so that any two can be multiplied:

    lines     (L, BLOCK)  values of nodes, a line of ones, one of zeros, errors, deltas, sums

The delta matrix is that of Wilamowski & Yu, IEEE Trans. Neural Networks 21(11), 2010:

    delta[k, k] = s_k,    delta[k, j] = s_k sum_(i = j..k-1) w_ik delta[i, j]

row k needs only the rows before it, so it is found in the forward pass; J[pm, n] = -delta[m, j] y_i
for weight n of neuron j and source i. Only rows with a path from j to k are kept.
"""

from numba import njit

from nbn_core.kernels.activations import activate
from nbn_core.kernels.cache import INNER
from nbn_core.kernels.vectors import WIDTH, combine, pack_products

BLOCK = 64


@njit(**INNER)
def forward_block(
    first, sources, codes, gains, leaks, weights, inputs, start, count, values, slopes
):
    """Run patterns start..start+count-1 through the network.

    Parameters
    ----------
    first, sources, codes : int32 arrays
        Structure.
    gains, leaks : (K,) float64
        Of the neurons.
    weights : (N,) float64
        Neuron by neuron, bias first.
    inputs : (P, I) float64
        All patterns.
    start, count : int
        The block.
    values : (I+K, BLOCK) float64
        Written: value of every node.
    slopes : (K, BLOCK) float64
        Written: slope of every neuron.
    """
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
def delta_block(
    first, sources, reach, origins, slots, weights, slopes, count, n_inputs, factors, picks, deltas
):
    """Find the delta matrix of a block, row by row.

    Parameters
    ----------
    first, sources, reach, origins, slots : int32 arrays
        Structure.
    weights : (N,) float64
        Neuron by neuron, bias first.
    slopes : (K, BLOCK) float64
        From `forward_block`.
    count, n_inputs : int
        Patterns in the block, inputs of the network.
    factors, picks : (K,) float64, (K,) int32
        Work space.
    deltas : (D, BLOCK) float64
        Written: delta[k, j] in row slots[k, j].
    """
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
def error_block(outputs, targets, roots, start, count, n_inputs, values, m, errors):
    """Write o - d of one output over a block, times the roots of the patterns' weights if given.

    Returns the sum of squares. The sign is that of the delta matrix, opposite to e = d - o and J:
    every product of two of them is right.
    """
    sse = 0.0
    value = values[n_inputs + outputs[m]]
    block = targets[start : start + count]
    for p in range(count):
        error = value[p] - block[p, m]
        if roots.shape[0] > 0:
            error *= roots[start + p]
        errors[p] = error
        sse += error * error
    return sse


@njit(**INNER)
def weigh_deltas(reach, outputs, roots, start, count, deltas):
    """Multiply the delta rows of outputs by the roots of the patterns' weights."""
    for m in range(outputs.shape[0]):
        for t in range(reach[outputs[m]], reach[outputs[m] + 1]):
            row = deltas[t]
            for p in range(count):
                row[p] *= roots[start + p]


@njit(**INNER)
def jacobian_block(groups, columns, lefts, rights, lines, count, m, rows):
    """Write the rows of -J of output m over a block, packed for `add_tile`.

    Parameters
    ----------
    groups, columns, lefts, rights : int32 arrays
        Structure.
    lines : (L, BLOCK) float64
        From `forward_block` and `delta_block` or `backward_block`.
    count, m : int
        Patterns in the block, the output.
    rows : (C, BLOCK, WIDTH) float64
        Written: weight n of pattern p stands in rows[n // WIDTH, p, n % WIDTH]. Blocks of columns
        that output m does not depend on are left alone.
    """
    for c in range(groups[m], groups[m + 1]):
        pack_products(rows, columns[c], lefts, rights, WIDTH * c, lines, count)
