"""Train, Step, Stop and Reset, and the rows of the run that the browser receives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.session import limits
from app.session.jobs import Workers
from nbn_core import Topology
from nbn_core.experiment import Experiment, ProblemData, SeededStart, Stopping
from tests.app.draw.helpers import SEED, XOR
from tests.app.fake_browser import FakeBrowser, is_a_sentence, neuron, node


def test_train_sends_every_row_to_the_browser(trained: FakeBrowser) -> None:
    run = trained.seen["run"]
    trace = trained.session.run.trace()  # type: ignore[union-attr]
    assert trace is not None
    assert run["state"] == "ended"
    assert run["stop"] == "SOLVED"
    assert run["sentence"].startswith("Solved in ")
    assert trained.columns["sse"] == trace.sse.tolist()
    assert trained.columns["mu"] == trace.mu.tolist()
    assert trained.columns["seconds"] == trace.seconds.tolist()
    assert np.array_equal([trained.rows[k] for k in range(len(trace))], trace.weights)
    assert np.array_equal(trained.rows[0], XOR.start_weights())


def test_a_run_is_replayed_from_the_start_once(trained: FakeBrowser, workers: Workers) -> None:
    run = FakeBrowser(XOR, workers).post("train")["run"]
    assert run["play"] is True
    assert run["shown"] == 0
    trained.post("scrub", k=3)
    trained.have = {}
    run = trained.post("hello")["run"]
    assert run["play"] is False, "coming back to the page shows where one was"
    assert run["shown"] == 3


def test_a_run_that_waits_for_a_worker_is_reported_as_running(browser: FakeBrowser) -> None:
    """Otherwise the browser would not poll again, and the page would never update."""
    answer = browser.post("train")
    assert answer["run"]["state"] == "running"
    assert answer["run"]["total"] == 0
    assert answer["run"]["sse"] == answer["run"]["kept"] == []
    assert answer["run"]["weights"] == ""
    assert answer["info"]["headline"].startswith("Training")


def test_stop_of_a_run_that_waits_for_a_worker_takes_effect_at_once(browser: FakeBrowser) -> None:
    browser.post("train")
    run = browser.post("stop")["run"]
    assert run["state"] == "ended"
    assert run["sentence"] == "Stopped before the first iteration. Press Train to continue."


def test_train_again_after_the_limit_trains_as_long_again(workers: Workers) -> None:
    stopping = Stopping(target_sse=0.0, max_iterations=3)
    browser = FakeBrowser(replace(XOR, stopping=stopping), workers)
    browser.post("train")
    browser.wait_for_end()
    run = browser.session.run
    assert browser.post("poll")["run"]["stop"] == "MAX_ITERATIONS"
    browser.post("train")
    assert browser.wait_for_end() is run
    assert browser.experiment.stopping.max_iterations == 3, "the reader's number stays"
    assert browser.post("poll")["run"]["total"] == 7
    assert run.limit == 6  # type: ignore[union-attr]
    whole = FakeBrowser(replace(XOR, stopping=Stopping(0.0, 6)), workers)
    whole.post("train")
    assert np.array_equal(whole.wait_for_end().trace().weights, run.trace().weights)  # type: ignore[union-attr]


def test_train_again_continues_after_a_plateau(workers: Workers) -> None:
    """Parity-5 is beyond two layered neurons; the reader may train on all the same."""
    start = SeededStart("uniform", 1)
    settings = {"control": "line_search", "plateau": 20}
    network = Topology.mlp([5, 1, 1], output="bipolar")
    experiment = Experiment(
        network, ProblemData("parity", {"n": 5}), settings=settings, start=start,
        stopping=Stopping(0.0, 400),
    )  # fmt: skip
    browser = FakeBrowser(experiment, workers)
    browser.post("train")
    run = browser.wait_for_end()
    answer = browser.post("poll")["run"]
    assert answer["stop"] == "PLATEAU"
    assert "Press Train to continue" in answer["sentence"]
    first = run.iteration
    browser.post("train")
    assert browser.wait_for_end() is run
    assert run.iteration > first


def test_steps_one_by_one_equal_one_run(trained: FakeBrowser, workers: Workers) -> None:
    browser = FakeBrowser(XOR, workers)
    wanted = trained.session.run.trace()  # type: ignore[union-attr]
    assert wanted is not None
    for k in range(1, len(wanted)):
        browser.post("step", k=k)
        run = browser.wait_for_end()
        answer = browser.post("poll")["run"]
        assert run.iteration == k
        assert answer["play"] is False
        assert answer["shown"] == k
    assert np.array_equal(run.trace().weights, wanted.weights)  # type: ignore[union-attr]
    assert browser.columns["sse"] == trained.columns["sse"]


def test_stop_then_train_ends_bit_for_bit_where_one_run_does(
    trained: FakeBrowser, workers: Workers
) -> None:
    browser = FakeBrowser(XOR, workers)
    browser.post("step", k=2)
    browser.wait_for_end()
    answer = browser.post("stop")["run"]
    assert answer["sentence"].startswith("Stopped at iteration 2,")
    browser.post("train")
    assert np.array_equal(
        browser.wait_for_end().trace().weights,  # type: ignore[union-attr]
        trained.session.run.trace().weights,  # type: ignore[union-attr]
    )


def test_reset_and_new_weights_discard_the_run(trained: FakeBrowser) -> None:
    trained.post("scrub", k=3)
    assert trained.post("reset")["run"] is None
    assert trained.session.iteration == 0
    trained.post("train")
    trained.wait_for_end()
    assert trained.post("new_weights")["run"] is None
    assert trained.experiment.start == SeededStart(seed=SEED + 1)


def test_the_iteration_of_the_scrubber_is_shown_on_all_pages(trained: FakeBrowser) -> None:
    trained.post("scrub", k=2)
    assert trained.session.iteration == 2
    assert trained.post("poll")["run"]["shown"] == 2


def test_stop_and_reset_without_a_run_do_nothing(browser: FakeBrowser) -> None:
    for kind in ("stop", "reset", "poll", "hello"):
        assert browser.says(kind) == ""
        assert browser.seen["run"] is None


def test_a_failing_training_is_reported_and_can_be_repeated(
    workers: Workers, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    browser = FakeBrowser(XOR, workers)
    with monkeypatch.context() as broken:
        broken.setattr(Experiment, "training", lambda self: 1 / 0)
        browser.post("train")
        browser.wait_for_end()
    run = browser.post("poll")["run"]
    assert run["state"] == "ended"
    assert run["sentence"].startswith("Training failed because of a fault in the program.")
    assert "ZeroDivisionError" in caplog.text
    browser.post("train")
    browser.wait_for_end()
    assert browser.post("poll")["run"]["stop"] == "SOLVED"


def test_a_run_survives_changes_that_do_not_affect_training(trained: FakeBrowser) -> None:
    run = trained.session.run
    graph = trained.graph
    node(graph, "h1").update(x=5.0, y=7.0)
    graph["nodes"].append(neuron("h9"))
    trained.post("graph", graph=graph)
    trained.post("rename", id="h1", name="edge detector")
    trained.post("undo")
    trained.post("redo")
    trained.post("poll")
    assert trained.session.run is run
    assert len(trained.rows) == trained.seen["run"]["total"]


def test_train_at_the_maximum_iteration_reports_the_limit(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_ITERATIONS", 4)
    browser = FakeBrowser(replace(XOR, stopping=Stopping(0.0, 3)), workers)
    for total in (4, 5):
        browser.post("train")
        browser.wait_for_end()
        assert browser.post("poll")["run"]["total"] == total
    assert is_a_sentence(browser.says("train"))
