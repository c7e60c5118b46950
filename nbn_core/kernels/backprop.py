"""Backpropagation over one block of patterns, on any wiring.

Letters: p pattern in the block, i input, k neuron, m output, n weight. With a the value, s the
slope, e = d - o and the half SSE E = 1/2 sum e^2, the signal of neuron k is delta_k = dE / dnet_k,

    delta_k = s_k (sum over children c of w_ck delta_c  +  a_k - d_m if k is output m),

found from the last neuron to the first, and dE/dw of a weight from node i to k is
sum_p delta_k a_i: added up this is g = J'e. Every signal of another rule takes the place of delta.

    children   (K+1,) neuron k has the children begin[k]..begin[k+1]-1 of
    heirs      (E,)   neurons, and
    carriers   (E,)   the weights to them
    seats      (K,)   target that neuron k is compared with, or -1
"""

from numba import njit

from nbn_core.kernels.activations import activate
from nbn_core.kernels.cache import ENTRY
from nbn_core.kernels.sums import add_dots
from nbn_core.kernels.vectors import GROUP, combine


@njit(**ENTRY)
def load_block(inputs, order, start, count, values):
    """Put patterns order[start:start+count] into the rows of the inputs, zeros behind them."""
    n_inputs = inputs.shape[1]
    padded = (count + GROUP - 1) // GROUP * GROUP
    for p in range(count):
        row = inputs[order[start + p]]
        for i in range(n_inputs):
            values[i, p] = row[i]
    for i in range(n_inputs):
        for p in range(count, padded):
            values[i, p] = 0.0


@njit(**ENTRY)
def run_block(first, sources, codes, gains, leaks, weights, n_inputs, count, values, slopes):
    """Find values and slopes of all neurons from the inputs in `values`."""
    for k in range(codes.shape[0]):
        begin = first[k] + 1
        end = first[k + 1]
        combine(
            values, n_inputs + k, weights[begin - 1],
            weights[begin:end], sources[begin:end], end - begin, values, count,
        )  # fmt: skip
        activate(codes[k], gains[k], leaks[k], values[n_inputs + k], slopes[k], count)


@njit(**ENTRY)
def compare_block(seats, n_real, targets, order, start, count, n_inputs, values, direct):
    """Write a_k - d_m for every neuron that is compared; return the SSE of the first n_real."""
    sse = 0.0
    padded = (count + GROUP - 1) // GROUP * GROUP
    for k in range(seats.shape[0]):
        m = seats[k]
        if m >= 0:
            value = values[n_inputs + k]
            row = direct[k]
            for p in range(count):
                row[p] = value[p] - targets[order[start + p], m]
            for p in range(count, padded):
                row[p] = 0.0
            if k < n_real:
                for p in range(count):
                    sse += row[p] * row[p]
    return sse


@njit(**ENTRY)
def backward_block(
    begin, heirs, carriers, seats, weights, slopes, direct, count, factors, picks, signals
):
    """Find the signal of every neuron, from the last to the first.

    Parameters
    ----------
    begin, heirs, carriers, seats : int32 arrays
        As above.
    weights : (N,) float64
        What carries a child's signal back; fixed random numbers in feedback alignment.
    slopes, direct : (K, BLOCK) float64
        Of the neurons; what arrives from outside, where there is a seat.
    count : int
        Patterns in use.
    factors, picks : float64, int32
        Work space, as long as the most children.
    signals : (K, BLOCK) float64
        Written; zero in the padding.
    """
    padded = (count + GROUP - 1) // GROUP * GROUP
    for k in range(seats.shape[0] - 1, -1, -1):
        terms = 0
        for c in range(begin[k], begin[k + 1]):
            factors[terms] = weights[carriers[c]]
            picks[terms] = heirs[c]
            terms += 1
        combine(signals, k, 0.0, factors, picks, terms, signals, count)
        row = signals[k]
        slope = slopes[k]
        if seats[k] >= 0:
            outside = direct[k]
            for p in range(count):
                row[p] = (row[p] + outside[p]) * slope[p]
        else:
            for p in range(count):
                row[p] *= slope[p]
        for p in range(count, padded):
            row[p] = 0.0


@njit(**ENTRY)
def gradient_block(first, sources, values, signals, count, gradient):
    """Add each signal times its inputs to the gradient."""
    for k in range(first.shape[0] - 1):
        begin = first[k]
        total = 0.0
        row = signals[k]
        for p in range(count):
            total += row[p]
        gradient[begin] += total
        end = first[k + 1]
        terms = end - begin - 1
        add_dots(
            gradient, begin + 1, sources[begin + 1 : end], terms, values, signals, k, count
        )  # fmt: skip
