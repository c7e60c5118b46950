"""Search for the smallest network of a study: the search with real trainings behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from typing import NamedTuple

from nbn_core.checks import plural
from nbn_core.errors import SettingError
from nbn_core.studies.goals import Goal
from nbn_core.studies.result import StudyResult
from nbn_core.studies.run import StudyRun
from nbn_core.studies.runner import run_study
from nbn_core.studies.search import BUDGET, find_smallest
from nbn_core.studies.search_result import Search, Step
from nbn_core.studies.value import Study, StudyNetwork
from nbn_core.studies.workers import StudyWorkers


class SearchProgress(NamedTuple):
    """State of a search while a round runs.

    Attributes
    ----------
    trainings : int
        Number of trainings of the search so far, which never decreases.
    run : StudyRun
        The present round: a study of the networks that are not decided yet.
    """

    trainings: int
    run: StudyRun


class StudyEvaluator:
    """Evaluator that trains networks as a study does, and keeps all trials.

    Parameters
    ----------
    study : Study
        Data, rule, seed and limits; its networks and number of trials are not used.
    executor : Executor or StudyWorkers, optional
        What runs the trials of every round, so that it must not end with the first one; by default
        one thread for each processor.
    known : sequence of StudyResult
        Earlier results, whose trials are not run again.
    on_progress : callable, optional
        Function that is called about every 30 ms with the `SearchProgress`, if trials have ended.
    cancelled : callable, optional
        Function that is asked about every 30 ms whether to stop.

    Raises
    ------
    SettingError
        If the study has several rules.
    """

    def __init__(
        self,
        study: Study,
        executor: Executor | StudyWorkers | None = None,
        *,
        known: Sequence[StudyResult] = (),
        on_progress: Callable[[SearchProgress], object] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> None:
        if len(study.rules) != 1:
            raise SettingError(
                f"A search trains by one learning rule, and this study has "
                f"{plural(len(study.rules), 'rule')}: choose one of them."
            )
        self._study, self._executor = study, executor
        self._known, self._on_progress, self._cancelled = tuple(known), on_progress, cancelled
        self._latest: dict[str, StudyResult] = {}
        self._trainings = 0

    def __call__(self, networks: Sequence[StudyNetwork], trials: range) -> StudyResult:
        """Train networks from seeds, and return these trials and those before them.

        Parameters
        ----------
        networks : sequence of StudyNetwork
            Networks.
        trials : range
            Numbers of the trials.

        Returns
        -------
        StudyResult
            Trials 0 to the end of the range; fewer if it was cancelled.
        """
        study = replace(self._study, networks=tuple(networks), trials=trials.stop)
        before, earlier = self._trainings, len(study.networks) * trials.start

        def told(run: StudyRun) -> None:
            self._trainings = max(self._trainings, before + run.done - earlier)
            if self._on_progress is not None:
                self._on_progress(SearchProgress(self._trainings, run))

        found = run_study(
            study, self._executor, known=self.results, on_progress=told, cancelled=self._cancelled
        )
        self._trainings = max(self._trainings, before + found.n_trials - earlier)
        self._latest |= {network.name: found for network in networks}
        return found

    @property
    def results(self) -> tuple[StudyResult, ...]:
        """Results that together hold all trials so far, those known before included."""
        return (*self._known, *dict.fromkeys(self._latest.values()))


def search_study(
    study: Study,
    goal: Goal,
    executor: Executor | StudyWorkers | None = None,
    *,
    order: str = "weights",
    each_family: bool = False,
    most_seeds: int | None = None,
    most_trainings: int = BUDGET,
    known: Sequence[StudyResult] = (),
    on_step: Callable[[Step], object] | None = None,
    on_progress: Callable[[SearchProgress], object] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Search:
    """Find the smallest network of a study that reaches a goal.

    Parameters
    ----------
    study : Study
        Networks, data, one rule, seed and limits; its number of trials is not used.
    goal : Goal
        Goal to be reached.
    executor, known, on_progress
        The same as those of `StudyEvaluator`.
    order, each_family, most_seeds, most_trainings, on_step
        The same as those of `find_smallest`.
    cancelled : callable, optional
        Function that is asked about every 30 ms; if it returns true, the search ends and keeps the
        trials that have ended.

    Returns
    -------
    Search
        Smallest network, every step, and what is certain.

    Raises
    ------
    SettingError
        If the study has several rules, or a number is out of range.
    """
    evaluate = StudyEvaluator(
        study, executor, known=known, on_progress=on_progress, cancelled=cancelled
    )
    return find_smallest(
        study.networks, goal, evaluate, order=order, each_family=each_family,
        most_seeds=most_seeds, most_trainings=most_trainings, on_step=on_step, cancelled=cancelled,
    )  # fmt: skip
