"""Data, rule and their settings; invalid values are refused in one sentence."""

from __future__ import annotations

import math

import pytest

from nbn_core.data import Dataset
from nbn_core.experiment import Experiment, OwnData, ProblemData, SeededStart, Stopping
from nbn_core.generators import MAX_SEED, PROBLEMS
from nbn_core.network import Topology
from tests.app.draw.helpers import XOR
from tests.app.fake_browser import FakeBrowser, is_a_sentence, neuron, node


@pytest.mark.parametrize("name", PROBLEMS)
def test_every_problem_can_be_chosen(name: str) -> None:
    browser = FakeBrowser(XOR)
    answer = browser.post("problem", name=name)
    assert answer["notice"] is None
    assert answer["info"]["problem"] == name
    assert answer["data"]["I"] == browser.experiment.topology.n_inputs
    assert answer["data"]["M"] == browser.experiment.topology.n_outputs
    assert browser.experiment.start == XOR.start


def test_a_drawn_network_stays_when_the_data_fit_it(browser: FakeBrowser) -> None:
    graph = browser.graph
    graph["nodes"].append(neuron("loose one"))
    graph["links"].append(["x1", "y"])
    node(graph, "h1").update(x=55, y=66)
    browser.post("graph", graph=graph)
    sketch, topology = browser.document.sketch, browser.experiment.topology
    browser.post("problem", name="playground_circle")
    assert browser.experiment.topology == topology
    assert browser.document.sketch == sketch
    browser.post("problem", name="iris")
    assert browser.experiment.topology.n_inputs == 4


def test_settings_of_the_data_change_the_data(browser: FakeBrowser) -> None:
    browser.post("problem", name="parity")
    browser.post("setting", group="parameter", name="n", value=4)
    assert browser.experiment.data == ProblemData("parity", {"n": 4})
    assert browser.experiment.topology.n_inputs == 4
    assert browser.experiment.start == XOR.start
    browser.post("problem", name="moons")
    topology = browser.experiment.topology
    browser.post("setting", group="parameter", name="noise", value=0.3)
    browser.post("setting", group="parameter", name="seed", value=MAX_SEED)
    assert browser.experiment.topology == topology
    assert browser.seen["notice"] is None
    assert browser.seen["info"]["parameters"][-1]["value"] == MAX_SEED


def test_settings_of_the_rule_change_the_training(browser: FakeBrowser) -> None:
    browser.post("setting", group="rule", name="target_sse", value=0.5)
    browser.post("setting", group="rule", name="max_iterations", value=77.0)
    browser.post("setting", group="rule", name="seed", value=9)
    browser.post("setting", group="option", name="mu_start", value=1)
    browser.post("setting", group="option", name="max_attempts", value=12)
    assert browser.seen["notice"] is None
    experiment = browser.experiment
    assert experiment.stopping == Stopping(0.5, 77)
    assert experiment.start == SeededStart(seed=9)
    assert experiment.settings["mu_start"] == 1.0
    assert experiment.settings["max_attempts"] == 12
    shown = {entry["name"]: entry["value"] for entry in browser.seen["info"]["more_options"]}
    assert shown.pop("method") == "auto"
    assert shown | {"control": "adaptive"} == experiment.settings


def test_a_step_control_sets_its_own_defaults(browser: FakeBrowser) -> None:
    browser.post("setting", group="option", name="factor", value=3)
    for name, value, expected in (
        ("control", "published", ("published", "levenberg", 0.01, "auto")),
        ("matrix", "marquardt", ("published", "marquardt", 0.01, "auto")),
        ("method", "blocks", ("published", "marquardt", 0.01, "blocks")),
        ("control", "line_search", ("line_search", "levenberg", 10.0, "blocks")),
        ("control", "best_step", ("best_step", "max_diagonal", 0.3, "blocks")),
        ("method", "auto", ("best_step", "max_diagonal", 0.3, "auto")),
        ("control", "adaptive", ("adaptive", "data_scaled", 0.03, "auto")),
    ):
        browser.post("setting", group="option", name=name, value=value)
        assert browser.seen["notice"] is None
        info = browser.seen["info"]
        shown = {entry["name"]: entry["value"] for entry in info["options"] + info["more_options"]}
        assert tuple(shown[key] for key in ("control", "matrix", "mu_start", "method")) == expected
        assert browser.experiment.settings["factor"] == 3.0


@pytest.mark.parametrize(
    ("name", "value"),
    [("control", "magic"), ("control", 3), ("matrix", ""), ("method", None), ("mu_start", "1")],
)
def test_an_invalid_choice_is_refused_in_a_sentence(
    browser: FakeBrowser, name: str, value: object
) -> None:
    before = browser.document
    assert is_a_sentence(browser.says("setting", group="option", name=name, value=value))
    assert browser.document is before


@pytest.mark.parametrize(
    "value", [None, "3", True, math.nan, math.inf, -math.inf, 10**400, [], {}, 1e308, -1]
)
@pytest.mark.parametrize(
    ("group", "name"),
    [
        ("parameter", "n"), ("rule", "seed"), ("rule", "target_sse"),
        ("rule", "max_iterations"), ("option", "mu_start"), ("option", "max_attempts"),
    ],
)  # fmt: skip
def test_an_invalid_setting_is_refused_in_a_sentence(group: str, name: str, value: object) -> None:
    browser = FakeBrowser(Experiment.suggested("parity"))
    before = browser.document
    assert is_a_sentence(browser.says("setting", group=group, name=name, value=value))
    assert browser.document is before


@pytest.mark.parametrize(
    ("group", "name"),
    [
        ("parameter", "nothing"), ("parameter", "split_seed"), ("parameter", "problem"),
        ("parameter", "\ud800"), ("rule", "rule"), ("option", "mu"), ("option", "\u2028"),
        ("data", "n"), ("option", "x" * 200), ("option", "x" * 201), ("", ""), (None, None),
        (1, 2),
    ],
)  # fmt: skip
def test_an_unknown_setting_is_refused_in_a_sentence(
    browser: FakeBrowser, group: object, name: object
) -> None:
    before = browser.document
    assert is_a_sentence(browser.says("setting", group=group, name=name, value=3))
    assert browser.document is before


def test_own_data_has_no_settings() -> None:
    data = OwnData(Dataset([[0.0], [1.0]], [[1.0], [0.0]]))
    browser = FakeBrowser(Experiment(Topology.mlp([1, 2, 1]), data))
    assert is_a_sentence(browser.says("setting", group="parameter", name="n", value=3))
    assert browser.seen["info"]["parameters"] == []
    assert browser.says("train") == ""


@pytest.mark.parametrize("name", ["nothing", "", "__class__", None, 5, ["xor"], "x" * 300])
def test_an_unknown_problem_is_refused_in_a_sentence(browser: FakeBrowser, name: object) -> None:
    before = browser.document
    assert is_a_sentence(browser.says("problem", name=name))
    assert browser.document is before
