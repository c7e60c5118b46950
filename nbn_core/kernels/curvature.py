"""The term of the Hessian that NBN drops, S = sum e d2e/dw2, by forward-over-reverse.

With E = SSE / 2, o the values, net the weighted sums, s = do/dnet and c = d2o/dnet2 of each neuron,
and a(k) = dE/do_k, l(k) = dE/dnet_k = s_k a(k), the ordinary backward pass is

    a(k) = sum_(i fed by k) w_ki l(i) - sum_(m: k is output m) e_m

and dE/dw = l(k) y for the weight of neuron k on a source of value y. A small change of net_j moves
the nets after it (forward) and with them every l (over reverse):

    N(j, j) = 1,    N(k, j) = sum_(i feeds k) w_ik s_i N(i, j)
    T(k, j) = s_k sum_(i fed by k) w_ki T(i, j) + c_k a(k) N(k, j)

T omits the change of the errors themselves, which gives Q; the rest is S. A change of the weight of
neuron j on a node of value y moves net_j by y, and also carries l(j) back to the sources of that
node. So for weights (j, source a) and (k, source b) with k <= j

    S = sum_p  [ T(k, j) y_a + l(j) s_a N(a, k) ] y_b

where the second term exists only if a path leads from k to a. K directions are propagated instead
of N; the rest costs as much as Q. Letters are those of `nbn_core.kernels.forward`. At net = 0 the
slope of the Elliot activations is not differentiable: c is 0 there, the mean of both sides.
"""

from __future__ import annotations

from typing import NamedTuple

from numba import njit

from nbn_core.kernels.activations import (
    BIPOLAR,
    ELLIOT_BIPOLAR,
    ELLIOT_UNIPOLAR,
    UNIPOLAR,
    activate,
)
from nbn_core.kernels.cache import ENTRY, INNER
from nbn_core.kernels.records import Paths, Patterns, Structure
from nbn_core.types import FloatArray

BATCH = 64  # patterns in a batch, at most


class Workspace(NamedTuple):
    """Work space for one batch of B = BATCH patterns.

    Attributes
    ----------
    nets, slopes, bends : (K, B) float64
        Weighted sum, s and c of each neuron.
    values : (I+K, B) float64
        Value of every node.
    pulls, lambdas : (K, B) float64
        a = dE/do and l = dE/dnet of each neuron.
    responses : (D, B) float64
        N(k, j), in the rows of the delta matrix.
    turns : (K, B) float64
        T(k, j) of all k and one j.
    feeds : (B, N) float64
        Value that each weight multiplies.
    factor : (B,) float64
        The bracket in the sum S, for one weight and one neuron.
    """

    nets: FloatArray
    slopes: FloatArray
    bends: FloatArray
    values: FloatArray
    pulls: FloatArray
    lambdas: FloatArray
    responses: FloatArray
    turns: FloatArray
    feeds: FloatArray
    factor: FloatArray


@njit(**ENTRY)
def bend(code, gain, leak, nets, values, slopes, bends, count):
    """Write values, slopes and second derivatives of one neuron for `count` patterns."""
    for p in range(count):
        values[p] = nets[p]
    activate(code, gain, 0.0, values, slopes, count)
    for p in range(count):
        net = nets[p]
        c = 0.0
        if code == BIPOLAR:
            c = -2.0 * gain * values[p] * slopes[p]
        elif code == UNIPOLAR:
            c = gain * slopes[p] * (1.0 - 2.0 * values[p])
        elif code in (ELLIOT_BIPOLAR, ELLIOT_UNIPOLAR):
            c = 2.0 * gain * slopes[p] / (1.0 + gain * abs(net))
            if net > 0.0:
                c = -c
            elif net == 0.0:
                c = 0.0
        bends[p] = c
        values[p] += leak * net
        slopes[p] += leak


@njit(**INNER)
def first_order(structure, patterns, weights, start, count, workspace):
    """Compute values, s, c, a and l of every neuron of a batch, forward and back."""
    first, sources, codes, gains, leaks, outputs = structure
    inputs, targets, sqrt_weights = patterns
    nets, values, slopes = workspace.nets, workspace.values, workspace.slopes
    bends, pulls, lambdas = workspace.bends, workspace.pulls, workspace.lambdas
    n_inputs = inputs.shape[1]
    n_neurons = codes.shape[0]
    for i in range(n_inputs):
        for p in range(count):
            values[i, p] = inputs[start + p, i]
    for k in range(n_neurons):
        net = nets[k]
        for p in range(count):
            net[p] = weights[first[k]]
        for n in range(first[k] + 1, first[k + 1]):
            weight = weights[n]
            value = values[sources[n]]
            for p in range(count):
                net[p] += weight * value[p]
        bend(codes[k], gains[k], leaks[k], net, values[n_inputs + k], slopes[k], bends[k], count)
    pulls[:, :] = 0.0
    for m in range(outputs.shape[0]):
        pull = pulls[outputs[m]]
        value = values[n_inputs + outputs[m]]
        for p in range(count):
            pull[p] -= targets[start + p, m] - value[p]
        if sqrt_weights.shape[0] > 0:
            for p in range(count):
                pull[p] *= sqrt_weights[start + p] * sqrt_weights[start + p]
    for k in range(n_neurons - 1, -1, -1):
        for p in range(count):
            lambdas[k, p] = slopes[k, p] * pulls[k, p]
        for n in range(first[k] + 1, first[k + 1]):
            i = sources[n] - n_inputs
            if i >= 0:
                weight = weights[n]
                for p in range(count):
                    pulls[i, p] += weight * lambdas[k, p]


