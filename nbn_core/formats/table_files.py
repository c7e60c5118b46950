"""Tables from user files: text with any delimiter, Excel, Parquet, or pasted text.

The kind of a file is detected from its content, not its name. Detected properties of text
(encoding, delimiter, decimal separator, header, missing-value markers) are in `Table.reading`; each
can be given instead. The size of a file is limited before it is unpacked, and formulas are not
evaluated.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from nbn_core.data.columns import plain_name
from nbn_core.data.table import Reading, Table
from nbn_core.data.table_column import Column
from nbn_core.errors import DatasetError
from nbn_core.formats import layouts
from nbn_core.formats.decoding import decode
from nbn_core.formats.line_grammar import (
    DELIMITERS,
    Content,
    content,
    sniff,
    split,
    told_delimiter,
)
from nbn_core.formats.number_grammar import Decimals, parse, read
from nbn_core.formats.parsing import lf, quoted
from nbn_core.formats.printed_rows import unwrapped
from nbn_core.formats.spreadsheets import read_excel, read_parquet
from nbn_core.formats.text_grid import SHORT_ROWS, Grid, grid_of

MAX_BYTES = 5_000_000
MAX_ROWS = 100_000
MAX_COLUMNS = 1_000
MISSING = (
    "NA", "N/A", "NaN", "#N/A", "null", "None", "nil", "?", "-", ".", "--", "---", "n.a.", "n.d.",
    "n/d", "<NA>", "NaT", "missing", "–", "—", "...", "…",
)  # fmt: skip
MAX_SKIP = 10_000
_MARKED_UP = ("<!doctype", "<html", "<?xml", "<table", "<graphml", "<svg")
_TOO_LONG = "This table has {} rows, and at most {} are read: leave some out."
_CONTROL = re.compile("[\0-\x08\x0e\x0f]")
NAME_LENGTH = 60

_KNOWN = (
    (b"\xd0\xcf\x11\xe0", "an old Excel file: save it as .xlsx or CSV"),
    (b"\x1f\x8b", "compressed: unpack it first"),
    (b"BZh", "compressed: unpack it first"),
    (b"\xfd7zXZ", "compressed: unpack it first"),
    (b"%PDF", "a PDF: a table is needed"),
    (b"\x80\x04", "a pickle, which could run anything when opened: save the data as CSV"),
    (b"\x93NUMPY", "a NumPy file: save the data as CSV"),
)


def read_table(
    data: str | bytes,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    decimal: str | None = None,
    header: bool | None = None,
    missing: Sequence[str] | None = None,
    sheet: str | None = None,
    skip: int = 0,
    short_rows: str = "refuse",
    least_columns: int = 2,
) -> Table:
    """Read a table from pasted text or a file.

    Parameters
    ----------
    data : str or bytes
        Pasted text, or content of a file.
    encoding, delimiter, decimal, header, missing : optional
        Properties of text that are given instead of detected; a delimiter is one of `DELIMITERS`,
        an encoding a key of `nbn_core.formats.decoding.ENCODINGS`.
    sheet : str, optional
        Sheet of a workbook; by default the first that is not empty.
    skip : int
        Number of lines above the table. Without it, they are detected.
    short_rows : str
        What to do with rows that have too few cells: "refuse", "fill" with missing values, or
        "leave out".
    least_columns : int
        Smallest number of columns; 1 for rows that lack targets.

    Returns
    -------
    Table
        The table; `reading` holds the properties with which it was read.

    Raises
    ------
    DatasetError
        If the content is not a table; the message names row and column where possible.
    """
    if not isinstance(data, str | bytes):
        raise DatasetError(f"A table is read from text or a file, not {type(data).__name__}.")
    if len(data) > MAX_BYTES:
        raise DatasetError(
            f"This is {len(data) / 1e6:.1f} MB, and at most {MAX_BYTES // 1_000_000} MB are read: "
            "leave out rows or columns."
        )
    _check_options(delimiter, decimal, skip, short_rows)
    tokens = MISSING if missing is None else tuple(missing)
    nothing = {token.lower() for token in tokens}
    reading = Reading("text", missing=tokens, skip=skip, short_rows=short_rows)
    if isinstance(data, bytes) and data[:4] == b"PAR1":
        rows = read_parquet(data, MAX_ROWS, MAX_COLUMNS)
        grid = Grid(rows[1:], list(range(2, len(rows) + 1)), rows[0])
        return _table(grid, replace(reading, kind="parquet"), nothing, decimal, least_columns)
    if isinstance(data, bytes) and data[:4] == b"PK\x03\x04":
        sheet, rows = read_excel(data, sheet, MAX_ROWS, MAX_COLUMNS, nothing)
        numbered = list(enumerate(rows, start=1))[skip:]
        grid = grid_of(numbered, nothing, header=header, short=short_rows)
        return _table(
            grid, replace(reading, kind="excel", sheet=sheet), nothing, decimal, least_columns
        )
    if isinstance(data, bytes):
        _refuse_known(data)
    decoded = decode(data, encoding)
    reading = replace(reading, encoding=decoded.encoding, encoding_sure=decoded.sure)
    grid, found = read_text(
        decoded.text, nothing, delimiter=delimiter, header=header, skip=skip, short_rows=short_rows
    )
    return _table(grid, replace(reading, delimiter=found), nothing, decimal, least_columns)


def read_text(
    text: str,
    missing: set[str],
    *,
    delimiter: str | None = None,
    header: bool | None = None,
    skip: int = 0,
    short_rows: str = "refuse",
    max_rows: int = MAX_ROWS,
    max_columns: int = MAX_COLUMNS,
) -> tuple[Grid, str]:
    """Read the rows of a text, as all readers of text do.

    Parameters
    ----------
    text : str
        Text, with any line ends.
    missing : set of str
        Missing-value markers in lower case.
    delimiter, header, skip, short_rows : optional
        As in `read_table`.
    max_rows, max_columns : int
        Maximum numbers of rows and columns.

    Returns
    -------
    grid : Grid
        The rows.
    delimiter : str
        Delimiter, detected or given.

    Raises
    ------
    DatasetError
        If the text is not a table.
    """
    notes = []
    tail = text.rstrip("\0\x1a")
    if len(tail) < len(text):
        notes.append(f"{len(text) - len(tail)} empty bytes at the end left out.")
    if _CONTROL.search(tail):
        raise DatasetError("This is a binary file that is not a table: use CSV, Excel or Parquet.")
    plain = lf(tail)
    if plain.count("\n") > 2 * max_rows + MAX_SKIP:
        raise DatasetError(_TOO_LONG.format(plain.count("\n"), max_rows))
    if not skip and delimiter is None and header is None:
        grid = layouts.recognised(plain)
        if grid is not None:
            grid.notes[:0] = [f"This is a file in the format of {grid.layout}.", *notes]
            return grid, "," if grid.layout == "ARFF" else "whitespace"
    if plain.lstrip()[:500].lower().startswith(_MARKED_UP):
        raise DatasetError("This is a web page or XML, not a table: save the data as CSV.")
    if plain.lstrip()[:1] in ("{", "[") and _is_json(plain):
        raise DatasetError("This is JSON, not a table: save the data as CSV.")
    source = content(plain, skip)
    if not source.lines:
        raise DatasetError("This table is empty: it needs rows and columns.")
    if told := told_delimiter(source.lines[0]):
        source.lines, source.numbers = source.lines[1:], source.numbers[1:]
        source.gaps = {at - 1 for at in source.gaps if at > 0}
        source.comments = [(max(at - 1, 0), comment) for at, comment in source.comments]
        if not source.lines:
            raise DatasetError("This table is empty: it needs rows and columns.")
        delimiter = delimiter or ("whitespace" if told == " " else told)
    if around := unwrapped(source):
        notes.append(around)
        if not source.lines:
            raise DatasetError("This table is empty: it needs rows and columns.")
    found = delimiter or sniff(source, missing, DELIMITERS)
    _check_width(source, found, max_rows, max_columns)
    rows = split(source, found)
    if header is None and (orange := layouts.orange(rows)):
        orange.notes[:0] = ["This is a file in the format of Orange.", *notes]
        return orange, found
    grid = grid_of(
        rows, missing, source=source, header=header, short=short_rows,
        blanks=found == "whitespace", split_names=_splitter(found),
    )  # fmt: skip
    grid.notes[:0] = notes
    return grid, found


def _is_json(text: str) -> bool:
    """Return whether a text or its first line is JSON with names or words in it."""
    if '"' not in text:
        return False  # arrays of numbers, which are rows
    for part in (text.strip().split("\n", 1)[0], text):
        try:
            json.loads(part[:100_000])
        except (ValueError, RecursionError):
            continue
        return True
    return False


def _splitter(delimiter: str) -> Callable[[str], list[str]]:
    def names(comment: str) -> list[str]:
        line = Content([comment], [1])
        return split(line, delimiter)[0][1] if comment else []

    return names


def _check_options(delimiter: str | None, decimal: str | None, skip: int, short_rows: str) -> None:
    for given, allowed in ((delimiter, DELIMITERS), (decimal, (".", ","))):
        if given is not None and given not in allowed:
            raise DatasetError(
                f"A table cannot be separated by {quoted(given)}: choose another separator."
            )
    if type(skip) is not int or not 0 <= skip <= MAX_SKIP:
        raise DatasetError(f"The number of lines to skip is a whole number from 0 to {MAX_SKIP}.")
    if short_rows not in SHORT_ROWS:
        raise DatasetError(
            f"What to do with short rows is {', '.join(SHORT_ROWS)}, not {quoted(short_rows)}."
        )


def _refuse_known(data: bytes) -> None:
    for mark, what in _KNOWN:
        if data.startswith(mark):
            raise DatasetError(f"This file is {what}.")


def _check_width(source: Content, delimiter: str, max_rows: int, max_columns: int) -> None:
    """Raise DatasetError for too many columns or rows before the text is split."""
    mark = " " if delimiter == "whitespace" else delimiter
    if len(source.lines) > max_rows + 1_000:
        raise DatasetError(_TOO_LONG.format(len(source.lines), max_rows))
    for line in source.lines[:3]:
        if line.count(mark) > max_columns:
            width = len(split(Content([line], [1]), delimiter)[0][1])
            if width > max_columns + 1:
                raise _too_wide(width)


def _too_wide(columns: int) -> DatasetError:
    return DatasetError(
        f"This table has {columns} columns, and at most {MAX_COLUMNS} are read: leave some out."
    )


def _table(
    grid: Grid, reading: Reading, missing: set[str], decimal: str | None, least: int
) -> Table:
    """Return the table of a grid, without empty columns."""
    width = len(grid.rows[0]) if grid.rows else len(grid.names or [])
    if width > MAX_COLUMNS:
        raise _too_wide(width)
    if len(grid.rows) > MAX_ROWS:
        raise DatasetError(_TOO_LONG.format(len(grid.rows) + (grid.names is not None), MAX_ROWS))
    if not grid.rows:
        raise DatasetError("This table has no rows of data: add at least one.")
    texts = [_cleaned(column, missing) for column in zip(*grid.rows, strict=True)]
    lines = np.array(grid.lines, dtype=np.int64)
    kept_rows = [i for i, row in enumerate(zip(*texts, strict=True)) if any(row)]
    blank = len(lines) - len(kept_rows)
    if blank:
        texts = [[column[i] for i in kept_rows] for column in texts]
        lines = lines[kept_rows]
    names = grid.names or [""] * width
    kept = [i for i in range(width) if plain_name(names[i]) or any(texts[i])]
    if not any(any(texts[i]) for i in kept):
        raise DatasetError("This table is empty: it needs rows and columns.")
    unique = _unique([names[i] for i in kept], [i + 1 for i in kept])
    marks, notes = separators([texts[i] for i in kept], reading.delimiter, decimal, unique)
    columns = []
    for i, name, mark in zip(kept, unique, marks, strict=True):
        numbers, unit = read(texts[i], mark)
        columns.append(Column(name, tuple(texts[i]), numbers))
        if unit:
            notes.append(f"Column {quoted(name)} is in {unit}.")
        if (mark_of_missing := columns[-1].sentinel) is not None:
            notes.append(
                f"Column {quoted(name)} has {mark_of_missing:g} far below its other numbers: if "
                "that means missing, add it to the missing-value markers."
            )
    place = {i: name for i, name in zip(kept, unique, strict=True)}
    common = max(marks, key=marks.count)
    return Table(
        tuple(columns),
        lines,
        replace(
            reading, decimal=common, header=grid.names is not None, notes=(*grid.notes, *notes),
            layout=grid.layout,
        ),
        grid.blank + blank,
        tuple(place[i] for i in grid.targets if i in place),
        tuple(place[i] for i in grid.unused if i in place),
        least,
        grid.parts,
    )  # fmt: skip


def _cleaned(cells: Sequence[str], missing: set[str]) -> list[str]:
    """Return cells on one line each, without blanks around them, "" for missing values."""
    joined = "".join(cells)
    if joined.isprintable():
        texts = [cell.strip() for cell in cells] if " " in joined else list(cells)
    else:
        texts = [_on_one_line(cell) for cell in cells]
    if joined.lower() == joined:
        return ["" if text in missing else text for text in texts]
    return ["" if text.lower() in missing else text for text in texts]


def _on_one_line(text: str) -> str:
    """Return text without surrounding blanks, line ends and unprintable characters."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return text.strip()


