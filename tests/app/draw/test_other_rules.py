"""Rules other than NBN on the Draw page: their menu, their forms, and training with them."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from app.draw import payload
from app.session import own_predictions
from app.session.jobs import Workers
from app.session.limits import MAX_ITERATIONS, most_iterations
from nbn_core.experiment import Experiment, SeededStart, Stopping, link
from nbn_core.network import Topology
from nbn_core.rules import RULES, Option
from nbn_core.training import Training
from nbn_core.types import FloatArray
from nbn_core.warmup import warm_up, warm_up_rules
from tests.app.draw.helpers import XOR
from tests.app.fake_browser import LONG, FakeBrowser, is_a_sentence


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
    run = browser.wait_for_end()
    sent = browser.post("poll")
    alone = ADAM.training()
    while alone.stop is None:
        alone.advance()
    iterations = alone.trace().iterations.tolist()
    assert iterations[-1] > len(iterations) - 1
    assert browser.columns["iterations"] == iterations
    assert sent["run"]["sentence"].startswith(f"Solved in {iterations[-1]:,} iterations")
    assert sent["info"]["rule_name"] == "adam"
    assert run.iteration == iterations[-1]


def test_step_continues_from_the_current_iteration(workers: Workers) -> None:
    browser = FakeBrowser(replace(ADAM, stopping=Stopping(0.0, 1_000_000)), workers)
    browser.post("train")
    assert browser.session.run is not None
    while browser.session.run.iteration < 300:
        assert browser.session.run.running
    browser.post("stop")
    browser.wait_for_end()
    browser.post("poll")
    reached = browser.session.run.iteration
    rows = len(browser.columns["iterations"])
    assert reached > rows
    browser.post("step", k=rows)
    assert browser.wait_for_end().iteration == reached + 1
    browser.post("poll")
    assert browser.columns["iterations"][rows:] == [reached + 1]


def test_the_rule_keeps_its_settings_until_another_is_chosen(workers: Workers) -> None:
    browser = FakeBrowser(ADAM, workers)
    assert browser.says("problem", name="moons") == ""
    assert (browser.experiment.rule, browser.experiment.settings["rate"]) == ("adam", 0.01)
    assert browser.says("setting", group="parameter", name="n_points", value=50) == ""
    assert browser.experiment.rule == "adam"
    assert browser.says("rule", name="nbn") == ""
    assert browser.experiment.rule == "nbn"
    assert browser.experiment.stopping.max_iterations <= MAX_ITERATIONS


# The menu


def test_the_menu_lists_every_rule_once(workers: Workers) -> None:
    menu = FakeBrowser(ADAM, workers).post("hello")["rules"]
    listed = {rule["name"]: rule["title"] for family in menu for rule in family["rules"]}
    assert listed == {name: rule.title for name, rule in RULES.items()}
    assert sum(len(family["rules"]) for family in menu) == len(RULES)


@pytest.mark.parametrize("name", RULES)
def test_the_form_of_a_rule_has_its_settings_limits_and_link(workers: Workers, name: str) -> None:
    browser = FakeBrowser(Experiment.suggested("xor"), workers)
    sent = browser.post("rule", name=name)
    assert sent["notice"] is None
    info, rule = sent["info"], RULES[name]
    fields = {field["name"]: field for field in info["options"] + info["more_options"]}
    assert fields.keys() == {option.name for option in rule.options}
    settings = browser.experiment.settings
    for option in rule.options:
        field = fields[option.name]
        value = field.get("value", field.get("checked"))
        assert value == settings.get(option.name, option.default)
        assert (field["label"], field["hint"]) == (option.short_label, option.help)
        assert [choice for choice, _ in field.get("choices", [])] == list(option.choices)
        if "low" in field:
            assert (field["low"], field["high"]) == (option.low, option.high)
    limit = next(field for field in info["rule"] if field["name"] == "max_iterations")
    assert 1 <= limit["value"] == browser.experiment.stopping.max_iterations <= limit["high"]
    assert limit["high"] == most_iterations(name)
    assert link.decode(link.encode(browser.experiment)) == browser.experiment


@pytest.mark.parametrize("name", RULES)
def test_every_field_of_a_rule_changes_its_setting(workers: Workers, name: str) -> None:
    browser = FakeBrowser(Experiment.suggested("xor"), workers)
    browser.post("rule", name=name)
    for option in RULES[name].options:
        value = _other(option, browser.experiment.settings.get(option.name, option.default))
        assert browser.says("setting", group="option", name=option.name, value=value) == ""
        assert browser.experiment.settings.get(option.name, option.default) == value


def _other(option: Option, value: object) -> object:
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return next(choice for choice in option.choices if choice != value)
    assert isinstance(value, (int, float))
    return (
        value + 1
        if isinstance(value, int)
        else min(option.high, max(option.low, value * 1.5 or 0.5))
    )


def test_undo_brings_back_the_rule_and_its_settings(workers: Workers) -> None:
    browser = FakeBrowser(ADAM, workers)
    browser.post("rule", name="ebp")
    assert browser.experiment.rule == "ebp"
    assert browser.says("undo") == ""
    assert browser.experiment == ADAM


def test_a_chosen_rule_trains_to_the_bits_of_the_library(workers: Workers) -> None:
    browser = FakeBrowser(replace(ADAM, rule="nbn", settings={}), workers)
    browser.post("rule", name="rprop")
    browser.post("train")
    run = browser.wait_for_end()
    alone = browser.experiment.training()
    while alone.stop is None:
        alone.advance()
    trace = run.trace()
    assert trace is not None
    assert trace.sse[-1] == alone.trace().sse[-1]


@pytest.mark.parametrize("name", ["", "NBN", "no_rule", None, 3])
def test_an_unknown_rule_is_refused_in_a_sentence(workers: Workers, name: object) -> None:
    browser = FakeBrowser(ADAM, workers)
    assert is_a_sentence(browser.says("rule", name=name))
    assert browser.experiment == ADAM


@pytest.mark.parametrize("rule", ["forward_forward", "cascade_correlation"])
def test_a_rule_that_cannot_train_the_network_is_reported(workers: Workers, rule: str) -> None:
    browser = FakeBrowser(replace(ADAM, topology=Topology.slp(2, 2, 1)), workers)
    assert browser.says("rule", name=rule) == ""
    reason = browser.post("poll")["info"]["headline"]
    assert is_a_sentence(reason)
    assert browser.says("train") == reason
    assert browser.session.run is None


# Rules that predict in their own way

OWN = [name for name, rule in RULES.items() if rule.own_prediction]


@pytest.fixture
def every_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """Predict at every row, however many numbers that is."""
    monkeypatch.setattr(own_predictions, "KEPT_BYTES", 10_000_000)


def own(rule: str) -> Experiment:
    return replace(
        Experiment.suggested("playground_spiral"), topology=Topology.mlp([2, 8, 8, 1]),
        start=SeededStart(seed=3), rule=rule, settings={}, stopping=Stopping(0.0, 300),
    )  # fmt: skip


@pytest.mark.usefixtures("every_row")
@pytest.mark.parametrize("rule", OWN)
def test_the_browser_gets_the_own_predictions_of_a_rule(workers: Workers, rule: str) -> None:
    browser = FakeBrowser(own(rule), workers)
    assert browser.says("train") == ""
    while browser.session.run is not None and browser.session.run.running:
        assert_rows_have_predictions(browser)
        browser.post("poll")
    for _ in range(10):  # more than the answers that hold all predictions
        sent = browser.post("poll")
    assert sent["run"]["stop"] == "MAX_ITERATIONS"
    assert sent["run"]["own"]["iterations"] == []  # nothing is sent twice
    assert_rows_have_predictions(browser)
    train, test = browser.experiment.datasets()
    assert test is not None
    last = browser.predicted[300]
    assert last.shape == (1, 36 * 36 + train.n_patterns + test.n_patterns)
    patterns = last[0, 36 * 36 : 36 * 36 + train.n_patterns]
    sse = float(((train.targets[:, 0] - patterns) ** 2).sum())
    assert sse == pytest.approx(browser.columns["sse"][-1], rel=1e-12)


def assert_rows_have_predictions(browser: FakeBrowser) -> None:
    """No row arrives before its prediction, so that no picture lags behind the curve."""
    rows = browser.columns.get("iterations", [])
    assert set(rows) <= set(browser.predicted)


@pytest.mark.usefixtures("every_row")
@pytest.mark.parametrize("rule", OWN)
def test_a_row_is_not_sent_before_its_prediction_is_made(
    workers: Workers, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also the last one, whose iteration is not one of those that a trace records in any case."""
    predicting, predicted = threading.Event(), threading.Event()
    predict = Training.predict

    def slowly(self: Training, inputs: FloatArray) -> FloatArray:
        if self.stop is not None:
            predicting.set()
            assert predicted.wait(LONG)
        return predict(self, inputs)

    monkeypatch.setattr(Training, "predict", slowly)
    browser = FakeBrowser(own(rule), workers)
    browser.post("train")
    assert predicting.wait(LONG)
    try:
        sent = browser.post("poll")["run"]
        assert sent["state"] == "running"
        assert_rows_have_predictions(browser)
        assert 300 not in browser.columns["iterations"]
    finally:
        predicted.set()
    browser.wait_for_end()
    for _ in range(10):  # more than the answers that hold all predictions
        browser.post("poll")
    assert browser.columns["iterations"][-1] == 300
    assert_rows_have_predictions(browser)


