"""Cells of Excel workbooks and Parquet files, whose size is limited before they are unpacked.

Both are read by large libraries, and the files are not trusted: this is the one module that
translates every exception of these libraries into a DatasetError. Workbooks are read by calamine,
which ignores styles and never holds the XML as a tree; it allocates the rectangle that the cells
span, so that `_scan` measures this rectangle first.
"""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

import numpy as np

from nbn_core.errors import DatasetError
from nbn_core.formats.parsing import quoted, shortest

MAX_UNPACKED = 60_000_000
MAX_MEMBERS = 1_000
MAX_CELLS = 5_000_000
MAX_LENGTH = 10_000
MAX_EMPTY = 1_000_000  # cells of a sheet that is mostly empty
_ENCODING = re.compile(rb"<\?xml[^>]{0,200}encoding\s*=\s*[\"']([^\"']{0,40})", re.IGNORECASE)
_TOO_LARGE = "This sheet is too large: at most {} rows and {} columns are read."
_DAMAGED = "This workbook is damaged: save it again, or as CSV."

Cells = list[list[str]]


def read_excel(
    data: bytes,
    sheet: str | None,
    max_rows: int,
    max_columns: int,
    missing: Collection[str] = ("#n/a",),
) -> tuple[str, Cells]:
    """Read the cells of a sheet as text; of a formula, the value that was saved with it.

    Parameters
    ----------
    data : bytes
        Content of an `.xlsx` file.
    sheet : str or None
        Name of the sheet; None for the first that is not empty.
    max_rows, max_columns : int
        Maximum numbers of rows and columns.
    missing : collection of str
        Missing-value markers in lower case; an error such as #N/A among them is an empty cell.

    Returns
    -------
    tuple
        Name of the sheet, and its cells as text, row by row.

    Raises
    ------
    DatasetError
        If this is not a workbook, is too large, or has a formula without a value.
    """
    import python_calamine

    parts = _checked_parts(data)
    try:
        names = list(parts)
        if not names or (sheet is not None and sheet not in names):
            raise DatasetError(
                f"There is no sheet {quoted(sheet)} in this workbook: it has "
                f"{', '.join(map(quoted, names[:5])) or 'none'}."
            )
        scan, chosen = _Scan(), names[0] if sheet is None else sheet
        for chosen in names if sheet is None else (sheet,):
            scan = _scan(parts[chosen])
            if scan.cells:
                break
        else:
            chosen = names[0] if sheet is None else sheet
        _check_sheet(scan, chosen, max_rows, max_columns, missing)
        page = python_calamine.load_workbook(io.BytesIO(data)).get_sheet_by_name(chosen)
        rows = page.to_python(skip_empty_area=False)
    except DatasetError:
        raise
    except BaseException as error:  # a panic of Rust is no Exception
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        raise DatasetError(_DAMAGED) from None
    texts = [[_cell(value, at) for value in row] for at, row in enumerate(rows, start=1)]
    while texts and not any(texts[-1]):
        texts.pop()
    if not texts:
        raise DatasetError(f"Sheet {quoted(chosen)} is empty: choose another.")
    width = max(i + 1 for row in texts for i, text in enumerate(row) if text)
    if len(texts) > max_rows + 1 or width > max_columns:
        raise DatasetError(_TOO_LARGE.format(max_rows, max_columns))
    return chosen, [row[:width] for row in texts]


def _cell(value: object, row: int) -> str:
    """Return the value of a cell as text: a whole number without a point, midnight without time."""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float):
        return shortest(float(value))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return str(value.date())
    return _bounded(str(value), f"row {row}")


@dataclass(slots=True)
class _Scan:
    """What a sheet holds, found without building it.

    Parameters
    ----------
    rows, columns : int
        Size of the rectangle from the first cell of the sheet to the last that has content.
    cells : int
        Number of cells with content.
    formula : tuple of int
        Row and column of the first formula that has no value.
    errors : dict
        Row and column of the first cell that holds an error, by the error.
    """

    rows: int = 0
    columns: int = 0
    cells: int = 0
    formula: tuple[int, int] = (0, 0)
    errors: dict[str, tuple[int, int]] | None = None


