"""Tables of one's own: found out right, every fault one sentence with its row and column."""

from __future__ import annotations

import contextlib
import io
import pickle
import re
import time
import zipfile

import numpy as np
import openpyxl
import pandas
import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet as parquet_files

from nbn_core import NBNError, generators
from nbn_core.formats import read_table, write_dat
from nbn_core.formats.sniffing import DELIMITERS
from nbn_core.tables import Table
from tests.strategies import damaged, finite, read_or_sentence

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


def column(table: Table, name: str) -> list[float]:
    return table.columns[table.names.index(name)].numbers.tolist()


# Found out


def test_a_table_is_found_out() -> None:
    table = read_table(CSV.encode())
    assert table.names == ("age", "income", "city", "bought")
    assert [c.kind for c in table.columns] == ["number", "number", "text", "text"]
    assert [c.n_missing for c in table.columns] == [0, 1, 0, 0]
    assert (table.reading.delimiter, table.reading.decimal) == (",", ".")
    assert table.reading.header
    assert table.reading.encoding == "utf-8"
    assert table.blank == 1
    assert table.rows.tolist() == [2, 3, 5, 6, 7]
    assert table.columns[2].classes == ("New York, NY", "Oslo", "Rome")
    assert table.suggested() == (("age", "income"), ("bought",))


@pytest.mark.parametrize(
    ("text", "delimiter", "decimal"),
    [
        ("a;b;c\n1,5;2;x\n-3,25;1e3;y\n", ";", ","),
        ("a;b;c\n1.5;2;x\n-3.25;1e3;y\n", ";", "."),
        ("a\tb\tc\n1,5\t2\tx\n-3,25\t1e3\ty\n", "\t", ","),
        ("a|b|c\n1.5|2|x\n-3.25|1e3|y\n", "|", "."),
        ("a, b, c\n1.5, 2, x\n-3.25, 1e3, y\n", ",", "."),
        (" a   b c\n1.5\t2  x\n -3.25 1e3 y \n", "whitespace", "."),
        ("a b c\n1,5 2 x\n-3,25 1e3 y\n", "whitespace", ","),
        ("\n\n% told by someone\n".lstrip() + "a,b,c\r\n1.5,2,x\r\n-3.25,1e3,y", ",", "."),
        ('"a","b","c"\n"1.5","2","x"\n"-3.25","1e3","y"\n', ",", "."),
        ("a,b,c,\n1.5,2,x,\n-3.25,1e3,y,\n", ",", "."),
    ],
)
def test_separators_and_decimals_are_found_out(text, delimiter, decimal) -> None:
    for data in (text, text.encode(), text.encode("utf-16"), text.encode("utf-8-sig")):
        table = read_table(data)
        assert (table.reading.delimiter, table.reading.decimal) == (delimiter, decimal)
        assert table.names == ("a", "b", "c")
        assert column(table, "a") == [1.5, -3.25]
        assert column(table, "b") == [2, 1000]


def test_what_was_found_out_can_be_told_instead() -> None:
    assert read_table("1;2\n3;4\n", header=True).names == ("1", "2")
    assert read_table("a;b\n3;4\n", header=False).columns[0].texts == ("a", "3")
    assert column(read_table("a;b\n1,5;2\n", decimal=","), "a") == [1.5]
    assert read_table("a b;c\n1 2;3\n", delimiter=";").names == ("a b", "c")
    assert read_table("a,b\n-9,1\n2,3\n", missing=["-9"]).columns[0].n_missing == 1
    assert read_table("ä,b\n1,2\n".encode("cp1252")).names[0] == "ä"
    assert read_table("ä,b\n1,2\n".encode(), encoding="latin-1").names[0] == "Ã¤"
    assert "not text in utf-16" in sentence(b"abc", encoding="utf-16")
    assert "Known encodings" in sentence(b"abc", encoding="ebcdic")
    assert "separated by" in sentence("a,b\n1,2\n", delimiter="x")


