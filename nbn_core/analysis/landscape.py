"""Landscape: the SSE over a plane of weights, along the path of training, and along one step.

A plane is a point and two directions; the path is projected onto it orthogonally. Two directions
show little of N: what lies outside the plane is said beside every picture, as the share of the
path's length that the plane holds.

Along one step dw of Levenberg-Marquardt the SSE and its quadratic model are

    SSE(w + t dw)    and    SSE + 2 t g'dw + t^2 dw'Q dw

and the gain ratio, actual over predicted decrease at t = 1, says how far the model may be trusted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from nbn_core.analysis.coupling import decrease, full_step
from nbn_core.display import OneLine
from nbn_core.network import Topology
from nbn_core.objective import NormalEquations, Objective
from nbn_core.types import FloatArray


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Plane(OneLine):
    """A point in weight space and two orthonormal directions.

    Parameters
    ----------
    origin : (N,) float64
        The point (0, 0).
    axes : (2, N) float64
        Of length 1 and at right angles.
    """

    origin: FloatArray
    axes: FloatArray

    @classmethod
    def through(cls, origin: ArrayLike, first: ArrayLike, second: ArrayLike) -> Plane:
        """Span a plane; the second direction is turned to a right angle with the first.

        Parameters
        ----------
        origin, first, second : (N,) array_like
            A point and two directions. If they span less than a plane, the directions of the
            smallest weights by number fill in.

        Returns
        -------
        Plane
            With axis 0 along `first`.
        """
        point = np.asarray(origin, dtype=np.float64)
        axes: list[FloatArray] = []
        for direction in (first, second, *np.eye(len(point), min(len(point), 3)).T):
            vector = np.array(direction, dtype=np.float64)
            length = np.linalg.norm(vector)
            for _ in range(2):
                for axis in axes:
                    vector -= (axis @ vector) * axis
            if np.linalg.norm(vector) > 1e-9 * length > 0 and len(axes) < 2:
                axes.append(vector / np.linalg.norm(vector))
        while len(axes) < 2:
            axes.append(np.zeros_like(point))
        return cls(point, np.array(axes))

    def coordinates(self, weights: ArrayLike) -> FloatArray:
        """Project points onto the plane.

        Parameters
        ----------
        weights : (..., N) array_like
            Points.

        Returns
        -------
        (..., 2) float64
            Coordinates.
        """
        moved: FloatArray = (np.asarray(weights, dtype=np.float64) - self.origin) @ self.axes.T
        return moved

    def share(self, weights: FloatArray) -> float:
        """Compute how much of a path's squared steps lies in the plane.

        Parameters
        ----------
        weights : (k+1, N) float64
            The path.

        Returns
        -------
        float
            From 0 to 1; NaN for a path that goes nowhere.
        """
        steps = np.diff(weights, axis=0)
        whole = float((steps * steps).sum())
        inside = steps @ self.axes.T
        return float((inside * inside).sum()) / whole if whole > 0 else float("nan")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Cut(OneLine):
    """The SSE along one step, beside its quadratic model.

    Parameters
    ----------
    t : (n,) float64
        Parts of the step; 1 is the whole of it.
    sse, model : (n,) float64
        Both at w + t dw.
    step : (N,) float64
        dw.
    gain_ratio : float
        Actual over predicted decrease at t = 1; NaN if nothing is predicted.
    """

    t: FloatArray
    sse: FloatArray
    model: FloatArray
    step: FloatArray
    gain_ratio: float


def surface(objective: Objective, plane: Plane, x: FloatArray, y: FloatArray) -> FloatArray:
    """Compute the SSE on a grid of a plane.

    Parameters
    ----------
    objective : Objective
        Network and data.
    plane : Plane
        Where.
    x, y : (n,), (m,) float64
        Coordinates of the columns and rows.

    Returns
    -------
    (m, n) float64
        SSE.
    """
    rows = [
        [objective.sse(plane.origin + u * plane.axes[0] + v * plane.axes[1]) for u in x] for v in y
    ]
    return np.array(rows)


def cut_along_step(
    objective: Objective,
    weights: ArrayLike,
    equations: NormalEquations,
    mu: float | FloatArray,
    t: FloatArray,
) -> Cut:
    """Compute the SSE and its model along the damped step.

    Parameters
    ----------
    objective : Objective
        Network and data.
    weights : (N,) array_like
        Where the step starts.
    equations : NormalEquations
        There.
    mu : float or (N,) float64
        What is added to the diagonal of Q.
    t : (n,) float64
        Parts of the step.

    Returns
    -------
    Cut
        Values along the step.
    """
    origin = np.asarray(weights, dtype=np.float64)
    sse, gradient, quasi_hessian = equations
    step = full_step(quasi_hessian, gradient, mu)
    slope, bend = float(gradient @ step), float(step @ quasi_hessian @ step)
    actual = np.array([objective.sse(origin + part * step) for part in t])
    predicted = decrease(quasi_hessian, gradient, step)
    achieved = sse - objective.sse(origin + step)
    ratio = achieved / predicted if predicted > 0 else float("nan")
    return Cut(t, actual, sse + 2.0 * t * slope + t * t * bend, step, ratio)


def filter_normalised(topology: Topology, weights: ArrayLike, seed: int) -> FloatArray:
    """Draw a random direction in which every neuron's part is as long as its weights are.

    Parameters
    ----------
    topology : Topology
        The network.
    weights : (N,) array_like
        Around which one looks.
    seed : int
        Of the direction.

    Returns
    -------
    (N,) float64
        The direction.

    References
    ----------
    Li, Xu, Taylor, Studer & Goldstein, "Visualizing the loss landscape of neural nets", 2018.
    """
    known = np.asarray(weights, dtype=np.float64)
    direction = np.random.default_rng(seed).normal(size=len(known))
    first = 0
    for neuron in topology.neurons:
        own = slice(first, first + 1 + len(neuron.sources))
        direction[own] *= np.linalg.norm(known[own]) / np.linalg.norm(direction[own])
        first = own.stop
    return direction


def span_of(path: FloatArray, extent: float, margin: float = 0.25) -> tuple[FloatArray, FloatArray]:
    """Choose ranges of a plane that hold the path and at least `extent` around the origin.

    Parameters
    ----------
    path : (k+1, 2) float64
        Coordinates.
    extent : float
        Least half width, above 0.
    margin : float
        Share of the range left free around.

    Returns
    -------
    tuple of (2,) float64
        Lowest and highest x, lowest and highest y.
    """
    ranges = []
    for values in path.T:
        low, high = min(float(values.min()), -extent), max(float(values.max()), extent)
        pad = margin * (high - low)
        ranges.append(np.array([low - pad, high + pad]))
    return ranges[0], ranges[1]
