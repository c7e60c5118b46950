"""Measured data distributed with scikit-learn: iris and digits."""

import numpy as np

from nbn_core.data import Dataset
from nbn_core.generators.catalogue import SEED, Range, problem
from nbn_core.generators.encoding import one_high
from nbn_core.network import Topology


@problem(
    "Iris",
    "Three species of iris, told apart by the sizes of sepals and petals.",
    lambda data: Topology.mlp([4, 4, 3], output="bipolar", gain=0.5),
    target_sse=1.0,
    train_share=0.5,
)
def iris() -> Dataset:
    """Iris data of `sklearn.datasets.load_iris`: 150 flowers, 4 lengths, 3 species.

    Each input is scaled to mean 0 and standard deviation 1 over the 150 flowers.

    Returns
    -------
    Dataset
        Inputs (150, 4) and targets (150, 3).
    """
    from sklearn.datasets import load_iris

    data = load_iris()
    x = (data.data - data.data.mean(axis=0)) / data.data.std(axis=0)
    return Dataset(
        x,
        one_high(data.target, 3),
        "Iris",
        "classification",
        tuple(name.removesuffix(" (cm)") for name in data.feature_names),
        tuple(str(name) for name in data.target_names),
    )


@problem(
    "Digits",
    "Handwritten digits of 8 x 8 dots.",
    lambda data: Topology.mlp([64, 8, 10], output="bipolar", gain=0.1),
    target_sse=1.0,
    train_share=0.5,
    n_points=Range("Digits", 100, 1797, 100),
    seed=SEED,
)
def digits(n_points: int = 600, seed: int = 0) -> Dataset:
    """Handwritten digits of `sklearn.datasets.load_digits`: 8 x 8 dots, row by row.

    The dots, 0 to 16, are scaled to [0, 1].

    Parameters
    ----------
    n_points : int
        Number of pictures, at most 1797; they keep their original order.
    seed : int
        Random seed of the selection, which is without replacement.

    Returns
    -------
    Dataset
        Inputs (n_points, 64) and targets (n_points, 10).
    """
    from sklearn.datasets import load_digits

    data = load_digits()
    chosen = np.sort(np.random.default_rng(seed).permutation(len(data.target))[:n_points])
    return Dataset(
        data.data[chosen] / 16,
        one_high(data.target[chosen], 10),
        "Digits",
        "classification",
        tuple(f"dot {r},{c}" for r in range(1, 9) for c in range(1, 9)),
        tuple(str(digit) for digit in range(10)),
    )
