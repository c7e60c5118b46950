"""CSV files of traces, weights, predictions and matrices.

Names that a spreadsheet would interpret as a formula are written with an apostrophe in front, which
readers remove.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nbn_core.checks import plural
from nbn_core.data import Dataset
from nbn_core.data.columns import DataColumn
from nbn_core.errors import FormatError
from nbn_core.formats.parsing import checked, number, quoted, text_of
from nbn_core.network import Topology
from nbn_core.trace import Trace
from nbn_core.types import FloatArray

COLUMNS = (
    "iterations", "sse", "mu", "gradient_norm", "attempts", "evaluations", "work", "seconds",
    "step_length",
)  # fmt: skip
VALIDATION = "validation_sse"
_FORMULA = re.compile(r"'*[=+\-@]")


def write_trace_csv(trace: Trace, validation_sse: Sequence[float] | None = None) -> str:
    """Write a trace without its weights, one row per recorded iteration.

    Parameters
    ----------
    trace : Trace
        Trace of the training.
    validation_sse : (K,) sequence of float, optional
        SSE of the validation patterns, one number per row of the trace.

    Returns
    -------
    str
        CSV with the columns of `COLUMNS`, and validation_sse if it is given; unknown numbers are
        empty cells.

    Raises
    ------
    ValueError
        If `validation_sse` does not have one number per row.
    """
    columns = trace_columns(trace, validation_sse)
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    return write_rows_csv(["iteration", *list(columns)[1:]], rows)


def trace_columns(trace: Trace, validation_sse: Sequence[float] | None) -> dict[str, NDArray[Any]]:
    """Return the columns of a trace by name, without its weights."""
    columns = {name: getattr(trace, name) for name in COLUMNS}
    if validation_sse is not None:
        columns[VALIDATION] = np.asarray(validation_sse, dtype=np.float64)
        if columns[VALIDATION].shape != (len(trace),):
            raise ValueError("Give one validation_sse for every row of the trace.")
    return columns


def write_weights_csv(topology: Topology, weights: ArrayLike) -> str:
    """Write weights, one per row, with the names of source and neuron.

    Parameters
    ----------
    topology : Topology
        Topology of the network.
    weights : (N,) array_like
        Weights, neuron by neuron, bias first.

    Returns
    -------
    str
        CSV with the columns source (empty for a bias), neuron and weight.
    """
    values = checked(topology, weights).tolist()
    rows = ([*names, w] for names, w in zip(topology.weight_names, values, strict=True))
    return write_rows_csv(["source", "neuron", "weight"], rows)


def read_weights_csv(data: str | bytes, topology: Topology) -> FloatArray:
    """Read weights that `write_weights_csv` wrote; the order of rows is free.

    Parameters
    ----------
    data : str or bytes
        Content of the file.
    topology : Topology
        Network of the weights.

    Returns
    -------
    (N,) float64
        Weights, neuron by neuron, bias first.

    Raises
    ------
    FormatError
        If a weight is missing, repeated, or belongs to no connection of the network.
    """
    try:
        text = text_of(data, "A file of weights")
        rows = [row for row in csv.reader(io.StringIO(text)) if row]
    except csv.Error:
        raise FormatError("This is not a CSV file of weights: use the original file.") from None
    if not rows or [cell.strip() for cell in rows[0]] != ["source", "neuron", "weight"]:
        raise FormatError(
            "A file of weights has the columns source, neuron and weight: correct its first row."
        )
    place = {names: n for n, names in enumerate(topology.weight_names)}
    values = np.full(topology.n_weights, np.nan)
    for at, row in enumerate(rows[1:], start=2):
        if len(row) != 3:
            raise FormatError(
                f"Row {at} has {plural(len(row), 'cell')}, but 3 are needed: correct it."
            )
        names = _plain(row[0]), _plain(row[1])
        if names not in place or not math.isnan(values[place[names]]):
            what = f"from {quoted(names[0])} to" if names[0] else "for the bias of"
            raise FormatError(
                f"Row {at} is a weight {what} {quoted(names[1])}, which this network does not "
                "have, or has in an earlier row: remove it."
            )
        values[place[names]] = number(row[2].strip(), f"Row {at}")
    missing = int(np.isnan(values).sum())
    if missing:
        raise FormatError(
            f"This file lacks {plural(missing, 'weight')} of the network: add a row for each."
        )
    return checked(topology, values)


def write_predictions_csv(
    dataset: Dataset, outputs: ArrayLike, targets: Sequence[DataColumn] = ()
) -> str:
    """Write inputs, targets and predictions, one pattern per row.

    Parameters
    ----------
    dataset : Dataset
        Patterns with inputs and targets.
    outputs : (P, M) array_like
        Outputs of the network.
    targets : sequence of DataColumn
        Target columns; classes are also written by name.

    Returns
    -------
    str
        CSV with the column names of the dataset; predictions end in "predicted", names of classes
        in "class" and "predicted class".

    Raises
    ------
    FormatError
        If the shape of the outputs is not that of the targets.
    """
    table = np.asarray(outputs, dtype=np.float64)
    if table.shape != dataset.targets.shape:
        raise FormatError(
            f"Predictions need {dataset.n_patterns} rows of {dataset.n_outputs}, but a table of "
            f"shape {table.shape} was given: give one row for each pattern."
        )
    names = [f"{name} predicted" for name in dataset.target_names]
    head = [*dataset.input_names, *dataset.target_names, *names]
    words: list[list[str]] = []
    first = 0
    for column in targets:
        own = slice(first, first + column.width)
        first += column.width
        if column.classes:
            head += [f"{column.name} class", f"{column.name} predicted class"]
            words += [column.label(dataset.targets[:, own]), column.label(table[:, own])]
    rows = np.hstack([dataset.inputs, dataset.targets, table]).tolist()
    return write_rows_csv(
        head, ([*row, *labels] for row, labels in zip(rows, _across(words, len(rows)), strict=True))
    )


def _across(columns: Sequence[Sequence[str]], count: int) -> Iterable[Sequence[str]]:
    """Return the rows of columns; empty rows if there are no columns."""
    return zip(*columns, strict=True) if columns else [()] * count


def write_matrix_csv(topology: Topology, matrix: ArrayLike) -> str:
    """Write a matrix over the weights, such as Q, with row and column names.

    Parameters
    ----------
    topology : Topology
        Topology of the network.
    matrix : (N, N) array_like
        Matrix in the order of the weights.

    Returns
    -------
    str
        CSV with a row and a column per weight, named source→neuron.

    Raises
    ------
    FormatError
        If the shape of the matrix is not (N, N).
    """
    values = np.asarray(matrix, dtype=np.float64)
    if values.shape != (topology.n_weights, topology.n_weights):
        raise FormatError(
            f"This network has {topology.n_weights} weights, but a matrix of shape "
            f"{values.shape} was given."
        )
    names = [f"{source or 'bias'}→{neuron}" for source, neuron in topology.weight_names]
    return write_rows_csv(
        ["", *names], ([name, *row.tolist()] for name, row in zip(names, values, strict=True))
    )


def write_rows_csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write rows below their names; unknown numbers become empty cells, formulas are quoted."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([_safe(name) for name in head])
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return file.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, str):
        return _safe(value)
    return "" if value != value else repr(value)


def _safe(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


def _plain(text: str) -> str:
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text
