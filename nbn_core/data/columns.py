"""DataColumn: the name of a column of data, and its classes if it held text.

A column of numbers is one column of a Dataset, and so is a column of two classes, with -1 for the
first and 1 for the second. Three or more classes take one column each, with 1 in the rows of the
class and -1 in all others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from nbn_core.checks import shown
from nbn_core.data.dataset import NAME_LENGTH, checked_name
from nbn_core.display import OneLine
from nbn_core.errors import DatasetError
from nbn_core.types import FloatArray, IntArray

MAX_CLASSES = 50


@dataclass(frozen=True, slots=True, repr=False)
class DataColumn(OneLine):
    """Name and classes of one column of the user's data.

    Parameters
    ----------
    name : str
        Name of the column, one line of text.
    classes : sequence of str
        Names of the classes, at least two and all different; empty for a column of numbers.

    Raises
    ------
    DatasetError
        If a name is not printable text, or classes are too few, too many or not unique.
    """

    name: str
    classes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        checked_name(self.name, "column")
        if not isinstance(self.classes, (list, tuple)):
            raise DatasetError(
                f"The classes of a column must be a list of text, not {shown(self.classes)}."
            )
        object.__setattr__(self, "classes", tuple(checked_name(c, "class") for c in self.classes))
        count = len(self.classes)
        if count == 1 or count > MAX_CLASSES or len(set(self.classes)) < count:
            raise DatasetError(
                f"Column {shown(self.name)} must have no classes, or 2 to {MAX_CLASSES} different "
                "ones."
            )

    @property
    def width(self) -> int:
        """Number of columns of a Dataset that encode this column."""
        return 1 if len(self.classes) < 3 else len(self.classes)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns of a Dataset that encode this column."""
        if self.width == 1:
            return (self.name,)
        return tuple(plain_name(f"{self.name}={label}", NAME_LENGTH) for label in self.classes)

    def encode(self, indices: IntArray) -> FloatArray:
        """Encode classes as numbers.

        Parameters
        ----------
        indices : (P,) int64
            Index of the class of each pattern.

        Returns
        -------
        (P, width) float64
            Class codes -1 and 1.
        """
        if self.width == 1:
            return np.where(indices == 1, 1.0, -1.0)[:, np.newaxis]
        return np.where(indices[:, np.newaxis] == np.arange(self.width), 1.0, -1.0)

    def label(self, values: ArrayLike) -> list[str]:
        """Decode rows of numbers: the class of the largest, or of the sign of a single number.

        Parameters
        ----------
        values : (P, width) array_like
            Targets, or outputs of a network.

        Returns
        -------
        list of str
            Class of each row.
        """
        rows = np.asarray(values, dtype=np.float64)
        place = (rows[:, 0] > 0).astype(int) if self.width == 1 else rows.argmax(axis=1)
        return [self.classes[i] for i in place.tolist()]


def meanings(columns: Iterable[DataColumn]) -> list[str]:
    """Describe the encoding of the target classes, one line per column of classes.

    Parameters
    ----------
    columns : iterable of DataColumn
        Columns of the targets.

    Returns
    -------
    list of str
        Lines of text; there are none for columns of numbers.
    """
    return [
        f"{column.name}: above 0 {column.classes[1]}, else {column.classes[0]}"
        if column.width == 1
        else f"{column.name}: the largest output of {', '.join(column.classes)}"
        for column in columns
        if column.classes
    ]


def names_of(columns: Iterable[DataColumn]) -> tuple[str, ...]:
    """Return the names of the columns of a Dataset that encode these columns."""
    return tuple(name for column in columns for name in column.names)


def check_coding(columns: Sequence[DataColumn], table: FloatArray) -> None:
    """Validate that columns of classes hold class codes.

    Parameters
    ----------
    columns : sequence of DataColumn
        Columns whose widths add up to n.
    table : (P, n) float64
        Encoded inputs or targets.

    Raises
    ------
    DatasetError
        If a column of classes holds other numbers; the message names the first one.
    """
    first = 0
    for column in columns:
        part = table[:, first : first + column.width]
        first += column.width
        if not column.classes:
            continue
        high = (part == 1.0).sum(axis=1)
        if not np.isin(part, (-1.0, 1.0)).all() or (column.width > 1 and (high != 1).any()):
            raise DatasetError(
                f"Column {shown(column.name)} has classes, so its numbers must be -1 and 1, with "
                "one 1 in each row."
            )


def plain_name(text: str, length: int = 60) -> str:
    """Return text as one line without unprintable characters, cut to a length.

    Parameters
    ----------
    text : str
        Text of unknown origin.
    length : int
        Maximum number of characters.

    Returns
    -------
    str
        One line of text; it may be empty.
    """
    visible = "".join(c if c.isprintable() else " " for c in text[: 10 * length])
    name = " ".join(visible.split())
    return name if len(name) <= length else name[: length - 1] + "…"
