"""Rows of -1 and +1 that more than one kind of problem is made of."""

import numpy as np

from nbn_core.types import FloatArray, IntArray


def corners(n: int) -> FloatArray:
    """All 2^n bipolar rows of n, counting up in binary, the first column the highest bit."""
    bits = np.arange(2**n)[:, None] >> np.arange(n - 1, -1, -1) & 1
    return np.asarray(2.0 * bits - 1)


def one_high(classes: IntArray, count: int) -> FloatArray:
    """Rows of -1 with +1 in the column of the class."""
    return np.where(classes[:, None] == np.arange(count), 1.0, -1.0)
