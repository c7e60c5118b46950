"""Lanes run to the target or to the budget, and no further."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.race import snapshots
from app.race.lanes import Budget, Lane
from app.race.race import Race
from app.race.results import results
from app.race.snapshots import SnapshotTaker
from app.session.jobs import Workers
from app.session.state import first_experiment
from nbn_core.data import Dataset
from nbn_core.experiment import Experiment, OwnData, Stopping
from nbn_core.network import Topology
from tests.app.fake_browser import is_a_sentence
from tests.app.race.helpers import XOR, finished


def test_a_lane_equals_a_training_by_the_core(workers: Workers) -> None:
    lanes = (Lane(0, "nbn"), Lane(1, "adam", {"rate": 0.05}))
    race = finished(Race(XOR, lanes, Budget()), workers)
    for lane, run in zip(lanes, race.runs, strict=True):
        alone = replace(XOR, rule=lane.name, settings=lane.settings).training()
        while alone.stop is None:
            alone.advance()
        assert run is not None
        trace = run.within()
        assert trace is not None
        assert np.array_equal(trace.sse, alone.trace().sse)
        assert np.array_equal(trace.weights[-1], alone.trace().weights[-1])


@pytest.mark.parametrize("name", ["nbn", "adam", "lbfgs", "forward_forward", "noprop"])
def test_equal_work_continues_past_the_target_up_to_the_budget(workers: Workers, name: str) -> None:
    topology = Topology.mlp([2, 8, 1], output="bipolar")
    budget = Budget("work", work=900.0)
    race = finished(Race(replace(XOR, topology=topology), (Lane(0, name),), budget), workers)
    [run] = race.runs
    assert run is not None
    trace = run.within()
    assert trace is not None
    assert 0 < trace.work[-1] <= 900.0
    [result] = results(race)
    assert result.state == "ended"
    if run.stop is None:
        assert run.spent
        assert trace.work[-1] > 700.0


def test_equal_time_stops_near_its_budget(workers: Workers) -> None:
    budget = Budget("seconds", seconds=0.15)
    race = finished(Race(XOR, (Lane(0, "spsa"), Lane(1, "ebp")), budget), workers)
    for run in race.runs:
        assert run is not None
        trace = run.within()
        assert trace is not None
        assert 0.05 < trace.seconds[-1] <= 0.15


def test_an_unsuitable_rule_is_reported_and_the_others_run(workers: Workers) -> None:
    lanes = (Lane(0, "cascade_correlation"), Lane(1, "nbn"))
    refused, solved = results(finished(Race(XOR, lanes, Budget()), workers))
    assert refused.state == "refused"
    assert is_a_sentence(refused.sentence)
    assert solved.reached is not None


def test_divergence_is_a_result_and_affects_no_other_lane(workers: Workers) -> None:
    data = OwnData(Dataset([[-1.0], [0.0], [1.0]], [[-3.0], [0.0], [3.0]]))
    experiment = Experiment(Topology.mlp([1, 3, 1]), data, stopping=Stopping(1e-6, 1000))
    lanes = (Lane(0, "gd", {"rate": 900.0}), Lane(1, "nbn"))
    race = finished(Race(experiment, lanes, Budget()), workers)
    lost, solved = results(race)
    assert "Diverged" in lost.sentence
    assert is_a_sentence(lost.sentence)
    assert lost.reached is None
    assert solved.reached is not None
    with np.errstate(all="raise"):
        shots = {lane.number: snapshots.Snapshots() for lane in lanes}
        snapshot_taker = SnapshotTaker(experiment)
        for lane, run in zip(lanes, race.runs, strict=True):
            assert run is not None
            trace = run.within()
            assert trace is not None
            snapshot_taker.update(shots[lane.number], run, trace, 100)
    assert len(shots[0].newest.tones if shots[0].newest else b"") == snapshots.CURVE


def test_stopped_lanes_continue_from_their_iteration(workers: Workers) -> None:
    experiment = first_experiment()
    race = Race(experiment, (Lane(0, "forward_forward"),), Budget("seconds", seconds=30.0))
    [run] = race.runs
    assert run is not None
    race.go(workers)
    while run.iteration < 5:
        assert not run.wait(0.01)
    race.halt()
    assert run.wait(2.0)
    assert race.can_go_on
    [result] = results(race)
    assert result.state == "stopped"
    before = run.iteration
    race.go(workers)
    while run.iteration <= before:
        assert not run.wait(0.01)
    race.halt()
    assert run.wait(2.0)
