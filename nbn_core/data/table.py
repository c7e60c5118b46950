"""Table: columns of a file of one's own, and the choice of some of them that makes a Dataset.

A table is read by `nbn_core.formats.read_table`. Nothing is refused before it is chosen: a column
of dates, or one with a word among its numbers, does no harm to the others.

    table = read_table(data)
    chosen = table.choose(inputs=["age", "income"], targets=["bought"])
    chosen.dataset, chosen.dropped, chosen.classes

Text becomes numbers between -1 and 1: one column if there are two classes, one for each if there
are more. Rows in which a chosen column is empty are left out, counted and listed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from nbn_core.checks import shown
from nbn_core.data.columns import MAX_CLASSES, DataColumn, names_of, plain_name
from nbn_core.data.dataset import NAME_LENGTH, Dataset
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
    """One column: what stands in it, and the numbers where it stands for numbers.

    Parameters
    ----------
    name : str
        On one line, without marks that reverse text.
    texts : tuple of str
        As in the file; "" where nothing stands.
    numbers : (P,) float64
        NaN where nothing stands, or no number.
    """

    name: str
    texts: tuple[str, ...]
    numbers: FloatArray

    @cached_property
    def missing(self) -> BoolArray:
        """Where nothing stands, (P,) bool."""
        return np.array([not text for text in self.texts], dtype=np.bool_)

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """What stands in it, sorted, each once: numbers by size, then text."""
        value = dict(zip(self.texts, self.numbers.tolist(), strict=True))
        value.pop("", None)
        numbers = sorted((number, text) for text, number in value.items() if number == number)
        words = sorted(text for text, number in value.items() if number != number)
        return (*(text for _, text in numbers), *words)

    @cached_property
    def kind(self) -> Kind:
        """What it can be used for; "mixed" is a column of numbers with something else in it."""
        there = ~self.missing
        known = np.isfinite(self.numbers)
        if not there.any():
            return "empty"
        if (known == there).all():
            return "constant" if _same(self.numbers[there]) else "number"
        words = set(self.texts) - {""}
        if len(words) == 1:
            return "constant"
        if 2 * known.sum() >= there.sum():
            return "mixed"
        return "date" if all(map(_DATE.fullmatch, words)) else "text"

    @property
    def n_missing(self) -> int:
        """Cells in which nothing stands."""
        return int(self.missing.sum())


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Chosen(OneLine):
    """What was made of the chosen columns.

    Parameters
    ----------
    dataset : Dataset
        In raw units; text as -1 and 1.
    dropped : tuple of int
        Rows of the file that were left out because a chosen column is empty there.
    classes : dict
        By the name of a column of text: its classes. Two of them are -1 and 1 in this order.
    inputs, targets : tuple of DataColumn
        The chosen columns, with the classes as they can be shown.
    """

    dataset: Dataset
    dropped: tuple[int, ...]
    classes: dict[str, tuple[str, ...]]
    inputs: tuple[DataColumn, ...]
    targets: tuple[DataColumn, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Reading(OneLine):
    """How a file was read: found out, or told.

    Parameters
    ----------
    kind : str
        "text", "excel" or "parquet".
    encoding, delimiter, decimal : str
        Of text; "whitespace" is a delimiter.
    header : bool
        Whether the first row has the names.
    missing : tuple of str
        What stands for nothing, apart from nothing.
    sheet : str
        Of a workbook.
    """

    kind: str
    encoding: str = ""
    delimiter: str = ""
    decimal: str = "."
    header: bool = True
    missing: tuple[str, ...] = ()
    sheet: str = ""


@dataclass(frozen=True, eq=False, repr=False)
class Table(OneLine):
    """Columns of the same length.

    Parameters
    ----------
    columns : tuple of Column
        With names that differ.
    rows : (P,) int64
        Number of each row in the file, the first row of the file being 1.
    reading : Reading
        How the file was read.
    blank : int
        Rows of the file in which nothing stands at all.

    Raises
    ------
    DatasetError
        If two columns have the same name, or there are no rows or fewer than two columns.
    """

    columns: tuple[Column, ...]
    rows: IntArray
    reading: Reading
    blank: int = 0

    def __post_init__(self) -> None:
        if not len(self.rows):
            raise DatasetError("There are no rows of data in it: a table needs some.")
        if len(self.columns) < 2:
            raise DatasetError(
                "There is only one column in it, but inputs and targets are needed: check what "
                "separates the columns."
            )
        for name, times in Counter(column.name for column in self.columns).items():
            if times > 1:
                places = [i for i, c in enumerate(self.columns, 1) if c.name == name][:2]
                raise DatasetError(
                    f"Columns {places[0]} and {places[1]} are both called {_quoted(name)}: rename "
                    "one of them."
                )

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(column.name for column in self.columns)

    def suggested(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Suggest inputs and targets: the last column that will do, and the numbers before it.

        Returns
        -------
        tuple
            Names of inputs and of targets; empty where nothing will do.
        """
        usable = [
            column.name
            for column in self.columns
            if column.kind == "number"
            or (column.kind == "text" and len(column.classes) <= MAX_CLASSES)
        ]
        numbers = [column.name for column in self.columns if column.kind == "number"]
        return tuple(name for name in numbers if name != usable[-1]), tuple(usable[-1:])

    def choose(
        self,
        inputs: Sequence[str],
        targets: Sequence[str],
        *,
        classes: Collection[str] = (),
        name: str = "",
    ) -> Chosen:
        """Make a dataset of some columns.

        Parameters
        ----------
        inputs, targets : sequence of str
            Names of columns.
        classes : collection of str
            Columns whose numbers are names of classes, too.
        name : str
            Of the dataset.

        Returns
        -------
        Chosen
            The dataset, the rows left out, and what the classes are.

        Raises
        ------
        DatasetError
            If a column is not there, chosen twice, or cannot be used: one sentence with its name.
        """
        x, d = self._columns(inputs, "input"), self._columns(targets, "target")
        twice = [column.name for column in d if column in x]
        if twice:
            raise DatasetError(f"Column {_quoted(twice[0])} is an input and a target: choose one.")
        for column in (*x, *d):
            _check(column, self.rows, column.name in classes)
        keep = ~np.logical_or.reduce([column.missing for column in (*x, *d)])
        if not keep.any():
            raise DatasetError(
                f"Each of the {len(self.rows)} rows lacks a value in a chosen column: choose "
                "other columns."
            )
        left = [_Part(column, keep, column.name in classes) for column in (*x, *d)]
        into, out = left[: len(x)], left[len(x) :]
        coded = [tuple(part.coded for part in side) for side in (into, out)]
        dataset = Dataset(
            np.hstack([part.table for part in into]),
            np.hstack([part.table for part in out]),
            name,
            "classification" if len(out) == 1 and out[0].classes else None,
            names_of(coded[0]),
            names_of(coded[1]),
        )
        return Chosen(
            dataset,
            tuple(self.rows[~keep].tolist()),
            {part.column.name: part.classes for part in left if part.classes},
            *coded,
        )

    def _columns(self, names: Iterable[str], what: str) -> list[Column]:
        known = {column.name: column for column in self.columns}
        chosen = [names] if isinstance(names, str) else list(names)
        if not chosen:
            raise DatasetError(f"No column is chosen as {what}: choose at least one.")
        for name in chosen:
            if name not in known:
                raise DatasetError(f"There is no column {_quoted(str(name))}: choose another.")
            if chosen.count(name) > 1:
                raise DatasetError(f"Column {_quoted(name)} is chosen twice as {what}.")
        return [known[name] for name in chosen]


