"""Memory: what the Jacobian, the quasi-Hessian and one row of J need, in numbers and bytes.

    J, stored            P M N          grows with the data
    Q and g              N (N + 1) / 2 + N, one triangle; N N + N as stored in full
    one row of J         N              all that NBN keeps of J at a time in the papers
    a block of rows      B N            what is kept here, B patterns of one output at a time

Without J the need no longer depends on P and M: that is the point of Wilamowski & Yu, IEEE Trans.
Neural Networks 21(6), 930-937, 2010.
"""

from __future__ import annotations

from dataclasses import dataclass

from nbn_core.checks import whole
from nbn_core.kernels.forward import BLOCK
from nbn_core.network import Network

BYTES = 8
MOST = 10**9


@dataclass(frozen=True, slots=True)
class Memory:
    """Counts of float64 numbers.

    Parameters
    ----------
    jacobian : int
        P M N.
    quasi_hessian : int
        N N.
    triangle : int
        N (N + 1) / 2.
    gradient : int
        N.
    row : int
        N.
    block : int
        B N, the rows kept at a time.
    """

    jacobian: int
    quasi_hessian: int
    triangle: int
    gradient: int
    row: int
    block: int


def memory(n_patterns: int, n_weights: int, n_outputs: int) -> Memory:
    """Count what each way of computing needs.

    Parameters
    ----------
    n_patterns, n_weights, n_outputs : int
        P, N, M: from 1 up.

    Returns
    -------
    Memory
        Numbers, each of 8 bytes.
    """
    p = whole(n_patterns, "The number of patterns", 1, MOST)
    n = whole(n_weights, "The number of weights", 1, MOST)
    m = whole(n_outputs, "The number of outputs", 1, MOST)
    return Memory(p * m * n, n * n, n * (n + 1) // 2, n, n, BLOCK * n)


def held(network: Network) -> dict[str, int]:
    """Measure the arrays that one training of this network really holds.

    Parameters
    ----------
    network : Network
        The network.

    Returns
    -------
    dict of str to int
        Bytes of Q, of a block of Jacobian rows, and of all other work space.
    """
    room = network.room()
    rows = room[7]
    padded = rows.shape[0] * rows.shape[2]
    other = room[1].nbytes + room[4].nbytes + room[5].nbytes + room[6].nbytes
    return {
        "quasi_hessian": padded * padded * BYTES,
        "block": rows.nbytes,
        "other": other,
    }
