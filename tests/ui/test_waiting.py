"""What a page shows while a result is computed: progress with Stop, a button, then the result."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.session import computing, curvature, server
from tests.app.fake_browser import LONG

SHARED = computing._shared


@pytest.fixture
def page(root: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """Return the Hessian page, on which everything counts as slow, and nothing is known."""
    monkeypatch.setattr(computing, "QUICK", -1.0)
    curvature.CACHE.clear()
    assert server.warming().wait(LONG)
    assert server._warming().curvature.wait(LONG)
    app = AppTest.from_file(str(root / "app" / "main.py"), default_timeout=LONG).run()
    return app.switch_page("../pages/hessian.py")


def buttons(page: AppTest) -> list[str]:
    assert not page.exception
    return [button.label for button in page.button]


def test_a_result_is_awaited_and_then_shown(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(computing, "PROMPT", 0.0)
    monkeypatch.setattr(computing, "_shared", _never)
    page.run()
    assert "Stop" in buttons(page)
    assert "105 × 105" not in _texts(page)
    monkeypatch.setattr(computing, "_shared", SHARED)
    monkeypatch.setattr(computing, "PROMPT", LONG)
    page.session_state["nbn.kept.desk"].leave()
    page.run()
    assert "Stop" not in buttons(page)
    assert "105 × 105" in _texts(page)


def test_what_was_stopped_is_offered(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(computing, "PROMPT", 0.0)
    monkeypatch.setattr(computing, "_shared", _never)
    page.run()
    next(button for button in page.button if button.label == "Stop").click().run()
    assert "Stop" not in buttons(page)
    monkeypatch.setattr(computing, "_shared", SHARED)
    monkeypatch.setattr(computing, "PROMPT", LONG)
    next(button for button in page.button if button.label == "Compute").click().run()
    assert "Compute" not in buttons(page)


def test_what_takes_long_is_offered(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(computing, "UNASKED", -1.0)
    page.run()
    assert "takes about 1 s" in _texts(page)
    for _ in range(3):  # the quasi-Hessian, then what follows from it
        if "Compute" not in buttons(page):
            break
        next(button for button in page.button if button.label == "Compute").click().run()
    assert "Compute" not in buttons(page)


def _texts(page: AppTest) -> str:
    return " ".join(str(element.value) for element in page.markdown)


def _never(
    cache: object, key: object, work: object, desk: computing.Desk, workers: object
) -> computing.Computation:
    """Return a computation that no worker has."""
    made = computing.Computation(lambda: iter(()), lambda value: None, lambda ended: None)  # type: ignore[arg-type, return-value]
    made.join(desk)
    return made
