"""The section Grow and prune in a browser: deaths and births on the stage, and the way back."""

import os
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.workbench import facts, session, status, train

PICTURES = os.environ.get("NBN_LAB_PICTURES")


def open_section(page: Page) -> None:
    page.get_by_text("Grow and prune", exact=True).click()
    expect(page.get_by_role("button", name="Remove and retrain")).to_be_visible()


def settled(page: Page) -> None:
    """Wait until the network has changed and its replay has ended."""
    expect(status(page)).to_contain_text(re.compile(r"^Removed neuron h\d+: \d+ weights, SSE "))
    expect(session(page)).to_have_attribute("data-state", "resting")


def click_point(page: Page, number: int) -> None:
    """Click a point of the line of training errors."""
    line = page.locator(".js-plotly-plot .scatterlayer .trace").first
    box = line.locator(".point").nth(number).bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png")


def test_a_neuron_dies_is_seen_again_on_the_way_back_and_stays_dead_when_kept(page: Page) -> None:
    train(page)
    open_section(page)
    page.locator('[data-id="h3"]').click()
    inspector = page.locator(".inspector")
    expect(inspector).to_contain_text(re.compile(r"If removed: SSE expected to rise by [\d.]+"))
    inspector.get_by_role("button", name="Close").click()
    page.get_by_role("radio", name="Neurons").click()
    expect(page.get_by_text("1 neuron of 16 would go")).to_be_visible()
    page.get_by_role("button", name="Remove and retrain").click()
    dead = page.locator(".node.hidden.loose")
    expect(dead).to_have_count(1)
    settled(page)
    name = dead.get_attribute("data-id")
    living = re.match(r"(\d+) of 105 weights alive", facts(page).inner_text())
    assert living
    picture(page, "grow-and-prune-stage")
    # Back to the beginning by a click on the first point of the path
    page.locator(".js-plotly-plot").scroll_into_view_if_needed()
    picture(page, "grow-and-prune-path")
    click_point(page, 0)
    expect(session(page)).to_have_attribute("data-k", "0")
    expect(dead).to_have_count(0)
    click_point(page, 1)
    expect(dead).to_have_count(1)
    page.get_by_role("button", name="Keep this network").click()
    expect(facts(page)).to_contain_text(f"{living[1]} weights")
    expect(page.locator(f'[data-id="{name}"]')).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(f'[data-id="{name}"]')).to_have_count(1)
    expect(facts(page)).to_contain_text("of 105 weights alive")


def test_a_neuron_is_born_on_the_stage_of_a_phone(dark_phone: Page) -> None:
    page = dark_phone
    open_section(page)
    page.get_by_role("radio", name="Grow", exact=True).click()
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator('[data-id="h17"]')).to_have_count(1)
    expect(page.locator("[data-part=change]")).to_have_text(
        "Added h17 trained on the remaining error"
    )
    expect(page.get_by_text("The path so far")).to_be_visible()
    picture(page, "grow-and-prune-phone-dark")
