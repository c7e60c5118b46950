"""Saliency: the rise of the error that is expected if a connection or a neuron is removed.

With SSE the sum of squared errors, Q = J'J the quasi-Hessian and g = J'e, a change d of the weights
changes the SSE by about 2 g'd + d'Q d. Removing a set S of connections means d_S = -w_S. The
measures differ in what they take into account:

    magnitude   |w|, or for a neuron the norm of its outgoing weights: no prediction of the error
    diagonal    sum over S of Q_ii w_i^2 - 2 g_i w_i: optimal brain damage, couplings neglected
    surgeon     w_S' ([Q^-1]_SS)^-1 w_S: optimal brain surgeon, all other weights adjust themselves

For one connection the last is w_i^2 / [Q^-1]_ii. It holds at a minimum, where g = 0. Q is often
nearly singular, and then the others would move far beyond the range of the quadratic model: with a
ridge of 1e-9 of the trace of Q, the real rise on Playground's XOR, 2-8-1, was 600 times the
expected one. A ridge of 1e-5 is added; with it the two agree within a factor of 1.5 there.

References
----------
LeCun, Denker & Solla, Optimal brain damage, NIPS 1989.
Hassibi & Stork, Second order derivatives for network pruning: optimal brain surgeon, NIPS 1992.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from nbn_core.checks import plural, shown
from nbn_core.data import Dataset
from nbn_core.display import one_line
from nbn_core.errors import SettingError
from nbn_core.network import Topology
from nbn_core.objective import NormalEquations, Objective
from nbn_core.types import FloatArray, IntArray

MEASURES: Final = {
    "magnitude": "Magnitude",
    "diagonal": "Optimal brain damage (diagonal)",
    "surgeon": "Optimal brain surgeon (full matrix)",
}
RIDGE: Final = 1e-5  # added to the diagonal of Q, relative to its trace
OF: Final = ("connections", "neurons")


@dataclass(frozen=True, slots=True, eq=False)
class Saliency:
    """The saliency of each connection, or of each hidden neuron.

    Parameters
    ----------
    measure : str
        A key of `MEASURES`.
    of : str
        "connections" or "neurons".
    names : tuple
        S names: (source, target) of each connection, or the name of each hidden neuron.
    values : (S,) float64
        Expected rise of the SSE if it is removed; for the magnitude, the absolute weight.
    """

    measure: str
    of: str
    names: tuple[tuple[str, str], ...] | tuple[str, ...]
    values: FloatArray

    def __repr__(self) -> str:
        what = plural(len(self.names), self.of.removesuffix("s"))
        if not len(self.names):
            return one_line("Saliency", self.measure, what)
        span = f"{self.values.min():.3g} to {self.values.max():.3g}"
        return one_line("Saliency", self.measure, what, span)

    def order(self) -> IntArray:
        """Return the indices of the names, the least salient first, (S,) int64."""
        return np.argsort(self.values, kind="stable")


def saliencies(
    topology: Topology,
    dataset: Dataset,
    weights: ArrayLike,
    measure: str = "surgeon",
    of: str = "connections",
) -> Saliency:
    """Compute the saliency of every connection or hidden neuron.

    Parameters
    ----------
    topology : Topology
        Network with N weights.
    dataset : Dataset
        Training patterns.
    weights : (N,) array_like
        Weights, neuron by neuron, bias first.
    measure : str
        A key of `MEASURES`.
    of : str
        "connections" or "neurons". Biases are never removed alone.

    Returns
    -------
    Saliency
        Names and values, in the order of the weights or of the neurons.

    Raises
    ------
    SettingError
        If the measure or the kind is unknown.
    ShapeError
        If the sizes of network, patterns and weights do not match.
    """
    check_measure(measure, of)
    objective = Objective(topology, dataset)
    w = objective.network.checked_weights(weights)
    sets = removable(topology) if of == "connections" else outgoing(topology)
    names = tuple(sets)
    places = list(sets.values())
    if measure == "magnitude":
        values = np.array([float(np.linalg.norm(w[place])) for place in places])
    else:
        equations = objective.normal_equations(w)
        if measure == "diagonal":
            values = np.array([diagonal_rise(equations, w, place) for place in places])
        else:
            values = surgeon_rises(damped_inverse(equations.quasi_hessian), w, places)
    return Saliency(measure, of, names, values)  # type: ignore[arg-type]


def check_measure(measure: object, of: object) -> None:
    """Raise SettingError if there is no such measure or kind of part."""
    if not isinstance(measure, str) or measure not in MEASURES:
        raise SettingError(
            f"There is no measure of saliency called {shown(measure)}: choose one of "
            f"{', '.join(MEASURES)}."
        )
    if of not in OF:
        raise SettingError(f"Saliency is known of {' and '.join(OF)}, not of {shown(of)}.")


def removable(topology: Topology) -> dict[tuple[str, str], list[int]]:
    """Return the index of the weight of each connection, biases left out, by its name."""
    return {name: [n] for n, name in enumerate(topology.weight_names) if name[0]}


def outgoing(topology: Topology) -> dict[str, list[int]]:
    """Return the indices of the outgoing weights of each hidden neuron, by its name."""
    outputs = set(topology.output_names)
    found: dict[str, list[int]] = {
        name: [] for name in topology.neuron_names if name not in outputs
    }
    for n, (source, _) in enumerate(topology.weight_names):
        if source in found:
            found[source].append(n)
    return found


def damped_inverse(quasi_hessian: FloatArray) -> FloatArray:
    """Return the inverse of Q with its ridge, (N, N) float64.

    Parameters
    ----------
    quasi_hessian : (N, N) float64
        Q = J'J.

    Returns
    -------
    (N, N) float64
        Symmetric positive definite matrix.
    """
    ridge = RIDGE * float(np.trace(quasi_hessian)) or 1.0  # Q = 0: no weight matters
    inverse = np.linalg.inv(quasi_hessian + ridge * np.eye(len(quasi_hessian)))
    symmetric: FloatArray = (inverse + inverse.T) / 2.0
    return symmetric


def diagonal_rise(equations: NormalEquations, weights: FloatArray, place: Sequence[int]) -> float:
    """Return the rise of the SSE by the diagonal of Q if these weights become zero."""
    w = weights[place]
    q = np.diagonal(equations.quasi_hessian)[place]
    return float((q * w * w - 2.0 * equations.gradient[place] * w).sum())


def surgeon_rises(
    inverse: FloatArray, weights: FloatArray, places: Sequence[Sequence[int]]
) -> FloatArray:
    """Compute the rise of the SSE if some weights become zero and all others adjust themselves.

    Parameters
    ----------
    inverse : (N, N) float64
        Inverse of Q, see `damped_inverse`.
    weights : (N,) float64
        Weights.
    places : sequence of sequence of int
        S sets of weights, by index; each set is removed alone.

    Returns
    -------
    (S,) float64
        Rise for each set.
    """
    if all(len(place) == 1 for place in places):
        flat = [place[0] for place in places]
        one: FloatArray = weights[flat] ** 2 / np.diagonal(inverse)[flat]
        return one
    rises = [
        weights[place] @ np.linalg.solve(inverse[np.ix_(place, place)], weights[place])
        for place in places
    ]
    return np.array(rises, dtype=np.float64)
