"""The four classification problems of TensorFlow Playground, src/dataset.ts."""

import math

import numpy as np

from nbn_core.data import Dataset
from nbn_core.generators.catalogue import NOISE, POINTS, SEED, problem
from nbn_core.network import Topology
from nbn_core.types import FloatArray


@problem(
    "Playground: spiral",
    "The hardest data of TensorFlow Playground: two spirals that wind around each other.",
    lambda data: Topology.mlp([2, 8, 8, 1], output="bipolar"),
    target_sse=1.0,
    train_share=0.5,
    n_points=POINTS,
    noise=NOISE,
    seed=SEED,
)
def playground_spiral(n_points: int = 500, noise: float = 0.0, seed: int = 0) -> Dataset:
    """Two spirals that start at the origin, with radius up to 5.

    Each class has n = n_points / 2 points, i = 0 .. n - 1: r = 5 i / n, t = 1.75 i / n 2 pi
    (+ pi for -1), the point (r sin t, r cos t). As in the original, both spirals start at the
    origin: without noise that point has both classes, and if both copies are in the training set
    no network reaches an SSE below 2.

    Parameters
    ----------
    n_points : int
        Number of points of both classes together.
    noise : float
        Half the width of the uniform noise of each coordinate.
    seed : int
        Random seed of the noise.

    Returns
    -------
    Dataset
        Inputs (n_points, 2) and targets (n_points, 1).
    """
    n = n_points / 2
    arms = []
    for start, count in ((0.0, math.ceil(n)), (np.pi, n_points - math.ceil(n))):
        i = np.arange(count)
        r, t = i / n * 5, 1.75 * i / n * 2 * np.pi + start
        arms.append(np.stack([r * np.sin(t), r * np.cos(t)], axis=1))
    x = np.concatenate(arms)
    x = x + noise * np.random.default_rng(seed).uniform(-1.0, 1.0, x.shape)
    return Dataset(x, _halves(n_points), "Playground: spiral", "classification")


@problem(
    "Playground: circle",
    "A disc inside a ring. A few neurons close a curve around the middle.",
    lambda data: Topology.mlp([2, 4, 1], output="bipolar"),
    target_sse=1.0,
    train_share=0.5,
    n_points=POINTS,
    noise=NOISE,
    seed=SEED,
)
def playground_circle(n_points: int = 500, noise: float = 0.0, seed: int = 0) -> Dataset:
    """A disc of radius 2.5 (+1) inside a ring of radius 3.5 to 5 (-1).

    Radius and angle are uniform. With noise, the class is that of a point displaced by up to
    5 times `noise` along each axis; the point itself is not displaced.

    Parameters
    ----------
    n_points : int
        Number of points of both classes together.
    noise : float
        Largest displacement for the class, relative to the radius 5.
    seed : int
        Random seed of points and noise.

    Returns
    -------
    Dataset
        Inputs (n_points, 2) and targets (n_points, 1).
    """
    random = np.random.default_rng(seed)
    inside = _halves(n_points)[:, 0] > 0
    r = np.where(inside, random.uniform(0.0, 2.5, n_points), random.uniform(3.5, 5.0, n_points))
    angle = random.uniform(0.0, 2 * np.pi, n_points)
    x = np.stack([r * np.sin(angle), r * np.cos(angle)], axis=1)
    moved = x + noise * random.uniform(-5.0, 5.0, x.shape)
    d = np.where(np.hypot(moved[:, 0], moved[:, 1]) < 2.5, 1.0, -1.0)
    return Dataset(x, d[:, None], "Playground: circle", "classification")


@problem(
    "Playground: exclusive or",
    "Opposite quarters of the plane belong together.",
    lambda data: Topology.fcc(2, 3, 1, output="bipolar", gain=0.5),
    target_sse=1.0,
    train_share=0.5,
    n_points=POINTS,
    noise=NOISE,
    seed=SEED,
)
def playground_xor(n_points: int = 500, noise: float = 0.0, seed: int = 0) -> Dataset:
    """Exclusive or in the plane: +1 if x1 x2 >= 0, with |x1| and |x2| from 0.3 to 5.3.

    With noise, the class is that of a point displaced by up to 5 times `noise` along each axis; the
    point itself is not displaced.

    Parameters
    ----------
    n_points : int
        Number of points.
    noise : float
        Largest displacement for the class, relative to 5.
    seed : int
        Random seed of points and noise.

    Returns
    -------
    Dataset
        Inputs (n_points, 2) and targets (n_points, 1).
    """
    random = np.random.default_rng(seed)
    x = random.uniform(-5.0, 5.0, (n_points, 2))
    x += np.where(x > 0, 0.3, -0.3)
    moved = x + noise * random.uniform(-5.0, 5.0, x.shape)
    d = np.where(moved[:, 0] * moved[:, 1] >= 0, 1.0, -1.0)
    return Dataset(x, d[:, None], "Playground: exclusive or", "classification")


@problem(
    "Playground: two clouds",
    "Two round clouds of points: one straight line is enough until they overlap.",
    lambda data: Topology.mlp([2, 2, 1], output="bipolar"),
    target_sse=1.0,
    train_share=0.5,
    n_points=POINTS,
    noise=NOISE,
    seed=SEED,
)
def playground_gauss(n_points: int = 500, noise: float = 0.0, seed: int = 0) -> Dataset:
    """Two normal distributions of variance 0.5 + 7 noise around (2, 2), +1, and (-2, -2), -1.

    Parameters
    ----------
    n_points : int
        Number of points of both classes together.
    noise : float
        Noise from 0 to 0.5, for a variance of 0.5 to 4 along each axis.
    seed : int
        Random seed of the points.

    Returns
    -------
    Dataset
        Inputs (n_points, 2) and targets (n_points, 1).
    """
    d = _halves(n_points)
    spread = math.sqrt(0.5 + 7 * noise)
    x = 2 * d + spread * np.random.default_rng(seed).standard_normal((n_points, 2))
    return Dataset(x, d, "Playground: two clouds", "classification")


def _halves(n_points: int) -> FloatArray:
    """Return +1 in the first half of the rows, the larger one, and -1 in the second, (P, 1)."""
    return np.where(np.arange(n_points)[:, None] < n_points / 2, 1.0, -1.0)
