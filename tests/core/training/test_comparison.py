"""Statistics over seeds, compared with hand calculations and scipy."""

import itertools
import math

import numpy as np
import pytest
import scipy.stats
from numpy.testing import assert_allclose

from nbn_core.errors import ShapeError
from nbn_core.training.comparison import (
    compare,
    ecdf,
    expected_cost,
    expected_cost_interval,
    holm,
    mcnemar,
    median_ratio,
    outcomes,
    signed_rank,
)


def test_ecdf_counts_failed_trials_in_the_share() -> None:
    costs, shares = ecdf(outcomes([30, 10, 99, 10], [True, True, False, True]))
    assert costs.tolist() == [10, 30]
    assert shares.tolist() == [0.5, 0.75]


def test_ecdf_without_a_success_has_no_step() -> None:
    costs, shares = ecdf(outcomes([5, 5], [False, False]))
    assert len(costs) == len(shares) == 0


@pytest.mark.parametrize(
    ("costs", "solved", "expected"),
    [
        ([10, 20, 100], [True, True, False], 65.0),  # (10 + 20 + 100) / 2
        ([7], [True], 7.0),
        ([7, 7], [False, False], math.inf),
        ([], [], math.inf),
    ],
)
def test_expected_cost_equals_a_hand_calculation(
    costs: list[float], solved: list[bool], expected: float
) -> None:
    assert expected_cost(outcomes(costs, solved)) == expected


def test_bootstrap_of_the_expected_cost_against_all_resamples() -> None:
    """For three trials all 27 resamples are listed; the limits are among their values."""
    costs, solved = np.array([10.0, 20.0, 100.0]), np.array([True, True, False])
    every = []
    for picked in itertools.product(range(3), repeat=3):
        index = list(picked)
        wins = solved[index].sum()
        every.append(costs[index].sum() / wins if wins else math.inf)
    low, high = expected_cost_interval(outcomes(costs, solved), resamples=20_000)
    # 1 of 27 (3.7 %) has no success, so the upper end is infinite; 10 alone is the least (3.7 %)
    assert low == min(every) == 10.0
    assert high == math.inf


def test_bootstrap_of_the_expected_cost_is_about_the_mean_if_all_succeed() -> None:
    costs = np.random.default_rng(0).exponential(50.0, 60) + 10.0
    given = outcomes(costs, np.ones(60, bool))
    found = expected_cost_interval(given, resamples=20_000)
    oracle = scipy.stats.bootstrap(
        (costs,), np.mean, n_resamples=20_000, method="percentile", rng=1
    ).confidence_interval
    assert_allclose(found, oracle, rtol=0.03)
    assert found == expected_cost_interval(given, resamples=20_000)


@pytest.mark.parametrize(
    ("first", "second", "p"),
    [(0, 0, 1.0), (5, 0, 2 / 2**5), (6, 0, 2 / 2**6), (4, 1, 2 * 6 / 2**5), (3, 3, 1.0)],
)
def test_mcnemar_equals_a_hand_calculation(first: int, second: int, p: float) -> None:
    assert_allclose(mcnemar(first, second), p, rtol=1e-12)
    assert_allclose(mcnemar(second, first), p, rtol=1e-12)


def test_signed_rank_equals_a_hand_calculation_and_scipy() -> None:
    first = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    # All six differences have one sign: 2 of the 2^6 equally likely patterns are as extreme.
    assert_allclose(signed_rank(first, 10 * first * np.arange(1, 7)), 2 / 2**6, rtol=1e-9)
    generator = np.random.default_rng(3)
    a, b = generator.lognormal(size=(2, 25))
    oracle = scipy.stats.wilcoxon(np.log(a), np.log(b)).pvalue
    assert_allclose(signed_rank(a, b), oracle, rtol=1e-9)
    assert_allclose(signed_rank(a, b), signed_rank(b, a), rtol=1e-9)


def test_too_few_pairs_are_not_significant() -> None:
    assert signed_rank([1, 1, 1, 1, 1], [9, 8, 7, 6, 5]) == 1.0
    assert signed_rank([], []) == 1.0
    assert signed_rank(np.ones(30), np.ones(30)) == 1.0


def test_median_ratio_and_its_interval() -> None:
    ratio, (low, high) = median_ratio([1.0, 4.0, 9.0], [2.0, 2.0, 3.0])
    assert ratio == 2.0
    assert (low, high) == (0.5, 3.0)
    ratio, interval = median_ratio([], [])
    assert math.isnan(ratio)
    assert interval == (0.0, math.inf)


def test_holm_equals_a_hand_calculation() -> None:
    # sorted .005 .01 .03 .04: 4 x .005, 3 x .01, 2 x .03, then not below the one before
    assert_allclose(holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02], rtol=1e-12)
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([]) == []


def test_a_comparison_of_rules_equals_a_hand_calculation() -> None:
    seeds = range(10)
    results = {
        "a": {seed: (10.0 + seed, True) for seed in seeds},
        "b": {seed: (100.0 + 3 * seed, True) for seed in seeds},
        "c": {seed: (1000.0, seed == 0) for seed in seeds},
    }
    ab, ac, bc = compare(results)
    assert (ab.first, ab.second, ab.both, ab.only_first, ab.only_second) == ("a", "b", 10, 0, 0)
    assert ab.success_p == 1.0
    assert ab.more_successful is None
    # Six tests: 2/2^10 for the cost of a and b is the smallest of them, 2/2^9 the two of success.
    assert_allclose(ab.cost_p, 6 * 2 / 2**10, rtol=1e-9)
    assert ab.cheaper == "a"
    assert_allclose(ab.ratio, np.median([(10 + s) / (100 + 3 * s) for s in seeds]), rtol=1e-12)
    assert (ac.only_first, ac.only_second, ac.both) == (9, 0, 1)
    assert_allclose([ac.success_p, bc.success_p], 5 * 2 / 2**9, rtol=1e-9)
    assert ac.more_successful == "a"
    assert ac.cost_p == 1.0
    assert ac.cheaper is None


def test_rules_are_compared_on_their_common_seeds() -> None:
    [one] = compare({"a": {1: (5.0, True), 2: (5.0, True)}, "b": {2: (9.0, False), 3: (1.0, True)}})
    assert (one.seeds, one.only_first, one.only_second, one.both) == (1, 1, 0, 0)
    assert one.cheaper is one.more_successful is None


@pytest.mark.parametrize(
    ("costs", "solved"),
    [([1, 2], [True]), ([math.nan], [True]), ([-1], [False]), ([[1]], [[True]])],
)
def test_invalid_outcomes_are_refused_in_a_sentence(costs: list[float], solved: list[bool]) -> None:
    with pytest.raises(ShapeError, match=r"\.$"):
        outcomes(costs, solved)
