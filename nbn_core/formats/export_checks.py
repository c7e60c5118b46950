"""What every export of a trained network needs: numbers that fit, names that cannot do harm."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from nbn_core.checks import shown
from nbn_core.data.scaling import Affine, Scaling
from nbn_core.display import OneLine
from nbn_core.errors import FormatError, SettingError, ShapeError
from nbn_core.formats.parsing import checked
from nbn_core.network import Topology
from nbn_core.types import FloatArray

Precision = Literal["double", "float"]
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,30}", re.ASCII)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Trained(OneLine):
    """A network, its weights neuron by neuron, and scalings that fit it."""

    topology: Topology
    parts: tuple[FloatArray, ...]
    inputs: Affine
    outputs: Affine


def trained(topology: Topology, weights: ArrayLike, scaling: Scaling | None) -> Trained:
    """Check what is to be exported.

    Parameters
    ----------
    topology : Topology
        The network.
    weights : (N,) array_like
        Neuron by neuron, bias first.
    scaling : Scaling or None
        What the network was trained behind.

    Returns
    -------
    Trained

    Raises
    ------
    ShapeError
        If weights or scaling do not fit the network.
    """
    values = checked(topology, weights)
    ends = np.cumsum([1 + len(neuron.sources) for neuron in topology.neurons])
    inputs = Affine.identity(topology.n_inputs) if scaling is None else scaling.inputs
    outputs = Affine.identity(topology.n_outputs) if scaling is None else scaling.targets
    if (len(inputs), len(outputs)) != (topology.n_inputs, topology.n_outputs):
        raise ShapeError(
            f"The scaling is for {len(inputs)} inputs and {len(outputs)} outputs, the network has "
            f"{topology.n_inputs} and {topology.n_outputs}."
        )
    return Trained(topology, tuple(np.split(values, ends[:-1])), inputs, outputs)


def checked_name(name: str, taken: frozenset[str] = frozenset()) -> str:
    """Check the name of a function that is to be written.

    Parameters
    ----------
    name : str
        Letters, digits and _ after a letter, at most 31.
    taken : frozenset of str
        Names that mean something else there.

    Returns
    -------
    str
        The name.

    Raises
    ------
    SettingError
        If it cannot be one.
    """
    known = isinstance(name, str) and _IDENTIFIER.fullmatch(name)
    if not known or keyword.iskeyword(name) or name in taken:
        raise SettingError(
            f"A function cannot be called {shown(name)}: take letters, digits and _, at most 31, "
            "a letter first, and no word the language uses itself."
        )
    return name


def in_precision(values: ArrayLike, precision: Precision) -> FloatArray:
    """Round numbers to what they will be kept as.

    Parameters
    ----------
    values : array_like
        Finite.
    precision : "double" or "float"
        64 or 32 bits.

    Returns
    -------
    float64 array
        The rounded values.

    Raises
    ------
    SettingError
        If there is no such precision.
    FormatError
        If a number is too large for it.
    """
    if precision not in ("double", "float"):
        raise SettingError(f"The precision is double or float, not {shown(precision)}.")
    wide = np.asarray(values, dtype=np.float64)
    if precision == "double":
        return wide
    with np.errstate(over="ignore", under="ignore"):
        narrow = wide.astype(np.float32)
    if not np.isfinite(narrow).all():
        raise FormatError("A weight is too large for float (3.4e38): export it as double.")
    return narrow.astype(np.float64)


def widths_in_precision(affine: Affine, precision: Precision) -> FloatArray:
    """Round the widths of a scaling, none of them to 0.

    Parameters
    ----------
    affine : Affine
        The scaling.
    precision : "double" or "float"
        64 or 32 bits.

    Returns
    -------
    (n,) float64

    Raises
    ------
    FormatError
        If one is too small.
    """
    widths = in_precision(affine.width, precision)
    if not widths.all():
        raise FormatError("A column's width is too small for float: export it as double.")
    return widths
