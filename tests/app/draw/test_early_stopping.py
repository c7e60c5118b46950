"""Early stopping on the Draw page: the data sent to the browser, and the iteration shown."""

from __future__ import annotations

import csv
import io
import threading
from dataclasses import replace

import numpy as np
import pytest

from app.data.choices import PageState
from app.data.painting import answer as painted
from app.figures.convergence import convergence
from app.figures.palette import LIGHT
from app.session.jobs import Workers
from app.session.messages import Have
from app.session.view import current_view
from app.session.weights import reached_weights
from app.share.exports import Exports
from app.shared.scrubber import ReplayState, _move
from nbn_core.experiment import Experiment, ProblemData
from nbn_core.trace import Record, Trace
from nbn_core.training.early_stopping import Validation
from tests.app.draw.helpers import XOR
from tests.app.fake_browser import LONG, FakeBrowser, is_a_sentence
from tests.experiments import early


def finished(experiment: Experiment) -> tuple[int, int, tuple[float, ...]]:
    """Return the best and the last iteration and the validation SSE, computed by the core."""
    training = experiment.training()
    training.advance(seconds=float("inf"))
    result = training.result()
    assert result.validation_sse is not None
    return result.best_iteration, result.iterations, result.validation_sse


@pytest.fixture
def stopped(workers: Workers) -> FakeBrowser:
    browser = FakeBrowser(early(), workers)
    browser.post("train")
    browser.wait_for_end()
    browser.post("poll")
    return browser


