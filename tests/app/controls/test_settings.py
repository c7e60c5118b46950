"""Data, rule and their settings; what cannot be is one sentence."""

from __future__ import annotations

import math

import pytest

from nbn_core.data import Dataset
from nbn_core.experiment import Experiment, OwnData, ProblemData, SeededStart, Stopping
from nbn_core.generators import MAX_SEED, PROBLEMS
from nbn_core.network import Topology
from tests.app.controls.helpers import XOR
from tests.app.desk import Desk, is_a_sentence, neuron, node


@pytest.mark.parametrize("name", PROBLEMS)
def test_every_problem_can_be_chosen(name: str) -> None:
    desk = Desk(XOR)
    answer = desk.post("problem", name=name)
    assert answer["notice"] is None
    assert answer["info"]["problem"] == name
    assert answer["data"]["I"] == desk.experiment.topology.n_inputs
    assert answer["data"]["M"] == desk.experiment.topology.n_outputs
    assert desk.experiment.start == XOR.start


def test_a_drawn_network_stays_when_the_data_fit_it(desk: Desk) -> None:
    graph = desk.graph
    graph["nodes"].append(neuron("loose one"))
    graph["links"].append(["x1", "y"])
    node(graph, "h1").update(x=55, y=66)
    desk.post("graph", graph=graph)
    sketch, topology = desk.document.sketch, desk.experiment.topology
    desk.post("problem", name="playground_circle")
    assert desk.experiment.topology == topology
    assert desk.document.sketch == sketch
    desk.post("problem", name="iris")
    assert desk.experiment.topology.n_inputs == 4


def test_settings_of_the_data(desk: Desk) -> None:
    desk.post("problem", name="parity")
    desk.post("setting", group="parameter", name="n", value=4)
    assert desk.experiment.data == ProblemData("parity", {"n": 4})
    assert desk.experiment.topology.n_inputs == 4
    assert desk.experiment.start == XOR.start
    desk.post("problem", name="moons")
    topology = desk.experiment.topology
    desk.post("setting", group="parameter", name="noise", value=0.3)
    desk.post("setting", group="parameter", name="seed", value=MAX_SEED)
    assert desk.experiment.topology == topology
    assert desk.seen["notice"] is None
    assert desk.seen["info"]["parameters"][-1]["value"] == MAX_SEED


def test_settings_of_the_rule(desk: Desk) -> None:
    desk.post("setting", group="rule", name="target_sse", value=0.5)
    desk.post("setting", group="rule", name="max_iterations", value=77.0)
    desk.post("setting", group="rule", name="seed", value=9)
    desk.post("setting", group="damping", name="mu_start", value=1)
    desk.post("setting", group="damping", name="max_attempts", value=12)
    assert desk.seen["notice"] is None
    experiment = desk.experiment
    assert experiment.stopping == Stopping(0.5, 77)
    assert experiment.start == SeededStart(seed=9)
    assert experiment.settings["mu_start"] == 1.0
    assert experiment.settings["max_attempts"] == 12
    shown = {entry["name"]: entry["value"] for entry in desk.seen["info"]["damping"]}
    assert shown.pop("method") == "auto"
    assert shown | {"control": "best_step"} == experiment.settings


def test_a_chosen_control_brings_what_suits_it(desk: Desk) -> None:
    desk.post("setting", group="damping", name="factor", value=3)
    for name, value, expected in (
        ("control", "published", ("published", "levenberg", 0.01, "auto")),
        ("matrix", "marquardt", ("published", "marquardt", 0.01, "auto")),
        ("method", "blocks", ("published", "marquardt", 0.01, "blocks")),
        ("control", "line_search", ("line_search", "levenberg", 10.0, "blocks")),
        ("control", "best_step", ("best_step", "max_diagonal", 0.3, "blocks")),
        ("method", "auto", ("best_step", "max_diagonal", 0.3, "auto")),
    ):
        desk.post("setting", group="choice", name=name, value=value)
        assert desk.seen["notice"] is None
        info = desk.seen["info"]
        shown = {entry["name"]: entry["value"] for entry in info["control"] + info["damping"]}
        assert tuple(shown[key] for key in ("control", "matrix", "mu_start", "method")) == expected
        assert desk.experiment.settings["factor"] == 3.0


@pytest.mark.parametrize(
    ("name", "value"),
    [("control", "magic"), ("control", 3), ("matrix", ""), ("method", None), ("mu_start", "1")],
)
def test_a_choice_that_is_none_is_a_sentence(desk: Desk, name: str, value: object) -> None:
    before = desk.document
    assert is_a_sentence(desk.says("setting", group="choice", name=name, value=value))
    assert desk.document is before


@pytest.mark.parametrize(
    "value", [None, "3", True, math.nan, math.inf, -math.inf, 10**400, [], {}, 1e308, -1]
)
@pytest.mark.parametrize(
    ("group", "name"),
    [
        ("parameter", "n"), ("rule", "seed"), ("rule", "target_sse"),
        ("rule", "max_iterations"), ("damping", "mu_start"), ("damping", "max_attempts"),
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_is_a_sentence(group: str, name: str, value: object) -> None:
    desk = Desk(Experiment.suggested("parity"))
    before = desk.document
    assert is_a_sentence(desk.says("setting", group=group, name=name, value=value))
    assert desk.document is before


@pytest.mark.parametrize(
    ("group", "name"),
    [
        ("parameter", "nothing"), ("parameter", "split_seed"), ("parameter", "problem"),
        ("parameter", "\ud800"), ("rule", "rule"), ("damping", "mu"), ("damping", "\u2028"),
        ("data", "n"), ("damping", "x" * 200), ("damping", "x" * 201), ("", ""), (None, None),
        (1, 2),
    ],
)  # fmt: skip
def test_a_setting_nobody_knows_is_a_sentence(desk: Desk, group: object, name: object) -> None:
    before = desk.document
    assert is_a_sentence(desk.says("setting", group=group, name=name, value=3))
    assert desk.document is before


def test_own_data_has_no_settings() -> None:
    data = OwnData(Dataset([[0.0], [1.0]], [[1.0], [0.0]]))
    desk = Desk(Experiment(Topology.mlp([1, 2, 1]), data))
    assert is_a_sentence(desk.says("setting", group="parameter", name="n", value=3))
    assert desk.seen["info"]["parameters"] == []
    assert desk.says("train") == ""


@pytest.mark.parametrize("name", ["nothing", "", "__class__", None, 5, ["xor"], "x" * 300])
def test_a_problem_nobody_knows_is_a_sentence(desk: Desk, name: object) -> None:
    before = desk.document
    assert is_a_sentence(desk.says("problem", name=name))
    assert desk.document is before
