"""Regression problems: peaks, the control surface and sinc."""

import numpy as np

from nbn_core.data import Dataset
from nbn_core.generators.catalogue import NOISE, POINTS, SEED, Range, problem
from nbn_core.network import Topology


@problem(
    "Peaks",
    "A surface of hills and hollows to approximate.",
    lambda data: Topology.fcc(2, 10, 1, output="linear"),
    target_sse=0.05,
    train_share=0.5,
    kind="regression",
    n_points=POINTS,
    seed=SEED,
)
def peaks(n_points: int = 1000, seed: int = 0) -> Dataset:
    """Peaks function at uniformly random points of [-1, 1]^2; z is about -0.655 to 0.807.

    z = (0.3 - 1.8x + 2.7x^2) exp(-1 - 6y - 9x^2 - 9y^2)
        - (0.6x - 27x^3 - 243y^5) exp(-9x^2 - 9y^2) - (1/30) exp(-1 - 6x - 9x^2 - 9y^2)

    The suggested target SSE corresponds to an RMSE of 0.01 on 500 training points.

    Parameters
    ----------
    n_points : int
        Number of points.
    seed : int
        Random seed of the points.

    Returns
    -------
    Dataset
        Inputs (n_points, 2) and targets (n_points, 1).
    """
    xy = np.random.default_rng(seed).uniform(-1.0, 1.0, (n_points, 2))
    x, y = xy.T
    z = (
        (0.3 - 1.8 * x + 2.7 * x**2) * np.exp(-1 - 6 * y - 9 * x**2 - 9 * y**2)
        - (0.6 * x - 27 * x**3 - 243 * y**5) * np.exp(-9 * x**2 - 9 * y**2)
        - np.exp(-1 - 6 * x - 9 * x**2 - 9 * y**2) / 30
    )
    return Dataset(xy, z[:, None], "Peaks", "regression", ("x", "y"), ("z",))


@problem(
    "Control surface",
    "One smooth hill, known at 25 points only: what does the network predict between them?",
    lambda data: Topology.fcc(2, 4, 1, output="linear"),
    target_sse=0.01,
    kind="regression",
    grid=Range("Points per side", 3, 41, 1),
)
def control_surface(grid: int = 5) -> Dataset:
    """Control surface z = 4 exp(-0.15 (x - 4)^2 - 0.5 (y - 3)^2) on a grid over [0, 4]^2.

    The published training grid is 5 x 5, the test grid 41 x 41 (`control_surface_test`). The
    suggested target SSE corresponds to an RMSE of 0.02 on the 25 points, where z is up to 4.

    Parameters
    ----------
    grid : int
        Number of points along one side.

    Returns
    -------
    Dataset
        Inputs (grid^2, 2) and targets (grid^2, 1).
    """
    side = np.linspace(0.0, 4.0, grid)
    x, y = (axis.ravel() for axis in np.meshgrid(side, side, indexing="ij"))
    z = 4 * np.exp(-0.15 * (x - 4) ** 2 - 0.5 * (y - 3) ** 2)
    return Dataset(
        np.stack([x, y], axis=1), z[:, None], "Control surface", "regression", ("x", "y"), ("z",)
    )


def control_surface_test() -> Dataset:
    """Control surface on the published test grid: 41 x 41 points, 0.1 apart.

    Returns
    -------
    Dataset
        Inputs (1681, 2) and targets (1681, 1).
    """
    return control_surface(41)


@problem(
    "Sinc",
    "A ripple in noise: find the curve, not the noise.",
    lambda data: Topology.mlp([1, 6, 1], output="linear"),
    target_sse=1.0,
    kind="regression",
    n_points=POINTS,
    noise=NOISE,
    seed=SEED,
)
def sinc(n_points: int = 100, noise: float = 0.1, seed: int = 0) -> Dataset:
    """Function sin(x) / x at evenly spaced x in [-10, 10], with normal noise.

    The suggested target SSE is the expected SSE of the noise: 100 points with variance 0.1^2.

    Parameters
    ----------
    n_points : int
        Number of points.
    noise : float
        Standard deviation of the noise of the target.
    seed : int
        Random seed of the noise.

    Returns
    -------
    Dataset
        Inputs (n_points, 1) and targets (n_points, 1).
    """
    x = np.linspace(-10.0, 10.0, n_points)
    y = np.sinc(x / np.pi) + noise * np.random.default_rng(seed).standard_normal(n_points)
    return Dataset(x[:, None], y[:, None], "Sinc", "regression", ("x",))
