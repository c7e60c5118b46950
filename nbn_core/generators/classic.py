"""Classic problems of the NBN papers: exclusive or, parity, two spirals."""

import numpy as np

from nbn_core.data import Dataset
from nbn_core.generators.catalogue import NOISE, SEED, Range, problem
from nbn_core.generators.encoding import corners
from nbn_core.network import Topology
from nbn_core.types import FloatArray


def _parity_network(data: Dataset) -> Topology:
    """Two neurons up to three inputs; then one hidden neuron an input, with room to spare.

    The fewest neurons that could do it, ceil(log2(N + 1)), are rarely found by training for more
    than three inputs. Gain 0.5 with leak 0.001 is found more often than gain 1: 94 against 63 of
    100 starts for three inputs.

    Parameters
    ----------
    data : Dataset
        The parity problem.

    Returns
    -------
    Topology
        A cascade.
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
    """Four patterns, bipolar: +1 if exactly one of the two inputs is +1.

    Returns
    -------
    Dataset
        Inputs (4, 2) and targets (4, 1).
    """
    x = corners(2)
    return Dataset(x, _odd(x), "XOR", "classification")


@problem(
    "Parity",
    "Is the number of inputs that are on odd? Every single input turns the answer round.",
    _parity_network,
    target_sse=0.01,
    n=Range("Inputs", 2, 16, 1),
)
def parity(n: int = 3) -> Dataset:
    """All 2^n bipolar patterns: +1 if an odd number of inputs is +1, else -1.

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
    """Give the 194-point benchmark in raw coordinates in [-6.5, 6.5].

    For i = 0 .. 96: r = 6.5 (104 - i) / 104, a = i pi / 16; (r sin a, r cos a) is +1 and the
    opposite point is -1. `noise` moves each coordinate by up to that much, uniformly.

    Parameters
    ----------
    noise : float
        Half the width of the uniform jitter; 0 is the benchmark.
    seed : int
        Of the jitter.

    Returns
    -------
    Dataset
        Inputs (194, 2) and targets (194, 1), the points of the two spirals in turn.
    """
    i = np.arange(97)
    r, a = 6.5 * (104 - i) / 104, i * np.pi / 16
    arm = np.stack([r * np.sin(a), r * np.cos(a)], axis=1)
    x = np.stack([arm, -arm], axis=1).reshape(-1, 2)
    d = np.tile([[1.0], [-1.0]], (97, 1))
    x = x + noise * np.random.default_rng(seed).uniform(-1.0, 1.0, x.shape)
    return Dataset(x, d, "Two spirals", "classification")


def _odd(x: FloatArray) -> FloatArray:
    """+1 where an odd number of columns is +1, else -1."""
    return np.where((x > 0).sum(axis=1, keepdims=True) % 2 == 1, 1.0, -1.0)
