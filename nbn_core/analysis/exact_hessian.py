"""Curvature: the exact second derivatives of the SSE beside the quasi-Hessian NBN solves with.

With e = d - o and J = de/dw, and the SSE without the factor 1/2, half the Hessian of the SSE is

    H = Q + S,    Q = J'J,    S = sum_pm e_pm d2e_pm/dw2

as half its gradient is g = J'e. NBN keeps Q, which needs only first derivatives and is positive
semidefinite, and drops S. S vanishes with the errors: near an exact solution the steps of NBN are
Newton's, and converge quadratically. Far from it S may outweigh Q and make H indefinite.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from nbn_core.kernels import curvature as kernel
from nbn_core.objective import Objective
from nbn_core.types import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Curvature:
    """SSE and its derivatives at one point; arrays are read-only.

    Parameters
    ----------
    sse : float
        Without the factor 1/2.
    gradient : (N,) float64
        g = J'e, half the gradient of the SSE.
    quasi_hessian : (N, N) float64
        Q = J'J.
    dropped : (N, N) float64
        S, symmetric.
    """

    sse: float
    gradient: FloatArray
    quasi_hessian: FloatArray
    dropped: FloatArray

    @property
    def hessian(self) -> FloatArray:
        """H = Q + S, half the Hessian of the SSE."""
        return self.quasi_hessian + self.dropped

    @property
    def dropped_ratio(self) -> float:
        """Frobenius norm of S over that of Q: how far Q is from the truth; NaN where Q is 0."""
        whole = float(np.linalg.norm(self.quasi_hessian))
        return float(np.linalg.norm(self.dropped)) / whole if whole > 0 else float("nan")


def curvature(objective: Objective, weights: ArrayLike) -> Curvature:
    """Compute the exact curvature of the SSE, split into what NBN keeps and what it drops.

    Parameters
    ----------
    objective : Objective
        Network and data.
    weights : (N,) array_like
        Neuron by neuron, bias first.

    Returns
    -------
    Curvature
        sse, gradient (N,), quasi_hessian and dropped (N, N).
    """
    sse, gradient, quasi_hessian = objective.normal_equations(weights)
    dropped = dropped_term(objective, weights)
    for array in (gradient, quasi_hessian, dropped):
        array.setflags(write=False)
    return Curvature(sse, gradient, quasi_hessian, dropped)


def dropped_term(objective: Objective, weights: ArrayLike) -> FloatArray:
    """Compute S = sum e d2e/dw2 by forward-over-reverse differentiation.

    Parameters
    ----------
    objective : Objective
        Network and data.
    weights : (N,) array_like
        Neuron by neuron, bias first.

    Returns
    -------
    (N, N) float64
        Symmetric.
    """
    network = objective.network
    n, batch = network.n_weights, kernel.BATCH
    dropped = np.zeros((n, n))
    nets, slopes, bends, pulls, lambdas, turns = np.zeros((6, network.n_neurons, batch))
    arguments = [
        network.first, network.sources, network.codes, network.reach, network.origins,
        network.slots, network.outputs, network.gains, network.leaks,
        network.checked_weights(weights), *objective.data,
        nets, np.zeros((network.n_inputs + network.n_neurons, batch)), slopes, bends, pulls,
        lambdas, np.zeros((len(network.origins), batch)), turns,
        np.zeros((batch, n)), np.zeros(batch), dropped,
    ]  # fmt: skip
    kernel.dropped_term(*arguments)
    dropped[objective.held] = dropped[:, objective.held] = 0.0
    lower = np.tril(dropped)
    return lower + np.tril(dropped, -1).T
