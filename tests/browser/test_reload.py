"""A reload, another browser, a server that was killed: own data stay, and only with the reader."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import numpy as np
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.helpers import free_port, running_app, wait_until_ready
from tests.browser.workbench import wait_until_answered

ROWS = 100_000
PAGES = ("", "hessian", "inside", "topologies", "race", "data", "share")
MISSING = "The data of this address are kept in the browser it was copied from"


def table(rows: int) -> FilePayload:
    """Return a CSV file of two inputs and a target."""
    x = np.random.default_rng(0).integers(-99, 100, (rows, 2)) / 10
    lines = (f"{a},{b},{a * b:.2f}" for a, b in x.tolist())
    text = "east,north,height\n" + "\n".join(lines)
    return {"name": "hills.csv", "mimeType": "text/csv", "buffer": text.encode()}


def use_own_data(page: Page, rows: int) -> None:
    """Bring in a file on the Data page, and put it to use."""
    wait_until_answered(page)
    page.get_by_role("link", name="Data", exact=True).click()
    page.get_by_role("radio", name="Your files").click()
    upload = page.locator("[data-testid=stFileUploader] input[type=file]")
    upload.set_input_files(table(rows))
    page.get_by_role("button", name="Use this data").click(timeout=60_000)
    expect(page.get_by_text("now in use", exact=False)).to_be_visible(timeout=60_000)
    wait_until_kept(page)


# How many data sets the browser has stored
STORED = """() => new Promise((resolve) => {
  const request = indexedDB.open("nbn-lab", 1);
  request.onupgradeneeded = () => request.transaction.abort();
  request.onerror = () => resolve(0);
  request.onsuccess = () => {
    const all = request.result.transaction("data").objectStore("data").count();
    all.onsuccess = () => { request.result.close(); resolve(all.result); };
  };
})"""


def wait_until_kept(page: Page) -> None:
    """Wait until the browser has stored the data that the address names."""
    deadline = time.monotonic() + 60
    while not page.evaluate(STORED):
        assert time.monotonic() < deadline, "the data are not stored"
        page.wait_for_timeout(50)  # lets Playwright see what the page does


def expect_own_data(page: Page, rows: int) -> None:
    expect(page.locator(".workbench .side")).to_contain_text(
        f"Your own data: {rows:,} rows, 2 inputs", timeout=60_000
    )


def test_a_hundred_thousand_rows_survive_a_reload_of_every_page(open_page: OpenPage) -> None:
    page = open_page()
    use_own_data(page, ROWS)
    page.get_by_role("link", name="Draw", exact=True).click()
    expect_own_data(page, ROWS)
    page.get_by_role("button", name="FCC").click()
    expect(page.get_by_role("button", name="FCC")).to_have_attribute("aria-pressed", "true")
    address = page.url
    assert len(address) < 2_000, "own data do not go into the address bar"
    for name in PAGES:
        page.goto(address.replace("/?", f"/{name}?"))
        wait_until_ready(page)
        expect(page.get_by_text("Opening the data")).to_have_count(0, timeout=60_000)
        page.get_by_role("link", name="Draw", exact=True).click()
        expect_own_data(page, ROWS)
        expect(page.get_by_role("button", name="FCC")).to_have_attribute("aria-pressed", "true")
        expect(page.get_by_text(MISSING)).to_have_count(0)


def test_another_browser_is_told_where_the_data_are(open_page: OpenPage) -> None:
    page = open_page()
    use_own_data(page, 20)
    address = page.url
    other = open_page(path="/?" + address.split("?")[1])
    expect(other.get_by_text(MISSING)).to_be_visible()
    expect(other.get_by_role("button", name="Train", exact=True)).to_be_enabled(timeout=60_000)
    page.get_by_role("link", name="Share", exact=True).click()
    shared = page.get_by_label("Link to this experiment").input_value()
    other.goto("/?" + shared.split("?")[1])
    expect_own_data(other, 20)


def test_a_killed_server_loses_neither_data_nor_drawing(
    tmp_path: Path, open_page: OpenPage
) -> None:
    port = free_port()
    with running_app(tmp_path / "first.txt", port=port) as server:
        page = open_page(url=server.url, dies=True)
        use_own_data(page, 20)
        page.get_by_role("link", name="Draw", exact=True).click()
        expect_own_data(page, 20)
        before = page.url
        page.get_by_role("button", name="FCC", exact=True).click()
        expect(page.get_by_role("button", name="FCC", exact=True)).to_have_attribute(
            "aria-pressed", "true"
        )
        expect(page).not_to_have_url(before)
        address = page.url
        assert "?e=" in before, "another page begins with the link in its address"
        os.kill(server.pid, signal.SIGKILL)
    with running_app(tmp_path / "second.txt", port=port):
        page.goto(address)
        expect_own_data(page, 20)
        expect(page.get_by_role("button", name="FCC", exact=True)).to_have_attribute(
            "aria-pressed", "true"
        )
        page.context.close()
