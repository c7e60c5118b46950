"""The charts of many networks have the numbers of the study."""

from __future__ import annotations

import base64
import csv
import io
import math
import re
from typing import Any
from xml.etree import ElementTree

import numpy as np
import plotly.graph_objects as go
import pytest

from app.figures import palette
from app.figures.chart import Chart
from app.figures.svg import svg
from app.figures.topologies import OWN, NetworkPoint, cost_chart, points_of, success_chart
from app.figures.topology_errors import ErrorMeasure, error_chart, quartiles
from app.figures.topology_map import CELL, MapCell, map_block, miniature
from app.topologies.plan import NUMBERS
from nbn_core.studies import StudyResult
from nbn_core.training.trials import wilson
from tests.app.topologies.helpers import CLASSES, CURVE, points_with, study_of, trained

LOOK = palette.LIGHT


@pytest.fixture(scope="module")
def classes() -> StudyResult:
    return trained(study_of(CLASSES), [5, 4, 5, 3])


@pytest.fixture(scope="module")
def curve() -> StudyResult:
    return trained(study_of(CURVE))


def rows(chart: Chart) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(chart.table())))


def lines(chart: Chart) -> dict[str, Any]:
    """Return the lines of the families by their titles."""
    return {one.name: one for one in chart.spec.data if one.customdata is not None}


def heights(chart: Chart) -> dict[int, float]:
    """Return the height of the point of each network by its place."""
    return {
        place: height
        for one in lines(chart).values()
        for place, height in zip(one.customdata, one.y, strict=True)
    }


def check_complete(chart: Chart, look: palette.Palette = LOOK) -> None:
    assert isinstance(chart.figure, go.Figure)
    assert chart.summary.endswith(".")
    assert "NaN" not in chart.summary
    picture = svg(chart, look, 620)
    assert chart.summary in "".join(ElementTree.fromstring(picture).itertext())
    assert "nan" not in picture


def test_points_are_the_networks_with_trials_in_order(classes: StudyResult) -> None:
    points = points_of(classes, NUMBERS)
    assert [one.place for one in points] == [0, 1, 2, 3]
    assert [one.number for one in points] == [NUMBERS["SLP"], NUMBERS["SLP"], NUMBERS["FCC"], OWN]
    assert [one.weights for one in points] == [5, 13, 12, 15]
    assert [one.neurons for one in points] == [2, 4, 3, 5]
    assert [one.depth for one in points] == [2, 2, 3, 3]
    without = StudyResult(
        classes.study, {cell: found for cell, found in classes.cells.items() if cell.network}, {}
    )
    assert [one.place for one in points_of(without, NUMBERS)] == [1, 2, 3]


@pytest.mark.parametrize("by", ["weights", "neurons"])
def test_success_rates_and_intervals_are_those_of_the_trials(classes: StudyResult, by: str) -> None:
    points = points_of(classes, NUMBERS)
    chart = success_chart(points, {1}, LOOK, by=by)
    check_complete(chart)
    made = lines(chart)
    assert list(made) == ["SLP", "FCC", "Drawing"]
    for name, places in (("SLP", [0, 1]), ("FCC", [2]), ("Drawing", [3])):
        assert list(made[name].customdata) == places
        assert list(made[name].x) == [points[i].size(by) for i in places]
        rates = [float(np.mean(classes[i, 0].trials.solved)) for i in places]
        assert list(made[name].y) == rates
    bars = [one for one in chart.spec.data if one.showlegend is False]
    ends = [end for one in bars for end in one.y if not math.isnan(end)]
    spans = [wilson(int(classes[i, 0].trials.solved.sum()), n) for i, n in enumerate([5, 4, 5, 3])]
    assert ends == [end for span in spans for end in span]
    [ring] = [one for one in chart.spec.data if one.name == "front"]
    assert (list(ring.x), list(ring.y)) == ([points[1].size(by)], [points[1].rate])
    for row, point in zip(rows(chart), points, strict=True):
        assert (row["network"], int(row["weights"])) == (point.network.name, point.weights)
        assert float(row["rate"]) == point.rate
        assert (float(row["low"]), float(row["high"])) == point.interval
        assert (row["front"] == "True") == (point.place == 1)


