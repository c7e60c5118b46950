"""Comparing learning rules over seeds: what trials, paired by their starts, do and do not show.

A trial costs what it spent, work, seconds or iterations, until it reached the target or gave up.
With restarts allowed until one succeeds, the cost to expect (expected run time, ERT) is

    ERT = (costs of all trials, failed ones in full) / (number of successes),

infinite without a success. Its interval is a percentile bootstrap over seeds: a resample without a
success counts as infinite.

Two rules that ran from the same starts are compared pair by pair. Success: McNemar's exact test, on
the seeds where just one of the two succeeded. Cost: Wilcoxon's signed-rank test on the logarithms
of the costs, on the seeds where both succeeded; with it the median ratio of costs and its bootstrap
interval. All p-values of a table are adjusted together by Holm's method.

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
FEWEST_PAIRS = 6  # with fewer, no outcome of the signed-rank test is under the level


class Interval(NamedTuple):
    """A 95 % interval; ends may be infinite."""

    low: float
    high: float


class Outcomes(NamedTuple):
    """What became of a rule's trials: (T,) costs, and (T,) whether the target was reached."""

    costs: FloatArray
    solved: BoolArray

    def __repr__(self) -> str:
        return one_line("Outcomes", f"{self.solved.sum()} of {len(self.solved)} trials solved")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two rules, paired by seed.

    Parameters
    ----------
    first, second : str
        Names.
    seeds : int
        Seeds that both ran.
    only_first, only_second, both : int
        Seeds where just one, or both, reached the target.
    success_p, cost_p : float
        Of the two tests, adjusted by Holm over the whole table; 1 where a test has nothing to say.
    ratio : float
        Median of the first's cost over the second's, where both succeeded; NaN without such seeds.
    ratio_interval : Interval
        Of that median.
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
        """The rule shown to succeed more often; None if no difference is shown."""
        if self.success_p >= LEVEL:
            return None
        return self.first if self.only_first > self.only_second else self.second

    @property
    def cheaper(self) -> str | None:
        """The rule shown to need less where both succeed; None if no difference is shown."""
        if self.cost_p >= LEVEL or self.ratio == 1.0 or math.isnan(self.ratio):
            return None
        return self.first if self.ratio < 1.0 else self.second


def outcomes(costs: ArrayLike, solved: ArrayLike) -> Outcomes:
    """Check costs and successes.

    Parameters
    ----------
    costs : (T,) array_like
        What each trial spent.
    solved : (T,) array_like
        Whether it reached the target.

    Returns
    -------
    Outcomes

    Raises
    ------
    ShapeError
        If they are not of one length, or a cost is negative or no finite number.
    """
    spent = np.asarray(costs, dtype=np.float64)
    reached = np.asarray(solved, dtype=bool)
    if spent.ndim != 1 or spent.shape != reached.shape:
        raise ShapeError("Costs and successes of trials must be two lists of one length.")
    if not (np.isfinite(spent).all() and (spent >= 0).all()):
        raise ShapeError("The cost of a trial must be a finite number, not below zero.")
    return Outcomes(spent, reached)


def ecdf(given: Outcomes) -> tuple[FloatArray, FloatArray]:
    """Count which share of all trials reached the target at no more than a cost.

    Parameters
    ----------
    given : Outcomes
        Failed trials count in the share, and never reach.

    Returns
    -------
    costs, shares : (S,) float64
        Steps, ascending: from a cost on, the share is this.
    """
    reached = np.sort(given.costs[given.solved])
    costs, counts = np.unique(reached, return_counts=True)
    return costs, np.cumsum(counts) / max(1, len(given.costs))


def expected_cost(given: Outcomes) -> float:
    """Find the cost to expect until a success, restarts allowed; infinite without one."""
    successes = int(given.solved.sum())
    return float(given.costs.sum()) / successes if successes else math.inf


def expected_cost_interval(given: Outcomes, seed: int = 0, resamples: int = RESAMPLES) -> Interval:
    """Bootstrap the cost to expect over seeds.

    Parameters
    ----------
    given : Outcomes
        At least one trial says something.
    seed : int
        Of the resampling.
    resamples : int
        How many.

    Returns
    -------
    Interval
        From zero to infinity without trials.
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
    """Test whether two rules succeed equally often: McNemar, exact, two-sided.

    Parameters
    ----------
    only_first, only_second : int
        Seeds on which just one of them succeeded.

    Returns
    -------
    float
        The p-value; 1 if there are no such seeds.
    """
    from scipy.stats import binomtest  # a tenth of a second that a page without it need not wait

    n = only_first + only_second
    return float(binomtest(only_first, n, 0.5).pvalue) if n else 1.0


def signed_rank(first: ArrayLike, second: ArrayLike) -> float:
    """Test whether two rules cost the same on the same seeds: Wilcoxon, two-sided, of logarithms.

    Parameters
    ----------
    first, second : (S,) array_like
        Costs above zero, paired.

    Returns
    -------
    float
        The p-value; 1 if too few pairs differ to show anything.
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
    """Find the median of first / second over seeds, and bootstrap it.

    Parameters
    ----------
    first, second : (S,) array_like
        Costs above zero, paired.
    seed : int
        Of the resampling.
    resamples : int
        How many.

    Returns
    -------
    ratio : float
        NaN without pairs.
    interval : Interval
    """
    ratios = np.asarray(first, float) / np.asarray(second, float)
    n = len(ratios)
    if n == 0:
        return math.nan, Interval(0.0, math.inf)
    picked = np.random.default_rng([seed, n]).integers(0, n, (resamples, n))
    return float(np.median(ratios)), _middle(np.median(ratios[picked], axis=1))


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust p-values of tests that are made together, so that one false alarm is rare.

    Parameters
    ----------
    p_values : sequence of float
        As tests gave them.

    Returns
    -------
    list of float
        In the same order, none smaller than it was.
    """
    order = np.argsort(p_values, kind="stable")
    adjusted = np.ones(len(p_values))
    largest = 0.0
    for rank, i in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[i]))
        adjusted[i] = largest
    return [float(value) for value in adjusted]


def compare(results: Mapping[str, Mapping[int, tuple[float, bool]]]) -> list[Comparison]:
    """Compare every two rules on the seeds that both ran.

    Parameters
    ----------
    results : mapping
        Of each rule: cost and success by seed. Costs of successful trials are above zero.

    Returns
    -------
    list of Comparison
        Every two in the order given, adjusted by Holm over all tests together.
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
    """The middle 95 %; of values themselves, for some may be infinite."""
    low, high = np.quantile(values, [0.025, 0.975], method="inverted_cdf")
    return Interval(float(low), float(high))
