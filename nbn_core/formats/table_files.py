"""Tables from user files: text with any delimiter, Excel, Parquet, or pasted text.

The kind of a file is detected from its content, not its name. Detected properties of text
(encoding, delimiter, decimal separator, header, missing-value markers) are in `Table.reading`; each
can be given instead. The size of a file is limited before it is unpacked, and formulas are not
evaluated.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

import numpy as np
import pandas

from nbn_core.data.columns import plain_name
from nbn_core.data.table import Reading, Table
from nbn_core.data.table_column import Column
from nbn_core.errors import DatasetError
from nbn_core.formats.parsing import quoted
from nbn_core.formats.sniffing import DELIMITERS, NUMBER, Found, has_header, sniff
from nbn_core.formats.spreadsheets import read_excel, read_parquet
from nbn_core.types import FloatArray

MAX_BYTES = 5_000_000
MAX_ROWS = 100_000
MAX_COLUMNS = 1_000
MISSING = ("NA", "N/A", "NaN", "#N/A", "null", "None", "nil", "?", "-", ".")
ENCODINGS = ("utf-8", "utf-16", "cp1252", "latin-1")

_EXPECTED = re.compile(r"Expected (\d+) fields in line (\d+), saw (\d+)")
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
) -> Table:
    """Read a table from pasted text or a file.

    Parameters
    ----------
    data : str or bytes
        Pasted text, or content of a file.
    encoding, delimiter, decimal, header, missing : optional
        Properties of text that are given instead of detected; a delimiter is one of `DELIMITERS`.
    sheet : str, optional
        Sheet of a workbook; by default the first.

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
    tokens = MISSING if missing is None else tuple(missing)
    if isinstance(data, bytes) and data[:4] == b"PAR1":
        cells = read_parquet(data, MAX_ROWS, MAX_COLUMNS)
        return _table(cells, 1, Reading("parquet", missing=tokens), True)
    if isinstance(data, bytes) and data[:4] == b"PK\x03\x04":
        sheet, cells = read_excel(data, sheet, MAX_ROWS, MAX_COLUMNS)
        return _table(cells, 1, Reading("excel", missing=tokens, sheet=sheet), header)
    text, coding = _decoded(data, encoding)
    skipped, text = _without_comments(text)
    if not text.strip():
        raise DatasetError("This table is empty: it needs rows and columns.")
    for given, allowed in ((delimiter, DELIMITERS), (decimal, (".", ","))):
        if given is not None and given not in allowed:
            raise DatasetError(
                f"A table cannot be separated by {quoted(given)}: choose another separator."
            )
    found = sniff(text, tokens, delimiter, decimal)
    reading = Reading("text", coding, found.delimiter, found.decimal, missing=tokens)
    return _table(_parsed(text, found, skipped), skipped + 1, reading, header)


def _decoded(data: str | bytes, encoding: str | None) -> tuple[str, str]:
    if isinstance(data, str):
        text, coding = data.removeprefix("\ufeff"), ""
    else:
        for mark, what in _KNOWN:
            if data.startswith(mark):
                raise DatasetError(f"This file is {what}.")
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            candidates: tuple[str, ...] = ("utf-16",)
        else:
            candidates = ("utf-8-sig", "cp1252", "latin-1")
        if encoding is not None:
            if encoding not in ENCODINGS:
                raise DatasetError(f"Known encodings are {', '.join(ENCODINGS)}.")
            candidates = (encoding.replace("utf-8", "utf-8-sig"),)
        for coding in candidates:
            try:
                text = data.decode(coding)
                break
            except UnicodeDecodeError:
                continue
        else:
            raise DatasetError(f"This file is not text in {candidates[0]}: try another encoding.")
    if any(c in text for c in "\0\1\2\3\4\5\6\7\b\x0e\x0f"):
        raise DatasetError("This is a binary file that is not a table: use CSV, Excel or Parquet.")
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return plain, coding.removesuffix("-sig")


def _without_comments(text: str) -> tuple[int, str]:
    """Remove leading comment lines (%, # or //); return their number and the rest."""
    skipped = 0
    while text.startswith(("%", "#", "//")):
        _, _, text = text.partition("\n")
        skipped += 1
    return skipped, text


