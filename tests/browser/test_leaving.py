"""Leaving a page of a busy server loses neither the click nor earlier messages."""

import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from app.session.state import FIRST_SEED
from tests.browser.helpers import ROOT, Server, wait_until_ready

OpenPage = Callable[..., Page]


@contextmanager
def suspended(server: Server) -> Iterator[None]:
    """Suspend the server for a while, as if other sessions kept it busy."""
    os.kill(server.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server.pid, signal.SIGCONT)


def test_an_edit_and_a_click_on_another_page_both_count(page: Page, server: Server) -> None:
    seed = page.get_by_label("Weights seed")
    expect(seed).to_have_value(str(FIRST_SEED))
    with suspended(server):
        seed.fill("77")
        page.get_by_role("link", name="Share").click()
    expect(page.get_by_label("Link to this experiment")).to_be_visible()
    page.get_by_role("link", name="Draw").click()
    expect(seed).to_have_value("77")


def test_messages_after_a_click_on_a_link_do_not_reopen_the_old_page(
    page: Page, server: Server
) -> None:
    expect(page.get_by_label("Weights seed")).to_have_value(str(FIRST_SEED))
    with suspended(server):
        page.get_by_role("link", name="Hessian").click()
        page.get_by_role("button", name="New weights").click()
    expect(page.get_by_role("radio", name="Structure")).to_be_visible()


@pytest.mark.parametrize(
    ("title", "last", "part"),
    [("Draw", "workbench.js", ".workbench .toolbar button"), ("Race", "race.js", ".race .primary")],
)
def test_a_click_counts_before_the_component_of_the_page_is_loaded(
    open_page: OpenPage, server: Server, title: str, last: str, part: str
) -> None:
    """A component that is loaded after the click must not bring its page back."""
    held: list[Route] = []
    page = open_page(prepare=lambda page: hold(page, held, last))
    page.get_by_role("link", name=title).click()
    while not held:
        page.wait_for_timeout(20)  # lets Playwright hear of the request
    wait_until_ready(page)
    with suspended(server):
        page.get_by_role("link", name="Share").click()
        for route in held:
            route.fulfill(path=module(route))
        expect(page.locator(part).first).to_be_attached()
    expect(page.get_by_label("Link to this experiment")).to_be_visible()


def hold(page: Page, held: list[Route], last: str) -> None:
    """Serve the modules of Draw and Race without the server; keep back the requests for one."""

    def serve(route: Route) -> None:
        if module(route).name == last:
            held.append(route)
        else:
            route.fulfill(path=module(route))

    page.route(re.compile(r"/nbn-lab\.(race|workbench)_.*\.js"), serve)


def module(route: Route) -> Path:
    """Return the file in the repository that a component's module is a copy of."""
    return ROOT / "app" / urlsplit(route.request.url).path.split("/", 4)[-1]
