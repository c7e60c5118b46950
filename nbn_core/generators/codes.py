"""Binary codes: decoder and encoder."""

import numpy as np

from nbn_core.data import Dataset
from nbn_core.generators.catalogue import Range, problem
from nbn_core.generators.encoding import corners, one_high
from nbn_core.network import Topology


@problem(
    "Decoder",
    "The input is a binary number; the output line with that number is on.",
    lambda data: Topology.mlp([data.n_inputs, data.n_outputs], output="bipolar", gain=0.5),
    target_sse=0.01,
    n=Range("Bits", 1, 6, 1),
)
def decoder(n: int = 3) -> Dataset:
    """Decoder of n bipolar bits to 2^n bipolar lines, of which the one with that number is +1.

    Parameters
    ----------
    n : int
        Number of bits; the first is the most significant.

    Returns
    -------
    Dataset
        Inputs (2^n, n) and targets (2^n, 2^n).
    """
    lines = tuple(str(i) for i in range(2**n))
    return Dataset(
        corners(n), one_high(np.arange(2**n), 2**n), f"Decoder {n} to {2**n}",
        "classification", target_names=lines,
    )  # fmt: skip


@problem(
    "Encoder",
    "One input line is on; the output is its number in binary.",
    lambda data: Topology.mlp(
        [data.n_inputs, data.n_outputs], output="bipolar", gain=min(0.5, 4 / data.n_inputs)
    ),
    target_sse=0.01,
    kind="regression",
    n=Range("Bits", 1, 6, 1),
)
def encoder(n: int = 3) -> Dataset:
    """Encoder of 2^n bipolar lines to n bipolar bits, the inverse of the decoder.

    Several outputs can be +1, so that they are not one output per class: the kind is regression.

    Parameters
    ----------
    n : int
        Number of bits; the first is the most significant.

    Returns
    -------
    Dataset
        Inputs (2^n, 2^n) and targets (2^n, n).
    """
    return Dataset(
        one_high(np.arange(2**n), 2**n), corners(n), f"Encoder {2**n} to {n}", "regression"
    )
