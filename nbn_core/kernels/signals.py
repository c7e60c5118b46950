"""Signals that take the place of backpropagation's, over one block of patterns.

Letters as in `backprop`; delta_k is what a rule says instead of dE / dnet_k.

    feedback    delta_k = s_k sum_m B_km delta_m with fixed random B     (direct feedback alignment)
    activities  net_k moves by v_k: dE = sum_k dE/dnet_k v_k is found going forward,
                delta_k = dE v_k                                         (forward gradient)
    tangent     weights move by v: dE is found going forward, the gradient is dE v
    predictive  values x relax towards what is predicted for them and what they predict;
                delta_k = -(x_k - f(net_k)) s_k                          (predictive coding)
"""

from numba import njit

from nbn_core.kernels.activations import activate
from nbn_core.kernels.cache import ENTRY
from nbn_core.kernels.noise import fill_normal, mixed
from nbn_core.kernels.vectors import GROUP, combine

ERROR, SIGN, TARGET = range(3)  # what direct feedback carries


@njit(**ENTRY)
def feedback_block(
    seats,
    outputs,
    feedback,
    kind,
    targets,
    order,
    start,
    slopes,
    direct,
    count,
    lines,
    sent,
    signals,
):
    """Send the output signals (or their signs, or the targets) straight to every neuron.

    `feedback` is (K, M), `lines` are 0..M-1, `sent` (M, BLOCK) is work space.
    """
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
    for k in range(seats.shape[0]):
        if seats[k] < 0:
            combine(signals, k, 0.0, feedback[k], lines, lines.shape[0], sent, count)
            for p in range(count):
                signals[k, p] *= slopes[k, p]
            for p in range(count, padded):
                signals[k, p] = 0.0


@njit(**ENTRY)
def activity_block(
    first, sources, seats, weights, n_inputs, key, tangents, slopes, direct, count,
    moved, noise, change, signals,
):  # fmt: skip
    """Perturb all nets of all patterns, see what the error does, and credit the perturbation.

    `moved` (I+K, BLOCK), zero in the rows of the inputs, `noise` (K, BLOCK), `change` (BLOCK,) are
    work space.
    """
    n_neurons = seats.shape[0]
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
            if seats[k] >= 0:
                for p in range(count):
                    change[p] += direct[k, p] * row[p]
        for k in range(n_neurons):
            for p in range(count):
                signals[k, p] += change[p] * noise[k, p] / tangents


@njit(**ENTRY)
def tangent_block(
    first, sources, seats, weights, tangent, n_inputs, values, slopes, direct, count, moved, shift
):
    """Return how the half SSE of a block changes per unit of `tangent`, going forward only.

    `moved` (I+K, BLOCK), zero in the rows of the inputs, and `shift` (1, BLOCK) are work space.
    """
    change = 0.0
    for k in range(seats.shape[0]):
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
        if seats[k] >= 0:
            for p in range(count):
                change += direct[k, p] * row[p]
    return change


@njit(**ENTRY)
def predictive_block(
    first, sources, codes, gains, leaks, begin, heirs, carriers, seats, weights, targets, order,
    start, n_inputs, steps, rate, count, values, slopes, factors, picks, guess, back, signals,
):  # fmt: skip
    """Relax the values of a block with its outputs held at their targets; find the signals.

    `values` come from a forward pass and end as the relaxed ones. `guess` (1, BLOCK) and `back`
    (1, BLOCK) are work space. signals hold s_k (f(net_k) - x_k).
    """
    n_neurons = seats.shape[0]
    padded = (count + GROUP - 1) // GROUP * GROUP
    for k in range(n_neurons):
        if seats[k] >= 0:
            for p in range(count):
                values[n_inputs + k, p] = targets[order[start + p], seats[k]]
    for t in range(steps + 1):
        for k in range(n_neurons):
            left = first[k] + 1
            right = first[k + 1]
            combine(
                guess, 0, weights[left - 1],
                weights[left:right], sources[left:right], right - left, values, count,
            )  # fmt: skip
            activate(codes[k], gains[k], leaks[k], guess[0], slopes[k], count)
            for p in range(count):
                signals[k, p] = slopes[k, p] * (guess[0, p] - values[n_inputs + k, p])
            for p in range(count, padded):
                signals[k, p] = 0.0
            direct_row = back[1 + k]
            for p in range(count):
                direct_row[p] = guess[0, p] - values[n_inputs + k, p]
        if t == steps:
            break
        for k in range(n_neurons):
            if seats[k] < 0:
                terms = 0
                for c in range(begin[k], begin[k + 1]):
                    factors[terms] = weights[carriers[c]]
                    picks[terms] = heirs[c]
                    terms += 1
                combine(back, 0, 0.0, factors, picks, terms, signals, count)
                row = values[n_inputs + k]
                for p in range(count):
                    row[p] += rate * (back[1 + k, p] - back[0, p])
