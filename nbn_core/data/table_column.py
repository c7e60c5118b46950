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

MAX_LAG = 1_000  # rows before
Kind = Literal["number", "text", "date", "mixed", "constant", "empty"]

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
_DATE = re.compile(
    r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
    rf"|\d{{1,2}}[- .]{{1,2}}{_MONTH}[- .]{{1,2}}\d{{2,4}}|{_MONTH}[- .]\d{{1,2}},? \d{{4}})"
    r"([ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?(Z|[+-]\d{2}:?\d{2}|[ap]m))?)?"
    r"|\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[ap]m)?"
    r"|\d{4}[-/.]\d{1,2}|\d{1,2}[-/]\d{4}"
    rf"|{_MONTH}[- .'’]{{1,2}}\d{{2,4}}|\d{{4}}[- ]{_MONTH}"
    r"|\d{4}[- ]?[qmw]\d{1,2}|[qmw]\d{1,2}[- /]\d{4}",
    re.ASCII | re.IGNORECASE,
)
# Names of columns that number or label the rows rather than describe them.
_LABELS = frozenset(
    {
        "id", "idx", "index", "no", "no.", "nr", "nr.", "num", "number", "row", "rows", "rownum",
        "rownames", "row names", "row number", "obs", "obs.", "observation", "case", "sample",
        "subject", "patient", "record", "key", "uid", "uuid", "unnamed: 0", "n°", "#", "serial",
        "s.no", "s.no.", "sl no", "sr no", "lfd. nr.", "entry", "instance",
    }
)  # fmt: skip


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

    @cached_property
    def is_unread(self) -> bool:
        """Whether this is text, but of cells that look like numbers which are not read."""
        if self.kind != "text":
            return False
        words = [text.lstrip("+-−(~<>=≈ $€£¥") for text in self.texts if text]
        digits = sum(word[:1].isdigit() for word in words)
        bare = sum(word[:1].isdigit() and not word.strip("0123456789.,'’ %)") for word in words)
        many = len(set(words)) > 10 or bool(np.isfinite(self.numbers).any())
        return 2 * bare > len(words) or (2 * digits > len(words) and many)

    @cached_property
    def is_label(self) -> bool:
        """Whether the column only numbers the rows, by its name and by its values."""
        values = self.numbers
        if self.kind != "number" or len(values) < 3 or not np.isfinite(values).all():
            return False
        if (values != np.floor(values)).any():
            return False
        name = self.name.lower().strip()
        plain = self.name.replace("-", "_").replace(" ", "_")
        known = name in _LABELS or plain.lower().endswith("_id") or plain.endswith(("Id", "ID"))
        unnamed = name.startswith("column ") and name[7:].isdigit()
        running = bool((np.diff(values) == 1).all())
        if unnamed:
            return running and values[0] in (0, 1)
        return known and (running or len(np.unique(values)) == len(values))

    @cached_property
    def sentinel(self) -> float | None:
        """A number such as -999 that probably marks missing values; None if there is none."""
        known = self.numbers[np.isfinite(self.numbers)]
        if self.kind != "number" or not known.size:
            return None
        low = float(known.min())
        others = known[known != low]
        usual = low in (-99.0, -999.0, -9999.0, -99999.0, -99.9, -999.9, -9999.9)
        return low if usual and others.size and others.min() > low / 10 else None

    @property
    def n_missing(self) -> int:
        """Number of missing values."""
        return int(self.missing.sum())


def lagged(column: Column, rows: int) -> Column:
    """Return the column as it was some rows before; the first rows lack a value.

    Parameters
    ----------
    column : Column
        Column in the order of time.
    rows : int
        Number of rows, at least 1.

    Returns
    -------
    Column
        Column called "name (rows before)".
    """
    numbers = np.concatenate([np.full(min(rows, len(column.numbers)), np.nan), column.numbers])
    numbers = numbers[: len(column.numbers)]
    numbers.setflags(write=False)
    texts = (("",) * rows + column.texts)[: len(column.texts)]
    return Column(lag_name(column.name, rows), texts, numbers)


def lag_name(name: str, rows: int) -> str:
    """Return the name of a column as it was some rows before."""
    return f"{name} ({rows} before)"


def lag_of(name: str) -> tuple[str, int] | None:
    """Return the column and the number of rows of a name that `lag_name` made."""
    base, bracket, rest = name.rpartition(" (")
    count = rest.removesuffix(" before)")
    if not bracket or count == rest or not (count.isascii() and count.isdigit()):
        return None
    rows = int(count[:6])
    return (base, rows) if 1 <= rows <= MAX_LAG else None


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
