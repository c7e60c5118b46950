"""Limits of a session: weights, patterns, iterations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.session.jobs import Workers
from app.session.limits import MAX_ITERATIONS, MAX_PATTERNS, MAX_WEIGHTS, check_size
from nbn_core.data import Dataset
from nbn_core.errors import SettingError
from nbn_core.experiment import Experiment, OwnData, Stopping
from nbn_core.network import Topology
from tests.app.draw.helpers import XOR
from tests.app.fake_browser import FakeBrowser, is_a_sentence, neuron


def test_two_thousand_weights_are_allowed_and_one_more_is_not(browser: FakeBrowser) -> None:
    graph = browser.graph
    graph["nodes"] = [entry for entry in graph["nodes"] if entry["role"] != "hidden"]
    graph["links"] = [["x1", "y"], ["x2", "y"]]
    names = [f"n{k}" for k in range(665)]
    graph["nodes"] += [neuron(name) for name in names]
    graph["links"] += [["x1", name] for name in names]
    graph["links"] += [[name, "y"] for name in names]
    browser.post("graph", graph=graph)
    assert browser.experiment.topology.n_weights == 3 + 3 * 665 == 1998
    graph["links"].append(["x2", "n0"])
    graph["links"].append(["x2", "n1"])
    assert browser.says("graph", graph=graph) == ""
    assert browser.experiment.topology.n_weights == MAX_WEIGHTS
    before = browser.document
    graph["links"].append(["x2", "n2"])
    sentence = browser.says("graph", graph=graph)
    assert "2,001 weights" in sentence
    assert "at most 2,000" in sentence
    assert browser.document is before


def test_patterns_are_limited_including_test_patterns() -> None:
    def experiment(count: int, share: float) -> Experiment:
        data = OwnData(Dataset(np.zeros((count, 1)), np.ones((count, 1))), share)
        return Experiment(Topology.mlp([1, 1, 1]), data)

    check_size(experiment(MAX_PATTERNS, 1.0))
    check_size(experiment(MAX_PATTERNS, 0.5))
    for share in (1.0, 0.5):
        with pytest.raises(SettingError, match="100,001 patterns") as error:
            check_size(experiment(MAX_PATTERNS + 1, share))
        assert is_a_sentence(str(error.value))


def test_iterations_are_limited(workers: Workers) -> None:
    browser = FakeBrowser(replace(XOR, stopping=Stopping(0.0, MAX_ITERATIONS)), workers)
    assert is_a_sentence(
        browser.says("setting", group="rule", name="max_iterations", value=MAX_ITERATIONS + 1)
    )
    with pytest.raises(SettingError, match="5,000 iterations"):
        check_size(replace(XOR, stopping=Stopping(0.0, MAX_ITERATIONS + 1)))
