"""Leaving a page of a busy server loses neither the click nor earlier messages."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from app.session.state import FIRST_SEED
from tests.browser.helpers import ROOT, Server, suspended, wait_until_ready

OpenPage = Callable[..., Page]


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


SOCKETS = """
window.sockets = [];
window.WebSocket = class extends WebSocket {
  constructor(...given) { super(...given); window.sockets.push(this); }
  // As on a line that is cut: what is sent is lost without a word.
  send(data) { if (this.readyState === WebSocket.OPEN) super.send(data); }
};
"""


# Each hits another moment: a request is on its way, a page is half made, or all is at rest.
DROPS = 6


def test_a_dropped_connection_loses_no_race_and_stops_none(open_page: OpenPage) -> None:
    page = open_page(prepare=lambda page: page.add_init_script(SOCKETS))
    page.get_by_role("link", name="Race").click()
    page.locator(".race .lane").first.wait_for()
    page.get_by_text("Lanes, settings and budget").click()
    seconds = page.get_by_role("spinbutton", name="At most, seconds")
    seconds.fill("60")
    seconds.press("Enter")
    expect(page.locator(".race [data-part=facts]")).to_contain_text("at most 60 s")
    page.locator(".race").get_by_role("button", name="Start", exact=True).click()
    nbn = page.get_by_role("region", name="Lane NBN")
    expect(nbn).to_contain_text("Solved in", timeout=240_000)
    slow = page.get_by_role("region", name="Lane Forward-Forward").locator(
        "[data-value=iterations]"
    )
    expect(slow).to_have_text(re.compile(r"^[1-9][\d,]*$"), timeout=240_000)
    for _ in range(DROPS):
        opened = page.evaluate("sockets.length")
        page.evaluate("sockets.at(-1).close()")
        page.wait_for_function(f"sockets.length > {opened} && sockets.at(-1).readyState === 1")
        before = slow.inner_text()
        expect(slow).not_to_have_text(before)  # it trains on
    expect(nbn).to_contain_text("Solved in")
    expect(page.locator(".race")).to_have_attribute("data-state", "running")
    page.locator(".race").get_by_role("button", name="Stop", exact=True).click()
    expect(page.locator(".race")).to_have_attribute("data-state", "ended")
