"""Starting the app: settings apply, themes can be chosen, nothing is written to the checkout."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.helpers import ROOT, running_app


def test_the_menu_offers_light_and_dark_but_no_developer_tools(page: Page) -> None:
    ground = "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    page.get_by_test_id("stMainMenuButton").click()
    menu = page.get_by_test_id("stMainMenuPopover")
    for developers in ("Rerun", "Clear cache", "Deploy", "Settings"):
        expect(menu.get_by_text(developers)).to_have_count(0)
    menu.get_by_text("Dark").click()
    page.wait_for_function(f"{ground} === 'rgb(11, 13, 16)'")


@pytest.mark.parametrize("elsewhere", [False, True], ids=["in the checkout", "elsewhere"])
def test_a_run_writes_nothing_into_the_checkout(
    tmp_path: Path, open_page: OpenPage, elsewhere: bool
) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("app", "assets", "docs", "nbn_core", "pages", ".streamlit"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    before = sorted(copy.rglob("*"))
    cwd, environment = copy, {}
    if elsewhere:
        cwd, environment = tmp_path, {"PYTHONPATH": str(copy)}
    with running_app(tmp_path / "log.txt", cwd=cwd, environment=environment) as server:
        open_page(url=server.url).context.close()
    assert sorted(copy.rglob("*")) == before
