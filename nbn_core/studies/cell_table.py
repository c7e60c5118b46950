"""Trials of one network and rule, in columns that are allocated once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from nbn_core.studies.result import CellResult
from nbn_core.studies.trial_chunk import StudyTrial
from nbn_core.trace import StopReason
from nbn_core.training.trials import trial_seed
from nbn_core.training.trials_result import TrialsResult
from nbn_core.types import BoolArray, FloatArray, IntArray

_STOPS = tuple(StopReason)
_CODES = {stop: code for code, stop in enumerate(_STOPS)}


class _Columns(NamedTuple):
    """Columns with one entry for each trial number, (T,)."""

    stops: IntArray
    iterations: IntArray
    evaluations: IntArray
    sse: FloatArray
    work: FloatArray
    seconds: FloatArray
    test_sse: FloatArray
    test_wrong: FloatArray

    def rows(self, numbers: IntArray) -> _Columns:
        """Return the columns of some trials."""
        return _Columns._make(column[numbers] for column in self)


class CellTable:
    """Outcomes of the trials of one cell, by their numbers.

    Parameters
    ----------
    trials : int
        Number of trials, T.
    seed : int
        Seed of the study.
    """

    def __init__(self, trials: int, seed: int) -> None:
        self._seed = seed
        self._columns = _Columns(*np.zeros((3, trials), np.int64), *np.full((5, trials), np.nan))
        self._seeds: IntArray = np.zeros(trials, dtype=np.int64)  # of the trials that have ended
        self.done: BoolArray = np.zeros(trials, dtype=bool)
        self._result: CellResult | None = None

    @property
    def count(self) -> int:
        """Number of trials that have ended."""
        return int(self.done.sum())

    def add(self, trials: Iterable[StudyTrial]) -> int:
        """Write trials that have ended; return how many of them were new."""
        new = 0
        for trial in trials:
            if self.done[trial.number]:
                continue
            columns, n = self._columns, trial.number
            columns.stops[n] = _CODES[trial.stop]
            for name in _Columns._fields[1:]:
                getattr(columns, name)[n] = getattr(trial, name)
            self._seeds[n] = trial_seed(self._seed, n)
            self.done[n] = True
            new += 1
        if new:
            self._result = None
        return new

    def copy_from(self, known: CellResult) -> int:
        """Take over trials of an earlier result whose numbers are within range; count the new."""
        return self.add(trial for trial in trials_of(known) if trial.number < len(self.done))

    def result(self) -> CellResult:
        """Return the trials so far; the same object until one is added."""
        if self._result is None:
            numbers = np.flatnonzero(self.done)
            some = self._columns.rows(numbers)
            trials = TrialsResult(
                numbers, self._seeds[numbers],
                tuple(_STOPS[code] for code in some.stops.tolist()), some.sse, some.iterations,
                some.evaluations, some.work, some.seconds,
            )  # fmt: skip
            self._result = CellResult(trials, some.test_sse, some.test_wrong)
        return self._result


def trials_of(found: CellResult) -> list[StudyTrial]:
    """Return the trials of a result one by one.

    Parameters
    ----------
    found : CellResult
        Trials of a cell.

    Returns
    -------
    list of StudyTrial
        The trials, in the order of their numbers.
    """
    trials = (found.trials.trial(i) for i in range(found.trials.n_trials))
    return [
        StudyTrial(
            trial.number, trial.stop, trial.sse, trial.iterations, trial.evaluations, trial.work,
            trial.seconds, test_sse, test_wrong,
        )
        for trial, test_sse, test_wrong in zip(
            trials, found.test_sse.tolist(), found.test_wrong.tolist(), strict=True
        )
    ]  # fmt: skip