def _scan(xml: bytes) -> _Scan:
    """Measure the sheet that a part of a workbook holds."""
    found = _Scan(errors={})
    columns: dict[str, int] = {}
    row = column = 0
    place = text = ""
    content = formula = error = False  # of the current cell
    inside = False  # an element that holds a value
    cell = False  # a cell that is not counted yet

    def finish() -> None:
        """Count the current cell."""
        nonlocal row, column
        if place:
            letters = place.rstrip("0123456789")
            if letters not in columns:
                number = 0
                for letter in letters.upper()[:4]:
                    number = 26 * number + ord(letter) - 64
                columns[letters] = number
            row, column = int(place[len(letters) :][:12] or 0), columns[letters]
        else:
            column += 1
        if not content and not formula:
            return
        found.cells += 1
        found.rows, found.columns = max(found.rows, row), max(found.columns, column)
        if formula and not content and not found.formula[0]:
            found.formula = row, column
        if error and found.errors is not None:
            found.errors.setdefault(text[:20], (row, column))

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, place, text, content, formula, error, inside, cell
        if ":" in tag:
            tag = tag.rpartition(":")[2]
        if tag == "c":
            if cell:
                finish()
            cell = True
            place = attributes.get("r", "")
            kind = attributes.get("t")
            error, text = kind == "e", ""
            content = formula = inside = False
            parser.CharacterDataHandler = data if error else None
            if kind == "str":  # a formula may give an empty text
                content = True
        elif tag in ("v", "t"):
            inside = True
            content = content or not formula
        elif tag == "f":
            formula, inside = True, False
            parser.CharacterDataHandler = data  # has it a value?
        elif tag == "row":
            if cell:
                finish()
            cell = False
            row = int(attributes["r"][:12]) if "r" in attributes else row + 1
            column = 0

    def data(piece: str) -> None:
        nonlocal text, content
        if inside:
            content = True
            text += piece[:20]

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.buffer_text = True
    parser.Parse(xml, True)
    if cell:
        finish()
    return found


def _check_sheet(
    scan: _Scan, sheet: str, max_rows: int, max_columns: int, missing: Collection[str]
) -> None:
    if not scan.cells:
        raise DatasetError(f"Sheet {quoted(sheet)} is empty: choose another.")
    if (
        scan.rows > 2 * max_rows
        or scan.columns > 20 * max_columns
        or scan.rows * scan.columns > max(MAX_EMPTY, 10 * scan.cells)
        or scan.rows * scan.columns > MAX_CELLS
    ):
        raise DatasetError(_TOO_LARGE.format(max_rows, max_columns))
    if scan.formula[0]:
        raise DatasetError(
            f"Row {scan.formula[0]}, column {scan.formula[1]} of the sheet is a formula without a "
            "value: open and save the workbook in a spreadsheet, or save it as CSV."
        )
    for error, (row, column) in (scan.errors or {}).items():
        if error.lower() not in missing:
            raise DatasetError(
                f"Row {row}, column {column} of the sheet is {quoted(error)}: correct it, or empty "
                "the cell."
            )


def _checked_parts(data: bytes) -> dict[str, bytes]:
    """Return the XML of each sheet by its name; raise DatasetError for hostile archives."""
    too_large = DatasetError(
        f"This workbook unpacks to more than {MAX_UNPACKED // 1_000_000} MB: leave out sheets."
    )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > MAX_MEMBERS or sum(m.file_size for m in members) > MAX_UNPACKED:
                raise too_large
            names = {member.filename for member in members}
            if "[Content_Types].xml" not in names:
                raise DatasetError("This is an archive, not a table: unpack it first.")
            for member in members:
                if member.filename.lower().endswith((".xml", ".rels", ".vml")):
                    _check_xml(archive.read(member))
            if "xl/workbook.xml" not in names:
                raise DatasetError(
                    "This is an Office file, but not an Excel workbook of cells: save it as .xlsx."
                )
            return _sheets(archive)
    except DatasetError:
        raise
    except Exception:  # see above
        raise DatasetError(_DAMAGED) from None


def _sheets(archive: zipfile.ZipFile) -> dict[str, bytes]:
    """Return the XML of each worksheet by its name, in the order of the workbook."""
    targets: dict[str, str] = {}
    pages: list[tuple[str, str]] = []

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag.endswith(" Relationship") and attributes.get("Type", "").endswith("/worksheet"):
            targets[attributes["Id"]] = attributes["Target"]

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag.endswith(" sheet"):
            place = next(v for k, v in attributes.items() if k.endswith("relationships id"))
            pages.append((attributes["name"], place))

    for part, handler in (("xl/_rels/workbook.xml.rels", relation), ("xl/workbook.xml", sheet)):
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = handler
        parser.Parse(archive.read(part), True)
    found = {}
    for name, place in pages:
        if place in targets:
            path = targets[place].lstrip("/")
            found[name] = archive.read(path if path.startswith("xl/") else f"xl/{path}")
    return found


