"""Classic problems of the NBN papers: exclusive or, parity and two spirals."""

import numpy as np

from nbn_core.data import Dataset
from nbn_core.generators.catalogue import NOISE, SEED, Range, problem
from nbn_core.generators.encoding import corners
from nbn_core.network import Topology
from nbn_core.types import FloatArray


def _parity_network(data: Dataset) -> Topology:
    """Return a cascade with one hidden neuron for up to three inputs, n hidden neurons for more.

    For more than three inputs, training rarely solves the problem with the minimum number of
    neurons, ceil(log2(n + 1)). Gain 0.5 with leak 0.001 succeeds more often than gain 1: from 94
    instead of 63 of 100 starts for three inputs.

    Parameters
    ----------
    data : Dataset
        The parity problem.

    Returns
    -------
    Topology
        Topology suggested for parity.
    """
    n = data.n_inputs
    return Topology.fcc(n, n if n > 3 else 1, 1, output="bipolar", gain=0.5, leak=0.001)


@problem(
    "XOR",
    "True if exactly one of the two inputs is on: the smallest problem one neuron cannot solve.",
    _parity_network,
    target_sse=0.01,
)
def xor() -> Dataset:
    """Exclusive or of two bipolar inputs: +1 if exactly one of them is +1, else -1.

    Returns
    -------
    Dataset
        Inputs (4, 2) and targets (4, 1).
    """
    x = corners(2)
    return Dataset(x, _odd(x), "XOR", "classification")


@problem(
    "Parity",
    "Is the number of inputs that are on odd? Changing any single input changes the answer.",
    _parity_network,
    target_sse=0.01,
    n=Range("Inputs", 2, 16, 1),
)
def parity(n: int = 3) -> Dataset:
    """Parity of n bipolar inputs: +1 if an odd number of them is +1, else -1.

    Parameters
    ----------
    n : int
        Number of inputs, 2 to 16.

    Returns
    -------
    Dataset
        Inputs (2^n, n) and targets (2^n, 1).
    """
    x = corners(n)
    return Dataset(x, _odd(x), f"Parity-{n}", "classification")


@problem(
    "Two spirals",
    "Which of two interlocking spirals is a point on? 194 points, three turns.",
    lambda data: Topology.fcc(2, 14, 1, output="bipolar", gain=0.5, leak=0.001),
    target_sse=0.01,
    noise=NOISE,
    seed=SEED,
)
def two_spirals(noise: float = 0.0, seed: int = 0) -> Dataset:
    """Two spirals of three turns: the 194 points of the benchmark, in [-6.5, 6.5]^2.

    For i = 0 .. 96: r = 6.5 (104 - i) / 104, a = i pi / 16; (r sin a, r cos a) is +1 and the
    opposite point is -1.

    Parameters
    ----------
    noise : float
        Half the width of the uniform noise of each coordinate; 0 for the benchmark.
    seed : int
        Random seed of the noise.

    Returns
    -------
    Dataset
        Inputs (194, 2) and targets (194, 1), the points of both spirals alternating.
    """
    i = np.arange(97)
    r, a = 6.5 * (104 - i) / 104, i * np.pi / 16
    arm = np.stack([r * np.sin(a), r * np.cos(a)], axis=1)
    x = np.stack([arm, -arm], axis=1).reshape(-1, 2)
    d = np.tile([[1.0], [-1.0]], (97, 1))
    x = x + noise * np.random.default_rng(seed).uniform(-1.0, 1.0, x.shape)
    return Dataset(x, d, "Two spirals", "classification")


def _odd(x: FloatArray) -> FloatArray:
    """Return +1 in rows with an odd number of positive columns and -1 in the others, (P, 1)."""
    return np.where((x > 0).sum(axis=1, keepdims=True) % 2 == 1, 1.0, -1.0)
