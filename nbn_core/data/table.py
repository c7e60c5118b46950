"""Table: the columns of a user's file, and the selection of columns that becomes a Dataset.

A table is read by `nbn_core.formats.read_table`. Columns are validated when they are chosen, so
that a column of dates, or of numbers with text among them, does not prevent the use of the others.

    table = read_table(data)
    chosen = table.choose(inputs=["age", "income"], targets=["bought"])
    chosen.dataset, chosen.dropped, chosen.classes

Text is encoded as classes, -1 and 1: one column for two classes, one column per class for more.
Rows with a missing value in a chosen column are dropped and listed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from nbn_core.data.columns import MAX_CLASSES, DataColumn, names_of
from nbn_core.data.dataset import Dataset
from nbn_core.data.table_column import (
    Column,
    check,
    constant,
    labels,
    lag_name,
    lag_of,
    lagged,
    quoted,
    same,
)
from nbn_core.display import OneLine
from nbn_core.errors import DatasetError
from nbn_core.types import BoolArray, IntArray

SUGGESTED_LAGS = 12


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Chosen(OneLine):
    """The dataset made of the chosen columns.

    Parameters
    ----------
    dataset : Dataset
        Patterns in raw units, with text encoded as -1 and 1.
    dropped : tuple of int
        Numbers of the rows of the file that were dropped because a value is missing.
    classes : dict
        Classes of each column of text, by its name; two classes are encoded as -1 and 1.
    inputs, targets : tuple of DataColumn
        Chosen columns, with printable class names.
    """

    dataset: Dataset
    dropped: tuple[int, ...]
    classes: dict[str, tuple[str, ...]]
    inputs: tuple[DataColumn, ...]
    targets: tuple[DataColumn, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Reading(OneLine):
    """Settings with which a file was read, detected or given.

    Parameters
    ----------
    kind : str
        Kind of the file: "text", "excel" or "parquet".
    encoding, delimiter, decimal : str
        Encoding, delimiter and decimal separator of text; a delimiter may be "whitespace".
    header : bool
        Whether the first row holds the names of the columns.
    missing : tuple of str
        Missing-value markers besides the empty cell.
    sheet : str
        Sheet of a workbook.
    encoding_sure : bool
        Whether the encoding follows from the bytes of the file or was given.
    skip : int
        Number of lines that were left out at the top because the caller said so.
    short_rows : str
        What was done with rows that have too few cells: "refuse", "fill" or "leave out".
    layout : str
        Name of a format with a head of its own, such as "ARFF"; empty for a plain table.
    notes : tuple of str
        What was left out or interpreted, a sentence each.
    """

    kind: str
    encoding: str = ""
    delimiter: str = ""
    decimal: str = "."
    header: bool = True
    missing: tuple[str, ...] = ()
    sheet: str = ""
    encoding_sure: bool = True
    skip: int = 0
    short_rows: str = "refuse"
    layout: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, repr=False)
class Table(OneLine):
    """Columns of the same length.

    Parameters
    ----------
    columns : tuple of Column
        Columns, with unique names.
    rows : (P,) int64
        Number of each row in the file, the first row of the file being 1.
    reading : Reading
        Detected or given properties with which the file was read.
    blank : int
        Number of rows of the file whose cells are all empty.
    told_targets, told_unused : tuple of str
        Names of the columns that the file itself calls targets, or says are no data.
    least_columns : int
        Smallest number of columns.
    told_parts : tuple of int
        Numbers of training, validation and test rows that the file counts; empty if it does not.

    Raises
    ------
    DatasetError
        If two columns have the same name, or there are no rows or fewer than two columns.
    """

    columns: tuple[Column, ...]
    rows: IntArray
    reading: Reading
    blank: int = 0
    told_targets: tuple[str, ...] = ()
    told_unused: tuple[str, ...] = ()
    least_columns: int = 2
    told_parts: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not len(self.rows):
            raise DatasetError("This table has no rows of data: add at least one.")
        if len(self.columns) < self.least_columns:
            raise DatasetError(
                "There is only one column in it, but inputs and targets are needed: check what "
                "separates the columns."
            )
        for name, times in Counter(column.name for column in self.columns).items():
            if times > 1:
                places = [i for i, c in enumerate(self.columns, 1) if c.name == name][:2]
                raise DatasetError(
                    f"Columns {places[0]} and {places[1]} are both called {quoted(name)}: rename "
                    "one of them."
                )

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(column.name for column in self.columns)

    def suggested(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Suggest inputs and targets.

        Targets are those that the file names, or else the last usable column. Inputs are all other
        columns of numbers, those with some text among them included, because the error message
        then names the cell. Columns that number the rows, that the file sets aside, or that hold
        numbers which cannot be read are not suggested. A series alone is suggested with its own
        past as inputs, and without any numbers the columns of text are inputs.

        Returns
        -------
        tuple
            Names of the inputs and names of the targets; empty if no column is usable.
        """
        labels = {column.name for column in self.columns if column.is_label}
        kept = [
            column
            for column in self.columns
            if column.name not in self.told_unused and not column.is_unread
        ]
        usable = [
            column
            for column in kept
            if column.kind in ("number", "mixed")
            or (column.kind == "text" and len(column.classes) <= MAX_CLASSES)
        ]
        free = [column for column in usable if column.name not in labels] or usable
        told = [column.name for column in usable if column.name in self.told_targets]
        targets = told or [column.name for column in free[-1:]]
        numbers = [column for column in usable if column.kind != "text"]
        others = [column.name for column in numbers if column.name not in targets]
        inputs = [name for name in others if name not in labels]
        if not inputs and targets:
            series = next(column for column in usable if column.name == targets[0])
            lags = min(SUGGESTED_LAGS, len(self.rows) // 3) if len(self.rows) >= 10 else 0
            named = [name for name in others if not name.startswith("column ")]
            if series.kind == "number" and lags and self._has_times(named):
                inputs = [lag_name(series.name, rows) for rows in range(1, lags + 1)]
        if not inputs and not others:
            inputs = [column.name for column in usable if column.name not in targets]
        return tuple(inputs or others), tuple(targets)

    def _has_times(self, labels: Sequence[str]) -> bool:
        """Return whether a column beside the numbers tells the time of each row, or its number."""
        return bool(labels) or any(column.kind == "date" for column in self.columns)

    def choose(
        self,
        inputs: Sequence[str],
        targets: Sequence[str],
        *,
        classes: Collection[str] = (),
        name: str = "",
    ) -> Chosen:
        """Return the dataset of some columns.

        Parameters
        ----------
        inputs, targets : sequence of str
            Names of the columns; "x (3 before)" is column x as it was three rows before.
        classes : collection of str
            Names of numeric columns that hold class labels.
        name : str
            Name of the dataset.

        Returns
        -------
        Chosen
            The dataset, the dropped rows and the classes.

        Raises
        ------
        DatasetError
            If a column does not exist, is chosen twice, or cannot be used; the message names it.
        """
        x, d = self._columns(inputs, "input"), self._columns(targets, "target")
        twice = [column.name for column in d if column in x]
        if twice:
            raise DatasetError(f"Column {quoted(twice[0])} is an input and a target: choose one.")
        for column in (*x, *d):
            check(column, self.rows, column.name in classes)
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
            lag = lag_of(name) if name not in known else None
            if lag is not None and lag[0] in known:
                known[name] = lagged(known[lag[0]], lag[1])
            if name not in known:
                raise DatasetError(f"There is no column {quoted(str(name))}: choose another.")
            if chosen.count(name) > 1:
                raise DatasetError(f"Column {quoted(name)} is chosen twice as {what}.")
        return [known[name] for name in chosen]


class _Part:
    """A chosen column as numbers: its values, or its encoded classes."""

    def __init__(self, column: Column, keep: BoolArray, as_classes: bool) -> None:
        self.column = column
        self.classes: tuple[str, ...] = ()
        self.coded = DataColumn(column.name)
        if column.kind != "text" and not as_classes:
            self.table = column.numbers[keep, np.newaxis]
            if same(self.table):
                raise constant(column, keep)
            return
        texts = [text for text, kept in zip(column.texts, keep, strict=True) if kept]
        there = set(texts)
        self.classes = tuple(label for label in column.classes if label in there)
        if len(self.classes) < 2:
            raise constant(column, keep)
        place = {label: i for i, label in enumerate(self.classes)}
        self.coded = DataColumn(column.name, labels(column, self.classes))
        self.table = self.coded.encode(np.array([place[text] for text in texts]))
