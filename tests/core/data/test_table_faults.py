"""Every fault of a table is reported in one sentence with its row and column."""

from __future__ import annotations

import io
import pickle
import re
import zipfile

import numpy as np
import pyarrow
import pytest
from pyarrow import parquet as parquet_files

from nbn_core.formats import read_table
from tests.counting import peak
from tests.tables import excel, parquet, sentence, with_member


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("", "table is empty"),
        (b"", "table is empty"),
        (" \n\t\n", "table is empty"),
        ("# only\n# comments", "table is empty"),
        (",,,\n,,,\n", "table is empty"),
        ("a\n1\n2\n", "only one column"),
        ("a,b\n", "no rows"),
        ("a,b,a\n1,2,3\n", "Columns 1 and 3 are both called “a”"),
        ("a,b\n1,2\n1,2,3\n", "Row 3 has 3 cells, the rows above it have 2"),
        ('a,b\n1,"2\n3,4\n', "never closed"),
        (",".join(map(str, range(10_000))) + "\n", "10000 columns"),
        ("a,b\n" + "1,2\n" * 100_001, "100002 rows"),
        (b"a,b\n" + b"1,2\n" * 2_000_000, "8.0 MB, and at most 5 MB"),
        (bytes(range(256)) * 10, "binary"),
        (pickle.dumps([1, 2]), "pickle"),
        (b"\x1f\x8b" + b"x" * 100, "compressed"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 100, "old Excel"),
        (b"PAR1" + b"x" * 100, "Parquet file is damaged"),
        (b"PK\x03\x04" + b"x" * 100, "workbook is damaged"),
        (None, "NoneType"),
    ],
)
def test_each_fault_of_a_file_has_its_sentence(data, said) -> None:
    assert re.search(said, sentence(data))


def test_faults_of_workbooks_have_their_sentences() -> None:
    rows: list[list[object]] = [["a", "b"], [1, 2], [3, "=A2+1"]]
    assert "Row 3, column 2 of the sheet is a formula" in sentence(excel(rows))
    assert "#DIV/0!" in sentence(excel([["a", "b"], [1, "#DIV/0!"]]))
    assert "is empty" in sentence(excel([]))
    assert "no sheet “x”" in sentence(excel(rows), sheet="x")
    assert "too large" in sentence(excel([["a"] * 1001, [1] * 1001]))
    assert "10000 are read" in sentence(excel([["a", "b"], ["x" * 20_000, 1]]))


def archive(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in members.items():
            out.writestr(name, data)
    return file.getvalue()


def test_archives_other_than_workbooks_are_refused_before_unpacking() -> None:
    book = excel([["a", "b"], [1, 2]])
    assert "archive, not a table" in sentence(archive(data=b"1,2"))
    bomb = archive(**{"[Content_Types].xml": b" " * 70_000_000})
    assert len(bomb) < 100_000
    assert "unpacks to more than 60 MB" in sentence(bomb)
    assert peak(lambda: sentence(bomb)) < 1_000_000
    many = archive(**{f"m{i}": b"" for i in range(1001)})
    assert "unpacks" in sentence(many)
    laughs = b'<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><sst>&b;</sst>'
    for evil in (laughs, laughs.decode().encode("utf-16"), b'<?xml encoding="utf-7"?>' + laughs):
        assert "no spreadsheet writes" in sentence(with_member(book, "xl/workbook.xml", evil))
    far = b"""<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>
    <row r="99999999999"><c r="A99999999999"><v>1</v></c></row></sheetData></worksheet>"""
    said = sentence(with_member(book, "xl/worksheets/sheet1.xml", far))
    assert "too large" in said or "damaged" in said


def test_faults_of_parquet_have_their_sentences() -> None:
    good = parquet(a=[1.0, 2], b=["x", "y"])
    assert "damaged" in sentence(good[:-10])
    assert "100001 rows" in sentence(parquet(a=np.zeros(100_001), b=np.zeros(100_001)))
    assert "1001 columns" in sentence(parquet(**{f"c{i}": [1] for i in range(1001)}))
    assert "holds lists" in sentence(parquet(a=[[1], [2]], b=[1, 2]))
    assert "only one column" in sentence(parquet(a=[1, 2]))


def test_one_long_text_in_every_row_is_never_expanded() -> None:
    rows = 2000
    words = pyarrow.DictionaryArray.from_arrays(np.zeros(rows, np.int32), ["x" * 1_000_000])
    table = pyarrow.table({"a": words, "b": np.zeros(rows)})
    for kept in (table, table.replace_schema_metadata()):
        file = io.BytesIO()
        parquet_files.write_table(kept, file, store_schema=kept is table)
        assert file.tell() < 2_000_000
        assert "1000000 characters" in sentence(file.getvalue())


HOSTILE = [
    "<b onmouseover=alert(1)>",
    '"line\nend"',
    "\u202egnp.exe",
    "=1+1",
    "x" * 500,
    "\u200b",
    "a\tb",
]


def test_hostile_names_become_plain_ones() -> None:
    table = read_table(",".join(HOSTILE) + "\n" + "1," * 6 + "2\n" + "3," * 6 + "4\n")
    assert table.names[0] == "<b onmouseover=alert(1)>"
    assert table.names[1:4] == ("line end", "gnp.exe", "=1+1")
    assert all(name.isprintable() and 1 <= len(name) <= 60 for name in table.names)
    table.choose(table.names[:6], table.names[6:])