def test_a_dat_file_of_the_nbn_programs_needs_no_header() -> None:
    data = generators.parity(3)
    table = read_table(write_dat(data).encode())
    assert not table.reading.header
    assert table.names == ("column 1", "column 2", "column 3", "column 4")
    chosen = table.choose(table.names[:3], table.names[3:])
    np.testing.assert_array_equal(chosen.dataset.inputs, data.inputs)
    assert chosen.dataset.kind == "classification"


def test_excel_and_parquet_give_the_same_table() -> None:
    rows: list[list[object]] = [["age", "city"], [30, "Oslo"], [41.5, None], [25, "Rome"]]
    from_excel = read_table(excel(rows))
    from_parquet = read_table(parquet(age=[30, 41.5, 25], city=["Oslo", None, "Rome"]))
    assert from_excel.reading.sheet == "Data"
    for table in (from_excel, from_parquet):
        assert column(table, "age") == [30, 41.5, 25]
        assert table.columns[1].texts == ("Oslo", "", "Rome")
        assert table.rows.tolist() == [2, 3, 4]


def test_dates_and_truth_values_of_excel_and_parquet() -> None:
    days = list(pandas.to_datetime(["2020-01-01", "2020-01-02"]))
    rows: list[list[object]] = [["day", "b", "c"], [days[0], True, 1], [days[1], False, 2]]
    for data in (excel(rows), parquet(day=days, b=[True, False], c=[1, 2])):
        table = read_table(data)
        assert [c.kind for c in table.columns] == ["date", "text", "number"]
        assert table.columns[1].classes == ("False", "True")


@bounded
@given(
    st.lists(st.tuples(finite, finite, st.sampled_from("abc")), min_size=2, max_size=8),
    st.sampled_from(DELIMITERS[:4]),
    st.sampled_from(["utf-8", "utf-16"]),
)
def test_whatever_pandas_writes_is_read(rows, delimiter, encoding) -> None:
    frame = pandas.DataFrame(rows, columns=["x", "the y", "kind"])
    text = frame.to_csv(index=False, sep=delimiter)
    table = read_table(text.encode(encoding))
    assert table.reading.delimiter == delimiter
    assert column(table, "x") == frame["x"].tolist()
    assert column(table, "the y") == frame["the y"].tolist()
    assert list(table.columns[2].texts) == frame["kind"].tolist()


# Choosing


def test_two_classes_are_one_output_and_more_are_one_each() -> None:
    table = read_table(CSV)
    chosen = table.choose(["age", "income"], ["bought"], name="mine")
    assert chosen.dropped == (5,)
    assert chosen.classes == {"bought": ("no", "yes")}
    assert chosen.dataset.targets.tolist() == [[1], [-1], [-1], [1]]
    assert chosen.dataset.kind == "classification"
    assert chosen.dataset.name == "mine"
    assert chosen.dataset.target_names == ("bought",)
    chosen = table.choose(["age"], ["city"])
    assert chosen.dataset.target_names == ("city=New York, NY", "city=Oslo", "city=Rome")
    assert chosen.dataset.targets.tolist()[0] == [-1, 1, -1]
    assert (chosen.dataset.targets.sum(axis=1) == -1).all()
    chosen = table.choose(["age", "city"], ["income"])
    assert chosen.dataset.n_inputs == 4
    assert chosen.dataset.kind == "regression"


def test_numbers_can_be_classes() -> None:
    table = read_table("x,digit\n1,10\n2,9\n3,9\n4,2\n")
    assert table.choose(["x"], ["digit"]).dataset.n_outputs == 1
    chosen = table.choose(["x"], ["digit"], classes=["digit"])
    assert chosen.classes == {"digit": ("2", "9", "10")}
    assert chosen.dataset.n_outputs == 3
    assert chosen.dataset.kind == "classification"


ODD = """when,a,b,same,half,words,nothing
2020-01-01,1,x,5,1,u,
2020-01-02,2,7,5,inf,v,
2020-01-03,3,8,5,3,u,
"""


