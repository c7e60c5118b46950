"""The search of a tab: what it finds, stopped, resumed, and dropped with its problem."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from app.session.jobs import Workers
from app.session.study_workers import SharedWorkers
from app.topologies.plan import Plan
from app.topologies.smallest_results import VERDICTS, steps_frame, tried_frame, winners
from app.topologies.smallest_run import SmallestRun, Wanted
from app.topologies.sweep import DROPPED, Sweep
from nbn_core.experiment import Experiment, ProblemData, Stopping
from nbn_core.network import Topology
from nbn_core.studies import (
    AnySeedGoal,
    ErrorGoal,
    Goal,
    RateGoal,
    Search,
    Verdict,
    search_study,
)
from nbn_core.training import train
from nbn_core.warmup import warm_up
from tests.app.fake_browser import LONG, is_a_sentence
from tests.app.topologies.helpers import CLASSES, XOR
from tests.app.topologies.test_sweep import Counted

PARITY = replace(
    Experiment.suggested("parity"), data=ProblemData("parity", {"n": 4}),
    topology=Topology.slp(4, 2, 1, output="bipolar"), stopping=Stopping(0.01, 100),
)  # fmt: skip
PLAN = Plan(("slp", "fcc"), 1, 4, "nbn", 100, 1)


@pytest.fixture
def workers() -> Counted:
    warm_up()
    return Counted()


def wanted(
    goal: Goal, experiment: Experiment = PARITY, plan: Plan = PLAN, *, each: bool = False,
    budget: int = 50_000,
) -> Wanted:  # fmt: skip
    return Wanted(plan.study(experiment), goal, "weights", each, budget)


def finish(run: SmallestRun) -> Search:
    """Poll as the page does until the search has ended."""
    while run.running:
        if run.run is not None:
            assert run.run.wait(LONG)
        run.advance()
    found = run.result()
    assert found is not None
    return found


def test_the_cascade_of_three_neurons_is_found_for_parity_4(workers: Counted) -> None:
    run = SmallestRun()
    run.settle(PARITY)
    asked = wanted(AnySeedGoal(0.05))
    run.start(asked, workers)
    found = finish(run)
    assert found.smallest is not None
    assert found.smallest.network.name == "4-2-1 FCC"
    assert found.smallest.network.topology.n_neurons == 3
    alone = search_study(asked.study, asked.goal)
    assert (found.claim, found.steps) == (alone.claim, alone.steps)
    assert run.trainings == found.trainings == workers.ran
    assert not run.can_resume
    assert winners(found) == [found.smallest]
    assert found.smallest.example is not None
    end = train(
        found.smallest.network.topology, PARITY.datasets()[0], seed=found.smallest.example,
        max_iterations=100, target_sse=0.01, **PARITY.settings,
    )  # fmt: skip
    assert end.converged


def test_each_family_has_a_smallest_network_of_its_own(workers: Counted) -> None:
    run = SmallestRun()
    run.settle(PARITY)
    run.start(wanted(AnySeedGoal(0.05), each=True), workers)
    names = [one.network.name for one in winners(finish(run))]
    assert names == ["4-3-1 SLP", "4-2-1 FCC"]


def test_the_tables_say_what_was_tried(workers: Counted) -> None:
    run = SmallestRun()
    run.settle(PARITY)
    run.start(wanted(RateGoal(0.5)), workers)
    found = finish(run)
    tried = tried_frame(found)
    assert list(tried["Weights"]) == sorted(tried["Weights"])
    for (_, row), tally in zip(tried.iterrows(), found.tallies, strict=True):
        assert (row["Network"], row["Seeds"], row["Successes"]) == (
            tally.network.name, tally.seeds, tally.successes,
        )  # fmt: skip
        assert row["Verdict"] == VERDICTS[tally.verdict]
        assert row["Why"][1:] in tally.sentence(found.goal, found.order)
        assert is_a_sentence(row["Why"])
    steps = steps_frame(found)
    assert list(steps["Step"]) == [one.sentence for one in reversed(found.steps)]
    assert list(steps["Trainings"]) == sorted(steps["Trainings"], reverse=True)


def test_a_search_is_stopped_and_resumed_without_a_training_twice(workers: Counted) -> None:
    run = SmallestRun()
    run.settle(PARITY)
    asked = wanted(AnySeedGoal(0.001))
    run.start(asked, workers)
    run.stop()
    assert not run.running
    stopped = run.result()
    assert stopped is not None
    assert stopped.end == "cancelled"
    assert "when the search was stopped" in stopped.claim
    assert run.can_resume
    run.advance()  # a page that is drawn again does not continue it
    assert run.result() is not None
    assert run.trainings == stopped.trainings
    assert run.run is not None
    assert run.run.wait(LONG)
    run.resume(workers)
    found = finish(run)
    assert found.end == "decided"
    assert workers.ran == found.trainings > stopped.trainings
    alone = search_study(asked.study, asked.goal)
    assert (found.claim, found.steps) == (alone.claim, alone.steps)


def test_a_closed_tab_stops_the_search(workers: Counted) -> None:
    run = SmallestRun()
    run.settle(PARITY)
    run.start(wanted(AnySeedGoal(0.001)), workers)
    run.halt()
    found = finish(run)
    assert found.end == "cancelled"
    assert workers.ran == found.trainings


def test_a_small_budget_ends_the_search_and_the_claim_says_so(workers: Counted) -> None:
    run = SmallestRun()
    run.settle(PARITY)
    run.start(wanted(RateGoal(0.9), budget=30), workers)
    found = finish(run)
    assert found.end == "budget"
    assert 0 < found.trainings <= 30
    assert "within the budget of 30 trainings" in found.claim
    assert not run.can_resume
    run.start(wanted(RateGoal(0.9), budget=60), workers)
    assert workers.ran == finish(run).trainings <= 60


def test_trials_of_the_comparison_are_not_run_again(workers: Counted) -> None:
    sweep, run = Sweep(), SmallestRun()
    for one in (sweep, run):
        one.settle(PARITY)
    study = replace(PLAN, trials=8).study(PARITY)
    sweep.start(study, PLAN.grid(PARITY), workers)
    assert sweep.run is not None
    assert sweep.run.wait(LONG)
    assert sweep.result() is not None
    before, asked = workers.ran, wanted(RateGoal(0.5))
    run.start(asked, workers, (sweep.known.of(asked.study),))
    found = finish(run)
    assert workers.ran - before == found.trainings - study.total
    assert found.steps == search_study(asked.study, asked.goal).steps


def test_a_test_error_can_be_the_goal(workers: Counted) -> None:
    experiment = replace(XOR, data=CLASSES, stopping=Stopping(3.0, 40))
    run = SmallestRun()
    run.settle(experiment)
    plan = Plan(("slp",), 1, 4, "nbn", 40, 1)
    run.start(wanted(ErrorGoal(0.3, "test_wrong"), experiment, plan), workers)
    found = finish(run)
    assert found.smallest is not None
    assert found.smallest.network.name != "2-1-1 SLP"
    # Without a test part there is nothing to decide on, which the search says in a sentence.
    run.settle(PARITY)
    run.start(wanted(ErrorGoal(0.3)), workers)
    finish(run)
    assert "give a part of the patterns to the test set" in run.message


class Gate:
    """Work that keeps a thread busy until the gate is opened."""

    def __init__(self) -> None:
        self.opened = threading.Event()

    def slice(self) -> bool:
        return not self.opened.wait(LONG)


def test_other_data_or_another_target_drop_the_search(workers: Counted) -> None:
    run, gate, threads = SmallestRun(), Gate(), Workers(1)
    threads.submit(gate)  # so that no training ends before the search is dropped
    run.settle(PARITY)
    assert not run.message
    run.start(wanted(AnySeedGoal(0.001)), SharedWorkers(threads, 1))
    run.settle(replace(PARITY, rule="adam", settings={}))
    assert run.running
    trainings = run.run
    run.settle(replace(PARITY, stopping=Stopping(0.5, 100)))
    assert (run.message, run.result(), run.running) == (DROPPED, None, False)
    assert trainings is not None
    gate.opened.set()
    assert trainings.wait(LONG)
    assert trainings.done < trainings.total
    other = replace(PARITY, stopping=Stopping(0.5, 100))
    run.start(wanted(AnySeedGoal(0.05), other), workers)
    found = finish(run)
    assert not run.message
    assert found.having(Verdict.ACCEPTED)


def test_a_fault_of_the_program_ends_the_search(
    workers: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object) -> None:
        raise RuntimeError("the executor was shut down by a test")

    run = SmallestRun()
    run.settle(PARITY)
    monkeypatch.setattr("nbn_core.studies.run.TrialQueue.take", broken)
    run.start(wanted(RateGoal(0.5)), SharedWorkers(Workers(1), 1))
    found = finish(run)
    assert run.failed
    assert not run.can_resume
    assert found.trainings == 0
