"""Cells of Excel workbooks and Parquet files, whose size is limited before they are unpacked.

Both are read by large libraries, and the files are not trusted: this is the one module that
translates every exception of these libraries into a DatasetError.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import numpy as np
import pandas

from nbn_core.errors import DatasetError, SettingError
from nbn_core.formats.parsing import quoted

MAX_UNPACKED = 60_000_000
MAX_MEMBERS = 1_000
MAX_CELLS = 5_000_000
MAX_LENGTH = 10_000
_ENCODING = re.compile(rb"<\?xml[^>]{0,200}encoding\s*=\s*[\"']([^\"']{0,40})", re.IGNORECASE)


def read_excel(
    data: bytes, sheet: str | None, max_rows: int, max_columns: int
) -> tuple[str, pandas.DataFrame]:
    """Read the cells of a sheet as text.

    Parameters
    ----------
    data : bytes
        Content of an `.xlsx` file.
    sheet : str or None
        Name of the sheet; None for the first.
    max_rows, max_columns : int
        Maximum numbers of rows and columns.

    Returns
    -------
    tuple
        Name of the sheet, and its cells as text.

    Raises
    ------
    DatasetError
        If this is not a workbook, is too large, or has a formula.
    SettingError
        If openpyxl is not installed.
    """
    try:
        import openpyxl
    except ImportError:
        raise SettingError(
            "Reading Excel files needs the package openpyxl, which is not installed here: save "
            "the sheet as CSV, or pip install nbn-lab[excel]."
        ) from None
    _check_archive(data)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        names = [page.title for page in book.worksheets]
    except Exception:  # see above
        raise DatasetError("This workbook is damaged: save it again, or as CSV.") from None
    if not names or (sheet is not None and sheet not in names):
        raise DatasetError(
            f"There is no sheet {quoted(sheet)} in this workbook: it has "
            f"{', '.join(map(quoted, names[:5])) or 'none'}."
        )
    chosen = names[0] if sheet is None else sheet
    try:
        page = book[chosen]
        page.reset_dimensions()
        rows = _excel_rows(page, max_rows, max_columns)
    except DatasetError:
        raise
    except Exception:  # see above
        raise DatasetError(
            f"Sheet {quoted(chosen)} of this workbook is damaged: save it again, or as CSV."
        ) from None
    width = max((len(row) for row in rows), default=0)
    if not width:
        raise DatasetError(f"Sheet {quoted(chosen)} is empty: choose another.")
    return chosen, pandas.DataFrame([row + [""] * (width - len(row)) for row in rows], dtype=object)


def _excel_rows(page: Any, max_rows: int, max_columns: int) -> list[list[str]]:
    rows: list[list[str]] = []
    cells = 0
    for at, row in enumerate(page.iter_rows(), start=1):
        texts = []
        for column, cell in enumerate(row, start=1):
            if cell.data_type == "f":
                raise DatasetError(
                    f"Row {at}, column {column} of the sheet is a formula: copy the cells and "
                    "paste them as values, or save as CSV."
                )
            if cell.data_type == "e":
                raise DatasetError(
                    f"Row {at}, column {column} of the sheet is {quoted(cell.value)}: correct it, "
                    "or empty the cell."
                )
            texts.append("" if cell.value is None else _bounded(str(cell.value), f"row {at}"))
        while texts and not texts[-1]:
            texts.pop()
        cells += len(row) + 1
        long = at > (max_rows + 1 if texts else 2 * max_rows)
        if len(texts) > max_columns or cells > MAX_CELLS or long:
            raise DatasetError(
                f"This sheet is too large: at most {max_rows} rows and {max_columns} columns are "
                "read."
            )
        rows.append(texts)
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _check_archive(data: bytes) -> None:
    """Raise DatasetError for archives that are no workbook, too large, or hold XML entities."""
    too_large = DatasetError(
        f"This workbook unpacks to more than {MAX_UNPACKED // 1_000_000} MB: leave out sheets."
    )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > MAX_MEMBERS or sum(m.file_size for m in members) > MAX_UNPACKED:
                raise too_large
            if "[Content_Types].xml" not in {member.filename for member in members}:
                raise DatasetError("This is an archive, not a table: unpack it first.")
            for member in members:
                if member.filename.lower().endswith((".xml", ".rels", ".vml")):
                    _check_xml(archive.read(member))
    except DatasetError:
        raise
    except Exception:  # see above
        raise DatasetError("This workbook is damaged: save it again, or as CSV.") from None


def _check_xml(data: bytes) -> None:
    coding = _ENCODING.match(data.removeprefix(b"\xef\xbb\xbf"))
    plain = coding is None or coding[1].lower() in (b"utf-8", b"us-ascii")
    if not plain or b"\0" in data or b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise DatasetError("This workbook holds XML that no spreadsheet writes: save it as CSV.")


def read_parquet(data: bytes, max_rows: int, max_columns: int) -> pandas.DataFrame:
    """Read the cells of a Parquet file as text, with the names in the first row.

    Parameters
    ----------
    data : bytes
        Content of the file.
    max_rows, max_columns : int
        Maximum numbers of rows and columns.

    Returns
    -------
    pandas.DataFrame
        Cells as text.

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
    return pandas.DataFrame(dict(enumerate(columns)), dtype=object)


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
