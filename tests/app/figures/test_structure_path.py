"""The chart of the path of a network that changes: its numbers are those of the path."""

import csv
import io
import math

import pytest

from app.figures.palette import palette
from app.figures.structure_path import PartSizes, path_chart
from app.figures.svg import svg
from nbn_core.structure import PathPoint

POINTS = [
    PathPoint(0, 20, 5, 4.0, 9.0, "Start"),
    PathPoint(12, 15, 4, 1.0, 4.0, "Removed 5 connections"),
    PathPoint(30, 11, 4, 0.0, 16.0, "Removed 4 connections"),
]


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("shown", [None, 1])
def test_points_have_the_errors_of_the_stages(dark: bool, shown: int | None) -> None:
    chart = path_chart(POINTS, PartSizes(100, 25), shown, palette(dark=dark))
    training, test = chart.figure.data[:2]
    assert list(training.x) == list(test.x) == [20, 15, 11]
    assert list(training.y) == pytest.approx([0.2, 0.1, 1e-8])
    assert list(test.y) == pytest.approx([0.6, 0.4, 0.8])
    assert list(training.customdata) == [0, 12, 30]
    marked = chart.figure.data[2:]
    assert len(marked) == (shown is not None)
    if marked:
        assert list(marked[0].y) == pytest.approx([0.1, 0.4])
    low, high = (10**end for end in chart.figure.layout.yaxis.range)
    assert low < 1e-8 < 0.8 < high
    assert "from 20 to 11 weights" in chart.summary
    assert "NaN" not in svg(chart, palette(dark=dark), 600)


def test_the_table_is_not_rounded_and_says_what_was_done() -> None:
    points = [PathPoint(3, 7, 2, 1.0 / 3.0, None, "Moved 2 connections (SET)")]
    chart = path_chart(points, PartSizes(3, 0), 0, palette(dark=False))
    (row,) = csv.DictReader(io.StringIO(chart.table()))
    assert float(row["training RMSE"]) == math.sqrt(1.0 / 9.0)
    assert (row["test RMSE"], row["change"]) == ("", "Moved 2 connections (SET)")
    assert len(chart.figure.data) == 2
