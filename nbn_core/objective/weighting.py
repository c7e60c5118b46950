"""Pattern weights, and frozen network weights.

With pattern weights v the sum of squared errors is sum_p v_p sum_m e_pm^2. Rows of J and errors are
multiplied by the square root of v_p, so that Q = J'J and g = J'e hold as before. A frozen weight is
a constant: its column of J is zero, and so are its row and column of Q and its entry of g. A step
then leaves it exactly as it is.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import ArrayLike

from nbn_core.checks import shown
from nbn_core.errors import SettingError, ShapeError
from nbn_core.network import Topology
from nbn_core.types import BoolArray, FloatArray, IndexArray

Held = str | Collection[str | tuple[str, str]] | BoolArray


def sqrt_weights(pattern_weights: ArrayLike | None, n_patterns: int) -> FloatArray:
    """Check pattern weights and return their square roots.

    Parameters
    ----------
    pattern_weights : (P,) array_like or None
        Weight of each pattern: not negative, at least one above zero. None stands for all 1.
    n_patterns : int
        Number of patterns P.

    Returns
    -------
    (P,) or (0,) float64
        Square roots; empty if all weights are 1.

    Raises
    ------
    ShapeError
        If `pattern_weights` does not have one usable number for each pattern.
    """
    if pattern_weights is None:
        return np.zeros(0)
    try:
        values = np.array(pattern_weights, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise ShapeError("The weights of the patterns must be a list of numbers.") from None
    if values.shape != (n_patterns,):
        raise ShapeError(
            f"There are {n_patterns} patterns, but {values.size} weights for them: "
            "give one for each pattern."
        )
    if not (np.isfinite(values).all() and (values >= 0).all() and values.any()):
        raise ShapeError(
            "Every weight of a pattern must be a number from 0 up, and one above 0: "
            "replace the others."
        )
    return np.zeros(0) if (values == 1.0).all() else np.sqrt(values)


def frozen_weights(held: Held | None, topology: Topology) -> IndexArray:
    """Find the indices of the frozen weights.

    Parameters
    ----------
    held : str, collection, (N,) bool array or None
        Frozen weights: the name of a neuron for all its weights, (source, neuron) for one weight,
        ("", neuron) for a bias; or a mask with True for each frozen weight.
    topology : Topology
        Network with N weights.

    Returns
    -------
    (H,) int32
        Indices of the frozen weights, ascending.

    Raises
    ------
    SettingError
        If a name matches no neuron or weight, or a mask has another size.
    """
    n = topology.n_weights
    mask = np.zeros(n, dtype=np.bool_)
    if held is None:
        pass
    elif isinstance(held, np.ndarray):
        if held.shape != (n,) or held.dtype != np.bool_:
            raise SettingError(
                f"A mask of frozen weights must have one True or False for each of the {n} weights."
            )
        mask = held
    else:
        names = topology.weight_names
        for name in [held] if isinstance(held, str) else held:
            if isinstance(name, str):
                found = [i for i, (_, neuron) in enumerate(names) if neuron == name]
            else:
                found = [i for i, weight in enumerate(names) if weight == name]
            if not found:
                what = f"neuron {shown(name)}" if isinstance(name, str) else "such weight"
                raise SettingError(
                    f"There is no {what} to freeze: give names of neurons, or a source "
                    "and a neuron for a single weight."
                )
            mask[found] = True
    return np.flatnonzero(mask).astype(np.int32)
