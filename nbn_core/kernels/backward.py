"""Deltas of the outputs by backward passes, one output at a time: NBN of 2008.

For output m in neuron k0, over the neurons j with a path to it, from the last one:

    delta[m, k0] = s_k0,    delta[m, j] = s_j sum_(k fed by j) w_jk delta[m, k]

where the sum runs over all neurons that j feeds and that lead to the output, including other
outputs, which the published loop omits. Rows have the same positions as in `forward.delta_block`,
but only those of the outputs are written.

References
----------
Wilamowski, Cotton, Kaynak & Dündar, IEEE Trans. Industrial Electronics 55(10), 3784-3790, 2008.
"""

from numba import njit

from nbn_core.kernels.cache import INNER
from nbn_core.kernels.vectors import combine


@njit(**INNER)
def backward_block(paths, outputs, weights, buffers, count):
    """Compute the delta rows of all outputs over a block.

    Parameters
    ----------
    paths : Paths
        Paths between neurons.
    outputs : (M,) int32
        Neuron of each output.
    weights : (N,) float64
        Weights, neuron by neuron, bias first.
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
