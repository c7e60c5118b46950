"""Sentences about data and files on the Data page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.shared.words import part_counts
from nbn_core.checks import plural
from nbn_core.data.scaling import METHODS
from nbn_core.data.table import Table
from nbn_core.data.table_column import Column
from nbn_core.experiment import OwnData, ProblemData
from nbn_core.formats.decoding import ENCODINGS
from nbn_core.generators import PROBLEMS

DELIMITERS: Final = {
    ",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars", "whitespace": "spaces",
}  # fmt: skip


def title(data: ProblemData | OwnData) -> str:
    """Return the title of data."""
    if isinstance(data, ProblemData):
        return PROBLEMS[data.name].title
    return data.dataset.name or "Own data"


def patterns(data: ProblemData | OwnData) -> str:
    """Count the patterns of each part, the inputs and the outputs."""
    whole = data.whole
    counts = part_counts(data.parts())
    shares = f" ({', '.join(counts)})" if len(counts) > 1 else ""
    return (
        f"{plural(whole.n_patterns, 'pattern')}{shares}, {plural(whole.n_inputs, 'input')}, "
        f"{outputs(data)}"
    )


def outputs(data: ProblemData | OwnData) -> str:
    """Count the classes, or the outputs of a regression."""
    whole = data.whole
    if isinstance(data, OwnData) and data.classes:
        return f"{len(data.classes)} classes"
    if whole.kind == "classification":
        return f"{max(2, whole.n_outputs)} classes"
    return plural(whole.n_outputs, "output")


def class_names(data: ProblemData | OwnData) -> tuple[str, ...]:
    """Return the names of the classes, in the order of their numbers."""
    if isinstance(data, OwnData) and data.classes:
        return data.classes
    whole = data.whole
    if whole.n_outputs > 1:
        return whole.target_names
    low, high = whole.class_codes
    return f"{low:g}".replace("-", "−"), f"+{high:g}"


def scaling(data: ProblemData | OwnData) -> str:
    """Return how inputs and targets are scaled; empty if they are not."""
    if isinstance(data, ProblemData):
        return ""
    sentences = []
    for side, method in (("Inputs", data.inputs_by), ("Targets", data.targets_by)):
        if method != "none":
            sentences.append(f"{side} scaled: {METHODS[method][0].lower()}{METHODS[method][1:]}.")
    return " ".join(sentences)


def summary(table: Table) -> str:
    """Summarise how a file was read."""
    reading = table.reading
    count = f"{plural(len(table.rows), 'row')}, {plural(len(table.columns), 'column')}"
    parts = []
    if reading.kind == "text":
        if reading.encoding:
            parts.append(f"{ENCODINGS[reading.encoding].split(',')[0]} text")
        if reading.layout:
            parts.append(f"in the format of {reading.layout}")
        else:
            parts.append(f"separated by {DELIMITERS.get(reading.delimiter, reading.delimiter)}")
        parts.append("decimal comma" if reading.decimal == "," else "decimal point")
    elif reading.kind == "excel":
        parts.append(f"sheet “{reading.sheet}” of an Excel workbook")
    else:
        parts.append("a Parquet file")
    parts.append("column names in the first row" if reading.header else "no column names")
    missing = sum(column.n_missing for column in table.columns)
    parts.append(plural(missing, "missing value") if missing else "no missing values")
    if table.blank:
        parts.append(f"{plural(table.blank, 'blank row')} skipped")
    return f"{count}: {', '.join(parts)}."


KINDS: Final = {
    "number": "numbers", "text": "text", "date": "dates or times", "mixed": "numbers and text",
    "constant": "constant", "empty": "empty",
}  # fmt: skip


def about(column: Column) -> str:
    """Describe the contents of a column."""
    if column.is_label:
        return "numbers of the rows"
    if column.is_unread:
        return f"text that begins with digits, {len(column.classes):,} different values"
    if column.kind == "text":
        return f"text, {len(column.classes):,} different values"
    return KINDS[column.kind]


def listed(rows: Sequence[int], limit: int = 200) -> str:
    """List row numbers, up to a limit."""
    shown = ", ".join(f"{row:,}" for row in rows[:limit])
    return f"{shown} and {len(rows) - limit:,} more" if len(rows) > limit else shown
