"""The chart of printed values beside ours has the numbers of both."""

from __future__ import annotations

import csv
import io
import math
import re
from typing import Any
from xml.etree import ElementTree

import plotly.graph_objects as go
import pytest

from app.figures import palette
from app.figures.chart import Chart
from app.figures.published_chart import PublishedPoint, published_chart
from app.figures.svg import svg

RECALLED = "recalled, not verified"
POINTS = [
    PublishedPoint("Two spirals, 2-8-1 FCC", "FCC", 9, 63, 0.24, RECALLED, 0.05, 0.02, 0.11, 100),
    PublishedPoint("Two spirals, 2-7-1 FCC", "FCC", 8, 52, 0.13, RECALLED, 0.1, 0.06, 0.17, 100),
    PublishedPoint("Two spirals, 2-9-1 FCC", "FCC", 10, 75, 0.4, RECALLED),
]
ERRORS = [
    PublishedPoint("4 neurons", "FCC", 4, 18, 2.36, RECALLED, 588.0, 548.0, 1069.0, 100),
    PublishedPoint("5 neurons", "FCC", 5, 25, 0.46, RECALLED, 0.0, -math.inf, math.inf, 2),
]


def check_complete(chart: Chart) -> None:
    """The chart draws in Plotly and as a picture, in both themes."""
    assert isinstance(chart.figure, go.Figure)
    for look in (palette.LIGHT, palette.DARK):
        picture = svg(chart, look, 700)
        ElementTree.fromstring(picture)
        assert "nan" not in picture
        assert not re.search(r"\binf\b", picture)


def traces(chart: Chart) -> dict[str, Any]:
    return {one.name: one for one in chart.spec.data if one.name}


def bars(chart: Chart) -> list[tuple[float, float]]:
    [line] = [one for one in chart.spec.data if one.mode == "lines"]
    return [
        (x, y) for x, y in zip(line.x, line.y, strict=True) if not (math.isnan(x) or math.isnan(y))
    ]


def test_printed_values_and_ours_are_drawn_against_neurons() -> None:
    chart = published_chart(POINTS, palette.LIGHT)
    check_complete(chart)
    drawn = traces(chart)
    assert set(drawn) == {"FCC, ours", f"printed, {RECALLED}"}
    ours, printed = drawn["FCC, ours"], drawn[f"printed, {RECALLED}"]
    assert (list(ours.x), list(ours.y)) == ([8, 9], [0.1, 0.05])
    assert (list(printed.x), list(printed.y)) == ([9, 8, 10], [0.24, 0.13, 0.4])
    assert bars(chart) == [(8, 0.06), (8, 0.17), (9, 0.02), (9, 0.11)]
    assert "10 %<br>95 % interval 6 % to 17 %<br>100 seeds" in ours.hovertext[0]
    assert printed.hovertext[0] == f"Two spirals, 2-8-1 FCC: printed 24 % ({RECALLED})"
    assert chart.summary == (
        "Our success rate of 2 of 3 networks; 1 of 2 printed values are inside our 95 % interval."
    )
    weights = published_chart(POINTS, palette.LIGHT, by="weights")
    assert list(traces(weights)["FCC, ours"].x) == [52, 63]


def test_the_table_has_all_digits_and_the_certainty() -> None:
    rows = list(csv.DictReader(io.StringIO(published_chart(POINTS, palette.LIGHT).table())))
    assert [row["network"] for row in rows] == [one.title for one in POINTS]
    assert [row["printed rate"] for row in rows] == ["0.24", "0.13", "0.4"]
    assert [row["our rate"] for row in rows] == ["0.05", "0.1", ""]
    assert [row["low"] for row in rows] == ["0.02", "0.06", ""]
    assert {row["certainty"] for row in rows} == {RECALLED}


def test_errors_have_a_logarithmic_axis_on_which_zero_is_at_the_bottom() -> None:
    chart = published_chart(ERRORS, palette.LIGHT, measure="test_sse")
    check_complete(chart)
    low, high = chart.spec.layout.yaxis.range
    assert low < math.log10(0.46) < math.log10(1069) < high
    ours = traces(chart)["FCC, ours"]
    assert ours.y[0] == 588.0
    assert 0 < ours.y[1] < 0.46
    assert bars(chart) == [(4, 548.0), (4, 1069.0)]  # two trials have no interval
    assert chart.summary.endswith("0 of 1 printed values are inside our 95 % interval.")


@pytest.mark.parametrize("measure", ["rate", "test_sse"])
def test_nothing_trained_or_nothing_printed_is_drawn_too(measure: str) -> None:
    nothing = [PublishedPoint("a", "SLP", 3, 9, None, RECALLED)]
    chart = published_chart(nothing, palette.LIGHT, measure=measure)
    check_complete(chart)
    assert not traces(chart)
    assert chart.summary.endswith("of 0 of 1 networks; the source printed none.")
    check_complete(published_chart([POINTS[2]], palette.LIGHT, measure=measure))
