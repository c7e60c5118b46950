"""A server that is full says so, and lets the next visitor in when a tab is closed."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.session import closing, limits
from tests.app.fake_browser import LONG


def visited(root: Path) -> AppTest:
    page = AppTest.from_file(str(root / "app" / "main.py"), default_timeout=LONG).run()
    assert not page.exception
    return page


def test_a_visitor_without_a_place_is_told_and_gets_the_next(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closing._places.clear()
    monkeypatch.setenv("NBN_LAB_TABS", "1")
    first = visited(root)
    second = visited(root)
    [said] = second.info
    assert "room for 1 browser tab at a time" in said.value
    assert "nbn.session" not in second.session_state
    assert first.run().get("bidi_component"), "who has a place keeps it"
    tab = first.session_state["nbn.kept.tab"]
    closing._stop_unless_back(tab, tab.visits)
    second.button(key="nbn-full-again").click().run()
    assert not second.info
    assert second.get("bidi_component")


@pytest.mark.parametrize(("files", "most"), [(1024, 184), (8192, 500), (50, 1)])
def test_the_number_of_places_follows_the_limit_of_open_files(
    files: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NBN_LAB_TABS", raising=False)
    monkeypatch.setattr(limits, "_most_files", lambda: files)
    assert limits.most_tabs() == most


@pytest.mark.parametrize("given", ["", "0", "-3", "many"])
def test_a_number_of_places_that_is_none_is_ignored(
    given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBN_LAB_TABS", given)
    assert limits.most_tabs() > 1
