"""PublishedRun: the published table that this tab repeats, and all results of its studies."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from time import monotonic
from typing import Final, NamedTuple

from app.topologies.estimate import SHARE, Seconds, iteration_seconds
from nbn_core.errors import NBNError
from nbn_core.studies import (
    PUBLISHED_TABLES,
    Comparison,
    PublishedEntry,
    PublishedTable,
    Study,
    StudyResult,
    StudyRun,
    StudyWorkers,
    compare,
    study_of,
)

AT_ONCE: Final = 2  # studies: while one ends, the threads that are free work on the next one
MINUTE: Final = 60.0  # seconds that a table takes with fewer seeds for large networks
FEWEST: Final = 2  # seeds of a large network
SETTLED: Final = 1.0  # seconds after which the speed of a run says something
PROMPT: Final = 0.1  # seconds to wait for the first trials, so that they are shown at once
Key = tuple[str, int, str, int]


@dataclass(frozen=True)
class Plan:
    """What the form says: a table, settings and seeds.

    Parameters
    ----------
    table : str
        Key of the table in `PUBLISHED_TABLES`.
    variant : str
        Key of the settings in `VARIANTS`.
    trials : int
        Number of seeds of each network.
    seed : int
        Random seed from which those of the trainings are derived.
    fewer : bool
        Whether large networks have fewer seeds, so that the table takes a minute.
    threads : int
        Number of trainings that run side by side.
    """

    table: str
    variant: str = "as_published"
    trials: int = 100
    seed: int = 20
    fewer: bool = True
    threads: int = 2

    @property
    def source(self) -> PublishedTable:
        """The published table."""
        return PUBLISHED_TABLES[self.table]

    @cached_property
    def counts(self) -> list[int]:
        """Number of seeds of each network."""
        if not self.fewer:
            return [self.trials] * len(self.costs)
        return affordable(self.costs, self.trials, MINUTE * self.threads)

    @cached_property
    def costs(self) -> list[float]:
        """Seconds that a training of each network takes at most, by a model."""
        return [trial_seconds(self.table, i).high for i in range(len(self.source.entries))]

    @property
    def studies(self) -> list[Study]:
        """The study of each entry.

        Raises
        ------
        SettingError
            If the number of trials or the seed is out of range.
        """
        return _studies(self)

    @property
    def total(self) -> int:
        """Number of trainings."""
        return sum(self.counts)

    def key(self, place: int) -> Key:
        """Return what tells the trials of an entry from those of others."""
        return self.table, place, self.variant, self.seed

    def seconds(self, done: Sequence[int]) -> Seconds:
        """Return about how long the trainings take of which `done` of each network are known."""
        low = high = 0.0
        for place, (count, known) in enumerate(zip(self.counts, done, strict=True)):
            left, each = max(0, count - known), trial_seconds(self.table, place)
            low, high = low + left * each.low, high + left * each.high
        return Seconds(low / self.threads, high / self.threads)


@lru_cache(maxsize=8)
def _studies(plan: Plan) -> list[Study]:
    return [
        study_of(entry, plan.variant, trials=count, seed=plan.seed)
        for entry, count in zip(plan.source.entries, plan.counts, strict=True)
    ]


@lru_cache(maxsize=256)
def trial_seconds(table: str, place: int) -> Seconds:
    """Return about how long a training of an entry takes in one thread.

    The measured times of the tables in docs/published.md are in this range, with few exceptions.
    """
    study = study_of(PUBLISHED_TABLES[table].entries[place], trials=1)
    patterns = study.data.datasets()[0].n_patterns
    each = iteration_seconds(study.networks[0].topology, patterns, study.rules[0].name)
    high = each * study.stopping.max_iterations
    return Seconds(SHARE * high, high)


def affordable(costs: Sequence[float], trials: int, seconds: float) -> list[int]:
    """Return numbers of trials for which no network takes much more time than the others.

    Parameters
    ----------
    costs : sequence of float
        Seconds that a trial of each network takes.
    trials : int
        Number of trials of a network that takes little time.
    seconds : float
        Seconds that all trials may take together; exceeded only where `FEWEST` trials of every
        network and one second of each take longer.
    """

    def counts(share: float) -> list[int]:
        return [min(trials, max(FEWEST, int(share / cost))) for cost in costs]

    def fits(share: float) -> bool:
        return sum(n * cost for n, cost in zip(counts(share), costs, strict=True)) <= seconds

    low, high = 1.0, 1.0 + trials * max(costs)
    if fits(high):
        return counts(high)
    for _ in range(40):
        share = (low + high) / 2
        low, high = (share, high) if fits(share) else (low, share)
    return counts(low)


class TableRun:
    """The studies of a table in progress, in the order of the table.

    Parameters
    ----------
    studies : sequence of Study
        The studies.
    workers : callable
        Returns workers for one study.
    known : sequence of StudyResult or None
        Earlier results of each study, whose trials are not run again.
    """

    def __init__(
        self,
        studies: Sequence[Study],
        workers: Callable[[], StudyWorkers],
        known: Sequence[StudyResult | None],
    ) -> None:
        self.runs = [
            StudyRun(study, workers(), before, on_trials=partial(self._ended, place))
            for place, (study, before) in enumerate(zip(studies, known, strict=True))
        ]
        self.message = ""
        self._left = [run.total - run.done for run in self.runs]
        self._known = [run.done for run in self.runs]
        self._began = monotonic()
        self._next = 0
        self._halted = True
        self._turn = threading.RLock()

    @property
    def total(self) -> int:
        """Number of trials of all studies."""
        return sum(run.total for run in self.runs)

    @property
    def done(self) -> int:
        """Number of trials that have ended."""
        return sum(run.done for run in self.runs)

    @property
    def running(self) -> bool:
        """Whether a study is running or waits for its turn."""
        with self._turn:
            waiting = not self._halted and any(self._left[self._next :])
            return waiting or any(run.running for run in self.runs)

    @property
    def stopping(self) -> bool:
        """Whether it was stopped, and chunks that were running have not ended yet."""
        return self._halted and self.running

    @property
    def failed(self) -> bool:
        """Whether a trial ended by a fault of the program."""
        return any(run.failed for run in self.runs)

    def left(self, costs: Sequence[float]) -> float | None:
        """Return the estimated time to the end in seconds; None while it is not known.

        Parameters
        ----------
        costs : sequence of float
            Cost of a trial of each study, in any unit.
        """
        spent = left = 0.0
        for run, known, cost in zip(self.runs, self._known, costs, strict=True):
            spent += (run.done - known) * cost
            left += (run.total - run.done) * cost
        elapsed = monotonic() - self._began
        return elapsed * left / spent if spent and elapsed > SETTLED else None

    def go(self) -> None:
        """Start the first studies; each that ends starts the next one."""
        with self._turn:
            self._halted = False
        self.advance()

    def advance(self) -> None:
        """Start studies as long as fewer than `AT_ONCE` are running."""
        with self._turn:
            while not self._halted and self._next < len(self.runs):
                if sum(run.running for run in self.runs) >= AT_ONCE:
                    return
                self._start_next()

    def _start_next(self) -> None:
        while not self._halted and self._next < len(self.runs):
            place, self._next = self._next, self._next + 1
            if self._left[place] == 0:
                continue
            try:
                self.runs[place].go()
            except NBNError as error:  # a cluster that does not answer any more
                self.message = str(error)
                self.halt()
            return

    def _ended(self, place: int, _cell: object, trials: Sequence[object], _host: str) -> None:
        with self._turn:
            self._left[place] -= len(trials)
            if self._left[place] <= 0:
                self._left[place] = 0
                self._start_next()

    def halt(self) -> None:
        """Stop; trials that have ended are kept."""
        with self._turn:
            self._halted = True
            for run in self.runs:
                run.halt()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until nothing runs, at most `seconds` for each study; return whether it does not."""
        for run in self.runs:
            if not run.wait(seconds):
                return False
            self.advance()
        return not self.running


