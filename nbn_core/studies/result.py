"""StudyResult: the trials of a study by network and rule, and the table of their summaries."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from nbn_core.checks import plural
from nbn_core.display import one_line
from nbn_core.studies.value import Study, StudyNetwork, StudyRule
from nbn_core.training.trials_result import TrialsResult
from nbn_core.types import FloatArray


class Cell(NamedTuple):
    """Place of a group of trials in a study.

    Attributes
    ----------
    network, rule : int
        Indices into `Study.networks` and `Study.rules`.
    """

    network: int
    rule: int


@dataclass(frozen=True, slots=True, eq=False)
class CellResult:
    """Results of one network trained by one rule.

    Parameters
    ----------
    trials : TrialsResult
        The T trials that have ended, in the order of their numbers.
    test_sse : (T,) float64
        SSE of the test patterns at the final weights; NaN without test patterns.
    test_wrong : (T,) float64
        Share of the test patterns that are classified wrongly, in [0, 1]; NaN without test patterns
        or classes.
    """

    trials: TrialsResult
    test_sse: FloatArray
    test_wrong: FloatArray

    def __repr__(self) -> str:
        solved = f"{self.trials.successes} of {plural(self.trials.n_trials, 'trial')} solved"
        return one_line("CellResult", solved)

    def example(self) -> int | None:
        """Return the seed of the first trial that reached the target, or of the smallest SSE.

        Returns
        -------
        int or None
            Random seed for `train(..., seed=...)`; None without trials.
        """
        if not self.trials.n_trials:
            return None
        solved = np.flatnonzero(self.trials.solved)
        sse = np.where(np.isfinite(self.trials.sse), self.trials.sse, np.inf)
        return int(self.trials.seeds[solved[0] if len(solved) else int(np.argmin(sse))])


@dataclass(frozen=True, eq=False)
class StudyResult:
    """Results of a study, complete or so far.

    Parameters
    ----------
    study : Study
        The study.
    cells : mapping of Cell to CellResult
        Results of every network and rule; cells without trials included.
    missing : mapping of Cell to tuple of int
        Numbers of trials that were lost because their worker failed again and again.
    hosts : tuple of str
        Names of the computers that took part; computing times of several are not comparable.
    """

    study: Study
    cells: Mapping[Cell, CellResult]
    missing: Mapping[Cell, tuple[int, ...]]
    hosts: tuple[str, ...] = ()

    def __repr__(self) -> str:
        done = f"{self.n_trials:,} of {plural(self.study.total, 'training')}"
        return one_line("StudyResult", plural(len(self.study.networks), "network"), done)

    def __getitem__(self, place: tuple[int, int]) -> CellResult:
        return self.cells[Cell(*place)]

    @cached_property
    def n_trials(self) -> int:
        """Number of trials that have ended."""
        return sum(cell.trials.n_trials for cell in self.cells.values())

    @property
    def complete(self) -> bool:
        """Whether every trial of the study has ended."""
        return self.n_trials == self.study.total

    @property
    def seconds_comparable(self) -> bool:
        """Whether all trials ran on one computer, so that their computing times are comparable."""
        return len(self.hosts) <= 1

    def summary(self) -> list[dict[str, Any]]:
        """Return one row for each network and rule that has trials.

        Returns
        -------
        list of dict
            Name, family, sizes, success rate with its interval, and expected costs.
        """
        rows = []
        for cell, found in self.cells.items():
            network, rule = self.study.networks[cell.network], self.study.rules[cell.rule]
            if found.trials.n_trials:
                rows.append({**_described(network, rule), **_measured(found)})
                if not self.seconds_comparable:
                    rows[-1]["expected_seconds"] = math.nan
        return rows

    def rows(self) -> Iterator[dict[str, Any]]:
        """Return one row for each trial, in the order of networks, rules and numbers.

        Yields
        ------
        dict
            Network, rule, seed and outcome of a trial.
        """
        for cell, found in self.cells.items():
            network, rule = self.study.networks[cell.network], self.study.rules[cell.rule]
            for i in range(found.trials.n_trials):
                trial = found.trials.trial(i)
                yield {
                    "network": network.name, "family": network.family,
                    "weights": network.topology.n_weights, "rule": rule.name,
                    "trial": trial.number, "seed": trial.seed, "end": trial.stop.name.lower(),
                    "sse": trial.sse, "test_sse": float(found.test_sse[i]),
                    "test_wrong": float(found.test_wrong[i]), "iterations": trial.iterations,
                    "evaluations": trial.evaluations, "work": trial.work,
                    "seconds": trial.seconds,
                }  # fmt: skip


def _described(network: StudyNetwork, rule: StudyRule) -> dict[str, Any]:
    topology = network.topology
    return {
        "network": network.name, "family": network.family, "rule": rule.name,
        "weights": topology.n_weights, "neurons": topology.n_neurons,
    }  # fmt: skip


def _measured(found: CellResult) -> dict[str, Any]:
    trials = found.trials
    low, high = trials.interval
    return {
        "trials": trials.n_trials, "solved": trials.successes, "rate": trials.success_rate,
        "rate_low": low, "rate_high": high, "expected_work": trials.expected_work,
        "expected_seconds": trials.expected_seconds, "median_sse": float(np.median(trials.sse)),
        "median_test_sse": float(np.median(found.test_sse)),
        "median_test_wrong": float(np.median(found.test_wrong)),
    }  # fmt: skip
