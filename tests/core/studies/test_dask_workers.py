"""Studies on a real Dask scheduler with real workers: same numbers, lost workers, sentences."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from nbn_core import Topology
from nbn_core.__main__ import main
from nbn_core.errors import StoreError
from nbn_core.experiment import ProblemData, Stopping
from nbn_core.studies import Study, StudyNetwork, StudyRule, StudyRun, dask_workers, run_study
from nbn_core.studies.dask_workers import DaskWorkers
from nbn_core.studies.runner import cluster_workers, connect_cluster
from tests.core.studies.test_run_study import LONG, PARITY, numbers

CODE = "from distributed.cli.dask_{0} import main; main()"
FORWARD = StudyNetwork("4-2-1 FCC", Topology.fcc(4, 2, 1, output="bipolar"), "FCC")


class Program:
    """A program of Dask, which writes to a file what it says."""

    def __init__(self, folder: Path, what: str, *arguments: str) -> None:
        self.log = folder / f"{what}-{os.urandom(4).hex()}.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-c", CODE.format(what), *arguments],
                stderr=log, stdout=log,
            )  # fmt: skip

    def wait_for(self, pattern: str) -> str:
        """Wait until the program says this; return the group in brackets."""
        while True:
            ended = self.process.poll() is not None
            said = self.log.read_text()
            if (found := re.search(pattern, said)) is not None:
                return found[1]
            assert not ended, said
            time.sleep(0.05)

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(LONG)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dask")


@pytest.fixture(scope="module")
def scheduler(folder: Path) -> Iterator[str]:
    program = Program(folder, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
    yield program.wait_for(r"(tcp://127\.0\.0\.1:\d+)")
    program.end()


def worker(scheduler: str, folder: Path) -> Program:
    program = Program(
        folder, "worker", scheduler, "--nthreads", "1", "--no-nanny", "--no-dashboard",
        "--host", "127.0.0.1", "--local-directory", str(folder),
    )  # fmt: skip
    program.wait_for("(Registered to)")
    return program


@pytest.fixture
def two(scheduler: str, folder: Path) -> Iterator[list[Program]]:
    programs = [worker(scheduler, folder), worker(scheduler, folder)]
    yield programs
    for program in programs:
        program.end()


def test_a_killed_worker_costs_no_trial_and_changes_no_number(
    scheduler: str, two: list[Program]
) -> None:
    study = replace(PARITY, trials=1500)
    workers = DaskWorkers(scheduler)
    assert workers.count == 2
    killed: list[int] = []

    def kill(run: StudyRun) -> None:
        if not killed and 0 < run.done < run.total:
            killed.append(two[0].process.pid)
            os.kill(two[0].process.pid, signal.SIGKILL)

    result = run_study(study, workers, on_progress=kill)
    assert killed
    assert result.complete
    assert not result.missing
    assert numbers(result) == numbers(run_study(study))


def test_stop_reaches_the_workers_and_the_study_goes_on(scheduler: str, two: list[Program]) -> None:
    # Trials that would take hours
    endless = Study(
        (FORWARD,), ProblemData("parity", {"n": 4}), (StudyRule("spsa"),), trials=4,
        stopping=Stopping(0.0, 1_000_000),
    )  # fmt: skip
    workers = DaskWorkers(scheduler)
    run = StudyRun(endless, workers)
    run.go()
    assert run.running
    run.halt()
    assert run.wait(LONG)
    assert run.done == 0
    workers.close()
    workers = DaskWorkers(scheduler)
    assert run_study(PARITY, workers).complete


def test_the_command_runs_a_study_on_a_cluster(
    scheduler: str, two: list[Program], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "parity.json"
    file.write_text(PARITY.to_json())
    assert main(["study", str(file), "--scheduler", scheduler]) == 0
    assert "60 of 60 trainings ended." in capsys.readouterr().out
    with connect_cluster(scheduler) as client:  # as the app has it, for all sessions
        for _ in range(2):
            workers = cluster_workers(client)
            assert run_study(PARITY, workers).complete
        assert client.status == "running"


def test_a_scheduler_out_of_reach_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_workers, "CONNECT_SECONDS", 1)
    for address in ("tcp://127.0.0.1:9", "nonsense://x"):
        with pytest.raises(StoreError, match="does not answer") as refused:
            DaskWorkers(address)
        assert "\n" not in str(refused.value)


def test_workers_of_another_version_are_refused(
    scheduler: str, two: list[Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    marks = iter(["mine", "mine", "mine"])
    with monkeypatch.context() as patched:
        patched.setattr(dask_workers, "_mark", lambda: next(marks))
        with pytest.raises(StoreError, match="has another version of NBN Lab"):
            DaskWorkers(scheduler)


def test_the_cluster_is_loaded_by_nobody_else() -> None:
    code = "import nbn_core.studies, sys; print([m for m in sys.modules if 'distributed' in m])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
