"""DataColumn: a column of the data by its name, and the classes that its text stood for.

A column of numbers is one column of a Dataset. One of two classes is one, too: -1 for the first and
1 for the second. More classes take a column each, 1 in their own rows and -1 in all others.
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
    """What one column of the user's data is called and means.

    Parameters
    ----------
    name : str
        On one line.
    classes : sequence of str
        None for numbers, else at least two, all different.

    Raises
    ------
    DatasetError
        If a name is no text that can be shown, or the classes are too few, too many or the same.
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
        """How many columns of a Dataset it takes."""
        return 1 if len(self.classes) < 3 else len(self.classes)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of those."""
        if self.width == 1:
            return (self.name,)
        return tuple(plain_name(f"{self.name}={label}", NAME_LENGTH) for label in self.classes)

    def encode(self, indices: IntArray) -> FloatArray:
        """Write classes as numbers.

        Parameters
        ----------
        indices : (P,) int64
            Of `classes`.

        Returns
        -------
        (P, width) float64
            -1 and 1.
        """
        if self.width == 1:
            return np.where(indices == 1, 1.0, -1.0)[:, np.newaxis]
        return np.where(indices[:, np.newaxis] == np.arange(self.width), 1.0, -1.0)

    def label(self, values: ArrayLike) -> list[str]:
        """Name the class that each row of numbers stands for: the largest, or the sign of one.

        Parameters
        ----------
        values : (P, width) array_like
            Targets, or the answers of a network.

        Returns
        -------
        list of str
            One of `classes` for each row.
        """
        rows = np.asarray(values, dtype=np.float64)
        place = (rows[:, 0] > 0).astype(int) if self.width == 1 else rows.argmax(axis=1)
        return [self.classes[i] for i in place.tolist()]


def meanings(columns: Iterable[DataColumn]) -> list[str]:
    """Say which outputs of a network mean which class, a line for each column of classes.

    Parameters
    ----------
    columns : iterable of DataColumn
        What the targets were made of.

    Returns
    -------
    list of str
        None for columns of numbers.
    """
    return [
        f"{column.name}: above 0 {column.classes[1]}, else {column.classes[0]}"
        if column.width == 1
        else f"{column.name}: the largest output of {', '.join(column.classes)}"
        for column in columns
        if column.classes
    ]


def names_of(columns: Iterable[DataColumn]) -> tuple[str, ...]:
    """Names of the columns of a Dataset that these columns make."""
    return tuple(name for column in columns for name in column.names)


def check_coding(columns: Sequence[DataColumn], table: FloatArray) -> None:
    """Check that columns of classes hold what their coding writes.

    Parameters
    ----------
    columns : sequence of DataColumn
        As wide together as the table.
    table : (P, n) float64
        Inputs or targets.

    Raises
    ------
    DatasetError
        With the name of the first column that does not.
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


def plain_name(text: str, most: int = 60) -> str:
    """Bring text to one line, without invisible marks, and not too long.

    Parameters
    ----------
    text : str
        Anything.
    most : int
        Characters.

    Returns
    -------
    str
        May be empty.
    """
    visible = "".join(c if c.isprintable() else " " for c in text[: 10 * most])
    name = " ".join(visible.split())
    return name if len(name) <= most else name[: most - 1] + "…"
