"""Landscape: the SSE over a plane in weight space, along the path of a training, and along a step.

A plane is a point and two directions, onto which the path is projected orthogonally. Two directions
show little of N, so every picture states the share of the path that lies in the plane.

Along one step dw of Levenberg-Marquardt the SSE and its quadratic model are

    SSE(w + t dw)    and    SSE + 2 t g'dw + t^2 dw'Q dw

and the gain ratio, actual over predicted decrease at t = 1, measures the accuracy of the model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from nbn_core.analysis.coupling import decrease, full_step
from nbn_core.display import OneLine
from nbn_core.gradual import Gradual, complete
from nbn_core.network import Topology
from nbn_core.objective import NormalEquations, Objective
from nbn_core.types import FloatArray


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Plane(OneLine):
    """A point in weight space and two orthonormal directions.

    Parameters
    ----------
    origin : (N,) float64
        Point with the coordinates (0, 0).
    axes : (2, N) float64
        Orthogonal directions of length 1.
    """

    origin: FloatArray
    axes: FloatArray

    @classmethod
    def through(cls, origin: ArrayLike, first: ArrayLike, second: ArrayLike) -> Plane:
        """Return the plane through a point along two directions, which are orthonormalised.

        Parameters
        ----------
        origin, first, second : (N,) array_like
            Point and two directions. If the directions are parallel or zero, the axes of the first
            weights are used instead.

        Returns
        -------
        Plane
            Plane with axis 0 along `first`.
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
        """Compute the coordinates of points, projected onto the plane.

        Parameters
        ----------
        weights : (..., N) array_like
            Points in weight space.

        Returns
        -------
        (..., 2) float64
            Coordinates in the plane.
        """
        moved: FloatArray = (np.asarray(weights, dtype=np.float64) - self.origin) @ self.axes.T
        return moved

    def share(self, weights: FloatArray) -> float:
        """Compute the share of the squared length of a path's steps that lies in the plane.

        Parameters
        ----------
        weights : (k+1, N) float64
            Weights along the path.

        Returns
        -------
        float
            Share, from 0 to 1; NaN for a path of length 0.
        """
        steps = np.diff(weights, axis=0)
        whole = float((steps * steps).sum())
        inside = steps @ self.axes.T
        return float((inside * inside).sum()) / whole if whole > 0 else float("nan")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Cut(OneLine):
    """SSE along one step, and its quadratic model.

    Parameters
    ----------
    t : (n,) float64
        Fractions of the step; 1 is the full step.
    sse, model : (n,) float64
        SSE and quadratic model at w + t dw.
    step : (N,) float64
        Full step dw.
    gain_ratio : float
        Actual over predicted decrease at t = 1; NaN if no decrease is predicted.
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
        Plane in weight space.
    x, y : (n,), (m,) float64
        Coordinates of the columns and rows.

    Returns
    -------
    (m, n) float64
        SSE at the grid points.
    """
    return complete(surface_in_parts(objective, plane, x, y))


def surface_in_parts(
    objective: Objective, plane: Plane, x: FloatArray, y: FloatArray
) -> Gradual[FloatArray]:
    """Compute the same as `surface`, one point of the grid at a time.

    Parameters
    ----------
    objective : Objective
        Network and data.
    plane : Plane
        Plane in weight space.
    x, y : (n,), (m,) float64
        Coordinates of the columns and rows.

    Yields
    ------
    float
        Fraction done.

    Returns
    -------
    (m, n) float64
        SSE at the grid points.
    """
    sse = np.empty((len(y), len(x)))
    for row, v in enumerate(y):
        for column, u in enumerate(x):
            sse[row, column] = objective.sse(plane.origin + u * plane.axes[0] + v * plane.axes[1])
            yield (row * len(x) + column + 1) / sse.size
    return sse


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
        Weights at which the step starts.
    equations : NormalEquations
        SSE, g and Q at these weights.
    mu : float or (N,) float64
        Damping, which is added to the diagonal of Q.
    t : (n,) float64
        Fractions of the step.

    Returns
    -------
    Cut
        SSE and model along the step.
    """
    return complete(cut_in_parts(objective, weights, equations, mu, t))


def cut_in_parts(
    objective: Objective,
    weights: ArrayLike,
    equations: NormalEquations,
    mu: float | FloatArray,
    t: FloatArray,
) -> Gradual[Cut]:
    """Compute the same as `cut_along_step`, one fraction of the step at a time.

    Parameters
    ----------
    objective : Objective
        Network and data.
    weights : (N,) array_like
        Weights at which the step starts.
    equations : NormalEquations
        SSE, g and Q at these weights.
    mu : float or (N,) float64
        Damping, which is added to the diagonal of Q.
    t : (n,) float64
        Fractions of the step.

    Yields
    ------
    float
        Fraction done.

    Returns
    -------
    Cut
        SSE and model along the step.
    """
    origin = np.asarray(weights, dtype=np.float64)
    sse, gradient, quasi_hessian = equations
    step = full_step(quasi_hessian, gradient, mu)
    slope, bend = float(gradient @ step), float(step @ quasi_hessian @ step)
    actual = np.empty(len(t))
    for i, part in enumerate(t):
        yield i / len(t)
        actual[i] = objective.sse(origin + part * step)
    predicted = decrease(quasi_hessian, gradient, step)
    achieved = sse - objective.sse(origin + step)
    ratio = achieved / predicted if predicted > 0 else float("nan")
    return Cut(t, actual, sse + 2.0 * t * slope + t * t * bend, step, ratio)


def filter_normalised(topology: Topology, weights: ArrayLike, seed: int) -> FloatArray:
    """Draw a random direction whose part for each neuron has the norm of its weights.

    Parameters
    ----------
    topology : Topology
        Topology of the network.
    weights : (N,) array_like
        Weights that set the norms.
    seed : int
        Random seed of the direction.

    Returns
    -------
    (N,) float64
        Random direction in weight space.

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
    """Choose ranges of a plane that contain the path and at least `extent` around the origin.

    Parameters
    ----------
    path : (k+1, 2) float64
        Coordinates of the path.
    extent : float
        Minimum half width, above 0.
    margin : float
        Margin on each side, as a share of the range.

    Returns
    -------
    tuple of (2,) float64
        Minimum and maximum of x, and of y.
    """
    ranges = []
    for values in path.T:
        low, high = min(float(values.min()), -extent), max(float(values.max()), extent)
        pad = margin * (high - low)
        ranges.append(np.array([low - pad, high + pad]))
    return ranges[0], ranges[1]
