"""What all formats share: the network a file holds, text from bytes, numbers from text."""

from __future__ import annotations

import codecs
import math
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from nbn_core.checks import plural
from nbn_core.display import OneLine
from nbn_core.errors import FormatError, ShapeError
from nbn_core.network import Topology
from nbn_core.types import FloatArray

MAX_TEXT = 4_000_000
MAX_NODES = 5_000
MAX_CONNECTIONS = 200_000

SEPARATORS = re.compile(r"[,;\s]+")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?", re.ASCII)
_WHOLE = re.compile(r"\d{1,9}", re.ASCII)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class NetworkFile(OneLine):
    """What a file says about a network.

    Parameters
    ----------
    topology : Topology
        The network.
    weights : (N,) float64 or None
        Its weights, read-only, if the file has them.
    datafile : str
        Name of the file of patterns it points to; never opened here.
    """

    topology: Topology
    weights: FloatArray | None = None
    datafile: str = ""


def text_of(data: str | bytes, what: str, most: int = MAX_TEXT) -> str:
    """Decode what a file holds: UTF-8, UTF-16 with a mark, else Latin-1; all line ends alike.

    Parameters
    ----------
    data : str or bytes
        The file.
    what : str
        Its name in sentences.
    most : int
        Characters or bytes allowed.

    Returns
    -------
    str

    Raises
    ------
    FormatError
        If it is too large, or not text.
    """
    if not isinstance(data, str | bytes):
        raise FormatError(f"{what} is read from text, not from {type(data).__name__}.")
    if len(data) > most:
        raise FormatError(f"{what} may take {most / 1e6:g} MB at most: this one is larger.")
    if isinstance(data, bytes):
        coding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
        try:
            text = data.decode(coding)
        except UnicodeDecodeError:
            if coding != "utf-8":
                raise FormatError(f"{what} breaks off: use the original file.") from None
            text = data.decode("latin-1")
    else:
        text = data.removeprefix("\ufeff")
    if "\0" in text:
        raise FormatError(f"{what} is a binary file: a text file is needed here.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def number(token: str, where: str) -> float:
    """Read a finite decimal number, with e or d before the exponent.

    Parameters
    ----------
    token : str
        The text.
    where : str
        Where it stands, for the sentence.

    Returns
    -------
    float

    Raises
    ------
    FormatError
        If it is none.
    """
    if len(token) <= 400 and _NUMBER.fullmatch(token):
        value = float(token.replace("d", "e").replace("D", "e"))
        if math.isfinite(value):
            return value
    raise FormatError(f"{where} has {quoted(token)} where a number is needed: correct it.")


def whole(token: str, where: str) -> int:
    """Read a whole number from 1 up, such as the number of a node.

    Parameters
    ----------
    token : str
        The text.
    where : str
        Where it stands, for the sentence.

    Returns
    -------
    int

    Raises
    ------
    FormatError
        If it is none.
    """
    if not _WHOLE.fullmatch(token) or int(token) < 1:
        raise FormatError(
            f"{where} has {quoted(token)} where the number of a node is needed: "
            "nodes are numbered 1, 2, 3 and so on."
        )
    return int(token)


def checked(topology: Topology, weights: ArrayLike) -> FloatArray:
    """Copy weights, read-only, if there is one finite number for each of the network.

    Parameters
    ----------
    topology : Topology
        The network.
    weights : (N,) array_like
        Neuron by neuron, bias first.

    Returns
    -------
    (N,) float64

    Raises
    ------
    ShapeError
        If there are more or fewer, or one is not finite.
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


def quoted(text: object) -> str:
    """Show a piece of a file in a sentence: short, on one line."""
    plain = "".join(c if c.isprintable() else "�" for c in str(text)[:30])
    return f"“{plain}{'…' if len(str(text)) > 30 else ''}”"


def shortest(value: float) -> str:
    """Write the shortest text that gives the number back, without a needless .0."""
    return repr(float(value)).removesuffix(".0")
