"""Alternatives to the signals of backpropagation, over one block of patterns.

Letters are those of `backprop`; delta_k is the quantity that a rule uses in place of dE / dnet_k.
Arrays come in the records of `backprop`, `epochs` and `directions`.

    feedback    direct feedback alignment: delta_k = s_k sum_m B_km delta_m with fixed random B
    activities  forward gradient: net_k is perturbed by v_k, dE = sum_k dE/dnet_k v_k is computed
                in the forward pass, delta_k = dE v_k
    tangent     forward gradient in the weights: they are perturbed by v, dE is computed in the
                forward pass, and the gradient is dE v
    predictive  predictive coding: values x relax towards their predictions and towards the values
                that they predict, delta_k = -(x_k - f(net_k)) s_k
"""

from numba import njit

from nbn_core.kernels.activations import activate
from nbn_core.kernels.cache import INNER
from nbn_core.kernels.noise import fill_normal, mixed
from nbn_core.kernels.vectors import GROUP, combine

ERROR, SIGN, TARGET = range(3)  # quantity that direct feedback carries


@njit(**INNER)
def feedback_block(graph, data, perturbation, kind, start, count, workspace):
    """Compute signals by direct feedback of output signals, their signs, or the targets.

    The rows of `workspace.noise` are work space for the quantities fed back.
    """
    target_index, outputs = graph.target_index, graph.outputs
    targets, order = data.targets, data.order
    feedback, output_rows = perturbation.feedback, perturbation.output_rows
    slopes, direct = workspace.slopes, workspace.direct
    signals, sent = workspace.signals, workspace.noise
    padded = (count + GROUP - 1) // GROUP * GROUP
    for m in range(outputs.shape[0]):
        k = outputs[m]
        for p in range(padded):
            signals[k, p] = 0.0
            sent[m, p] = 0.0
        for p in range(count):
            signals[k, p] = direct[k, p] * slopes[k, p]
        for p in range(count):
            if kind == ERROR:
                sent[m, p] = signals[k, p]
            elif kind == SIGN:
                sent[m, p] = 1.0 if direct[k, p] > 0.0 else -1.0
            else:
                sent[m, p] = targets[order[start + p], m]
    for k in range(target_index.shape[0]):
        if target_index[k] < 0:
            combine(signals, k, 0.0, feedback[k], output_rows, output_rows.shape[0], sent, count)
            for p in range(count):
                signals[k, p] *= slopes[k, p]
            for p in range(count, padded):
                signals[k, p] = 0.0


@njit(**INNER)
def activity_block(graph, weights, n_inputs, key, tangents, count, workspace):
    """Compute signals from random perturbations of the nets and the change of the half SSE.

    `workspace.moved` is zero in the rows of the inputs.
    """
    first, sources, target_index = graph.first, graph.sources, graph.target_index
    slopes, direct, signals = workspace.slopes, workspace.direct, workspace.signals
    moved, noise, change = workspace.moved, workspace.noise, workspace.change[0]
    n_neurons = target_index.shape[0]
    padded = (count + GROUP - 1) // GROUP * GROUP
    for k in range(n_neurons):
        for p in range(padded):
            signals[k, p] = 0.0
    for t in range(tangents):
        own = mixed(key, t)
        for p in range(count):
            change[p] = 0.0
        for k in range(n_neurons):
            fill_normal(mixed(own, k), noise[k], count)
            begin = first[k] + 1
            end = first[k + 1]
            combine(
                moved, n_inputs + k, 0.0,
                weights[begin:end], sources[begin:end], end - begin, moved, count,
            )  # fmt: skip
            row = moved[n_inputs + k]
            for p in range(count):
                row[p] = (row[p] + noise[k, p]) * slopes[k, p]
            if target_index[k] >= 0:
                for p in range(count):
                    change[p] += direct[k, p] * row[p]
        for k in range(n_neurons):
            for p in range(count):
                signals[k, p] += change[p] * noise[k, p] / tangents


@njit(**INNER)
def tangent_block(graph, weights, tangent, n_inputs, count, workspace):
    """Return the derivative of the half SSE of a block along `tangent`, by a forward pass.

    `workspace.moved` is zero in the rows of the inputs.
    """
    first, sources, target_index = graph.first, graph.sources, graph.target_index
    values, slopes, direct = workspace.values, workspace.slopes, workspace.direct
    moved, shift = workspace.moved, workspace.change
    change = 0.0
    for k in range(target_index.shape[0]):
        begin = first[k] + 1
        end = first[k + 1]
        combine(
            shift, 0, tangent[begin - 1],
            tangent[begin:end], sources[begin:end], end - begin, values, count,
        )  # fmt: skip
        combine(
            moved, n_inputs + k, 0.0,
            weights[begin:end], sources[begin:end], end - begin, moved, count,
        )  # fmt: skip
        row = moved[n_inputs + k]
        for p in range(count):
            row[p] = (row[p] + shift[0, p]) * slopes[k, p]
        if target_index[k] >= 0:
            for p in range(count):
                change += direct[k, p] * row[p]
    return change


@njit(**INNER)
def predictive_block(graph, successors, weights, data, start, steps, rate, count, workspace):
    """Relax the values of a block with its outputs clamped to the targets; compute the signals.

    Parameters
    ----------
    graph, successors : Graph, Successors
        The network.
    weights : (N,) float64
        Weights, neuron by neuron, bias first.
    data : record
        `inputs`, `targets` and the `order` of the patterns.
    start, count : int
        First pattern and number of patterns of the block.
    steps : int
        Number of relaxation steps.
    rate : float
        Rate of the relaxation.
    workspace : Workspace
        `values` of a forward pass are replaced by relaxed values; s_k (f(net_k) - x_k) is written
        to `signals`.
    """
    first, sources, codes, gains, leaks, target_index, _ = graph
    begin, neurons, weight_index = successors
    targets, order = data.targets, data.order
    n_inputs = data.inputs.shape[1]
    values, slopes, signals = workspace.values, workspace.slopes, workspace.signals
    factors, picks = workspace.factors, workspace.picks
    guess, back = workspace.change, workspace.noise
    n_neurons = target_index.shape[0]
    padded = (count + GROUP - 1) // GROUP * GROUP
    for k in range(n_neurons):
        if target_index[k] >= 0:
            for p in range(count):
                values[n_inputs + k, p] = targets[order[start + p], target_index[k]]
    for t in range(steps + 1):
        for k in range(n_neurons):
            left = first[k] + 1
            right = first[k + 1]
            combine(
                guess, 0, weights[left - 1],
                weights[left:right], sources[left:right], right - left, values, count,
            )  # fmt: skip
            predicted, slope = guess[0], slopes[k]
            activate(codes[k], gains[k], leaks[k], predicted, slope, count)
            row, signal, error = values[n_inputs + k], signals[k], back[1 + k]
            for p in range(count):
                error[p] = predicted[p] - row[p]
                signal[p] = slope[p] * error[p]
            for p in range(count, padded):
                signal[p] = 0.0
        if t == steps:
            break
        for k in range(n_neurons):
            if target_index[k] < 0:
                terms = 0
                for c in range(begin[k], begin[k + 1]):
                    factors[terms] = weights[weight_index[c]]
                    picks[terms] = neurons[c]
                    terms += 1
                combine(back, 0, 0.0, factors, picks, terms, signals, count)
                row, error, fed_back = values[n_inputs + k], back[1 + k], back[0]
                for p in range(count):
                    row[p] += rate * (error[p] - fed_back[p])
