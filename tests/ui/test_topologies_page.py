"""The page Topologies in Streamlit's test runner."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.session.links import current_link
from app.session.state import Session
from app.topologies.smallest_run import SmallestRun
from app.topologies.sweep import DROPPED, Sweep
from app.topologies.views import VIEWS
from nbn_core.experiment import (
    Experiment,
    KeptDrawing,
    SeededStart,
    Stopping,
    SweepSetup,
    link,
)
from nbn_core.network import Topology
from nbn_core.studies import Study, run_study
from nbn_core.training import train
from tests.app.fake_browser import LONG
from tests.app.shown_numbers.screen import plain
from tests.app.topologies.helpers import CLASSES, XOR

SPLIT = replace(XOR, data=CLASSES, stopping=Stopping(3.0, 40))


def said(elements: Iterable[Any]) -> list[str]:
    """Return the texts of some elements as a reader sees them."""
    return [plain(one.value) for one in elements]


class Page:
    """The page in one session."""

    def __init__(self, root: Path, experiment: Experiment) -> None:
        self.app = AppTest.from_file(str(root / "app" / "main.py"), default_timeout=LONG)
        self.app.query_params["e"] = link.encode(experiment)
        self.app.run()
        self.visit("topologies")

    def visit(self, page: str) -> None:
        self.app.switch_page(f"../pages/{page}.py").run()
        self.check()

    def check(self) -> None:
        assert not self.app.exception
        assert not self.app.error

    @property
    def session(self) -> Session:
        session: Session = self.app.session_state["nbn.session"]
        return session

    @property
    def sweep(self) -> Sweep:
        sweep: Sweep = self.app.session_state["nbn.kept.topologies"]
        return sweep

    @property
    def search(self) -> SmallestRun:
        search: SmallestRun = self.app.session_state["nbn.kept.topologies-smallest"]
        return search

    def seek(self) -> None:
        """Go to the section that finds the smallest network, and choose a small search."""
        self.app.segmented_control(key="nbn-topologies-part").set_value("Find the smallest").run()
        self.app.pills(key="nbn-topologies-families").set_value(["slp"]).run()
        self.app.slider(key="nbn-topologies-sizes").set_value((1, 3)).run()
        self.check()

    def found(self) -> None:
        """Draw the page again, as its timer does, until the search has ended."""
        while self.search.running:
            if self.search.run is not None:
                assert self.search.run.wait(LONG)
            self.app.run()
            self.check()
        self.app.run()
        self.check()

    def has(self, name: str) -> bool:
        return any(one.key == f"nbn-topologies-{name}" for one in self.app.button)

    def press(self, name: str) -> None:
        self.app.button(key=f"nbn-topologies-{name}").click().run()
        self.check()

    def small(self, trials: int = 4, largest: int = 2) -> None:
        """Choose a small study."""
        self.app.slider(key="nbn-topologies-sizes").set_value((1, largest))
        self.app.number_input(key="nbn-topologies-seeds").set_value(trials).run()
        self.check()

    def finish(self) -> None:
        assert self.sweep.run is not None
        assert self.sweep.run.wait(LONG)
        self.app.run()
        self.check()

    def look(self, view: str) -> None:
        self.app.segmented_control(key="nbn-topologies-section").set_value(view).run()
        self.check()

    @property
    def captions(self) -> str:
        return " ".join(one.value for one in self.app.caption)


@pytest.fixture
def page(root: Path) -> Page:
    return Page(root, SPLIT)


def test_the_page_opens_with_a_study_ready_to_run(page: Page) -> None:
    assert "1,150 trainings of 23 networks" in page.captions
    assert "hidden neurons bipolar, outputs bipolar" in page.captions
    assert not page.app.button(key="nbn-topologies-run").disabled
    assert not page.has("stop")
    assert not page.has("resume")


def test_a_study_runs_and_every_view_shows_it(page: Page) -> None:
    page.small()
    assert "20 trainings of 5 networks" in page.captions
    page.press("run")
    page.finish()
    assert "20 trainings of 5 networks, all of them done already" in page.captions
    assert [one.found.trials.n_trials for one in page.sweep.points()] == [4] * 5
    for view in VIEWS:
        page.look(view)
    [table] = page.app.dataframe
    assert list(table.value["Seeds"]) == [4] * 5
    page.app.segmented_control(key="nbn-topologies-section").set_value("Test error").run()
    page.app.segmented_control(key="nbn-topologies-error").set_value("RMSE").run()
    page.check()
    page.look("Cost curves")
    page.app.segmented_control(key="nbn-topologies-cost").set_value("seconds").run()
    [curves] = page.app.multiselect
    curves.set_value(curves.options[:2]).run()
    page.check()
    assert page.app.get("plotly_chart")
    page.app.multiselect[0].set_value([]).run()
    page.check()
    assert not page.app.get("plotly_chart")
    page.app.multiselect[0].set_value(curves.options[:2]).run()
    page.app.pills(key="nbn-topologies-families").set_value(["mlp2"]).run()
    page.press("run")
    page.finish()
    assert {one.network.family for one in page.sweep.points()} == {"MLP, 2 hidden layers"}
    assert page.app.get("plotly_chart")


def test_a_closed_tab_stops_the_study(page: Page) -> None:
    page.small(trials=3000, largest=8)
    page.press("run")
    run = page.sweep.run
    assert run is not None
    for stop in page.app.session_state["nbn.kept.tab"].stops.values():
        stop()
    assert run.wait(LONG)
    assert run.done < run.total
    page.app.run()
    page.check()
    assert page.has("resume")


def test_a_study_is_stopped_resumed_and_kept_over_pages(page: Page) -> None:
    page.small(trials=3000, largest=8)
    page.press("run")
    assert page.app.number_input(key="nbn-topologies-seeds").disabled
    page.press("stop")
    run = page.sweep.run
    assert run is not None
    assert run.wait(LONG)
    assert run.done < run.total == 69_000
    page.app.run()
    assert page.has("resume")
    page.visit("draw")
    page.visit("topologies")
    assert page.app.number_input(key="nbn-topologies-seeds").value == 3000
    assert page.sweep.run is run
    done = run.done
    page.press("resume")
    page.press("stop")
    assert page.sweep.run is run
    assert run.wait(LONG)
    assert run.done >= done
    page.small(trials=2)
    page.press("run")
    page.finish()
    assert not page.has("resume")


def test_more_seeds_go_to_the_networks_that_need_them(page: Page) -> None:
    page.small()
    page.press("run")
    page.finish()
    page.app.segmented_control(key="nbn-topologies-more-seeds").set_value(200).run()
    page.press("more-near")
    page.finish()
    counts = [one.found.trials.n_trials for one in page.sweep.points()]
    assert set(counts) <= {4, 204}
    assert 204 in counts
    page.app.segmented_control(key="nbn-topologies-more-seeds").set_value(50).run()
    page.press("more-all")
    page.finish()
    assert {one.found.trials.n_trials for one in page.sweep.points()} == {254}


def test_a_network_opens_on_draw_with_a_seed_that_worked(page: Page) -> None:
    page.small(trials=30, largest=3)
    page.press("run")
    page.finish()
    points = page.sweep.points()
    solving = max(points, key=lambda one: (one.rate, one.weights))
    assert solving.rate > 0
    assert page.sweep.chosen is None
    offered = next(one for one in points if one.network.topology == page.sweep.offered)
    for point in (points[0], offered, solving):
        chooser = next(one for one in page.app.selectbox if one.label == "Network")
        chooser.set_value(point.place).run()
        page.app.run()
        page.check()
        assert page.sweep.chosen == point.network.topology
    page.press("open")
    experiment = page.session.experiment
    assert experiment.start == SeededStart(SPLIT.start.scheme, solving.found.example())  # type: ignore[union-attr, arg-type]
    assert experiment.topology.neurons == solving.network.topology.neurons
    end = train(
        experiment.topology, experiment.datasets()[0], weights=experiment.start_weights(),
        target_sse=3.0, max_iterations=40,
    )  # fmt: skip
    assert end.converged
    shown = [one.proto.component_name for one in page.app.get("bidi_component")]
    assert any(name.startswith("nbn-lab.workbench_") for name in shown)
    page.visit("topologies")
    assert len(page.sweep.points()) == len(points)


def test_a_million_trainings_are_refused_and_the_results_stay(page: Page) -> None:
    page.small()
    page.press("run")
    page.finish()
    page.app.number_input(key="nbn-topologies-seeds").set_value(1_000_000).run()
    page.check()
    [warning] = said(page.app.warning)
    assert "5,000,000 trainings" in warning
    assert warning.endswith("take at most 200,000 trials of each.")
    assert page.app.button(key="nbn-topologies-run").disabled
    assert len(page.sweep.points()) == 5
    page.small()
    assert not page.app.warning


def test_what_cannot_be_trained_is_said(page: Page) -> None:
    page.app.pills(key="nbn-topologies-families").set_value([]).run()
    assert said(page.app.warning) == ["No family is chosen: choose at least one."]
    page.app.pills(key="nbn-topologies-families").set_value(["slp"]).run()
    page.app.selectbox(key="nbn-topologies-rule-nbn").set_value("cascade_correlation").run()
    page.check()
    [warning] = said(page.app.warning)
    assert warning.startswith("2-1-1 SLP: ")


def test_the_drawing_is_a_family_of_its_own(page: Page) -> None:
    page.app.pills(key="nbn-topologies-families").set_value(["drawing"]).run()
    page.small()
    assert "4 trainings of 1 network" in page.captions
    page.press("run")
    page.finish()
    [point] = page.sweep.points()
    assert point.network.topology == SPLIT.topology
    page.look("Map")


def test_other_data_drop_the_results_with_a_sentence(page: Page) -> None:
    page.small()
    page.press("run")
    page.finish()
    page.session.put(replace(page.session.document, experiment=XOR))
    page.app.run()
    page.check()
    assert said(page.app.info) == [DROPPED]
    assert not page.sweep.points()
    page.press("run")
    page.finish()
    assert not page.app.info
    page.look("Test error")
    assert "no test patterns" in said(page.app.info)[0]


def test_the_smallest_network_is_found_and_opens_on_draw(root: Path) -> None:
    page = Page(root, XOR)
    page.seek()
    assert "3 candidates of 5 to 13 weights" in page.captions
    assert "at most 408" in page.captions
    assert not page.app.success
    page.press("find")
    page.found()
    [claim] = page.app.success
    search = page.search.result()
    assert search is not None
    assert search.smallest is not None
    assert search.smallest.network.name == "2-2-1 SLP"
    assert claim.value.replace("\\", "") == search.claim  # escaped for Markdown
    assert "Of 1 smaller network tested 1 was rejected: a rate below 1 %" in search.claim
    tried, steps = (one.value for one in page.app.dataframe)
    assert list(tried["Network"]) == ["2-1-1 SLP", "2-2-1 SLP", "2-3-1 SLP"]
    assert list(tried["Verdict"])[:2] == ["rejected", "reaches the goal"]
    assert len(steps) == len(search.steps)
    assert not page.has("find-stop")
    assert not page.has("find-resume")
    page.press("found-open-0")
    experiment = page.session.experiment
    assert experiment.start == SeededStart(XOR.start.scheme, search.smallest.example)  # type: ignore[union-attr, arg-type]
    assert experiment.topology.neurons == search.smallest.network.topology.neurons
    end = train(
        experiment.topology, experiment.datasets()[0], weights=experiment.start_weights(),
        target_sse=0.01, max_iterations=60, **experiment.settings,
    )  # fmt: skip
    assert end.converged
    page.visit("topologies")
    assert [one.value for one in page.app.success] == [claim.value]


def test_a_search_is_stopped_and_resumed_on_the_page(root: Path) -> None:
    page = Page(root, XOR)
    page.seek()
    page.app.selectbox(key="nbn-topologies-goal-plain").set_value("rate").run()
    page.app.number_input(key="nbn-topologies-goal-rate").set_value(99.0).run()
    page.app.pills(key="nbn-topologies-families").set_value(["mlp2", "mlp3", "bmlp3"]).run()
    page.app.slider(key="nbn-topologies-sizes").set_value((1, 20)).run()
    page.press("find")
    assert page.app.number_input(key="nbn-topologies-budget").disabled
    page.press("find-stop")
    assert "when the search was stopped" in said(page.app.info)[0]
    assert "Resume continues" in page.app.get("progress")[0].proto.text
    assert page.search.run is not None
    assert page.search.run.wait(LONG)
    page.press("find-resume")
    assert page.search.running
    page.press("find-stop")
    assert page.has("find-resume")
    page.app.pills(key="nbn-topologies-families").set_value(["slp"]).run()
    page.app.slider(key="nbn-topologies-sizes").set_value((1, 3)).run()
    page.press("find")
    page.found()
    search = page.search.result()
    assert search is not None
    assert search.end in ("decided", "seeds")
    assert not page.has("find-resume")


def test_every_goal_can_be_searched_for(page: Page) -> None:
    page.seek()
    goal = page.app.selectbox(key="nbn-topologies-goal-test")
    assert len(goal.options) == 3
    goal.set_value("error").run()
    page.app.number_input(key="nbn-topologies-goal-wrong").set_value(40.0).run()
    page.app.toggle(key="nbn-topologies-each-family").set_value(True).run()
    page.app.selectbox(key="nbn-topologies-order").set_value("neurons").run()
    page.press("find")
    page.found()
    search = page.search.result()
    assert search is not None
    assert search.goal.text == "the median share of wrong test patterns is at most 0.4"
    assert (search.order, search.each_family) == ("neurons", True)
    assert page.app.success or page.app.info
    page.session.put(replace(page.session.document, experiment=XOR))
    page.app.run()
    page.check()
    assert DROPPED in said(page.app.warning)
    assert len(page.app.selectbox(key="nbn-topologies-goal-plain").options) == 2


def test_what_cannot_be_searched_is_said(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Page(root, XOR)
    page.seek()
    page.app.pills(key="nbn-topologies-families").set_value([]).run()
    assert said(page.app.warning) == ["No family is chosen: choose at least one."]
    assert page.app.button(key="nbn-topologies-find").disabled
    page.app.pills(key="nbn-topologies-families").set_value(["slp"]).run()
    page.check()
    # Nothing listens on this port.
    monkeypatch.setenv("NBN_LAB_SCHEDULER", "tcp://127.0.0.1:9")
    page.press("find")
    [warning] = said(page.app.warning)
    assert warning.startswith("The scheduler tcp://127.0.0.1:9 does not answer")
    assert warning.endswith("check its address, and that it is running.")
    assert not page.search.running
    monkeypatch.delenv("NBN_LAB_SCHEDULER")
    page.press("find")
    page.found()
    assert page.app.success


def test_the_study_of_the_table_can_be_run_elsewhere(page: Page) -> None:
    page.small()
    page.press("run")
    page.finish()
    page.look("Table")
    labels = [one.proto.label for one in page.app.get("download_button")]
    assert labels == ["Networks, CSV", "All trainings, CSV", "Study, JSON"]
    result = page.sweep.result()
    assert result is not None
    again = run_study(Study.from_json(result.study.to_json()))
    for cell, found in result.cells.items():
        assert np.array_equal(again.cells[cell].trials.sse, found.trials.sse)
        assert np.array_equal(again.cells[cell].test_wrong, found.test_wrong)


def test_kept_drawings_are_compared_and_the_link_reopens_the_sweep(root: Path, page: Page) -> None:
    page.session.shelf = (KeptDrawing("mine", Topology.mlp([2, 5, 1], output="bipolar")),)
    page.app.pills(key="nbn-topologies-families").set_value(["slp", "kept"]).run()
    page.app.slider(key="nbn-topologies-sizes").set_value((2, 3)).run()
    page.app.number_input(key="nbn-topologies-seeds").set_value(7).run()
    page.check()
    opened = link.decode_workspace(current_link(page.session))
    assert opened.sweep == SweepSetup(("slp", "kept"), 2, 3, "nbn", 40, 7)
    again = AppTest.from_file(str(root / "app" / "main.py"), default_timeout=LONG)
    again.query_params["e"] = current_link(page.session)
    again.run()
    again.switch_page("../pages/topologies.py").run()
    assert not again.exception
    assert again.pills(key="nbn-topologies-families").value == ["slp", "kept"]
    assert again.slider(key="nbn-topologies-sizes").value == (2, 3)
    assert again.number_input(key="nbn-topologies-seeds").value == 7
    page.press("run")
    page.finish()
    study = page.sweep.study
    assert study is not None
    assert [one.topology.n_weights for one in study.networks] == [9, 13, 21]
