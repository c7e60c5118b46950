"""Files as people and programs write them: every reader of text uses the same grammar."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbn_core import NBNError
from nbn_core.data.table import Table
from nbn_core.formats import read_dat, read_table
from nbn_core.formats.line_grammar import DELIMITERS
from nbn_core.formats.number_grammar import parse
from nbn_core.formats.recognise import recognise
from tests.tables import sentence

NAN = float("nan")


def numbers(table: Table, place: int | str = -1) -> list[float]:
    at = table.names.index(place) if isinstance(place, str) else place
    return table.columns[at].numbers.tolist()


def one_column(cells: list[str], delimiter: str = ";") -> Table:
    """Return the table of the column p, with a column of other numbers beside it."""
    rows = [f"{i}{delimiter}{cell}" for i, cell in enumerate(cells)]
    return read_table("\n".join([f"n{delimiter}p", *rows]) + "\n")


# Numbers


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["950", "1,250", "1,900"], [950, 1250, 1900]),
        (["0,950", "1,250", "1,900"], [0.95, 1.25, 1.9]),
        (["1,234.5", "12,000.25"], [1234.5, 12000.25]),
        (["1.234,5", "12.000,25"], [1234.5, 12000.25]),
        (["1.234.567", "2.000.000"], [1234567, 2000000]),
        (["1,234,567", "2,000"], [1234567, 2000]),
        (["12,34,567.8", "1,00,000"], [1234567.8, 100000]),
        (["1'234.5", "900"], [1234.5, 900]),
        (["1’234,5", "900,25"], [1234.5, 900.25]),
        (["1 234,5", "22 000,0"], [1234.5, 22000]),
        (["1\u00a0234,5", "22\u202f000,0"], [1234.5, 22000]),
        (["1\u2009234.5", "22"], [1234.5, 22]),
        (["−3", "–4", "\u20115"], [-3, -4, -5]),
        (["(1,234)", "(5)", "7"], [-1234, -5, 7]),
        (["1,5-", "2,5"], [-1.5, 2.5]),
        (["($1,050.50)", "$2"], [-1050.5, 2]),
        (["-$5", "$-6", "+$7"], [-5, -6, 7]),
        (["$1,050", "$900"], [1050, 900]),
        (["€ 3,50", "€ 12,00"], [3.5, 12]),
        (["3,50 €", "1.012,00 €"], [3.5, 1012]),
        (["CHF 5.–", "CHF 1'205.50"], [5, 1205.5]),
        (["12 %", "7 %"], [12, 7]),
        (["7.5%", "0"], [7.5, 0]),
        (["7,5%", "10,25%"], [7.5, 10.25]),
        (["5 kg", "6.5 kg"], [5, 6.5]),
        (["21°C", "22.5°C"], [21, 22.5]),
        (["0.25D+01", "1.5d-1"], [2.5, 0.15]),
        (["0.15-100", "1.0+101"], [1.5e-101, 1e101]),
        (["1,5E+03", "2,5e-1"], [1500, 0.25]),
        (["1.5×10^3", "2x10^-3"], [1500, 0.002]),
        (["1.", ".5"], [1, 0.5]),
        (["1,", ",5"], [1, 0.5]),
        (["+3", "+4.5"], [3, 4.5]),
        (['"=""12"""', '"=""13"""'], [12, 13]),
        (["１２", "１３．５"], [12, 13.5]),
        (["١٢٫٥", "٣"], [12.5, 3]),
        (["1.5", "#N/A", "n.d.", "--", "-", ".", "NaN", "", "2.5"],
         [1.5, NAN, NAN, NAN, NAN, NAN, NAN, NAN, 2.5]),
        (["0.1", "1e3", "1E-3"], [0.1, 1000, 0.001]),
    ],
)  # fmt: skip
def test_a_column_is_read_as_people_write_numbers(cells, values) -> None:
    for delimiter in (";", "\t", "|"):
        table = one_column(cells, delimiter)
        np.testing.assert_allclose(numbers(table), values, rtol=1e-15)
        assert table.columns[-1].kind == "number"
        assert table.suggested() == (("n",), ("p",))


