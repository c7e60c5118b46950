"""Deltas of the outputs by a sweep backwards, one output at a time: NBN of 2008.

For output m in neuron k0, over the neurons j with a path to it, last one first:

    delta[m, k0] = s_k0,    delta[m, j] = s_j sum_(k fed by j) w_jk delta[m, k]

with the sum over all neurons that j feeds and that lead to the output, other outputs included: the
published loop leaves those out. Rows are kept where `delta_block` keeps them, in the delta rows of
the outputs; those of other neurons are not touched. Structure, beside that of `forward`:

    consumers  (K+1,)  connections consumers[j]..consumers[j+1]-1 lead away from neuron j
    carriers   (E,)    weight of each
    fed        (E,)    neuron each leads to

References
----------
Wilamowski, Cotton, Kaynak & Dündar, IEEE Trans. Industrial Electronics 55(10), 3784-3790, 2008.
"""

from numba import njit

from nbn_core.kernels.cache import INNER
from nbn_core.kernels.vectors import combine


@njit(**INNER)
def backward_block(
    reach, origins, slots, outputs, consumers, carriers, fed, weights, slopes, count,
    factors, picks, deltas,
):  # fmt: skip
    """Find the delta rows of all outputs over a block.

    Parameters
    ----------
    reach, origins, slots, outputs, consumers, carriers, fed : int32 arrays
        Structure.
    weights : (N,) float64
        Neuron by neuron, bias first.
    slopes : (K, BLOCK) float64
        From `forward_block`.
    count : int
        Patterns in the block.
    factors, picks : (K,) float64, (K,) int32
        Work space.
    deltas : (D, BLOCK) float64
        Written: delta[m, j] in row slots[outputs[m], j].
    """
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
            for c in range(consumers[j], consumers[j + 1]):
                place = slots[end, fed[c]]
                if place >= 0:
                    factors[terms] = weights[carriers[c]]
                    picks[terms] = place
                    terms += 1
            combine(deltas, t, 0.0, factors, picks, terms, deltas, count)
            row = deltas[t]
            slope = slopes[j]
            for p in range(count):
                row[p] *= slope[p]
