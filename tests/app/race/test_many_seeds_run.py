"""Runs of many seeds: paired starts, budgets, stop and resume, and their sentences."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from app.figures import palette
from app.figures.svg import svg
from app.figures.trials import TrialGroup, ecdf_chart, rates_chart, seeds_chart, time_words
from app.race.lanes import Lane
from app.race.many_seeds import comparisons, grouped, pair_sentences, pairs_frame, summary_frame
from app.race.many_seeds_run import Kept, Series, table_of
from app.race.session import problem_key
from app.session.jobs import Workers
from app.session.study_workers import SharedWorkers
from nbn_core.experiment import Experiment, Stopping
from nbn_core.network import Topology
from nbn_core.objective import starting_weights
from nbn_core.training import Training
from nbn_core.training.comparison import Comparison, Interval, outcomes
from nbn_core.training.trials import trial_seed
from nbn_core.warmup import warm_up, warm_up_rules
from tests.app.fake_browser import LONG

XOR = replace(
    Experiment.suggested("xor"), topology=Topology.mlp([2, 3, 1], output="bipolar"),
    stopping=Stopping(0.01, 1000),
)  # fmt: skip
LANES = (Lane(0, "nbn"), Lane(1, "adam", {"rate": 0.05}))


@pytest.fixture(scope="module")
def workers() -> Workers:
    warm_up()
    warm_up_rules()  # so that no test waits for the compiler
    return Workers(2)


def series(
    workers: Workers, kept: Kept | None = None, seeds: int = 5, work: float = 3000.0,
    lanes: tuple[Lane, ...] = LANES,
) -> Series:  # fmt: skip
    return Series(
        XOR, problem_key(XOR), lanes, seeds, work, [] if kept is None else kept,
        SharedWorkers(workers, 2),
    )  # fmt: skip


def ran(made: Series) -> Series:
    made.go()
    wait_until_stopped(made)
    return made


def wait_until_stopped(made: Series) -> None:
    assert made.wait(LONG)
    assert not made.running


def test_every_lane_has_the_same_starts_and_equals_a_single_training(workers: Workers) -> None:
    made = ran(series(workers))
    assert made.done == made.total == 10
    for lane in LANES:
        trials = made.trials(lane)
        assert [trial.seed for trial in trials.values()] == [trial_seed(0, i) for i in range(5)]
        for trial in trials.values():
            alone = Training(
                XOR.topology, XOR.datasets()[0], lane.name, target_sse=0.01,
                weights=starting_weights(XOR.topology, XOR.datasets()[0], seed=trial.seed),
                max_iterations=10**6, **lane.settings,
            )  # fmt: skip
            while alone.stop is None and alone.trace().work[-1] < made.work:
                alone.advance()
            result = alone.result()
            assert trial.solved == (result.converged and result.work <= made.work)
            if trial.solved:
                assert trial.spent.iterations == alone.iteration
                assert trial.sse <= 0.01


def test_completed_trials_are_not_repeated(workers: Workers) -> None:
    kept: Kept = []
    first = ran(series(workers, kept))
    first.put_aside()
    again = series(workers, kept)
    assert again.done == again.total
    assert first.trials(LANES[0]) == again.trials(LANES[0])
    more = series(workers, kept, seeds=7)
    assert more.total - more.done == 4
    ran(more).put_aside()
    assert {i: more.trials(LANES[1])[i] for i in range(5)} == first.trials(LANES[1])
    one = series(workers, kept, seeds=2, lanes=LANES[1:])
    assert one.done == one.total == 2
    one.put_aside()
    assert series(workers, kept, seeds=7).done == 14
    assert series(workers, kept, work=50.0).done == 0


def test_equal_lanes_share_their_trials(workers: Workers) -> None:
    made = ran(series(workers, lanes=(*LANES, Lane(2, "nbn"))))
    assert made.total == 10
    assert made.trials(made.lanes[0]) == made.trials(made.lanes[2])


def test_stop_keeps_completed_trials_and_run_continues(workers: Workers) -> None:
    slow = (Lane(0, "nbn"), Lane(1, "spsa"))
    made = series(workers, seeds=200, work=2000.0, lanes=slow)
    made.go()
    while made.done < 5:
        assert made.running
    made.halt()
    wait_until_stopped(made)
    done = made.done
    assert 5 <= done < made.total
    made.go()
    while made.done <= done:
        assert made.running
    made.halt()
    wait_until_stopped(made)
    assert made.done > done


def test_no_trial_counts_work_beyond_its_budget(workers: Workers) -> None:
    made = ran(series(workers, seeds=3, work=60.0))
    for lane in LANES:
        for trial in made.trials(lane).values():
            assert 0 < trial.spent.work <= 60.0


def test_lanes_whose_rule_cannot_train_the_network_have_no_trials(workers: Workers) -> None:
    made = series(workers, lanes=(*LANES, Lane(2, "cascade_correlation")))
    assert [lane.name for lane in made.lanes] == ["nbn", "adam"]
    none = series(workers, lanes=(Lane(2, "cascade_correlation"),))
    none.go()
    assert (none.running, none.done, none.total) == (False, 0, 0)


def test_a_run_of_many_seeds_has_tables_and_charts(workers: Workers) -> None:
    made = ran(series(workers))
    titles = ["NBN", "Adam"]
    groups = grouped(made, "work")
    frame = summary_frame(groups, "work")
    wins = [int(group.outcomes.solved.sum()) for group in groups]
    assert list(frame["Solved"]) == [f"{win} of 5" for win in wins]
    rows = table_of(made, titles)
    assert len(rows) == 10
    assert sum(bool(row["solved"]) for row in rows) == sum(wins)
    assert len(pairs_frame(comparisons(groups))) == 1


@pytest.mark.parametrize("look", [palette.LIGHT, palette.DARK])
def test_charts_show_every_outcome(look: palette.Palette) -> None:
    groups = [
        TrialGroup(0, "NBN", outcomes([10.0, 30.0, 99.0], [True, True, False]), (0, 1, 2)),
        TrialGroup(3, "EBP", outcomes([500.0], [False]), (0,)),
        TrialGroup(5, "Adam", outcomes([], []), ()),
    ]
    steps = ecdf_chart(groups, "work", look)
    assert "NBN 67 %" in steps.summary
    line = next(trace for trace in steps.spec.traces if trace["name"] == "NBN")
    jumps = {x: y for x, y in zip(line["x"], line["y"], strict=True)}
    assert (jumps[10.0], jumps[30.0]) == (pytest.approx(1 / 3), pytest.approx(2 / 3))
    rates = rates_chart(groups, look)
    assert rates.summary == "Solved: NBN 2 of 3, EBP 0 of 1, Adam 0 of 0."
    dots = seeds_chart(groups, 5, look)
    assert dots.summary == "4 of 15 trials are done."
    for chart in (steps, rates, dots):
        assert chart.figure.data
        assert svg(chart, look, 600).startswith("<svg")
        assert chart.table().count("\n") > 1


def test_a_difference_that_is_not_significant_is_reported_as_such() -> None:
    some = Interval(0.1, 0.3)
    found = [
        Comparison("NBN", "EBP", 30, 20, 0, 10, 1e-5, 1.0, math.nan, some),
        Comparison("NBN", "Adam", 30, 1, 0, 29, 1.0, 1e-4, 4.0, some),
        Comparison("EBP", "Adam", 30, 0, 1, 9, 1.0, 0.2, 0.5, some),
    ]
    assert pair_sentences(found, "work") == [
        "**NBN** succeeds more often than EBP.",
        "NBN needs 4 times the work of **Adam** (median, where both succeed). "
        "No significant difference in success.",
        "No significant difference: EBP and Adam (30 seeds).",
    ]


def test_times_on_an_axis_have_round_units() -> None:
    assert [time_words(t) for t in (1e-5, 1e-3, 0.1, 1.0, 100.0)] == [
        "10 \u00b5s", "1 ms", "100 ms", "1 s", "100 s",
    ]  # fmt: skip
