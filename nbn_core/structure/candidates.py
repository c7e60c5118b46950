"""Candidates for a new neuron, trained to covary with errors, as in cascade correlation."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nbn_core.kernels import cascade_correlation
from nbn_core.network import ACTIVATIONS, Neuron
from nbn_core.types import FloatArray

CANDIDATES = 8
STEPS = 300
RATE = 0.05
_PIECE = 2e6  # approximate number of multiplications between two yields


class CandidatePool:
    """Candidates that read the same nodes; the best one covaries most with the errors.

    Parameters
    ----------
    kind : Neuron
        Activation, gain and leak of the new neuron.
    sources : (P, D) float64
        Values of the nodes that it reads.
    errors : (P, M) float64
        Errors that it should explain.
    seed : sequence of int
        Random seed of the starting weights of the candidates.
    """

    def __init__(
        self, kind: Neuron, sources: FloatArray, errors: FloatArray, seed: list[int]
    ) -> None:
        n_patterns = len(sources)
        self._activation = (
            np.int32(ACTIVATIONS[kind.activation].code),
            np.float64(kind.gain),
            np.float64(kind.leak),
        )
        self._design = np.ascontiguousarray(np.vstack([np.ones((1, n_patterns)), sources.T]))
        self._errors = np.ascontiguousarray((errors - errors.mean(axis=0)).T)
        start = np.random.default_rng(seed).uniform(-1.0, 1.0, (CANDIDATES, len(self._design)))
        self._candidates = cascade_correlation.Candidates(
            weights=start,
            one=np.zeros_like(start),
            two=np.zeros_like(start),
            scores=np.zeros(CANDIDATES),
        )
        self._workspace = cascade_correlation.Workspace(
            values=np.zeros((1, n_patterns)),
            slopes=np.zeros((1, n_patterns)),
            pull=np.zeros(n_patterns),
        )

    @property
    def first(self) -> FloatArray:
        """Weights of the first candidate, (1 + D,) float64; random before training."""
        first: FloatArray = self._candidates.weights[0].copy()
        return first

    @property
    def best(self) -> FloatArray:
        """Weights of the best candidate, (1 + D,) float64, bias first."""
        best: FloatArray = self._candidates.weights[int(np.argmax(self._candidates.scores))].copy()
        return best

    @property
    def scores(self) -> FloatArray:
        """Covariance of each candidate with the errors before its last step, (C,) float64."""
        return self._candidates.scores

    def train(self) -> Iterator[None]:
        """Train all candidates; yields now and then so that a caller can pause."""
        size = max(1, int(_PIECE / (2.0 * CANDIDATES * self._design.size)))
        for begin in range(0, STEPS, size):
            cascade_correlation.climb(
                self._design, self._errors, self._activation, RATE, begin,
                min(begin + size, STEPS), tuple(self._candidates), tuple(self._workspace),
            )  # fmt: skip
            yield
