"""Binary numbers and lines: decoder and encoder."""

import numpy as np

from nbn_core.data import Dataset
from nbn_core.generators.catalogue import Range, problem
from nbn_core.generators.encoding import corners, one_high
from nbn_core.network import Topology


@problem(
    "Decoder",
    "A binary number goes in, the one line with that number comes on.",
    lambda data: Topology.mlp([data.n_inputs, data.n_outputs], output="bipolar", gain=0.5),
    target_sse=0.01,
    n=Range("Bits", 1, 6, 1),
)
def decoder(n: int = 3) -> Dataset:
    """Switch on one of 2^n bipolar lines: the one whose number the n bipolar bits are.

    Parameters
    ----------
    n : int
        Bits, the first is the highest.

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
    "One line is on, its number comes out in binary.",
    lambda data: Topology.mlp(
        [data.n_inputs, data.n_outputs], output="bipolar", gain=min(0.5, 4 / data.n_inputs)
    ),
    target_sse=0.01,
    kind="regression",
    n=Range("Bits", 1, 6, 1),
)
def encoder(n: int = 3) -> Dataset:
    """Turn the decoder round: 2^n bipolar lines to n bipolar bits.

    Its outputs are numbers of several bits, not one output a class: the kind is regression.

    Parameters
    ----------
    n : int
        Bits, the first is the highest.

    Returns
    -------
    Dataset
        Inputs (2^n, 2^n) and targets (2^n, n).
    """
    return Dataset(
        one_high(np.arange(2**n), 2**n), corners(n), f"Encoder {2**n} to {n}", "regression"
    )
