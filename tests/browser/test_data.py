"""The Data page: uploaded files and painted points, up to a trained network."""

from __future__ import annotations

import math
import re

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.helpers import wait_until_ready
from tests.browser.workbench import note_states, states, wait_until_answered

RINGS = "across;up;ring\n" + "".join(
    f"{r * math.cos(i):.2f};{r * math.sin(i):.2f};{name}\n".replace(".", ",")
    for r, name in ((0.5, "inner"), (2.0, "outer"))
    for i in range(8)
)
NOISE = "x;y\n" + "".join(
    f"{i};{math.sin(i / 4) + (i * i * 31 % 17) / 17:.3f}\n" for i in range(40)
)
EARLY = re.compile(r"early after (\d+) iterations: .* best at iteration (\d+), which is shown\.")
ENDED = re.compile("Solved|Stuck|Not solved")


def file(name: str, data: bytes) -> FilePayload:
    return {"name": name, "mimeType": "text/csv", "buffer": data}


def go(page: Page, name: str) -> None:
    menu = page.get_by_test_id("stExpandSidebarButton")
    phone = menu.is_visible()
    if phone:
        menu.click()
    page.get_by_role("link", name=name, exact=True).click()
    if phone:
        page.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click()
    if name == "Data":
        page.get_by_role("radio", name="Painting").wait_for(timeout=60_000)
    wait_until_ready(page)


def section(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name).click()
    wait_until_ready(page)


def status(page: Page) -> Locator:
    return page.locator(".workbench .status")


def in_use(page: Page) -> Locator:
    return page.get_by_text("In use:")


@pytest.fixture
def data(page: Page) -> Page:
    wait_until_answered(page)
    go(page, "Data")
    return page


def test_a_file_is_uploaded_used_and_trained_on(data: Page) -> None:
    section(data, "Your files")
    upload = data.locator("[data-testid=stFileUploader] input[type=file]")
    upload.set_input_files(file("broken.csv", b"\x00\x01\x02\x03"))
    expect(data.get_by_text("This is a binary file that is not a table")).to_be_visible()
    expect(in_use(data)).to_have_text("In use: Playground: spiral")
    upload.set_input_files(file("rings.csv", RINGS.encode()))
    expect(data.get_by_text("separated by semicolons, decimal comma")).to_be_visible()
    expect(data.get_by_text("ring: −1 is inner, +1 is outer.")).to_be_visible()
    data.get_by_role("button", name="Use this data").click()
    expect(data.get_by_text("now in use", exact=False)).to_be_visible()
    data.get_by_role("link", name="Train the network on this data").click()
    expect(data.locator(".workbench .side")).to_contain_text("Your own data: 16 rows, 2 inputs")
    expect(data.locator('[data-id="across"]')).to_be_visible()
    data.get_by_role("button", name="Train", exact=True).click()
    expect(status(data)).to_contain_text(ENDED, timeout=120_000)
    go(data, "Data")
    data.locator(".st-key-nbn-data-undo").get_by_role("button").click()
    expect(in_use(data)).to_have_text("In use: Playground: spiral")


