"""SmallestRun: the search for the smallest network of this browser tab, round by round.

Nothing waits for a round: the page calls `advance` while it shows the search, which counts a round
that has ended and starts the next one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from app.topologies.known import KnownTrials
from app.topologies.sweep import DROPPED
from nbn_core.errors import NBNError
from nbn_core.experiment import Experiment
from nbn_core.studies import (
    Goal,
    Round,
    Search,
    SmallestSearch,
    Study,
    StudyResult,
    StudyRun,
    StudyWorkers,
)

PROMPT: Final = 0.1  # seconds that a call waits for rounds that are short


@dataclass(frozen=True, slots=True)
class Wanted:
    """Networks, goal and limits of a search.

    Parameters
    ----------
    study : Study
        Networks, data, one rule and limits; its number of trials is not used.
    goal : Goal
        Goal to be reached.
    order : str
        Measure of size: "weights" or "neurons".
    each_family : bool
        Whether the smallest network of each family is wanted.
    budget : int
        Largest number of trainings.
    """

    study: Study
    goal: Goal
    order: str
    each_family: bool
    budget: int

    def search(self) -> SmallestSearch:
        """Return the search, before its first round."""
        return SmallestSearch(
            self.study.networks, self.goal, order=self.order, each_family=self.each_family,
            most_trainings=self.budget,
        )  # fmt: skip


@dataclass(slots=True)
class SmallestRun:
    """The search that is shown, its present round, and all trials on the current problem.

    Parameters
    ----------
    problem : tuple
        Data and target of the results.
    wanted : Wanted, optional
        What is searched for; None before the first search.
    message : str
        Why results were dropped or the search did not start; empty if there is nothing to say.
    failed : bool
        Whether a fault of the program ended the search.
    round : Round, optional
        The present round.
    run : StudyRun, optional
        Its trainings.
    """

    problem: tuple[str, float] = ("", 0.0)
    wanted: Wanted | None = None
    message: str = ""
    failed: bool = False
    round: Round | None = None
    run: StudyRun | None = None
    _search: SmallestSearch | None = None
    _ended: bool = True
    _halted: bool = False
    _workers: StudyWorkers | None = None
    _known: KnownTrials = field(default_factory=KnownTrials)
    _others: tuple[StudyResult, ...] = ()
    _turn: threading.RLock = field(default_factory=threading.RLock)  # reruns can overlap

    @property
    def running(self) -> bool:
        """Whether the search goes on."""
        return not self._ended

    @property
    def can_resume(self) -> bool:
        """Whether the search was stopped before its end."""
        result = None if self.running or self.failed else self.result()
        return result is not None and result.end == "cancelled"

    @property
    def trainings(self) -> int:
        """Number of trainings so far, those of the present round included."""
        result, run = self.result(), self.run
        if result is None:
            return 0
        if run is None or self.round is None:
            return result.trainings
        before = len(self.round.networks) * self.round.trials.start
        return result.trainings + max(0, run.done - before)

    def result(self) -> Search | None:
        """Return what is known so far; None before the first search."""
        return None if self._search is None else self._search.result()

    def settle(self, experiment: Experiment) -> None:
        """Drop the results if data or target of the experiment have changed."""
        problem = experiment.data.digest, experiment.stopping.target_sse
        if problem == self.problem:
            return
        self.halt()
        with self._turn:
            had = self.wanted is not None
            self.wanted = self.round = self.run = self._search = self._workers = None
            self._known, self._others = KnownTrials(), ()
            self._ended, self.failed = True, False
            self.problem, self.message = problem, DROPPED if had else ""

    def start(
        self, wanted: Wanted, workers: StudyWorkers, others: Sequence[StudyResult] = ()
    ) -> None:
        """Start a search; it takes trials that are known instead of running them again.

        Parameters
        ----------
        wanted : Wanted
            Networks, goal and limits of the search.
        workers : StudyWorkers
            Workers for the trainings.
        others : sequence of StudyResult
            Further trials that are known.

        Raises
        ------
        SettingError
            If a number is out of range.
        """
        search = wanted.search()
        self.halt()
        with self._turn:
            if self.run is not None:
                self._known.add(self.run.result())
            self._known.fit(wanted.study)
            self.wanted, self._search, self._workers = wanted, search, workers
            self._others = tuple(others)
            self.round = self.run = None
            self.message, self.failed = "", False
            self._ended = self._halted = False
            self.advance()

    def resume(self, workers: StudyWorkers) -> None:
        """Continue a search that was stopped: its rounds are repeated from the known trials."""
        assert self.wanted is not None
        self.start(self.wanted, workers, self._others)

    def halt(self) -> None:
        """Stop; trials that have ended are counted by the next `advance`."""
        self._halted = True
        if self.run is not None:
            self.run.halt()

    def stop(self) -> None:
        """Stop, wait a moment until nothing runs, and count the trials that have ended."""
        self.halt()
        if self.run is not None:
            self.run.wait(1.0)
        with self._turn:
            if self.running and self.run is not None:
                self._count(self.run)

    def advance(self) -> None:
        """Count the round if it has ended, and start the next one, without waiting for it."""
        until = time.monotonic() + PROMPT
        with self._turn:
            while self.running:
                if self.run is None:
                    self._next()
                elif self.run.wait(max(0.0, until - time.monotonic())):
                    self._count(self.run)
                else:
                    return

    def _next(self) -> None:
        assert self._search is not None
        assert self.wanted is not None
        assert self._workers is not None
        self.round = self._search.next_round()
        if self.round is None:
            self._ended = True
            return
        try:
            study = replace(
                self.wanted.study, networks=self.round.networks, trials=self.round.trials.stop
            )
        except NBNError as error:
            self._end(str(error))
            return
        self.run = StudyRun(study, self._workers, (*self._others, self._known.of(study)))
        self.run.go()
        if self._halted:  # in another thread, before it could see this run
            self.run.halt()

    def _count(self, run: StudyRun) -> None:
        assert self._search is not None
        found = run.result()
        self._known.add(found)
        stopped = self._halted or run.failed
        try:
            self._search.report(found, stopped=stopped)
        except NBNError as error:  # the trials do not have what the goal is about
            self._end(str(error))
            return
        self.failed = run.failed
        if stopped:
            self._ended = True
        else:
            self.run = None
        self.round = None

    def _end(self, message: str) -> None:
        self._ended, self.message = True, message
        self.round = None
