"""A server that is busy, stands still, or was killed: nothing is lost, and the reader is told."""

import os
import signal
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.helpers import Line, free_port, running_app, suspended
from tests.browser.workbench import status, train


def test_messages_that_arrive_during_an_action_wait_for_its_end(
    tmp_path: Path, open_page: OpenPage
) -> None:
    line = Line()
    # A server of its own, on which choosing the digits takes a second: they are not loaded yet.
    with running_app(tmp_path / "log.txt") as server:
        page = open_page(url=server.url, prepare=line.tap)
        expect(status(page)).to_contain_text("Press Train", timeout=240_000)
        digits = page.get_by_role("radio", name="Digits", exact=True)
        digits.click()
        line.repeat(20)
        expect(digits).to_have_attribute("aria-checked", "true")
        page.context.close()


def test_a_server_that_stands_still_for_half_a_minute_is_told_and_loses_nothing(
    tmp_path: Path, open_page: OpenPage
) -> None:
    with running_app(tmp_path / "log.txt") as server:
        page = open_page(url=server.url)
        expect(status(page)).to_contain_text("Press Train")
        seed = page.get_by_label("Weights seed")
        before = int(seed.input_value())
        with suspended(server):
            page.get_by_role("button", name="New weights").click()
            silence = page.get_by_test_id("nbn-silence")
            expect(silence).to_contain_text("has not answered for 3 seconds")
            expect(silence).to_contain_text("has not answered for 25 seconds", timeout=40_000)
        expect(seed).to_have_value(str(before + 1))
        expect(silence).to_be_hidden()
        train(page)
        expect(seed).to_have_value(str(before + 1))
        page.context.close()


def test_a_server_that_is_killed_and_started_again_goes_on_with_what_is_shown(
    tmp_path: Path, open_page: OpenPage
) -> None:
    port = free_port()
    with running_app(tmp_path / "first.txt", port=port) as server:
        page = open_page(url=server.url, dies=True)
        expect(status(page)).to_contain_text("Press Train")
        before = page.url
        page.get_by_role("button", name="FCC").click()
        expect(page).not_to_have_url(before)
        seed = page.get_by_label("Weights seed")
        drawn = int(seed.input_value())
        os.kill(server.pid, signal.SIGKILL)
        silence = page.get_by_test_id("nbn-silence")
        expect(silence).to_contain_text("connection to the server is lost")
    with running_app(tmp_path / "second.txt", port=port):
        expect(silence).to_be_hidden(timeout=60_000)
        page.get_by_role("button", name="New weights").click()
        expect(seed).to_have_value(str(drawn + 1), timeout=60_000)
        expect(page.get_by_role("button", name="FCC")).to_have_attribute("aria-pressed", "true")
        train(page)
        page.context.close()
