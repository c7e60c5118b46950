"""Reopening of a recorded run of a race on the Draw page."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from app.race.session import RaceSession
from app.race.table import reopen, reopened
from app.session.state import Session
from nbn_core.experiment import Stopping
from nbn_core.rules import RULES
from tests.app.fake_browser import LONG
from tests.app.race.helpers import RaceVisitor


def test_every_run_reopens_as_the_training_it_was(visitor: RaceVisitor) -> None:
    visitor.post("start")
    visitor.wait_for_end()
    visitor.races.note()
    race = visitor.races.race
    assert race is not None
    runs = {lane.name: run for lane, run in zip(race.lanes, race.runs, strict=True)}
    assert {entry.result.lane.name for entry in visitor.races.log} == set(runs)
    for entry in visitor.races.log:
        name = entry.result.lane.name
        at = entry.result.reached or entry.result.spent
        raced = runs[name]
        assert raced is not None
        assert at is not None
        reopen(visitor.session, entry, visitor.workers)
        run = visitor.session.run
        assert run is not None
        assert run.wait(LONG)
        assert visitor.session.experiment.rule == name
        assert dict(visitor.session.experiment.settings) == dict(
            RULES[name].settings(entry.result.lane.settings)
        )
        assert run.iteration == at.iterations
        trace, before = run.trace(), raced.trace()
        assert trace is not None
        assert before is not None
        row = int(np.searchsorted(before.iterations, at.iterations))
        assert np.array_equal(trace.weights[-1], before.weights[row])


def test_the_number_of_the_reader_stays(visitor: RaceVisitor) -> None:
    visitor.post("start")
    visitor.wait_for_end()
    visitor.races.note()
    entries = {entry.result.lane.name: entry for entry in visitor.races.log}
    before = replace(visitor.session.experiment, stopping=Stopping(0.01, 77))
    assert reopened(entries["nbn"], before).stopping.max_iterations == 77
    usual = RULES["ebp"].usual_iterations
    assert reopened(entries["ebp"], before).stopping.max_iterations == usual


def test_a_finished_race_stays_while_only_its_rule_or_limit_changes(visitor: RaceVisitor) -> None:
    visitor.post("start")
    visitor.wait_for_end()
    visitor.races.note()
    race = visitor.races.race
    for entry in visitor.races.log:
        reopen(visitor.session, entry, visitor.workers)
        visitor.races.settle(visitor.session.experiment)
        assert visitor.races.race is race


def test_races_are_numbered_in_their_session(visitor: RaceVisitor) -> None:
    for number in (1, 2):
        visitor.post("start")
        visitor.wait_for_end()
        visitor.races.note()
        assert visitor.races.log[0].race == number
    other = RaceSession()
    other.settle(visitor.session.experiment)
    other.start(Session([visitor.session.document]).experiment, visitor.workers)
    assert other.race is not None
    assert visitor.races.race is not None
    assert other.race.number == 1
    assert other.race.id > visitor.races.race.id
    other.drop()
