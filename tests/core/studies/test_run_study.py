"""Studies in progress: the same trials as single trainings, by any workers and in any order."""

from __future__ import annotations

import math
import os
import signal
import threading
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nbn_core import RULES, Objective, StopReason, Topology, run_trials, train
from nbn_core.experiment import ProblemData, Stopping
from nbn_core.rules.registry import register
from nbn_core.studies import (
    Cell,
    Chunk,
    ChunkEnd,
    ProcessWorkers,
    Study,
    StudyFault,
    StudyNetwork,
    StudyResult,
    StudyRule,
    StudyRun,
    ThreadWorkers,
    run_study,
)
from nbn_core.studies.trial_chunk import run_chunk
from nbn_core.training.trials import trial_seed

LONG = 240.0  # seconds until a wait counts as failed
NETWORKS = (
    StudyNetwork("4-4-1 MLP", Topology.mlp([4, 4, 1], output="bipolar"), "MLP"),
    StudyNetwork("4-2-1 BMLP", Topology.bmlp([4, 2, 1], output="bipolar"), "BMLP"),
    StudyNetwork("4-2-1 FCC", Topology.fcc(4, 2, 1, output="bipolar"), "FCC"),
)
PARITY = Study(
    NETWORKS, ProblemData("parity", {"n": 4}), trials=20, stopping=Stopping(0.01, 100), seed=5
)
SPLIT = replace(
    PARITY, trials=3, stopping=Stopping(0.5, 40),
    data=ProblemData("circles", {"n_points": 120}, 0.5, 0),
    networks=(StudyNetwork("2-3-1 MLP", Topology.mlp([2, 3, 1], output="bipolar"), "MLP"),),
    rules=(StudyRule(), StudyRule("adam"), StudyRule("noprop"), StudyRule("lm")),
)  # fmt: skip


def numbers(result: StudyResult) -> list[tuple[Any, ...]]:
    """Return all outcomes except computing times."""
    return [
        (
            *(getattr(found.trials, name).tobytes() for name in COLUMNS),
            found.trials.stops, found.test_sse.tobytes(), found.test_wrong.tobytes(),
        )
        for found in result.cells.values()
    ]  # fmt: skip


COLUMNS = ("numbers", "seeds", "sse", "all_iterations", "all_evaluations", "all_work")


@pytest.fixture(scope="module")
def whole() -> StudyResult:
    return run_study(PARITY)


def test_trials_equal_those_of_run_trials(whole: StudyResult) -> None:
    assert whole.complete
    for n, network in enumerate(NETWORKS):
        alone = run_trials(
            network.topology, PARITY.data.datasets()[0], n_trials=20, seed=5, max_iterations=100,
            target_sse=0.01,
        )  # fmt: skip
        for name in COLUMNS:
            assert np.array_equal(getattr(whole[n, 0].trials, name), getattr(alone, name)), name
        assert whole[n, 0].trials.stops == alone.stops


@pytest.mark.parametrize("patience", [0, 3])
@pytest.mark.parametrize("validation", [0.0, 0.2])
def test_trials_equal_single_trainings_also_on_the_test_patterns(
    patience: int, validation: float
) -> None:
    data = replace(SPLIT.data, validation_share=validation)
    study = replace(SPLIT, data=data, stopping=Stopping(0.5, 40, patience))
    result, parts = run_study(study), data.parts()
    early: dict[str, Any] = {}
    if patience and parts.validation is not None:
        early = {"validation": parts.validation, "patience": patience}
    assert parts.test is not None
    for r, rule in enumerate(study.rules):
        for i in range(study.trials):
            found, seed = result[0, r], trial_seed(study.seed, i)
            alone = train(
                NETWORKS_2, parts.train, rule.name, seed=seed, max_iterations=40, target_sse=0.5,
                **early, **rule.settings,
            )  # fmt: skip
            assert (found.trials.sse[i], found.trials.stops[i]) == (alone.sse, alone.stop)
            assert found.trials.all_iterations[i] == alone.iterations
            if RULES[rule.name].own_prediction:
                assert 0 <= found.test_wrong[i] <= 1
                continue
            outputs = Objective(NETWORKS_2, parts.test).outputs(alone.weights)
            wrong = 1 - np.mean(parts.test.right(outputs))
            assert found.test_wrong[i] == wrong
            assert found.test_sse[i] == pytest.approx(np.sum((parts.test.targets - outputs) ** 2))


NETWORKS_2 = SPLIT.networks[0].topology


def test_without_test_patterns_their_error_is_unknown(whole: StudyResult) -> None:
    assert all(np.isnan(found.test_sse).all() for found in whole.cells.values())


