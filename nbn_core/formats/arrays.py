"""What a training leaves behind as CSV and NPZ: traces, weights, predictions, matrices.

CSV is for spreadsheets: names that a spreadsheet would take for a formula get an apostrophe in
front, which reading takes away again. NPZ is NumPy's own, read without pickle and only after its
sizes were found to be what they say.
"""

from __future__ import annotations

import csv
import io
import math
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import ArrayLike, NDArray

from nbn_core.checks import plural
from nbn_core.data import Dataset
from nbn_core.data.columns import DataColumn
from nbn_core.errors import FormatError
from nbn_core.formats.parsing import checked, number, quoted, text_of
from nbn_core.network import Topology
from nbn_core.trace import Trace
from nbn_core.types import FloatArray

MAX_NPZ = 512_000_000
MAX_MEMBERS = 32
COLUMNS = (
    "iterations", "sse", "mu", "gradient_norm", "attempts", "evaluations", "work", "seconds",
    "step_length",
)  # fmt: skip
VALIDATION = "validation_sse"
_FORMULA = re.compile(r"'*[=+\-@]")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,30}", re.ASCII)


# CSV


def write_trace_csv(trace: Trace, validation_sse: Sequence[float] | None = None) -> str:
    """Write a trace without its weights, one iteration a row.

    Parameters
    ----------
    trace : Trace
        What happened.
    validation_sse : (K,) sequence of float, optional
        SSE of the validation patterns row by row.

    Returns
    -------
    str
        Columns as in COLUMNS, and validation_sse if it is given; empty where a number is not known.

    Raises
    ------
    ValueError
        If there is not one validation_sse a row.
    """
    columns = _columns(trace, validation_sse)
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    return _csv(["iteration", *list(columns)[1:]], rows)


def _columns(trace: Trace, validation_sse: Sequence[float] | None) -> dict[str, NDArray[Any]]:
    columns = {name: getattr(trace, name) for name in COLUMNS}
    if validation_sse is not None:
        columns[VALIDATION] = np.asarray(validation_sse, dtype=np.float64)
        if columns[VALIDATION].shape != (len(trace),):
            raise ValueError("Give one validation_sse for every row of the trace.")
    return columns


def write_weights_csv(topology: Topology, weights: ArrayLike) -> str:
    """Write weights, one a row, with the names of what they connect.

    Parameters
    ----------
    topology : Topology
        The network.
    weights : (N,) array_like
        Neuron by neuron, bias first.

    Returns
    -------
    str
        Columns source (empty for a bias), neuron, weight.
    """
    values = checked(topology, weights).tolist()
    rows = ([*names, w] for names, w in zip(topology.weight_names, values, strict=True))
    return _csv(["source", "neuron", "weight"], rows)


def read_weights_csv(data: str | bytes, topology: Topology) -> FloatArray:
    """Read what `write_weights_csv` wrote, in any order of rows.

    Parameters
    ----------
    data : str or bytes
        The file.
    topology : Topology
        The network they are for.

    Returns
    -------
    (N,) float64
        Neuron by neuron, bias first.

    Raises
    ------
    FormatError
        If a weight is missing, there twice, or for no connection of this network.
    """
    try:
        text = text_of(data, "A file of weights")
        rows = [row for row in csv.reader(io.StringIO(text)) if row]
    except csv.Error:
        raise FormatError("This is not a CSV file of weights: use the original file.") from None
    if not rows or [cell.strip() for cell in rows[0]] != ["source", "neuron", "weight"]:
        raise FormatError("A file of weights has the columns source, neuron and weight.")
    place = {names: n for n, names in enumerate(topology.weight_names)}
    values = np.full(topology.n_weights, np.nan)
    for at, row in enumerate(rows[1:], start=2):
        if len(row) != 3:
            raise FormatError(f"Row {at} has {plural(len(row), 'cell')}, but 3 are needed.")
        names = _plain(row[0]), _plain(row[1])
        if names not in place or not math.isnan(values[place[names]]):
            what = f"from {quoted(names[0])} to" if names[0] else "for the bias of"
            raise FormatError(
                f"Row {at} is a weight {what} {quoted(names[1])}, which this network does not "
                "have, or has in an earlier row."
            )
        values[place[names]] = number(row[2].strip(), f"Row {at}")
    missing = int(np.isnan(values).sum())
    if missing:
        raise FormatError(f"{plural(missing, 'weight')} of this network cannot be found in it.")
    return checked(topology, values)


