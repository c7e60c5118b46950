"""The search for the smallest network: its errors, its claims, and real networks that it finds."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom

from nbn_core import StopReason, Topology, TrialsResult
from nbn_core.errors import SettingError
from nbn_core.experiment import ProblemData, Stopping
from nbn_core.studies import (
    AnySeedGoal,
    CellResult,
    ErrorGoal,
    Goal,
    RateGoal,
    Search,
    SmallestSearch,
    Step,
    Study,
    StudyEvaluator,
    StudyNetwork,
    StudyRule,
    Verdict,
    exact_interval,
    find_smallest,
    members,
    search_study,
)
from nbn_core.studies.search import schedule


class Rates:
    """Evaluator in which every network succeeds at a known rate, by the order of its weights."""

    def __init__(
        self, rates: Sequence[float], seed: int = 0, *, own_families: bool = False
    ) -> None:
        self.networks = [
            StudyNetwork(f"n{i}", Topology.slp(1, i + 1, 1), f"f{i}" if own_families else "SLP")
            for i in range(len(rates))
        ]
        self.rates = {
            network.name: rate for network, rate in zip(self.networks, rates, strict=True)
        }
        self.random = np.random.default_rng(seed)
        self.calls: list[tuple[list[str], range]] = []
        self.lost = 0
        self.lose_from = 10**9

    def __call__(
        self, networks: Sequence[StudyNetwork], trials: range
    ) -> dict[tuple[int, int], CellResult]:
        self.calls.append(([network.name for network in networks], trials))
        if len(self.calls) == self.lose_from:
            self.lost = 1
        return {(i, 0): self.cell(network.name, trials) for i, network in enumerate(networks)}

    def cell(self, name: str, trials: range) -> CellResult:
        met = self.random.random(len(trials)) < self.rates[name]
        return cell(met, trials[: len(trials) - self.lost])


def cell(met: np.ndarray, trials: range) -> CellResult:
    n = len(trials)
    stops = tuple(StopReason.SOLVED if one else StopReason.MAX_ITERATIONS for one in met[:n])
    zeros, numbers = np.zeros(n), np.array(trials, dtype=np.int64)
    found = TrialsResult(numbers, numbers + 1000, stops, zeros, numbers, numbers, zeros, zeros)
    return CellResult(found, np.where(met[:n], 1.0, 3.0), np.full(n, np.nan))


def verdicts(search: Search) -> dict[str, Verdict]:
    return {one.network.name: one.verdict for one in search.tallies}


@pytest.mark.parametrize(("successes", "trials"), [(0, 7), (1, 7), (5, 12), (12, 12), (3, 1000)])
def test_the_interval_is_exact(successes: int, trials: int) -> None:
    for tail in (0.025, 1e-4):
        low, high = exact_interval(successes, trials, tail)
        if successes:
            assert binom.sf(successes - 1, trials, low) == pytest.approx(tail)
        if successes < trials:
            assert binom.cdf(successes, trials, high) == pytest.approx(tail)
    assert exact_interval(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize("rate", [0.01, 0.05, 0.5])
def test_a_rate_without_a_success_is_rejected_after_about_3_over_rate_seeds(rate: float) -> None:
    looks, tail = schedule(AnySeedGoal(rate), 1)
    assert exact_interval(0, looks[-1], tail)[1] < rate
    assert exact_interval(0, looks[-1] - 1, tail)[1] >= rate
    if rate < 0.1:
        assert looks[-1] == pytest.approx(3 / rate, rel=0.03)


SEARCHES = 300


@pytest.mark.parametrize(
    ("goal", "rates"),
    [
        (AnySeedGoal(0.05), [0.05] * 6),
        (RateGoal(0.1), [0.1] * 6),
        (RateGoal(0.5), [0.5] * 6),
        (RateGoal(0.9), [0.9] * 6),
    ],
)
def test_networks_that_reach_the_goal_are_rejected_in_at_most_5_percent_of_searches(
    goal: Goal, rates: list[float]
) -> None:
    wrong = sum(bool(found(goal, rates, seed).having(Verdict.REJECTED)) for seed in range(SEARCHES))
    assert exact_interval(wrong, SEARCHES)[0] <= 0.05, wrong


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_networks_below_the_goal_are_accepted_in_at_most_5_percent_of_searches(
    rate: float,
) -> None:
    rates = [rate - 1e-6] * 6
    wrong = sum(
        bool(found(RateGoal(rate), rates, seed).having(Verdict.ACCEPTED))
        for seed in range(SEARCHES)
    )
    assert exact_interval(wrong, SEARCHES)[0] <= 0.05, wrong


def found(goal: Goal, rates: list[float], seed: int) -> Search:
    evaluate = Rates(rates, seed, own_families=True)  # none is dropped as larger
    return find_smallest(evaluate.networks, goal, evaluate, each_family=True)


@pytest.mark.parametrize(
    ("goal", "rates", "smallest"),
    [
        (AnySeedGoal(0.01), [0, 0, 0, 0.02, 0.5, 0.9], "n3"),
        (RateGoal(0.5), [0.1, 0.2, 0.3, 0.8, 0.9, 0.2, 0.9], "n3"),
        (RateGoal(0.1), [0, 0.02, 0.3, 0.3], "n2"),
        (ErrorGoal(2.0), [0.1, 0.8, 0.9], "n1"),
    ],
)
def test_the_smallest_is_found_and_every_smaller_one_rejected(
    goal: Goal, rates: list[float], smallest: str
) -> None:
    evaluate = Rates(rates)
    search = find_smallest(evaluate.networks, goal, evaluate)
    assert search.smallest is not None
    assert search.smallest.network.name == smallest
    before = list(verdicts(search).values())[: int(smallest[1:])]
    assert set(before) == {Verdict.REJECTED}
    assert search.end == "decided"
    assert search.claim.startswith(
        f"The smallest network found for which {goal.text} is {smallest}"
    )
    assert f"Of {len(before)} smaller network" in search.claim
    assert f"tested {len(before)} w" in search.claim
    assert "with 95 % confidence" in search.claim
    assert "Undecided" not in search.claim
    assert "Candidates: SLP, " in search.claim
    assert search.claim.endswith("Nothing is known about other networks.")


def test_every_network_that_was_tried_has_its_steps_and_reasons() -> None:
    evaluate, seen = Rates([0, 0.01, 0.9, 0.35, 0.35]), list[Step]()
    search = find_smallest(evaluate.networks, RateGoal(0.3), evaluate, on_step=seen.append)
    assert tuple(seen) == search.steps
    trainings = [step.trainings for step in seen]
    assert trainings == sorted(trainings)
    assert trainings[-1] == search.trainings == sum(
        len(names) * len(trials) for names, trials in evaluate.calls
    )  # fmt: skip
    for tally in search.tallies:
        steps = [step for step in seen if step.network == tally.network.name]
        assert steps[-1].verdict is tally.verdict
        assert all(step.verdict is Verdict.OPEN for step in steps[:-1])
        assert (steps[-1].seeds, steps[-1].successes) == (tally.seeds, tally.successes)
        for step in steps:
            assert step.low <= step.successes / step.seeds <= step.high
            assert step.network in step.sentence
            assert step.sentence.endswith(".")
    sentences = {step.verdict: step.sentence for step in seen}
    assert "so that its rate is below 30 %" in sentences[Verdict.REJECTED]
    assert "reaches the goal: " in sentences[Verdict.ACCEPTED]
    assert "it is not smaller than n2, which reaches the goal" in sentences[Verdict.LARGER]


def test_seeds_are_never_asked_for_twice_and_dropped_networks_never_again() -> None:
    evaluate = Rates([0, 0.01, 0.05, 0.02, 0.9])
    find_smallest(evaluate.networks, RateGoal(0.1), evaluate)
    ranges = [trials for _, trials in evaluate.calls]
    assert ranges[0].start == 0
    assert all(a.stop == b.start for a, b in itertools.pairwise(ranges))
    for (before, _), (after, _) in itertools.pairwise(evaluate.calls):
        assert set(after) <= set(before)
    assert "n4" not in evaluate.calls[-1][0]


def test_rates_near_the_goal_stay_undecided_and_are_named() -> None:
    evaluate = Rates([0.0, 0.5, 0.95])
    search = find_smallest(evaluate.networks, RateGoal(0.5), evaluate)
    assert verdicts(search)["n1"] is Verdict.OPEN
    assert search.end == "seeds"
    assert "Of 2 smaller networks tested 1 was rejected" in search.claim
    seeds = schedule(search.goal, 3)[0][-1]
    assert f"Undecided after {seeds} seeds, and may reach the goal: n1." in search.claim


def test_a_budget_ends_the_search_and_what_is_undecided_is_told() -> None:
    evaluate = Rates([0] * 10)
    search = find_smallest(evaluate.networks, AnySeedGoal(0.01), evaluate, most_trainings=500)
    assert search.trainings <= 500
    assert search.smallest is None
    assert search.end == "budget"
    assert "rejected" not in search.claim
    assert search.claim.startswith("No network was found for which at least one seed reaches")
    assert (
        "Undecided within the budget of 500 trainings, and may reach the goal: "
        "n0, n1, n2, n3, n4, n5 and 4 more." in search.claim
    )
    # what is left goes to the largest
    assert evaluate.calls[-1][0] == [f"n{i}" for i in range(10)][-len(evaluate.calls[-1][0]) :]
    none = find_smallest(evaluate.networks, AnySeedGoal(0.01), evaluate, most_trainings=7)
    assert none.trainings <= 7
    assert not none.having(Verdict.REJECTED)


@pytest.mark.parametrize("goal", [AnySeedGoal(0.05), RateGoal(0.3), RateGoal(0.9)])
def test_a_budget_is_never_exceeded_and_no_seed_is_left_out(goal: Goal) -> None:
    for budget in range(1, 700, 13):
        evaluate = Rates([0.0, 0.02, 0.3, 0.31, 0.9], budget)
        search = find_smallest(evaluate.networks, goal, evaluate, most_trainings=budget)
        seen = dict.fromkeys(evaluate.rates, 0)
        for names, trials in evaluate.calls:
            for name in names:
                assert seen[name] == trials.start
                seen[name] = trials.stop
        assert seen == {one.network.name: one.seeds for one in search.tallies}
        assert sum(seen.values()) == search.trainings <= budget
        assert (search.end == "budget") <= bool(search.having(Verdict.OPEN))


def test_a_search_can_be_asked_for_its_rounds_without_waiting() -> None:
    evaluate = Rates([0.0, 0.6, 0.9], 1)
    search = SmallestSearch(evaluate.networks, RateGoal(0.3))
    numbers = []
    while (asked := search.next_round()) is not None:
        assert search.next_round() == asked
        numbers.append(asked.number)
        search.report(evaluate(asked.networks, asked.trials))
    assert numbers == list(range(len(numbers)))
    waited = find_smallest(evaluate.networks, RateGoal(0.3), Rates([0.0, 0.6, 0.9], 1))
    assert search.result().steps == waited.steps


def test_a_stopped_search_keeps_its_trials_and_decides_on_complete_rounds_only() -> None:
    evaluate = Rates([0.4, 0.4, 0.4])

    def stopped() -> bool:
        return len(evaluate.calls) == 4

    evaluate.lose_from = 4
    search = find_smallest(evaluate.networks, RateGoal(0.5), evaluate, cancelled=stopped)
    assert search.end == "cancelled"
    assert len(evaluate.calls) == 4
    assert {one.seeds for one in search.tallies} == {evaluate.calls[-1][1].stop - 1}
    assert "Undecided when the search was stopped, and may reach" in search.claim

    goal, evaluate = RateGoal(0.8), Rates([1.0, 1.0])
    evaluate.lose_from = 3

    def only_the_first_round_succeeds() -> bool:
        evaluate.rates = {"n0": 0.0, "n1": 0.0}
        return len(evaluate.calls) == 3

    search = find_smallest(
        evaluate.networks, goal, evaluate, cancelled=only_the_first_round_succeeds
    )
    successes, seeds = search.tallies[0].successes, search.tallies[0].seeds
    tail = schedule(goal, 2)[1]
    assert exact_interval(successes, seeds, tail)[1] < goal.rate  # a complete round would reject
    assert set(verdicts(search).values()) == {Verdict.OPEN}


def test_only_the_trials_that_were_asked_for_are_counted() -> None:
    evaluate = Rates([0.3, 0.3])

    def with_all_others(networks: Sequence[StudyNetwork], trials: range) -> dict:
        evaluate.calls.append(([network.name for network in networks], trials))
        met = np.arange(10_000) % 3 == 0
        return {(i, 0): cell(met, range(10_000)) for i in range(len(networks))}

    search = find_smallest(evaluate.networks, RateGoal(0.3), with_all_others)
    stop = evaluate.calls[-1][1].stop
    assert {one.seeds for one in search.tallies} == {stop}
    assert {one.successes for one in search.tallies} == {(stop + 2) // 3}
    assert {one.example for one in search.tallies} == {1000}


def test_lost_trials_do_not_count_as_failures() -> None:
    evaluate = Rates([0.0, 0.0])
    evaluate.lost = 3
    search = find_smallest(evaluate.networks, AnySeedGoal(0.1), evaluate)
    assert set(verdicts(search).values()) == {Verdict.OPEN}
    looks, _ = schedule(AnySeedGoal(0.1), 2)
    assert search.tallies[0].seeds == looks[-1] - 3 * len(looks)


def test_the_smallest_of_each_family_is_found() -> None:
    evaluate = Rates([0.0, 0.9, 0.0, 0.9], own_families=True)
    search = find_smallest(evaluate.networks, RateGoal(0.5), evaluate, each_family=True)
    assert [verdict.value for verdict in verdicts(search).values()] == [
        "rejected", "accepted", "rejected", "accepted",
    ]  # fmt: skip
    assert search.smallest_of("f3") is search.tallies[3]
    assert search.smallest_of("f2") is None
    assert "f2: no network was found" in search.claim
    assert "f3: the smallest network found" in search.claim


def test_the_order_is_by_weights_or_by_neurons() -> None:
    deep = StudyNetwork("deep", Topology.fcc(2, 2, 1))  # 12 weights, 3 neurons
    wide = StudyNetwork("wide", Topology.mlp([2, 1, 1, 1, 1]))  # 9 weights, 4 neurons
    evaluate = Rates([])
    evaluate.rates = {"deep": 0.9, "wide": 0.9}
    for order, smallest in (("weights", "wide"), ("neurons", "deep")):
        search = find_smallest([deep, wide], AnySeedGoal(), evaluate, order=order)
        assert search.smallest is not None
        assert search.smallest.network.name == smallest


def real(problem: int, keys: list[str], sizes: range, **settings: object) -> Study:
    networks = members(keys, sizes, problem, 1, output="bipolar").networks
    return Study(
        networks, ProblemData("parity", {"n": problem}), (StudyRule("nbn", settings),),
        stopping=Stopping(0.01, 100),
    )  # fmt: skip


def test_the_cascade_of_three_neurons_is_found_for_parity_4() -> None:
    study = real(4, ["slp", "fcc"], range(1, 5))
    seen = list[int]()
    search = search_study(
        study, AnySeedGoal(0.05), on_progress=lambda now: seen.append(now.trainings)
    )
    assert search.smallest is not None
    assert search.smallest.network.name == "4-2-1 FCC"
    assert search.smallest.network.topology.n_neurons == 3
    assert [one.network.name for one in search.having(Verdict.REJECTED)] == [
        "4-1-1 SLP", "4-1-1 FCC", "4-2-1 SLP",
    ]  # fmt: skip
    assert seen == sorted(seen)
    assert seen[-1] == search.trainings


def test_a_real_search_can_be_stopped_and_continued_with_its_trials() -> None:
    study, calls = real(4, ["slp", "fcc"], range(1, 5)), list[int]()
    executor = ThreadPoolExecutor(2)

    def enough() -> bool:
        return bool(calls) and calls[-1] >= 100

    evaluate = StudyEvaluator(
        study, executor, on_progress=lambda now: calls.append(now.trainings), cancelled=enough
    )
    stopped = find_smallest(study.networks, AnySeedGoal(0.05), evaluate, cancelled=enough)
    assert stopped.end == "cancelled"
    assert stopped.trainings >= 100
    kept = sum(result.n_trials for result in evaluate.results)
    assert kept >= 100
    whole = search_study(study, AnySeedGoal(0.05), executor)
    again = search_study(study, AnySeedGoal(0.05), executor, known=evaluate.results)
    assert again.steps == whole.steps
    assert again.claim == whole.claim
    executor.shutdown()


def test_the_search_goes_on_where_1_seed_in_50_solves_parity_7() -> None:
    study = real(7, ["fcc"], range(1, 5), control="published")
    search = search_study(study, AnySeedGoal(0.01))
    assert search.smallest is not None
    assert search.smallest.network.name == "7-2-1 FCC"
    assert [one.network.name for one in search.having(Verdict.REJECTED)] == ["7-1-1 FCC"]
    solved = search.smallest
    assert solved.successes / solved.seeds < 0.1


def test_the_seed_of_the_example_solves_the_problem() -> None:
    from nbn_core import train

    study = real(4, ["fcc"], range(1, 4))
    smallest = search_study(study, AnySeedGoal(0.1)).smallest
    assert smallest is not None
    result = train(
        smallest.network.topology, study.data.datasets()[0], seed=smallest.example,
        max_iterations=100, target_sse=0.01,
    )  # fmt: skip
    assert result.converged


def test_the_example_of_the_documentation_runs(capsys: pytest.CaptureFixture[str]) -> None:
    text = (Path(__file__).parents[3] / "docs" / "studies.md").read_text(encoding="utf-8")
    example = text.split("```python\n")[2].split("```", 1)[0]
    exec(compile(example, "docs/studies.md", "exec"), {})
    claim, *steps = capsys.readouterr().out.splitlines()
    assert claim.startswith("The smallest network found for which at least one seed reaches")
    assert any("4-1-1 SLP is rejected: 0 of " in step for step in steps)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda n, e: find_smallest([], AnySeedGoal(), e), "at least one network"),
        (lambda n, e: find_smallest([n[0], n[0]], AnySeedGoal(), e), "a different name for each"),
        (lambda n, e: find_smallest(n, AnySeedGoal(), e, order="depth"), "by 'depth': choose"),
        (lambda n, e: find_smallest(n, AnySeedGoal(), e, most_trainings=0), "number of trainings"),
        (lambda n, e: find_smallest(n, AnySeedGoal(), e, most_seeds=0), "number of seeds must"),
        (lambda n, e: find_smallest(n, ErrorGoal(1.0, "test_wrong"), e), "wrong test patterns can"),
        (lambda n, e: RateGoal(1.0), "rate of a goal must be a finite number from 0.001 to 0.99"),
        (lambda n, e: AnySeedGoal(0), "rate of a goal must"),
        (lambda n, e: ErrorGoal(-1), "largest median test error must"),
        (lambda n, e: ErrorGoal(1, "sse"), "no test error called 'sse'"),
        (
            lambda n, e: search_study(
                Study(n, ProblemData("sinc"), (StudyRule(), StudyRule("lm"))), AnySeedGoal()
            ),
            "this study has 2 rules",
        ),
    ],
)
def test_bad_input_is_told_in_one_sentence(call, message: str) -> None:
    evaluate = Rates([0.5, 0.5])
    with pytest.raises(SettingError, match=message):
        call(evaluate.networks, evaluate)
