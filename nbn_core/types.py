"""Type aliases for the arrays and the JSON objects that the annotations name."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["BoolArray", "FloatArray", "IndexArray", "IntArray", "Json"]

FloatArray = NDArray[np.float64]
"""Numbers: weights, patterns, sums, traces."""

IntArray = NDArray[np.int64]
"""Counts, orders of patterns, class labels."""

IndexArray = NDArray[np.int32]
"""Indices of neurons and weights, as the kernels read them."""

BoolArray = NDArray[np.bool_]
"""Masks."""

Json = dict[str, Any]
"""An object of a JSON document."""