class _Part:
    """A chosen column as numbers: itself, or its classes."""

    def __init__(self, column: Column, keep: BoolArray, as_classes: bool) -> None:
        self.column = column
        self.classes: tuple[str, ...] = ()
        self.coded = DataColumn(column.name)
        if column.kind != "text" and not as_classes:
            self.table = column.numbers[keep, np.newaxis]
            if _same(self.table):
                raise _constant(column, keep)
            return
        texts = [text for text, kept in zip(column.texts, keep, strict=True) if kept]
        there = set(texts)
        self.classes = tuple(label for label in column.classes if label in there)
        if len(self.classes) < 2:
            raise _constant(column, keep)
        place = {label: i for i, label in enumerate(self.classes)}
        self.coded = DataColumn(column.name, _labels(column, self.classes))
        self.table = self.coded.encode(np.array([place[text] for text in texts]))


def _labels(column: Column, classes: Sequence[str]) -> tuple[str, ...]:
    """Shorten the classes to what can be shown; they must still differ."""
    labels = tuple(plain_name(label, NAME_LENGTH) or "(blank)" for label in classes)
    if len(set(labels)) < len(labels):
        raise DatasetError(
            f"Column {_quoted(column.name)} has classes that look the same on the screen: give "
            "them short names that differ."
        )
    return labels


# Checks


def _check(column: Column, rows: IntArray, as_classes: bool) -> None:
    name, kind = _quoted(column.name), column.kind
    if kind == "empty":
        raise DatasetError(f"Column {name} is empty: choose another.")
    if kind == "constant":
        raise _constant(column, ~column.missing)
    if kind == "date":
        raise DatasetError(
            f"Column {name} holds dates or times, which a network cannot take: choose another, or "
            "replace them by numbers, such as days since the first."
        )
    if kind == "mixed" and not as_classes:
        at = int(np.argmax(~column.missing & ~np.isfinite(column.numbers)))
        raise DatasetError(
            f"Row {rows[at]} of column {name} is {_quoted(column.texts[at])}, not a number that "
            "can be used: correct it, or empty the cell to leave the row out."
        )
    if (kind == "text" or as_classes) and len(column.classes) > MAX_CLASSES:
        raise DatasetError(
            f"Column {name} has {len(column.classes)} different entries, too many for classes "
            f"(at most {MAX_CLASSES}): choose another."
        )


def _constant(column: Column, keep: BoolArray) -> DatasetError:
    value = column.texts[int(np.argmax(keep))]
    return DatasetError(
        f"Column {_quoted(column.name)} is {_quoted(value)} in every row that is used, so nothing "
        "can be learnt from it: choose another."
    )


def _same(numbers: FloatArray) -> bool:
    return bool((numbers == numbers.flat[0]).all())


def _quoted(text: object) -> str:
    return f"“{plain_name(text, 40)}”" if isinstance(text, str) else shown(text)