def write_predictions_csv(
    dataset: Dataset, outputs: ArrayLike, targets: Sequence[DataColumn] = ()
) -> str:
    """Write what goes in, what should come out and what does, one pattern a row.

    Parameters
    ----------
    dataset : Dataset
        The patterns.
    outputs : (P, M) array_like
        Of the network.
    targets : sequence of DataColumn
        What the targets were made of; those with classes are also written as words.

    Returns
    -------
    str
        Columns by the names of the dataset; those of outputs end in "predicted", those of classes
        in "class" and "predicted class".

    Raises
    ------
    FormatError
        If there is not one row of outputs for each pattern.
    """
    table = np.asarray(outputs, dtype=np.float64)
    if table.shape != dataset.targets.shape:
        raise FormatError(
            f"Predictions need {dataset.n_patterns} rows of {dataset.n_outputs}, but a table of "
            f"shape {table.shape} was given."
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
    return _csv(
        head, ([*row, *told] for row, told in zip(rows, _across(words, len(rows)), strict=True))
    )


def _across(columns: Sequence[Sequence[str]], count: int) -> Iterable[Sequence[str]]:
    """Rows of columns; empty rows if there are none."""
    return zip(*columns, strict=True) if columns else [()] * count


def write_matrix_csv(topology: Topology, matrix: ArrayLike) -> str:
    """Write a matrix over the weights, such as Q, with their names on both sides.

    Parameters
    ----------
    topology : Topology
        The network.
    matrix : (N, N) array_like
        In the order of the weights.

    Returns
    -------
    str
        A row and a column for each weight, called source→neuron.

    Raises
    ------
    FormatError
        If it is of another shape.
    """
    values = np.asarray(matrix, dtype=np.float64)
    if values.shape != (topology.n_weights, topology.n_weights):
        raise FormatError(
            f"This network has {topology.n_weights} weights, but a matrix of shape "
            f"{values.shape} was given."
        )
    names = [f"{source or 'bias'}→{neuron}" for source, neuron in topology.weight_names]
    return _csv(
        ["", *names], ([name, *row.tolist()] for name, row in zip(names, values, strict=True))
    )


def _csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
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


# NPZ


def write_npz(arrays: Mapping[str, ArrayLike]) -> bytes:
    """Write arrays of numbers; the same arrays give the same bytes.

    Parameters
    ----------
    arrays : mapping
        Arrays by name.

    Returns
    -------
    bytes
        A compressed .npz file.

    Raises
    ------
    FormatError
        If one does not hold numbers, or has no name.
    """
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, values in arrays.items():
            array = np.asarray(values)
            if array.dtype.kind not in "biuf" or not _NAME.fullmatch(name):
                raise FormatError(f"{quoted(name)} is not an array of numbers with a name.")
            part = io.BytesIO()
            npy.write_array(part, array, allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy")
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, part.getvalue())
    return file.getvalue()


def read_npz(data: bytes) -> dict[str, NDArray[np.generic]]:
    """Read arrays of numbers, without pickle, after looking at their sizes.

    Parameters
    ----------
    data : bytes
        An .npz file.

    Returns
    -------
    dict
        Arrays by name.

    Raises
    ------
    FormatError
        One sentence for every kind of damage.
    """
    arrays = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > MAX_MEMBERS or sum(m.file_size for m in members) > MAX_NPZ:
                raise FormatError(
                    f"An NPZ file may hold {MAX_MEMBERS} arrays and {MAX_NPZ // 1_000_000} MB."
                )
            for member in members:
                name = member.filename.removesuffix(".npy")
                if not _NAME.fullmatch(name) or name in arrays:
                    raise FormatError(f"This NPZ file holds {quoted(member.filename)}, no array.")
                arrays[name] = _array(archive.read(member), name)
    except FormatError:
        raise
    except Exception:  # whatever zipfile and its decompressors say of a damaged archive
        raise FormatError("This NPZ file is damaged: use the original file.") from None
    return arrays


def _array(data: bytes, name: str) -> NDArray[np.generic]:
    """Read an array whose header says what is there, neither more nor less."""
    file = io.BytesIO(data)
    read = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
    shape, _, dtype = read[npy.read_magic(file)](file)
    if dtype.kind not in "biuf" or math.prod(shape) * dtype.itemsize != len(data) - file.tell():
        raise FormatError(f"{quoted(name)} in this NPZ file is not an array of numbers.")
    return npy.read_array(io.BytesIO(data), allow_pickle=False)


def write_trace_npz(trace: Trace, validation_sse: Sequence[float] | None = None) -> bytes:
    """Write a trace with its weights.

    Parameters
    ----------
    trace : Trace
        What happened.
    validation_sse : (K,) sequence of float, optional
        SSE of the validation patterns row by row.

    Returns
    -------
    bytes
        An .npz file with the arrays of Trace by their names, and validation_sse if it is given.

    Raises
    ------
    ValueError
        If there is not one validation_sse a row.
    """
    return write_npz({**_columns(trace, validation_sse), "weights": trace.weights})
