"""Charts of data: every part has its symbol, every class its colour, and tables are complete."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from app.figures.axes import axes
from app.figures.palette import palette
from app.figures.patterns import MAX_POINTS, axes_of, class_tones, default_axes, patterns, tones
from app.figures.response import output_map
from app.figures.svg import svg
from app.figures.thumbs import thumb_svg
from app.shared.problem_gallery import catalogue
from nbn_core.data import Dataset
from nbn_core.experiment import OwnData, ProblemData
from nbn_core.generators import PROBLEMS

LIGHT = palette(dark=False)


@pytest.mark.parametrize("name", PROBLEMS)
def test_every_problem_has_a_chart(name: str) -> None:
    data = ProblemData(name, train_share=0.6, validation_share=0.2)
    x, y = default_axes(data.whole)
    chart = patterns(data.raw_parts(), x, y, LIGHT)
    marks = {trace.name for trace in chart.spec.data}
    assert marks == {"training", "validation", "test"}
    rows = list(csv.reader(io.StringIO(chart.table())))
    whole = data.whole
    assert len(rows) == 1 + whole.n_patterns
    assert len(set(rows[0])) == 1 + whole.n_inputs + whole.n_outputs
    ET.fromstring(svg(chart, LIGHT, 500))
    assert chart.figure


def test_a_single_column_is_a_histogram() -> None:
    data = OwnData(Dataset([[1.0], [1.0], [2.0], [9.0]], [[1.0], [-1.0], [1.0], [1.0]]))
    chart = patterns(data.raw_parts(), axes_of(data.whole)[0], None, LIGHT)
    [bars] = chart.spec.data
    assert list(bars.x) == [1.0, 2.0, 9.0]
    assert list(bars.y) == [2, 1, 1]
    many = OwnData(Dataset(np.linspace(0, 1, 500)[:, None], np.ones((500, 1))))
    [bars] = patterns(many.raw_parts(), axes_of(many.whole)[0], None, LIGHT).spec.data
    assert sum(bars.y) == 500


def test_many_points_are_thinned_out_in_the_chart_but_not_in_the_table() -> None:
    x = np.random.default_rng(0).normal(size=(20_000, 2))
    data = OwnData(Dataset(x, np.sign(x[:, :1]) + 0.0), 0.7)
    chart = patterns(data.raw_parts(), *default_axes(data.whole), LIGHT)
    assert sum(len(trace.x) for trace in chart.spec.data) <= MAX_POINTS + 2
    assert chart.table().count("\n") == 20_001


def test_names_are_escaped_for_plotly() -> None:
    data = OwnData(Dataset([[0, 1], [2, 3]], [[1], [2]], input_names=["<a href=x>b</a>", "c" * 90]))
    chart = patterns(data.raw_parts(), *default_axes(data.whole), LIGHT)
    title = chart.spec.layout.xaxis.title.text
    assert "<" not in title
    assert len(chart.spec.layout.yaxis.title.text) == 40


def test_classes_have_colours_that_differ() -> None:
    for count in (2, 3, 7, 10):
        targets = 2 * np.eye(count) - 1 if count > 2 else np.array([[-1.0], [1.0]])
        data = Dataset(np.zeros((count, 1)), targets)
        assert len(set(class_tones(data))) == count
        assert sorted(tones(data, data).tolist()) == pytest.approx(sorted(class_tones(data)))


@pytest.mark.parametrize("dark", [False, True])
def test_thumbnails_are_svg(dark: bool) -> None:
    for entry in catalogue()["problems"]:
        drawn = ET.fromstring(thumb_svg(entry["thumb"], palette(dark=dark), entry["title"]))
        assert len(drawn) > 3


def test_two_alike_inputs_have_the_same_scale_and_others_have_not() -> None:
    spiral = ProblemData("playground_spiral")
    chart = patterns(spiral.raw_parts(), *default_axes(spiral.whole), LIGHT)
    assert chart.spec.layout.yaxis.scaleanchor == "x"
    x, y = axes(chart.spec, 1000, 380)
    assert x.length / (x.high - x.low) == pytest.approx(-y.length / (y.high - y.low))
    own = OwnData(Dataset([[0.0, 0.0], [1.0, 5000.0]], [[1.0], [-1.0]]))
    chart = patterns(own.raw_parts(), *default_axes(own.whole), LIGHT)
    assert chart.spec.layout.yaxis.scaleanchor is None
    curve = ProblemData("sinc")
    chart = patterns(curve.raw_parts(), *default_axes(curve.whole), LIGHT)
    assert chart.spec.layout.yaxis.scaleanchor is None


def test_patterns_on_an_output_map_differ_from_the_map_below_them() -> None:
    data = ProblemData("xor").whole
    x = y = np.linspace(-1, 1, 5)
    output = np.sign(np.outer(y, x)) * -1.0
    chart = output_map(x, y, output, data, LIGHT, name="output")
    ground, marks = chart.spec.data
    colours = {LIGHT.css(-1.0), LIGHT.css(1.0)}
    assert set(marks.marker.color) == colours
    below = {LIGHT.css(float(np.clip(v / ground.zmax, -1, 1))) for v in (-1.0, 1.0)}
    assert not below & colours