@njit(**INNER)
def net_responses(structure, paths, weights, count, n_inputs, workspace):
    """Write N(k, j) of a batch into row slots[k, j] of `responses`."""
    first, sources = structure.first, structure.sources
    reach, origins, slots = paths.reach, paths.origins, paths.slots
    slopes, responses = workspace.slopes, workspace.responses
    for k in range(reach.shape[0] - 1):
        own = reach[k + 1] - 1
        for t in range(reach[k], own):
            j = origins[t]
            row = responses[t]
            for p in range(count):
                row[p] = 0.0
            for n in range(first[k] + 1, first[k + 1]):
                i = sources[n] - n_inputs
                if i >= 0 and slots[i, j] >= 0:
                    weight = weights[n]
                    slope = slopes[i]
                    response = responses[slots[i, j]]
                    for p in range(count):
                        row[p] += weight * slope[p] * response[p]
        for p in range(count):
            responses[own, p] = 1.0


@njit(**INNER)
def reverse_response(structure, slots, weights, count, n_inputs, j, workspace):
    """Write T(k, j) of a batch for all k and one j into `turns`."""
    first, sources = structure.first, structure.sources
    slopes, bends, pulls = workspace.slopes, workspace.bends, workspace.pulls
    responses, turns = workspace.responses, workspace.turns
    n_neurons = slots.shape[0]
    turns[:, :] = 0.0
    for k in range(n_neurons - 1, -1, -1):
        turn = turns[k]
        t = slots[k, j]
        for p in range(count):
            turn[p] *= slopes[k, p]
        if t >= 0:
            for p in range(count):
                turn[p] += bends[k, p] * pulls[k, p] * responses[t, p]
        for n in range(first[k] + 1, first[k + 1]):
            i = sources[n] - n_inputs
            if i >= 0:
                weight = weights[n]
                for p in range(count):
                    turns[i, p] += weight * turn[p]


@njit(**ENTRY)
def dropped_term(structure, paths, patterns, weights, workspace, dropped):
    """Add S of all patterns to the lower triangle, by blocks of neurons, of `dropped`.

    Parameters
    ----------
    structure, paths, patterns : tuples
        The fields of `Structure`, `Paths` and `Patterns`.
    weights : (N,) float64
        Weights, neuron by neuron, bias first.
    workspace : tuple
        The fields of `Workspace`.
    dropped : (N, N) float64
        S, added to on and below the diagonal blocks.
    """
    structure = Structure(*structure)
    paths = Paths(*paths)
    patterns = Patterns(*patterns)
    workspace = Workspace(*workspace)
    first, sources, slots = structure.first, structure.sources, paths.slots
    values, slopes, lambdas = workspace.values, workspace.slopes, workspace.lambdas
    responses, turns = workspace.responses, workspace.turns
    feeds, factor = workspace.feeds, workspace.factor
    n_patterns, n_inputs = patterns.inputs.shape
    for start in range(0, n_patterns, BATCH):
        count = min(BATCH, n_patterns - start)
        first_order(structure, patterns, weights, start, count, workspace)
        net_responses(structure, paths, weights, count, n_inputs, workspace)
        for n in range(sources.shape[0]):
            for p in range(count):
                feeds[p, n] = 1.0 if sources[n] < 0 else values[sources[n], p]
        for j in range(structure.codes.shape[0]):
            reverse_response(structure, slots, weights, count, n_inputs, j, workspace)
            for n in range(first[j], first[j + 1]):
                a = sources[n] - n_inputs
                for k in range(j + 1):
                    for p in range(count):
                        factor[p] = turns[k, p] * feeds[p, n]
                    if sources[n] >= 0 and a >= 0 and slots[a, k] >= 0:
                        response = responses[slots[a, k]]
                        for p in range(count):
                            factor[p] += lambdas[j, p] * slopes[a, p] * response[p]
                    row = dropped[n, first[k] : first[k + 1]]
                    for p in range(count):
                        feed = feeds[p, first[k] : first[k + 1]]
                        for b in range(row.shape[0]):
                            row[b] += factor[p] * feed[b]
