"""Levels of Forward-Forward over one block of patterns: activities, goodness, local gradients.

Nodes are numbered as usual, inputs first, then the drawn neurons; more nodes follow: features of
the inputs and one slot for each class. Neurons of the first level read these too, with weights
behind the N drawn ones. With h the activity of a neuron,

    n(h) = h / sqrt(mean over the level of h^2),     goodness of a level = mean or sum of h^2

Shapes use P patterns, I inputs, F features, C classes, K neurons, M outputs, L hidden levels,
T = I + K + F + C nodes and B = BLOCK patterns side by side.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from numba import njit

from nbn_core.kernels.activations import _reduced, activate
from nbn_core.kernels.backprop import load_block
from nbn_core.kernels.cache import INLINED, INNER
from nbn_core.kernels.forward import BLOCK
from nbn_core.kernels.records import Structure
from nbn_core.kernels.sums import add_dots
from nbn_core.kernels.vectors import GROUP, combine
from nbn_core.types import FloatArray, IndexArray, IntArray

# Losses
THRESHOLD, PAIRED = range(2)
NEUTRAL = -1  # in place of a class: a label that names none


class Layout(NamedTuple):
    """The drawn network, its hidden levels, and the nodes that only its first level reads.

    Attributes
    ----------
    structure : Structure
        The drawn network.
    begin : (L+1,) int64
        Level l has the neurons neurons[begin[l]]..neurons[begin[l+1]-1].
    neurons : int64 array
        Hidden neurons by level.
    more_first : (K,) int64
        Index of the first weight of each neuron on features and slots, or -1 if it has none.
    more_sources : (F+C,) int32
        Nodes of features and slots.
    """

    structure: Structure
    begin: IntArray
    neurons: IntArray
    more_first: IntArray
    more_sources: IndexArray


class Data(NamedTuple):
    """Patterns, and the classes that serve as labels.

    Attributes
    ----------
    inputs, features : (P, I), (P, F) float64
        Standardized inputs, and their sines and cosines.
    targets : (P, M) float64
        Targets.
    classes : (C, M) float64
        Targets of each class.
    labels : (P,) int64
        Class of each pattern.
    order : (P,) int64
        Indices of the patterns in the order of this epoch.
    """

    inputs: FloatArray
    features: FloatArray
    targets: FloatArray
    classes: FloatArray
    labels: IntArray
    order: IntArray


class Pass(NamedTuple):
    """Work space for one forward pass of a block.

    Attributes
    ----------
    values, divided : (T, B) float64
        Activity h of every neuron; n(h) of neurons, and inputs, features and label as they are,
        from which the neurons read.
    slopes : (K, B) float64
        Slope of each neuron.
    goodness : (L, B) float64
        Goodness of each level.
    """

    values: FloatArray
    divided: FloatArray
    slopes: FloatArray
    goodness: FloatArray


class Workspace(NamedTuple):
    """Work space for one block of patterns.

    Attributes
    ----------
    positive, negative : Pass
        Passes with right and with wrong labels.
    signals : (1, B) float64
        Signal of one neuron.
    scratch : (3, B) float64
        Quantities of one level.
    scores : (C, B) float64
        Goodness of each class as label, summed over levels, times the sharpness of pairs.
    outputs : (M, B) float64
        Predicted outputs.
    """

    positive: Pass
    negative: Pass
    signals: FloatArray
    scratch: FloatArray
    scores: FloatArray
    outputs: FloatArray


class Memory(NamedTuple):
    """Arrays that persist between blocks and batches.

    Attributes
    ----------
    one, two, powers : (N,), (N,), (2,) float64
        Memory of the optimiser, see `nbn_core.kernels.optimisers`.
    gradient : (N,) float64
        Sum of the batch so far.
    means : (K,) float64
        Running mean of each neuron's activity, for peer normalization.
    tally : (2, L) float64
        Goodness of each level, summed over the epoch so far, for right and for wrong labels.
    """

    one: FloatArray
    two: FloatArray
    powers: FloatArray
    gradient: FloatArray
    means: FloatArray
    tally: FloatArray


class Settings(NamedTuple):
    """Settings of losses and prediction.

    Attributes
    ----------
    sharpness : float
        Steepness alpha of the loss of pairs.
    peer : float
        Strength of peer normalization.
    slot : float
        Value of the slot that stands for the label.
    skipped : int
        Number of first levels whose goodness does not count in predictions.
    rectified : bool
        Whether hidden neurons are rectifiers instead of what was drawn.
    loss : int
        THRESHOLD or PAIRED.
    by_head : bool
        Whether the drawn outputs predict, instead of the goodness with every label.
    """

    sharpness: float
    peer: float
    slot: float
    skipped: int
    rectified: bool
    loss: int
    by_head: bool


@njit(**INLINED)
def name_layout(fields):
    """Restore a `Layout` that Python passed as plain tuples."""
    structure, begin, neurons, more_first, more_sources = fields
    return Layout(Structure(*structure), begin, neurons, more_first, more_sources)


@njit(**INLINED)
def name_workspace(fields):
    """Restore a `Workspace` that Python passed as plain tuples."""
    positive, negative, signals, scratch, scores, outputs = fields
    return Workspace(Pass(*positive), Pass(*negative), signals, scratch, scores, outputs)


@njit(**INNER)
def put_patterns(data, start, count, divided, n_neurons):
    """Copy the inputs and features of a block to `divided`, from which levels read."""
    n_inputs = data.inputs.shape[1]
    load_block(data.inputs, data.order, start, count, divided)
    load_block(data.features, data.order, start, count, divided[n_inputs + n_neurons :])


@njit(**INNER)
def put_label(divided, top, n_classes, slot, c, p):
    """Write the label of pattern p into the slots; equal values in all of them if neutral."""
    for i in range(n_classes):
        if c == NEUTRAL:
            divided[top + i, p] = slot / n_classes
        else:
            divided[top + i, p] = slot if i == c else 0.0


@njit(**INNER)
def run_levels(layout, settings, weights, n_inputs, count, one_pass, scratch):
    """Evaluate all hidden levels of a block, and compute the goodness of each."""
    first, sources, codes, gains, leaks, _ = layout.structure
    begin, neurons = layout.begin, layout.neurons
    more_first, more_sources = layout.more_first, layout.more_sources
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
            if settings.rectified:
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
            if settings.loss == PAIRED:
                good[p] /= width
        for t in range(begin[level], begin[level + 1]):
            k = n_inputs + neurons[t]
            for p in range(count):
                divided[k, p] = values[k, p] * scratch[0, p]


@njit(**INNER)
def decay(x):
    """Return exp(-|x|) with |x| limited to 80; the same bits on any machine."""
    power, rest = _reduced(-min(abs(x), 80.0))
    return power + power * rest


@njit(**INNER)
def sigmoid(x):
    """Return 1 / (1 + exp(-x)) without overflow."""
    t = decay(x)
    return 1.0 / (1.0 + t) if x >= 0.0 else t / (1.0 + t)


@njit(**INNER)
def add_level_gradients(layout, workspace, memory, settings, n_inputs, count):
    """Add the local gradients: higher goodness on positive patterns, lower on negative ones."""
    first, sources, _, _, _, _ = layout.structure
    begin, neurons = layout.begin, layout.neurons
    more_first, more_sources = layout.more_first, layout.more_sources
    positive, negative = workspace.positive, workspace.negative
    signals, scratch = workspace.signals, workspace.scratch
    gradient, means = memory.gradient, memory.means
    sharpness = settings.sharpness
    padded = (count + GROUP - 1) // GROUP * GROUP
    for level in range(begin.shape[0] - 1):
        width = begin[level + 1] - begin[level]
        for p in range(count):
            if settings.loss == PAIRED:
                gap = sharpness * (positive.goodness[level, p] - negative.goodness[level, p])
                strength = sharpness * sigmoid(-gap) * 2.0 / width
                scratch[1, p] = -strength
                scratch[2, p] = strength
            else:
                scratch[1, p] = -sigmoid(width - positive.goodness[level, p])
                scratch[2, p] = sigmoid(negative.goodness[level, p] - width)
        typical = 0.0
        for t in range(begin[level], begin[level + 1]):
            k = neurons[t]
            total = 0.0
            for p in range(count):
                total += positive.values[n_inputs + k, p]
            means[k] = 0.9 * means[k] + 0.1 * (total / count)
            typical += means[k]
        typical /= width
        for t in range(begin[level], begin[level + 1]):
            k = neurons[t]
            peer = settings.peer * (typical - means[k])
            for side in range(2):
                one_pass = positive if side == 0 else negative
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


@njit(**INNER)
def run_head(structure, weights, n_inputs, count, one_pass):
    """Evaluate the drawn outputs from the normalised activities of all levels."""
    first, sources, codes, gains, leaks, outputs = structure
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


@njit(**INNER)
def add_head_gradient(structure, data, start, count, one_pass, signals, gradient):
    """Add the gradient of the outputs by the delta rule."""
    first, sources, outputs = structure.first, structure.sources, structure.outputs
    targets, order = data.targets, data.order
    values, divided, slopes, _ = one_pass
    n_inputs = data.inputs.shape[1]
    padded = (count + GROUP - 1) // GROUP * GROUP
    for m in range(outputs.shape[0]):
        k = outputs[m]
        total = 0.0
        for p in range(count):
            error = values[n_inputs + k, p] - targets[order[start + p], m]
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