def test_families_keep_their_colours(classes: StudyResult) -> None:
    points = points_of(classes, NUMBERS)
    whole, alone = success_chart(points, (), LOOK), success_chart(points[2:], (), LOOK)
    for name in ("FCC", "Drawing"):
        assert lines(whole)[name].line.color == lines(alone)[name].line.color
    assert len({line.line.color for line in lines(whole).values()}) == 3


@pytest.mark.parametrize("kind", ["work", "seconds"])
def test_costs_are_those_until_a_success(classes: StudyResult, kind: str) -> None:
    points = points_of(classes, NUMBERS)
    chart = cost_chart(points, LOOK, kind=kind)
    check_complete(chart)
    shown = heights(chart)
    for cell, found in classes.cells.items():
        trials = found.trials
        spent = trials.all_work if kind == "work" else trials.all_seconds
        wins = int(trials.solved.sum())
        assert (cell.network in shown) == (wins > 0)
        if wins:
            assert shown[cell.network] == pytest.approx(spent.sum() / wins)
    assert shown, "no network has solved the problem: the test compares nothing"


def test_a_network_without_a_success_has_no_cost() -> None:
    points = points_with((1, 0, 4), (2, 2, 4))
    chart = cost_chart(points, LOOK)
    assert [list(one.customdata) for one in lines(chart).values()] == [[1]]
    assert chart.summary.endswith("1 of 2 networks have no success.")
    check_complete(chart)
    check_complete(cost_chart(points[:1], LOOK))


def test_test_errors_are_medians_with_quartiles(classes: StudyResult, curve: StudyResult) -> None:
    for result, wrong in ((classes, True), (classes, False), (curve, False)):
        train, test = result.study.data.datasets()
        assert test is not None
        measure = ErrorMeasure("error", wrong, train.targets.size, test.targets.size)
        points = points_of(result, NUMBERS)
        chart = error_chart(points, measure, LOOK)
        check_complete(chart)
        for row, (cell, found) in zip(rows(chart), result.cells.items(), strict=True):
            assert row["network"] == result.study.networks[cell.network].name
            errors = 100 * found.test_wrong if wrong else np.sqrt(found.test_sse / test.n_patterns)
            for share, name in (
                (0.25, "lower quartile"),
                (0.5, "median"),
                (0.75, "upper quartile"),
            ):
                assert float(row[f"test, {name}"]) == pytest.approx(np.quantile(errors, share))
            if not wrong:
                own = np.median(np.sqrt(found.trials.sse / train.n_patterns))
                assert float(row["training, median"]) == pytest.approx(own)
        medians = heights(chart)
        assert [medians[one.place] for one in points] == [
            float(row["test, median"]) for row in rows(chart)
        ]


def test_errors_that_are_not_known_do_not_count() -> None:
    assert quartiles(np.array([1.0, np.nan, 3.0]))[1] == 2.0
    assert all(math.isnan(one) for one in quartiles(np.array([np.nan])))


def test_a_chart_of_one_network_and_of_none_is_complete() -> None:
    for points in (points_with((3, 2, 2)), []):
        for look in (palette.LIGHT, palette.DARK):
            check_complete(success_chart(points, (), look), look)
            check_complete(cost_chart(points, look), look)
            check_complete(error_chart(points, ErrorMeasure("e", True, 1, 1), look), look)


def test_sizes_that_differ_much_are_on_a_logarithmic_axis() -> None:
    few, many = points_with((1, 1, 2), (3, 1, 2)), points_with((1, 1, 2), (400, 1, 2))
    assert success_chart(few, (), LOOK).spec.layout.xaxis.type is None
    axis = success_chart(many, (), LOOK).spec.layout.xaxis
    assert axis.type == "log"
    for value, text in zip(axis.tickvals, axis.ticktext, strict=True):
        assert float(text.replace(",", "")) == value
    low, high = (10.0**end for end in axis.range)
    assert all(low < one.weights < high for one in many)


