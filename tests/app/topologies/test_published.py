"""Published tables in a tab: planned, run one study after another, stopped, and shown."""

from __future__ import annotations

import csv
import io
import math
import re
import threading
from concurrent.futures import Future
from dataclasses import replace

import numpy as np
import pytest

from app.session.jobs import Workers
from app.session.study_workers import SharedWorkers
from app.topologies import published_rows, published_run
from app.topologies.chosen import opened
from app.topologies.published_run import (
    FEWEST,
    MINUTE,
    Plan,
    PublishedRun,
    TableRun,
    affordable,
    trial_seconds,
)
from nbn_core.errors import SettingError, StoreError
from nbn_core.experiment import Experiment, SeededStart
from nbn_core.studies import (
    PUBLISHED_TABLES,
    Chunk,
    ChunkEnd,
    Study,
    compare,
    run_study,
    study_of,
)
from nbn_core.training import train
from tests.app.fake_browser import LONG

PLAN = Plan("control_surface", trials=7, seed=4)
THREADS = Workers(2)


class Counted(SharedWorkers):
    """Shared workers that count the trials they run."""

    ran = 0

    def __init__(self) -> None:
        super().__init__(THREADS, 2)

    def submit(self, study: Study, chunk: Chunk) -> Future[ChunkEnd]:
        future = super().submit(study, chunk)
        future.add_done_callback(_count)
        return future


def _count(ended: Future[ChunkEnd]) -> None:
    Counted.ran += len(ended.result().trials)


@pytest.fixture(autouse=True)
def _nothing_ran() -> None:
    Counted.ran = 0


def finished(published: PublishedRun, plan: Plan) -> PublishedRun:
    published.start(plan, Counted)
    assert published.run is not None
    assert published.run.wait(LONG)
    assert not published.running
    return published


@pytest.mark.parametrize("variant", ["as_published", "usual", "scaled"])
def test_the_numbers_are_those_of_run_study(variant: str) -> None:
    plan = replace(PLAN, variant=variant)
    rows = finished(PublishedRun(), plan).rows(plan)
    assert [row.entry for row in rows] == list(PUBLISHED_TABLES["control_surface"].entries)
    for row in rows:
        alone = run_study(study_of(row.entry, variant, trials=7, seed=4))
        assert row.result is not None
        found, expected = row.result[0, 0], alone[0, 0]
        np.testing.assert_array_equal(found.trials.sse, expected.trials.sse)
        np.testing.assert_array_equal(found.test_sse, expected.test_sse)
        assert row.found is not None
        assert row.found.sentence == compare(row.entry, alone).sentence
        assert row.found.rate == compare(row.entry, alone).rate


def test_a_whole_table_of_many_studies_runs_to_its_end() -> None:
    plan = Plan("codes", trials=2)
    rows = finished(PublishedRun(), plan).rows(plan)
    assert [row.done for row in rows] == [2] * 4


def test_no_training_runs_twice_and_what_is_known_is_shown_at_once() -> None:
    published = finished(PublishedRun(), PLAN)
    assert Counted.ran == 14
    more = replace(PLAN, trials=10)
    assert [row.done for row in published.rows(more)] == [7, 7]
    finished(published, more)
    assert Counted.ran == 20
    finished(published, more)
    assert Counted.ran == 20
    assert [row.done for row in published.rows(PLAN)] == [10, 10]
    other = replace(PLAN, seed=5)
    assert [row.found for row in published.rows(other)] == [None, None]
    finished(published, other)
    assert Counted.ran == 34
    assert [row.done for row in published.rows(more)] == [10, 10]


def test_what_was_stopped_is_kept_and_continues() -> None:
    published = PublishedRun()
    plan = Plan("codes", trials=300, fewer=False)
    published.start(plan, Counted)
    published.stop()
    run = published.run
    assert run is not None
    assert run.wait(LONG)
    assert not published.running
    done = [row.done for row in published.rows(plan)]
    assert sum(done) == run.done == Counted.ran < run.total == 1200
    small = replace(plan, trials=4)
    finished(published, small)
    assert all(row.done >= 4 for row in published.rows(small))
    assert Counted.ran <= sum(done) + 16


