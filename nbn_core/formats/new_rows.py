"""New rows: patterns without targets, answered by the trained network of an experiment.

    table = read_table(data, least_columns=1)
    rows = new_rows(experiment, table)
    rows.inputs                                   (P, I) in raw units, NaN where a value is missing
    write_answers_csv(experiment, weights, rows)

Columns are found by their names; a table without names must have the columns of the inputs in their
order, and may have those of the targets behind them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from nbn_core.data.columns import DataColumn
from nbn_core.data.table import Table
from nbn_core.data.table_column import Column, lag_of, lagged
from nbn_core.display import OneLine
from nbn_core.errors import DatasetError
from nbn_core.experiment import Experiment, OwnData
from nbn_core.formats.csv_files import write_rows_csv
from nbn_core.formats.parsing import quoted
from nbn_core.rules import RULES
from nbn_core.types import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class NewRows(OneLine):
    """Rows of a file that are to be answered.

    Parameters
    ----------
    columns : tuple of DataColumn
        Input columns of the experiment.
    texts : tuple of tuple of str
        Cells of each input column as in the file.
    inputs : (P, I) float64
        Inputs in raw units, classes encoded; NaN where a value is missing.
    rows : (P,) int64
        Number of each row in the file.
    by_name : bool
        Whether the columns were found by their names, not by their order.
    """

    columns: tuple[DataColumn, ...]
    texts: tuple[tuple[str, ...], ...]
    inputs: FloatArray
    rows: IntArray
    by_name: bool

    @property
    def complete(self) -> BoolArray:
        """Mask of the rows that have all values, (P,) bool."""
        mask: BoolArray = np.asarray(np.isfinite(self.inputs).all(axis=1))
        return mask


def new_rows(experiment: Experiment, table: Table) -> NewRows:
    """Take the inputs of an experiment from a table.

    Parameters
    ----------
    experiment : Experiment
        Experiment whose network is to answer.
    table : Table
        Table with the input columns; other columns are ignored.

    Returns
    -------
    NewRows
        Inputs of all rows.

    Raises
    ------
    DatasetError
        If a column is missing, or a cell is neither a number nor a known class.
    """
    columns = input_columns(experiment)
    found = _by_name(columns, table)
    by_name = found is not None
    if found is None:
        n_targets = len(target_columns(experiment))
        fits = len(table.columns) in (len(columns), len(columns) + n_targets)
        if table.reading.header or not fits:
            names = ", ".join(quoted(column.name) for column in columns[:8])
            raise DatasetError(
                f"The network needs the columns {names}{' and others' * (len(columns) > 8)}, but "
                f"the file has {', '.join(map(quoted, table.names[:8]))}: name its columns so."
            )
        found = list(table.columns[: len(columns)])
    parts = [_encoded(want, have, table.rows) for want, have in zip(columns, found, strict=True)]
    inputs = np.hstack(parts)
    inputs.setflags(write=False)
    return NewRows(columns, tuple(column.texts for column in found), inputs, table.rows, by_name)


def answers(experiment: Experiment, weights: ArrayLike, rows: NewRows) -> FloatArray:
    """Answer new rows.

    Parameters
    ----------
    experiment : Experiment
        Experiment whose network answers.
    weights : (N,) array_like
        Trained weights.
    rows : NewRows
        Rows to answer.

    Returns
    -------
    (P, M) float64
        Outputs in raw units; NaN in rows that lack a value.

    Raises
    ------
    DatasetError
        If the learning rule predicts in its own way, so that the weights alone do not answer.
    """
    rule = RULES[experiment.rule]
    if rule.own_prediction:
        raise DatasetError(
            f"{rule.title} predicts in its own way, and new rows are answered by the drawn "
            "network: train it with another rule."
        )
    complete = rows.complete
    outputs = np.full((len(rows.rows), experiment.topology.n_outputs), np.nan)
    if complete.any():
        outputs[complete] = experiment.predict(weights, rows.inputs[complete])
    return outputs


def write_answers_csv(experiment: Experiment, weights: ArrayLike, rows: NewRows) -> str:
    """Write new rows with their answers.

    Parameters
    ----------
    experiment : Experiment
        Experiment whose network answers.
    weights : (N,) array_like
        Trained weights.
    rows : NewRows
        Rows to answer.

    Returns
    -------
    str
        CSV with the number of each row, its inputs, the outputs, and the classes they mean; the
        answers of rows that lack a value are empty.
    """
    head, body = answer_table(experiment, weights, rows)
    return write_rows_csv(head, body)


def answer_table(
    experiment: Experiment, weights: ArrayLike, rows: NewRows
) -> tuple[list[str], list[list[object]]]:
    """Return names and rows of the table that `write_answers_csv` writes.

    Parameters
    ----------
    experiment : Experiment
        Experiment whose network answers.
    weights : (N,) array_like
        Trained weights.
    rows : NewRows
        Rows to answer.

    Returns
    -------
    head : list of str
        Names of the columns.
    body : list of list
        Cells of each row.
    """
    outputs = answers(experiment, weights, rows)
    targets = target_columns(experiment)
    names = [name for column in targets for name in column.names]
    head = ["row", *(column.name for column in rows.columns), *(f"{n} predicted" for n in names)]
    labels: list[list[str]] = []
    first = 0
    for column in targets:
        own = outputs[:, first : first + column.width]
        first += column.width
        if column.classes:
            head.append(f"{column.name} predicted class")
            known: BoolArray = np.asarray(np.isfinite(own).all(axis=1))
            labels.append(
                [name if k else "" for name, k in zip(
                    column.label(np.nan_to_num(own)), known.tolist(), strict=True
                )]
            )  # fmt: skip
    body: list[list[object]] = []
    for i, values in enumerate(outputs.tolist()):
        cells = [texts[i] for texts in rows.texts]
        body.append([int(rows.rows[i]), *cells, *values, *(label[i] for label in labels)])
    return head, body


def input_columns(experiment: Experiment) -> tuple[DataColumn, ...]:
    """Return the columns that the inputs of an experiment are encoded from."""
    data = experiment.data
    if isinstance(data, OwnData):
        return tuple(data.input_columns)
    return tuple(map(DataColumn, data.whole.input_names))


def target_columns(experiment: Experiment) -> tuple[DataColumn, ...]:
    """Return the columns that the targets of an experiment are encoded from."""
    data = experiment.data
    if isinstance(data, OwnData):
        return tuple(data.target_columns)
    return tuple(map(DataColumn, data.whole.target_names))


def _by_name(columns: tuple[DataColumn, ...], table: Table) -> list[Column] | None:
    """Return the columns with these names, case aside; None if one is missing."""
    known = {column.name.lower(): column for column in table.columns}
    known.update({column.name: column for column in table.columns})
    found = []
    for column in columns:
        have = known.get(column.name, known.get(column.name.lower()))
        lag = lag_of(column.name)
        if have is None and lag is not None and lag[0] in known:
            have = lagged(known[lag[0]], lag[1])
        if have is None:
            return None
        found.append(have)
    return found


def _encoded(want: DataColumn, have: Column, rows: IntArray) -> FloatArray:
    """Return the numbers of a column, or the codes of its classes, (P, width)."""
    if not want.classes:
        odd = ~have.missing & ~np.isfinite(have.numbers)
        if odd.any():
            at = int(np.argmax(odd))
            raise DatasetError(
                f"Row {rows[at]} of column {quoted(have.name)} is {quoted(have.texts[at])}, but a "
                "number is needed: correct it, or empty the cell."
            )
        return have.numbers[:, np.newaxis]
    place = {label: i for i, label in enumerate(want.classes)}
    for row, text in zip(rows.tolist(), have.texts, strict=True):
        if text and text not in place:
            raise DatasetError(
                f"Row {row} of column {quoted(have.name)} is {quoted(text)}, which is no class "
                f"that was learnt: {', '.join(map(quoted, want.classes[:6]))} are."
            )
    codes = want.encode(np.array([place.get(text, 0) for text in have.texts], dtype=np.int64))
    codes[have.missing] = np.nan
    return codes