@pytest.mark.parametrize(
    "text",
    ["1_000", "inf", "nan", "0x10", "1st", "A1", "18-25", "5-6", "1-2", "3/4", "12:30", "555-123",
     "2020-01", "-5-", "()", "$", "%", "-", ".", ",", "1,2,3", "1.2.3", "1 2", "1,23,45", "€5$",
     "5 kilograms of flour", "1e", "e5", "--5", "++5", "10^3", "~5", "<5", "½", "1" * 500, "5%%"],
)  # fmt: skip
def test_what_is_no_number_stays_text(text) -> None:
    assert parse(text, ".") is None
    assert parse(text, ",") is None


def test_the_decimal_separator_of_a_file_decides_a_cell_in_doubt() -> None:
    german = read_table("a;b\n1.101;0,25\n2.250;1,5\n3.005;2,75\n")
    assert numbers(german, "a") == [1101, 2250, 3005]
    english = read_table("a;b\n1,101;0.25\n2,250;1.5\n3,005;2.75\n")
    assert numbers(english, "a") == [1101, 2250, 3005]
    both = read_table("a;b\n1,5;0.25\n2,25;1.5\n3,5;2.75\n")
    assert numbers(both, "a") == [1.5, 2.25, 3.5]
    assert numbers(both, "b") == [0.25, 1.5, 2.75]
    assert any("only" in note for note in both.reading.notes)
    point = read_table("a;b\n1.101;5\n2.250;6\n")
    assert numbers(point, "a") == [1.101, 2.25]


def test_a_doubt_about_the_decimal_separator_is_told_and_can_be_settled() -> None:
    text = "a;b\n1,234;5\n2,345;6\n12,456;7\n"
    [note] = read_table(text).reading.notes
    assert "1,234" in note
    assert numbers(read_table(text, decimal="."), "a") == [1234, 2345, 12456]
    assert numbers(read_table(text, decimal=","), "a") == [1.234, 2.345, 12.456]


def test_units_are_told_and_never_mixed() -> None:
    assert "Column “p” is in €." in one_column(["5 €", "6 €"]).reading.notes
    for cells in (["5 €", "6 $", "7 $"], ["5%", "0.05", "0.06"], ["5 kg", "6 g", "7 g"]):
        table = one_column([*cells, *(f"{i} {cells[0][2:] or '%'}" for i in range(10, 30))])
        assert table.columns[-1].kind in ("text", "mixed")
    lost = one_column([f"{i}{'kKmMbB'[i % 6]}x" for i in range(40)])
    assert lost.suggested()[1] != ("p",), "unreadable numbers are no classes by themselves"


@settings(max_examples=200)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_that_python_writes_is_read_exactly(value) -> None:
    for text in (repr(value), f"{value:.17e}", repr(value).replace("e", "D")):
        for decimal in (".", ","):
            found = parse(text.replace(".", decimal), decimal)
            assert found is not None
            assert found.value == value
            assert found.unit == ""


@settings(max_examples=200)
@given(
    st.integers(-(10**12), 10**12),
    st.integers(0, 99),
    st.sampled_from([(",", "."), (".", ","), ("'", "."), ("\u202f", ","), (" ", "."), ("’", ",")]),
)
def test_groups_of_digits_are_read_exactly(whole, cents, marks) -> None:
    group, decimal = marks
    text = f"{whole:,}".replace(",", group) + f"{decimal}{cents:02d}"
    found = parse(text, decimal)
    assert found is not None
    sign = -1 if whole < 0 else 1
    assert found.value == pytest.approx(whole + sign * cents / 100, rel=1e-15)


# Lines


