"""Work space aligned to cache lines, so that a vector of eight numbers is fetched at once."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

LINE = 8  # numbers in a cache line of 64 bytes


def zeros(*shapes: tuple[int, ...]) -> list[NDArray[Any]]:
    """Allocate C-ordered arrays of zeros in one contiguous piece of memory.

    Parameters
    ----------
    *shapes : tuple of int
        Shapes of the arrays.

    Returns
    -------
    list of float64 arrays
        Arrays that each start at a multiple of `LINE` numbers in memory.
    """
    sizes = [math.prod(shape) for shape in shapes]
    room = np.zeros(LINE + sum(-(-size // LINE) * LINE for size in sizes))
    start = -(room.__array_interface__["data"][0] // room.itemsize) % LINE
    made = []
    for shape, size in zip(shapes, sizes, strict=True):
        made.append(room[start : start + size].reshape(shape))
        start += -(-size // LINE) * LINE
    return made
