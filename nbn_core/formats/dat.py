"""Data files of the NBN programs, `.dat`: one pattern per row, inputs then targets.

The grammar is that of `read_table`, so that decimal commas, comments, titles and names are read the
same way by both. In addition, blanks, tabs, commas and semicolons may be mixed in one file, as the
NBN programs allow. Every cell must be a number.
"""

from __future__ import annotations

import math
from functools import lru_cache, partial

import numpy as np

from nbn_core.checks import plural
from nbn_core.data import Dataset
from nbn_core.data.columns import plain_name
from nbn_core.errors import DatasetError, FormatError, NBNError
from nbn_core.formats.line_grammar import content
from nbn_core.formats.number_grammar import parse, read
from nbn_core.formats.parsing import SEPARATORS, quoted, shortest, text_of
from nbn_core.formats.table_files import read_text, separators
from nbn_core.formats.text_grid import Grid
from nbn_core.types import FloatArray

MAX_DATA = 64_000_000
MAX_ROWS = 1_000_000
MAX_COLUMNS = 5_000
_HEAD = 10_000  # lines above the rows, at most
_TOO_LARGE = "A .dat file may have {:,} rows and {:,} columns at most: this one has more."


def read_dat(
    data: str | bytes,
    n_inputs: int | None = None,
    n_outputs: int | None = None,
    name: str = "",
    max_rows: int = MAX_ROWS,
) -> Dataset:
    """Read a `.dat` file.

    Parameters
    ----------
    data : str or bytes
        Content of the file.
    n_inputs, n_outputs : int, optional
        Numbers of input and target columns; by default the targets are those that the file names,
        or else the last column.
    name : str
        Name of the dataset.
    max_rows : int
        Rows above which the file is refused before it is read.

    Returns
    -------
    Dataset
        Patterns of the file, unscaled.

    Raises
    ------
    FormatError
        If a cell is not a number, or a row has another length than the first.
    DatasetError
        If the number of columns is not the number of inputs and targets.
    """
    text = text_of(data, "A .dat file", MAX_DATA)
    check_length(text, max_rows)
    grid, table = _numbers(text)
    columns = table.shape[1]
    if columns > MAX_COLUMNS or len(table) > max_rows:
        raise FormatError(_TOO_LARGE.format(max_rows, MAX_COLUMNS))
    targets = grid.targets
    if n_inputs is None:
        n_inputs = columns - (len(targets) or 1 if n_outputs is None else n_outputs)
    if n_outputs is None:
        n_outputs = columns - n_inputs
    if n_inputs < 1 or n_outputs < 1 or n_inputs + n_outputs != columns:
        raise DatasetError(
            f"Each row has {plural(columns, 'number')}, but "
            f"{plural(max(n_inputs, 1), 'input')} and "
            f"{plural(max(n_outputs, 1), 'target')} are needed."
        )
    order = list(range(columns))
    if len(targets) == n_outputs:  # NIST writes the response first
        order = [i for i in order if i not in targets] + targets
    table = table[:, order]
    names = _names(grid, order)
    return Dataset(
        table[:, :n_inputs],
        table[:, n_inputs:],
        name,
        input_names=names and names[:n_inputs],
        target_names=names and names[n_inputs:],
    )


def check_length(text: str, max_rows: int) -> None:
    """Raise FormatError for a text of far more lines than rows are allowed, without reading it."""
    if text.count("\n") > max_rows + _HEAD:
        raise FormatError(_TOO_LARGE.format(max_rows, MAX_COLUMNS))


def _names(grid: Grid, order: list[int]) -> list[str] | None:
    """Return the names of the columns; None if the file has not one different name for each."""
    names = [plain_name(grid.names[i]) for i in order] if grid.names is not None else []
    return names if names and all(names) and len(set(names)) == len(names) else None


@lru_cache(maxsize=1)  # a file is read to be recognised, and again for the network it suits
def _numbers(text: str) -> tuple[Grid, FloatArray]:
    """Return the rows of a text and their numbers; raise FormatError for anything else."""
    if not text.strip():
        raise DatasetError("This .dat file is empty: it needs a row of numbers for each pattern.")
    limited = partial(read_text, text, set(), max_rows=MAX_ROWS, max_columns=MAX_COLUMNS)
    try:
        grid, delimiter = limited()
        if grid.names is not None and not grid.layout and all(map(parse, grid.names)):
            grid, delimiter = limited(header=False, delimiter=delimiter)
        table = _table(grid, delimiter)
    except NBNError:
        grid, table = None, None
    if grid is not None and table is not None and np.isfinite(table).all():
        return grid, table
    mixed = _mixed(text, None if grid is None or not grid.rows else grid)
    return mixed, _table(mixed, " ")


def _table(grid: Grid, delimiter: str) -> FloatArray:
    columns = list(zip(*grid.rows, strict=True))
    marks, _ = separators(columns, delimiter)
    return np.array(
        [read(column, mark)[0] for column, mark in zip(columns, marks, strict=True)]
    ).T.reshape(len(grid.rows), len(columns))


def _mixed(text: str, regular: Grid | None) -> Grid:
    """Return the rows of a file with mixed separators; raise FormatError for the first fault."""
    # `regular` holds the rows that one separator gives: faults are told in its columns.
    source = content(text)
    rows = [[cell for cell in SEPARATORS.split(line) if cell] for line in source.lines]
    rows = [row for row in rows if row]
    if not rows:
        raise DatasetError("This .dat file is empty: it needs a row of numbers for each pattern.")
    if max(map(len, rows)) > MAX_COLUMNS or len(rows) > MAX_ROWS:
        raise FormatError(_TOO_LARGE.format(MAX_ROWS, MAX_COLUMNS))
    even = all(len(row) == len(rows[0]) for row in rows)
    if even and all(_is_plain(cell) for row in rows for cell in row):
        return Grid(rows, source.numbers)
    if regular is not None and not even:
        rows, lines = regular.rows, regular.lines
    else:
        lines = source.numbers
    for at, row in zip(lines, rows, strict=False):
        for i, cell in enumerate(row, start=1):
            if not _is_plain(cell) and (regular is None or parse(cell, ",") is None):
                raise FormatError(
                    f"Line {at}, column {i} has {quoted(cell)} where a number is needed: "
                    "correct it."
                )
        if len(row) != len(rows[0]):
            raise FormatError(
                f"Line {at} has {plural(len(row), 'number')}, the first row has "
                f"{len(rows[0])}: every row needs the same."
            )
    raise FormatError(
        "The numbers of this .dat file have points and commas for decimals in the same column: "
        "use one of them."
    )


def _is_plain(cell: str) -> bool:
    found = parse(cell)
    return found is not None and math.isfinite(found.value)


def write_dat(dataset: Dataset) -> str:
    """Write a `.dat` file.

    Parameters
    ----------
    dataset : Dataset
        Patterns with inputs and targets.

    Returns
    -------
    str
        One pattern per row, inputs then targets, each number as its shortest exact text.
    """
    table = np.hstack([dataset.inputs, dataset.targets]).tolist()
    return "".join(" ".join(map(shortest, row)) + "\n" for row in table)
