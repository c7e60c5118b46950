"""The kept drawings in Streamlit's test runner."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.session.state import Session
from nbn_core.experiment import Experiment, KeptDrawing, link
from nbn_core.network import Topology
from tests.app.fake_browser import LONG

DRAWN = Experiment.suggested("xor")
NAME = "[mine](http://example.org) *2*"


@pytest.fixture
def page(root: Path) -> AppTest:
    app = AppTest.from_file(str(root / "app" / "main.py"), default_timeout=LONG)
    app.query_params["e"] = link.encode(DRAWN)
    app.run()
    session(app).shelf = (
        KeptDrawing(NAME, Topology.mlp([2, 3, 1], output="bipolar")),
        KeptDrawing("wide", Topology.mlp([2, 9, 1], output="bipolar")),
    )
    return app.switch_page("../pages/race.py").run()


def session(page: AppTest) -> Session:
    found: Session = page.session_state["nbn.session"]
    return found


def names(page: AppTest) -> list[str]:
    assert not page.exception
    return [one.name for one in session(page).shelf]


def test_a_drawing_is_kept_renamed_and_deleted(page: AppTest) -> None:
    page.button(key="nbn-shelf-keep").click().run()
    kept = names(page)[-1]
    assert len(names(page)) == 3
    page.multiselect(key="nbn-shelf-picked").set_value([kept]).run()
    page.text_input(key=f"nbn-shelf-new-{kept}").set_value("first").run()
    assert names(page)[-1] == "first"
    page.multiselect(key="nbn-shelf-picked").set_value(["first"]).run()
    page.text_input(key="nbn-shelf-new-first").set_value("wide").run()
    assert "same name" in page.error[0].value
    page.text_input(key="nbn-shelf-new-first").set_value("first").run()
    page.button(key="nbn-shelf-delete-first").click().run()
    assert names(page) == [NAME, "wide"]


def test_two_are_compared_and_race_each_other(page: AppTest) -> None:
    page.multiselect(key="nbn-shelf-picked").set_value([NAME, "wide"]).run()
    said = " ".join(text.value for text in page.caption)
    assert "13 weights in both, 0 only in" in said
    assert "](http" not in said  # a name is text, not a link
    page.button(key="nbn-shelf-race").click().run()
    race = session(page).race
    assert race is not None
    assert [lane.network.name for lane in race.lanes] == [NAME, "wide"]


def test_a_kept_drawing_reopens_and_undo_goes_back(page: AppTest) -> None:
    page.multiselect(key="nbn-shelf-picked").set_value(["wide"]).run()
    page.button(key="nbn-shelf-open-wide").click().run()
    assert session(page).experiment.topology.n_weights == 37
    assert session(page).move(-1)
    assert session(page).experiment.topology == DRAWN.topology
