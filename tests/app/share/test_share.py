"""Export and import without a browser: files, previews of changes, and safe reports."""

from __future__ import annotations

import ast
import html.parser
import json
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import PurePath

import numpy as np
import pytest

from app.figures.palette import LIGHT
from app.figures.portrait import portrait
from app.session.view import CurrentView
from app.share.export_file import File
from app.share.exports import Exports, stem
from app.share.import_proposal import Proposal, propose
from app.share.report import report
from app.share.words import ends
from nbn_core import NBNError, Topology, formats, generators, initial_weights
from nbn_core.data import Dataset
from nbn_core.data.columns import DataColumn
from nbn_core.experiment import (
    Experiment,
    GivenStart,
    KeptDrawing,
    NetworkChoice,
    OwnData,
    RaceLane,
    RaceSetup,
    SeededStart,
    Stopping,
    Workspace,
    link,
)
from nbn_core.formats.recognise import recognise
from tests.app.fake_browser import is_a_sentence
from tests.cases import random_dag

HOSTILE = "</script><img src=x onerror=alert(1)>"
XOR = replace(
    Experiment.suggested("xor"), topology=Topology.mlp([2, 2, 1], output="bipolar"),
    start=SeededStart(seed=4),
)  # fmt: skip


def flowers(name: str = "flowers") -> Experiment:
    """Return custom data in units far from 1, with three classes."""
    generator = np.random.default_rng(0)
    kinds = np.arange(60) % 3
    length = 100 + 10 * kinds + generator.normal(0, 2, 60)
    width = 1e-3 * (kinds == 1) + 1e-4 * generator.normal(0, 1, 60)
    inputs = np.stack([length, width], axis=1)
    column = DataColumn("kind", ("setosa", "<b>versicolor</b>", "virginica"))
    data = OwnData(
        Dataset(
            inputs, column.encode(kinds), name, "classification", ("length", "=width"),
            column.names,
        ),
        0.5, 3, 0.25, True, inputs_by="standard", target_columns=(column,),
    )  # fmt: skip
    return Experiment(Topology.mlp([2, 3, 3], output="bipolar"), data, stopping=Stopping(0.1, 40))


def numbers() -> Experiment:
    data = generators.peaks(80)
    raw = Dataset(500 + 3 * data.inputs, 1e4 * data.targets, "Peaks, scaled ÄÖ/..")
    own = OwnData(raw, 0.5, inputs_by="minmax", targets_by="standard")
    return Experiment(Topology.fcc(2, 4, 1), own, stopping=Stopping(0.01, 30))


EXPERIMENTS = {"xor": XOR, "flowers": flowers(), "numbers": numbers()}


def trained(experiment: Experiment, k: int | None = None) -> CurrentView:
    training = experiment.training()
    training.advance(seconds=60.0)
    trace = training.trace()
    last = len(trace) - 1
    return CurrentView(experiment, trace, False, last if k is None else k, last, last)


def untrained(experiment: Experiment) -> CurrentView:
    return CurrentView(experiment, None, False, 0, 0, 0)


def files(shown: CurrentView) -> dict[str, File]:
    exports = Exports(shown, {})
    made = [file for group in exports.groups() for row in group.rows for file in row.files]
    names = [file.name for file in made]
    assert len(set(names)) == len(names)
    return {file.name: file for file in made}


# Export


