"""The Race page in Streamlit's test runner."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.runtime.caching import cache_resource_api
from streamlit.testing.v1 import AppTest

from app.race import component
from nbn_core.experiment import Experiment, SeededStart, link
from nbn_core.network import Topology
from tests.app.fake_browser import LONG

XOR = replace(
    Experiment.suggested("xor"), topology=Topology.mlp([2, 4, 1], output="bipolar"),
    start=SeededStart(seed=4),
)  # fmt: skip


class Page:
    """The page in one session."""

    def __init__(self, root: Path) -> None:
        self.app = AppTest.from_file(str(root / "app" / "main.py"), default_timeout=LONG)
        self.app.query_params["e"] = link.encode(XOR)
        self.app.run()
        self.app.switch_page("../pages/race.py").run()
        self.seq = 0

    @property
    def answer(self) -> dict[str, Any]:
        assert not self.app.exception
        assert not self.app.error
        [mounted] = [
            one
            for one in self.app.get("bidi_component")
            if one.proto.component_name.startswith("nbn-lab.race_")
        ]
        sent: dict[str, Any] = json.loads(mounted.proto.json)
        return sent

    def post(self, kind: str) -> dict[str, Any]:
        self.seq += 1
        messages = [{"seq": self.seq, "kind": kind}]
        self.app.session_state[component.KEY] = {
            "outbox": {"client": "browser", "messages": messages, "have": {}}
        }
        self.app.run()
        return self.answer

    def section(self, name: str) -> None:
        self.app.segmented_control(key="nbn-race-section").set_value(name).run()

    def wait_for_end(self) -> None:
        while self.answer["running"]:
            self.post("poll")


@pytest.fixture
def page(root: Path) -> Page:
    return Page(root)


def test_the_default_race_has_four_lanes(page: Page) -> None:
    assert [lane["title"] for lane in page.answer["lanes"]] == [
        "NBN", "EBP", "Adam", "Forward-Forward",
    ]  # fmt: skip
    assert not page.app.dataframe


def test_a_race_fills_the_table_and_a_run_reopens(page: Page) -> None:
    page.app.number_input(key="nbn-race-seconds").set_value(0.5).run()
    page.post("start")
    page.wait_for_end()
    [table] = page.app.dataframe
    assert list(table.value["Lane"]) == ["NBN", "EBP", "Adam", "Forward-Forward"]
    assert table.value["Target reached"][0]
    page.app.selectbox(key="nbn-reopen").set_value(2).run()
    page.app.button(key="nbn-open-draw").click().run()
    assert page.app.session_state["nbn.session"].experiment.rule == "adam"
    assert not page.app.exception
    shown = [one.proto.component_name for one in page.app.get("bidi_component")]
    assert any(name.startswith("nbn-lab.workbench_") for name in shown)


def test_lanes_and_settings_change_through_the_widgets(page: Page) -> None:
    opening = [lane["settings"] for lane in page.answer["lanes"]]
    page.app.button(key="nbn-add-lane").click().run()
    assert len(page.answer["lanes"]) == 5
    page.app.button(key="nbn-remove-1").click().run()
    assert [lane["title"] for lane in page.answer["lanes"]][1] == "Adam"
    page.app.number_input(key="nbn-set-2-adam-rate").set_value(0.5).run()
    assert "0.5" in page.answer["lanes"][1]["settings"]
    page.app.button(key="nbn-tuned-2").click().run()
    assert "0.05" in page.answer["lanes"][1]["settings"]
    page.app.selectbox(key="nbn-rule-0-nbn-2").set_value("cascade_correlation").run()
    lane = page.answer["lanes"][0]
    assert lane["remark"].endswith(".")
    page.app.selectbox(key="nbn-budget-target-2").set_value("work").run()
    assert "forward passes" in page.answer["facts"]
    page.app.number_input(key="nbn-race-work-2").set_value(777.0).run()
    page.app.number_input(key="nbn-set-2-adam-rate-2").set_value(0.25).run()
    page.app.button(key="nbn-opening").click().run()
    assert len(page.answer["lanes"]) == 4
    page.app.run()
    assert "at most 5 s" in page.answer["facts"], "fields do not bring back what was reset"
    assert [lane["settings"] for lane in page.answer["lanes"]] == opening
    page.app.switch_page("../pages/draw.py").run()
    page.app.switch_page("../pages/race.py").run()
    assert [lane["settings"] for lane in page.answer["lanes"]] == opening


def test_many_seeds_run_and_stay(page: Page) -> None:
    page.section("Many seeds")
    page.app.number_input(key="nbn-series-seeds").set_value(2).run()
    page.app.number_input(key="nbn-series-work").set_value(500.0).run()
    page.app.button(key="nbn-series-run").click().run()
    races = next(
        line for line in iter(lambda: page.app.run(), None)
        if any(button.key == "nbn-series-run" for button in line.button)
    )  # fmt: skip
    assert not races.exception
    [summary, tests] = races.dataframe
    assert list(summary.value["Lane"]) == ["NBN", "EBP", "Adam", "Forward-Forward"]
    assert len(tests.value) == 6
    page.section("One seed")
    page.section("Many seeds")
    assert page.app.number_input(key="nbn-series-seeds").value == 2


def test_the_comparison_of_rules_and_the_forward_forward_view(page: Page) -> None:
    page.section("Forward-Forward")
    assert page.app.info
    page.section("One seed")
    page.app.number_input(key="nbn-race-seconds").set_value(0.3).run()
    page.post("start")
    page.wait_for_end()
    page.section("What each rule uses")
    knowledge, measured = page.app.dataframe
    assert list(knowledge.value["Labels at every level"]) == ["–", "–", "–", "uses"]
    before = measured.value.copy()
    page.app.segmented_control(key="nbn-uses-place").set_value("Final weights").run()
    assert not before.equals(page.app.dataframe[1].value)
    page.section("Forward-Forward")
    assert not page.app.exception
    assert not page.app.info
    assert any("2 forward passes" in text.value for text in page.app.markdown)


def test_a_dropped_connection_loses_no_race(page: Page) -> None:
    page.app.number_input(key="nbn-race-seconds").set_value(0.5).run()
    page.post("start")
    page.wait_for_end()
    [before] = page.app.dataframe
    cache_resource_api.clear_session_cache("test session id")
    page.app.run()
    [after] = page.app.dataframe
    assert after.value.equals(before.value)
