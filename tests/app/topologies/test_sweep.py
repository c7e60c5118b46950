"""The study of a tab: started, stopped, resumed, extended, and dropped with its problem."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace

import numpy as np
import pytest

from app.session.jobs import Workers
from app.session.study_workers import SharedWorkers
from app.topologies.plan import Plan
from app.topologies.sweep import DROPPED, Sweep
from nbn_core.experiment import Experiment, Stopping
from nbn_core.studies import Chunk, ChunkEnd, Study
from nbn_core.training import run_trials
from tests.app.fake_browser import LONG
from tests.app.topologies.helpers import XOR

PLAN = Plan(families=("slp", "fcc"), smallest=1, largest=2, iterations=60, trials=6)


class Counted(SharedWorkers):
    """Shared workers that count the trials they run."""

    def __init__(self) -> None:
        super().__init__(Workers(2), 2)
        self._ended: list[int] = []  # trials of each chunk

    @property
    def ran(self) -> int:
        return sum(self._ended)

    def submit(self, study: Study, chunk: Chunk) -> Future[ChunkEnd]:
        future = super().submit(study, chunk)
        future.add_done_callback(lambda end: self._ended.append(len(end.result().trials)))
        return future


@pytest.fixture
def workers() -> Counted:
    return Counted()


def ran(sweep: Sweep, plan: Plan, workers: Counted, experiment: Experiment = XOR) -> Study:
    sweep.settle(experiment)
    study = plan.study(experiment)
    sweep.start(study, plan.grid(experiment), workers)
    assert sweep.run is not None
    assert sweep.run.wait(LONG)
    return study


def test_a_study_has_the_trials_of_run_trials(workers: Counted) -> None:
    sweep = Sweep()
    study = ran(sweep, PLAN, workers)
    points = sweep.points()
    assert [one.network for one in points] == list(study.networks)
    for one in points:
        alone = run_trials(
            one.network.topology, XOR.datasets()[0], n_trials=6, scheme=study.scheme,
            max_iterations=60, target_sse=XOR.stopping.target_sse, **XOR.settings,
        )  # fmt: skip
        np.testing.assert_array_equal(one.found.trials.sse, alone.sse)
        np.testing.assert_array_equal(one.found.trials.solved, alone.solved)
    assert not sweep.running
    assert not sweep.can_resume


def test_no_training_runs_twice(workers: Counted) -> None:
    sweep = Sweep()
    ran(sweep, PLAN, workers)
    assert workers.ran == 24
    larger = replace(PLAN, largest=3)
    assert sweep.done_of(larger.study(XOR)) == 24
    ran(sweep, larger, workers)
    assert workers.ran == 36
    assert len(sweep.points()) == 6
    ran(sweep, replace(PLAN, families=("slp",)), workers)
    ran(sweep, larger, workers)
    assert workers.ran == 36
    ran(sweep, replace(larger, trials=3), workers)
    assert {one.found.trials.n_trials for one in sweep.points()} == {6}
    other_limit = replace(PLAN, iterations=50)
    assert sweep.done_of(other_limit.study(XOR)) == 0
    ran(sweep, other_limit, workers)
    assert workers.ran == 60


def test_more_seeds_go_to_some_networks_and_the_others_stay(workers: Counted) -> None:
    sweep = Sweep()
    ran(sweep, PLAN, workers)
    before = sweep.points()
    sweep.more(before[1:3], 4, workers)
    assert sweep.run is not None
    assert sweep.run.wait(LONG)
    after = sweep.points()
    assert [one.found.trials.n_trials for one in after] == [6, 10, 10, 6]
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one.found.trials.sse, other.found.trials.sse[:6])
    assert workers.ran == 32
    sweep.more(after, 2, workers)  # all have equally many then
    assert sweep.run.wait(LONG)
    assert [one.found.trials.n_trials for one in sweep.points()] == [12, 12, 12, 12]


def test_what_was_stopped_is_kept_and_continues(workers: Counted) -> None:
    sweep = Sweep()
    sweep.settle(XOR)
    plan = replace(PLAN, families=("slp", "mlp3", "fcc"), smallest=4, largest=9, trials=400)
    sweep.start(plan.study(XOR), plan.grid(XOR), workers)
    sweep.halt()
    assert sweep.run is not None
    assert sweep.run.wait(LONG)
    done = sum(one.found.trials.n_trials for one in sweep.points())
    assert done == sweep.run.done < sweep.run.total
    assert sweep.can_resume
    sweep.resume()
    assert sweep.run.wait(LONG)
    assert sum(one.found.trials.n_trials for one in sweep.points()) == sweep.run.total
    assert not sweep.can_resume


def test_other_data_or_another_target_drop_the_results(workers: Counted) -> None:
    sweep = Sweep()
    ran(sweep, PLAN, workers)
    sweep.settle(replace(XOR, rule="adam", settings={}))
    assert sweep.points()
    assert not sweep.message
    sweep.settle(replace(XOR, stopping=Stopping(0.5, 60)))
    assert (sweep.message, sweep.study, sweep.points()) == (DROPPED, None, [])
    ran(sweep, PLAN, workers, replace(XOR, stopping=Stopping(0.5, 60)))
    assert sweep.points()
    assert not sweep.message
    sweep.settle(Experiment.suggested("parity"))
    assert sweep.message == DROPPED
    assert len(sweep.known) == 0


def test_another_rule_has_results_of_its_own(workers: Counted) -> None:
    sweep = Sweep()
    ran(sweep, PLAN, workers)
    sse = sweep.points()[0].found.trials.sse
    study = ran(sweep, replace(PLAN, rule="lm"), workers)
    assert study.rules[0].name == "lm"
    assert workers.ran == 48
    ran(sweep, PLAN, workers)
    assert workers.ran == 48
    np.testing.assert_array_equal(sweep.points()[0].found.trials.sse, sse)