@pytest.mark.parametrize("name", EXPERIMENTS)
@pytest.mark.parametrize("state", [trained, untrained])
def test_every_file_can_be_made_and_has_a_safe_name(name: str, state) -> None:
    shown = state(EXPERIMENTS[name])
    made = files(shown)
    assert len(made) >= (20 if shown.trace is not None else 18)
    for file in made.values():
        assert re.fullmatch(r"[a-z0-9][a-z0-9.-]{2,80}", file.name)
        assert PurePath(file.name).suffix
        assert file.make()


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_files_that_can_be_imported_round_trip(name: str) -> None:
    shown = trained(EXPERIMENTS[name], 2)
    experiment, weights = shown.experiment, shown.trace.weights[2]  # type: ignore[union-attr]
    at = f"{stem(experiment)}-iteration-2"
    made = {key: file.make() for key, file in files(shown).items()}
    for key in (f"{stem(experiment)}.json", f"{at}.html"):
        assert recognise(made[key]).experiment == experiment
    for ending in (".in", ".m", "-pynbn.txt", ".graphml", "-graph.json"):
        found = recognise(made[at + ending]).network
        assert found is not None
        assert found.topology.neurons == experiment.topology.neurons
        np.testing.assert_array_equal(found.weights, weights)
    listed = recognise(made[f"{at}-weights.csv"]).weights
    assert listed is not None
    np.testing.assert_array_equal(listed(experiment.topology), weights)
    train = experiment.parts().train
    patterns = formats.read_dat(made[f"{stem(experiment)}.dat"], train.n_inputs)
    np.testing.assert_array_equal(patterns.inputs, train.inputs)
    np.testing.assert_array_equal(patterns.targets, train.targets)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_exported_networks_agree_with_the_core_in_original_units(name: str) -> None:
    import onnxruntime

    shown = trained(EXPERIMENTS[name])
    experiment = shown.experiment
    raw = experiment.data.raw_parts().train
    wanted = experiment.predict(shown.weights, raw.inputs)
    size = np.abs(wanted).max()
    at = f"{stem(experiment)}-iteration-{shown.k}"
    made = files(shown)
    session = onnxruntime.InferenceSession(made[f"{at}.onnx"].make())
    (answers,) = session.run(None, {"inputs": raw.inputs})
    np.testing.assert_allclose(answers, wanted, rtol=1e-6, atol=1e-6 * size)
    space: dict = {}
    exec(made[f"{at}.py"].make().decode(), space)
    python = np.array([space["network"](row) for row in raw.inputs.tolist()])
    np.testing.assert_allclose(python, wanted, rtol=1e-9, atol=1e-9 * size)


def test_predictions_name_the_class_in_words() -> None:
    shown = trained(flowers())
    made = files(shown)
    parts = [name for name in made if "-predictions-" in name]
    assert [name.rpartition("-")[2] for name in parts] == [
        "train.csv",
        "validation.csv",
        "test.csv",
    ]
    lines = made[parts[0]].make().decode().splitlines()
    assert lines[0].startswith("length,'=width,")
    assert lines[0].endswith("kind class,kind predicted class")
    told = [line.split(",")[-2:] for line in lines[1:]]
    assert {true for true, _ in told} == {"setosa", "<b>versicolor</b>", "virginica"}
    shown_outputs = [[float(cell) for cell in line.split(",")[5:8]] for line in lines[1:]]
    raw = shown.experiment.data.raw_parts().train
    np.testing.assert_array_equal(
        shown_outputs, shown.experiment.predict(shown.weights, raw.inputs)
    )
    right = sum(true == predicted for true, predicted in told)
    assert right == shown.experiment.parts().train.right(
        shown.experiment.predict(shown.weights, shown.experiment.data.raw_parts().train.inputs)
    ).sum()  # fmt: skip


def test_exports_name_columns_and_classes() -> None:
    made = {name: file.make() for name, file in files(trained(flowers())).items()}
    python = next(data for name, data in made.items() if name.endswith(".py")).decode()
    assert "kind=setosa" in python
    assert "# kind: the largest output of setosa, <b>versicolor</b>, virginica" in python
    c = next(data for name, data in made.items() if name.endswith("-float.c")).decode()
    assert "classes: kind: the largest output of setosa, _b_versicolor__b_, virginica" in c
    onnx = next(data for name, data in made.items() if name.endswith("-float.onnx"))
    assert b"the largest output of setosa" in onnx


def test_hostile_classes_stay_in_their_comment() -> None:
    column = DataColumn("a\\", ("*/ int main(void) { return 7; } /*", "\u2028'\"\\"))
    data = OwnData(
        Dataset([[1.0], [2.0], [3.0]], [[1.0], [-1.0], [1.0]], target_names=["a\\"]),
        target_columns=(column,),
    )
    made = files(trained(Experiment(Topology.mlp([1, 1, 1]), data, stopping=Stopping(0.1, 5))))
    for name, file in made.items():
        text = file.make().decode("latin-1")
        if name.endswith(".c"):
            assert text.count("*/") == text.count("/*")
            assert "main(void) {" not in text
        if name.endswith(".py"):
            assert "network" in {
                node.name for node in ast.parse(text).body if hasattr(node, "name")
            }


