"""Every page opens, first or after another page, without an error on the screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.fake_browser import LONG

ROOT = Path(__file__).resolve().parents[1]
ENTRY = ROOT / "app" / "main.py"
PAGES = sorted(file.name for file in (ROOT / "pages").glob("*.py") if not file.name.startswith("_"))


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_file(str(ENTRY), default_timeout=LONG).run()


def errors(app: AppTest) -> list[str]:
    return [element.value for element in (*app.exception, *app.error)]


def test_the_first_screen_is_the_draw_page(app: AppTest) -> None:
    assert not errors(app)
    assert "nbn-workbench" in [element.key for element in app.get("bidi_component")]


def test_every_page_is_in_the_navigation(app: AppTest) -> None:
    registered = {Path(str(info["script_path"])).name for info in app._registered_pages.values()}
    assert registered == set(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_and_reruns_without_errors(app: AppTest, page: str) -> None:
    app.switch_page(f"../pages/{page}").run()
    assert not errors(app)
    app.run()
    assert not errors(app)
    app.switch_page("../pages/draw.py").run()
    assert not errors(app)