def test_early_stopping_shows_the_best_iteration_on_every_page(
    data: Page,
) -> None:
    section(data, "Your files")
    upload = data.locator("[data-testid=stFileUploader] input[type=file]")
    upload.set_input_files(file("noise.csv", NOISE.encode()))
    expect(data.get_by_role("slider", name="Training patterns")).to_be_visible()
    data.get_by_role("slider", name="Validation patterns").press("End")
    expect(data.get_by_text("No test patterns are left.")).to_be_visible()
    data.get_by_role("button", name="Use this data").click()
    expect(data.get_by_text("early after 20 iterations without", exact=False)).to_be_visible()
    data.get_by_role("link", name="Train the network on this data").click()
    patience = data.get_by_label("Patience")
    expect(patience).to_have_value("20")
    target = data.get_by_label("Target SSE")
    target.fill("0")
    target.press("Enter")
    data.get_by_role("button", name="Train", exact=True).click()
    expect(status(data)).to_contain_text(EARLY, timeout=120_000)
    said = EARLY.search(status(data).inner_text())
    assert said is not None
    last, best = map(int, said.groups())
    assert 0 <= best == last - 20
    workbench = data.locator(".workbench")
    expect(workbench).to_have_attribute("data-state", "resting", timeout=60_000)
    expect(workbench).to_have_attribute("data-k", str(best))
    expect(workbench).to_have_attribute("data-last", str(last))
    expect(data.locator(".workbench .count")).to_have_text(f"iteration {best} of {last}")
    expect(data.locator(".workbench .chart")).to_have_attribute(
        "aria-label", re.compile(f"validation SSE was smallest at iteration {best}: ")
    )
    note_states(data)
    data.get_by_role("button", name="Replay", exact=True).click()
    expect(workbench).to_have_attribute("data-state", "resting", timeout=60_000)
    assert states(data) == ["resting", "replaying", "resting"]
    expect(workbench).to_have_attribute("data-k", str(best))
    go(data, "Hessian")
    expect(data.get_by_text(f"Iteration {best} of {last}")).to_be_visible(timeout=60_000)
    go(data, "Draw")
    expect(workbench).to_have_attribute("data-k", str(best))
    data.get_by_role("slider", name="Iteration").press("End")
    expect(workbench).to_have_attribute("data-k", str(last))
    expect(status(data)).not_to_contain_text("which is shown")


def stroke(page: Page, canvas: Locator, places: list[tuple[float, float]]) -> None:
    """Drag over the canvas; positions are fractions of its size."""
    box = canvas.bounding_box()
    assert box is not None
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in places]
    page.mouse.move(*points[0])
    page.mouse.down()
    for x, y in points[1:]:
        page.mouse.move(x, y, steps=4)
    page.mouse.up()


def test_training_continues_while_points_are_painted(data: Page) -> None:
    section(data, "Painting")
    canvas = data.get_by_role("application")
    side = data.locator(".painting .network")
    expect(data.get_by_text("Click to add points")).to_be_visible()
    expect(side.get_by_role("button", name="Train")).to_be_disabled()
    data.get_by_role("button", name="orange").click()
    stroke(data, canvas, [(0.4, 0.3), (0.4, 0.6)])
    data.get_by_role("button", name="blue").click()
    stroke(data, canvas, [(0.6, 0.3), (0.6, 0.6)])
    counts = side.locator("dd").first
    expect(counts).to_have_text(re.compile(r"([1-9]\d*) orange, ([1-9]\d*) blue"))
    before = counts.inner_text()
    side.get_by_role("button", name="Train").click()
    expect(side.locator(".sentence")).to_contain_text(ENDED, timeout=120_000)
    canvas.focus()
    data.keyboard.press("1")
    for _ in range(4):
        data.keyboard.press("Shift+ArrowRight")
    data.keyboard.press("Enter")
    expect(counts).not_to_have_text(before)
    expect(data.locator(".painting .live")).to_contain_text("orange at")
    expect(side.locator(".sentence")).to_contain_text(re.compile(f"{ENDED.pattern}|Still"))
    data.keyboard.press("Control+z")
    expect(counts).to_have_text(before)
    go(data, "Draw")
    expect(data.locator(".workbench .side")).to_contain_text("Painted points")
    go(data, "Data")
    section(data, "Painting")
    expect(counts).to_have_text(before)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_horizontal_overflow_of_the_data_page_on_phone(open_page: OpenPage, scheme: str) -> None:
    phone = open_page(390, 844, scheme)
    wait_until_answered(phone)
    go(phone, "Data")
    for name in ("Your files", "Painting", "Built-in problems"):
        section(phone, name)
        wide = phone.evaluate("document.scrollingElement.scrollWidth > innerWidth")
        assert not wide, name
