"""Everything can be undone and redone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.session import state
from app.session.jobs import Workers
from nbn_core.experiment import SeededStart, Stopping
from tests.app.draw.helpers import SEED, XOR, changes
from tests.app.fake_browser import LONG, FakeBrowser


def test_everything_can_be_undone_and_redone(browser: FakeBrowser) -> None:
    documents = [browser.document]
    for change in changes(browser):
        change()
        assert browser.document != documents[-1]
        documents.append(browser.document)
    assert browser.seen["notice"] is None
    for document in documents[-2::-1]:
        answer = browser.post("undo")
        assert browser.document is document
        assert answer["info"]["can_redo"] is True
        assert answer["graph"] == browser.graph
    assert answer["info"]["can_undo"] is False
    assert browser.says("undo") == "There is nothing to undo."
    for document in documents[1:]:
        browser.post("redo")
        assert browser.document is document
    assert browser.says("redo") == "There is nothing to redo."
    browser.post("undo")
    browser.post("new_weights")
    assert browser.says("redo") == "There is nothing to redo.", (
        "a new change forgets what was undone"
    )


def test_undo_has_a_limited_number_of_steps(browser: FakeBrowser) -> None:
    for _ in range(300):
        browser.post("new_weights")
    assert len(browser.session.history) == 200
    assert browser.experiment.start == SeededStart(seed=SEED + 300)


def test_undo_returns_to_the_trained_network_with_its_trace(trained: FakeBrowser) -> None:
    run = trained.session.run
    assert run is not None
    before = dict(trained.seen["run"])
    for edit in (
        lambda: trained.post("weight", source="h1", target="y", value=0.25, k=3),
        lambda: trained.post("preset", family="fcc", sizes=[3]),
        lambda: trained.post("new_weights"),
        lambda: trained.post("setting", group="rule", name="max_iterations", value=7),
        lambda: trained.post("rule", name="ebp"),
        lambda: trained.post("problem", name="moons"),
    ):
        trained.post("scrub", k=2)
        edit()
        assert trained.seen["run"] is None
        assert trained.session.iteration == 0
        back = trained.post("undo")["run"]
        assert trained.session.run is run
        assert (back["id"], back["total"], back["stop"]) == (
            run.id, before["total"], before["stop"],
        )  # fmt: skip
        assert back["shown"] == 2, "undo returns to the iteration that was shown"
        assert back["play"] is False
        assert trained.columns["sse"][-1] == run.trace().sse[-1]  # type: ignore[union-attr]
        assert trained.post("redo")["run"] is None
        trained.post("undo")


def test_undo_goes_back_and_forth_between_trained_networks(trained: FakeBrowser) -> None:
    first = trained.session.run
    trained.post("preset", family="fcc", sizes=[2])
    trained.post("train")
    second = trained.wait_for_end()
    trained.post("poll")
    trained.post("undo")
    assert trained.session.run is first
    trained.post("redo")
    assert trained.session.run is second
    end = second.best_row if second.best_row is not None else trained.seen["run"]["total"] - 1
    assert trained.seen["run"]["shown"] == end


def test_a_run_that_was_training_comes_back_stopped(workers: Workers) -> None:
    endless = replace(XOR, rule="ebp", settings={}, stopping=Stopping(0.0, 1_000_000))
    browser = FakeBrowser(endless, workers)
    browser.post("train")
    run = browser.session.run
    assert run is not None
    browser.post("new_weights")
    assert run.wait(LONG)
    assert browser.session.run is None
    back = browser.post("undo")["run"]
    assert back["sentence"].startswith("Stopped ")
    reached = run.iteration
    browser.post("step", k=back["total"])
    browser.wait_for_end()
    assert run.iteration > reached, "it can be continued"


def test_reset_discards_a_run_for_good(trained: FakeBrowser) -> None:
    trained.post("reset")
    trained.post("new_weights")
    assert trained.post("undo")["run"] is None


def test_runs_set_aside_are_limited(trained: FakeBrowser, monkeypatch: pytest.MonkeyPatch) -> None:
    run = trained.session.run
    for _ in range(30):
        trained.post("new_weights")
        trained.post("step", k=1)
        trained.wait_for_end()
    assert len(trained.session.kept) == 20
    assert run not in [kept.run for kept in trained.session.kept.values()]
    monkeypatch.setattr(state, "_MAX_KEPT_BYTES", 1)
    trained.post("new_weights")
    assert len(trained.session.kept) == 1, "the newest is kept however large it is"
    assert trained.post("undo")["run"] is not None
