"""The Data page: counts, ranges and charts of problems, files, new rows and painted points."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from app.data import painting
from app.data.choices import PageState, Source
from app.data.known_results import BACKGROUND
from app.figures.number_format import short
from app.session.messages import Have
from nbn_core.experiment import Experiment
from nbn_core.generators import PROBLEMS
from nbn_core.network import Topology
from tests.app.fake_browser import unpacked
from tests.app.shown_numbers.screen import Page, Screen, check_axes, compare, leaves, numbers
from tests.app.shown_numbers.situations import (
    CLASSES,
    CURVE,
    OWN,
    SHOWN,
    UNTRAINED,
    XOR,
    Situation,
    situation,
)

Open = Callable[[Situation], Screen]
ALL = {**SHOWN, **UNTRAINED}
STATIC = (  # help texts, an example, and limits of the app
    "150 iris flowers", "x, y\n0, 1\n1, 3", "A table: CSV", "Titles and comments above the table",
)  # fmt: skip
ROWS = """x;y;kind
1,5;2;a
2;;b
3,25;-4;a
4;1e6;b
5;0,0001;a
6;7;b
7;8;a
8;9;b
9;10;a
10;11;b
11;12;a
12;13;b
"""


def card(at: Situation) -> dict[str, list[object]]:
    """Return the numbers of the data in use and of its chart."""
    whole = at.experiment.data.whole
    counts = [f"{part.n_patterns}" for part in at.parts.values()]
    shares = counts if len(counts) > 1 else []
    classes = whole.kind == "classification"
    outputs = max(2, whole.n_outputs) if classes else whole.n_outputs
    method = {"none": [], "minmax": ["-1", "1"], "standard": ["0", "1"]}
    scaling = at.experiment.scaling
    units = [*method[scaling.inputs_by], *method[scaling.targets_by]]
    layers = (at.topology.n_inputs, at.topology.n_neurons - at.topology.n_outputs,
              at.topology.n_outputs)  # fmt: skip
    return {
        "Network: ": [
            f"{whole.n_patterns}", *shares, f"{whole.n_inputs}", f"{outputs}", *units,
            *(f"{size}" for size in layers),
        ],
        " over ": [f"{whole.n_patterns}"],
    }  # fmt: skip


def check_chart(at: Situation, page: Page) -> None:
    [chart] = page.charts.values()
    check_axes(chart)
    raw = [part for part in at.experiment.data.raw_parts() if part is not None]
    assert [trace["name"] for trace in chart["data"]] == list(at.parts)
    for trace, part in zip(chart["data"], raw, strict=True):
        y = part.inputs[:, 1] if part.n_inputs > 1 else part.targets[:, 0]
        assert np.array_equal(trace["x"], part.inputs[:, 0])
        assert np.array_equal(trace["y"], y)


def legend(at: Situation) -> dict[str, list[object]]:
    whole = at.experiment.data.whole
    if whole.kind == "regression":
        ends = float(whole.targets.min()), float(whole.targets.max())
        return {"nbn-legend": [short(end) for end in ends]}
    if whole.n_outputs > 1:
        return {}
    return {"nbn-legend": ["−1", "+1"]}


@pytest.mark.parametrize("name", list(ALL))
def test_the_data_in_use_is_counted_part_by_part(name: str, screen: Open) -> None:
    at = situation(*ALL[name])
    shown = screen(at)
    shown.visit("data")
    page = shown.visit("data", "Your files")
    compare(page.texts, {**card(at), **legend(at)}, STATIC)
    check_chart(at, page)


def test_a_file_is_counted_row_by_row_and_column_by_column(screen: Open) -> None:
    shown = screen(situation(*ALL["own data, an earlier row"]))
    shown.visit("data")
    shown.visit("data", "Your files")
    view: Any = shown.app.session_state["nbn.kept.data"]
    view.source = Source("rows.csv", ROWS)
    shown.app.run()
    page = shown.seen()
    lines = [line.split(";") for line in ROWS.splitlines()[1:]]
    missing = [sum(line[i] == "" for line in lines) for i in range(3)]
    kept = sum("" not in line for line in lines)
    [absent] = [n for n, line in enumerate(lines, start=2) if "" in line]
    train = round(0.7 * kept)
    compare(page.texts, {
        "separated by semicolons": [f"{len(lines)}", "3", f"{sum(missing)}"],
        "Test patterns: ": ["30"],
        "kind: ": ["−1", "+1"],
        "left out: a chosen column": [f"{len(lines) - kept}", f"{len(lines)}"],
        f"{absent}": [f"{absent}"],
        "2 classes": [f"{kept}", f"{train}", f"{kept - train}", "2", "2", "-1", "1", "2", "3", "1"],
        " over x and y": [f"{kept}"],
    }, STATIC)  # fmt: skip
    assert page.tables[0].index.tolist() == [n for n in range(2, 2 + len(lines))]
    assert page.tables[0].to_numpy().tolist() == lines
    assert page.tables[1]["missing values"].tolist() == missing
    [chart] = page.charts.values()
    points = np.concatenate([np.stack([trace["x"], trace["y"]], 1) for trace in chart["data"]])
    wanted = [
        [float(cell.replace(",", ".")) for cell in line[:2]] for line in lines if "" not in line
    ]
    assert sorted(points.tolist()) == sorted(wanted)


@pytest.mark.parametrize("trained", [True, False])
def test_new_rows_are_answered_by_the_weights_shown(trained: bool, screen: Open) -> None:
    at = situation(*(SHOWN if trained else UNTRAINED)[
        "epochs of Adam" if trained else "not trained"
    ])  # fmt: skip
    shown = screen(at)
    shown.visit("data")
    shown.visit("data", "New rows")
    view: Any = shown.app.session_state["nbn.kept.data"]
    view.rows = Source("Typed rows", "0.5;-0.25\n;1\n-1;0.125\n", least_columns=1)
    shown.app.run()
    page = shown.seen()
    [told] = [text for text in page.texts if "answered with" in text]
    iteration = [f"{at.now.iteration:,}"] if trained else []
    assert numbers(told) == ["3", *iteration, "1"]
    table = page.tables[-1]
    outputs = at.outputs(type(at.train)(np.array([[0.5, -0.25], [-1, 0.125]]), np.zeros((2, 1))))
    values = table.iloc[:, -1].tolist()
    assert [values[0], values[2]] == pytest.approx(outputs[:, 0].tolist(), rel=1e-6)
    assert not np.isfinite(float(values[1] or "nan")), "a value is missing"


@pytest.mark.parametrize("experiment", [OWN, CURVE, CLASSES, XOR])
def test_the_canvas_shows_the_points_and_the_training_of_the_experiment(
    experiment: Experiment,
) -> None:
    at = situation(experiment, 1)
    sent = painting.answer(at.session, PageState(), Have(), "b", warming=False)
    compared = {"run.sentence", "run.iteration", "run.sse", "run.sse_text", "points", "most",
                "network.weights", "network.described", "network.n_inputs"}  # fmt: skip
    others = {"ack.seq", "rev", "domain", "points_key", "network.inputs", "network.outputs",
              "network.neurons.id", "network.neurons.gain", "network.neurons.leak",
              "network.neurons.sources", "network.families", "class_names"}  # fmt: skip
    assert {path for path, _ in leaves(sent)} <= compared | others
    end = at.now.end
    assert sent["run"]["iteration"] == at.trace.iterations[end]
    assert sent["run"]["sse"] == pytest.approx(at.sse(weights=at.trace.weights[end]))
    assert sent["run"]["sse_text"] == short(at.sse(weights=at.trace.weights[end]))
    fits = at.experiment.scaling.is_identity and experiment is OWN
    assert (sent["network"] is not None) == fits
    if fits:
        whole = at.experiment.data.whole
        points = unpacked(sent["points"]).reshape(-1, 3)
        assert np.array_equal(points[:, :2], whole.inputs)
        assert np.array_equal(points[:, 2], (whole.targets[:, 0] > 0).astype(float))
        assert np.array_equal(unpacked(sent["network"]["weights"]), at.trace.weights[end])
        assert sent["network"]["described"] == "2-3-1"


# Published and computed results


def size(topology: Topology) -> tuple[int, int]:
    """Count neurons and weights from the connections."""
    weights = sum(1 + len(neuron.sources) for neuron in topology.neurons)
    return len(topology.neurons), weights


def result(problem: str, phrase: str) -> list[str]:
    [text] = [one.text for one in BACKGROUND[problem].results if phrase in one.text]
    return numbers(text)


def test_sizes_in_known_results_are_those_of_the_networks() -> None:
    xor = size(Topology.mlp([2, 2, 1])), size(Topology.fcc(2, 1, 1))
    assert result("xor", "Smallest networks") == [
        "2", "2", "1", f"{xor[0][1]}", f"{xor[1][0]}", f"{xor[1][1]}"
    ]  # fmt: skip
    seven = [
        size(Topology.mlp([7, 7, 1])),
        size(Topology.bmlp([7, 3, 1])),
        size(Topology.fcc(7, 2, 1)),
    ]
    told = result("parity", "Neurons and weights for parity-7")
    assert told[-6:] == [f"{count}" for one in seven for count in one]
    assert size(Topology.fcc(9, 9, 1)) == (10, 145)
    assert result("parity", "Parity-9")[1:3] == ["10", "145"]
    memorise = [size(Topology.fcc(2, n - 1, 1))[1] for n in (4, 5)]
    assert result("control_surface", "NBN, 100 starts")[-2:] == [f"{n}" for n in memorise]


def test_what_is_said_of_the_data_of_a_problem_is_so() -> None:
    def whole(name: str, **parameters: float) -> Any:
        return PROBLEMS[name].make(**parameters)

    heights = whole("peaks", n_points=10_000).targets
    low, high = map(float, (heights.min(), heights.max()))
    told = [float(text.replace("−", "-")) for text in result("peaks", "The heights lie")]
    assert told == pytest.approx([low, high], abs=0.01)
    assert whole("two_spirals").n_patterns == int(numbers(BACKGROUND["two_spirals"].source)[0])
    iris = Experiment.suggested("iris").data.whole
    assert (iris.n_patterns, iris.n_outputs) == (150, 3)
    assert numbers(BACKGROUND["iris"].text)[0] == "150"
    surface = Experiment.suggested("control_surface").data.whole
    assert f"{surface.n_patterns} points" in BACKGROUND["control_surface"].text
    digits = Experiment.suggested("digits").data.whole
    assert f"{digits.n_inputs} inputs" in BACKGROUND["digits"].text