@pytest.mark.parametrize(
    "text",
    [
        "\nx,y\n0,1\n1,3\n2,4\n",
        "\n\n \t \nx,y\n0,1\n1,3\n2,4",
        "# rig 4\n\nx,y\n0,1\n1,3\n2,4\n",
        "   # rig\nx,y\n0,1\n1,3\n2,4\n",
        "x,y\n0,1\n# calibrated\n1,3\n2,4\n",
        "x,y\n0,1\n% calibrated\n1,3\n! and\n2,4\n",
        "x,y\n0,1\n// calibrated\n1,3\n; by hand\n2,4\n",
        "x,y\n0,1\n1,3 # doubtful\n2,4 // too\n",
        "x,y\n0,1\n1,3\n\n\n2,4\n\n",
        "x,y,\n0,1,\n1,3,\n2,4,\n",
        "x,y\n0,1,\n1,3,\n2,4,\n",
        "x;y;\r\n0;1;\r\n1;3;\r\n2;4;\r\n",
        "x\ty\t\n0\t1\t\n1\t3\t\n2\t4\t\n",
        "x,y\r0,1\r1,3\r2,4\r",
        "x \t y\n0 \t1\n 1\t 3\n2\t\t4\n",
        "x   y   \n0   1  \n1   3\n  2   4\n",
        "sep=;\nx;y\n0;1\n1;3\n2;4\n",
        '"sep=,"\nx,y\n0,1\n1,3\n2,4\n',
        "SEP=|\nx|y\n0|1\n1|3\n2|4\n",
        "sep=\t\nx\ty\n0\t1\n1\t3\n2\t4\n",
        "sep=,\n\nx,y\n0,1\n1,3\n2,4\n",
        '"x","y"\n"0","1"\n"1","3"\n"2","4"\n',
        "'x';'y'\n'0';'1'\n'1';'3'\n'2';'4'\n",
        "“x”;“y”\n“0”;“1”\n“1”;“3”\n“2”;“4”\n",
        '"x" "y"\n0 1\n1 3\n2 4\n',
        "x,y\n0,1\n1,3\n2,4\n\0\0\0\0",
        "x,y\n0,1\n1,3\n2,4\n\x1a",
        "\ufeffx,y\n0,1\n1,3\n2,4\n",
        "# x,y\n0,1\n1,3\n2,4\n",
        "# rig 4\n# x y\n0 1\n1 3\n2 4\n",
        "% x y\n0 1\n1 3\n2 4\n",
        "#x;y\n0;1\n1;3\n2;4\n",
        "! x y\n  0 1\n  1 3\n  2 4\n",
        "Test rig 4, run 12\nRecorded by hand\n\nx;y\n0;1\n1;3\n2;4\n",
        "Title\nx,y\n0,1\n1,3\n2,4\n",
        "Title,\nx,y\n0,1\n1,3\n2,4\n",
        "Title,\n,\nx,y\n0,1\n1,3\n2,4\n",
        "Recorded by hand in the year of the flood\nx y\n0 1\n1 3\n2 4\n",
        "x,y\ns,bar\n0,1\n1,3\n2,4\n",
        "x,y\n[s],[bar]\n0,1\n1,3\n2,4\n",
        "x,y\n(s),\n0,1\n1,3\n2,4\n",
        "x,y\n0,1\n1,3\n2,4\n\nSource: the laboratory\n",
        "x,y\n0,1\n1,3\n2,4\nSource of all of this: our rig\n",
        "x,y\n0,1\n1,3\n2,4\n\nSource, page four\n",
        "x,y\n0,1\nx,y\n1,3\nx,y\n2,4\n",
        "x,y\n0,1\n1,3\n2,4\n\nTotal,8\n",
        " x , y \n 0 , 1 \n 1 , 3 \n 2 , 4 \n",
        "Data:   x     y\n  0   1\n  1   3\n  2   4\n",
    ],
)
def test_the_same_table_is_found_in_every_file(text) -> None:
    table = read_table(text)
    assert table.names == ("x", "y")
    assert numbers(table, "x") == [0, 1, 2]
    assert numbers(table, "y") == [1, 3, 4]
    data = read_dat(text)
    assert np.hstack([data.inputs, data.targets]).tolist() == [[0, 1], [1, 3], [2, 4]]
    assert recognise(text).patterns
    for coding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        plain = text.removeprefix("\ufeff")
        again = read_table(plain.encode(coding))
        assert again.names == table.names, coding
        assert numbers(again, "y") == [1, 3, 4]


