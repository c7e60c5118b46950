"""TrialsResult: the results of many trials, their success rate and the expected cost of a success.

With r successes in n trials the interval is Wilson's, with z = 1.96 for 95 %:

    (r/n + z^2/2n -+ z sqrt(r/n (1 - r/n) / n + z^2/4n^2)) / (1 + z^2/n)

If training is restarted until a trial succeeds, the expected cost is the cost of all trials, failed
ones included, divided by the number of successes: `expected_seconds`, and `expected_work` in
forward-equivalent units.

References
----------
Wilson, J. American Statistical Association 22(158), 209-212, 1927.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np

from nbn_core.checks import plural
from nbn_core.display import Pictured, duration, one_line
from nbn_core.trace import StopReason
from nbn_core.training.result import ending
from nbn_core.types import BoolArray, FloatArray, IntArray


class Trial(NamedTuple):
    """Result of one trial.

    Attributes
    ----------
    number : int
        Number of the trial, counted from 0.
    seed : int
        Random seed, for `train(..., seed=...)`.
    stop : StopReason
        Reason for the end.
    sse : float
        Final sum of squared errors.
    iterations, evaluations : int
        Numbers of accepted iterations, and of evaluations of the SSE.
    work : float
        Work in forward-equivalent units.
    seconds : float
        Computing time in seconds.
    """

    number: int
    seed: int
    stop: StopReason
    sse: float
    iterations: int
    evaluations: int
    work: float
    seconds: float

    def __repr__(self) -> str:
        how = f"{self.number} with seed {self.seed}: {ending(self.stop, self.iterations)}"
        return one_line("Trial", how, f"SSE {self.sse:.3g}", duration(self.seconds))


@dataclass(frozen=True, slots=True, eq=False)
class TrialsResult(Pictured):
    """Results of T trials, in the order of their numbers; arrays are read-only.

    Parameters
    ----------
    numbers : (T,) int64
        Numbers of the trials, 0 to T-1; with gaps if they were cancelled, since only complete
        trials count.
    seeds : (T,) int64
        Random seeds, for `train(..., seed=...)`.
    stops : tuple of StopReason
        Reason for the end of each trial.
    sse : (T,) float64
        Final sum of squared errors.
    all_iterations, all_evaluations : (T,) int64
        Numbers of accepted iterations, and of evaluations of the SSE.
    all_work : (T,) float64
        Work in forward-equivalent units, including attempts after the last accepted one.
    all_seconds : (T,) float64
        Computing time in seconds.
    """

    numbers: IntArray
    seeds: IntArray
    stops: tuple[StopReason, ...]
    sse: FloatArray
    all_iterations: IntArray
    all_evaluations: IntArray
    all_work: FloatArray
    all_seconds: FloatArray

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    def __repr__(self) -> str:
        if not self.n_trials:
            return one_line("TrialsResult", "no trials")
        low, high = self.interval
        return one_line(
            "TrialsResult",
            f"{self.successes} of {plural(self.n_trials, 'trial')} solved",
            f"rate {self.success_rate:.1%}",
            f"95% interval {low:.1%} to {high:.1%}",
        )

    @property
    def n_trials(self) -> int:
        """Number of complete trials, T."""
        return len(self.stops)

    @property
    def solved(self) -> BoolArray:
        """Whether each trial reached the target, (T,) bool."""
        return np.array([stop is StopReason.SOLVED for stop in self.stops], dtype=bool)

    @property
    def successes(self) -> int:
        """Number of trials that reached the target."""
        return int(self.solved.sum())

    @property
    def success_rate(self) -> float:
        """Share of trials that reached the target, in [0, 1]; NaN without trials."""
        return self.successes / self.n_trials if self.n_trials else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95% interval of the success rate."""
        return wilson(self.successes, self.n_trials)

    @property
    def iterations(self) -> IntArray:
        """Iterations of the successful trials, in the order of their numbers."""
        return self.all_iterations[self.solved]

    @property
    def seconds(self) -> FloatArray:
        """Computing time of the successful trials in seconds, in the order of their numbers."""
        return self.all_seconds[self.solved]

    @property
    def expected_work(self) -> float:
        """Expected work until a success, with restarts; infinite if no trial succeeded."""
        return float(self.all_work.sum()) / self.successes if self.successes else math.inf

    @property
    def expected_seconds(self) -> float:
        """Expected computing time until a success in seconds, with restarts."""
        return float(self.all_seconds.sum()) / self.successes if self.successes else math.inf

    def trial(self, i: int) -> Trial:
        """Return the result of one trial.

        Parameters
        ----------
        i : int
            Index of the trial; negative indices count from the end.

        Returns
        -------
        Trial
            Values as Python numbers.
        """
        i = range(self.n_trials)[i]
        return Trial(
            int(self.numbers[i]), int(self.seeds[i]), self.stops[i], float(self.sse[i]),
            int(self.all_iterations[i]), int(self.all_evaluations[i]),
            float(self.all_work[i]), float(self.all_seconds[i]),
        )  # fmt: skip


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """Compute Wilson's 95% interval of a rate.

    Parameters
    ----------
    successes, trials : int
        Numbers of successes and of trials.

    Returns
    -------
    low, high : float
        Limits of the interval, in [0, 1]; 0 and 1 without trials.
    """
    if trials == 0:
        return 0.0, 1.0
    z = 1.959963984540054
    rate = successes / trials
    middle = rate + z * z / (2 * trials)
    half = z * math.sqrt(rate * (1 - rate) / trials + (z / (2 * trials)) ** 2)
    scale = 1 + z * z / trials
    low = 0.0 if successes == 0 else (middle - half) / scale
    high = 1.0 if successes == trials else (middle + half) / scale
    return low, high
