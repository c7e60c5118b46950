"""The charts: figures, SVG drawings, tables and summaries contain the numbers given."""

import base64
import csv
import io
import math
import re
import struct
import zlib
from xml.etree import ElementTree

import numpy as np
import plotly.graph_objects as go
import pytest

from app.figures import (
    coupling_chart,
    drawing,
    layout,
    matrix,
    needs,
    palette,
    response,
    spectra,
    valley,
)
from app.figures.chart import Chart, percent
from app.figures.names import weight_titles
from app.figures.needs import bytes_in_words
from app.figures.number_format import in_full
from app.figures.png import png
from app.figures.svg import svg
from nbn_core import Objective, Topology, generators, initial_weights
from nbn_core.analysis import coupling, landscape, spectrum
from nbn_core.analysis.exact_hessian import curvature

TOPOLOGIES = {
    "parity": (Topology.fcc(3, 1, 1), generators.parity(3)),
    "one neuron": (Topology.mlp([2, 1]), generators.xor()),
    "apart": (Topology.mlp([3, 4, 8]), generators.decoder()),
}


def charts(name: str, look: palette.Palette) -> list[Chart]:
    topology, data = TOPOLOGIES[name]
    objective = Objective(topology, data)
    weights = initial_weights(topology, seed=2)
    found = curvature(objective, weights)
    groups = coupling.by_neuron(topology)
    everything = np.arange(topology.n_weights)
    frames = [(n, len(m)) for n, m in zip(groups.names, groups.members, strict=True)]
    zeros = coupling.structural_zeros(topology)
    view = matrix.MatrixView(everything, everything, weight_titles(topology), frames, frames, zeros)
    values = spectrum.eigenvalues(found.quasi_hessian)
    norms = coupling.block_norms(found.quasi_hessian, groups)
    path = np.array([weights, weights + 0.3, weights + 0.5])
    plane = landscape.Plane.through(weights, path[-1] - path[0], found.gradient)
    x = np.linspace(-1, 1, 5)
    equations = objective.normal_equations(weights)
    cut = landscape.cut_along_step(objective, weights, equations, 0.1, np.linspace(-0.5, 2, 11))
    outputs = objective.outputs(weights).ravel()
    made = [
        matrix.matrix(found.quasi_hessian, view, look, what="Q", name="q"),
        coupling_chart.norms_matrix(norms, groups.names, look, chosen=(0, 0)),
        coupling_chart.coupling_graph(topology, norms, look),
        coupling_chart.shares(["per neuron"], [0.4], look),
        spectra.eigenvalue_chart(values, 0.1, look),
        spectra.compared([("Q", values), ("S", spectrum.eigenvalues(found.dropped))], look),
        spectra.ratio_chart(np.array([0, 1, 2]), np.array([2.0, 0.5, 0.1]), 1, look),
        valley.plane_chart(
            x, x, landscape.surface(objective, plane, x, x), plane.coordinates(path), 1, look,
            titles=("a", "b"), share=plane.share(path),
        ),
        valley.cut_chart(cut, 0.1, look),
        needs.needs_chart({"J": 8e6, "Q": 800.0}, look),
        drawing.painted(topology, weights, look, what="the weights", name="w", lit={0}),
        response.output_points(outputs, outputs + 0.1, look, name="walk"),
    ]  # fmt: skip
    if data.n_inputs == 2:
        made.append(response.output_map(x, x, np.outer(x, x), data, look, name="map"))
    return made


