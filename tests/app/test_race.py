"""Races without a browser: lanes, budgets, results, pictures, and what the browser is sent."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from app.jobs import Workers
from app.race import pictures
from app.race.desk import Desk, answer, handle
from app.race.heat import Heat
from app.race.lanes import Budget, Lane, opening, titles, tuned
from app.race.pictures import Photographer
from app.race.results import AXES, Result, Spent, first_at, results, verdict
from app.race.table import reopened
from app.stage.messages import Message, Outbox
from app.state import Bench, document_of, first_experiment
from nbn_core.dataset import Dataset
from nbn_core.errors import NBNError, SettingError
from nbn_core.experiment import Experiment, OwnData, SeededStart, Stopping
from nbn_core.rules import RULES
from nbn_core.topology import Topology
from nbn_core.trace import Trace
from nbn_core.warmup import warm_up, warm_up_rules
from tests.app.desk import LONG, is_a_sentence, plain

XOR = replace(
    Experiment.suggested("xor"), topology=Topology.mlp([2, 4, 1], output="bipolar"),
    start=SeededStart(seed=4), stopping=Stopping(0.01, 1000),
)  # fmt: skip


@pytest.fixture(scope="module")
def workers() -> Workers:
    warm_up()
    warm_up_rules()  # nobody waits for a compiler below
    return Workers(2)


def finished(heat: Heat, workers: Workers) -> Heat:
    heat.go(workers)
    for run in heat.runs:
        assert run is None or run.wait(LONG)
    return heat


class Session:
    """One session on the Race page."""

    def __init__(self, experiment: Experiment, workers: Workers) -> None:
        self.bench = Bench([document_of(experiment)])
        self.desk = Desk()
        self.desk.settle(experiment)
        self.desk.set_budget(Budget(seconds=0.5))
        self.workers = workers
        self.seq = 0

    def post(self, kind: str, have: dict[str, Any] | None = None) -> dict[str, Any]:
        self.seq += 1
        outbox = Outbox("browser", (Message(self.seq, kind, {}),))
        handle(self.bench, self.desk, outbox, self.workers)
        return self.answer(have)

    def answer(self, have: dict[str, Any] | None = None) -> dict[str, Any]:
        return plain(answer(self.bench, self.desk, "browser", have or {}, warming=False))

    def rests(self) -> dict[str, Any]:
        assert self.desk.heat is not None
        for run in self.desk.heat.runs:
            assert run is None or run.wait(LONG)
        return self.answer()


@pytest.fixture
def session(workers: Workers) -> Iterator[Session]:
    made = Session(XOR, workers)
    yield made
    made.desk.drop()


def curve(block: dict[str, Any]) -> np.ndarray[Any, Any]:
    return np.frombuffer(base64.b64decode(block["curve"]), "<f4").reshape(5, -1)


# Lanes


def test_the_opening_race_has_playgrounds_own_settings_for_ebp() -> None:
    lanes = {lane.name: lane for lane in opening(first_experiment())}
    assert list(lanes) == ["nbn", "ebp", "adam", "forward_forward"]
    assert lanes["ebp"].settings == {"rate": 0.03, "batch_size": 10}
    for lane in lanes.values():
        lane.rule.settings(lane.settings)


@pytest.mark.parametrize("name", RULES)
def test_every_rule_has_a_lane_with_words_and_settings_that_hold(name: str) -> None:
    for problem in ("playground_spiral", "parity", "two_spirals", "digits", "sinc"):
        lane = Lane(0, name, tuned(Experiment.suggested(problem), name))
        lane.rule.settings(lane.settings)
        assert lane.title
        assert "_" not in lane.note()


def test_settings_are_checked_and_those_like_the_rules_own_are_not_kept() -> None:
    lane = Lane(3, "adam").changed("rate", 0.5)
    assert lane.settings == {"rate": 0.5}
    assert lane.changed("rate", 0.02).settings == {}
    assert lane.key != Lane(3, "adam").key == Lane(7, "adam").key
    with pytest.raises(SettingError, match="rate"):
        lane.changed("rate", -1.0)


def test_settings_of_nbn_that_follow_from_its_control_go_on_following() -> None:
    options = {option.name: option for option in RULES["nbn"].options}
    usual = Lane(0, "nbn")
    lane = usual.changed("mu_start", 7.0).changed("control", "published")
    assert lane.settings == {"control": "published"}
    assert lane.value(options["matrix"]) == "levenberg"
    assert lane.changed("matrix", "max_diagonal").settings["matrix"] == "max_diagonal"
    assert lane.changed("control", usual.value(options["control"])) == usual


def test_lanes_with_the_same_rule_have_names_of_their_own() -> None:
    assert titles((Lane(0, "nbn"), Lane(1, "adam"), Lane(2, "nbn"))) == [
        "NBN (1)",
        "Adam",
        "NBN (2)",
    ]


@pytest.mark.parametrize(
    "given", [{"kind": "never"}, {"seconds": 0.0}, {"seconds": 1e9}, {"work": math.nan}]
)
def test_a_budget_out_of_bounds_is_a_sentence(given: dict[str, Any]) -> None:
    with pytest.raises(SettingError, match=r"\.$"):
        Budget(**given)


def test_lanes_come_and_go_within_bounds(session: Session) -> None:
    desk = session.desk
    numbers = [lane.number for lane in desk.lanes]
    for _ in range(4):
        desk.add(XOR)
    assert [lane.number for lane in desk.lanes] == [*numbers, 4, 5, 6, 7]
    assert len({lane.name for lane in desk.lanes}) == 8
    with pytest.raises(SettingError, match="limit"):
        desk.add(XOR)
    for lane in desk.lanes:
        desk.remove(lane.number)
    assert len(desk.lanes) == 1
    desk.reset(XOR)
    assert desk.lanes == opening(XOR)


# Running


def test_a_lane_is_the_training_that_anyone_could_make(workers: Workers) -> None:
    lanes = (Lane(0, "nbn"), Lane(1, "adam", {"rate": 0.05}))
    heat = finished(Heat(XOR, lanes, Budget()), workers)
    for lane, run in zip(lanes, heat.runs, strict=True):
        alone = replace(XOR, rule=lane.name, settings=lane.settings).training()
        while alone.stop is None:
            alone.advance()
        assert run is not None
        trace = run.within()
        assert trace is not None
        assert np.array_equal(trace.sse, alone.trace().sse)
        assert np.array_equal(trace.weights[-1], alone.trace().weights[-1])


@pytest.mark.parametrize("name", ["nbn", "adam", "lbfgs", "forward_forward", "noprop"])
def test_equal_work_goes_past_the_target_and_not_past_the_budget(
    workers: Workers, name: str
) -> None:
    topology = Topology.mlp([2, 8, 1], output="bipolar")
    budget = Budget("work", work=900.0)
    heat = finished(Heat(replace(XOR, topology=topology), (Lane(0, name),), budget), workers)
    [run] = heat.runs
    assert run is not None
    trace = run.within()
    assert trace is not None
    assert 0 < trace.work[-1] <= 900.0
    [result] = results(heat)
    assert result.state == "ended"
    if run.stop is None:
        assert run.spent
        assert trace.work[-1] > 700.0


def test_equal_time_stops_about_there(workers: Workers) -> None:
    budget = Budget("seconds", seconds=0.15)
    heat = finished(Heat(XOR, (Lane(0, "spsa"), Lane(1, "ebp")), budget), workers)
    for run in heat.runs:
        assert run is not None
        trace = run.within()
        assert trace is not None
        assert 0.05 < trace.seconds[-1] <= 0.15


def test_a_rule_that_does_not_suit_says_so_and_the_others_run(workers: Workers) -> None:
    lanes = (Lane(0, "cascade_correlation"), Lane(1, "nbn"))
    refused, solved = results(finished(Heat(XOR, lanes, Budget()), workers))
    assert refused.state == "refused"
    assert is_a_sentence(refused.sentence)
    assert solved.reached is not None


def test_divergence_is_a_result_and_touches_no_other_lane(workers: Workers) -> None:
    data = OwnData(Dataset([[-1.0], [0.0], [1.0]], [[-3.0], [0.0], [3.0]]))
    experiment = Experiment(Topology.mlp([1, 3, 1]), data, stopping=Stopping(1e-6, 1000))
    lanes = (Lane(0, "gd", {"rate": 900.0}), Lane(1, "nbn"))
    heat = finished(Heat(experiment, lanes, Budget()), workers)
    lost, solved = results(heat)
    assert "Diverged" in lost.sentence
    assert is_a_sentence(lost.sentence)
    assert lost.reached is None
    assert solved.reached is not None
    with np.errstate(all="raise"):
        shots = {lane.number: pictures.Album() for lane in lanes}
        photographer = Photographer(experiment)
        for lane, run in zip(lanes, heat.runs, strict=True):
            assert run is not None
            trace = run.within()
            assert trace is not None
            photographer.update(shots[lane.number], run, trace, 100)
    assert len(shots[0].newest.tones if shots[0].newest else b"") == pictures.CURVE


def test_stopped_lanes_go_on_where_they_were(workers: Workers) -> None:
    experiment = first_experiment()
    heat = Heat(experiment, (Lane(0, "forward_forward"),), Budget("seconds", seconds=30.0))
    [run] = heat.runs
    assert run is not None
    heat.go(workers)
    while run.iteration < 5:
        assert not run.wait(0.01)
    heat.halt()
    assert run.wait(2.0)
    assert heat.can_go_on
    [result] = results(heat)
    assert result.state == "stopped"
    before = run.iteration
    heat.go(workers)
    while run.iteration <= before:
        assert not run.wait(0.01)
    heat.halt()
    assert run.wait(2.0)


def test_the_target_is_reached_at_the_first_row_at_or_under_it() -> None:
    sse = np.array([9.0, 4.0, 2.0, 3.0, 1.0])
    rows = np.arange(5)
    trace = Trace(
        sse, sse, sse, rows, 0.5 * rows, np.zeros((5, 1)), iterations=10 * rows,
        evaluations=1 + rows, work=3.0 * rows,
    )  # fmt: skip
    assert first_at(trace, 2.0) == Spent(20, 1.0, 6.0, 3)
    assert first_at(trace, 1.5) == Spent(40, 2.0, 12.0, 5)
    assert first_at(trace, 0.5) is None


# Sentences


def arrived(title: str, *spent: float) -> Result:
    at = Spent(int(spent[0]), spent[1], spent[2], int(spent[3]))
    return Result(Lane(0, "nbn"), title, "ended", "Solved.", at, 0.1, at)


def test_the_verdict_names_the_leader_on_every_axis() -> None:
    found = [arrived("NBN", 30, 0.005, 2700, 60), arrived("Adam", 400, 0.08, 1200, 401)]
    said = " ".join(verdict(found))
    assert said == (
        "NBN leads in iterations (30, Adam 400), computing time (5 ms, Adam 80 ms) and "
        "evaluations (60, Adam 401). Adam leads in work in forward passes (1,200, NBN 2,700)."
    )
    turned = " ".join(verdict([arrived("NBN", 30, 0.005, 700, 60), arrived("Adam", 9, 1, 1200, 9)]))
    assert "NBN leads in computing time (5 ms, Adam 1.0 s) and work in forward passes" in turned


def test_the_verdict_without_a_winner() -> None:
    lost = Result(Lane(0, "ebp"), "EBP", "ended", "Not solved.", Spent(9, 1.0, 9.0, 9), 5.0)
    refused = Result(Lane(1, "nbn"), "NBN", "refused", "No.")
    assert verdict([lost]) == ["No lane has reached the target."]
    assert verdict([refused]) == ["No lane can run on this network and data."]
    assert "Only NBN" in verdict([lost, arrived("NBN", 1, 1, 1, 1)])[0]
    assert verdict([arrived("A", 5, 1, 5, 5), arrived("B", 5, 2, 5, 5), lost])[-1] == (
        "Not at the target: EBP."
    )
    assert all(is_a_sentence(words.capitalize() + ".") for words in AXES.values())


# What the browser gets


def test_from_the_first_answer_to_the_table(session: Session) -> None:
    first = session.answer()
    assert first["race"] == 0
    assert [lane["state"] for lane in first["lanes"]] == ["ready"] * 4
    assert len(base64.b64decode(first["lanes"][0]["newest"]["tones"])) == pictures.SIDE**2
    session.post("start")
    last = session.rests()
    assert not last["running"]
    nbn = last["lanes"][0]
    assert nbn["reached"] is not None
    columns = curve(nbn)
    assert columns[0, -1] == nbn["spent"][0]
    assert columns[4, -1] <= XOR.stopping.target_sse
    assert np.all(np.diff(columns[0]) > 0)
    assert session.desk.note()
    assert not session.desk.note()
    assert [entry.result.title for entry in session.desk.log] == [
        lane["title"] for lane in last["lanes"]
    ]
    assert session.desk.log[0].train == 1.0


def test_only_new_pictures_are_sent_again(session: Session) -> None:
    session.post("start")
    last = session.rests()
    counts = {str(lane["number"]): len(lane["looks"]) for lane in last["lanes"]}
    assert counts["0"] > 3
    have = {"key": last["key"], "race": last["race"], "looks": counts}
    brief = session.post("poll", have)
    assert "scene" not in brief
    assert all(lane["looks"] == [] for lane in brief["lanes"])
    assert all(lane["first"] == counts[str(lane["number"])] for lane in brief["lanes"])
    for nonsense in ({"race": "x"}, {**have, "looks": {"0": -1, "1": "2", "2": 10**9}}):
        again = session.post("poll", nonsense)
        assert len(again["lanes"][0]["looks"]) == counts["0"]


def test_another_experiment_ends_the_race_and_another_rule_does_not(session: Session) -> None:
    session.post("start")
    session.rests()
    session.desk.settle(replace(XOR, rule="adam", settings={}))
    assert session.desk.heat is not None
    session.desk.settle(replace(XOR, start=SeededStart(seed=5)))
    assert session.desk.heat is None


def test_an_unfinished_drawing_is_a_sentence(session: Session) -> None:
    document = session.bench.document
    session.bench.put(replace(document, blocked="Neuron h1 has no input: connect it."))
    sent = session.post("start")
    assert sent["race"] == 0
    assert is_a_sentence(sent["notice"]["text"])


@pytest.mark.parametrize("problem", ["sinc", "iris", "peaks", "parity"])
def test_every_kind_of_data_has_a_picture_that_is_json(workers: Workers, problem: str) -> None:
    session = Session(Experiment.suggested(problem), workers)
    session.desk.put((Lane(0, "nbn"), Lane(1, "adam")))
    session.desk.set_budget(Budget("work", work=50.0))
    sent = session.answer()
    json.dumps(sent, allow_nan=False)
    session.post("start")
    lanes = session.rests()["lanes"]
    n = session.bench.experiment.topology.n_weights
    length = {"surface": pictures.SIDE**2, "curve": pictures.CURVE, "network": n}
    for lane in lanes:
        tones = base64.b64decode(lane["newest"]["tones"])
        assert len(tones) == length[sent["scene"]["kind"]]


def test_tones_are_the_cores_outputs() -> None:
    experiment = first_experiment()
    photographer = Photographer(experiment)
    weights = experiment.start_weights()
    assert photographer.samples is not None
    training = experiment.training()
    outputs = training.predict(photographer.samples)[:, 0]
    tones = np.frombuffer(photographer.at(weights, 0).tones, np.uint8)
    expected = np.clip(pictures.PALE * outputs, -1, 1)
    assert np.all(np.abs(tones / 127.0 - 1.0 - expected) <= 0.51 / 127)
    x, y = photographer.samples[0], photographer.samples[-1]
    assert x[0] < y[0]  # left to right
    assert x[1] > y[1]  # from the top


# Reopening


def test_a_run_reopens_as_the_experiment_that_makes_it_again(session: Session) -> None:
    session.post("start")
    session.rests()
    session.desk.note()
    entries = {entry.result.lane.name: entry for entry in session.desk.log}
    again = reopened(entries["adam"])
    assert again.rule == "adam"
    assert dict(again.settings) == dict(
        RULES["adam"].settings(entries["adam"].result.lane.settings)
    )
    training = again.training()
    while training.stop is None:
        training.advance()
    assert training.iteration == entries["adam"].result.spent.iterations  # type: ignore[union-attr]
    with pytest.raises(NBNError) as refusal:
        reopened(entries["forward_forward"])
    assert is_a_sentence(str(refusal.value))
