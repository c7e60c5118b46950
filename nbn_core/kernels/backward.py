"""Deltas of the outputs by a sweep backwards, one output at a time: NBN of 2008.

For output m in neuron k0, over the neurons j with a path to it, last one first:

    delta[m, k0] = s_k0,    delta[m, j] = s_j sum_(k fed by j) w_jk delta[m, k]

where the sum runs over all neurons that j feeds and that lead to the output, other outputs
included; the loop as published leaves those out. Rows are written where `forward.delta_block`
writes them, but only the rows of the outputs.

References
----------
Wilamowski, Cotton, Kaynak & Dündar, IEEE Trans. Industrial Electronics 55(10), 3784-3790, 2008.
"""

from numba import njit

from nbn_core.kernels.cache import INNER
from nbn_core.kernels.vectors import combine


@njit(**INNER)
def backward_block(paths, outputs, weights, buffers, count):
    """Find the delta rows of all outputs over a block.

    Parameters
    ----------
    paths : Paths
        Which neurons lead to which.
    outputs : (M,) int32
        Neuron of each output.
    weights : (N,) float64
        Neuron by neuron, bias first.
    buffers : BlockBuffers
        `slopes` come from `forward_block`; delta[m, j] is written into row
        slots[outputs[m], j] of `deltas`.
    count : int
        Number of patterns in the block.
    """
    reach, origins, slots, successor_begin, successors, weight_index = paths
    slopes, deltas = buffers.slopes, buffers.deltas
    factors, picks = buffers.factors, buffers.picks
    for m in range(outputs.shape[0]):
        end = outputs[m]
        own = reach[end + 1] - 1
        slope = slopes[end]
        row = deltas[own]
        for p in range(count):
            row[p] = slope[p]
        for t in range(own - 1, reach[end] - 1, -1):
            j = origins[t]
            terms = 0
            for c in range(successor_begin[j], successor_begin[j + 1]):
                slot = slots[end, successors[c]]
                if slot >= 0:
                    factors[terms] = weights[weight_index[c]]
                    picks[terms] = slot
                    terms += 1
            combine(deltas, t, 0.0, factors, picks, terms, deltas, count)
            row = deltas[t]
            slope = slopes[j]
            for p in range(count):
                row[p] *= slope[p]