def test_what_is_left_out_is_told() -> None:
    said = read_table(
        "Rig 4\nby hand\n\nt;p\ns;bar\n0;1 # doubtful\n1;3\n\nSource: us\n"
    ).reading.notes
    assert said == (
        "Above the table, lines 1 to 2 left out.",
        "Below the table, line 9 left out.",
        "The second row holds units: s, bar.",
        "1 comment left out.",
    )


def test_rows_have_the_numbers_of_their_lines() -> None:
    table = read_table('# head\n\nx,note\n1,"two\nlines"\n# more\n2,b\n\n3,c\n')
    assert table.rows.tolist() == [4, 7, 9]
    assert table.columns[1].texts == ("two lines", "b", "c")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b,c\n1,2,3\n4,5\n7,8,9\n", "Row 3 has 2 cells, other rows have 3"),
        ("a,b,c\n1,2,3\n4,5,6\n7,8\n", "Row 4 has 2 cells, other rows have 3"),
        ("1,2,3\n4,5\n7,8,9\n", "Row 2 has 2 cells, other rows have 3"),
        ("1,2\n4,5,6\n7,8,9\n", "Row 1 has 2 cells, other rows have 3"),
        ("a,b\n1,2,3\n4,5,6\n7,8,9\n", "Row 1 has 2 names, the rows below it have 3 cells"),
        ("a,b\n1,2\n4,5,6\n7,8\n", "Row 3 has 3 cells, the rows above it have 2"),
        ("a    b    c\n1    2    3\n4         6\n7    8    9\n", "Row 3 has 2 cells"),
        ("# head\n\na;b;c\n1;2;3\n\n4;5\n6;7;8\n", "Row 6 has 2 cells"),
        ('a,b\n1,"2\n3,4\n', "A quotation mark in row 2"),
    ],
)
def test_a_row_of_another_width_is_refused_with_its_line(text, said) -> None:
    assert said in sentence(text)


def test_short_rows_are_filled_or_left_out_if_one_says_so() -> None:
    text = "a,b,c\n1,2,3\n4,5\n7,8,9\n"
    filled = read_table(text, short_rows="fill")
    np.testing.assert_array_equal(numbers(filled, "c"), [3, NAN, 9])
    assert "1 short row filled with missing values: line 3." in filled.reading.notes
    less = read_table(text, short_rows="leave out")
    assert less.rows.tolist() == [2, 4]
    assert "1 short row left out: line 3." in less.reading.notes
    assert "short rows" in sentence(text, short_rows="guess")


def test_lines_can_be_skipped() -> None:
    text = "1,2\n3,4\nx,y\n5,6\n7,8\n"
    assert read_table(text, skip=2).names == ("x", "y")
    assert read_table(text, skip=2).rows.tolist() == [4, 5]
    assert "skip" in sentence(text, skip=-1)
    assert "empty" in sentence(text, skip=100)


def test_rows_over_several_lines_are_joined() -> None:
    text = "0.1 18 2.3 0\n 39 4.9 24\n0.2 1 7.0 0\n 38 9.1 21\n0.3 1 7.5 1\n 37 9.0 30\n"
    table = read_table(text)
    assert len(table.columns) == 7
    assert numbers(table) == [24, 21, 30]
    assert "Each row of the table takes 2 lines." in table.reading.notes
    assert read_dat(text).n_inputs == 6