class Row(NamedTuple):
    """An entry of a table with its trials so far.

    Attributes
    ----------
    entry : PublishedEntry
        The published result.
    study : Study
        The study that repeats it.
    result : StudyResult or None
        Its trials so far.
    found : Comparison or None
        The comparison; None before the first trial.
    """

    entry: PublishedEntry
    study: Study
    result: StudyResult | None
    found: Comparison | None

    @property
    def done(self) -> int:
        """Number of trials that have ended."""
        return 0 if self.found is None else self.found.trials


@dataclass(slots=True)
class PublishedRun:
    """The table in progress, and the results of all tables that were repeated in this tab.

    Parameters
    ----------
    run : TableRun, optional
        The last run.
    plan : Plan, optional
        Table, settings and seeds of the last run.
    known : dict
        Results by entry, settings and seed.
    message : str
        Why nothing was started; empty if there is nothing to say.
    chosen : dict
        Place of the entry that is shown in detail, by table.
    seen : tuple
        Last selection in the table on the screen: only a new one chooses an entry.
    """

    run: TableRun | None = None
    plan: Plan | None = None
    known: dict[Key, StudyResult] = field(default_factory=dict)
    message: str = ""
    chosen: dict[str, int] = field(default_factory=dict)
    seen: tuple[str, int] | None = None
    _revisions: dict[int, int] = field(default_factory=dict)
    _compared: dict[Key, Comparison] = field(default_factory=dict)

    @property
    def running(self) -> bool:
        """Whether trainings are running."""
        return self.run is not None and self.run.running

    def start(self, plan: Plan, workers: Callable[[], StudyWorkers]) -> None:
        """Run the studies of a table as far as their trials are not known.

        Raises
        ------
        NBNError
            If the plan is invalid or the workers cannot be used.
        """
        self.halt()
        self._collect()
        known = [self.known.get(plan.key(place)) for place in range(len(plan.studies))]
        self.run, self.plan = TableRun(plan.studies, workers, known), plan
        self.message, self._revisions = "", {}
        self.run.go()
        self.run.runs[0].wait(PROMPT)

    def halt(self) -> None:
        """Stop; trials that have ended are kept."""
        if self.run is not None:
            self.run.halt()

    def stop(self) -> None:
        """Stop, and wait a moment until nothing runs."""
        self.halt()
        if self.run is not None:
            self.run.wait(PROMPT)

    def _collect(self) -> None:
        if self.run is None or self.plan is None:
            return
        for place, run in enumerate(self.run.runs):
            if run.revision == self._revisions.get(place, 0):
                continue
            self._revisions[place] = run.revision
            key, made = self.plan.key(place), run.result()
            before = self.known.get(key)
            if before is None or made.n_trials >= before.n_trials:
                self.known[key] = made
                self._compared.pop(key, None)

    def rows(self, plan: Plan) -> list[Row]:
        """Return the entries of a table with what is known of them."""
        self._collect()
        return [
            self._row(plan, place, entry, study)
            for place, (entry, study) in enumerate(
                zip(plan.source.entries, plan.studies, strict=True)
            )
        ]

    def _row(self, plan: Plan, place: int, entry: PublishedEntry, study: Study) -> Row:
        key = plan.key(place)
        result = self.known.get(key)
        if result is None or not result.n_trials:
            return Row(entry, study, result, None)
        if key not in self._compared:
            self._compared[key] = compare(entry, result)
        return Row(entry, study, result, self._compared[key])
