"""Seriation: an order of the weights in which those that Q couples stand together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.intp]


def coupling_order(quasi_hessian: FloatArray, apart: NDArray[np.bool_] | None = None) -> IndexArray:
    """Order the weights so that coupled ones stand together: spectral seriation.

    With the coupling c_ij = |q_ij| / sqrt(q_ii q_jj), from 0 to 1, weights are sorted by the second
    eigenvector of the Laplacian of c, the smoothest function on that graph. Parts of the graph that
    have no coupling at all between them stay together, largest first.

    Parameters
    ----------
    quasi_hessian : (N, N) float64
        Q.
    apart : (N, N) bool, optional
        Entries that count as zero whatever they are.

    Returns
    -------
    (N,) index array
        Weights in their new order.

    References
    ----------
    Atkins, Boman & Hendrickson, SIAM J. Computing 28(1), 297-310, 1998.
    """
    scale = np.sqrt(np.maximum(np.diag(quasi_hessian), 0.0))
    size = np.outer(scale, scale)
    coupling = np.divide(np.abs(quasi_hessian), size, out=np.zeros_like(size), where=size > 0)
    np.fill_diagonal(coupling, 0.0)
    if apart is not None:
        coupling[apart] = 0.0
    order: list[int] = []
    for part in _parts(coupling > 1e-9):
        inside = coupling[np.ix_(part, part)]
        laplacian = np.diag(inside.sum(axis=0)) - inside
        if len(part) > 2:
            smooth = np.linalg.eigh(laplacian)[1][:, 1]
            smooth = smooth if smooth[0] <= smooth[-1] else -smooth
            part = part[np.argsort(smooth, kind="stable")]
        order += part.tolist()
    return np.array(order, dtype=np.intp)


def _parts(linked: NDArray[np.bool_]) -> Sequence[IndexArray]:
    """Connected parts, the largest first."""
    left = np.ones(len(linked), dtype=bool)
    parts = []
    while left.any():
        inside = np.zeros(len(linked), dtype=bool)
        front = np.array([int(np.argmax(left))])
        while len(front):
            inside[front] = True
            front = np.flatnonzero(linked[front].any(axis=0) & ~inside)
        left &= ~inside
        parts.append(np.flatnonzero(inside))
    return sorted(parts, key=len, reverse=True)
