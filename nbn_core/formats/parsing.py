"""Helpers of all readers: text from bytes, numbers from text, and the network of a file."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from nbn_core.checks import plural
from nbn_core.display import OneLine
from nbn_core.errors import FormatError, ShapeError
from nbn_core.formats.decoding import decode
from nbn_core.formats.number_grammar import parse
from nbn_core.network import Topology
from nbn_core.types import FloatArray

MAX_TEXT = 4_000_000
MAX_NODES = 5_000
MAX_CONNECTIONS = 200_000

SEPARATORS = re.compile(r"[,;\s]+")
_WHOLE = re.compile(r"\d{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class NetworkFile(OneLine):
    """The network that a file describes.

    Parameters
    ----------
    topology : Topology
        Topology of the network.
    weights : (N,) float64 or None
        Weights, read-only; None if the file has none.
    datafile : str
        Name of the data file that it refers to, which is never opened.
    notes : tuple of str
        What was guessed or left out, a sentence each.
    """

    topology: Topology
    weights: FloatArray | None = None
    datafile: str = ""
    notes: tuple[str, ...] = ()


def text_of(data: str | bytes, what: str, limit: int = MAX_TEXT) -> str:
    """Decode the text of a file as `decoding.decode` does, with line ends as LF.

    Parameters
    ----------
    data : str or bytes
        Content of the file.
    what : str
        Name of the format, for error messages.
    limit : int
        Maximum number of characters or bytes.

    Returns
    -------
    str
        Text with line ends as LF.

    Raises
    ------
    FormatError
        If the file is too large or not text.
    """
    if not isinstance(data, str | bytes):
        raise FormatError(f"{what} is read from text, not from {type(data).__name__}.")
    if len(data) > limit:
        raise FormatError(f"{what} may take {limit / 1e6:g} MB at most: this one is larger.")
    text = decode(data).text
    text = text.rstrip("\0\x1a") or text  # what a logger without power, or DOS, leaves
    if "\0" in text:
        raise FormatError(f"{what} is a binary file: a text file is needed here.")
    return lf(text)


def number(token: str, where: str) -> float:
    """Parse a finite decimal number without a unit, by the grammar of all readers.

    Parameters
    ----------
    token : str
        Text of the number.
    where : str
        Location in the file, for the error message.

    Returns
    -------
    float
        Value of the text.

    Raises
    ------
    FormatError
        If the text is not a finite number.
    """
    found = parse(token)
    if found is not None and not found.unit and math.isfinite(found.value):
        return found.value
    raise FormatError(f"{where} has {quoted(token)} where a number is needed: correct it.")


def whole(token: str, where: str) -> int:
    """Parse a positive integer, such as the number of a node.

    Parameters
    ----------
    token : str
        Text of the number.
    where : str
        Location in the file, for the error message.

    Returns
    -------
    int
        Value of the text.

    Raises
    ------
    FormatError
        If the text is not a positive integer.
    """
    if not _WHOLE.fullmatch(token) or int(token) < 1:
        raise FormatError(
            f"{where} has {quoted(token)} where the number of a node is needed: "
            "nodes are numbered 1, 2, 3 and so on."
        )
    return int(token)


def checked(topology: Topology, weights: ArrayLike) -> FloatArray:
    """Return a read-only copy of weights, validated against the network.

    Parameters
    ----------
    topology : Topology
        Topology of the network.
    weights : (N,) array_like
        Weights, neuron by neuron, bias first.

    Returns
    -------
    (N,) float64
        Checked copy of the weights, read-only.

    Raises
    ------
    ShapeError
        If the number of weights is not N, or one of them is not finite.
    """
    try:
        values = np.array(weights, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise ShapeError("The weights must be a list of numbers.") from None
    if values.shape != (topology.n_weights,):
        raise ShapeError(
            f"This network has {plural(topology.n_weights, 'weight')}, but {values.size} "
            f"{'was' if values.size == 1 else 'were'} given: one for each connection and one "
            "bias for each neuron are needed."
        )
    if not np.isfinite(values).all():
        raise ShapeError("Every weight must be a finite number: replace the others.")
    values.setflags(write=False)
    return values


def lf(text: str) -> str:
    """Return text with line ends as LF, whether they were LF, CR LF or CR."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def quoted(text: object) -> str:
    """Return a piece of a file in quotation marks for an error message: short, on one line."""
    plain = "".join(c if c.isprintable() else "�" for c in str(text)[:30])
    return f"“{plain}{'…' if len(str(text)) > 30 else ''}”"


def shortest(value: float) -> str:
    """Return the shortest text that represents a number exactly, without a trailing .0."""
    return repr(float(value)).removesuffix(".0")
