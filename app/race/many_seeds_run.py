"""Trials for Many seeds: every lane from the same seeds, as one study for each network.

Work is in forward passes of the drawn network, for all lanes alike: a study limits its trainings in
passes of its own network, so that the limit and the results are converted by their weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from app.race.lanes import Lane
from app.race.networks import Entrant, described, entrant
from app.race.results import Spent
from nbn_core.experiment import Experiment, SeededStart, Stopping
from nbn_core.experiment.start import MAX_ITERATIONS
from nbn_core.network import Topology
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
    _runs: list[StudyRun] = field(default_factory=list)  # one for each network
    # Study and rule of a lane by its number
    _places: dict[int, tuple[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lanes = tuple(lane for lane in self.lanes if not self._refusal(lane))
        networks: dict[Topology, dict[str, StudyRule]] = {}
        scales: dict[Topology, float] = {}
        for lane in self.lanes:
            one = self._entrant(lane)
            topology = one.experiment.topology
            scales[topology] = one.scale
            rules = networks.setdefault(topology, {})
            rules.setdefault(lane.key, StudyRule(lane.name, lane.settings))
            place = list(rules).index(lane.key)
            self._places[lane.number] = (list(networks).index(topology), place)
        for topology, rules in networks.items():
            study = self._study(topology, scales[topology], tuple(rules.values()))
            self._runs.append(StudyRun(study, self.workers, self.kept))

    def _entrant(self, lane: Lane) -> Entrant:
        return entrant(self.experiment, lane.network)

    def _refusal(self, lane: Lane) -> str | None:
        one = self._entrant(lane)
        data = self.experiment.datasets()[0]
        return one.refusal or lane.rule.refuses(one.experiment.topology, data)

    def _study(self, topology: Topology, scale: float, rules: tuple[StudyRule, ...]) -> Study:
        experiment = self.experiment
        start = experiment.start if isinstance(experiment.start, SeededStart) else SeededStart()
        return Study(
            (StudyNetwork("Drawing", topology),), experiment.data, rules,
            trials=self.seeds, scheme=start.scheme, max_work=self.work / scale,
            stopping=Stopping(experiment.stopping.target_sse, MAX_ITERATIONS),
        )  # fmt: skip

    def trials(self, lane: Lane) -> Mapping[int, SeedResult]:
        """Return the finished trials of a lane by the index of the seed."""
        study, rule = self._places[lane.number]
        found, scale = self._runs[study].result()[0, rule].trials, self._entrant(lane).scale
        return {
            trial.number: SeedResult(
                trial.seed, trial.stop is StopReason.SOLVED,
                Spent(
                    trial.iterations, trial.seconds, scale * trial.work, trial.evaluations
                ), trial.sse,
                _WORDS.get(trial.stop, "ended"),
            )
            for trial in (found.trial(i) for i in range(found.n_trials))
        }  # fmt: skip

    @property
    def total(self) -> int:
        """Number of all trials; lanes with the same rule and settings share theirs."""
        return sum(run.total for run in self._runs)

    @property
    def done(self) -> int:
        """Number of finished trials."""
        return sum(run.done for run in self._runs)

    @property
    def running(self) -> bool:
        """Whether a worker thread still runs trials."""
        return any(run.running for run in self._runs)

    @property
    def failed(self) -> bool:
        """Whether an exception, a fault of the program, ended the trials."""
        return any(run.failed for run in self._runs)

    def wait(self, seconds: float) -> bool:
        """Wait up to `seconds` until it stops; return whether it has stopped."""
        return all([run.wait(seconds) for run in self._runs])

    def left(self) -> float | None:
        """Estimate the remaining seconds; None while a lane with trials left has finished none."""
        times = [run.left() for run in self._runs]
        known = [seconds for seconds in times if seconds is not None]
        return max(known, default=0.0) if len(known) == len(times) else None

    def go(self) -> None:
        """Start or continue."""
        self.halted = False
        for run in self._runs:
            run.go()

    def halt(self) -> None:
        """Stop after the current slices; unfinished trials start again when the trials continue."""
        self.halted = True
        for run in self._runs:
            run.halt()

    def put_aside(self) -> None:
        """Stop, and keep the finished trials for the series that follow."""
        self.halt()
        self.kept.extend(run.result() for run in self._runs if run.done)
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


def _topology(series: Series, lane: Lane) -> Topology:
    return entrant(series.experiment, lane.network).experiment.topology


def table_of(series: Series, titles: Sequence[str]) -> list[dict[str, object]]:
    """Return one row for each finished trial, as the table for download."""
    rows: list[dict[str, object]] = []
    for lane, title in zip(series.lanes, titles, strict=True):
        for place, trial in series.trials(lane).items():
            rows.append(
                {
                    "lane": title,
                    "network": described(_topology(series, lane)),
                    "trial": place + 1, "seed": trial.seed, "solved": trial.solved,
                    **trial.spent._asdict(), "sse": trial.sse, "end": trial.stop,
                    "settings": lane.note(),
                }
            )  # fmt: skip
    return rows
