"""Statistical comparison of learning rules over random seeds, paired by starting weights.

The cost of a trial is its work, seconds or iterations until it reached the target or ended. If
training is restarted until a trial succeeds, the expected cost (expected run time, ERT) is

    ERT = (costs of all trials, failed ones in full) / (number of successes),

infinite without a success. Its interval is a percentile bootstrap over seeds, in which a resample
without a success counts as infinite.

Two rules that were trained from the same starting weights are compared in pairs. Success: McNemar's
exact test on the seeds where exactly one of the two succeeded. Cost: Wilcoxon's signed-rank test of
the logarithms of the costs on the seeds where both succeeded, and the median ratio of the costs
with its bootstrap interval. All p-values of a table are adjusted together by Holm's method.

References
----------
Hansen, Auger, Brockhoff, Tusar & Tusar, COCO: performance assessment, arXiv 1605.03560: ERT, ECDF.
McNemar, Psychometrika 12, 1947. Wilcoxon, Biometrics Bulletin 1, 1945.
Holm, Scandinavian Journal of Statistics 6, 1979. Efron, Annals of Statistics 7, 1979: bootstrap.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from nbn_core.checks import plural
from nbn_core.display import one_line
from nbn_core.errors import ShapeError
from nbn_core.types import BoolArray, FloatArray

LEVEL = 0.05
RESAMPLES = 2000
FEWEST_PAIRS = 6  # with fewer, no result of the signed-rank test is below the level


class Interval(NamedTuple):
    """A 95 % interval, whose limits may be infinite."""

    low: float
    high: float


class Outcomes(NamedTuple):
    """Costs of a rule's trials, (T,) float64, and whether each reached the target, (T,) bool."""

    costs: FloatArray
    solved: BoolArray

    def __repr__(self) -> str:
        return one_line("Outcomes", f"{self.solved.sum()} of {len(self.solved)} trials solved")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Comparison of two rules, paired by seed.

    Parameters
    ----------
    first, second : str
        Names of the rules.
    seeds : int
        Number of seeds from which both rules were trained.
    only_first, only_second, both : int
        Numbers of seeds where exactly one rule, or both, reached the target.
    success_p, cost_p : float
        p-values of the two tests, adjusted by Holm over the whole table; 1 for a test without data.
    ratio : float
        Median of the first rule's cost divided by the second's, where both succeeded; NaN without
        such seeds.
    ratio_interval : Interval
        Interval of that median.
    """

    first: str
    second: str
    seeds: int
    only_first: int
    only_second: int
    both: int
    success_p: float
    cost_p: float
    ratio: float
    ratio_interval: Interval

    def __repr__(self) -> str:
        return one_line(
            "Comparison",
            f"{self.first} and {self.second} on {plural(self.seeds, 'seed')}",
            f"both solved {self.both}",
            f"success p {self.success_p:.2g}",
            f"cost p {self.cost_p:.2g}",
        )

    @property
    def more_successful(self) -> str | None:
        """Rule that succeeds significantly more often; None without a significant difference."""
        if self.success_p >= LEVEL:
            return None
        return self.first if self.only_first > self.only_second else self.second

    @property
    def cheaper(self) -> str | None:
        """Rule that costs significantly less where both succeed; None without a difference."""
        if self.cost_p >= LEVEL or self.ratio == 1.0 or math.isnan(self.ratio):
            return None
        return self.first if self.ratio < 1.0 else self.second


def outcomes(costs: ArrayLike, solved: ArrayLike) -> Outcomes:
    """Validate the costs and successes of trials.

    Parameters
    ----------
    costs : (T,) array_like
        Cost of each trial.
    solved : (T,) array_like
        Whether each trial reached the target.

    Returns
    -------
    Outcomes
        Costs as float64 and successes as bool.

    Raises
    ------
    ShapeError
        If the lengths differ, or a cost is negative or not finite.
    """
    spent = np.asarray(costs, dtype=np.float64)
    reached = np.asarray(solved, dtype=bool)
    if spent.ndim != 1 or spent.shape != reached.shape:
        raise ShapeError("Costs and successes of trials must be two lists of one length.")
    if not (np.isfinite(spent).all() and (spent >= 0).all()):
        raise ShapeError("The cost of a trial must be a finite number, not below zero.")
    return Outcomes(spent, reached)


def ecdf(given: Outcomes) -> tuple[FloatArray, FloatArray]:
    """Compute the empirical distribution of the cost at which trials reach the target.

    Parameters
    ----------
    given : Outcomes
        Trials; failed ones count in the total but never reach the target.

    Returns
    -------
    costs, shares : (S,) float64
        Ascending costs, and the share of all trials that reached the target at each cost.
    """
    reached = np.sort(given.costs[given.solved])
    costs, counts = np.unique(reached, return_counts=True)
    return costs, np.cumsum(counts) / max(1, len(given.costs))


def expected_cost(given: Outcomes) -> float:
    """Compute the expected cost until a success, with restarts; infinite without a success."""
    successes = int(given.solved.sum())
    return float(given.costs.sum()) / successes if successes else math.inf


def expected_cost_interval(given: Outcomes, seed: int = 0, resamples: int = RESAMPLES) -> Interval:
    """Compute the bootstrap interval of the expected cost.

    Parameters
    ----------
    given : Outcomes
        Trials of a rule.
    seed : int
        Random seed of the resampling.
    resamples : int
        Number of resamples.

    Returns
    -------
    Interval
        Interval of 95 %; zero to infinity without trials.
    """
    n = len(given.costs)
    if n == 0:
        return Interval(0.0, math.inf)
    picked = np.random.default_rng([seed, n]).integers(0, n, (resamples, n))
    totals = given.costs[picked].sum(axis=1)
    successes = given.solved[picked].sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = np.where(successes > 0, totals / successes, np.inf)
    return _middle(expected)


def mcnemar(only_first: int, only_second: int) -> float:
    """Test whether two rules succeed equally often, by McNemar's exact two-sided test.

    Parameters
    ----------
    only_first, only_second : int
        Numbers of seeds on which only the first, or only the second, rule succeeded.

    Returns
    -------
    float
        The p-value; 1 without such seeds.
    """
    from scipy.stats import binomtest  # imported here: it takes 0.1 s, which most pages do not need

    n = only_first + only_second
    return float(binomtest(only_first, n, 0.5).pvalue) if n else 1.0


def signed_rank(first: ArrayLike, second: ArrayLike) -> float:
    """Test whether two rules cost the same, by Wilcoxon's two-sided test of log costs.

    Parameters
    ----------
    first, second : (S,) array_like
        Positive costs on the same seeds.

    Returns
    -------
    float
        The p-value; 1 if fewer than `FEWEST_PAIRS` pairs differ.
    """
    from scipy.stats import wilcoxon

    differences = np.log(np.asarray(first, float)) - np.log(np.asarray(second, float))
    differences = differences[differences != 0]
    if len(differences) < FEWEST_PAIRS:
        return 1.0
    return float(wilcoxon(differences).pvalue)


def median_ratio(
    first: ArrayLike, second: ArrayLike, seed: int = 0, resamples: int = RESAMPLES
) -> tuple[float, Interval]:
    """Compute the median of first / second over seeds, and its bootstrap interval.

    Parameters
    ----------
    first, second : (S,) array_like
        Positive costs on the same seeds.
    seed : int
        Random seed of the resampling.
    resamples : int
        Number of resamples.

    Returns
    -------
    ratio : float
        Median ratio; NaN without pairs.
    interval : Interval
        Interval of 95 %; zero to infinity without pairs.
    """
    ratios = np.asarray(first, float) / np.asarray(second, float)
    n = len(ratios)
    if n == 0:
        return math.nan, Interval(0.0, math.inf)
    picked = np.random.default_rng([seed, n]).integers(0, n, (resamples, n))
    return float(np.median(ratios)), _middle(np.median(ratios[picked], axis=1))


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust the p-values of several tests by Holm's method, which bounds the familywise error.

    Parameters
    ----------
    p_values : sequence of float
        p-values of the tests, unadjusted.

    Returns
    -------
    list of float
        Adjusted p-values in the same order.
    """
    order = np.argsort(p_values, kind="stable")
    adjusted = np.ones(len(p_values))
    largest = 0.0
    for rank, i in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[i]))
        adjusted[i] = largest
    return [float(value) for value in adjusted]


