"""Trials for Many seeds: every lane from many starts, in the shared worker threads.

The key of a trial is all that its outcome depends on: the problem, the rule with its settings, the
limit of work, and the seed. So no trial of a session runs twice, whatever lanes or seeds are added.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

import numpy as np

from app.race.lanes import Budget, Lane
from app.race.race import LaneRun, training_of
from app.race.results import Spent, first_at, spent_at
from app.session.jobs import SLICE, Run, Workers
from nbn_core.experiment import Experiment, SeededStart
from nbn_core.objective import starting_weights
from nbn_core.trace import StopReason
from nbn_core.training import Training
from nbn_core.training.trials import trial_seed

MOST_SEEDS: Final = 1000
_LOG: Final = logging.getLogger(__name__)


class SeedResult(NamedTuple):
    """The outcome of one trial of a lane."""

    seed: int
    solved: bool
    spent: Spent
    sse: float
    stop: str


Key = tuple[str, str, float, int]  # problem, lane, limit of work, index of the seed
Kept = dict[Key, SeedResult]


@dataclass(slots=True, eq=False)
class Series:
    """All trials of several lanes on the same seeds.

    Parameters
    ----------
    experiment : Experiment
        Network and data; its starting weights are not used.
    problem : str
        Digest of the problem, part of the key of every trial.
    lanes : tuple of Lane
        The lanes that train.
    seeds : int
        Number of starts, the same for all lanes.
    work : float
        Limit of work for a trial, in forward-equivalent units.
    kept : dict
        Finished trials of the session; new ones are added.
    """

    experiment: Experiment
    problem: str
    lanes: tuple[Lane, ...]
    seeds: int
    work: float
    kept: Kept
    halted: bool = False
    failed: bool = False
    _pending: list[tuple[Lane, int]] = field(default_factory=list)
    _at_work: int = 0
    _durations: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    _hands: int = 1
    _lock: threading.Condition = field(default_factory=threading.Condition)

    def __post_init__(self) -> None:
        data = self.experiment.datasets()[0]
        self.lanes = tuple(
            lane for lane in self.lanes if lane.rule.refuses(self.experiment.topology, data) is None
        )
        chance = np.random.default_rng(self.seeds)
        for place in range(self.seeds):
            # A different order for every seed, so that no lane always runs on a warmer processor.
            for i in chance.permutation(len(self.lanes)):
                if self.key(self.lanes[i], place) not in self.kept:
                    self._pending.append((self.lanes[i], place))

    def key(self, lane: Lane, place: int) -> Key:
        """Return the key under which a trial is kept."""
        return self.problem, lane.key, self.work, place

    def trials(self, lane: Lane) -> Mapping[int, SeedResult]:
        """Return the finished trials of a lane by the index of the seed."""
        keys = ((place, self.key(lane, place)) for place in range(self.seeds))
        return {place: self.kept[key] for place, key in keys if key in self.kept}

    @property
    def total(self) -> int:
        """Number of all trials."""
        return self.seeds * len(self.lanes)

    @property
    def done(self) -> int:
        """Number of finished trials."""
        return sum(len(self.trials(lane)) for lane in self.lanes)

    @property
    def running(self) -> bool:
        """Whether a worker thread still runs trials."""
        with self._lock:
            return self._at_work > 0

    def wait(self, seconds: float) -> bool:
        """Wait up to `seconds` until it stops; return whether it has stopped."""
        with self._lock:
            return self._lock.wait_for(lambda: self._at_work == 0, seconds)

    def left(self) -> float | None:
        """Estimate the remaining seconds; None while a lane with trials left has finished none."""
        with self._lock:
            waiting: dict[int, int] = defaultdict(int)
            for lane, _ in self._pending:
                waiting[lane.number] += 1
            if any(not self._durations.get(number) for number in waiting):
                return None
            each = {number: np.mean(self._durations[number]) for number in waiting}
            return float(sum(each[n] * count for n, count in waiting.items())) / self._hands

    def go(self, workers: Workers, hands: int) -> None:
        """Start or continue with several worker threads."""
        with self._lock:
            self.halted, self._hands = False, hands
            self._at_work += hands
        for _ in range(hands):
            workers.submit(TrialWorker(self))

    def halt(self) -> None:
        """Stop after the current slices; unfinished trials start again when the trials continue."""
        self.halted = True

    # For the worker threads

    def take(self) -> tuple[Lane, int] | None:
        """Take the next trial from the queue; None if it is empty or the trials were stopped."""
        with self._lock:
            return self._pending.pop(0) if self._pending and not self.halted else None

    def put_back(self, lane: Lane, place: int) -> None:
        """Return an unfinished trial to the queue."""
        with self._lock:
            self._pending.insert(0, (lane, place))

    def keep(self, lane: Lane, place: int, trial: SeedResult, seconds: float) -> None:
        """Store the outcome of a trial and the seconds that it took."""
        with self._lock:
            self.kept[self.key(lane, place)] = trial
            self._durations[lane.number].append(seconds)

    def rest(self) -> None:
        """Record that a worker thread has stopped."""
        with self._lock:
            self._at_work -= 1
            self._lock.notify_all()


class TrialWorker(Run):
    """The part of one worker thread: it runs one trial after another, in time slices."""

    def __init__(self, series: Series) -> None:
        super().__init__(_nothing)
        self.series = series
        self._trial: tuple[Lane, int] | None = None
        self._lane_run: LaneRun | None = None
        self._since = 0.0

    def slice(self) -> bool:
        """Advance for one slice; return whether there is more to do."""
        try:
            more = self._work()
        except Exception:
            _LOG.exception("A trial failed")
            self.series.failed = self.series.halted = True
            more = False
        if not more:
            if self._trial is not None:
                self.series.put_back(*self._trial)
            self.series.rest()
        return more

    def _work(self) -> bool:
        if self.series.halted:
            return False
        if self._trial is None:
            self._trial = self.series.take()
            if self._trial is None:
                return False
            self._since = time.monotonic()
            self._lane_run = self._begin(*self._trial)
        run = self._lane_run
        assert run is not None
        if run.step(SLICE):
            return True
        lane, place = self._trial
        self.series.keep(lane, place, finished(run, self._seed(place), self.series), self._taken())
        self._trial = self._lane_run = None
        return True

    def _taken(self) -> float:
        return time.monotonic() - self._since

    @staticmethod
    def _seed(place: int) -> int:
        return trial_seed(0, place)

    def _begin(self, lane: Lane, place: int) -> LaneRun:
        series = self.series
        experiment = series.experiment
        start = experiment.start if isinstance(experiment.start, SeededStart) else SeededStart()
        weights = starting_weights(
            experiment.topology, experiment.datasets()[0], start.scheme, self._seed(place)
        )
        target = replace(Budget(), kind="target")
        run = LaneRun(
            lambda: training_of(experiment, lane, target, weights),
            Budget("work", work=series.work),
        )
        run.prepare()
        return run


def _nothing() -> Training:
    raise AssertionError("a TrialWorker has no training of its own")


def finished(run: LaneRun, seed: int, series: Series) -> SeedResult:
    """Return the outcome of a trial: its cost up to the target, or its total cost."""
    trace = run.within()
    training = run.training
    assert trace is not None
    assert training is not None
    reached = first_at(trace, series.experiment.stopping.target_sse)
    stop = training.stop
    word = "solved" if reached else "budget spent" if stop is None else _WORDS.get(stop, "ended")
    return SeedResult(
        seed, reached is not None, reached or spent_at(trace, -1), float(trace.sse[-1]), word
    )


_WORDS: Final = {
    StopReason.CONVERGED: "converged",
    StopReason.PLATEAU: "on a plateau",
    StopReason.NO_PROGRESS: "stuck",
    StopReason.DAMPING_LIMIT: "stuck",
    StopReason.DIVERGED: "diverged",
    StopReason.SOLVED: "budget spent",
}


def table_of(series: Series, titles: Sequence[str]) -> list[dict[str, object]]:
    """Return one row for each finished trial, as the table for download."""
    rows: list[dict[str, object]] = []
    for lane, title in zip(series.lanes, titles, strict=True):
        for place, trial in series.trials(lane).items():
            rows.append(
                {
                    "lane": title, "trial": place + 1, "seed": trial.seed, "solved": trial.solved,
                    **trial.spent._asdict(), "sse": trial.sse, "end": trial.stop,
                    "settings": lane.note(),
                }
            )  # fmt: skip
    return rows
