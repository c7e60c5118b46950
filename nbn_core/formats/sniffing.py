"""Detection of the delimiter, decimal separator and header of a table in text form."""

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
SAMPLE = 200  # lines examined
_LINE = 20_000  # characters examined of each line


@dataclass(frozen=True, slots=True)
class Found:
    """Delimiter and decimal separator of a text.

    Parameters
    ----------
    delimiter : str
        Delimiter of cells, one of `DELIMITERS`.
    decimal : str
        Decimal separator, "." or ",".
    """

    delimiter: str
    decimal: str


def sniff(
    text: str, missing: Collection[str], delimiter: str | None = None, decimal: str | None = None
) -> Found:
    """Detect the delimiter and decimal separator that split the first rows most regularly.

    Each combination is scored by the share of rows with the most common number of cells, if that is
    above 1, and by the share of cells that are numbers. Of equal scores the first one in
    `DELIMITERS` wins.

    Parameters
    ----------
    text : str
        Text without leading comments.
    missing : collection of str
        Markers of missing values.
    delimiter, decimal : str, optional
        Known separators, which are not detected.

    Returns
    -------
    Found
        Delimiter and decimal separator.
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
    """Split lines into cells; a delimiter at the end of every row is ignored."""
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


def has_header(grid: Sequence[Sequence[str]], decimal: str, known: bool | None) -> bool:
    """Return whether the first row holds names: none of its cells is a number.

    Parameters
    ----------
    grid : sequence of sequence of str
        Columns of cells.
    decimal : str
        Decimal separator, "." or ",".
    known : bool or None
        Answer given by the user, if any.

    Returns
    -------
    bool
        Whether there is a header.
    """
    if known is not None:
        return known
    first = [column[0] for column in grid]
    if any(NUMBER[decimal].fullmatch(cell) for cell in first):
        return False
    return any(first)
