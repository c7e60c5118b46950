"""Tables: properties of files written by any program are detected."""

from __future__ import annotations

import numpy as np
import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbn_core import generators
from nbn_core.data.table import Table
from nbn_core.formats import read_table, write_dat
from nbn_core.formats.line_grammar import DELIMITERS
from tests.strategies import finite
from tests.tables import CSV, bounded, excel, parquet, sentence


def column(table: Table, name: str) -> list[float]:
    return table.columns[table.names.index(name)].numbers.tolist()


def test_properties_of_a_table_are_detected() -> None:
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
def test_separators_and_decimals_are_detected(text, delimiter, decimal) -> None:
    for data in (text, text.encode(), text.encode("utf-16"), text.encode("utf-8-sig")):
        table = read_table(data)
        assert (table.reading.delimiter, table.reading.decimal) == (delimiter, decimal)
        assert table.names == ("a", "b", "c")
        assert column(table, "a") == [1.5, -3.25]
        assert column(table, "b") == [2, 1000]


def test_detected_properties_can_be_given_instead() -> None:
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
def test_tables_written_by_pandas_are_read(rows, delimiter, encoding) -> None:
    frame = pandas.DataFrame(rows, columns=["x", "the y", "kind"])
    text = frame.to_csv(index=False, sep=delimiter)
    table = read_table(text.encode(encoding))
    assert table.reading.delimiter == delimiter
    assert column(table, "x") == frame["x"].tolist()
    assert column(table, "the y") == frame["the y"].tolist()
    assert list(table.columns[2].texts) == frame["kind"].tolist()
