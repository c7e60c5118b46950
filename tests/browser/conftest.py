"""One server and one Chromium for all tests, and pages that must not log errors.

`page` is 1280 x 800 and light; there are also `phone`, `dark_page` and `dark_phone`, and
`open_page(width, height, scheme, path)` for any other. `prepare` is called before it navigates.
"""

import urllib.parse
from collections.abc import Callable, Generator, Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.browser.helpers import OUTPUT, Server, chromium, running_app, wait_until_ready

Scheme = Literal["light", "dark"]
OpenPage = Callable[..., Page]

# Without them Chromium calls home, and a closed network fills its log.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Record whether the test failed, for its fixtures."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run the app on a free port of this machine."""
    with running_app(tmp_path_factory.mktemp("server") / "log.txt") as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Run the system's Chromium, headless."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def open_page(
    request: pytest.FixtureRequest, browser: Browser, server: Server
) -> Iterator[OpenPage]:
    """Open pages, each in a new browser profile; fails if any of them logged an error."""
    pages: list[Page] = []
    complaints: list[str] = []

    def open_page(
        width: int = 1280,
        height: int = 800,
        scheme: Scheme = "light",
        path: str = "/",
        url: str = server.url,
        prepare: Callable[[Page], None] | None = None,
        dies: bool = False,
        **options: object,
    ) -> Page:
        """Open a page; `dies` says that its server is going to be killed."""
        context = browser.new_context(
            base_url=url,
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            **options,
        )
        context.set_default_timeout(20_000)
        page = context.new_page()
        page.on("console", lambda message: note(_is_an_error(message, dies), message.text))
        page.on("pageerror", lambda error: note(True, str(error)))
        page.on("request", lambda sent: note(_leaves_this_machine(sent.url), f"asks {sent.url}"))
        pages.append(page)
        if prepare is not None:
            prepare(page)
        page.goto(path)
        wait_until_ready(page)
        return page

    def note(bad: bool, text: str) -> None:
        if bad:
            complaints.append(text)

    yield open_page

    for number, page in enumerate(page for page in pages if not page.is_closed()):
        if request.node.stash.get(FAILED, True):
            OUTPUT.mkdir(exist_ok=True)
            page.screenshot(path=OUTPUT / f"failed-{request.node.name}-{number}.png")
        elif page.locator("[data-testid=stException]").count():
            complaints.append(page.locator("[data-testid=stException]").first.inner_text())
        page.context.close()
    assert not complaints, "\n".join(complaints)


# What the browser and Streamlit say when nobody answers
UNREACHABLE = (
    "ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE",
    "Client Error in reaching server endpoint", "Streamlit server is not responding",
)  # fmt: skip


def _is_an_error(message: ConsoleMessage, dies: bool) -> bool:
    """Return whether a message of the browser tells of an error.

    Streamlit (1.67) looks for its server below the folder of the page first: for /race it asks
    /race/_stcore/health, which is not there, and then /_stcore/health.
    """
    if dies and any(words in message.text for words in UNREACHABLE):
        return False
    asked = urllib.parse.urlsplit(message.location["url"]).path
    return message.type == "error" and not asked.endswith(
        ("/_stcore/health", "/_stcore/host-config")
    )


def _leaves_this_machine(url: str) -> bool:
    parts = urllib.parse.urlsplit(url)
    return parts.scheme not in {"data", "blob"} and parts.hostname != "127.0.0.1"


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """Open the first screen at the size of a projector."""
    return open_page()


@pytest.fixture
def dark_page(open_page: OpenPage) -> Page:
    """Open the first screen at the size of a projector, dark."""
    return open_page(scheme="dark")


@pytest.fixture
def phone(open_page: OpenPage) -> Page:
    """Open the first screen at the size of a phone."""
    return open_page(390, 844)


@pytest.fixture
def dark_phone(open_page: OpenPage) -> Page:
    """Open the first screen at the size of a phone, dark."""
    return open_page(390, 844, "dark")


expect.set_options(timeout=20_000)
