"""Start the app, wait for it, and save screenshots."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, WebSocketRoute

ROOT = Path(__file__).resolve().parents[2]
OUTPUT = ROOT / "tests" / "browser" / "output"
READY = (
    "[data-testid=stApp][data-test-connection-state=CONNECTED][data-test-script-state=notRunning]"
)


@dataclass(frozen=True)
class Server:
    """A running app: its URL, its process, and its output."""

    url: str
    pid: int
    log: Path


def free_port() -> int:
    """Return a port of this machine that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_app(
    log: Path,
    *,
    program: Sequence[str] = (sys.executable, "-B", "-m", "app"),
    cwd: Path = ROOT,
    environment: Mapping[str, str] | None = None,
    port: int | None = None,
) -> Iterator[Server]:
    """Run the app, started as a user starts it, until the block ends; on a free port by default.

    It must answer within a minute, print no traceback, and stop within ten seconds of a request.
    """
    port = port or free_port()
    command = [*program, f"--server.port={port}", "--server.headless=true"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        server = Server(f"http://127.0.0.1:{port}", process.pid, log)
        _wait_until_healthy(server, process)
        yield server
        _wait_until_left(server)
    finally:
        process.terminate()
        try:
            process.wait(10)
        finally:
            process.kill()
            process.wait()
    text = log.read_text(errors="replace")
    assert "Traceback" not in text, text


@contextmanager
def suspended(server: Server) -> Iterator[None]:
    """Suspend the server for a while, as if other sessions kept it busy."""
    os.kill(server.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server.pid, signal.SIGCONT)


def _wait_until_left(server: Server) -> None:
    """Wait until the server knows that all pages are closed.

    Streamlit may print a traceback if it is stopped while it closes a connection.
    """
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{server.url}/_stcore/metrics", timeout=5) as answer:
                if "active_sessions 0" in answer.read().decode():
                    return
        except OSError:
            return  # a test stopped it
        time.sleep(0.05)


def _wait_until_healthy(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while True:
        assert process.poll() is None, f"the app ended at once:\n{server.log.read_text()}"
        assert time.monotonic() < deadline, f"no answer in 60 s:\n{server.log.read_text()}"
        try:
            with urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)


def chromium() -> str:
    """Return the path of the system's Chromium."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    raise AssertionError(
        "Chromium is missing: `sh scripts/test` installs it, or says how to get it."
    )


class Line:
    """The web socket from a page to the server: messages can be repeated, answers held back."""

    def __init__(self) -> None:
        self._said: str | bytes = b""
        self._page: Page | None = None
        self._client: WebSocketRoute | None = None
        self._server: WebSocketRoute | None = None
        self._holding = False
        self._held: list[str | bytes] = []

    def tap(self, page: Page) -> None:
        """Route the web socket of a page; must be called before it navigates."""
        self._page = page
        page.route_web_socket("**/_stcore/stream", self._connect)

    def _connect(self, page: WebSocketRoute) -> None:
        self._client = page
        self._server = page.connect_to_server()
        page.on_message(self._ask)
        self._server.on_message(self._answer)

    def _ask(self, message: str | bytes) -> None:
        self._said = message
        if self._server is not None:
            self._server.send(message)

    def _answer(self, message: str | bytes) -> None:
        if self._holding:
            self._held.append(message)
        elif self._client is not None:
            self._client.send(message)

    def repeat(self, count: int) -> None:
        """Send the last message of the page to the server again."""
        assert self._page is not None
        for _ in range(count):
            self._ask(self._said)
            self._page.wait_for_timeout(5)  # lets Playwright carry messages

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold back what the server answers until the block ends."""
        self._holding = True
        try:
            yield
        finally:
            self._holding = False
            while self._held:
                self._answer(self._held.pop(0))


def wait_until_ready(page: Page) -> None:
    """Wait until the page is connected and its script has run to the end.

    Right after a click the script may not have started: wait for what the click changes.
    """
    page.locator(READY).wait_for()


# Waits until an element has stayed where it is for a fifth of a second of frames.
STILL = """async (element) => {
  let [before, frames] = ["", 0];
  while (frames < 12) {
    await new Promise((frame) => requestAnimationFrame(frame));
    const now = JSON.stringify(element.getBoundingClientRect());
    frames = now === before ? frames + 1 : 0;
    before = now;
  }
}"""


def pick(page: Page, field: str | re.Pattern[str], option: str) -> None:
    """Choose an option of one of Streamlit's menus.

    A menu closes when anything scrolls, and on an answer of the server. What opens above it, such
    as an expander, is awaited first, and it is scrolled into view before it is opened.
    """
    wait_until_ready(page)
    menu = page.get_by_role("combobox", name=field)
    for _ in range(2):
        menu.scroll_into_view_if_needed()
        menu.evaluate(STILL)
    menu.click()
    page.get_by_role("option", name=option, exact=True).click()


def save_picture(page: Page, name: str) -> None:
    """Save a screenshot in the folder named by NBN_LAB_PICTURES, if it is set.

    `NBN_LAB_PICTURES=assets sh scripts/test tests/browser` renews those in the README.
    """
    if folder := os.environ.get("NBN_LAB_PICTURES"):
        (ROOT / folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=ROOT / folder / f"{name}.png", animations="disabled")