def test_a_file_too_large_for_the_page_is_reported() -> None:
    experiment = replace(numbers(), topology=Topology.mlp([2, 60, 60, 1]))
    made = files(untrained(experiment))
    matrix = next(file for name, file in made.items() if name.endswith("-q.csv"))
    assert is_a_sentence(matrix.refused)
    with pytest.raises(NBNError, match="numbers"):
        matrix.make()


# The report


class Tags(html.parser.HTMLParser):
    """Every element of a page, and the addresses in it."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


@pytest.mark.parametrize("state", [trained, untrained])
def test_a_report_is_self_contained_and_runs_no_script(state) -> None:
    names = (HOSTILE[:24], "\u202e x", "a&b", "</svg>", '"')
    experiment = flowers(HOSTILE)
    topology = replace(
        experiment.topology, names=(*names, *(f"h{i}" for i in range(len(names), 8)))
    )
    experiment = replace(experiment, topology=topology)
    page = report(state(experiment), {})
    tags = Tags()
    tags.feed(page)
    kinds = {tag for tag, _ in tags.seen}
    assert not kinds & {"link", "iframe", "object", "embed", "form", "base"}
    assert [values for tag, values in tags.seen if tag == "script"] == [
        {"type": "application/json", "id": "nbn-lab-experiment"}
    ]
    for _, values in tags.seen:
        assert not [name for name in values if name.startswith("on")]
        for name in ("src", "href"):
            assert (values.get(name) or "data:").startswith("data:")
    assert "<img" not in page
    assert recognise(page).experiment == experiment


def test_a_report_contains_the_results() -> None:
    shown = trained(XOR)
    page = report(shown, {})
    assert f"{XOR.topology.n_weights} weights" in page
    assert "4 of 4 classified correctly" in page
    assert "seed 4" in page
    assert page.count("<svg") >= 4
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(set(ids)) == len(ids)


# The drawing


def test_a_report_says_how_far_training_went_beyond_its_limit() -> None:
    experiment = replace(XOR, stopping=Stopping(0.0, 5))
    training = experiment.training()
    training.advance(seconds=60.0)
    assert "continued" not in report(trained(experiment), {})
    training.extend(7)
    training.advance(seconds=60.0)
    trace = training.trace()
    last = len(trace) - 1
    page = report(CurrentView(experiment, trace, False, last, last, last), {})
    assert f"<th>Stopping</th><td>{ends(experiment.stopping)}; continued to iteration 7" in page


@pytest.mark.parametrize("seed", range(6))
def test_a_drawing_has_a_title_for_every_weight(seed: int) -> None:
    dag = random_dag(seed)
    named = replace(dag.topology, names=tuple(f"<{i}>&\"'" for i in range(len(dag.topology.names))))
    text = portrait(named, dag.weights, LIGHT, caption="<b> & co")
    root = ElementTree.fromstring(text)
    said = [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}title")]
    assert said[0] == "<b> & co"
    assert len([title for title in said if "weight from" in title]) == named.n_connections
    assert len(said) == 1 + named.n_connections + len(named.names)


def test_a_network_of_zero_weights_can_be_drawn() -> None:
    topology = Topology.mlp([2, 2, 1])
    ElementTree.fromstring(portrait(topology, np.zeros(9), LIGHT, caption=""))


def test_a_drawing_without_weights_has_no_scale_of_weights() -> None:
    topology = Topology.mlp([2, 2, 1])
    assert ">0</text>" in portrait(topology, np.full(9, 0.5), LIGHT, caption="")
    assert ">0</text>" not in portrait(topology, np.zeros(9), LIGHT, caption="")


# Import


def what(proposal: Proposal) -> set[str]:
    return {change.what for change in proposal.changes}


def test_importing_an_experiment_replaces_everything_and_reports_it() -> None:
    other = Experiment.suggested("parity", n=3)
    proposal = propose([("a.json", other.to_json().encode())], XOR)
    assert proposal.experiment == other
    assert {"Data", "Network"} <= what(proposal)
    assert propose([("", XOR.to_json())], XOR).changes == ()


def test_importing_a_network_keeps_data_rule_and_stopping() -> None:
    topology = Topology.fcc(2, 3, 1, output="bipolar")
    weights = initial_weights(topology, seed=9)
    proposal = propose([("", formats.write_in(topology, weights))], XOR)
    assert proposal.experiment.topology.neurons == topology.neurons
    assert proposal.experiment.start == GivenStart(tuple(weights.tolist()))
    assert proposal.experiment.data == XOR.data
    assert what(proposal) == {"Network", "Starting weights"}
    without = propose([("", formats.write_in(topology))], XOR).experiment
    assert without.start == XOR.start


def test_a_network_its_data_and_weights_are_imported_together() -> None:
    topology = Topology.fcc(3, 1, 1, output="bipolar")
    weights = initial_weights(topology, seed=9)
    brought = [
        ("parity.in", formats.write_in(topology)),
        ("parity3.dat", formats.write_dat(generators.parity(3))),
        ("w.csv", formats.write_weights_csv(topology, weights).encode()),
    ]
    proposal = propose(brought, XOR)
    made = proposal.experiment
    assert made.topology == topology
    assert isinstance(made.data, OwnData)
    assert (made.data.dataset.name, made.data.dataset.n_patterns) == ("parity3", 8)
    assert made.start == GivenStart(tuple(weights.tolist()))
    assert len(proposal.recognised) == 3


def test_corrected_roles_belong_to_their_file() -> None:
    drawn = """<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
    <graph edgedefault="directed"><node id="p"/><node id="b"/><node id="y"/>
    <edge source="p" target="y"/><edge source="b" target="y"/></graph></graphml>"""
    data = ("xor.dat", "-1 -1 -1\n-1 1 1\n1 -1 1\n1 1 -1\n")
    with pytest.raises(NBNError, match="1 input"):
        propose([("a.graphml", drawn)], XOR)
    made = propose([data, ("a.graphml", drawn)], XOR, [{}, {"b": "input"}])
    assert made.experiment.topology.input_names == ("p", "b")
    assert propose([("", drawn)], XOR, [{"b": "input"}]).experiment.topology.n_inputs == 2


def test_importing_data_adapts_the_network_and_scales_the_data() -> None:
    raw = numbers().data.raw_parts().train
    made = propose([("big.dat", formats.write_dat(raw))], Experiment.suggested("parity", n=3))
    experiment = made.experiment
    assert experiment.topology.n_inputs == 2
    assert np.abs(experiment.parts().train.inputs).max() <= 1.0 + 1e-9
    assert np.abs(experiment.parts().train.targets).max() <= 1.0 + 1e-9
    assert propose([("", "1 -1 1\n-1 1 1\n")], XOR).experiment.topology == XOR.topology


REFUSED = {
    "a network that fits no data": ([("", formats.write_in(Topology.mlp([5, 2, 1])))], "needs 2"),
    "two of a kind": ([("a", "1 2 3\n4 5 6"), ("b", "1 2 3\n4 5 6")], "same kind"),
    "an experiment among others": ([("a", XOR.to_json()), ("b", "1 2 3\n3 4 5")], "is complete"),
    "four files": ([("a", "1 2")] * 4, "4 files"),
    "one of two damaged": ([("good.dat", "1 2 3\n4 5 6"), ("bad.in", "n 3 mbip")], "“bad.in”"),
    "too many weights": ([("", formats.write_in(Topology.mlp([2, 100, 100, 1])))], "limit"),
    "too large": ([("", " " * 5_000_001)], "5 MB"),
    "weights of another network": ([("", "source,neuron,weight\n,h99,1")], "h99"),
    "rows of two lengths": ([("", "1 2 3\n1 2")], "Line 2"),
}


@pytest.mark.parametrize(("brought", "said"), REFUSED.values(), ids=REFUSED)
def test_files_that_do_not_fit_are_refused_in_a_sentence(brought, said: str) -> None:
    with pytest.raises(NBNError) as error:
        propose(brought, XOR)
    assert said in str(error.value)
    assert is_a_sentence(str(error.value))


def test_the_json_file_is_the_experiment() -> None:
    made = files(trained(XOR))
    assert json.loads(made["xor.json"].make()) == json.loads(XOR.to_json())


def test_the_experiment_file_keeps_drawings_and_race_and_its_import_brings_them_back() -> None:
    kept = KeptDrawing("mine", Topology.mlp([2, 3, 1]))
    race = RaceSetup((RaceLane(0, "nbn", {}, NetworkChoice("all bridges")),), "work")
    whole = Workspace(Experiment.suggested("xor"), (kept,), race)
    for text in (whole.to_json(), link.encode(whole)):
        found = propose([("a.json", text)], whole.experiment)
        assert found.beside == whole
        assert found.changes
    assert propose([("a.json", whole.experiment.to_json())], whole.experiment).changes == ()
