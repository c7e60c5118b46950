"""Data files of the NBN programs, `.dat`: one pattern per row, inputs then targets, no header.

Numbers are separated by blanks, tabs, commas or semicolons, also at the end of a row. Blank lines
and comments (//, % or #) are skipped. `read_table` reads files with a header or text.
"""

from __future__ import annotations

import re

import numpy as np

from nbn_core.checks import plural
from nbn_core.data import Dataset
from nbn_core.errors import DatasetError, FormatError
from nbn_core.formats.parsing import SEPARATORS, number, shortest, text_of

MAX_DATA = 64_000_000
MAX_ROWS = 1_000_000
MAX_COLUMNS = 5_000
_COMMENT = re.compile(r"//|[%#]")


def read_dat(
    data: str | bytes,
    n_inputs: int | None = None,
    n_outputs: int | None = None,
    name: str = "",
) -> Dataset:
    """Read a `.dat` file.

    Parameters
    ----------
    data : str or bytes
        Content of the file.
    n_inputs, n_outputs : int, optional
        Numbers of input and target columns; by default the last column is the target.
    name : str
        Name of the dataset.

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
    rows: list[list[float]] = []
    for at, line in enumerate(text_of(data, "A .dat file", MAX_DATA).split("\n"), start=1):
        cells = [cell for cell in SEPARATORS.split(_COMMENT.split(line)[0]) if cell]
        if not cells:
            continue
        if len(cells) > MAX_COLUMNS or len(rows) == MAX_ROWS:
            raise FormatError(
                f"A .dat file may have {MAX_ROWS} rows and {MAX_COLUMNS} columns at most."
            )
        rows.append([number(cell, f"Line {at}, column {i}") for i, cell in enumerate(cells, 1)])
        if len(rows[-1]) != len(rows[0]):
            raise FormatError(
                f"Line {at} has {plural(len(rows[-1]), 'number')}, the first row has "
                f"{len(rows[0])}: every row needs the same."
            )
    if not rows:
        raise DatasetError("This .dat file is empty: it needs a row of numbers for each pattern.")
    columns = len(rows[0])
    if n_inputs is None:
        n_inputs = columns - (1 if n_outputs is None else n_outputs)
    if n_outputs is None:
        n_outputs = columns - n_inputs
    if n_inputs < 1 or n_outputs < 1 or n_inputs + n_outputs != columns:
        raise DatasetError(
            f"Each row has {plural(columns, 'number')}, but "
            f"{plural(max(n_inputs, 1), 'input')} and "
            f"{plural(max(n_outputs, 1), 'target')} are needed."
        )
    table = np.array(rows)
    return Dataset(table[:, :n_inputs], table[:, n_inputs:], name)


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
