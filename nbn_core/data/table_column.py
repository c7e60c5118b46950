"""Column of a table: its cells as text and as numbers, and whether it can be used for training."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from nbn_core.checks import shown
from nbn_core.data.columns import MAX_CLASSES, plain_name
from nbn_core.data.dataset import NAME_LENGTH
from nbn_core.display import OneLine
from nbn_core.errors import DatasetError
from nbn_core.types import BoolArray, FloatArray, IntArray

Kind = Literal["number", "text", "date", "mixed", "constant", "empty"]

_DATE = re.compile(
    r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})"
    r"([ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?(Z|[+-]\d{2}:?\d{2}))?)?|\d{1,2}:\d{2}(:\d{2})?",
    re.ASCII,
)


@dataclass(frozen=True, eq=False, repr=False)
class Column(OneLine):
    """Column of a table, as text and as numbers.

    Parameters
    ----------
    name : str
        Name of the column, one line of printable text.
    texts : tuple of str
        Cells as in the file; "" for missing values.
    numbers : (P,) float64
        Cells as numbers; NaN for missing values and text that is not a number.
    """

    name: str
    texts: tuple[str, ...]
    numbers: FloatArray

    @cached_property
    def missing(self) -> BoolArray:
        """Mask of the missing values, (P,) bool."""
        return np.array([not text for text in self.texts], dtype=np.bool_)

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """Distinct cells in sorted order: numbers by value, then text."""
        value = dict(zip(self.texts, self.numbers.tolist(), strict=True))
        value.pop("", None)
        numbers = sorted((number, text) for text, number in value.items() if number == number)
        words = sorted(text for text, number in value.items() if number != number)
        return (*(text for _, text in numbers), *words)

    @cached_property
    def kind(self) -> Kind:
        """Kind of the content; "mixed" is a column of numbers with some text among them."""
        there = ~self.missing
        known = np.isfinite(self.numbers)
        if not there.any():
            return "empty"
        if (known == there).all():
            return "constant" if same(self.numbers[there]) else "number"
        words = set(self.texts) - {""}
        if len(words) == 1:
            return "constant"
        if 2 * known.sum() >= there.sum():
            return "mixed"
        return "date" if all(map(_DATE.fullmatch, words)) else "text"

    @property
    def n_missing(self) -> int:
        """Number of missing values."""
        return int(self.missing.sum())


def labels(column: Column, classes: Sequence[str]) -> tuple[str, ...]:
    """Return printable class names of limited length; raise if two of them become equal."""
    labels = tuple(plain_name(label, NAME_LENGTH) or "(blank)" for label in classes)
    if len(set(labels)) < len(labels):
        raise DatasetError(
            f"Column {quoted(column.name)} has classes that look the same on the screen: give "
            "them short names that differ."
        )
    return labels


def check(column: Column, rows: IntArray, as_classes: bool) -> None:
    """Raise DatasetError if a column cannot be an input or a target."""
    name, kind = quoted(column.name), column.kind
    if kind == "empty":
        raise DatasetError(f"Column {name} is empty: choose another.")
    if kind == "constant":
        raise constant(column, ~column.missing)
    if kind == "date":
        raise DatasetError(
            f"Column {name} holds dates or times, which a network cannot take: choose another, or "
            "replace them by numbers, such as days since the first."
        )
    if kind == "mixed" and not as_classes:
        at = int(np.argmax(~column.missing & ~np.isfinite(column.numbers)))
        raise DatasetError(
            f"Row {rows[at]} of column {name} is {quoted(column.texts[at])}, not a number that "
            "can be used: correct it, or empty the cell to leave the row out."
        )
    if (kind == "text" or as_classes) and len(column.classes) > MAX_CLASSES:
        raise DatasetError(
            f"Column {name} has {len(column.classes)} different entries, too many for classes "
            f"(at most {MAX_CLASSES}): choose another."
        )


def constant(column: Column, keep: BoolArray) -> DatasetError:
    """Return the error for a column with the same value in every row that is kept."""
    value = column.texts[int(np.argmax(keep))]
    return DatasetError(
        f"Column {quoted(column.name)} is {quoted(value)} in every row that is used, so nothing "
        "can be learnt from it: choose another."
    )


def same(numbers: FloatArray) -> bool:
    """Return whether all numbers are equal."""
    return bool((numbers == numbers.flat[0]).all())


def quoted(text: object) -> str:
    """Return a name or a cell in quotation marks for an error message."""
    return f"“{plain_name(text, 40)}”" if isinstance(text, str) else shown(text)