@pytest.mark.parametrize(
    ("inputs", "targets", "said"),
    [
        (["when"], ["a"], "Column “when” holds dates"),
        (["a"], ["when"], "Column “when” holds dates"),
        (["same"], ["a"], "Column “same” is “5” in every row"),
        (["nothing"], ["a"], "Column “nothing” is empty"),
        (["b"], ["a"], "Row 2 of column “b” is “x”, not a number"),
        (["half"], ["a"], "Row 3 of column “half” is “inf”, not a number"),
        (["a"], ["a"], "Column “a” is an input and a target"),
        (["a", "a"], ["words"], "chosen twice"),
        (["a"], ["other"], "There is no column “other”"),
        ([], ["a"], "No column is chosen as input"),
        (["a"], [], "No column is chosen as target"),
    ],
)
def test_a_column_that_will_not_do_is_refused_by_its_name(inputs, targets, said) -> None:
    with pytest.raises(NBNError, match=re.escape(said)):
        read_table(ODD).choose(inputs, targets)


def test_what_is_constant_once_rows_are_left_out_is_refused() -> None:
    table = read_table("a,b,c\n1,5,x\n2,5,x\n3,6,\n4,5,y\n,7,y\n")
    with pytest.raises(NBNError, match="Column “b” is “5” in every row that is used"):
        table.choose(["a", "b"], ["c"])
    empty = read_table("a,b\n1,\n,2\n3,\n,4\n")
    with pytest.raises(NBNError, match="Each of the 4 rows lacks a value"):
        empty.choose(["a"], ["b"])


def test_free_text_is_no_class() -> None:
    text = "id,x\n" + "".join(f"name{i},{i}\n" for i in range(60))
    with pytest.raises(NBNError, match="“id” has 60 different entries, too many"):
        read_table(text).choose(["id"], ["x"])


# Faults


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("", "nothing in it"),
        (b"", "nothing in it"),
        (" \n\t\n", "nothing in it"),
        ("# only\n# comments", "nothing in it"),
        (",,,\n,,,\n", "nothing in it"),
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


def with_member(workbook: bytes, name: str, data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(file, "w", 8) as new:
        for member in old.infolist():
            new.writestr(member.filename, data if member.filename == name else old.read(member))
    return file.getvalue()


def test_archives_that_are_no_workbook_are_refused_before_they_unpack() -> None:
    book = excel([["a", "b"], [1, 2]])
    assert "archive, not a table" in sentence(archive(data=b"1,2"))
    bomb = archive(**{"[Content_Types].xml": b" " * 70_000_000})
    assert len(bomb) < 100_000
    start = time.perf_counter()
    assert "unpacks to more than 60 MB" in sentence(bomb)
    assert time.perf_counter() - start < 1
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


def test_one_long_text_in_every_row_is_never_written_out() -> None:
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


# Anything

WORKBOOK = excel([["a", "b"], [1, "x"], [2, "y"]])
PARQUET = parquet(a=[1.0, 2], b=["x", "y"])


def use(data: object) -> None:
    table = read_table(data)
    inputs, targets = table.suggested()
    table.choose(inputs, targets)
    table.choose(table.names[:-1], table.names[-1:])


@bounded
@given(st.text() | st.binary() | st.text("0123456789,;.\n\t ab\"'e-", max_size=60))
def test_junk_is_read_or_refused_in_a_sentence(junk) -> None:
    read_or_sentence(use, junk)


@bounded
@given(damaged(CSV))
def test_a_damaged_table_is_read_or_refused_in_a_sentence(text) -> None:
    read_or_sentence(use, text)


@settings(max_examples=60)
@given(st.data())
def test_damaged_workbooks_and_parquet_files_are_refused_in_a_sentence(data) -> None:
    for good in (WORKBOOK, PARQUET):
        at = data.draw(st.integers(0, len(good) - 1))
        junk = data.draw(st.binary(min_size=1, max_size=8))
        read_or_sentence(use, good[:at] + junk + good[at + len(junk) :])
        read_or_sentence(use, good[:at] + good[at + len(junk) :])


@settings(max_examples=60)
@given(st.data())
def test_a_workbook_of_any_xml_is_refused_in_a_sentence(data) -> None:
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as opened:
        name = data.draw(st.sampled_from(opened.namelist()))
        text = opened.read(name).decode()
    with contextlib.suppress(UnicodeEncodeError):
        evil = data.draw(damaged(text)).encode()
        read_or_sentence(use, with_member(WORKBOOK, name, evil))