def test_a_row_sent_before_the_first_validation_gets_its_validation_error(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on, look = threading.Event(), threading.Event(), Validation.look

    def slowly(validation: Validation, record: Record) -> None:
        begun.set()
        assert go_on.wait(LONG)
        look(validation, record)

    monkeypatch.setattr(Validation, "look", slowly)
    browser = FakeBrowser(early(), workers)
    browser.post("train")
    assert begun.wait(LONG)
    try:
        between = browser.post("poll")
        assert (between["run"]["total"], between["run"]["state"]) == (1, "running")
    finally:
        go_on.set()
    browser.wait_for_end()
    browser.post("poll")
    assert browser.columns["validation"] == list(finished(early())[2])


def test_charts_and_files_of_other_pages_have_the_validation_errors(stopped: FakeBrowser) -> None:
    best, _, errors = finished(early())
    now = current_view(stopped.session)
    assert now.validation == errors
    assert now.trace is not None
    chart = convergence(now.trace, now.k, 0.0, LIGHT, validation=now.validation)
    assert f"The validation SSE was best at iteration {best}:" in chart.summary
    first, *rows = csv.reader(io.StringIO(chart.table()))
    assert tuple(float(row[first.index("validation_sse")]) for row in rows) == errors
    low, high = chart.spec.layout.yaxis.range
    assert 10**low < min(errors) <= max(errors) < 10**high
    files = [f for group in Exports(now, {}).groups() for row in group.rows for f in row.files]
    (table,) = (file.make() for file in files if file.name.endswith("-trace.csv"))
    assert table.splitlines()[0].endswith(b",validation_sse")


def test_the_browser_gets_the_validation_errors_and_the_row_of_the_smallest(
    stopped: FakeBrowser,
) -> None:
    best, last, errors = finished(early())
    run = stopped.seen["run"]
    assert run["stop"] == "EARLY"
    assert (run["best"], run["total"]) == (best, last + 1)
    assert stopped.columns["validation"] == list(errors)
    assert run["sentence"] == (
        f"Stopped early after {last} iterations: the validation SSE was best at iteration "
        f"{best}, which is shown."
    )


def test_every_page_shows_the_best_iteration(stopped: FakeBrowser) -> None:
    best, last, _ = finished(early())
    now = current_view(stopped.session)
    assert (now.k, now.end, now.last) == (best, best, last)
    assert now.trace is not None
    reached = reached_weights(stopped.session)
    assert np.array_equal(reached, now.trace.weights[best])
    assert np.array_equal(now.weights, reached)
    sent = painted(stopped.session, PageState(), Have(), None, warming=False)["run"]
    assert sent["iteration"] == best
    assert sent["sse"] == now.trace.sse[best]
    assert sent["sentence"].endswith("which is shown.")


def test_the_replay_of_other_pages_ends_at_the_best_iteration(stopped: FakeBrowser) -> None:
    best, last, _ = finished(early())
    session, player = stopped.session, ReplayState(following=True)
    session.look_at(last)
    _move(session, player, current_view(session))
    assert session.iteration == best
    assert not player.following
    player.start(current_view(session))
    assert player.first == 0, "it is the end: the replay begins again"
    player.began -= 60.0
    _move(session, player, current_view(session))
    assert session.iteration == best
    assert not player.playing


def test_a_training_that_ends_during_a_painting_answer_is_reported_consistently(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    browser = FakeBrowser(early())
    browser.post("train")
    run = browser.session.run
    assert run is not None
    run.slice()
    whole = run.trace()
    assert whole is not None
    started = whole.until(3)

    def trace(first: int = 0) -> Trace:
        while run.slice():
            pass
        return started

    monkeypatch.setattr(run, "trace", trace)
    run.go(browser.workers)
    sent = painted(browser.session, PageState(), Have(), None, warming=False)["run"]
    assert (sent["state"], sent["iteration"]) == ("running", 2)


def test_the_first_page_opened_after_training_shows_the_best_iteration(workers: Workers) -> None:
    browser = FakeBrowser(early(), workers)
    browser.post("train")
    browser.wait_for_end()
    assert current_view(browser.session).k == finished(early())[0]


def test_an_iteration_chosen_meanwhile_stays_selected() -> None:
    browser = FakeBrowser(early())
    browser.post("train")
    browser.post("scrub", k=3)
    run = browser.session.run
    assert run is not None
    while run.slice():
        pass
    assert run.best_row is not None
    assert browser.post("poll")["run"]["sentence"].count("which is shown") == 0
    assert current_view(browser.session).k == 3


def test_the_scrubber_reaches_the_last_iteration_and_the_sentence_follows(
    stopped: FakeBrowser,
) -> None:
    _, last, _ = finished(early())
    run = stopped.post("scrub", k=last)["run"]
    assert "which is shown" not in run["sentence"]
    assert is_a_sentence(run["sentence"])
    assert current_view(stopped.session).k == last
    stopped.have = {}
    assert stopped.post("hello")["run"]["shown"] == last


def test_a_run_without_validation_patterns_has_no_best_row(trained: FakeBrowser) -> None:
    assert trained.seen["run"]["best"] is None
    assert trained.columns["validation"] == []
    assert trained.session.iteration == trained.seen["run"]["total"] - 1
    assert current_view(trained.session).end == current_view(trained.session).last


def test_a_run_stopped_by_the_user_stays_at_its_iteration(workers: Workers) -> None:
    browser = FakeBrowser(early(), workers)
    browser.post("step", k=30)
    browser.wait_for_end()
    run = browser.post("stop")["run"]
    assert run["best"] is None
    assert run["sentence"].startswith("Stopped at iteration 30,")
    assert current_view(browser.session).k == current_view(browser.session).end == 30


def test_train_again_after_the_limit_stops_where_one_run_does(workers: Workers) -> None:
    best, last, errors = finished(early())
    browser = FakeBrowser(early(max_iterations=26), workers)
    browser.post("train")
    browser.wait_for_end()
    run = browser.post("poll")["run"]
    assert run["stop"] == "MAX_ITERATIONS"
    assert run["best"] == best
    assert run["sentence"].endswith(f"best at iteration {best}, which is shown.")
    browser.post("train")
    browser.wait_for_end()
    run = browser.post("poll")["run"]
    assert browser.experiment.stopping.max_iterations == 26
    assert browser.session.run.limit == 52  # type: ignore[union-attr]
    assert (run["stop"], run["best"], run["total"]) == ("EARLY", best, last + 1)
    assert browser.columns["validation"] == list(errors)
    assert current_view(browser.session).k == best


def test_the_patience_field_exists_only_with_validation_patterns(stopped: FakeBrowser) -> None:
    fields = {field["name"]: field for field in stopped.seen["info"]["rule"]}
    assert fields["patience"]["value"] == 20
    assert is_a_sentence(fields["patience"]["hint"])
    assert "patience" not in {
        field["name"] for field in FakeBrowser(XOR).post("hello")["info"]["rule"]
    }


def test_the_patience_is_set_undone_and_trained_with(stopped: FakeBrowser) -> None:
    run = stopped.session.run
    stopped.post("setting", group="rule", name="patience", value=5)
    assert stopped.seen["notice"] is None
    assert stopped.experiment.stopping.patience == 5
    assert stopped.post("poll")["run"] is None
    stopped.post("train")
    assert stopped.wait_for_end() is not run
    assert stopped.post("poll")["run"]["total"] < finished(early())[1]
    stopped.post("undo")
    assert stopped.experiment == early()
    stopped.post("setting", group="rule", name="patience", value=0)
    assert "patience" not in stopped.experiment.to_json()


@pytest.mark.parametrize("value", [-1, 0.5, 1_000_001, None, "20", True, float("nan"), 10**400])
def test_an_invalid_patience_is_refused_in_a_sentence(stopped: FakeBrowser, value: object) -> None:
    before = stopped.document
    assert is_a_sentence(stopped.says("setting", group="rule", name="patience", value=value))
    assert stopped.document is before


def test_a_patience_without_validation_patterns_is_refused_in_a_sentence(
    browser: FakeBrowser,
) -> None:
    before = browser.document
    said = browser.says("setting", group="rule", name="patience", value=5)
    assert is_a_sentence(said)
    assert "Data page" in said
    assert browser.document is before


def test_a_setting_of_the_data_keeps_the_patience_and_updates_the_target() -> None:
    data = ProblemData("sinc", {"n_points": 60}, train_share=0.5, validation_share=0.2)
    suggested = replace(Experiment.suggested("sinc", n_points=60), data=data)
    browser = FakeBrowser(suggested)
    browser.post("setting", group="rule", name="patience", value=9)
    browser.post("setting", group="parameter", name="noise", value=0.4)
    fresh = Experiment.suggested("sinc", n_points=60, noise=0.4)
    assert browser.experiment.stopping == replace(fresh.stopping, patience=9)
    assert browser.experiment.data.parts().validation is not None
