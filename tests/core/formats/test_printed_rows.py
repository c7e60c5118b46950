"""Rows as programs print them: brackets of NumPy, MATLAB and Python, tables of LaTeX."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbn_core.errors import DatasetError
from nbn_core.formats import read_table

VALUES = [["1", "2.5", "-3"], ["4", "5", "6e2"]]
PRINTED = [
    "[[1. 2.5 -3.]\n [4. 5. 6e2]]",
    "array([[1, 2.5, -3],\n       [4, 5, 6e2]])",
    "array([[1, 2.5, -3],\n       [4, 5, 6e2]], dtype=float32)",
    "x = np.array([[1, 2.5, -3],\n              [4, 5, 6e2]], )",
    "[[1.\n  2.5 -3.]\n [4. 5.\n  6e2]]",
    "A = [1 2.5 -3; 4 5 6e2];",
    "A = [1, 2.5, -3\n     4, 5, 6e2];",
    "A = [\n 1 2.5 -3; % first\n 4 5 6e2;\n];",
    "[1, 2.5, -3]\n[4, 5, 6e2]\n",
    "[[1, 2.5, -3], [4, 5, 6e2]]",
    "1 & 2.5 & $-3$ \\\\\n4 & 5 & 6e2 \\\\ \\hline\n",
]


@pytest.mark.parametrize("text", PRINTED)
def test_printed_rows_are_read(text: str) -> None:
    table = read_table(text.encode())
    columns = [column.numbers.tolist() for column in table.columns]
    assert columns == [[float(row[i]) for row in VALUES] for i in range(3)]
    assert any("left out" in note for note in table.reading.notes), "it is told"


def test_a_table_of_latex_has_names_and_no_commands() -> None:
    text = (
        "\\begin{tabular}{lr}\n\\toprule\ntime\\_s & p \\\\ \\midrule\n0.5 & 12\\% \\\\\n"
        "1.5 & 13\\% \\\\\n\\bottomrule\n\\end{tabular}\n"
    )
    table = read_table(text.encode())
    assert [column.name for column in table.columns] == ["time_s", "p"]
    assert table.columns[1].numbers.tolist() == [12.0, 13.0]
    assert table.rows.tolist() == [4, 5]


@pytest.mark.parametrize(
    ("text", "line"), [("[[1. 2.]\n ...\n [3. 4.]]", 2), ("[[1. ... 2.]\n [3. ... 4.]]", 1)]
)
def test_an_array_printed_in_part_is_refused(text: str, line: int) -> None:
    with pytest.raises(DatasetError, match=rf"In line {line} .* left values out"):
        read_table(text.encode())


@pytest.mark.parametrize("text", ["[]", "[[]]", "x = [ ];", "[[[[[]]]]]"])
def test_empty_brackets_are_refused(text: str) -> None:
    with pytest.raises(DatasetError, match="empty"):
        read_table(text.encode())


def test_names_in_brackets_are_names() -> None:
    for text in (
        "t [s],p [bar]\n1,2\n3,4\n",
        "[a],[b]\n1,2\n3,4\n",
        "t [s],p [bar]\n1,2\n3,4\n\n[end of the file]\n",
        "[a],[b]\n1,2\n3,4\n\n[end]\n",
    ):
        table = read_table(text.encode())
        assert [column.name for column in table.columns] == text.split("\n")[0].split(",")
        assert len(table.rows) == 2


@given(
    st.lists(
        st.lists(st.floats(-1e6, 1e6, width=32), min_size=2, max_size=30), min_size=2, max_size=9
    ).filter(lambda rows: len({len(row) for row in rows}) == 1)
)
def test_whatever_numpy_prints_whole_is_read(rows: list[list[float]]) -> None:
    array = np.array(rows)
    for text in (np.array2string(array, threshold=10**6), repr(array), str(array.tolist())):
        table = read_table(text.encode())
        read = np.array([column.numbers for column in table.columns]).T
        np.testing.assert_allclose(read, array, rtol=1e-6, atol=1e-7 * np.abs(array).max())
