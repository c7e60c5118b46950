"""Weighing: patterns that count more than others, and weights that are held as they are.

With pattern weights v the sum of squared errors is sum_p v_p sum_m e_pm^2: rows of J and errors are
multiplied by the root of v_p, so that Q = J'J and g = J'e hold as before. A held weight is a
constant: its column of J is zero, and so are its row and column of Q and its place in g. A step
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


def roots(pattern_weights: ArrayLike | None, n_patterns: int) -> FloatArray:
    """Check pattern weights and take their roots.

    Parameters
    ----------
    pattern_weights : (P,) array_like, optional
        Not negative, at least one above zero; each 1 if left out.
    n_patterns : int
        P.

    Returns
    -------
    (P,) or (0,) float64
        Roots; nothing if all weights are 1.

    Raises
    ------
    ShapeError
        If there is not one usable number for each pattern.
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
    """Find the weights that are held.

    Parameters
    ----------
    held : str, collection or (N,) bool array, optional
        Names: of a neuron for all its weights, (source, neuron) for one, ("", neuron) for a bias.
        Or a mask, with True for each weight held.
    topology : Topology
        The network.

    Returns
    -------
    (H,) int32
        Which weights, ascending.

    Raises
    ------
    SettingError
        If there is no such neuron or weight, or a mask of another size.
    """
    n = topology.n_weights
    mask = np.zeros(n, dtype=np.bool_)
    if held is None:
        pass
    elif isinstance(held, np.ndarray):
        if held.shape != (n,) or held.dtype != np.bool_:
            raise SettingError(
                f"A mask of held weights must have one True or False for each of the {n} weights."
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
                    f"There is no {what} to hold: give names of neurons, or a source "
                    "and a neuron for a single weight."
                )
            mask[found] = True
    return np.flatnonzero(mask).astype(np.int32)
