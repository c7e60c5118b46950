"""Studies in the shared worker threads: the same results, in slices that others take turns with."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.session import study_workers
from app.session.jobs import Workers
from app.session.study_workers import ChunkRun, SharedWorkers
from nbn_core import Topology, run_trials
from nbn_core.errors import StoreError
from nbn_core.experiment import ProblemData, Stopping
from nbn_core.studies import (
    Cell,
    Chunk,
    ChunkWork,
    Study,
    StudyNetwork,
    StudyRule,
    StudyRun,
    dask_workers,
)
from nbn_core.warmup import is_warm_for_trials, warm_up, warm_up_trials
from tests.app.fake_browser import LONG

FCC = StudyNetwork("4-2-1 FCC", Topology.fcc(4, 2, 1, output="bipolar"), "FCC")
STUDY = Study((FCC,), ProblemData("parity", {"n": 4}), trials=30, stopping=Stopping(0.01, 80))


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    warm_up()
    warm_up_trials()


@pytest.fixture(params=[True, False], ids=["compiled", "not yet compiled"])
def compiled(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    assert is_warm_for_trials()
    monkeypatch.setattr(study_workers, "is_warm_for_trials", lambda: request.param)
    return bool(request.param)


def test_results_are_those_of_run_trials_before_and_after_compiling(compiled: bool) -> None:
    run = StudyRun(STUDY, SharedWorkers(Workers(2), 2))
    run.go()
    assert run.wait(LONG)
    alone = run_trials(
        FCC.topology, STUDY.data.datasets()[0], n_trials=30, max_iterations=80, target_sse=0.01
    )
    found = run.result()[0, 0].trials
    assert found.stops == alone.stops
    for name in ("sse", "all_work", "all_iterations", "all_evaluations"):
        assert np.array_equal(getattr(found, name), getattr(alone, name)), name


def test_a_long_trial_takes_many_turns() -> None:
    long = replace(STUDY, rules=(StudyRule("ebp"),), stopping=Stopping(0.0, 1_000_000))
    run = ChunkRun(ChunkWork(long, Chunk(Cell(0, 0), (0,)), lambda: False))
    assert run.slice()
    assert run.slice()
    assert not run.future.done()


def test_stop_ends_the_chunks_and_go_continues() -> None:
    long = replace(STUDY, trials=5000)
    run = StudyRun(long, SharedWorkers(Workers(2), 2))
    run.go()
    while run.done == 0:
        assert run.running
    run.halt()
    assert run.wait(LONG)
    done = run.done
    assert 0 < done < 5000
    run.go()
    while run.done == done:
        assert run.running
    run.halt()
    assert run.wait(LONG)


def test_a_cluster_that_the_host_names_is_used_or_missed_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("NBN_LAB_SCHEDULER", raising=False)
    assert isinstance(study_workers.study_workers(), SharedWorkers)
    monkeypatch.setattr(dask_workers, "CONNECT_SECONDS", 1)
    monkeypatch.setenv("NBN_LAB_SCHEDULER", "tcp://127.0.0.1:9")
    with pytest.raises(StoreError, match=r"tcp://127\.0\.0\.1:9 does not answer"):
        study_workers.study_workers()
