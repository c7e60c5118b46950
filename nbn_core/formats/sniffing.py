"""What separates the cells of a text, what its decimals look like, whether names stand on top."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

DELIMITERS = ("\t", ";", ",", "|", "whitespace")
NUMBER = {
    ".": re.compile(r"[+-]?(\d{1,40}\.?\d{0,40}|\.\d{1,40})([eE][+-]?\d{1,4})?", re.ASCII),
    ",": re.compile(r"[+-]?(\d{1,40},?\d{0,40}|,\d{1,40})([eE][+-]?\d{1,4})?", re.ASCII),
}
SAMPLE = 200
_LINE = 20_000


@dataclass(frozen=True, slots=True)
class Found:
    """How a text is separated."""

    delimiter: str
    decimal: str


def sniff(
    text: str, missing: Collection[str], delimiter: str | None = None, decimal: str | None = None
) -> Found:
    """Try every way to separate the first rows, and take the one with the most regular result.

    A way is good if all rows get the same number of cells, more than one, and if many of the
    cells are numbers then; of equals the first in DELIMITERS is taken.

    Parameters
    ----------
    text : str
        Without comments on top.
    missing : collection of str
        What stands for nothing.
    delimiter, decimal : str, optional
        What is known.

    Returns
    -------
    Found
    """
    lines = [line[:_LINE] for line in text[: SAMPLE * _LINE].split("\n") if line.strip()][:SAMPLE]
    nothing = {token.lower() for token in missing}
    best, found = -1.0, Found(",", ".")
    for way in DELIMITERS if delimiter is None else (delimiter,):
        rows = _cells(lines, way)
        width, times = Counter(map(len, rows)).most_common(1)[0]
        for point in (".", ",") if decimal is None else (decimal,):
            if way == point and delimiter is None:
                continue
            cells = [cell for row in rows[len(rows) > 1 :] for cell in row]
            full = [cell for cell in cells if cell and cell.lower() not in nothing]
            numbers = sum(bool(NUMBER[point].fullmatch(cell)) for cell in full)
            regular = times / len(rows)
            score = regular * (0.2 + numbers / max(len(full), 1)) if width > 1 else 0.0
            if score > best + 1e-9:
                best, found = score, Found(way, point)
    return found


def _cells(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    """Rows of cells; a delimiter at the end of a row makes none."""
    if delimiter == "whitespace":
        return [line.split() for line in lines]
    try:
        rows = [
            [cell.strip() for cell in row]
            for row in csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
        ]
    except csv.Error:
        rows = [[cell.strip() for cell in line.split(delimiter)] for line in lines]
    if rows and all(len(row) > 1 and not row[-1] for row in rows):
        rows = [row[:-1] for row in rows]
    return rows or [[""]]


def has_header(grid: Sequence[Sequence[str]], decimal: str, told: bool | None) -> bool:
    """Tell whether the first row has names: it is told, or nothing in it is a number.

    Parameters
    ----------
    grid : sequence of sequence of str
        Columns of cells.
    decimal : str
        "." or ",".
    told : bool or None
        What the reader said.

    Returns
    -------
    bool
    """
    if told is not None:
        return told
    first = [column[0] for column in grid]
    if any(NUMBER[decimal].fullmatch(cell) for cell in first):
        return False
    return any(first)
