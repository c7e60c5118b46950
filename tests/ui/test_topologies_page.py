"""The page Topologies in Streamlit's test runner."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.session.state import Session
from app.topologies.sweep import DROPPED, Sweep
from app.topologies.views import VIEWS
from nbn_core.experiment import Experiment, SeededStart, Stopping, link
from nbn_core.training import train
from tests.app.fake_browser import LONG
from tests.app.topologies.helpers import CLASSES, XOR

SPLIT = replace(XOR, data=CLASSES, stopping=Stopping(3.0, 40))


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
    [warning] = page.app.warning
    assert "5,000,000 trainings" in warning.value
    assert warning.value.endswith("take at most 200,000 trials of each.")
    assert page.app.button(key="nbn-topologies-run").disabled
    assert len(page.sweep.points()) == 5
    page.small()
    assert not page.app.warning


def test_what_cannot_be_trained_is_said(page: Page) -> None:
    page.app.pills(key="nbn-topologies-families").set_value([]).run()
    assert [one.value for one in page.app.warning] == ["No family is chosen: choose at least one."]
    page.app.pills(key="nbn-topologies-families").set_value(["slp"]).run()
    page.app.selectbox(key="nbn-topologies-rule-nbn").set_value("cascade_correlation").run()
    page.check()
    [warning] = page.app.warning
    assert warning.value.startswith("2-1-1 SLP: ")


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
    assert [one.value for one in page.app.info] == [DROPPED]
    assert not page.sweep.points()
    page.press("run")
    page.finish()
    assert not page.app.info
    page.look("Test error")
    assert "no test patterns" in page.app.info[0].value
