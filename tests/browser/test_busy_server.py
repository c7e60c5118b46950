"""A busy server processes messages one after the other."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.helpers import Line, running_app
from tests.browser.workbench import status


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
