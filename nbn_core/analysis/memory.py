"""Memory of the Jacobian, the quasi-Hessian and rows of J, in numbers and bytes.

    J, stored            P M N          grows with the data
    Q and g              N (N + 1) / 2 + N for one triangle; N N + N if Q is stored in full
    one row of J         N              the part of J that NBN keeps at a time in the papers
    a block of rows      B N            the part kept here: B patterns of one output at a time

Without a stored J the memory does not depend on P and M, which is the main result of Wilamowski &
Yu, IEEE Trans. Neural Networks 21(6), 930-937, 2010.
"""

from __future__ import annotations

from dataclasses import dataclass

from nbn_core.checks import whole
from nbn_core.display import OneLine
from nbn_core.kernels.forward import BLOCK
from nbn_core.network import Network

BYTES = 8
MAX_COUNT = 10**9


@dataclass(frozen=True, slots=True, repr=False)
class Memory(OneLine):
    """Numbers of float64 values that each array stores.

    Parameters
    ----------
    jacobian : int
        Complete Jacobian, P M N.
    quasi_hessian : int
        Full quasi-Hessian, N N.
    triangle : int
        Lower triangle of the quasi-Hessian, N (N + 1) / 2.
    gradient : int
        Gradient, N.
    row : int
        One row of the Jacobian, N.
    block : int
        Jacobian rows of one block of patterns, B N.
    """

    jacobian: int
    quasi_hessian: int
    triangle: int
    gradient: int
    row: int
    block: int


def memory(n_patterns: int, n_weights: int, n_outputs: int) -> Memory:
    """Count the numbers that each method of computing Q and g stores.

    Parameters
    ----------
    n_patterns, n_weights, n_outputs : int
        Numbers P of patterns, N of weights and M of outputs, each from 1 to `MAX_COUNT`.

    Returns
    -------
    Memory
        Counts of numbers of 8 bytes.
    """
    p = whole(n_patterns, "The number of patterns", 1, MAX_COUNT)
    n = whole(n_weights, "The number of weights", 1, MAX_COUNT)
    m = whole(n_outputs, "The number of outputs", 1, MAX_COUNT)
    return Memory(p * m * n, n * n, n * (n + 1) // 2, n, n, BLOCK * n)


def held(network: Network) -> dict[str, int]:
    """Measure the arrays that one training of this network allocates.

    Parameters
    ----------
    network : Network
        Network, laid out for the kernels.

    Returns
    -------
    dict of str to int
        Bytes of Q ("quasi_hessian"), of a block of Jacobian rows ("block") and of all other work
        space ("other").
    """
    buffers = network.workspace()
    rows = buffers.rows
    padded = rows.shape[0] * rows.shape[2]
    other = sum(
        array.nbytes for array in (buffers.slopes, buffers.lines, buffers.factors, buffers.picks)
    )
    return {
        "quasi_hessian": padded * padded * BYTES,
        "block": rows.nbytes,
        "other": other,
    }
