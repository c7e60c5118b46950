"""Curvature: the exact Hessian of the SSE and the quasi-Hessian with which NBN replaces it.

With e = d - o and J = de/dw, and the SSE without the factor 1/2, half the Hessian of the SSE is

    H = Q + S,    Q = J'J,    S = sum_pm e_pm d2e_pm/dw2

just as half its gradient is g = J'e. NBN keeps Q, which needs only first derivatives and is
positive semidefinite, and drops S. S vanishes with the errors: near an exact solution the steps of
NBN are Newton steps and converge quadratically. Far from a solution S may outweigh Q and make H
indefinite.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from nbn_core.display import OneLine
from nbn_core.gradual import Gradual, complete, patterns_per_part
from nbn_core.kernels import curvature as kernel
from nbn_core.kernels.records import plain
from nbn_core.objective import Objective
from nbn_core.types import FloatArray


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Curvature(OneLine):
    """SSE and its first and second derivatives at given weights; arrays are read-only.

    Parameters
    ----------
    sse : float
        Sum of squared errors, without the factor 1/2.
    gradient : (N,) float64
        g = J'e, half the gradient of the SSE.
    quasi_hessian : (N, N) float64
        Q = J'J, symmetric, positive semidefinite.
    dropped : (N, N) float64
        S, symmetric and possibly indefinite.
    """

    sse: float
    gradient: FloatArray
    quasi_hessian: FloatArray
    dropped: FloatArray

    @property
    def hessian(self) -> FloatArray:
        """Half the Hessian of the SSE, H = Q + S, (N, N) float64."""
        return self.quasi_hessian + self.dropped

    @property
    def dropped_ratio(self) -> float:
        """Frobenius norm of S divided by that of Q; NaN if Q is 0."""
        whole = float(np.linalg.norm(self.quasi_hessian))
        return float(np.linalg.norm(self.dropped)) / whole if whole > 0 else float("nan")


def curvature(objective: Objective, weights: ArrayLike) -> Curvature:
    """Compute the exact curvature of the SSE, split into the term NBN keeps and the one it drops.

    Parameters
    ----------
    objective : Objective
        Network and data.
    weights : (N,) array_like
        Weights, neuron by neuron, bias first.

    Returns
    -------
    Curvature
        SSE, g, Q and S.
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
        Weights, neuron by neuron, bias first.

    Returns
    -------
    (N, N) float64
        S, symmetric; rows and columns of frozen weights are zero.
    """
    return complete(_dropped(objective, weights, objective.dataset.n_patterns))


def dropped_term_in_parts(objective: Objective, weights: ArrayLike) -> Gradual[FloatArray]:
    """Compute the same as `dropped_term`, to the bit, in parts of some hundredths of a second.

    Parameters
    ----------
    objective : Objective
        Network and data.
    weights : (N,) array_like
        Weights, neuron by neuron, bias first.

    Returns
    -------
    Gradual
        Generator of the fraction done; its value at the end is S.
    """
    seconds = 3e-10 * objective.network.n_weights**2
    return _dropped(objective, weights, patterns_per_part(seconds, kernel.BATCH))


def _dropped(objective: Objective, weights: ArrayLike, part: int) -> Gradual[FloatArray]:
    """Sum S over `part` patterns at a time."""
    network, patterns = objective.network, objective.dataset.n_patterns
    n, batch = network.n_weights, kernel.BATCH
    dropped = np.zeros((n, n))
    nets, slopes, bends, pulls, lambdas, turns = np.zeros((6, network.n_neurons, batch))
    workspace = kernel.Workspace(
        nets=nets,
        slopes=slopes,
        bends=bends,
        values=np.zeros((network.n_inputs + network.n_neurons, batch)),
        pulls=pulls,
        lambdas=lambdas,
        responses=np.zeros((len(network.origins), batch)),
        turns=turns,
        feeds=np.zeros((batch, n)),
        factor=np.zeros(batch),
    )
    structure, paths, space = map(plain, (network.structure, network.paths, workspace))
    checked = network.checked_weights(weights)
    for start in range(0, patterns, part):
        if start:
            yield start / patterns
        some = plain(objective.data.some(start, start + part))
        kernel.dropped_term(structure, paths, some, checked, space, dropped)
    dropped[objective.held] = dropped[:, objective.held] = 0.0
    lower = np.tril(dropped)
    return lower + np.tril(dropped, -1).T