class Inline(Executor):
    """Executor that runs every task at once, in the calling thread."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future:
        future: Future = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def test_the_workers_do_not_change_results(whole: StudyResult) -> None:
    with ThreadPoolExecutor(5) as threads:
        for executor in (Inline(), threads, ThreadWorkers()):
            assert numbers(run_study(PARITY, executor)) == numbers(whole)
            assert not (executor is threads and threads._shutdown)


def test_processes_give_the_same_bits_and_stay_with_their_owner(whole: StudyResult) -> None:
    workers = ProcessWorkers(count=2)
    assert numbers(run_study(PARITY, workers)) == numbers(whole)


def test_a_lost_process_costs_no_trial(whole: StudyResult) -> None:
    workers = ProcessWorkers(count=2)
    killed: list[int] = []

    def kill(run: StudyRun) -> None:
        if not killed and 0 < run.done < run.total:
            pool = workers._executor
            assert isinstance(pool, ProcessPoolExecutor)
            killed.append(next(iter(pool._processes)))
            os.kill(killed[0], signal.SIGKILL)

    slow = replace(PARITY, trials=1500)
    result = run_study(slow, workers, on_progress=kill)
    assert killed
    assert result.complete
    assert not result.missing
    assert numbers(result) == numbers(run_study(slow))


class Losing(ThreadWorkers):
    """Workers that are lost whenever a chunk holds a certain trial, or on the first chunks."""

    def __init__(self, poison: int = -1, first: int = 0) -> None:
        super().__init__()
        self.poison, self.first, self.recovered = poison, first, 0

    def submit(self, study: Study, chunk: Chunk) -> Future[ChunkEnd]:
        self.first -= 1
        if self.poison in chunk.numbers or self.first >= 0:
            lost: Future[ChunkEnd] = Future()
            lost.set_exception(ConnectionError("the worker is gone"))
            return lost
        return super().submit(study, chunk)

    def recover(self) -> None:
        self.recovered += 1


def test_lost_chunks_are_run_again(whole: StudyResult) -> None:
    workers = Losing(first=3)
    assert numbers(run_study(PARITY, workers)) == numbers(whole)
    assert workers.recovered == 3


def test_a_trial_that_takes_every_worker_with_it_is_given_up_alone(whole: StudyResult) -> None:
    result = run_study(PARITY, Losing(poison=7))
    assert set(result.missing.values()) == {(7,)}
    assert len(result.missing) == 3
    assert result.n_trials == PARITY.total - 3
    assert not result.complete
    for cell, found in result.cells.items():
        kept = np.delete(whole.cells[cell].trials.sse, 7)
        assert np.array_equal(found.trials.sse, kept)


class Failing(type(RULES["ebp"])):  # type: ignore[misc]
    """Rule whose later trials fail by a fault of the program."""

    name = "failing_rule"
    begun = 0

    def init(self, *args: Any) -> Any:
        type(self).begun += 1
        if self.begun > 3:
            raise ZeroDivisionError("the rule is wrong")
        return super().init(*args)


def test_a_fault_of_the_program_reaches_the_caller() -> None:
    register(Failing())
    try:
        with pytest.raises(StudyFault, match="ZeroDivisionError: the rule is wrong"):
            run_study(replace(PARITY, rules=(StudyRule("failing_rule"),)))
    finally:
        del RULES["failing_rule"]


def test_earlier_results_are_not_computed_again(whole: StudyResult) -> None:
    few = run_study(replace(PARITY, trials=6))
    again = replace(PARITY, networks=NETWORKS[::-1])
    run = StudyRun(again, ThreadWorkers(), known=few)
    assert run.done == 18
    result = run_study(again, known=few)
    assert numbers(result)[::-1] == numbers(whole)
    assert few[0, 0].trials.all_seconds.tolist() == result[2, 0].trials.all_seconds[:6].tolist()
    for changes in (
        {"seed": 6}, {"stopping": Stopping(0.01, 101)}, {"scheme": "fan_in"}, {"max_work": 1e6},
        {"data": ProblemData("parity", {"n": 4}, 0.75)}, {"rules": (StudyRule("lm"),)},
    ):  # fmt: skip
        assert StudyRun(replace(PARITY, **changes), ThreadWorkers(), known=whole).done == 0


def test_it_stops_and_goes_on_without_losing_trials() -> None:
    long = replace(PARITY, trials=700)
    workers = ThreadWorkers()
    run = StudyRun(long, workers)
    assert not run.running
    seen = [0]
    while run.done < run.total:
        run.go()
        run.go()
        wait_for(lambda: run.done > seen[-1] or not run.running)
        run.halt()
        assert run.wait(LONG)
        assert not run.running
        seen.append(run.done)
        part = run.result()
        assert part.n_trials == seen[-1]
    workers.close()
    assert len(seen) > 3
    assert numbers(run.result()) == numbers(run_study(long))


def test_waiting_for_trials_ends_with_the_first_ones() -> None:
    run = StudyRun(replace(PARITY, trials=20_000), ThreadWorkers())
    run.go()
    run.wait_for_trials(LONG)
    assert 0 < run.done < run.total
    assert run.running
    run.halt()
    assert run.wait(LONG)


def wait_for(told: Any) -> None:
    waiting = threading.Event()
    for _ in range(int(LONG / 0.001)):
        if told():
            return
        waiting.wait(0.001)
    pytest.fail("nothing happened")


def test_cancelled_studies_return_what_has_ended(whole: StudyResult) -> None:
    calls: list[int] = []

    def cancelled() -> bool:
        calls.append(1)
        return len(calls) > 1

    result = run_study(replace(PARITY, trials=100_000), cancelled=cancelled)
    assert 0 < result.n_trials < 300_000
    for cell, found in result.cells.items():
        first = found.trials.numbers < 20
        assert np.array_equal(
            found.trials.sse[first], whole.cells[cell].trials.sse[found.trials.numbers[first]]
        )


def test_no_trial_counts_work_beyond_its_limit() -> None:
    study = replace(SPLIT, max_work=60.0, stopping=Stopping(1e-9, 10_000), trials=2)
    result = run_study(study)
    for found in result.cells.values():
        assert found.trials.stops == (StopReason.WORK_LIMIT,) * 2
        assert (found.trials.all_work > 0).all()
        assert (found.trials.all_work <= 60.0).all()
    # The SSE is that of the last iteration within the limit
    alone = train(
        NETWORKS_2, SPLIT.data.datasets()[0], seed=trial_seed(5, 0), target_sse=1e-9,
        max_iterations=int(result[0, 0].trials.all_iterations[0]),
    )  # fmt: skip
    assert result[0, 0].trials.sse[0] == alone.sse


def test_a_chunk_takes_no_longer_than_planned() -> None:
    slow = replace(PARITY, rules=(StudyRule("spsa"),), stopping=Stopping(0.0, 300))
    end = run_chunk(slow, Chunk(Cell(0, 0), tuple(range(1000)), 1e-9), lambda: False)
    assert len(end.trials) == 1
    assert run_chunk(slow, Chunk(Cell(0, 0), (0,), 1.0), lambda: True).trials == []


def test_summaries_and_rows_are_those_of_the_trials(whole: StudyResult) -> None:
    rows = whole.summary()
    assert [row["network"] for row in rows] == [network.name for network in NETWORKS]
    for n, row in enumerate(rows):
        trials = whole[n, 0].trials
        assert (row["trials"], row["solved"]) == (20, trials.successes)
        assert (row["rate"], row["rate_low"], row["rate_high"]) == (
            trials.success_rate, *trials.interval,
        )  # fmt: skip
        assert row["expected_work"] == trials.expected_work
        assert row["weights"] == NETWORKS[n].topology.n_weights
    each = list(whole.rows())
    assert len(each) == 60
    assert math.isnan(each[0]["test_sse"])
    assert {row["end"] for row in each} <= {stop.name.lower() for stop in StopReason}


def test_computing_times_of_several_computers_are_not_compared(whole: StudyResult) -> None:
    both = replace(whole, hosts=("one", "two"))
    assert whole.seconds_comparable
    assert not both.seconds_comparable
    assert all(math.isnan(row["expected_seconds"]) for row in both.summary())


def test_the_example_is_a_seed_that_worked(whole: StudyResult) -> None:
    for n, network in enumerate(NETWORKS):
        seed = whole[n, 0].example()
        assert seed is not None
        alone = train(
            network.topology, PARITY.data.datasets()[0], seed=seed, max_iterations=100,
            target_sse=0.01,
        )  # fmt: skip
        assert alone.converged == bool(whole[n, 0].trials.successes)
        assert alone.sse <= whole[n, 0].trials.sse.max()


def test_the_example_of_the_documentation_runs(capsys: pytest.CaptureFixture[str]) -> None:
    text = (Path(__file__).parents[3] / "docs" / "studies.md").read_text(encoding="utf-8")
    example = text.split("```python\n", 1)[1].split("```", 1)[0]
    exec(compile(example, "docs/studies.md", "exec"), {})
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [(row[0], row[2]) for row in rows] == [
        ("4-1-1", "11"), ("4-2-1", "18"), ("4-3-1", "26"),
    ]  # fmt: skip
    assert all(float(row[4]) <= float(row[3]) <= float(row[5]) for row in rows)