def test_a_second_study_begins_before_the_first_ends_and_no_third() -> None:
    gate = threading.Event()
    begun = []

    class Gated(Counted):
        def open(self, study: Study) -> None:
            super().open(study)
            begun.append(study.networks[0].name)

        def submit(self, study: Study, chunk: Chunk) -> Future[ChunkEnd]:
            waiting: Future[ChunkEnd] = Future()

            def run() -> None:
                gate.wait()
                inner = Counted.submit(self, study, chunk)
                inner.add_done_callback(lambda end: waiting.set_result(end.result()))

            threading.Thread(target=run, daemon=True).start()
            return waiting

    studies = Plan("codes", trials=2).studies
    table = TableRun(studies, Gated, [None] * 4)
    table.go()
    table.advance()
    assert begun == ["3-8-8 SLP", "8-3-3 SLP"]
    gate.set()
    assert table.wait(LONG)
    assert begun == [study.networks[0].name for study in studies]
    assert table.done == table.total == 8


def test_a_cluster_that_goes_away_is_told_and_what_is_done_stays() -> None:
    made = []

    class Broken(Counted):
        def open(self, study: Study) -> None:
            if len(made) == 4 and study.networks[0].name == "4-16-16 SLP":
                raise StoreError("The cluster does not answer.")
            super().open(study)

    def make() -> Broken:
        made.append(Broken())
        return made[-1]

    plan = Plan("codes", trials=2)
    published = PublishedRun()
    published.start(plan, make)
    assert published.run is not None
    assert published.run.wait(LONG)
    assert published.run.message == "The cluster does not answer."
    assert not published.running
    assert [row.done for row in published.rows(plan)][2:] == [0, 0]


def test_wrong_numbers_are_refused_and_nothing_starts() -> None:
    published = PublishedRun()
    with pytest.raises(SettingError, match="number of trials"):
        published.start(replace(PLAN, trials=0, fewer=False), Counted)
    assert published.run is None


def test_large_networks_have_fewer_seeds_so_that_a_table_takes_a_minute() -> None:
    for key, table in PUBLISHED_TABLES.items():
        plan = Plan(key)
        assert plan.seconds([0] * len(table.entries)).high <= MINUTE
        assert min(plan.counts) >= FEWEST
        assert max(plan.counts) <= 100
        costs = [trial_seconds(key, place).high for place in range(len(table.entries))]
        order = np.argsort(costs)
        assert np.all(np.diff(np.array(plan.counts)[order]) <= 0)
    assert Plan("control_surface").counts == [100, 100]
    assert max(Plan("two_spirals", fewer=False).counts) == 100
    assert min(Plan("two_spirals", fewer=False).counts) == 100
    assert affordable([1.0, 10.0], 100, 60.0) == [30, 3]
    assert affordable([0.1, 1e9], 100, 60.0) == [10, FEWEST]
    assert affordable([0.1, 0.2], 100, 60.0) == [100, 100]


