"""The section Published of the page Topologies in Streamlit's test runner."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.session.state import Session
from app.topologies import published as section
from app.topologies.published_run import PublishedRun
from nbn_core.errors import StoreError
from nbn_core.experiment import Experiment, SeededStart, link
from nbn_core.studies import PUBLISHED_TABLES, VARIANTS
from tests.app.fake_browser import LONG
from tests.app.shown_numbers.screen import plain
from tests.app.topologies.helpers import XOR


class Page:
    """The section in one session."""

    def __init__(self, root: Path, experiment: Experiment) -> None:
        self.app = AppTest.from_file(str(root / "app" / "main.py"), default_timeout=LONG)
        self.app.query_params["e"] = link.encode(experiment)
        self.app.run()
        self.app.switch_page("../pages/topologies.py").run()
        self.part("Published")

    def part(self, name: str) -> None:
        self.app.segmented_control(key="nbn-topologies-part").set_value(name).run()
        self.check()

    def check(self) -> None:
        assert not self.app.exception
        assert not self.app.error

    @property
    def session(self) -> Session:
        session: Session = self.app.session_state["nbn.session"]
        return session

    @property
    def published(self) -> PublishedRun:
        published: PublishedRun = self.app.session_state["nbn.kept.published"]
        return published

    @property
    def captions(self) -> str:
        return " ".join(one.value for one in self.app.caption)

    def choose(self, table: str, seeds: int, variant: str = "as_published") -> None:
        self.app.selectbox(key="nbn-published-table").set_value(table)
        self.app.selectbox(key="nbn-published-settings").set_value(variant)
        self.app.number_input(key="nbn-published-seeds").set_value(seeds).run()
        self.check()

    def press(self, name: str) -> None:
        self.app.button(key=f"nbn-published-{name}").click().run()
        self.check()

    def has(self, name: str) -> bool:
        return any(one.key == f"nbn-published-{name}" for one in self.app.button)

    def finish(self) -> None:
        assert self.published.run is not None
        assert self.published.run.wait(LONG)
        self.app.run()
        self.check()


@pytest.fixture
def page(root: Path) -> Page:
    return Page(root, XOR)


def test_the_section_says_source_certainty_and_time_beforehand(page: Page) -> None:
    for key, table in PUBLISHED_TABLES.items():
        page.choose(key, 100)
        assert f"Source: {table.source}" in page.captions
        assert f"Printed values: {table.entries[0].certainty.value}." in page.captions
        assert "on this computer" in page.captions
        [shown] = page.app.dataframe
        assert list(shown.value["Problem and network"]) == [one.title for one in table.entries]
        assert set(shown.value["Certainty"]) == {one.certainty.value for one in table.entries}
    assert "200 trainings of 2 networks, 100 seeds each" in page.captions
    assert page.session.experiment == XOR


def test_a_table_runs_and_an_entry_opens_on_draw(page: Page) -> None:
    page.choose("control_surface", 30, "usual")
    page.press("run")
    page.finish()
    [shown] = page.app.dataframe
    for row, text in zip(page.published.rows(page.published.plan), shown.value["Solved"],  # type: ignore[arg-type]
                         strict=True):  # fmt: skip
        assert row.found is not None
        assert text == f"{row.found.successes} of 30"
    assert "all of them done" in page.captions
    assert page.session.experiment == XOR
    place = page.app.selectbox(key="nbn-published-entry-control_surface-0")
    place.set_value(1).run()
    page.check()
    row = page.published.rows(page.published.plan)[1]  # type: ignore[arg-type]
    assert row.result is not None
    assert row.found is not None
    said = " ".join(one.value for one in page.app.markdown)
    assert VARIANTS["usual"].title in said
    assert "our interval of the median" in said
    page.press("open")
    experiment = page.session.experiment
    assert experiment.data == row.study.data
    assert experiment.start == SeededStart("data", row.result[0, 0].example())  # type: ignore[arg-type]
    assert experiment.topology.neurons == row.study.networks[0].topology.neurons
    page.app.switch_page("../pages/topologies.py").run()
    page.check()
    assert page.app.selectbox(key="nbn-published-table").value == "control_surface"
    assert [one.done for one in page.published.rows(page.published.plan)] == [30, 30]  # type: ignore[arg-type]


def test_a_table_is_stopped_and_continues(page: Page) -> None:
    page.app.toggle(key="nbn-published-fewer").set_value(False)
    page.choose("codes", 1000)
    page.press("run")
    assert page.app.selectbox(key="nbn-published-table").disabled
    page.press("stop")
    page.finish()
    run = page.published.run
    assert run is not None
    assert run.done < run.total == 4000
    assert page.has("run")
    page.choose("codes", 2)
    page.press("run")
    page.finish()
    assert all(row.done >= 2 for row in page.published.rows(page.published.plan))  # type: ignore[arg-type]
    page.part("Compare")
    page.part("Published")
    assert page.published.run is not run


def test_a_closed_tab_stops_the_table(page: Page) -> None:
    page.app.toggle(key="nbn-published-fewer").set_value(False)
    page.choose("codes", 1000)
    page.press("run")
    run = page.published.run
    assert run is not None
    page.app.session_state["nbn.kept.tab"].stops["published"]()
    assert run.wait(LONG)
    assert run.done < run.total


def test_a_cluster_out_of_reach_is_told(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise StoreError("The cluster does not answer.")

    page.choose("control_surface", 2)
    monkeypatch.setattr(section, "study_workers", refuse)
    page.press("run")
    assert [plain(one.value) for one in page.app.warning] == ["The cluster does not answer."]
    monkeypatch.undo()
    page.press("run")
    page.finish()
    assert not page.app.warning


def test_the_results_of_another_experiment_stay(page: Page) -> None:
    page.choose("control_surface", 2)
    page.press("run")
    page.finish()
    page.session.put(replace(page.session.document, experiment=Experiment.suggested("parity")))
    page.app.run()
    page.check()
    assert [row.done for row in page.published.rows(page.published.plan)] == [2, 2]  # type: ignore[arg-type]
