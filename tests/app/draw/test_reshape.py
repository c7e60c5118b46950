"""A network that grows, shrinks and rewires: what the session does and the browser is told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.draw.reshape.prediction import Known
from app.session import limits
from app.session.jobs import Workers
from app.session.links import current_link
from app.session.reshaping import keep, living_view, reshape, run_of, shown_network
from app.session.reshaping_run import ReshapingRun
from app.session.view import current_view
from nbn_core.data import Dataset
from nbn_core.errors import SettingError, TopologyError
from nbn_core.experiment import Experiment, GivenStart, OwnData, link
from nbn_core.network import Topology
from nbn_core.structure import Grow, Prune, Repeat, Rewire, Step, Train
from tests.app.draw.helpers import XOR, cut_off
from tests.app.fake_browser import LONG, FakeBrowser

X = np.random.default_rng(2).uniform(-1, 1, (40, 3))
OWN = Experiment(Topology.mlp([3, 3, 1]), OwnData(Dataset(X, X[:, :1] * X[:, 1:2], "Mine"), 1.0, 0))


def do(browser: FakeBrowser, *steps: Step) -> ReshapingRun:
    reshape(browser.session, browser.workers, *steps)
    run = browser.wait_for_end()
    browser.post("poll")
    assert isinstance(run, ReshapingRun)
    return run


def test_pruning_replays_in_the_trace_and_undo_brings_the_training_back(
    trained: FakeBrowser,
) -> None:
    before, ended, rows = trained.session.run, trained.document, dict(trained.rows)
    run = do(trained, Prune(count=2), Train(5))
    sent = trained.seen["run"]
    change = sent["changes"][0]
    assert (change["row"], change["title"]) == (1, "Removed 2 connections")
    names = trained.experiment.topology.weight_names
    dead = [names.index(tuple(name)) for name in change["died"]]
    assert trained.rows[0] == pytest.approx(rows[max(rows)])
    assert not trained.rows[change["row"]][dead].any()
    assert trained.rows[0][dead].all()
    living = run.reshaping.now.topology.n_weights
    assert f"{living} of {len(names)} weights alive" in trained.seen["info"]["facts"]
    assert sent["sentence"].startswith(f"Removed 2 connections: {living} weights, SSE ")
    trained.post("undo")
    assert trained.document is ended
    assert trained.session.run is before
    assert trained.seen["run"]["changes"] is None
    trained.post("redo")
    assert trained.session.run is run


def test_growth_is_drawn_and_all_rows_are_sent_again(trained: FakeBrowser) -> None:
    first = do(trained, Prune(count=1)) and trained.have["run"]
    names = {node["id"] for node in trained.graph["nodes"]}
    run = do(trained, Grow("cascade"), Train(4))
    assert trained.have["run"] != first
    (born,) = {node["id"] for node in trained.graph["nodes"]} - names
    topology = trained.experiment.topology
    assert topology == run.reshaping.topology
    assert len(trained.columns["sse"]) == len(run.reshaping.trace())
    trace = run.reshaping.trace()
    for row, weights in trained.rows.items():
        assert (weights == trace.weights[row]).all()
    assert [born, "y"] in trained.seen["run"]["changes"][-1]["born"]
    assert isinstance(trained.experiment.start, GivenStart)


def test_what_is_kept_is_the_living_network_and_it_is_in_the_link(trained: FakeBrowser) -> None:
    run = do(trained, Prune(count=3), Train(5))
    row = run.reshaping.events[0].row
    topology, weights = run.reshaping.network_at(row)
    keep(trained.session, row)
    answer = trained.post("poll")
    assert trained.experiment.topology == topology
    assert trained.experiment.start_weights().tolist() == weights.tolist()
    assert answer["run"] is None
    opened = link.decode(current_link(trained.session).split("=")[-1])
    assert opened.topology == topology
    trained.post("train")
    assert trained.wait_for_end().trace() is not None
    trained.post("undo")
    assert trained.session.run is run


def test_pruning_goes_on_from_the_network_that_is_shown(trained: FakeBrowser) -> None:
    run = do(trained, Prune(count=1), Train(3))
    whole = trained.experiment.topology.n_weights
    trained.session.jump_to(0)
    assert trained.post("poll")["run"]["shown"] == 0
    assert shown_network(trained.session)[0].n_weights == whole
    do(trained, Prune(count=2))
    titles = [event.title for event in run.reshaping.events]
    assert titles[1:] == ["Back to an earlier network", "Removed 2 connections"]
    assert run.reshaping.now.topology.n_weights <= whole - 2


def test_train_step_and_reset_follow_the_living_network(workers: Workers) -> None:
    browser = FakeBrowser(XOR, workers)
    run = do(browser, Prune(count=1))
    start = run.reshaping.network_at(0)
    browser.post("step", k=2)
    browser.wait_for_end()
    assert run.iteration == 2
    browser.post("train")
    browser.wait_for_end()
    assert run.iteration > 2
    assert run_of(browser.session) is run
    browser.post("reset")
    assert browser.session.run is None
    assert browser.experiment.topology == start[0]
    assert browser.experiment.start_weights().tolist() == start[1].tolist()


def test_steps_that_are_stopped_go_on_with_train(trained: FakeBrowser) -> None:
    reshape(trained.session, trained.workers, Repeat((Prune(count=1), Train(2000)), times=3))
    trained.post("stop")
    run = trained.wait_for_end()
    assert isinstance(run, ReshapingRun)
    trained.post("train")
    trained.wait_for_end()
    assert len(run.reshaping.events) == 3


@pytest.mark.parametrize("rewiring", ["set", "rigl", "cht"])
def test_own_data_without_a_test_part_are_reshaped_too(workers: Workers, rewiring: str) -> None:
    browser = FakeBrowser(OWN, workers)
    run = do(browser, Train(20), Prune(count=3), Rewire(rewiring, 0.3), Train(5), Grow("widen"))
    assert run.reshaping.refusal is None
    assert all(point.test_sse is None for point in run.reshaping.path())
    assert len(run.reshaping.events) == 3


def test_what_cannot_be_reshaped_is_said_and_nothing_changes(workers: Workers) -> None:
    cascade = replace(XOR, topology=Topology.fcc(2, 2, 1), rule="cascade_correlation", settings={})
    browser = FakeBrowser(cascade, workers)
    with pytest.raises(SettingError, match="cannot follow a change of it"):
        reshape(browser.session, workers, Prune())
    assert len(browser.session.history) == 1
    incomplete = FakeBrowser(XOR, workers)
    incomplete.post("graph", graph=cut_off(incomplete))
    with pytest.raises(TopologyError, match="has no path from an input"):
        reshape(incomplete.session, workers, Prune())
    with pytest.raises(TopologyError, match="has not been changed"):
        keep(browser.session, 0)


def test_growth_beyond_the_limit_stops_with_a_sentence(
    trained: FakeBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_WEIGHTS", trained.experiment.topology.n_weights + 1)
    before = trained.experiment.topology
    reshape(trained.session, trained.workers, Grow())
    trained.wait_for_end()
    trained.post("poll")
    run = run_of(trained.session)
    assert run is not None
    assert "at most 10 are allowed" in str(run.reshaping.refusal)
    assert trained.experiment.topology == before == run.reshaping.topology
    assert trained.seen["run"]["changes"] == []


def test_saliency_is_known_for_every_part_and_computed_once(trained: FakeBrowser) -> None:
    known = Known().about(trained.session)
    block = known.saliency(trained.session, "diagonal")
    topology = trained.experiment.topology
    assert {(s, t) for s, t, _ in block["links"]} == {n for n in topology.weight_names if n[0]}
    assert [name for name, _ in block["neurons"]] == ["h1", "h2"]
    assert known.about(trained.session).saliency(trained.session, "diagonal") is block
    trained.session.look_at(0)
    assert known.about(trained.session).saliency(trained.session, "diagonal") is not block


# The section on the page


@pytest.fixture
def page(root: object) -> AppTest:
    app = AppTest.from_file(f"{root}/app/main.py", default_timeout=LONG)
    app.query_params["e"] = link.encode(XOR)
    app.session_state["nbn-reshape"] = True
    return app.run()


def button(page: AppTest, key: str) -> AppTest:
    """Press a button, and wait until the run has ended."""
    page.button(key=key).click().run()
    run = page.session_state["nbn.session"].run
    if run is not None:
        assert run.wait(LONG)
        page.run()
    assert not page.exception
    return page


def test_the_section_prunes_shows_the_path_and_keeps(page: AppTest) -> None:
    session = page.session_state["nbn.session"]
    assert any("connection of 6 would go" in text.value for text in page.markdown)
    button(page, "nbn-prune-train")
    assert [event.title[:7] for event in run_of(session).reshaping.events] == ["Removed"]
    assert any("The path so far" in text.value for text in page.markdown)
    (table,) = page.dataframe
    assert list(table.value["Weights"]) == [run_of(session).reshaping.events[0].n_weights]
    button(page, "nbn-reshape-keep")
    assert session.run is None
    assert session.experiment.topology.n_weights == 8


def test_each_form_does_what_its_buttons_say(page: AppTest) -> None:
    session = page.session_state["nbn.session"]
    page.segmented_control(key="nbn-reshape-form").set_value("Grow").run()
    for kind in ("plain", "widen", "dendrites"):
        page.selectbox(key="nbn-grow-kind").set_value(kind).run()
        button(page, "nbn-grow-once")
    page.segmented_control(key="nbn-reshape-form").set_value("Rewire").run()
    button(page, "nbn-rewire-train")
    titles = [event.title.split()[0] for event in run_of(session).reshaping.events]
    assert titles == ["Added", "Divided", "Added", "Moved"]


def test_a_rule_that_trains_in_its_own_way_is_named(root: object) -> None:
    app = AppTest.from_file(f"{root}/app/main.py", default_timeout=LONG)
    experiment = replace(
        XOR, topology=Topology.fcc(2, 2, 1), rule="cascade_correlation", settings={}
    )
    app.query_params["e"] = link.encode(experiment)
    app.session_state["nbn-reshape"] = True
    app.run()
    assert not app.exception
    assert any("cannot follow a change" in text.value for text in app.info)


def test_other_pages_say_that_the_network_changed(page: AppTest) -> None:
    button(page, "nbn-prune-train")
    page.switch_page("../pages/hessian.py").run()
    assert not page.exception
    assert any("Keep this network" in text.value for text in page.caption)
    page.switch_page("../pages/share.py").run()
    assert not page.exception
    assert any("what is alive at this iteration: 8 weights" in text.value for text in page.caption)


def test_exported_is_what_is_alive_at_the_row(trained: FakeBrowser) -> None:
    run = do(trained, Prune(count=3), Train(5))
    trained.session.look_at(run.reshaping.events[0].row)
    now = living_view(trained.session, current_view(trained.session))
    topology, weights = run.reshaping.network_at(trained.session.iteration)
    assert now.experiment.topology == topology
    assert now.weights.tolist() == weights.tolist()
    assert not now.reshaped
    saved = Experiment.from_json(now.experiment.to_json())
    assert saved.start_weights().tolist() == weights.tolist()
