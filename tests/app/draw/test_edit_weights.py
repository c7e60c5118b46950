"""Starting weights: drawn again, set by hand, kept while connections change."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from nbn_core.experiment import GivenStart, SeededStart
from nbn_core.generators import MAX_SEED
from tests.app.draw.helpers import XOR, cut_off, weights_by_name
from tests.app.fake_browser import FakeBrowser, is_a_sentence, neuron


def test_new_weights_keep_the_scheme_and_wrap_around_at_the_last_seed() -> None:
    browser = FakeBrowser(replace(XOR, start=SeededStart("fan_in", MAX_SEED)))
    browser.post("new_weights")
    assert browser.experiment.start == SeededStart("fan_in", 0)
    browser.post("setting", group="rule", name="seed", value=4)
    assert browser.experiment.start == SeededStart("fan_in", 4)


def test_a_weight_set_by_hand_changes_the_weights_that_are_shown(trained: FakeBrowser) -> None:
    trace = trained.session.run.trace()  # type: ignore[union-attr]
    assert trace is not None
    trained.post("weight", source="h1", target="y", value=0.25, k=3)
    expected = dict(zip(XOR.topology.weight_names, trace.weights[3].tolist(), strict=True))
    expected["h1", "y"] = 0.25
    assert weights_by_name(trained.experiment) == expected
    assert trained.seen["run"] is None, "it is another training now"
    trained.post("weight", bias="h2", value=-4, k=0)
    expected["", "h2"] = -4.0
    assert weights_by_name(trained.experiment) == expected


def test_weights_set_by_hand_stay_when_the_wiring_changes(browser: FakeBrowser) -> None:
    browser.post("weight", source="x1", target="h1", value=7.5, k=0)
    before = weights_by_name(browser.experiment)
    graph = browser.graph
    graph["nodes"].insert(2, neuron("h0"))
    graph["links"] += [["x1", "h0"], ["h0", "h1"], ["h0", "y"]]
    graph["links"].remove(["x2", "h2"])
    browser.post("graph", graph=graph)
    after = weights_by_name(browser.experiment)
    assert {name: after[name] for name in before if name != ("x2", "h2")} == {
        name: w for name, w in before.items() if name != ("x2", "h2")
    }
    new = after.keys() - before.keys()
    assert new == {("", "h0"), ("x1", "h0"), ("h0", "h1"), ("h0", "y")}
    assert all(0 < abs(after[name]) <= 2 for name in new)


def test_weights_set_by_hand_survive_a_rename_in_an_incomplete_drawing(
    browser: FakeBrowser,
) -> None:
    browser.post("weight", source="x1", target="h1", value=7.5, k=0)
    links = browser.graph["links"]
    browser.post("graph", graph=cut_off(browser))
    browser.post("rename", id="h1", name="first")
    graph = browser.graph
    graph["links"] = [["first" if end == "h1" else end for end in pair] for pair in links]
    browser.post("graph", graph=graph)
    assert weights_by_name(browser.experiment)["x1", "first"] == 7.5


@pytest.mark.parametrize(
    "fields",
    [
        {"source": "x1", "target": "y", "value": 1, "k": 0},  # no such connection
        {"source": "h1", "target": "nobody", "value": 1, "k": 0},
        {"bias": "x1", "value": 1, "k": 0},
        {"bias": "h1", "value": 1e308, "k": 0},
        {"bias": "h1", "value": math.nan, "k": 0},
        {"bias": "h1", "value": "1", "k": 0},
        {"bias": "h1", "value": True, "k": 0},
        {"bias": "h1", "value": 1, "k": -1},
        {"bias": "h1", "value": 1, "k": True},
        {"bias": ["h1"], "value": 1, "k": 0},
        {"bias": "h1", "k": 0},
        {"bias": "h1", "value": 1},
    ],
)
def test_an_invalid_weight_is_refused_in_a_sentence(
    browser: FakeBrowser, fields: dict[str, Any]
) -> None:
    before = browser.document
    assert is_a_sentence(browser.says("weight", **fields))
    assert browser.document is before


def test_start_by_hand_is_replaced_by_new_weights() -> None:
    weights = tuple(float(n) for n in range(1, XOR.topology.n_weights + 1))
    browser = FakeBrowser(replace(XOR, start=GivenStart(weights)))
    browser.post("new_weights")
    assert browser.experiment.start == SeededStart()
