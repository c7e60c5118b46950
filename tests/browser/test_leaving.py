"""Leaving a page of a busy server loses neither the click nor earlier messages."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect

from tests.browser.helpers import Server

OpenPage = Callable[..., Page]


@contextmanager
def standing_still(server: Server) -> Iterator[None]:
    """Suspend the server for a while, as if other sessions kept it busy."""
    os.kill(server.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server.pid, signal.SIGCONT)


def test_an_edit_and_a_click_on_another_page_both_count(page: Page, server: Server) -> None:
    seed = page.get_by_label("Weights seed")
    expect(seed).to_have_value("3")
    with standing_still(server):
        seed.fill("77")
        page.get_by_role("link", name="Share").click()
    expect(page.get_by_label("Link to this experiment")).to_be_visible()
    page.get_by_role("link", name="Draw").click()
    expect(seed).to_have_value("77")


def test_messages_after_a_click_on_a_link_do_not_reopen_the_old_page(
    page: Page, server: Server
) -> None:
    expect(page.get_by_label("Weights seed")).to_have_value("3")
    with standing_still(server):
        page.get_by_role("link", name="Hessian").click()
        page.get_by_role("button", name="New weights").click()
    expect(page.get_by_role("radio", name="Structure")).to_be_visible()
