"""Response times of the app, measured in Chromium: `python -m benchmarks.browser`.

first-frame   from a click on Train to the first changed frame of the replay, median
start         from the start of the server to a page with a Train button; cold and warm caches
drag          frames per second while a neuron is dragged among 61 neurons and 860 links
sessions      ten sessions training at once: how long each waits for the response to a click
race          a race of four lanes: from a click to another section, and from Stop to the end
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import FLAGS
from tests.browser.helpers import Server, chromium, running_app

# The component lives in a shadow root.
ROOT = """
const host = [...document.querySelectorAll('*')]
  .find((node) => node.shadowRoot?.querySelector('.workbench'));
const root = host?.shadowRoot;
const session = root?.querySelector('.workbench');
"""

RESTING = f"() => {{ {ROOT} return session?.dataset.state === 'resting'; }}"

FRAME = f"""() => new Promise((done) => {{
  {ROOT}
  const button = [...root.querySelectorAll('button')].find((b) => b.textContent.trim() === 'Train');
  const start = performance.now();
  button.click();
  const look = () => {{
    if (Number(session.dataset.k) >= 1) done(performance.now() - start);
    else requestAnimationFrame(look);
  }};
  requestAnimationFrame(look);
}})"""

# Clicked within the page, because Playwright waits before it clicks, which a user does not.
ANSWER = f"""() => new Promise((done) => {{
  {ROOT}
  const name = 'New weights';
  const button = [...root.querySelectorAll('button')].find((b) => b.textContent.trim() === name);
  const before = location.href, start = performance.now();
  button.click();
  const look = () => {{
    if (location.href !== before) done(performance.now() - start);
    else setTimeout(look, 5);
  }};
  look();
}})"""

STOP = """() => new Promise((done) => {
  const inside = (node) => node.shadowRoot?.querySelector('.race');
  const race = inside([...document.querySelectorAll('*')].find(inside));
  const button = [...race.querySelectorAll('button')].find((b) => b.textContent.trim() === 'Stop');
  const start = performance.now();
  button.click();
  const look = () => {
    if (race.dataset.state === 'ended') done(performance.now() - start);
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})"""

DRAG = f"""(steps) => new Promise((done) => {{
  {ROOT}
  const box = root.querySelector('.stage-box');
  const frame = root.querySelector('.node.hidden .frame').getBoundingClientRect();
  const [x, y] = [frame.x + frame.width / 2, frame.y + frame.height / 2];
  box.setPointerCapture = () => {{}};
  const send = (kind, clientX, clientY) => box.dispatchEvent(new PointerEvent(kind, {{
    clientX, clientY, pointerId: 1, button: 0, buttons: 1, bubbles: true, pointerType: 'mouse',
  }}));
  send('pointerdown', x, y);
  const times = [];
  const step = (now) => {{
    const n = times.push(now);
    send('pointermove', x + 60 * Math.sin(n / 9), y + 40 * Math.cos(n / 7));
    if (n < steps) return requestAnimationFrame(step);
    send('pointerup', x, y);
    done(times.slice(1).map((t, i) => t - times[i]));
  }};
  requestAnimationFrame(step);
}})"""


def main() -> None:
    """Run the measurements named on the command line, all by default."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("which", nargs="*", metavar="name", help=", ".join(MEASUREMENTS))
    for name in parser.parse_args().which or MEASUREMENTS:
        MEASUREMENTS[name]()


def first_frame() -> None:
    """Press Train on the first screen repeatedly, each time with new weights."""

    def act(browser: Browser, server: Server) -> None:
        page = _open(browser, server)
        page.evaluate(FRAME)
        times = []
        for _ in range(15):
            page.wait_for_function(RESTING)
            page.get_by_role("button", name="New weights").click()
            page.get_by_text("not trained yet").wait_for()
            times.append(page.evaluate(FRAME))
        print(
            f"first frame: median {statistics.median(times):.0f} ms of {len(times)}, "
            f"worst {max(times):.0f} ms"
        )

    _with_app(act)


def start() -> None:
    """Start the server, open the page, and train at once."""
    with tempfile.TemporaryDirectory() as cache:
        for label in ("cold", "warm"):
            _start(label, cache)


def _start(label: str, cache: str) -> None:
    began = time.perf_counter()

    def act(browser: Browser, server: Server) -> None:
        page = _open(browser, server)
        usable = time.perf_counter() - began
        pressed = time.perf_counter()
        page.get_by_role("button", name="Train", exact=True).click()
        page.get_by_text("Solved in").wait_for(timeout=120_000)
        print(
            f"start, {label} kernel cache: page usable {usable:.1f} s, "
            f"first training {time.perf_counter() - pressed:.1f} s"
        )

    _with_app(act, {**os.environ, "XDG_CACHE_HOME": cache})


def drag() -> None:
    """Drag one neuron of a large drawing."""

    def act(browser: Browser, server: Server) -> None:
        page = _open(browser, server)
        page.get_by_role("textbox", name="Hidden neurons").fill("20-20-20")
        page.get_by_role("button", name="MLP", exact=True).click()
        page.wait_for_function(
            f"() => {{ {ROOT} return root?.querySelectorAll('.node').length === 63; }}"
        )
        gaps = page.evaluate(DRAG, 150)
        print(
            f"drag, 61 neurons, 860 links: median frame {statistics.median(gaps):.1f} ms, "
            f"95 % under {sorted(gaps)[int(0.95 * len(gaps))]:.1f} ms"
        )

    _with_app(act)


def sessions() -> None:
    """Train ten sessions without a reachable target; then press New weights in each."""

    def act(browser: Browser, server: Server) -> None:
        pages = [_open(browser, server) for _ in range(10)]
        for page in pages:
            page.get_by_role("radio", name="Two spirals").click()
            page.get_by_label("Target SSE").fill("0")
            page.get_by_label("Target SSE").press("Enter")
        for page in pages:
            page.get_by_role("button", name="Train", exact=True).click()
        waits = []
        for page in pages * 3:
            waits.append(page.evaluate(ANSWER) / 1e3)
            page.get_by_role("button", name="Train", exact=True).click()
        print(
            f"ten sessions training: median answer {statistics.median(waits):.2f} s, "
            f"worst {max(waits):.2f} s, {sum(wait > 1 for wait in waits)} of {len(waits)} over 1 s"
        )

    _with_app(act)


def race() -> None:
    """Race the four lanes of the first screen without a reachable target."""

    def act(browser: Browser, server: Server) -> None:
        page = _open(browser, server)
        page.get_by_role("link", name="Race").click()
        page.locator(".race .lane").first.wait_for()
        page.get_by_text("Lanes, settings and budget").click()
        seconds = page.get_by_role("spinbutton", name="At most, seconds")
        seconds.fill("60")
        seconds.press("Enter")
        page.locator(".race [data-part=facts]").filter(has_text="at most 60 s").wait_for()
        clicks, stops = [], []
        for _ in range(7):
            page.locator(".race .primary").filter(has_text="Start").click()
            lane = page.get_by_role("region", name="Lane Forward-Forward")
            started = lane.locator("[data-value=iterations]").filter(has_text=re.compile("^[1-9]"))
            started.wait_for(timeout=180_000)
            page.wait_for_timeout(1000)
            for section, there in (("What each rule uses", "detached"), ("One seed", "visible")):
                began = time.perf_counter()
                page.get_by_role("radio", name=section).click()
                page.locator(".race .lane").first.wait_for(state=there)
                clicks.append(time.perf_counter() - began)
            page.locator(".race[data-state=running]").wait_for()
            stops.append(page.evaluate(STOP))
        print(
            f"race: another section median {statistics.median(clicks):.2f} s, worst "
            f"{max(clicks):.2f} s; stop median {statistics.median(stops):.0f} ms, worst "
            f"{max(stops):.0f} ms of {len(stops)}"
        )

    _with_app(act)


def _with_app(
    act: Callable[[Browser, Server], None], environment: dict[str, str] | None = None
) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        running_app(Path(folder) / "log.txt", environment=environment) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        act(browser, server)
        browser.close()


def _open(browser: Browser, server: Server) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto(server.url)
    page.get_by_role("button", name="Train", exact=True).wait_for()
    page.wait_for_function(RESTING)
    return page


MEASUREMENTS: dict[str, Callable[[], None]] = {
    "first-frame": first_frame,
    "start": start,
    "drag": drag,
    "sessions": sessions,
    "race": race,
}

if __name__ == "__main__":
    main()
