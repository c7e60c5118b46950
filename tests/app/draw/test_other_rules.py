"""Rules other than NBN on the Draw page, as opened from the Race page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.session.jobs import Workers
from app.session.limits import MAX_ITERATIONS
from nbn_core.experiment import Experiment, SeededStart, Stopping
from nbn_core.network import Topology
from nbn_core.warmup import warm_up, warm_up_rules
from tests.app.fake_browser import FakeBrowser, is_a_sentence


@pytest.fixture(scope="module")
def workers() -> Workers:
    warm_up()
    warm_up_rules()  # so that no test waits for the compiler
    return Workers(2)


ADAM = replace(
    Experiment.suggested("xor"), topology=Topology.mlp([2, 4, 1], output="bipolar"),
    start=SeededStart(seed=4), rule="adam", settings={"rate": 0.01}, stopping=Stopping(0.01, 9000),
)  # fmt: skip


def test_a_rule_with_a_sparse_trace_names_its_iterations(workers: Workers) -> None:
    browser = FakeBrowser(ADAM, workers)
    browser.post("train")
    run = browser.rests()
    sent = browser.post("poll")
    alone = ADAM.training()
    while alone.stop is None:
        alone.advance()
    iterations = alone.trace().iterations.tolist()
    assert iterations[-1] > len(iterations) - 1
    assert browser.columns["iterations"] == iterations
    assert sent["run"]["sentence"].startswith(f"Solved in {iterations[-1]:,} iterations")
    assert sent["info"]["rule_title"] == "Adam"
    assert sent["info"]["damping"] == []
    assert run.iteration == iterations[-1]


def test_step_continues_from_the_current_iteration(workers: Workers) -> None:
    browser = FakeBrowser(replace(ADAM, stopping=Stopping(0.0, 1_000_000)), workers)
    browser.post("train")
    assert browser.session.run is not None
    while browser.session.run.iteration < 300:
        assert browser.session.run.running
    browser.post("stop")
    browser.rests()
    browser.post("poll")
    reached = browser.session.run.iteration
    rows = len(browser.columns["iterations"])
    assert reached > rows
    browser.post("step", k=rows)
    assert browser.rests().iteration == reached + 1
    browser.post("poll")
    assert browser.columns["iterations"][rows:] == [reached + 1]


def test_the_rule_keeps_its_settings_until_nbn_is_chosen(workers: Workers) -> None:
    browser = FakeBrowser(ADAM, workers)
    assert browser.says("problem", name="moons") == ""
    assert (browser.experiment.rule, browser.experiment.settings["rate"]) == ("adam", 0.01)
    assert browser.says("setting", group="parameter", name="n_points", value=50) == ""
    assert browser.experiment.rule == "adam"
    assert browser.says("nbn") == ""
    assert browser.experiment.rule == "nbn"
    assert browser.experiment.stopping.max_iterations <= MAX_ITERATIONS


@pytest.mark.parametrize("rule", ["forward_forward", "noprop", "cascade_correlation"])
def test_a_rule_that_cannot_be_shown_says_so(workers: Workers, rule: str) -> None:
    browser = FakeBrowser(replace(ADAM, rule=rule, settings={}), workers)
    assert is_a_sentence(browser.says("train"))
    assert browser.session.run is None