def _check_width(text: str, delimiter: str) -> None:
    """Raise DatasetError for too many columns before pandas, slow at them, splits the text."""
    first = text.split("\n", 1)[0]
    try:
        row = (
            first.split()
            if delimiter == "whitespace"
            else next(csv.reader([first], delimiter=delimiter))
        )
    except csv.Error:  # a cell of 128 kB
        return
    if len(row) > MAX_COLUMNS + 1:
        raise _too_wide(len(row))


def _too_wide(columns: int) -> DatasetError:
    return DatasetError(
        f"This table has {columns} columns, and at most {MAX_COLUMNS} are read: leave some out."
    )


def _parsed(text: str, found: Found, skipped: int) -> pandas.DataFrame:
    _check_width(text, found.delimiter)
    try:
        return pandas.read_csv(
            io.StringIO(text),
            sep=r"\s+" if found.delimiter == "whitespace" else found.delimiter,
            header=None,
            dtype=str,
            na_filter=False,
            skip_blank_lines=False,
            skipinitialspace=True,
            engine="c",
        )
    except pandas.errors.EmptyDataError:
        raise DatasetError("This table is empty: it needs rows and columns.") from None
    except pandas.errors.ParserError as error:
        if odd := _EXPECTED.search(str(error)):
            raise DatasetError(
                f"Row {int(odd[2]) + skipped} has {odd[3]} cells, the rows above it have {odd[1]}: "
                "correct it, or choose another delimiter."
            ) from None
        raise DatasetError(
            "A quotation mark in this table is never closed: close or remove it."
        ) from None


def _table(cells: pandas.DataFrame, first: int, reading: Reading, header: bool | None) -> Table:
    """Return the table of cells, without empty rows and columns."""
    if cells.shape[1] > MAX_COLUMNS:
        raise _too_wide(cells.shape[1])
    if len(cells) > MAX_ROWS + 1:
        raise DatasetError(
            f"This table has {len(cells)} rows, and at most {MAX_ROWS} are read: leave some out."
        )
    nothing = {token.lower() for token in reading.missing}
    grid = [_stripped(cells[i], nothing) for i in cells]
    rows = np.arange(first, first + len(cells))
    full = np.zeros(len(cells), dtype=np.bool_)
    for texts in grid:
        full |= np.array([bool(text) for text in texts], dtype=np.bool_)
    blank = int((~full).sum())
    if not full.any():
        raise DatasetError("This table is empty: it needs rows and columns.")
    top = int(np.argmax(full))
    named = has_header([column[top:] for column in grid], reading.decimal, header)
    kept = full.copy()
    if named:
        kept[top] = False
    columns = []
    for i, texts in enumerate(grid, start=1):
        name = plain_name(str(cells.iat[top, i - 1])) if named else ""
        values = tuple(text for text, keep in zip(texts, kept, strict=True) if keep)
        if name or any(values):
            numbers = _numbers(values, reading.decimal)
            columns.append(Column(name or f"column {i}", values, numbers))
    read = Reading(
        reading.kind, reading.encoding, reading.delimiter, reading.decimal, named,
        reading.missing, reading.sheet,
    )  # fmt: skip
    return Table(tuple(columns), rows[kept], read, blank)


def _stripped(cells: Iterable[object], nothing: set[str]) -> list[str]:
    texts = [_on_one_line(str(cell)) for cell in cells]
    return ["" if text.lower() in nothing else text for text in texts]


def _on_one_line(text: str) -> str:
    """Return text without surrounding blanks, line ends and unprintable characters."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return text.strip()


def _numbers(texts: Sequence[str], decimal: str) -> FloatArray:
    """Parse the numbers among texts; NaN for other text, infinity for too large numbers."""
    pattern = NUMBER[decimal]
    values = np.full(len(texts), np.nan)
    for at, text in enumerate(texts):
        if text and pattern.fullmatch(text):
            values[at] = float(text.replace(",", "."))
    values.setflags(write=False)
    return values