@pytest.mark.parametrize("rule", OWN)
def test_the_form_explains_the_outputs_of_a_rule_with_own_predictions(
    workers: Workers, rule: str
) -> None:
    info = FakeBrowser(own(rule), workers).post("hello")["info"]
    assert is_a_sentence(info["own_outputs"])
    assert info["own_outputs"].startswith(RULES[rule].title)
    assert "hidden neurons have no heat map" in info["rule_about"]
    assert FakeBrowser(ADAM, workers).post("hello")["info"]["own_outputs"] == ""


@pytest.mark.usefixtures("every_row")
def test_an_answer_holds_no_more_predictions_than_its_size_allows(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payload, "CHUNK_BYTES", 60_000)
    browser = FakeBrowser(own(OWN[0]), workers)
    browser.post("train")
    browser.wait_for_end()
    browser.post("scrub", k=200)
    browser.have = {}  # as after a visit to another page
    sent = browser.post("hello")["run"]
    assert len(browser.columns["sse"]) < 200
    assert sent["shown"] == 200
    assert sent["sentence"].startswith("Not solved after 300 iterations")
    polls = 0
    while len(browser.predicted) < browser.seen["run"]["own"]["total"]:
        browser.post("poll")
        assert_rows_have_predictions(browser)
        assert len(browser.seen["run"]["own"]["iterations"]) <= 4
        polls += 1
    assert polls > 10
    browser.post("poll")
    assert browser.columns["iterations"][-1] == 300


