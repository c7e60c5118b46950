"""Levels of Forward-Forward over one block of patterns: activities, goodness, local gradients.

Nodes are numbered as usual, inputs first, then the drawn neurons; `more` nodes follow: features of
the inputs and one slot for each class. Neurons of the first level read these too, with weights
behind the N drawn ones. `values` hold the activities h, `divided` the normalised ones:

    n(h) = h / sqrt(mean over the level of h^2),     goodness of a level = mean or sum of h^2

Arrays come in tuples:

    structure   first, sources, codes, gains, leaks, outputs, more_first, more_sources
    levels      begin, neurons: hidden neurons by level
    data        inputs (P, I), features (P, F), targets, classes, labels (P,), order
    passes      two of (values, divided, slopes, goodness), for positive and negative patterns
    room        signals, scratch, means, wrong
"""

import math

from numba import njit

from nbn_core.kernels.activations import _reduced, activate
from nbn_core.kernels.cache import ENTRY
from nbn_core.kernels.forward import BLOCK
from nbn_core.kernels.sums import add_dots
from nbn_core.kernels.vectors import GROUP, combine

# Loss
THRESHOLD, PAIRED = range(2)
# Places in the settings of this rule
SHARPNESS, PEER, SLOT, SKIPPED, RECTIFIED, LOSS, BY_HEAD = range(7)
N_CHOICES = 7
NEUTRAL = -1


@njit(**ENTRY)
def put_patterns(data, start, count, into, n_neurons):
    """Copy the inputs and features of a block into the node values."""
    inputs, features, order = data[0], data[1], data[5]
    n_inputs = inputs.shape[1]
    padded = (count + GROUP - 1) // GROUP * GROUP
    for i in range(n_inputs):
        for p in range(padded):
            into[i, p] = inputs[order[start + p], i] if p < count else 0.0
    for i in range(features.shape[1]):
        row = into[n_inputs + n_neurons + i]
        for p in range(padded):
            row[p] = features[order[start + p], i] if p < count else 0.0


@njit(**ENTRY)
def put_label(into, top, n_classes, slot, c, p):
    """Write the label of pattern p into the slots; equal values in all of them if neutral."""
    for i in range(n_classes):
        if c == NEUTRAL:
            into[top + i, p] = slot / n_classes
        else:
            into[top + i, p] = slot if i == c else 0.0


@njit(**ENTRY)
def run_levels(structure, levels, choices, weights, n_inputs, count, one_pass, scratch):
    """Evaluate all hidden levels of a block, and compute the goodness of each."""
    first, sources, codes, gains, leaks, _, more_first, more_sources = structure
    begin, neurons = levels
    values, divided, slopes, goodness = one_pass
    for level in range(begin.shape[0] - 1):
        good = goodness[level]
        for p in range(BLOCK):
            good[p] = 0.0
        for t in range(begin[level], begin[level + 1]):
            k = neurons[t]
            left = first[k] + 1
            right = first[k + 1]
            row = values[n_inputs + k]
            combine(
                values, n_inputs + k, weights[left - 1],
                weights[left:right], sources[left:right], right - left, divided, count,
            )  # fmt: skip
            if more_first[k] >= 0:
                terms = more_sources.shape[0]
                combine(
                    scratch, 0, 0.0,
                    weights[more_first[k] : more_first[k] + terms], more_sources, terms,
                    divided, count,
                )  # fmt: skip
                for p in range(count):
                    row[p] += scratch[0, p]
            if choices[RECTIFIED] > 0.0:
                for p in range(count):
                    on = row[p] > 0.0
                    slopes[k, p] = 1.0 if on else 0.0
                    row[p] = row[p] if on else 0.0
            else:
                activate(codes[k], gains[k], leaks[k], row, slopes[k], count)
            for p in range(count):
                good[p] += row[p] * row[p]
        width = begin[level + 1] - begin[level]
        for p in range(count):
            scratch[0, p] = 1.0 / (math.sqrt(good[p] / width) + 1e-6)
            if choices[LOSS] == PAIRED:
                good[p] /= width
        for t in range(begin[level], begin[level + 1]):
            k = n_inputs + neurons[t]
            for p in range(count):
                divided[k, p] = values[k, p] * scratch[0, p]


