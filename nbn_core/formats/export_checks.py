"""Validation for all exports of a trained network: sizes, precision and function names."""

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
    """A trained network, validated for export.

    Parameters
    ----------
    topology : Topology
        Topology of the network.
    parts : tuple of (n,) float64
        Weights of each neuron, bias first.
    inputs, outputs : Affine
        Scaling of the inputs and of the outputs.
    """

    topology: Topology
    parts: tuple[FloatArray, ...]
    inputs: Affine
    outputs: Affine


def trained(topology: Topology, weights: ArrayLike, scaling: Scaling | None) -> Trained:
    """Validate a trained network for export.

    Parameters
    ----------
    topology : Topology
        Topology of the network.
    weights : (N,) array_like
        Weights, neuron by neuron, bias first.
    scaling : Scaling or None
        Scaling of the training data; None for raw units.

    Returns
    -------
    Trained
        The network with its weights and scaling.

    Raises
    ------
    ShapeError
        If the sizes of weights or scaling do not match the network.
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
    """Validate the name of an exported function.

    Parameters
    ----------
    name : str
        Name of the function: at most 31 letters, digits and underscores, first a letter.
    taken : frozenset of str
        Names reserved by the language.

    Returns
    -------
    str
        The name, unchanged.

    Raises
    ------
    SettingError
        If the name is not valid or reserved.
    """
    known = isinstance(name, str) and _IDENTIFIER.fullmatch(name)
    if not known or keyword.iskeyword(name) or name in taken:
        raise SettingError(
            f"A function cannot be called {shown(name)}: use at most 31 letters, digits and "
            "underscores, a letter first, and no word that the language reserves."
        )
    return name


def in_precision(values: ArrayLike, precision: Precision) -> FloatArray:
    """Round numbers to the precision of the export.

    Parameters
    ----------
    values : array_like
        Finite numbers to round.
    precision : "double" or "float"
        Precision of 64 or 32 bits.

    Returns
    -------
    float64 array
        Numbers in the chosen precision.

    Raises
    ------
    SettingError
        If the precision is unknown.
    FormatError
        If a number is too large for the precision.
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
    """Round the widths of a scaling; none of them may become 0.

    Parameters
    ----------
    affine : Affine
        Scaling whose widths are rounded.
    precision : "double" or "float"
        Precision of 64 or 32 bits.

    Returns
    -------
    (n,) float64
        Widths in the chosen precision.

    Raises
    ------
    FormatError
        If a width is too small for the precision.
    """
    widths = in_precision(affine.width, precision)
    if not widths.all():
        raise FormatError("A column's width is too small for float: export it as double.")
    return widths
