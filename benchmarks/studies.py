"""Studies: trials a second through each executor, beside `run_trials`, and the memory they take.

Parity-7 on the cascade with four neurons. All executors take turns within one run; the table has
the median of their rates, and the ratio to `run_trials` on all processors. The memory is that of
the process after 10 % and after all of the trials of one long study in threads.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from statistics import median

from nbn_core import Topology, run_study, run_trials
from nbn_core.experiment import ProblemData, Stopping
from nbn_core.studies import ProcessWorkers, Study, StudyNetwork, StudyRun, ThreadWorkers
from nbn_core.studies.runner import cluster_workers
from nbn_core.warmup import warm_up, warm_up_trials

FCC = StudyNetwork("7-3-1 FCC", Topology.fcc(7, 3, 1, output="bipolar"), "FCC")
PARITY = Study((FCC,), ProblemData("parity", {"n": 7}), stopping=Stopping(0.01, 300))
DASK = "from distributed.cli.dask_{} import main; main()"


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=4000, help="trials of a measurement")
    parser.add_argument("--rounds", type=int, default=5, help="measurements of each executor")
    parser.add_argument("--long", type=int, default=100_000, help="trials of the long study")
    options = parser.parse_args()
    warm_up()
    warm_up_trials()
    with tempfile.TemporaryDirectory() as folder:
        _rates(options.trials, options.rounds, Path(folder))
        _sweep(options.rounds)
        _memory(options.long)


def _rates(trials: int, rounds: int, folder: Path) -> None:
    study = Study((FCC,), PARITY.data, trials=trials, stopping=PARITY.stopping)
    with contextlib.ExitStack() as stack:
        one_worker = stack.enter_context(_cluster(1, folder))
        two_workers = stack.enter_context(_cluster(2, folder))
        processes = ProcessWorkers(count=2)
        stack.callback(processes.close)
        runs: dict[str, Callable[[], object]] = {
            "run_trials, all processors": lambda: run_trials(
                FCC.topology, study.data.datasets()[0], n_trials=trials, max_iterations=300,
                target_sse=0.01,
            ),
            "threads, 1": lambda: _in_threads(study, 1),
            "threads, 2": lambda: _in_threads(study, 2),
            "processes, 2": lambda: _kept(study, processes),
            "Dask, 1 worker": lambda: run_study(study, cluster_workers(one_worker)),
            "Dask, 2 workers": lambda: run_study(study, cluster_workers(two_workers)),
            "SQLite, threads": lambda: _stored(study, folder),
        }  # fmt: skip
        rates: dict[str, list[float]] = {name: [] for name in runs}
        for run in runs.values():
            run()
        for _ in range(rounds):
            for name, run in runs.items():
                began = time.perf_counter()
                run()
                rates[name].append(trials / (time.perf_counter() - began))
    peer = median(rates["run_trials, all processors"])
    print("| executor | trials a second | of run_trials |\n|---|---|---|")
    for name, several in rates.items():
        print(f"| {name} | {median(several):,.0f} | {median(several) / peer:.2f} |")


def _in_threads(study: Study, count: int) -> None:
    with ThreadPoolExecutor(count) as pool:
        run_study(study, pool)


def _kept(study: Study, workers: ProcessWorkers) -> None:
    run = StudyRun(study, workers)
    run.go()
    run.wait()


def _stored(study: Study, folder: Path) -> None:
    file = folder / f"{time.monotonic_ns()}.db"
    run_study(study, store=f"sqlite:///{file}")


def _sweep(rounds: int) -> None:
    """Compare the sweep of an opened page Topologies with `run_trials`, network by network."""
    shapes = [
        (f"{name} {size}", make(size))
        for size in range(1, 9)
        for name, make in (
            ("MLP", lambda n: Topology.mlp([7, n, 1], output="bipolar")),
            ("BMLP", lambda n: Topology.bmlp([7, n, 1], output="bipolar")),
            ("FCC", lambda n: Topology.fcc(7, n, 1, output="bipolar")),
        )
    ]
    networks = tuple(StudyNetwork(name, topology) for name, topology in shapes)
    study = Study(networks, PARITY.data, trials=50, stopping=PARITY.stopping)
    ours, theirs, first = [], [], []
    for _ in range(rounds):
        seen: list[float] = []
        began = time.perf_counter()
        run_study(study, on_progress=partial(_note_time, seen))
        ours.append(time.perf_counter() - began)
        first.append(seen[0] - began)
        began = time.perf_counter()
        for network in networks:
            run_trials(
                network.topology, study.data.datasets()[0], n_trials=50, max_iterations=300,
                target_sse=0.01,
            )  # fmt: skip
        theirs.append(time.perf_counter() - began)
    print(
        f"\nSweep of {len(networks)} networks with 50 seeds: {median(ours):.2f} s, first results "
        f"after {1000 * median(first):.0f} ms; run_trials {median(theirs):.2f} s, ratio "
        f"{median(ours) / median(theirs):.2f}."
    )


def _note_time(seen: list[float], run: StudyRun) -> None:
    seen.append(time.perf_counter())


def _memory(trials: int) -> None:
    study = Study((FCC,), PARITY.data, trials=trials, stopping=PARITY.stopping)
    seen: dict[str, float] = {}

    def note(run: StudyRun) -> None:
        if run.done >= trials // 10:
            seen.setdefault("after a tenth", _megabytes())

    began = time.perf_counter()
    workers = ThreadWorkers()
    result = run_study(study, workers, on_progress=note)
    took = time.perf_counter() - began
    print(
        f"\n{result.n_trials:,} trials in {took:.0f} s, {result[0, 0].trials.success_rate:.1%} "
        f"solved; most memory {seen['after a tenth']:.0f} MB after a tenth of them, "
        f"{_megabytes():.0f} MB at the end."
    )


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextlib.contextmanager
def _cluster(workers: int, folder: Path) -> Iterator[str]:
    """Start a scheduler with workers on loopback; yield its address."""
    log = folder / f"scheduler-{workers}.log"
    started = [_start(log, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")]
    try:
        address = _said(log, r"(tcp://127\.0\.0\.1:\d+)")
        for number in range(workers):
            log = folder / f"worker-{workers}-{number}.log"
            started.append(
                _start(
                    log, "worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard",
                    "--host", "127.0.0.1", "--local-directory", str(folder),
                )
            )  # fmt: skip
            _said(log, "(Registered to)")
        yield address
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait()


def _start(log: Path, what: str, *arguments: str) -> subprocess.Popen[bytes]:
    with log.open("w") as file:
        command = [sys.executable, "-W", "ignore", "-c", DASK.format(what), *arguments]
        return subprocess.Popen(command, stdout=file, stderr=file, env={**os.environ})


def _said(log: Path, pattern: str) -> str:
    while (found := re.search(pattern, log.read_text())) is None:
        time.sleep(0.05)
    return found[1]


if __name__ == "__main__":
    main()