@njit(**ENTRY)
def decay(x):
    """Return exp(-|x|) with |x| limited to 80; the same bits on any machine."""
    power, rest = _reduced(-min(abs(x), 80.0))
    return power + power * rest


@njit(**ENTRY)
def sigmoid(x):
    """Return 1 / (1 + exp(-x)) without overflow."""
    t = decay(x)
    return 1.0 / (1.0 + t) if x >= 0.0 else t / (1.0 + t)


@njit(**ENTRY)
def add_level_gradients(structure, levels, choices, n_inputs, count, good, bad, room, gradient):
    """Add the local gradients: higher goodness on positive patterns, lower on negative ones."""
    first, sources, _, _, _, _, more_first, more_sources = structure
    begin, neurons = levels
    signals, scratch, means, _ = room
    sharpness = choices[SHARPNESS]
    padded = (count + GROUP - 1) // GROUP * GROUP
    for level in range(begin.shape[0] - 1):
        width = begin[level + 1] - begin[level]
        for p in range(count):
            if choices[LOSS] == PAIRED:
                gap = sharpness * (good[3][level, p] - bad[3][level, p])
                pull = sharpness * sigmoid(-gap) * 2.0 / width
                scratch[1, p] = -pull
                scratch[2, p] = pull
            else:
                scratch[1, p] = -sigmoid(width - good[3][level, p])
                scratch[2, p] = sigmoid(bad[3][level, p] - width)
        typical = 0.0
        for t in range(begin[level], begin[level + 1]):
            k = neurons[t]
            total = 0.0
            for p in range(count):
                total += good[0][n_inputs + k, p]
            means[k] = 0.9 * means[k] + 0.1 * (total / count)
            typical += means[k]
        typical /= width
        for t in range(begin[level], begin[level + 1]):
            k = neurons[t]
            peer = choices[PEER] * (typical - means[k])
            for side in range(2):
                one_pass = good if side == 0 else bad
                values, divided, slopes, _ = one_pass
                pull = scratch[1 + side]
                row = signals[0]
                total = 0.0
                for p in range(count):
                    row[p] = pull[p] * values[n_inputs + k, p] * slopes[k, p]
                    if side == 0:
                        row[p] -= peer
                    total += row[p]
                for p in range(count, padded):
                    row[p] = 0.0
                left = first[k]
                right = first[k + 1]
                gradient[left] += total
                add_dots(
                    gradient, left + 1, sources[left + 1 : right], right - left - 1, divided,
                    signals, 0, count,
                )  # fmt: skip
                if more_first[k] >= 0:
                    add_dots(
                        gradient, more_first[k], more_sources, more_sources.shape[0], divided,
                        signals, 0, count,
                    )  # fmt: skip


@njit(**ENTRY)
def run_head(structure, weights, n_inputs, count, one_pass):
    """Evaluate the drawn outputs from the normalised activities of all levels."""
    first, sources, codes, gains, leaks, outputs, _, _ = structure
    values, divided, slopes, _ = one_pass
    for m in range(outputs.shape[0]):
        k = outputs[m]
        left = first[k] + 1
        right = first[k + 1]
        combine(
            values, n_inputs + k, weights[left - 1],
            weights[left:right], sources[left:right], right - left, divided, count,
        )  # fmt: skip
        activate(codes[k], gains[k], leaks[k], values[n_inputs + k], slopes[k], count)


@njit(**ENTRY)
def add_head_gradient(structure, data, n_inputs, start, count, one_pass, room, gradient):
    """Add the gradient of the outputs by the delta rule; return their SSE."""
    first, sources, _, _, _, outputs, _, _ = structure
    targets, order = data[2], data[5]
    values, divided, slopes, _ = one_pass
    signals = room[0]
    padded = (count + GROUP - 1) // GROUP * GROUP
    sse = 0.0
    for m in range(outputs.shape[0]):
        k = outputs[m]
        total = 0.0
        for p in range(count):
            error = values[n_inputs + k, p] - targets[order[start + p], m]
            sse += error * error
            signals[0, p] = error * slopes[k, p]
            total += signals[0, p]
        for p in range(count, padded):
            signals[0, p] = 0.0
        left = first[k]
        right = first[k + 1]
        gradient[left] += total
        add_dots(
            gradient, left + 1, sources[left + 1 : right], right - left - 1, divided,
            signals, 0, count,
        )  # fmt: skip
    return sse
