"""Tables as files of several formats, and the error message of an invalid one."""

from __future__ import annotations

import io
import re
import zipfile

import openpyxl
import pandas
import pytest
from hypothesis import settings

from nbn_core import NBNError
from nbn_core.formats import read_table

bounded = settings(max_examples=150)

CSV = """age,income,city,bought
30,1000.5,Oslo,yes
41,2000,Rome,no

25,,Oslo,yes
60,500,"New York, NY",no
33,1e3,Rome,yes
"""


def sentence(data: object, **options: object) -> str:
    """Return the message with which `read_table` refuses data."""
    with pytest.raises(NBNError) as error:
        read_table(data, **options)
    message = str(error.value)
    assert re.fullmatch(r"[^\n\r]{10,300}\.", message), message
    return message


def excel(rows: list[list[object]], title: str = "Data") -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = title
    for row in rows:
        page.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def parquet(**columns: object) -> bytes:
    file = io.BytesIO()
    pandas.DataFrame(columns).to_parquet(file)
    return file.getvalue()


def with_member(workbook: bytes, name: str, data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(file, "w", 8) as new:
        for member in old.infolist():
            new.writestr(member.filename, data if member.filename == name else old.read(member))
    return file.getvalue()
