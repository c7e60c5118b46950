"""Sentences of the Data page, and text of strangers made harmless."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from nbn_core.checks import plural
from nbn_core.data.scaling import METHODS
from nbn_core.data.table import Column, Table
from nbn_core.experiment import OwnData, ProblemData
from nbn_core.generators import PROBLEMS

DELIMITERS: Final = {
    ",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars", "whitespace": "blanks",
}  # fmt: skip
ENCODINGS: Final = {
    "utf-8": "UTF-8", "utf-16": "UTF-16", "cp1252": "Windows-1252", "latin-1": "Latin-1",
}  # fmt: skip
_MARKS: Final = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~:$&\"'/@^=])")


def harmless(text: str) -> str:
    """Have Markdown show this text letter by letter: no link, no picture, no colour."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def title(data: ProblemData | OwnData) -> str:
    """Name data."""
    if isinstance(data, ProblemData):
        return PROBLEMS[data.name].title
    return data.dataset.name or "Own data"


def patterns(data: ProblemData | OwnData) -> str:
    """Count the patterns of each part, inputs and outputs."""
    parts = data.parts()
    whole = data.whole
    words = ("to train", "to validate", "to test")
    counts = [
        f"{part.n_patterns:,} {word}"
        for part, word in zip(parts, words, strict=True)
        if part is not None
    ]
    shares = f" ({', '.join(counts)})" if len(counts) > 1 else ""
    return (
        f"{plural(whole.n_patterns, 'pattern')}{shares}, {plural(whole.n_inputs, 'input')}, "
        f"{outputs(data)}"
    )


def outputs(data: ProblemData | OwnData) -> str:
    """Say what comes out."""
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
    return f"{whole.targets.min():g}".replace("-", "−"), f"+{whole.targets.max():g}"


def scaling(data: ProblemData | OwnData) -> str:
    """Say how it is scaled; empty if it is not."""
    if isinstance(data, ProblemData):
        return ""
    said = []
    for side, method in (("Inputs", data.inputs_by), ("Targets", data.targets_by)):
        if method != "none":
            said.append(f"{side} scaled: {METHODS[method][0].lower()}{METHODS[method][1:]}.")
    return " ".join(said)


def found(table: Table) -> str:
    """Say what was found out about a file."""
    reading = table.reading
    count = f"{plural(len(table.rows), 'row')}, {plural(len(table.columns), 'column')}"
    parts = []
    if reading.kind == "text":
        if reading.encoding:
            parts.append(f"text in {ENCODINGS.get(reading.encoding, reading.encoding)}")
        parts.append(f"separated by {DELIMITERS[reading.delimiter]}")
        parts.append("decimal comma" if reading.decimal == "," else "decimal point")
    elif reading.kind == "excel":
        parts.append(f"sheet “{reading.sheet}” of an Excel workbook")
    else:
        parts.append("a Parquet file")
    parts.append("names in the first row" if reading.header else "no names")
    missing = sum(column.n_missing for column in table.columns)
    parts.append(f"{plural(missing, 'empty cell')}" if missing else "no empty cells")
    if table.blank:
        parts.append(f"{plural(table.blank, 'blank row')} skipped")
    return f"{count}: {', '.join(parts)}."


KINDS: Final = {
    "number": "numbers", "text": "text", "date": "dates or times", "mixed": "numbers and text",
    "constant": "always the same", "empty": "empty",
}  # fmt: skip


def about(column: Column) -> str:
    """Say what a column holds."""
    said = KINDS[column.kind]
    if column.kind == "text":
        said = f"{said}, {len(column.classes):,} different"
    return said


def listed(rows: Sequence[int], most: int = 200) -> str:
    """List row numbers."""
    shown = ", ".join(f"{row:,}" for row in rows[:most])
    return f"{shown} and {len(rows) - most:,} more" if len(rows) > most else shown