def test_names_of_many_families_fit_above_the_chart() -> None:
    points = points_with(*[(k, 1, 2) for k in range(1, 8)])
    named = [
        NetworkPoint(one.place, one.network.__class__("n", one.network.topology, title), i,
                     one.found)
        for i, (one, title) in enumerate(zip(points, NUMBERS, strict=True))
    ]  # fmt: skip
    chart = success_chart(named, (), LOOK)
    root = ElementTree.fromstring(svg(chart, LOOK, 820))
    space = {"s": "http://www.w3.org/2000/svg"}
    texts = {
        one.text: (float(one.attrib["x"]), float(one.attrib["y"]))
        for one in root.findall(".//s:text", space)
    }
    for title in NUMBERS:
        x, y = texts[title]
        assert x + 6.5 * len(title) <= 820
        assert y < float(chart.spec.layout.margin.t)


def test_the_map_names_every_network_and_its_rate() -> None:
    [small, large] = points_with((1, 0, 4), (2, 3, 4))
    cells = {
        (0, 0): MapCell(0, "small", small.network.topology, 0, 4),
        (1, 1): MapCell(1, "large <b>", large.network.topology, 3, 4),
        (0, 1): MapCell(None, "new", large.network.topology, 0, 0),
    }
    for look in (palette.LIGHT, palette.DARK):
        sent = map_block(["One & only", "Two"], [1, 2], cells, 1, look)
        assert (sent["sizes"], sent["chosen"]) == ([1, 2], 1)
        assert [row["title"] for row in sent["rows"]] == ["One & only", "Two"]
        (first, new), (empty, last) = [row["cells"] for row in sent["rows"]]
        assert empty is None
        assert [(one["place"], one["rate"], one["weights"]) for one in (first, new, last)] == [
            (0, "0 %", "4 weights"), (None, "–", "7 weights"), (1, "75 %", "7 weights"),
        ]  # fmt: skip
        assert last["about"] == "large <b>: 3 of 4 solved, 7 weights"
        assert new["about"] == "new: not trained yet, 7 weights"
        assert first["ground"] == new["ground"] != last["ground"]
        drawing = base64.b64decode(last["drawing"]).decode("ascii")
        assert drawing == miniature(large.network.topology, last["ink"], *CELL)


@pytest.mark.parametrize("look", [palette.LIGHT, palette.DARK], ids=["light", "dark"])
def test_the_map_can_be_read_at_every_rate(look: palette.Palette) -> None:
    [point] = points_with((2, 1, 1))
    for wins in range(0, 101, 5):
        cell = MapCell(0, "n", point.network.topology, wins, 100)
        sent = map_block(["One"], [1], {(0, 0): cell}, None, look)["rows"][0]["cells"][0]
        found = re.fullmatch(r"rgb\((\d+),(\d+),(\d+)\)", sent["ground"])
        assert found is not None
        ground, ink = [int(one) for one in found.groups()], palette.rgb(sent["ink"])
        light = [
            sum(
                part * (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4)
                for part, c in zip((0.2126, 0.7152, 0.0722), np.array(one) / 255, strict=True)
            )
            for one in (ground, ink)
        ]
        assert (max(light) + 0.05) / (min(light) + 0.05) >= 4.0


def test_a_miniature_has_every_connection_and_every_node() -> None:
    [point] = points_with((3, 1, 1))
    topology = point.network.topology
    root = ElementTree.fromstring(miniature(topology, "#123456", 74, 52))
    space = {"s": "http://www.w3.org/2000/svg"}
    [path] = root.findall(".//s:path", space)
    assert path.attrib["d"].count("M") == topology.n_connections
    dots = root.findall(".//s:circle", space)
    assert len(dots) == len(topology.names)
    assert all(
        0 < float(dot.attrib["cx"]) < 74 and 0 < float(dot.attrib["cy"]) < 52 for dot in dots
    )
