"""Backpropagation over one block of patterns, for arbitrarily connected networks.

Letters: p pattern in the block, i input, k neuron, m output, n weight. With a the value, s the
slope, e = d - o and the half SSE E = 1/2 sum e^2, the signal of neuron k is delta_k = dE / dnet_k,

    delta_k = s_k (sum over successors c of w_ck delta_c  +  a_k - d_m if k is output m),

computed from the last neuron to the first, and dE/dw of a weight from node i to k is
sum_p delta_k a_i; the sums are g = J'e. Other rules use another signal in place of delta.
"""

from __future__ import annotations

from typing import NamedTuple

from numba import njit

from nbn_core.kernels.activations import activate
from nbn_core.kernels.cache import INLINED
from nbn_core.kernels.sums import add_dots
from nbn_core.kernels.vectors import GROUP, combine
from nbn_core.types import FloatArray, IndexArray


class Graph(NamedTuple):
    """A network laid out for signals; it may have more neurons than the drawn one.

    Attributes
    ----------
    first, sources, codes, gains, leaks : arrays
        The same as in `nbn_core.kernels.records.Structure`.
    target_index : (K,) int32
        Index of the target that each neuron is compared with, or -1.
    outputs : (M,) int32
        Neuron of each output.
    """

    first: IndexArray
    sources: IndexArray
    codes: IndexArray
    gains: FloatArray
    leaks: FloatArray
    target_index: IndexArray
    outputs: IndexArray


class Successors(NamedTuple):
    """The neurons that each neuron feeds and from which it receives signals.

    Attributes
    ----------
    begin : (K+1,) int32
        Neuron k has the successors begin[k]..begin[k+1]-1.
    neurons, weight_index : (E,) int32
        Index of each successor, and index of the weight that leads to it.
    """

    begin: IndexArray
    neurons: IndexArray
    weight_index: IndexArray


@njit(**INLINED)
def load_block(inputs, order, start, count, values):
    """Copy the inputs of patterns order[start:start+count] to `values`, zero in the padding."""
    n_inputs = inputs.shape[1]
    padded = (count + GROUP - 1) // GROUP * GROUP
    for p in range(count):
        row = inputs[order[start + p]]
        for i in range(n_inputs):
            values[i, p] = row[i]
    for i in range(n_inputs):
        for p in range(count, padded):
            values[i, p] = 0.0


@njit(**INLINED)
def run_block(graph, weights, n_inputs, count, values, slopes):
    """Compute values and slopes of all neurons from the inputs in `values`."""
    first, sources, codes, gains, leaks, _, _ = graph
    for k in range(codes.shape[0]):
        begin = first[k] + 1
        end = first[k + 1]
        combine(
            values, n_inputs + k, weights[begin - 1],
            weights[begin:end], sources[begin:end], end - begin, values, count,
        )  # fmt: skip
        activate(codes[k], gains[k], leaks[k], values[n_inputs + k], slopes[k], count)


@njit(**INLINED)
def compare_block(target_index, n_drawn, targets, order, start, count, n_inputs, values, direct):
    """Write a_k - d_m of every neuron with a target; return the SSE of the first n_drawn."""
    sse = 0.0
    padded = (count + GROUP - 1) // GROUP * GROUP
    for k in range(target_index.shape[0]):
        m = target_index[k]
        if m >= 0:
            value = values[n_inputs + k]
            row = direct[k]
            for p in range(count):
                row[p] = value[p] - targets[order[start + p], m]
            for p in range(count, padded):
                row[p] = 0.0
            if k < n_drawn:
                for p in range(count):
                    sse += row[p] * row[p]
    return sse


@njit(**INLINED)
def backward_block(successors, target_index, weights, count, workspace):
    """Compute the signal of every neuron, from the last to the first.

    Parameters
    ----------
    successors : Successors
        Neurons from which each neuron receives signals.
    target_index : (K,) int32
        Index of the target that each neuron is compared with, or -1.
    weights : (N,) float64
        Weights that carry signals back; fixed random numbers in feedback alignment.
    count : int
        Number of patterns in the block.
    workspace : record
        `slopes` (K, BLOCK) and `direct` (K, BLOCK) from `compare_block` are read; `factors` and
        `picks`, as long as the largest number of successors, are work space; `signals` (K, BLOCK)
        is written, zero in the padding.
    """
    begin, neurons, weight_index = successors
    slopes, direct, signals = workspace.slopes, workspace.direct, workspace.signals
    factors, picks = workspace.factors, workspace.picks
    padded = (count + GROUP - 1) // GROUP * GROUP
    for k in range(target_index.shape[0] - 1, -1, -1):
        terms = 0
        for c in range(begin[k], begin[k + 1]):
            factors[terms] = weights[weight_index[c]]
            picks[terms] = neurons[c]
            terms += 1
        combine(signals, k, 0.0, factors, picks, terms, signals, count)
        row = signals[k]
        slope = slopes[k]
        if target_index[k] >= 0:
            outside = direct[k]
            for p in range(count):
                row[p] = (row[p] + outside[p]) * slope[p]
        else:
            for p in range(count):
                row[p] *= slope[p]
        for p in range(count, padded):
            row[p] = 0.0


@njit(**INLINED)
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
