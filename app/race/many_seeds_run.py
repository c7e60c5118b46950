"""Trials for Many seeds: every lane from the same random starts, as a study of one network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from app.race.lanes import Lane
from app.race.results import Spent
from nbn_core.experiment import Experiment, SeededStart, Stopping
from nbn_core.experiment.start import MAX_ITERATIONS
from nbn_core.studies import (
    Study,
    StudyNetwork,
    StudyResult,
    StudyRule,
    StudyRun,
    StudyWorkers,
)
from nbn_core.trace import StopReason

MOST_SEEDS: Final = 1000
MOST_KEPT: Final = 20  # earlier results of a session, whose trials are not run again


class SeedResult(NamedTuple):
    """The outcome of one trial of a lane."""

    seed: int
    solved: bool
    spent: Spent
    sse: float
    stop: str


Kept = list[StudyResult]


@dataclass(slots=True, eq=False)
class Series:
    """All trials of several lanes on the same seeds.

    Parameters
    ----------
    experiment : Experiment
        Network and data; its starting weights are not used.
    problem : str
        Digest of the problem.
    lanes : tuple of Lane
        The lanes that train.
    seeds : int
        Number of starts, the same for all lanes.
    work : float
        Limit of work for a trial, in forward-equivalent units.
    kept : list of StudyResult
        Results of the session; those of this series are added when it is put aside.
    workers : StudyWorkers
        Worker threads for the trials.
    """

    experiment: Experiment
    problem: str
    lanes: tuple[Lane, ...]
    seeds: int
    work: float
    kept: Kept
    workers: StudyWorkers
    halted: bool = False
    _run: StudyRun | None = None
    _rules: dict[str, int] = field(default_factory=dict)  # index in the study by key of the lane

    def __post_init__(self) -> None:
        data = self.experiment.datasets()[0]
        self.lanes = tuple(
            lane for lane in self.lanes if lane.rule.refuses(self.experiment.topology, data) is None
        )
        rules: list[StudyRule] = []
        for lane in self.lanes:
            if lane.key not in self._rules:
                self._rules[lane.key] = len(rules)
                rules.append(StudyRule(lane.name, lane.settings))
        if rules:
            self._run = StudyRun(self._study(tuple(rules)), self.workers, self.kept)

    def _study(self, rules: tuple[StudyRule, ...]) -> Study:
        experiment = self.experiment
        start = experiment.start if isinstance(experiment.start, SeededStart) else SeededStart()
        return Study(
            (StudyNetwork("Drawing", experiment.topology),), experiment.data, rules,
            trials=self.seeds, scheme=start.scheme, max_work=self.work,
            stopping=Stopping(experiment.stopping.target_sse, MAX_ITERATIONS),
        )  # fmt: skip

    def trials(self, lane: Lane) -> Mapping[int, SeedResult]:
        """Return the finished trials of a lane by the index of the seed."""
        if self._run is None:
            return {}
        found = self._run.result()[0, self._rules[lane.key]].trials
        return {
            trial.number: SeedResult(
                trial.seed, trial.stop is StopReason.SOLVED,
                Spent(trial.iterations, trial.seconds, trial.work, trial.evaluations), trial.sse,
                _WORDS.get(trial.stop, "ended"),
            )
            for trial in (found.trial(i) for i in range(found.n_trials))
        }  # fmt: skip

    @property
    def total(self) -> int:
        """Number of all trials; lanes with the same rule and settings share theirs."""
        return self._run.total if self._run is not None else 0

    @property
    def done(self) -> int:
        """Number of finished trials."""
        return self._run.done if self._run is not None else 0

    @property
    def running(self) -> bool:
        """Whether a worker thread still runs trials."""
        return self._run is not None and self._run.running

    @property
    def failed(self) -> bool:
        """Whether an exception, a fault of the program, ended the trials."""
        return self._run is not None and self._run.failed

    def wait(self, seconds: float) -> bool:
        """Wait up to `seconds` until it stops; return whether it has stopped."""
        return self._run is None or self._run.wait(seconds)

    def left(self) -> float | None:
        """Estimate the remaining seconds; None while a lane with trials left has finished none."""
        return self._run.left() if self._run is not None else 0.0

    def go(self) -> None:
        """Start or continue."""
        self.halted = False
        if self._run is not None:
            self._run.go()

    def halt(self) -> None:
        """Stop after the current slices; unfinished trials start again when the trials continue."""
        self.halted = True
        if self._run is not None:
            self._run.halt()

    def put_aside(self) -> None:
        """Stop, and keep the finished trials for the series that follow."""
        self.halt()
        if self._run is not None and self._run.done:
            self.kept.append(self._run.result())
            del self.kept[:-MOST_KEPT]


_WORDS: Final = {
    StopReason.SOLVED: "solved",
    StopReason.WORK_LIMIT: "budget spent",
    StopReason.CONVERGED: "converged",
    StopReason.PLATEAU: "on a plateau",
    StopReason.NO_PROGRESS: "stuck",
    StopReason.DAMPING_LIMIT: "stuck",
    StopReason.DIVERGED: "diverged",
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
