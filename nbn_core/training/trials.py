"""Trials: many trainings that differ only in their starting weights, and how many succeed.

A trial is one training from one start. Its seed follows from the seed of the whole and the number
of the trial, so that `train(..., seed=result.seeds[i])` makes trial i again, alone and to the bit.
Whatever the executor, however many of its workers, in whatever order they finish: the result is the
same, measured times apart.

What comes out, and how sure it is, is told in `nbn_core.training.trials_result`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import Event
from typing import Any

import numpy as np

from nbn_core.checks import MAX_SEED, not_negative, whole
from nbn_core.data import Dataset
from nbn_core.network import Topology, initial_weights
from nbn_core.objective import Objective
from nbn_core.rules import RULES
from nbn_core.trace import StopReason
from nbn_core.training.training import (
    ITERATIONS_MOST,
    MAX_ITERATIONS,
    TARGET_SSE,
    Training,
    TrainingResult,
    train,
)
from nbn_core.training.trials_result import Trial, TrialsResult, wilson

__all__ = ["Trial", "TrialsResult", "run_trials", "trial_seed", "wilson"]

TRIALS_MOST = 10_000_000
_CHUNK_MOST = 64
_ASK_SECONDS = 0.03


def trial_seed(seed: int, number: int) -> int:
    """Return the random seed of a trial, derived from the seed of all.

    Parameters
    ----------
    seed : int
        Of all trials.
    number : int
        Of the trial, from 0.

    Returns
    -------
    int
        From 0 to 2^53 - 1, for `train(..., seed=...)`.
    """
    high, low = np.random.SeedSequence((seed, number)).generate_state(2)
    return (int(high) << 32 | int(low)) & MAX_SEED


def run_trials(
    topology: Topology,
    dataset: Dataset,
    rule: str = "nbn",
    *,
    n_trials: int = 100,
    seed: int = 0,
    executor: Executor | None = None,
    scheme: str = "uniform",
    max_iterations: int = MAX_ITERATIONS,
    target_sse: float = TARGET_SSE,
    on_trial: Callable[[Trial], object] | None = None,
    cancelled: Callable[[], bool] | None = None,
    **settings: Any,
) -> TrialsResult:
    """Train a network from many starts.

    Parameters
    ----------
    topology : Topology
        The network.
    dataset : Dataset
        The patterns.
    rule : str
        A name in `RULES`.
    n_trials : int
        How many starts.
    seed : int
        All seeds follow from it.
    executor : Executor, optional
        Any of `concurrent.futures`; threads, one for each processor, if left out.
    scheme : str
        A name in `SCHEMES`.
    max_iterations : int
        Iterations after which a trial stops.
    target_sse : float
        Sum of squared errors at or under which a trial is a success.
    on_trial : callable, optional
        Called in this thread with each `Trial` that has ended, in the order they end.
    cancelled : callable, optional
        Asked about every 30 ms, in this thread; trials that have ended by then are kept.
    **settings
        Of the rule.

    Returns
    -------
    TrialsResult
        Trials by number.

    Raises
    ------
    SettingError
        If a setting is unknown or outside what it may be.
    ShapeError
        If network and data do not fit each other.
    """
    n_trials = whole(n_trials, "n_trials", 1, TRIALS_MOST)
    seed = whole(seed, "seed", 0, MAX_SEED)
    most = whole(max_iterations, "max_iterations", 0, ITERATIONS_MOST)
    target = not_negative(target_sse, "target_sse")
    Training(
        topology, dataset, rule, scheme=scheme, max_iterations=most, target_sse=target, **settings
    )  # anything wrong is said here, once
    job = _Job(topology, dataset, rule, seed, scheme, most, target, settings, _Flag())
    size = max(1, min(_CHUNK_MOST, n_trials // (8 * (os.cpu_count() or 1))))
    chunks = [range(a, min(a + size, n_trials)) for a in range(0, n_trials, size)]
    ended: list[Trial] = []

    def collect(some: list[Trial]) -> None:
        ended.extend(some)
        if on_trial is not None:
            for trial in some:
                on_trial(trial)

    if executor is not None:
        _run(executor, job, chunks, collect, cancelled)
    else:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            _run(pool, job, chunks, collect, cancelled)
    return _result(ended)


def _result(ended: list[Trial]) -> TrialsResult:
    rows = sorted(ended)
    return TrialsResult(
        np.array([row.number for row in rows], dtype=np.int64),
        np.array([row.seed for row in rows], dtype=np.int64),
        tuple(row.stop for row in rows),
        np.array([row.sse for row in rows], dtype=np.float64),
        np.array([row.iterations for row in rows], dtype=np.int64),
        np.array([row.evaluations for row in rows], dtype=np.int64),
        np.array([row.work for row in rows], dtype=np.float64),
        np.array([row.seconds for row in rows], dtype=np.float64),
    )


# Work shared out


class _Flag:
    """Says to stop, to all threads of this process; what another process gets never does."""

    def __init__(self) -> None:
        self.event = Event()

    def __reduce__(self) -> tuple[type[_Flag], tuple[()]]:
        return _Flag, ()


@dataclass(frozen=True, slots=True)
class _Job:
    """What all trials have in common; can be sent to another process."""

    topology: Topology
    dataset: Dataset
    rule: str
    seed: int
    scheme: str
    max_iterations: int
    target_sse: float
    settings: dict[str, Any]
    stop: _Flag

    def seeds(self, numbers: range) -> list[int]:
        return [trial_seed(self.seed, number) for number in numbers]


def _run(
    executor: Executor,
    job: _Job,
    chunks: list[range],
    collect: Callable[[list[Trial]], None],
    cancelled: Callable[[], bool] | None,
) -> None:
    """Submit chunks of trials, a few in advance, and collect the results as they finish."""
    ahead = 4 * (os.cpu_count() or 1)
    waiting: set[Future[list[Trial]]] = set()
    left = iter(chunks)
    try:
        while True:
            while len(waiting) < ahead and not job.stop.event.is_set():
                if cancelled is not None and cancelled():
                    job.stop.event.set()
                    break
                chunk = next(left, None)
                if chunk is None:
                    break
                waiting.add(executor.submit(_chunk, job, chunk))
            if not waiting:
                return
            done, waiting = wait(waiting, timeout=_ASK_SECONDS, return_when=FIRST_COMPLETED)
            if not done and cancelled is not None and cancelled():
                job.stop.event.set()
            for future in done:
                collect(future.result())
            if job.stop.event.is_set():
                waiting = {future for future in waiting if not future.cancel()}
    finally:
        job.stop.event.set()
        for future in waiting:
            future.cancel()


def _chunk(job: _Job, numbers: range) -> list[Trial]:
    """Run some trials; those that have ended when told to stop are returned."""
    if RULES[job.rule].compiled_trials:
        return _compiled(job, numbers)
    ended = []
    for number, seed in zip(numbers, job.seeds(numbers), strict=True):
        result = _alone(job, seed)
        if result.stop is StopReason.CANCELLED:
            break
        ended.append(
            Trial(
                number, seed, result.stop, result.sse, result.iterations, result.evaluations,
                result.work, result.seconds,
            )
        )  # fmt: skip
    return ended


def _alone(job: _Job, seed: int) -> TrainingResult:
    return train(
        job.topology, job.dataset, job.rule, scheme=job.scheme, seed=seed,
        max_iterations=job.max_iterations, target_sse=job.target_sse,
        cancelled=job.stop.event.is_set, **job.settings,
    )  # fmt: skip


def _compiled(job: _Job, numbers: range) -> list[Trial]:
    """Run trials in compiled code, as many as end before they are told to stop."""
    seeds = job.seeds(numbers)
    starts = np.array([initial_weights(job.topology, job.scheme, seed) for seed in seeds])
    rule = RULES[job.rule]
    ends = rule.trials(
        Objective(job.topology, job.dataset), starts, job.max_iterations, job.target_sse,
        rule.settings(job.settings), job.stop.event.is_set,
    )  # fmt: skip
    return [
        Trial(number, seed, *end) for number, seed, end in zip(numbers, seeds, ends, strict=False)
    ]
