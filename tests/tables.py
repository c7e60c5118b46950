"""Tables as files, and the sentence that a bad one brings."""

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


def sentence(data: object, **told: object) -> str:
    with pytest.raises(NBNError) as error:
        read_table(data, **told)
    said = str(error.value)
    assert re.fullmatch(r"[^\n\r]{10,300}\.", said), said
    return said


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