# Names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("red,round,yes\nblue,square,no\nred,square,no\nblue,round,yes\n", None),
        ("p,x,s\ne,x,s\np,f,y\n", None),
        ("colour,form,good\nblue,square,no\nred,square,no\n", ("colour", "form", "good")),
        ("country,1990,1991\nA,1.5,2.5\nB,2.5,3.5\n", ("country", "1990", "1991")),
        ("1990,1991,1992\n1.5,2.5,3.5\n2.5,3.5,4.5\n", ("1990", "1991", "1992")),
        ("year,sold\n1990,5\n1991,7\n1992,9\n", ("year", "sold")),
        ("1990,5\n1991,7\n1992,9\n", None),
        ("x,1,2,3\na,0.5,0.7,0.1\nb,0.6,0.1,0.9\n", ("x", "1", "2", "3")),
        ("a,1,2,3\nb,2,3,4\nc,3,4,5\n", None),
        ("0,1,2,3\n0.5,0.7,0.2,0.1\n0.1,0.5,0.25,0.3\n", ("0", "1", "2", "3")),
        ("1,2,3\n4,5,6\n", None),
        ("column 2,,y\n1,2,3\n2,3,4\n3,4,6\n", ("column 2", "column 2 (2)", "y")),
        ("a b c\n1 0.5 0.2 3\n2 0.1 0.3 4\n3 0.2 0.1 5\n", ("column 1", "a", "b", "c")),
        ("A,,B,\nx,y,x,y\n1,2,3,4\n5,6,7,8\n", ("A x", "A y", "B x", "B y")),
        ("#,x,y\n1,2,3\n2,3,4\n3,4,6\n", ("column 1", "x", "y")),
        ("2020-01-01,a\n2020-01-02,b\n2020-01-03,a\n", None),
    ],
)
def test_names_are_told_from_data(text, names) -> None:
    table = read_table(text)
    assert table.reading.header == (names is not None)
    if names is not None:
        assert table.names == names


def test_a_table_of_markdown_is_read() -> None:
    table = read_table("| x | y |\n|---|:--|\n| 0 | 1 |\n| 1 | 3 |\n".replace(":--", "---"))
    assert table.names == ("x", "y")
    assert numbers(table) == [1, 3]
    assert table.rows.tolist() == [3, 4]


def test_names_with_blanks_stand_apart_by_two_blanks() -> None:
    assert read_table("body mass  age\n70  20\n80  30\n").names == ("body mass", "age")


def test_a_number_that_may_mean_missing_is_told() -> None:
    table = read_table("a,b\n1,2\n-999,3\n4,5\n")
    [note] = table.reading.notes
    assert "“a” has -999" in note
    assert read_table("a,b\n1,2\n-999,3\n4,5\n", missing=["-999"]).columns[0].n_missing == 1
    assert not read_table("a,b\n-1000,2\n-999,3\n4,5\n").reading.notes


def test_what_is_no_table_at_all_is_named() -> None:
    assert "JSON" in sentence('{"a":1,"b":2}\n{"a":3,"b":4}\n')
    assert "JSON" in sentence('[{"a":1},\n {"a":2}]')
    assert "web page" in sentence("<!DOCTYPE html><table><tr><td>1</td></tr></table>")


def test_long_names_that_begin_alike_stay_apart() -> None:
    stem = "How satisfied are you, from 1 to 5, with this important part of your"
    names = [f'"{stem} {what}?"' for what in ("job", "home", "car")]
    table = read_table(",".join(names) + "\n1,2,3\n2,3,4\n3,4,6\n")
    assert len(set(table.names)) == 3
    assert [name[-4:] for name in table.names] == ["job?", "ome?", "car?"]
    middle = [f"{'x' * 50}{i}{'x' * 50}" for i in range(12)]
    many = read_table(",".join(middle) + "\n" + ",".join("1" * 12) + "\n" + ",".join("2" * 12))
    assert len(set(many.names)) == 12
    assert max(map(len, many.names)) <= 60


@pytest.mark.parametrize(
    ("head", "label"),
    [("", "column 1"), ("Id", "Id"), ("index", "index"), ("Unnamed: 0", "Unnamed: 0"),
     ("customer_id", "customer_id"), ("No.", "No."), ("Row", "Row")],
)  # fmt: skip
def test_columns_that_number_the_rows_are_no_suggested_inputs(head, label) -> None:
    rows = "".join(f"{i},{i % 7},{'ab'[i > 14]}\n" for i in range(30))
    table = read_table(f"{head},len,kind\n{rows}")
    assert table.names[0] == label
    assert table.suggested() == (("len",), ("kind",))
    last = read_table(
        f"len,kind,{head or 'id'}\n"
        + "".join(f"{i % 7},{'ab'[i > 14]},{i + 1}\n" for i in range(30))
    )
    assert last.suggested() == (("len",), ("kind",))