def _check_xml(data: bytes) -> None:
    coding = _ENCODING.match(data.removeprefix(b"\xef\xbb\xbf"))
    plain = coding is None or coding[1].lower() in (b"utf-8", b"us-ascii")
    if not plain or b"\0" in data or b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise DatasetError("This workbook holds XML that no spreadsheet writes: save it as CSV.")


def read_parquet(data: bytes, max_rows: int, max_columns: int) -> Cells:
    """Read the cells of a Parquet file as text, with the names in the first row.

    Parameters
    ----------
    data : bytes
        Content of the file.
    max_rows, max_columns : int
        Maximum numbers of rows and columns.

    Returns
    -------
    list of list of str
        Cells as text, row by row.

    Raises
    ------
    DatasetError
        If the file is damaged or too large.
    """
    import pyarrow
    from pyarrow import parquet

    try:
        schema = parquet.read_schema(pyarrow.BufferReader(data))
        names = schema.names
        nested = [field.name for field in schema if pyarrow.types.is_nested(field.type)]
        words = [field.name for field in schema if not pyarrow.types.is_primitive(field.type)]
        file = parquet.ParquetFile(
            pyarrow.BufferReader(data),
            read_dictionary=[] if nested else words,
            thrift_string_size_limit=10_000_000,
            thrift_container_size_limit=100_000,
        )
        about = file.metadata
        size = sum(about.row_group(i).total_byte_size for i in range(about.num_row_groups))
    except Exception:  # see above
        raise DatasetError("This Parquet file is damaged: write it again, or save CSV.") from None
    shape = about.num_rows, len(names)
    if shape[0] > max_rows or shape[1] > max_columns or shape[0] * shape[1] > MAX_CELLS:
        raise DatasetError(
            f"There are {shape[0]} rows and {shape[1]} columns in this file: at most {max_rows} "
            f"rows, {max_columns} columns and {MAX_CELLS} cells are read."
        )
    if size > MAX_UNPACKED:
        raise DatasetError(
            f"This file unpacks to more than {MAX_UNPACKED // 1_000_000} MB: leave out columns."
        )
    wide = sum(
        getattr(field.type, "byte_width", 0) for field in schema
        if pyarrow.types.is_fixed_size_binary(field.type)
    )  # fmt: skip
    prefixed = any(
        "DELTA_BYTE_ARRAY" in about.row_group(group).column(column).encodings
        for group in range(about.num_row_groups)
        for column in range(about.num_columns)
    )
    # Neither shows in the sizes that the file states: values of a fixed width that are all null
    # take no room in it, and prefixes are shared.
    if wide * shape[0] > MAX_UNPACKED or prefixed:
        raise DatasetError(
            f"This file unpacks to more than {MAX_UNPACKED // 1_000_000} MB, or may do so: leave "
            "out columns of bytes, or save CSV."
        )
    if nested:
        raise DatasetError(f"Column {quoted(nested[0])} holds lists, not values: leave it out.")
    if not names:
        raise DatasetError("There are no columns in this file: a table needs some.")
    try:
        table = file.read(use_threads=False)
        columns = [[name, *_values(name, table.column(i))] for i, name in enumerate(names)]
    except DatasetError:
        raise
    except Exception:  # see above
        raise DatasetError("This Parquet file is damaged: write it again, or save CSV.") from None
    return [list(row) for row in zip(*columns, strict=True)]


def _values(name: str, column: Any) -> list[str]:
    """Return cells as text. Dictionaries are expanded late: one long entry may be in every row."""
    texts: list[str] = []
    for chunk in column.chunks:
        if hasattr(chunk, "dictionary"):
            entries = [
                _bounded(_shown(entry), f"column {quoted(name)}")
                for entry in chunk.dictionary.to_pylist()
            ]
            texts += ["" if i is None else entries[i] for i in chunk.indices.to_pylist()]
        else:
            texts += map(_shown, chunk.to_pylist())
    return texts


def _bounded(text: str, where: str) -> str:
    if len(text) > MAX_LENGTH:
        raise DatasetError(
            f"A cell in {where} holds {len(text)} characters, and at most {MAX_LENGTH} are read: "
            "shorten it."
        )
    return text


def _shown(value: object) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    return str(value)