def compare(results: Mapping[str, Mapping[int, tuple[float, bool]]]) -> list[Comparison]:
    """Compare every pair of rules on the seeds from which both were trained.

    Parameters
    ----------
    results : mapping
        Cost and success of each rule by seed; costs of successful trials are positive.

    Returns
    -------
    list of Comparison
        Comparisons of all pairs, in the order of the rules; their p-values are adjusted together.
    """
    found = []
    for first, second in itertools.combinations(results, 2):
        a, b = results[first], results[second]
        seeds = [seed for seed in a if seed in b]
        both = [seed for seed in seeds if a[seed][1] and b[seed][1]]
        only_first = sum(a[seed][1] and not b[seed][1] for seed in seeds)
        only_second = sum(b[seed][1] and not a[seed][1] for seed in seeds)
        costs = [a[seed][0] for seed in both], [b[seed][0] for seed in both]
        ratio, interval = median_ratio(*costs)
        found.append(
            Comparison(
                first, second, len(seeds), only_first, only_second, len(both),
                mcnemar(only_first, only_second), signed_rank(*costs), ratio, interval,
            )
        )  # fmt: skip
    adjusted = holm([p for one in found for p in (one.success_p, one.cost_p)])
    return [
        Comparison(
            one.first, one.second, one.seeds, one.only_first, one.only_second, one.both,
            success, cost, one.ratio, one.ratio_interval,
        )
        for one, success, cost in zip(found, adjusted[::2], adjusted[1::2], strict=True)
    ]  # fmt: skip


def _middle(values: FloatArray) -> Interval:
    """Return the middle 95 %, without interpolation because values may be infinite."""
    low, high = np.quantile(values, [0.025, 0.975], method="inverted_cdf")
    return Interval(float(low), float(high))
