"""Files with a head of their own: ARFF, PROBEN1, LIBSVM, FANN, NIST, Orange, and workbooks."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

from nbn_core.formats import read_dat, read_table
from tests.tables import excel, sentence, with_member

ARFF = """% two gates
@RELATION gate
@ATTRIBUTE a REAL
@ATTRIBUTE 'b c'\tnumeric
@ATTRIBUTE out {no, 'yes sir'}

@DATA
0, 0, no
?, 1, 'yes sir'
% more
1, 0, 'yes sir'
1, 1, no
"""
PROBEN1 = """bool_in=0
real_in=2
bool_out=2
real_out=0
training_examples=4
validation_examples=2
test_examples=2
""" + "".join(f"0.{i} 0.{9 - i} {i % 2} {1 - i % 2}\n" for i in range(1, 9))
NIST = """NIST/ITL StRD
Dataset Name:  Misra1a           (Misra1a.dat)

File Format:   ASCII
               Starting Values   (lines 41 to 42)
               Data              (lines 61 to 74)

Data:          1 Response Variable  (y = volume)
               1 Predictor Variable (x = pressure)

Data:   y               x
      10.07E0      77.6E0
      14.73E0     114.9E0
      17.94E0     141.1E0
"""
ORANGE = (
    "len\twidth\tname\tkind\nc\tc\ts\td\n\t\tmeta\tclass\n"
    "5.1\t3.5\tp\ta\n4.9\t3.0\tq\ta\n6.3\t2.5\tr\tb\n"
)
CASES = {
    "ARFF": (ARFF, "ARFF", ("a", "b c", "out"), (("a", "b c"), ("out",)), 4),
    "ARFF, class first": (
        "@relation r\n@attribute class {x,y}\n@attribute a real\n@data\nx,1\ny,2\n",
        "ARFF", ("class", "a"), (("a",), ("class",)), 2,
    ),
    "PROBEN1": (
        PROBEN1, "PROBEN1", ("input 1", "input 2", "target 1", "target 2"),
        (("input 1", "input 2"), ("target 1", "target 2")), 8,
    ),
    "LIBSVM": (
        "# set\n+1 1:0.5 3:2\n-1 2:1 # a\n+1 1:1 2:2 3:3\n", "LIBSVM", ("x1", "x2", "x3", "label"),
        (("x1", "x2", "x3"), ("label",)), 3,
    ),
    "FANN": (
        "4 2 1\n-1 -1\n-1\n-1 1\n1\n1 -1\n1\n1 1\n-1\n", "FANN",
        ("input 1", "input 2", "target 1"), (("input 1", "input 2"), ("target 1",)), 4,
    ),
    "FANN, a line each": (
        "4 2 1\n-1 -1 -1\n-1 1 1\n1 -1 1\n1 1 -1\n", "FANN",
        ("input 1", "input 2", "target 1"), (("input 1", "input 2"), ("target 1",)), 4,
    ),
    "NIST": (NIST, "NIST StRD", ("y", "x"), (("x",), ("y",)), 3),
    "Orange": (
        ORANGE, "Orange", ("len", "width", "name", "kind"), (("len", "width"), ("kind",)), 3,
    ),
    "Orange, one line": (
        "C#len\tmS#name\tcD#kind\n1\tp\ta\n2\tq\tb\n", "Orange", ("len", "name", "kind"),
        (("len",), ("kind",)), 2,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "layout", "names", "roles", "rows"), CASES.values(), ids=CASES)
def test_a_file_with_a_head_is_read_with_its_roles(text, layout, names, roles, rows) -> None:
    for data in (text, text.encode(), text.replace("\n", "\r\n").encode()):
        table = read_table(data)
        assert table.reading.layout == layout
        assert table.reading.notes[0] == f"This is a file in the format of {layout}."
        assert table.names == names
        assert table.suggested() == roles
        assert len(table.rows) == rows


def test_the_cells_of_arff_mean_what_its_head_says() -> None:
    table = read_table(ARFF)
    assert table.columns[2].classes == ("no", "yes sir")
    assert table.columns[0].n_missing == 1
    assert table.rows.tolist() == [8, 9, 11, 12]
    sparse = read_table(
        "@relation r\n@attribute a real\n@attribute b real\n@attribute c {x,y}\n@data\n"
        "{0 5, 2 y}\n{1 3}\n{}\n{0 1, 1 2}\n"
    )
    assert sparse.columns[0].texts == ("5", "0", "0", "1")
    assert sparse.columns[2].texts == ("y", "x", "x", "x")


def test_the_parts_of_proben1_are_told() -> None:
    table = read_table(PROBEN1)
    assert table.told_parts == (4, 2, 2)
    assert table.reading.notes[-1].startswith(
        "The file counts 4 training, 2 validation and 2 test patterns, in this order: "
    )
    assert "drawn at random" in table.reading.notes[-1]
    assert read_table(CASES["FANN"][0]).told_parts == ()


def test_read_dat_knows_the_heads_too() -> None:
    data = read_dat(PROBEN1)
    assert (data.n_patterns, data.n_inputs, data.n_outputs) == (8, 2, 2)
    fann = read_dat(CASES["FANN"][0])
    assert np.hstack([fann.inputs, fann.targets]).tolist()[1] == [-1, 1, 1]
    nist = read_dat(NIST)
    assert nist.inputs[:, 0].tolist() == [77.6, 114.9, 141.1]
    assert nist.targets[:, 0].tolist() == [10.07, 14.73, 17.94]
    assert (nist.input_names, nist.target_names) == (("x",), ("y",))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (PROBEN1[:-12], "counts 8 patterns, but there are 7"),
        (PROBEN1.replace("real_in=2", "real_in=3"), "counts 3 inputs and 2 targets"),
        (PROBEN1.replace("test_examples=2\n", ""), "has no line “test_examples=”"),
        (ARFF.replace("1, 1, no", "1, 1"), "Line 12 of this ARFF file has 2 values, but 3"),
        (ARFF.partition("@DATA")[0], "no line @data"),
        (ARFF.replace("REAL", "relational"), "is relational"),
        ("+1 1:2 2:3\n" * 30 + "+1 1:2 x:3\n", "Line 31 has “x:3”"),
        ("+1 1:2 999999:3\n-1 1:2\n", "indices up to 999999"),
        (NIST.replace("114.9E0", ""), "has not one number for each of the names"),
    ],
)
def test_a_file_that_does_not_keep_to_its_head_is_refused(text, said) -> None:
    assert said in sentence(text)


# Workbooks


def test_a_workbook_is_read_like_text() -> None:
    rows: list[list[object]] = [
        ["Report 2023", None, None], [], ["t", "p", "price"], ["s", "bar", None],
        [0, 1.5, "1.234,50 €"], [1, None, "12,00 €"], [2, 3, "3,50 €"], [], ["Source: us"],
    ]  # fmt: skip
    table = read_table(excel(rows))
    assert table.names == ("t", "p", "price")
    assert table.columns[2].numbers.tolist() == [1234.5, 12, 3.5]
    assert table.columns[1].n_missing == 1
    assert table.rows.tolist() == [5, 6, 7]
    assert table.columns[0].texts == ("0", "1", "2")


def test_the_first_sheet_with_content_is_read() -> None:
    import io

    import openpyxl

    book = openpyxl.Workbook()
    page = book.create_sheet("data")
    for row in (["a", "b"], [1, 2], [3, 5]):
        page.append(row)
    file = io.BytesIO()
    book.save(file)
    assert read_table(file.getvalue()).reading.sheet == "data"
    assert "“Sheet” is empty" in sentence(file.getvalue(), sheet="Sheet")


SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    "{}</sheetData></worksheet>"
)


def test_the_saved_value_of_a_formula_is_read() -> None:
    cells = '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><v>3</v></c></row>'
    cells += '<row r="2"><c r="A2"><f>A1+3</f><v>5</v></c><c r="B2"><v>4</v></c></row>'
    book = with_member(
        excel([["a", "b"], [1, 2]]), "xl/worksheets/sheet1.xml", SHEET.format(cells).encode()
    )
    assert read_table(book).columns[0].numbers.tolist() == [2, 5]


@pytest.mark.parametrize("place", ["XFD1048576", "xfd1048576", "GR99999"])
def test_two_cells_far_apart_take_no_memory(place) -> None:
    cells = f'<row r="1"><c r="A1"><v>1</v></c></row><row><c r="{place}"><v>1</v></c></row>'
    book = with_member(
        excel([["a", "b"], [1, 2]]), "xl/worksheets/sheet1.xml", SHEET.format(cells).encode()
    )
    assert "too large" in sentence(book)


def test_errors_of_a_workbook_can_be_missing_values() -> None:
    rows: list[list[object]] = [["a", "b"], [1, "#N/A"], [2, 5], [3, "#DIV/0!"]]
    assert "Row 4, column 2 of the sheet is “#DIV/0!”" in sentence(excel(rows))
    assert read_table(excel(rows[:3])).columns[1].n_missing == 1
    assert read_table(excel(rows), missing=["#N/A", "#DIV/0!"]).columns[1].n_missing == 2


def test_dates_without_a_time_have_none() -> None:
    rows: list[list[object]] = [["d", "v"], [datetime.datetime(2020, 1, 2), 1], [None, 2]]
    assert read_table(excel(rows)).columns[0].texts == ("2020-01-02", "")


def test_bytes_that_are_all_null_are_not_unpacked() -> None:
    import io

    import pyarrow
    from pyarrow import parquet

    wide = {f"c{i}": pyarrow.array([None] * 1000, pyarrow.binary(20_000)) for i in range(6)}
    file = io.BytesIO()
    parquet.write_table(pyarrow.table(wide), file)
    assert len(file.getvalue()) < 10_000
    assert "unpacks to more than 60 MB" in sentence(file.getvalue())
