"""Classes in the plane: circles and moons as in scikit-learn, and a checkerboard."""

import numpy as np

from nbn_core.data import Dataset
from nbn_core.generators.catalogue import NOISE, POINTS, SEED, Range, problem
from nbn_core.network import Topology


@problem(
    "Circles",
    "A ring inside a ring.",
    lambda data: Topology.fcc(2, 4, 1, output="bipolar"),
    target_sse=1.0,
    train_share=0.5,
    n_points=POINTS,
    noise=NOISE,
    seed=SEED,
)
def circles(n_points: int = 400, noise: float = 0.05, seed: int = 0) -> Dataset:
    """Two concentric circles: `sklearn.datasets.make_circles` with radii 3 (-1) and 1.5 (+1).

    Parameters
    ----------
    n_points : int
        Number of points of both circles together.
    noise : float
        Standard deviation of each coordinate, before scaling.
    seed : int
        Random seed of the noise.

    Returns
    -------
    Dataset
        Inputs (n_points, 2) and targets (n_points, 1).
    """
    from sklearn.datasets import make_circles

    x, label = make_circles(n_points, shuffle=False, noise=None, factor=0.5)
    x = 3 * (x + noise * np.random.default_rng(seed).standard_normal(x.shape))
    return Dataset(x, 2.0 * label[:, None] - 1, "Circles", "classification")


@problem(
    "Moons",
    "Two half moons that reach into each other.",
    lambda data: Topology.fcc(2, 4, 1, output="bipolar", gain=0.5),
    target_sse=1.0,
    train_share=0.5,
    n_points=POINTS,
    noise=NOISE,
    seed=SEED,
)
def moons(n_points: int = 400, noise: float = 0.1, seed: int = 0) -> Dataset:
    """Two half moons: `sklearn.datasets.make_moons`, centred and twice as large.

    Without noise x1 is in [-3, 3] and x2 in [-1.5, 1.5]; the lower moon is +1.

    Parameters
    ----------
    n_points : int
        Number of points of both moons together.
    noise : float
        Standard deviation of each coordinate, before scaling.
    seed : int
        Random seed of the noise.

    Returns
    -------
    Dataset
        Inputs (n_points, 2) and targets (n_points, 1).
    """
    from sklearn.datasets import make_moons

    x, label = make_moons(n_points, shuffle=False, noise=None)
    x = x + noise * np.random.default_rng(seed).standard_normal(x.shape)
    x = 2 * (x - (0.5, 0.25))
    return Dataset(x, 2.0 * label[:, None] - 1, "Moons", "classification")


@problem(
    "Checkerboard",
    "Black and white squares: the more squares, the more bends the boundary needs.",
    lambda data: Topology.fcc(2, 10, 1, output="bipolar", gain=0.5),
    target_sse=1.0,
    train_share=0.5,
    n_points=POINTS,
    cells=Range("Squares per side", 2, 8, 1),
    noise=NOISE,
    seed=SEED,
)
def checkerboard(n_points: int = 400, cells: int = 4, noise: float = 0.0, seed: int = 0) -> Dataset:
    """Checkerboard of cells x cells squares in [-3, 3]^2; the square at the lower left is +1.

    Points are uniform inside the squares, at least a tenth of a square from their borders, before
    the noise is added.

    Parameters
    ----------
    n_points : int
        Number of points.
    cells : int
        Number of squares along one side.
    noise : float
        Standard deviation of each coordinate, in squares.
    seed : int
        Random seed of points and noise.

    Returns
    -------
    Dataset
        Inputs (n_points, 2) and targets (n_points, 1).
    """
    random = np.random.default_rng(seed)
    square = random.integers(0, cells, (n_points, 2))
    x = square + random.uniform(0.1, 0.9, square.shape)
    x = x + noise * random.standard_normal(x.shape)
    d = np.where(square.sum(axis=1) % 2 == 0, 1.0, -1.0)
    return Dataset(6 / cells * x - 3, d[:, None], "Checkerboard", "classification")
