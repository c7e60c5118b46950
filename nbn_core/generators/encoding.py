"""Bipolar encodings that several problems share."""

import numpy as np

from nbn_core.types import FloatArray, IntArray


def corners(n: int) -> FloatArray:
    """Return all bipolar rows in binary order, the first column most significant, (2^n, n)."""
    bits = np.arange(2**n)[:, None] >> np.arange(n - 1, -1, -1) & 1
    return np.asarray(2.0 * bits - 1)


def one_high(classes: IntArray, count: int) -> FloatArray:
    """Return rows of -1 with +1 in the column of the class, (P, count)."""
    return np.where(classes[:, None] == np.arange(count), 1.0, -1.0)
