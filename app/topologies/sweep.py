"""Sweep: the study of this browser tab, its results so far, and those of earlier studies."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Final

from app.figures.topologies import NetworkPoint, points_of
from app.topologies.known import KnownTrials
from app.topologies.plan import NUMBERS, Grid
from nbn_core.experiment import Experiment, SweepSetup
from nbn_core.network import Topology
from nbn_core.studies import Study, StudyResult, StudyRun, StudyWorkers

PROMPT: Final = 0.1  # seconds to wait for the first trials, so that they are shown at once
DROPPED: Final = (
    "The data or the target have changed: the results of the previous problem were dropped."
)


@dataclass(slots=True)
class Sweep:
    """The study that is shown, its run, and all results on the current problem.

    Parameters
    ----------
    problem : tuple
        Data and target of the results.
    study : Study, optional
        The study that is shown.
    grid : Grid, optional
        Its networks by family and size.
    run : StudyRun, optional
        The last run: of that study, or of some of its networks with more seeds.
    known : KnownTrials
        Trials of every network and rule that was trained.
    message : str
        Why results were dropped or nothing was started; empty if there is nothing to say.
    chosen : Topology, optional
        The network that the reader chose, shown in detail.
    offered : Topology, optional
        The network that is shown in detail before a choice.
    seen : dict
        Last selections of chart and table: only a new one chooses a network.
    given : SweepSetup, optional
        What the session knows of the form.
    """

    problem: tuple[str, float] = ("", 0.0)
    study: Study | None = None
    grid: Grid | None = None
    run: StudyRun | None = None
    known: KnownTrials = field(default_factory=KnownTrials)
    message: str = ""
    chosen: Topology | None = None
    offered: Topology | None = None
    seen: dict[str, object] = field(default_factory=dict)
    given: SweepSetup | None = None
    _revision: int = -1
    _points: list[NetworkPoint] | None = None  # until another trial ends

    @property
    def running(self) -> bool:
        """Whether trainings are running."""
        return self.run is not None and self.run.running

    @property
    def can_resume(self) -> bool:
        """Whether the run was stopped before its end."""
        run = self.run
        return run is not None and not run.running and not run.failed and run.done < run.total

    def settle(self, experiment: Experiment) -> None:
        """Drop the results if data or target of the experiment have changed."""
        problem = experiment.data.digest, experiment.stopping.target_sse
        if problem == self.problem:
            return
        had = self.study is not None
        self.halt()
        self.study = self.grid = self.run = self.chosen = self.offered = None
        self.known, self.seen = KnownTrials(), {}
        self._points = None
        self.problem, self.message = problem, DROPPED if had else ""

    def start(self, study: Study, grid: Grid, workers: StudyWorkers) -> None:
        """Run a study as far as its trials are not known; `grid` has its networks."""
        self._end()
        self.known.fit(study)
        self.study, self.grid, self.message, self._points = study, grid, "", None
        self._go(study, workers)

    def more(self, points: Collection[NetworkPoint], seeds: int, workers: StudyWorkers) -> None:
        """Run more seeds of some networks, so that all of them have equally many.

        Raises
        ------
        SettingError
            If these would be too many trainings.
        """
        assert self.study is not None
        most = max(one.found.trials.n_trials for one in points)
        networks = tuple(one.network for one in points)
        study = replace(self.study, networks=networks, trials=most + seeds)
        self.message = ""
        self._end()
        self._go(study, workers)

    def _go(self, study: Study, workers: StudyWorkers) -> None:
        self.run = StudyRun(study, workers, self.known.of(study))
        self._revision = -1
        self.resume()

    def resume(self) -> None:
        """Continue the run, and wait a moment for its first trials."""
        if self.run is not None and self.run.done < self.run.total:
            self.run.go()
            self.run.wait_for_trials(PROMPT)

    def halt(self) -> None:
        """Stop; trials that have ended are kept."""
        if self.run is not None:
            self.run.halt()

    def stop(self) -> None:
        """Stop, and wait a moment until nothing runs."""
        self.halt()
        if self.run is not None:
            self.run.wait(1.0)

    def _end(self) -> None:
        """Stop the run for good and take over what it has done."""
        if self.run is not None:
            self.run.halt()
            self._collect()

    def _collect(self) -> None:
        run = self.run
        if run is None or run.revision == self._revision:
            return
        self._revision, self._points = run.revision, None
        self.known.add(run.result())

    def result(self) -> StudyResult | None:
        """Return the results so far of the study that is shown; None before the first one."""
        if self.study is None:
            return None
        self._collect()
        return self.known.of(self.study)

    def points(self) -> list[NetworkPoint]:
        """Return the networks that are shown and have trials."""
        result = self.result()
        if self._points is None:
            self._points = [] if result is None else points_of(result, NUMBERS)
        return self._points

    def done_of(self, study: Study) -> int:
        """Return how many trainings of a study are known already."""
        self._collect()
        found = self.known.of(study).cells.values()
        return sum(min(study.trials, one.trials.n_trials) for one in found)
