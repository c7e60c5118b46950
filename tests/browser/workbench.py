"""Locators and actions of the Draw page for tests."""

import itertools
import re
import time
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page, expect

from nbn_core.experiment import Experiment, Workspace, link
from tests.browser.helpers import wait_until_ready


def session(page: Page) -> Locator:
    return page.locator(".workbench")


def status(page: Page) -> Locator:
    return page.locator("[data-part=status]")


def facts(page: Page) -> Locator:
    return page.locator("[data-part=facts]")


def wait_until_answered(page: Page) -> None:
    """Wait until the last message of the Draw page is answered."""
    page.locator(".workbench [data-part=facts]").filter(has_text="weight").wait_for()
    page.wait_for_load_state("networkidle")
    wait_until_ready(page)


def train(page: Page) -> None:
    """Press Train; wait for the end of the replay and for the result."""
    page.get_by_role("button", name="Train", exact=True).click()
    # The very first training on a machine waits for the compiler.
    expect(session(page)).to_have_attribute("data-state", "resting", timeout=120_000)
    expect(status(page)).to_contain_text(re.compile("Solved|Stuck|Not solved"))


def note_states(page: Page) -> None:
    """Record every state of the workbench from now on, however short."""
    expect(session(page)).to_have_attribute("data-state", "resting")
    session(page).evaluate(
        """(session) => {
          const states = (window.benchStates = [session.dataset.state]);
          const note = () => states.push(session.dataset.state);
          new MutationObserver(note).observe(session, { attributeFilter: ["data-state"] });
        }"""
    )


def states(page: Page) -> list[str]:
    """Return the states recorded by `note_states`, without repetitions."""
    kept: list[str] = page.evaluate("window.benchStates")
    return [name for name, _ in itertools.groupby(kept)]


def wait_for_link(page: Page, holds: Callable[[Experiment], bool]) -> Experiment:
    """Wait until the link in the address bar opens an experiment that satisfies a condition."""
    return wait_for_workspace(page, lambda found: holds(found.experiment)).experiment


def wait_for_workspace(page: Page, holds: Callable[[Workspace], bool]) -> Workspace:
    """Wait until the link in the address bar opens a workspace that satisfies a condition."""
    deadline = time.monotonic() + 20
    while True:
        packed = parse_qs(urlsplit(page.url).query).get("e", [""])[-1]
        if packed and holds(found := link.open_link(packed).workspace()):
            return found
        assert time.monotonic() < deadline, f"the address bar still says {page.url}"
        page.wait_for_timeout(20)  # lets Playwright see the address change


def problem(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).click()
    expect(page.get_by_role("radio", name=name, exact=True)).to_have_attribute(
        "aria-checked", "true"
    )


def centre(page: Page, node: str) -> tuple[float, float]:
    at_rest(page)
    box = page.locator(f'[data-id="{node}"] .frame').bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag_link(page: Page, source: str, target: str, *, drop: bool = True) -> None:
    at_rest(page)
    box = page.locator(f'[data-port="{source}"]').bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(*centre(page, target), steps=6)
    if drop:
        page.mouse.up()


def position(page: Page, node: str) -> list[float]:
    """Return the position of a neuron on the stage, once it has one."""
    place = page.locator(f'[data-id="{node}"][transform]').get_attribute("transform")
    assert place
    return [float(number) for number in re.findall(r"-?[\d.]+", place)]


# The place on the empty ground of the stage that is nearest to a wanted one: the drawing's extent
# depends on the fonts of the machine.
EMPTY_PLACE = """(box, [across, down]) => {
  const root = box.getRootNode(), ground = box.getBoundingClientRect();
  const wanted = [ground.x + across * ground.width, ground.y + down * ground.height];
  const empty = ([x, y]) => [-14, 0, 14].every((dx) => [-14, 0, 14].every((dy) => {
    const hit = root.elementFromPoint(x + dx, y + dy);
    return hit && box.contains(hit) && !hit.closest("[data-id], [data-port], .link");
  }));
  let best = null, nearest = Infinity;
  for (let x = ground.left + 16; x < ground.right - 16; x += 6) {
    for (let y = ground.top + 16; y < ground.bottom - 16; y += 6) {
      const away = Math.hypot(x - wanted[0], y - wanted[1]);
      if (away < nearest && empty([x, y])) [best, nearest] = [[x, y], away];
    }
  }
  return best;
}"""


def at_rest(page: Page) -> None:
    """Wait for ten frames without movement of the drawing, after fonts and layout are loaded."""
    page.locator("[data-id]").first.evaluate(
        """(node) => new Promise((done) => {
          let before = "", same = 0;
          const look = () => {
            const { x, y, width } = node.getBoundingClientRect();
            const now = [x, y, width].join();
            same = now === before ? same + 1 : 0;
            before = now;
            if (same >= 10) done(); else requestAnimationFrame(look);
          };
          look();
        })"""
    )


def add_neuron(page: Page, across: float, down: float) -> None:
    at_rest(page)
    place = page.locator(".stage-box").evaluate(EMPTY_PLACE, [across, down])
    assert place, "no empty place on the stage"
    page.mouse.dblclick(*place)