@pytest.mark.parametrize("look", [palette.LIGHT, palette.DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", TOPOLOGIES)
def test_every_chart_has_a_figure_an_svg_a_table_and_a_summary(
    name: str, look: palette.Palette
) -> None:
    for chart in charts(name, look):
        assert isinstance(chart.figure, go.Figure)  # Plotly accepts every value
        assert "NaN" not in chart.summary
        assert chart.summary.endswith(".")
        picture = svg(chart, look, 600)
        root = ElementTree.fromstring(picture)
        assert root.attrib["width"] == "600"
        assert chart.summary in "".join(root.itertext())
        assert "nan" not in re.sub(r"base64,[^\"]*", "", picture)
        lines = list(csv.reader(io.StringIO(chart.table())))
        assert lines
        assert len({len(line) for line in lines}) == 1


def test_the_matrix_table_has_full_precision() -> None:
    topology, data = TOPOLOGIES["parity"]
    values = Objective(topology, data).normal_equations(initial_weights(topology)).quasi_hessian
    lines = list(csv.reader(io.StringIO(charts_matrix(values, topology).table())))
    assert lines[0][1] == "neuron h1, bias"
    assert lines[6][0] == "neuron y, weight from input x1"
    assert lines[9][0] == "neuron y, weight from neuron h1"
    np.testing.assert_array_equal([[float(v) for v in line[1:]] for line in lines[1:]], values)


def charts_matrix(values: np.ndarray, topology: Topology) -> Chart:
    n = topology.n_weights
    zeros = np.zeros((n, n), dtype=bool)
    view = matrix.MatrixView(np.arange(n), np.arange(n), weight_titles(topology), [], [], zeros)
    return matrix.matrix(values, view, palette.LIGHT, what="Q", name="q")


def test_structural_zeros_are_gaps_and_small_numbers_are_not() -> None:
    values = np.array([[1.0, 0.0], [1e-9, -1.0]])
    zeros = np.array([[False, True], [False, False]])
    view = matrix.MatrixView(np.arange(2), np.arange(2), ["a", "b"], [], [], zeros)
    chart = matrix.matrix(values, view, palette.LIGHT, what="Q", name="q")
    z = chart.spec.data[0].z
    assert np.isnan(z[0, 1])
    np.testing.assert_array_equal(z[[0, 1, 1], [0, 0, 1]], [1.0, 0.0, -1.0])
    assert "25 % of the entries are zero because of the topology" in chart.summary


def test_tones_span_six_decades_or_none() -> None:
    values = np.array([[1e3, -1.0, 1e-3, 1e-9, 0.0]])
    np.testing.assert_allclose(matrix.toned(values, 1e3, "log"), [[1.0, -0.5, 0.0, 0.0, 0.0]])
    np.testing.assert_allclose(matrix.toned(values, 1e3, "linear"), values / 1e3)
    np.testing.assert_array_equal(matrix.toned(values, 0.0, "log"), 0 * values)


def test_a_large_matrix_shows_the_strongest_entry_of_each_square() -> None:
    n = 601
    values = np.zeros((n, n))
    values[601 - 1, 2], values[3, 3] = -5.0, 4.0
    zeros = np.zeros((n, n), dtype=bool)
    titles = [f"w{i}" for i in range(n)]
    view = matrix.MatrixView(np.arange(n), np.arange(n), titles, [("h1", n)], [("h1", n)], zeros)
    chart = matrix.matrix(values, view, palette.LIGHT, what="Q", name="q")
    cells = chart.spec.data[0].customdata
    assert cells.shape == (301, 301)
    assert (cells[300, 1], cells[1, 1]) == (-5.0, 4.0)
    assert "strongest of 2 by 2" in chart.summary


def test_a_drawing_keeps_the_positions_that_were_drawn() -> None:
    topology = Topology.mlp([1, 1, 1])
    drawn = {"x": (0.0, 0.0), "h1": (5.0, 7.0), "y": (9.0, 0.0), "x1": (0.0, 0.0)}
    named = {name: drawn[name] for name in topology.names}
    assert layout.places(topology, named) == list(named.values())
    assert layout.places(topology, {"h1": (5.0, 7.0)}) != list(named.values())


@pytest.mark.parametrize(
    "topology", [Topology.fcc(2, 12, 1), Topology.mlp([64, 8, 10]), Topology.bmlp([3, 4, 4, 2])]
)
def test_no_two_nodes_overlap(topology: Topology) -> None:
    spots = np.array(layout.places(topology))
    apart = np.linalg.norm(spots[:, None] - spots[None, :], axis=-1) + 1e9 * np.eye(len(spots))
    assert apart.min() > 20


def test_a_png_reads_back() -> None:
    cells = np.arange(12, dtype=np.uint8).reshape(3, 4)
    data = png(cells, palette.LIGHT.table(signed=True))
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", data[16:24]) == (4, 3)
    start = data.index(b"IDAT") + 4
    size = struct.unpack(">I", data[start - 8 : start - 4])[0]
    lines = np.frombuffer(zlib.decompress(data[start : start + size]), np.uint8).reshape(3, 5)
    np.testing.assert_array_equal(lines[:, 1:], cells)


def test_the_svg_of_a_matrix_has_a_colour_for_each_cell() -> None:
    topology, data = TOPOLOGIES["parity"]
    values = Objective(topology, data).normal_equations(initial_weights(topology)).quasi_hessian
    picture = svg(charts_matrix(values, topology), palette.LIGHT, 600)
    encoded = re.findall(r"base64,([^\"]*)", picture)[0]
    assert struct.unpack(">II", base64.b64decode(encoded)[16:24]) == (9, 9)


def test_colours_are_those_of_the_stage() -> None:
    assert palette.LIGHT.css(-1.0) == "rgb(232,119,10)"
    assert palette.DARK.css(1.0) == "rgb(75,165,235)"
    assert palette.LIGHT.css(0.0) == palette.css(palette.LIGHT.background)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.5, "50 %"), (0.012, "1.2 %"), (0.0, "0 %"), (1.0, "100 %"), (1.0 - 1e-15, "100 %"),
        (0.9949, "99 %"), (0.995, "99.5 %"), (0.9996, "99.96 %"), (2499 / 2500, "99.96 %"),
        (0.999999, "99.99 %"), (4e-6, "4e−4 %"), (-0.003, "−0.3 %"), (-1.2, "−120 %"),
        (12.5, "1,250 %"), (-0.0, "0 %"), (math.nan, "unknown"), (math.inf, "∞ %"),
    ],
)  # fmt: skip
def test_only_the_whole_is_100_percent_and_only_nothing_is_0(share: float, text: str) -> None:
    assert percent(share) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"), (999, "999 B"), (999.7, "1 kB"), (1000, "1 kB"), (999_499, "999 kB"),
        (999_600, "1 MB"), (999.6e18, "1 ZB"), (43_250_000, "43.2 MB"), (5e24, "5,000 ZB"),
    ],
)  # fmt: skip
def test_bytes_have_the_unit_of_what_is_written(count: float, text: str) -> None:
    assert bytes_in_words(count) == text


def test_settings_are_written_with_all_their_digits() -> None:
    values = (1234567, 9007199254740991, 0.03, 1e-15, 1e15, 0.123456789, 2.0, -3)
    texts = "1234567", "9007199254740991", "0.03", "1e-15", "1e+15", "0.123456789", "2", "-3"
    assert tuple(in_full(value) for value in values) == texts