def _unique(names: Sequence[str], places: Sequence[int]) -> list[str]:
    """Return printable names: cut in the middle if long, numbered if they have none."""
    # Names that only cutting made equal are kept apart; names that are equal in the file stay so.
    full = [" ".join("".join(c if c.isprintable() else " " for c in n).split()) for n in names]
    taken = set(full)
    result: list[str] = []
    seen: dict[str, str] = {}
    for text, place in zip(full, places, strict=True):
        name = text
        if not name:
            name = _free(f"column {place}", taken)
        elif len(name) > NAME_LENGTH:
            tail = NAME_LENGTH // 3
            name = f"{text[: NAME_LENGTH - tail - 1]}…{text[-tail:]}"
            if seen.get(name, text) != text:
                name = _free(f"{text[: NAME_LENGTH - 8]}…", taken)
        taken.add(name)
        seen[name] = text
        result.append(name)
    return result


def _free(name: str, taken: set[str]) -> str:
    """Return a name that is not taken, with a number behind it if need be."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} ({number})"
    return free


def separators(
    texts: Sequence[Sequence[str]],
    delimiter: str,
    given: str | None = None,
    names: Sequence[str] = (),
) -> tuple[list[str], list[str]]:
    """Return the decimal separator of each column, and notes on those that are in doubt.

    A column that only one separator fits has it; the others have that of most columns. Without any
    such column, 1,234 is a thousand if numbers below 1000 have no comma, or if commas separate the
    cells, and else a fraction.

    Parameters
    ----------
    texts : sequence of sequence of str
        Cells of each column, without surrounding blanks.
    delimiter : str
        Delimiter of cells.
    given : str, optional
        Decimal separator that the caller chose for all columns.
    names : sequence of str
        Names of the columns, for the notes.

    Returns
    -------
    marks : list of str
        "." or "," for each column.
    notes : list of str
        Sentences.
    """
    names = names or [str(i + 1) for i in range(len(texts))]
    if given is not None:
        return [given] * len(texts), []
    found = [Decimals.of(column) for column in texts]
    points = sum(one.point and not one.comma for one in found)
    commas = sum(one.comma and not one.point for one in found)
    common = "," if commas > points else "."
    notes: list[str] = []
    result = []
    for one, name in zip(found, names, strict=True):
        if one.point != one.comma:
            result.append("." if one.point else ",")
        elif one.doubtful and not points + commas:
            comma = "," in one.doubtful
            fraction = not comma or not (one.grouped or delimiter == ",")
            mark = "," if comma == fraction else "."
            result.append(mark)
            value = parse(one.doubtful, mark)
            other = parse(one.doubtful, "." if mark == "," else ",")
            if comma and value is not None and other is not None:
                notes.append(
                    f"{quoted(one.doubtful)} in column {quoted(name)} is read as {value.value:g}; "
                    f"choose the other decimal separator if it is {other.value:g}."
                )
        else:
            result.append(common)
    if points and commas:
        odd = [name for name, mark in zip(names, result, strict=True) if mark != common]
        what = "comma" if common == "." else "point"
        notes.append(f"Decimal {what} in {', '.join(map(quoted, odd[:5]))} only.")
    return result, notes
