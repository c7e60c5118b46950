"""Published tables: printed values with their certainty, and the studies that repeat them."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from scipy.stats import binom, t

from nbn_core import StopReason, TrialsResult, generators
from nbn_core.errors import SettingError
from nbn_core.studies import (
    PUBLISHED_TABLES,
    VARIANTS,
    Cell,
    CellResult,
    Certainty,
    Printed,
    PublishedEntry,
    Study,
    StudyResult,
    compare,
    run_study,
    study_of,
)
from nbn_core.studies.published import with_test
from nbn_core.studies.published_comparison import mean_interval, median_interval

ENTRIES = [entry for table in PUBLISHED_TABLES.values() for entry in table.entries]


def printed(table: str, *names: str) -> list[tuple]:
    """Return values of all rows of a table."""
    return [
        tuple(getattr(one.printed, name) for name in names)
        for one in PUBLISHED_TABLES[table].entries
    ]


def test_the_smallest_networks_of_parity_are_those_of_the_formulas() -> None:
    expected = []
    for n in range(2, 14):
        h, nn = n // 2, math.ceil(math.log2(n + 1))
        expected += [
            (n + 1, (n + 1) ** 2),
            (h + 1, h * (n + 1) + n + h + 1),
            (nn, nn * (n + 1) + nn * (nn - 1) // 2),
        ]
    assert printed("parity_minimal", "neurons", "weights") == expected


def test_the_printed_rates_iterations_and_errors_are_in_the_tables() -> None:
    assert printed("parity_cascades", "neurons", "weights", "iterations", "success_rate") == [
        (10, 145, 38.51, 0.58), (12, 210, 59.02, 0.37), (14, 287, 68.08, 0.24),
    ]  # fmt: skip
    rates = [0.13, 0.24, 0.40, 0.69, 0.80, 0.89, 0.92, 0.96, 0.99]
    iterations = [287.7, 261.4, 243.9, 231.8, 175.1, 159.7, 137.3, 127.7, 112.0]
    assert printed("two_spirals", "success_rate", "iterations", "trials") == [
        (rate, its, 100) for rate, its in zip(rates, iterations, strict=True)
    ]
    assert printed("control_surface", "neurons", "test_sse") == [(4, 2.3628), (5, 0.4648)]
    assert [pytest.approx(seconds) for (seconds,) in printed("codes", "iteration_seconds")] == [
        27.86e-6,
        29.76e-6,
        177.65e-6,
        211.62e-6,
    ]


def test_every_row_has_a_certainty_and_only_computed_ones_are_not_marked_as_recalled() -> None:
    for key, table in PUBLISHED_TABLES.items():
        assert table.source.endswith(".")
        for entry in table.entries:
            assert entry.table == key == table.key
            assert isinstance(entry.certainty, Certainty)
            expected = Certainty.COMPUTED if key == "parity_minimal" else Certainty.RECALLED
            assert entry.certainty is expected
            assert any(value is not None for value in entry.printed[:-1])


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.title)
def test_networks_have_the_printed_size_and_the_study_trains_them(entry: PublishedEntry) -> None:
    study = study_of(entry, trials=3, seed=5)
    topology = study.networks[0].topology
    if entry.printed.neurons is not None:
        assert topology.n_neurons == entry.printed.neurons
    if entry.printed.weights is not None:
        assert topology.n_weights == entry.printed.weights
    assert (study.trials, study.seed, study.scheme) == (3, 5, "uniform")
    assert study.stopping.target_sse == 0.01
    assert study.rules[0].settings["control"] == "published"
    assert study.rules[0].settings["mu_start"] == 0.01
    nonlinear = [neuron for neuron in topology.neurons if neuron.activation != "linear"]
    assert {neuron.gain for neuron in nonlinear} == {1.0 if "surface" in entry.table else 0.5}
    assert {neuron.leak for neuron in nonlinear} == {0.0}
    assert study_of(entry).trials == entry.trials
    assert entry.note.endswith(".")


def test_titles_name_problem_and_network() -> None:
    assert [table.entries[0].title for table in PUBLISHED_TABLES.values()] == [
        "Parity-2, 2-2-1 SLP", "Parity-9, 9-9-1 FCC", "Two spirals, 2-7-1 FCC",
        "Decoder 3 to 8, 3-8-8 SLP", "Control surface, 2-3-1 FCC",
    ]  # fmt: skip
    assert PUBLISHED_TABLES["codes"].entries[1].title == "Encoder 8 to 3, 8-3-3 SLP"
    assert len({entry.title for entry in ENTRIES}) == len(ENTRIES)


def test_variants_change_what_they_say() -> None:
    entry = PUBLISHED_TABLES["two_spirals"].entries[0]
    studies = {key: study_of(entry, key, trials=1) for key in VARIANTS}
    first = {key: study.networks[0].topology.neurons[0] for key, study in studies.items()}
    assert {key: (neuron.gain, neuron.leak) for key, neuron in first.items()} == {
        "as_published": (0.5, 0.0), "gain_025": (0.25, 0.0), "gain_1": (1.0, 0.0),
        "leak": (0.5, 0.001), "scaled": (0.5, 0.0), "usual": (0.5, 0.0),
    }  # fmt: skip
    assert {key: study.scheme for key, study in studies.items() if study.scheme != "uniform"} == {
        "usual": "data"
    }
    assert studies["usual"].rules[0].settings["control"] == "adaptive"
    sizes = {key: np.abs(study.data.datasets()[0].inputs).max() for key, study in studies.items()}
    assert sizes.pop("scaled") == pytest.approx(1.0)
    assert set(sizes.values()) == {6.5}


def test_the_control_surface_trains_on_25_and_is_tested_on_1681_points() -> None:
    for variant in ("as_published", "scaled"):
        study = study_of(PUBLISHED_TABLES["control_surface"].entries[0], variant, trials=1)
        parts = study.data.raw_parts()
        assert np.array_equal(parts.train.inputs, generators.control_surface().inputs)
        assert np.array_equal(parts.train.targets, generators.control_surface().targets)
        assert parts.test is not None
        assert np.array_equal(parts.test.inputs, generators.control_surface_test().inputs)
        assert np.array_equal(parts.test.targets, generators.control_surface_test().targets)
        assert Study.from_json(study.to_json()) == study


def test_own_data_with_test_patterns_keep_both_in_order() -> None:
    data = generators.parity(4)
    made = with_test(data.rows(np.arange(11)), data.rows(np.arange(11, 16)))
    parts = made.raw_parts()
    assert np.array_equal(parts.train.inputs, data.inputs[:11])
    assert parts.test is not None
    assert np.array_equal(parts.test.targets, data.targets[11:])
    assert parts.train.kind == "classification"


def test_intervals_of_mean_and_median() -> None:
    values = np.array([3.0, 5.0, 4.0, 9.0])
    half = t.ppf(0.975, 3) * values.std(ddof=1) / 2
    assert mean_interval(values) == pytest.approx((5.25 - half, 5.25 + half))
    assert mean_interval(values[:1]) == (-math.inf, math.inf)
    assert median_interval(np.arange(5.0)) == (-math.inf, math.inf)
    for n in (6, 7, 20, 100):
        low, high = median_interval(np.arange(float(n))[::-1])
        rank = int(low)
        assert high == n - 1 - rank
        assert 2 * binom.cdf(rank, n, 0.5) <= 0.05 < 2 * binom.cdf(rank + 1, n, 0.5)


def result_of(
    entry: PublishedEntry, successes: int, trials: int, test_sse: float = math.nan
) -> StudyResult:
    stops = tuple(
        StopReason.SOLVED if i < successes else StopReason.MAX_ITERATIONS for i in range(trials)
    )
    numbers = np.arange(trials)
    iterations = np.where(numbers % 2, 40, 37)
    zeros = np.zeros(trials)
    found = TrialsResult(
        numbers, numbers, stops, zeros, iterations, iterations, zeros, 1e-6 * iterations
    )
    test = test_sse + 1e-3 * numbers
    cell = CellResult(found, test, np.full(trials, math.nan))
    return StudyResult(study_of(entry, trials=max(1, trials)), {Cell(0, 0): cell}, {})


COMPARISONS = [
    ("parity_cascades", 22, math.nan, True, "58 % (recalled, not verified) agrees with ours: 22 of "
     "40 trials succeed here (39.8 % to 69.3 %), in 38 iterations (38 to 39) for 38.51 printed."),
    ("parity_cascades", 5, math.nan, False, "is higher than ours: 5 of 40 trials succeed"),
    ("two_spirals", 12, math.nan, False, "is lower than our interval, though that of its 100 "
     "trials overlaps with it: 12 of 40"),
    ("two_spirals", 30, math.nan, False, "is lower than ours: 30 of 40"),
    ("control_surface", 0, 2.344, True, "printed test SSE 2.3628 (recalled, not verified) is "
     "inside our interval of the median, 2.36 (2.36 to 2.37); our best is 2.34."),
    ("control_surface", 0, 700.0, False, "is outside our interval"),
    ("codes", 40, math.nan, None, "The printed 27.9 us for an iteration (recalled, not verified) "
     "are of another computer, this one takes 1 us, and no rate was printed: 40 of 40 trials"),
    ("parity_minimal", 1, math.nan, True, "That 3 neurons and 9 weights are enough (computed from "
     "the source's formulas) is confirmed: 1 of 40 trials succeed"),
    ("parity_minimal", 0, math.nan, None, "is neither confirmed nor refuted: 0 of 40"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "successes", "test_sse", "inside", "part"), COMPARISONS)
def test_a_comparison_says_whether_printed_values_are_inside(
    table: str, successes: int, test_sse: float, inside: bool | None, part: str
) -> None:
    entry = PUBLISHED_TABLES[table].entries[0]
    found = compare(entry, result_of(entry, successes, 40, test_sse))
    assert (found.trials, found.successes) == (40, successes)
    assert part in found.sentence
    assert found.sentence.endswith(".")
    assert found.note == ("" if inside else entry.note)
    assert found.inside is inside


def test_iterations_are_those_of_the_successes() -> None:
    entry = PUBLISHED_TABLES["parity_cascades"].entries[0]
    values = {one.name: one for one in compare(entry, result_of(entry, 22, 40)).values}
    assert list(values) == ["success_rate", "iterations"]
    assert values["iterations"].ours == 38.5  # 37 and 40 alternate
    assert values["iterations"].inside
    assert [one.name for one in compare(entry, result_of(entry, 0, 40)).values] == ["success_rate"]


def test_a_median_of_too_few_trials_has_no_interval_and_the_sentence_says_so() -> None:
    entry = PUBLISHED_TABLES["control_surface"].entries[0]
    found = compare(entry, result_of(entry, 0, 5, 700.0))
    assert found.sentence == (
        "The printed test SSE 2.3628 (recalled, not verified) needs more than 5 trials to be "
        "compared: our median is 700, our best 700."
    )
    assert "is outside our interval" in compare(entry, result_of(entry, 0, 6, 700.0)).sentence


def test_what_is_not_comparable_is_refused() -> None:
    first, second = PUBLISHED_TABLES["two_spirals"].entries[:2]
    with pytest.raises(SettingError, match=r"trains 2-8-1 FCC, and .* about 2-7-1 FCC"):
        compare(first, result_of(second, 1, 10))
    with pytest.raises(SettingError, match="no trials yet"):
        compare(first, result_of(first, 0, 0))
    with pytest.raises(SettingError, match="no variant called 'gain_2'"):
        study_of(first, "gain_2")


def test_a_small_table_can_be_repeated() -> None:
    entry = PUBLISHED_TABLES["parity_minimal"].entries[5]
    assert entry.title == "Parity-3, 3-1-1 FCC"
    found = compare(entry, run_study(study_of(entry, trials=20)))
    assert found.trials == 20
    assert found.successes >= 10
    assert found.inside
    assert "is confirmed" in found.sentence
    with_rate = dataclasses.replace(entry, printed=Printed(success_rate=0.9))
    assert compare(with_rate, run_study(study_of(entry, trials=20))).values[0].ours > 0.5


def test_variants_keep_the_network_comparable() -> None:
    entry = PUBLISHED_TABLES["two_spirals"].entries[0]
    quick = dataclasses.replace(entry, max_iterations=2)
    for variant in VARIANTS:
        assert compare(quick, run_study(study_of(quick, variant, trials=2))).trials == 2