def test_a_rule_comes_back_as_it_was_left() -> None:
    browser = FakeBrowser(XOR)
    browser.post("setting", group="option", name="mu_start", value=0.5)
    browser.post("setting", group="rule", name="max_iterations", value=77)
    browser.post("rule", name="ebp")
    assert browser.experiment.stopping.max_iterations == RULES["ebp"].usual_iterations
    browser.post("setting", group="option", name="rate", value=0.125)
    browser.post("rule", name="nbn")
    assert browser.experiment.stopping.max_iterations == 77
    assert browser.experiment.settings["mu_start"] == 0.5
    browser.post("rule", name="ebp")
    assert browser.experiment.settings["rate"] == 0.125


def test_the_maximum_iterations_of_the_reader_stay_with_other_data() -> None:
    browser = FakeBrowser(XOR)
    browser.post("setting", group="rule", name="max_iterations", value=77)
    for change in (
        lambda: browser.post("problem", name="parity"),
        lambda: browser.post("setting", group="parameter", name="n", value=4),
        lambda: browser.post("problem", name="moons"),
        lambda: browser.post("setting", group="parameter", name="n_points", value=30),
    ):
        change()
        assert browser.experiment.stopping.max_iterations == 77
    other = FakeBrowser(XOR)
    other.post("rule", name="ebp")
    other.post("problem", name="moons")
    assert other.experiment.stopping.max_iterations == RULES["ebp"].usual_iterations
