"""Trials: trainings that differ only in their starting weights.

The random seed of a trial is derived from the seed of all trials and from its number, so that
`train(..., seed=result.seeds[i])` repeats trial i to the bit. Except for measured times, the result
does not depend on the executor, the number of its workers, or the order in which they finish.

Success rate and expected cost with their intervals are in `nbn_core.training.trials_result`.
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
from nbn_core.network import Topology
from nbn_core.objective import Objective, starting_weights_of
from nbn_core.rules import RULES
from nbn_core.trace import StopReason
from nbn_core.training.training import (
    ITERATIONS_MOST,
    MAX_ITERATIONS,
    SCHEME,
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
        Seed of all trials, from 0 to 2^53 - 1.
    number : int
        Number of the trial, from 0.

    Returns
    -------
    int
        Seed for `train(..., seed=...)`, from 0 to 2^53 - 1.
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
    scheme: str = SCHEME,
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
        Topology of the network.
    dataset : Dataset
        Patterns with inputs and targets.
    rule : str
        Name of the rule, a key of `RULES`.
    n_trials : int
        Number of trials.
    seed : int
        Random seed, from which the seeds of all trials are derived.
    executor : Executor, optional
        Executor of `concurrent.futures`; by default one thread for each processor.
    scheme : str
        Scheme of the starting weights, a key of `SCHEMES`.
    max_iterations : int
        Maximum iterations of a trial.
    target_sse : float
        SSE at or below which a trial is a success.
    on_trial : callable, optional
        Function that is called in this thread with each `Trial` that has ended, in the order in
        which they end.
    cancelled : callable, optional
        Function that is called about every 30 ms in this thread; if it returns true, the trials
        that have ended so far are the result.
    **settings
        Settings of the rule.

    Returns
    -------
    TrialsResult
        Results of the trials, in the order of their numbers.

    Raises
    ------
    SettingError
        If a setting is unknown or not allowed, or the rule cannot train this network.
    ShapeError
        If the sizes of network and data do not match.
    """
    n_trials = whole(n_trials, "n_trials", 1, TRIALS_MOST)
    seed = whole(seed, "seed", 0, MAX_SEED)
    most = whole(max_iterations, "max_iterations", 0, ITERATIONS_MOST)
    target = not_negative(target_sse, "target_sse")
    Training(
        topology, dataset, rule, scheme=scheme, max_iterations=most, target_sse=target, **settings
    )  # reports invalid arguments before any trial starts
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


# Distribution of the work


class _Flag:
    """Flag that stops all threads of this process; its copy in another process is never set."""

    def __init__(self) -> None:
        self.event = Event()

    def __reduce__(self) -> tuple[type[_Flag], tuple[()]]:
        return _Flag, ()


@dataclass(frozen=True, slots=True)
class _Job:
    """Common arguments of all trials, in a form that can be sent to another process."""

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
    """Run some trials; return those that have ended before the flag was set."""
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
    """Run trials in compiled code; return those that have ended before the flag was set."""
    seeds = job.seeds(numbers)
    starts = starting_weights_of(job.topology, job.dataset, job.scheme, seeds)
    rule = RULES[job.rule]
    ends = rule.trials(
        Objective(job.topology, job.dataset), starts, job.max_iterations, job.target_sse,
        rule.settings(job.settings), job.stop.event.is_set,
    )  # fmt: skip
    return [
        Trial(number, seed, *end[:-1])
        for number, seed, end in zip(numbers, seeds, ends, strict=False)
    ]
