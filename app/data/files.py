"""Files: a preview of the table, and the choice of inputs, targets, scaling and split.

The current data stays in use until "Use this data" is pressed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pandas
import streamlit as st

from app.data import words
from app.data.choices import PageState, Source
from app.data.splitting import LEAST, STEP, split_choice
from app.data.upload import ask
from app.session.state import Session
from app.shared.chart_box import Box
from app.shared.words import escape_markdown
from nbn_core.checks import plural
from nbn_core.data.columns import MAX_CLASSES
from nbn_core.data.scaling import METHODS
from nbn_core.data.split import Split
from nbn_core.data.table import Chosen, Table
from nbn_core.data.table_column import lag_name, lag_of
from nbn_core.errors import NBNError
from nbn_core.experiment import OwnData

PREVIEW_ROWS: Final = 100
PREVIEW_COLUMNS: Final = 60
MAX_LAGS: Final = 50
MIN_ROWS_TO_SPLIT: Final = 10  # of fewer rows all are training patterns


def show(session: Session, view: PageState, box: Box) -> OwnData | None:
    """Show everything from the upload to the choice of columns; return the data, if it is valid."""
    source = ask(view)
    if source is None:
        return None
    if source.table is None:
        return None
    _preview(source.table)
    st.markdown("**Columns**")
    choice = _columns(source)
    unused = _unused(source.table, choice)
    if unused:
        st.caption(escape_markdown(unused))
    try:
        chosen = source.choose(choice.inputs, choice.targets, choice.classes)
        data = _own_data(source, chosen)
    except NBNError as error:
        st.error(escape_markdown(str(error)))
        return None
    _outcome(source.table, chosen)
    return data


def _preview(table: Table) -> None:
    st.caption(escape_markdown(words.summary(table)))
    shown = table.columns[:PREVIEW_COLUMNS]
    st.dataframe(
        pandas.DataFrame(
            {column.name: column.texts[:PREVIEW_ROWS] for column in shown},
            index=table.rows[:PREVIEW_ROWS].tolist(),
        ),
        height=215, key="nbn-file-preview", alt="The first rows of the file",
    )  # fmt: skip
    if len(table.rows) > PREVIEW_ROWS or len(table.columns) > PREVIEW_COLUMNS:
        st.caption(
            f"Showing the first {plural(min(PREVIEW_ROWS, len(table.rows)), 'row')} and "
            f"{plural(len(shown), 'column')}."
        )
    with st.expander("Column contents"):
        st.dataframe(
            pandas.DataFrame({
                "column": [column.name for column in table.columns],
                "contents": [words.about(column) for column in table.columns],
                "missing values": [column.n_missing for column in table.columns],
            }),
            hide_index=True, height=215, key="nbn-file-columns", alt="The columns of the file",
        )  # fmt: skip


# Columns


@dataclass(frozen=True, slots=True)
class Choice:
    """Names of the columns chosen: inputs, targets, and those of either that are class labels."""

    inputs: tuple[str, ...]
    targets: tuple[str, ...]
    classes: tuple[str, ...]


def _columns(source: Source) -> Choice:
    table = source.table
    assert table is not None
    suggested_inputs, suggested_targets = suggested(table)
    key = f"{source.key}-{hash((table.names, table.reading)) % 10**8}"
    targets = st.multiselect(
        "Targets", table.names, suggested_targets, key=f"nbn-file-out-{key}",
        persist_state="session",
        help="The columns that the network learns to predict.",
        placeholder="Choose one or more columns",
    )  # fmt: skip
    lags = _lags(table, suggested_inputs, key)
    proposed = [name for name in suggested_inputs if name not in targets and not lag_of(name)]
    inputs = st.multiselect(
        "Inputs", [*(name for name in table.names if name not in targets), *lags],
        [*proposed, *lags], key=f"nbn-file-in-{key}-{hash(tuple(lags)) % 10**8}",
        persist_state="session",
        help="The columns that the network predicts from.",
        placeholder="Choose one or more columns",
    )  # fmt: skip
    numbered = [
        column.name
        for column in table.columns
        if column.name in targets
        and column.kind == "number"
        and 2 <= len(column.classes) <= MAX_CLASSES
    ]
    classes: list[str] = []
    if numbered:
        classes = st.multiselect(
            "Numeric columns that are class labels", numbered, _look_like_classes(table, numbered),
            key=f"nbn-file-classes-{key}", placeholder="None", persist_state="session",
            help="Each class gets one output; two classes share one.",
        )  # fmt: skip
    return Choice(tuple(inputs), tuple(targets), tuple(classes))


def _lags(table: Table, suggested_inputs: list[str], key: str) -> list[str]:
    """Ask for columns whose earlier rows are inputs, as for a series; return their names."""
    numeric = [column.name for column in table.columns if column.kind == "number"]
    if not numeric or len(table.rows) < MIN_ROWS_TO_SPLIT:
        return []
    found = [lag for name in suggested_inputs if (lag := lag_of(name)) and name not in table.names]
    with st.expander("Earlier rows as inputs, for a series", expanded=bool(found)):
        of, rows = st.columns([2, 1])
        series = of.multiselect(
            "Columns", numeric, sorted({name for name, _ in found}), key=f"nbn-file-lag-{key}",
            help="The value that a column had in earlier rows becomes an input. The rows must be "
            "in the order of time.",
            placeholder="None", persist_state="session",
        )  # fmt: skip
        most = max(1, min(MAX_LAGS, len(table.rows) // 3))
        back = rows.number_input(
            "Rows back", 1, most, min(most, max((n for _, n in found), default=3)),
            key=f"nbn-file-back-{key}", persist_state="session",
        )  # fmt: skip
    return [lag_name(name, n) for name in series for n in range(1, int(back) + 1)]


def suggested(table: Table) -> tuple[list[str], list[str]]:
    """Return the suggested inputs and targets of a table as lists."""
    inputs, targets = table.suggested()
    return list(inputs), list(targets)


def _unused(table: Table, choice: Choice) -> str:
    """Name the columns that were not suggested because nothing can be learned from them."""
    left = [
        f"“{column.name}” ({words.about(column)})"
        for column in table.columns
        if column.kind in ("date", "constant", "empty")
        or (column.kind == "text" and len(column.classes) > MAX_CLASSES)
        or column.is_label
        or column.is_unread
        or column.name in table.told_unused
        if column.name not in (*choice.inputs, *choice.targets)
    ]
    more = f" and {len(left) - 6} more" if len(left) > 6 else ""
    return f"Not suggested: {', '.join(left[:6])}{more}." if left else ""


def _look_like_classes(table: Table, names: list[str]) -> list[str]:
    """Return the columns of few whole numbers, each occurring often: probably class labels."""
    return [
        column.name
        for column in table.columns
        if column.name in names
        and len(column.classes) <= max(2, min(10, len(table.rows) // 10))
        and all(number.is_integer() for number in column.numbers[~column.missing].tolist())
    ]


# Scaling, split, and what was left out


def _own_data(source: Source, chosen: Chosen) -> OwnData:
    classes = chosen.dataset.kind == "classification"
    key = f"nbn-file-{source.key}"
    inputs_by, targets_by = st.columns(2)
    scaled: dict[str, Any] = {
        "inputs_by": inputs_by.selectbox(
            "Scale inputs", list(METHODS), 1, lambda m: METHODS[m], key=f"{key}-inputs-by",
            persist_state="session",
            help="Computed from the training patterns alone and saved with the data: inputs and "
            "predictions stay in the units of the file.",
        ),
    }  # fmt: skip
    if not classes:
        scaled["targets_by"] = targets_by.selectbox(
            "Scale targets", list(METHODS), 1, lambda m: METHODS[m], key=f"{key}-targets-by",
            persist_state="session",
            help="Errors are then in scaled units.",
        )  # fmt: skip
    assert source.table is not None
    suggested = suggested_split(source.table.told_parts, chosen.dataset.n_patterns, classes=classes)
    split = split_choice(key, suggested, classes=classes, kept=True)
    return OwnData(
        chosen.dataset,
        **split,
        **scaled,
        input_columns=chosen.inputs,
        target_columns=chosen.targets,
    )


def suggested_split(told: tuple[int, ...], n_patterns: int, *, classes: bool) -> Split:
    """Return the split with about the shares that a file tells, or else the usual one.

    Parameters
    ----------
    told : tuple of int
        Numbers of training, validation and test rows; empty if the file does not tell.
    n_patterns : int
        Number of patterns that are split.
    classes : bool
        Whether the targets are classes, which are split evenly.
    """
    if told and told[0]:
        train, validation = (STEP * round(100 * part / (STEP * sum(told))) for part in told[:2])
        if told[0] < sum(told):  # some rows remain, however few
            train = min(max(train, LEAST), 100 - STEP)
        return Split(train / 100, min(validation, 100 - train) / 100, 0, classes and train < 100)
    few = n_patterns < MIN_ROWS_TO_SPLIT
    return Split(1.0 if few else 0.7, 0.0, 0, classes and not few)


def _outcome(table: Table, chosen: Chosen) -> None:
    for name, classes in chosen.classes.items():
        st.caption(escape_markdown(_coded(name, classes, name in {c.name for c in chosen.targets})))
    if chosen.dropped:
        count = len(chosen.dropped)
        st.warning(
            f"{plural(count, 'row')} of {len(table.rows):,} left out: a chosen column has a "
            "missing value there."
        )
        with st.expander("Rows left out"):
            st.text(words.listed(chosen.dropped))


def _coded(name: str, classes: tuple[str, ...], target: bool) -> str:
    if len(classes) == 2:
        return f"{name}: −1 is {classes[0]}, +1 is {classes[1]}."
    each = "output" if target else "input"
    shown = ", ".join(classes[:12])
    more = f" and {len(classes) - 12} more" if len(classes) > 12 else ""
    return f"{name}: one {each} for each of {len(classes)} classes: {shown}{more}."
