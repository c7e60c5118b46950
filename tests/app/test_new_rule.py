"""A learning rule in one file: after `register` it trains, races, resumes and is in all menus."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.race.lanes import Budget, Lane
from app.race.race import Race
from app.session.jobs import Workers
from app.session.limits import most_iterations
from benchmarks.tables import rule_list
from nbn_core import RULES, Experiment, Topology, Trace, Training, run_trials, train
from nbn_core.analysis.rule_cost import footprint
from nbn_core.errors import SettingError
from nbn_core.experiment import SeededStart, Stopping, link
from nbn_core.rules import Option, PythonRule, Uses, register
from nbn_core.rules.engines.python_loop import LoopState
from nbn_core.trace import StopReason
from nbn_core.warmup import is_warm_for
from tests.app.fake_browser import LONG, FakeBrowser
from tests.app.race.helpers import finished


class Halving(PythonRule):
    """Steepest descent whose step doubles after a success and is halved after a failure."""

    name = "halving"
    title = "Halving descent"
    abbreviation = "Halving"
    options = (
        Option("first", "First step", 0.1, 1e-6, 10.0, main=True, help="Length of the first step."),
        Option("growth", "Growth", "double", choices=("double", "keep"), help="After a success."),
        Option("normed", "Unit gradient", False, help="Divide the gradient by its length."),
    )
    uses = Uses(weight_transpose=True)
    meant_for = "Any wiring, for a test."

    def walk(
        self, state: LoopState, target_sse: float, settings: Mapping[str, Any]
    ) -> Iterator[None]:
        yield
        weights = state.record.columns.weights[0].copy()
        carried = float(state.record.columns.step_length[0])
        step = settings["first"] if math.isnan(carried) else carried
        state.evaluations = 1
        sse = state.objective.sse(weights)
        while True:
            gradient = state.objective.normal_equations(weights).gradient
            norm = float(np.linalg.norm(gradient))
            if sse <= target_sse:
                state.stop = StopReason.SOLVED
            state.add(sse, norm, weights, math.nan, 1, step)
            yield
            if state.stop is not None:
                return
            trial = weights - step * gradient / (norm if settings["normed"] else 1.0)
            trial_sse = state.objective.sse(trial)
            state.evaluations += 1
            state.work += 2.0
            if trial_sse < sse:
                weights, sse = trial, trial_sse
                step *= 2.0 if settings["growth"] == "double" else 1.0
            else:
                step /= 2.0

    def resume(self, state: LoopState, trace: Trace, settings: Mapping[str, Any]) -> None:
        state.record.columns.step_length[0] = trace.step_length[-1]


@pytest.fixture(autouse=True)
def rule() -> Iterator[Halving]:
    made = Halving()
    register(made)
    yield made
    del RULES[made.name]


XOR = replace(
    Experiment.suggested("xor"), topology=Topology.mlp([2, 4, 1], output="bipolar"),
    start=SeededStart(seed=4), stopping=Stopping(0.01, 3000), rule="nbn", settings={},
)  # fmt: skip


def halving(**settings: Any) -> Experiment:
    return replace(XOR, rule="halving", settings=settings)


def test_a_new_rule_trains_to_the_same_bits_in_slices() -> None:
    topology, dataset = XOR.topology, XOR.datasets()[0]
    result = train(topology, dataset, "halving", seed=4, target_sse=0.01, max_iterations=3000)
    assert result.stop is StopReason.SOLVED
    training = Training(topology, dataset, "halving", seed=4, target_sse=0.01, max_iterations=3000)
    while training.stop is None:
        training.advance(seconds=1e-4)
    assert np.array_equal(training.trace().sse, result.trace.sse)


def test_a_new_rule_resumes_with_its_step_length() -> None:
    topology, dataset = XOR.topology, XOR.datasets()[0]
    common = {"target_sse": 0.0}
    whole = train(topology, dataset, "halving", seed=4, max_iterations=40, **common).trace
    half = train(topology, dataset, "halving", seed=4, max_iterations=20, **common).trace
    rest = train(topology, dataset, "halving", resume=half, max_iterations=20, **common).trace
    assert np.array_equal(rest.sse, whole.sse[20:])
    assert np.array_equal(rest.step_length, whole.step_length[20:])


def test_a_new_rule_runs_trials_and_has_a_measured_cost() -> None:
    topology, dataset = XOR.topology, XOR.datasets()[0]
    trials = run_trials(
        topology, dataset, "halving", n_trials=5, target_sse=0.01, max_iterations=3000
    )
    assert len(trials.stops) == 5
    found = footprint(topology, dataset, "halving", XOR.start_weights(), {})
    assert found.step > 0


def test_a_new_rule_opens_from_a_link_and_needs_no_compiling() -> None:
    experiment = halving(first=0.05, growth="keep")
    assert link.decode(link.encode(experiment)) == experiment
    assert is_warm_for("halving")


def test_the_draw_page_shows_the_form_of_a_new_rule_and_trains_with_it() -> None:
    browser = FakeBrowser(XOR, Workers(1))
    menu = browser.post("hello")["rules"]
    assert {"name": "halving", "title": "Halving descent"} in [
        rule for family in menu for rule in family["rules"]
    ]
    info = browser.post("rule", name="halving")["info"]
    assert [field["label"] for field in info["options"]] == ["First step"]
    assert [field["label"] for field in info["more_options"]] == ["Growth", "Unit gradient"]
    assert info["rule_about"] == "Any wiring, for a test."
    assert browser.experiment.stopping.max_iterations <= most_iterations("halving")
    for name, value in (("first", 0.25), ("growth", "keep"), ("normed", True)):
        assert browser.says("setting", group="option", name=name, value=value) == ""
        assert browser.experiment.settings[name] == value
    browser.post("train")
    assert browser.wait_for_end().iteration > 0


def test_a_new_rule_races_to_the_bits_of_a_single_training(root: Path) -> None:
    lanes = (Lane(0, "nbn"), Lane(1, "halving", {"first": 0.2}))
    race = finished(Race(XOR, lanes, Budget(seconds=5.0)), Workers(2))
    run = race.runs[1]
    assert run is not None
    trace = run.within()
    assert trace is not None
    alone = halving(first=0.2).training()
    while alone.stop is None:
        alone.advance()
    assert np.array_equal(trace.sse, alone.trace().sse)
    assert np.array_equal(trace.step_length, alone.trace().step_length)
    assert lanes[1].note() == "first step 0.2"


def test_the_race_page_offers_a_new_rule(root: Path) -> None:
    app = AppTest.from_file(str(root / "app" / "main.py"), default_timeout=LONG)
    app.query_params["e"] = link.encode(XOR)
    app.run()
    app.switch_page("../pages/race.py").run()
    [lane] = [box for box in app.selectbox if box.key == "nbn-rule-1-ebp"]
    assert lane.options[-1] == "Halving"
    lane.set_value("halving").run()
    assert not app.exception
    assert app.number_input(key="nbn-set-1-halving-first").value == 0.1
    assert app.selectbox(key="nbn-set-1-halving-growth").options == ["Double", "Keep"]
    assert app.toggle(key="nbn-set-1-halving-normed").value is False
    # The test runner has one session for all tests, in which the lane must not remain.
    app.selectbox(key="nbn-rule-1-halving").set_value("ebp").run()
    assert not app.exception


def test_the_list_of_rules_contains_a_new_rule() -> None:
    row = "| Halving descent | `halving` | Any wiring, for a test. |"
    assert rule_list(RULES.values()).splitlines()[-1] == row


def test_a_second_rule_with_the_same_name_is_refused(rule: Halving) -> None:
    with pytest.raises(SettingError, match="There is a learning rule 'halving' already"):
        register(rule)