def test_numbers_that_do_not_label_the_rows_stay_inputs() -> None:
    for name in ("x", "time", "year", "day"):
        rows = "".join(f"{i},{i * i}\n" for i in range(10))
        assert read_table(f"{name},y\n{rows}").suggested() == ((name,), ("y",))


def test_a_series_is_suggested_with_its_own_past() -> None:
    rows = [f"{2000 + i // 12}-{i % 12 + 1:02d},{100 + i + 10 * (i % 12)}\n" for i in range(36)]
    table = read_table("month,sold\n" + "".join(rows))
    inputs, targets = table.suggested()
    assert targets == ("sold",)
    assert inputs == tuple(f"sold ({k} before)" for k in range(1, 13))
    chosen = table.choose(inputs, targets)
    sold = numbers(table, "sold")
    assert chosen.dropped == tuple(range(2, 14))
    assert chosen.dataset.inputs[0].tolist() == sold[11::-1]
    assert chosen.dataset.targets[:, 0].tolist() == sold[12:]
    with pytest.raises(NBNError, match="no column “sold \\(0 before\\)”"):
        table.choose(["sold (0 before)"], ["sold"])


# Encodings


@pytest.mark.parametrize(
    ("coding", "word"),
    [("cp1250", "płeć"), ("cp1251", "класс"), ("iso8859-7", "τάξη"), ("shift_jis", "区分"),
     ("gbk", "类别"), ("mac_roman", "größe"), ("cp1252", "größe"), ("latin-1", "größe"),
     ("euc_kr", "분류"), ("big5", "類別"), ("koi8-r", "класс")],
)  # fmt: skip
def test_an_encoding_in_doubt_is_told_and_can_be_chosen(coding, word) -> None:
    data = f"x,{word}\n1,a\n2,b\n3,a\n".encode(coding)
    guessed = read_table(data)
    assert not guessed.reading.encoding_sure
    told = read_table(data, encoding=coding)
    assert told.names[1] == word
    assert told.reading.encoding_sure
    from nbn_core.formats.decoding import readings

    assert readings(data)[coding] == word


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_is_told_from_the_bytes(coding) -> None:
    table = read_table("Länge,y\n1,2\n3,4\n".encode(coding))
    assert table.names[0] == "Länge"
    assert table.reading.encoding_sure


def test_plain_ascii_is_never_in_doubt() -> None:
    assert read_table(b"a,b\n1,2\n3,4\n").reading.encoding_sure


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_a_given_delimiter_is_used(delimiter) -> None:
    mark = " " if delimiter == "whitespace" else delimiter
    table = read_table(f"a{mark}b\n1{mark}2\n3{mark}4\n", delimiter=delimiter)
    assert table.names == ("a", "b")
    assert numbers(table) == [2, 4]


@pytest.mark.parametrize("title", ["Weather in Bern, 2024", "Run 7, 12:30", "Series, 3"])
def test_a_title_above_a_blank_line_is_no_row_of_names(title: str) -> None:
    table = read_table(f"{title}\n\nt,p\n1,2\n3,4\n".encode())
    assert [column.name for column in table.columns] == ["t", "p"]
    assert table.reading.notes == ("Above the table, line 1 left out.",)


@pytest.mark.parametrize("marks", ['""', "“”"])
@pytest.mark.parametrize("cell", ["1\n2", "\n3", "4\n"])
def test_a_number_on_two_lines_of_a_cell_is_one_cell(marks: str, cell: str) -> None:
    rows = ["a;b", "7;5", f"{marks[0]}{cell}{marks[1]};5", "8;5", "9;5"]
    table = read_table("\n".join(rows).encode())
    assert [len(column.numbers) for column in table.columns] == [4, 4]
    assert table.columns[1].numbers.tolist() == [5.0] * 4
    with pytest.raises(NBNError):
        read_dat(f",{marks[0]}\n3,{marks[1]}\n".encode())