def test_the_time_of_what_is_left_shrinks() -> None:
    plan = Plan("two_spirals")
    whole = plan.seconds([0] * 9)
    half = plan.seconds([count // 2 for count in plan.counts])
    assert 0.0 < half.low < whole.low
    assert half.high < whole.high
    assert plan.seconds([1000] * 9).high == 0.0


def test_a_run_estimates_its_time_from_its_own_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(published_run, "monotonic", lambda: now[0])
    studies = Plan("control_surface", trials=4).studies
    table = TableRun(studies, Counted, [run_study(replace(studies[0], trials=2)), None])
    now[0] = 110.0
    assert table.left([1.0, 3.0]) is None  # what was known before says nothing about the speed
    table.runs[0].go()
    assert table.runs[0].wait(LONG)
    assert table.done == 4
    assert table.left([1.0, 3.0]) == 60.0  # two trials of cost 1 in 10 s; four of cost 3 are left
    now[0] = 100.5
    assert table.left([1.0, 3.0]) is None


def test_the_table_shows_printed_values_beside_ours() -> None:
    published = finished(PublishedRun(), PLAN)
    rows = published.rows(PLAN)
    frame = published_rows.published_frame(rows)
    assert list(frame["Printed test SSE"]) == [2.3628, 0.4648]
    assert list(frame["Printed neurons"]) == list(frame["Neurons"]) == [4, 5]
    assert set(frame["Certainty"]) == {"recalled, not verified"}
    assert "Printed rate" not in frame
    for row, shown in zip(rows, frame.to_dict("records"), strict=True):
        found = row.found
        assert found is not None
        assert shown["Solved"] == f"{found.successes} of 7"
        assert shown["In one sentence"] == found.sentence
        assert shown["Inside"] == ("yes" if found.inside else "no: test SSE")
    [exact, _] = csv.DictReader(io.StringIO(published_rows.published_csv(PLAN, rows)))
    first = rows[0].found
    assert first is not None
    assert float(exact["test_sse"]) == first.values[0].ours
    assert float(exact["rate_high"]) == first.rate.high
    assert exact["certainty"] == "recalled, not verified"
    assert exact["source"] == PUBLISHED_TABLES["control_surface"].source
    points = published_rows.points(rows)
    assert [one.printed for one in points] == [2.3628, 0.4648]
    assert points[0].ours == first.values[0].ours


def test_nothing_is_said_before_there_are_trials_or_from_too_few() -> None:
    for key in PUBLISHED_TABLES:
        plan = Plan(key)
        rows = PublishedRun().rows(plan)
        frame = published_rows.published_frame(rows)
        assert set(frame["Inside"]) == {"–"}
        assert set(frame["In one sentence"]) == {""}
        assert published_rows.published_csv(plan, rows).count("\n") == len(rows) + 1
        assert all(one.ours is None for one in published_rows.points(rows))
    few = replace(PLAN, trials=2)
    rows = finished(PublishedRun(), few).rows(few)
    text = published_rows.published_frame(rows).to_csv()
    assert "too few seeds" in text
    assert "needs more than 2 trials to be compared" in text
    assert not re.search(r"\b(inf|nan)\b", text)
    assert not any(math.isfinite(one.high) for one in published_rows.points(rows))


def test_lines_of_the_chart_have_one_point_at_each_size() -> None:
    axes = {key: published_rows.size_axis(published_rows.points(PublishedRun().rows(Plan(key))))
            for key in PUBLISHED_TABLES}  # fmt: skip
    assert axes["parity_minimal"] == "weights"
    assert {axes[key] for key in axes if key != "parity_minimal"} == {"neurons"}


def test_an_entry_opens_with_its_data_settings_and_a_seed_that_repeats_the_trial() -> None:
    plan = replace(PLAN, trials=20, variant="usual")
    rows = finished(PublishedRun(), plan).rows(plan)
    now = Experiment.suggested("xor")
    for row in rows:
        assert row.result is not None
        study, trials = row.result.study, row.result[0, 0].trials
        seed = row.result[0, 0].example()
        assert seed is not None
        experiment = opened(now, study, study.networks[0].topology, seed)
        assert experiment.start == SeededStart("data", seed)
        assert experiment.data == study.data
        assert experiment.settings["control"] == "adaptive"
        end = train(
            experiment.topology, experiment.datasets()[0], weights=experiment.start_weights(),
            target_sse=experiment.stopping.target_sse,
            max_iterations=experiment.stopping.max_iterations, **experiment.settings,
        )  # fmt: skip
        place = trials.seeds.tolist().index(seed)
        assert (end.sse, end.iterations) == (trials.sse[place], trials.all_iterations[place])
        assert end.converged == trials.solved[place]
