"""Candidates of cascade correlation: neurons trained to covary with the remaining errors."""

from __future__ import annotations

import math
from typing import NamedTuple

from numba import njit

from nbn_core.kernels.activations import activate
from nbn_core.kernels.cache import ENTRY
from nbn_core.types import FloatArray


class Activation(NamedTuple):
    """Activation of the candidates, see `nbn_core.kernels.activations`.

    Attributes
    ----------
    code : int
        Activation function.
    gain, leak : float
        Gain and leak.
    """

    code: int
    gain: float
    leak: float


class Candidates(NamedTuple):
    """C candidates for one neuron with D sources, bias included.

    Attributes
    ----------
    weights, one, two : (C, D) float64
        Weights of the candidates, and first and second moments of Adam.
    scores : (C,) float64
        Covariance before the last step: sum over outputs of |sum over patterns of (v - mean v) e|.
    """

    weights: FloatArray
    one: FloatArray
    two: FloatArray
    scores: FloatArray


class Workspace(NamedTuple):
    """Work space for all P patterns.

    Attributes
    ----------
    values, slopes : (1, P) float64
        Values and slopes of one candidate.
    pull : (P,) float64
        Derivative of its covariance by its values.
    """

    values: FloatArray
    slopes: FloatArray
    pull: FloatArray


@njit(**ENTRY)
def climb(design, errors, activation, rate, begin, end, candidates, workspace):
    """Maximise the covariance of every candidate by steps begin..end-1 of Adam.

    Parameters
    ----------
    design : (D, P) float64
        Sources of a candidate: ones, inputs, and the neurons so far.
    errors : (M, P) float64
        Targets minus outputs, minus their mean.
    activation : tuple
        The fields of `Activation`.
    rate : float
        Learning rate of Adam.
    begin, end : int
        First step, and the one after the last.
    candidates, workspace : tuples
        The fields of `Candidates`, updated, and of `Workspace`.
    """
    code, gain, leak = activation
    weights, one, two, scores = candidates
    values, slopes, pull = workspace
    n_candidates, width = weights.shape
    n_patterns = design.shape[1]
    for c in range(n_candidates):
        for step in range(begin, end):
            for p in range(n_patterns):
                values[0, p] = 0.0
            for i in range(width):
                factor = weights[c, i]
                row = design[i]
                for p in range(n_patterns):
                    values[0, p] += factor * row[p]
            activate(code, gain, leak, values[0], slopes[0], n_patterns)
            for p in range(n_patterns):
                pull[p] = 0.0
            score = 0.0
            for m in range(errors.shape[0]):
                total = 0.0
                row = errors[m]
                for p in range(n_patterns):
                    total += values[0, p] * row[p]
                score += abs(total)
                sign = 1.0 if total >= 0.0 else -1.0
                for p in range(n_patterns):
                    pull[p] += sign * row[p]
            scores[c] = score
            fade_one = 1.0 - 0.9 ** (step + 1)
            fade_two = 1.0 - 0.999 ** (step + 1)
            for i in range(width):
                slope = 0.0
                row = design[i]
                for p in range(n_patterns):
                    slope += pull[p] * slopes[0, p] * row[p]
                one[c, i] = 0.9 * one[c, i] + 0.1 * slope
                two[c, i] = 0.999 * two[c, i] + 0.001 * slope * slope
                weights[c, i] += (
                    rate * (one[c, i] / fade_one) / (math.sqrt(two[c, i] / fade_two) + 1e-8)
                )
