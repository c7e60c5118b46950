"""How trials ended: one by one, how many succeeded, and what a success is expected to cost.

With r successes in n trials the interval is Wilson's, with z = 1.96 for 95 %:

    (r/n + z^2/2n -+ z sqrt(r/n (1 - r/n) / n + z^2/4n^2)) / (1 + z^2/n)

With restarts allowed until one succeeds, the cost to expect is that of all trials, failed ones at
full cost, divided by the number of successes: `expected_seconds`, and `expected_work` in
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
    """How one trial ended. `work` is in forward-equivalent units."""

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
    """How many trials ended; arrays are read-only, with one entry for each trial, by number.

    Parameters
    ----------
    numbers : (T,) int64
        0 to T-1; with gaps if cancelled, as only trials that ended count.
    seeds : (T,) int64
        For `train(..., seed=...)`.
    stops : tuple of StopReason
        Why each ended.
    sse : (T,) float64
        Sum of squared errors where it ended.
    all_iterations, all_evaluations : (T,) int64
        Accepted iterations; times the SSE was measured.
    all_work : (T,) float64
        In forward-equivalent units, attempts after the last accepted one included.
    all_seconds : (T,) float64
        Computing time.
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
        """Trials that ended."""
        return len(self.stops)

    @property
    def solved(self) -> BoolArray:
        """(T,) bool: which trials succeeded."""
        return np.array([stop is StopReason.SOLVED for stop in self.stops], dtype=bool)

    @property
    def successes(self) -> int:
        """Trials that reached the target."""
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
        """Iterations of the successful trials, by number."""
        return self.all_iterations[self.solved]

    @property
    def seconds(self) -> FloatArray:
        """Computing time of the successful trials, by number."""
        return self.all_seconds[self.solved]

    @property
    def expected_work(self) -> float:
        """Work to expect until a success, restarts allowed; infinite without a success."""
        return float(self.all_work.sum()) / self.successes if self.successes else math.inf

    @property
    def expected_seconds(self) -> float:
        """Computing time to expect until a success, restarts allowed."""
        return float(self.all_seconds.sum()) / self.successes if self.successes else math.inf

    def trial(self, i: int) -> Trial:
        """Return entry i as plain numbers."""
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
        Counts.

    Returns
    -------
    low, high : float
        In [0, 1]; (0, 1) without trials.
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
