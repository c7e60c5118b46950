"""The panels around the stage: properties, table, presets, data and settings."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.helpers import Line
from tests.browser.workbench import facts, problem


def test_weights_and_neurons_are_edited_in_the_panel(page: Page) -> None:
    problem(page, "XOR")
    page.locator('[data-id="h1"]').focus()
    page.keyboard.press("Enter")
    panel = page.get_by_role("region", name="Properties")
    panel.get_by_label("Activation").select_option("unipolar")
    panel.get_by_label("Bias").fill("0.5")
    panel.get_by_label("Bias").press("Enter")
    expect(page.locator('[data-id="h1"] .bias')).to_have_text("0.5")
    panel.get_by_label("Gain").fill("-3")
    panel.get_by_label("Gain").press("Enter")
    expect(page.locator("[data-part=notice]")).to_contain_text("Gain of h1 must be a number from")
    panel.get_by_label("Name").fill("corner")
    panel.get_by_label("Name").press("Enter")
    expect(page.locator('[data-id="corner"]')).to_be_visible()
    expect(page.locator('[data-id="corner"] .bias')).to_have_text("0.5")


def test_the_table_agrees_with_the_drawing(page: Page) -> None:
    problem(page, "XOR")
    page.get_by_text("The network as a table").click()
    row = page.get_by_role("row", name=re.compile("^h1"))
    expect(row).to_contain_text("hidden")
    expect(row.get_by_role("button", name=re.compile(r"^x1 \(−?\d"))).to_be_visible()
    row.get_by_role("button", name="h1").click()
    expect(page.get_by_role("region", name="Properties")).to_be_visible()


def test_a_preset_changes_the_network_and_invalid_values_are_refused(page: Page) -> None:
    page.get_by_role("textbox", name="Hidden neurons").fill("4-3")
    page.get_by_role("button", name="BMLP").click()
    expect(facts(page)).to_contain_text("43 weights")
    expect(page.get_by_role("button", name="BMLP")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("textbox", name="Hidden neurons").fill("90-90")
    page.get_by_role("button", name="MLP", exact=True).click()
    expect(page.locator("[data-part=notice]")).to_contain_text("at most 2,000")
    expect(facts(page)).to_contain_text("43 weights")
    page.get_by_label("Points").fill("7")
    page.get_by_label("Points").press("Enter")
    expect(page.locator("[data-part=notice]")).to_contain_text("Points")
    expect(facts(page)).to_contain_text("250 training and 250 test patterns")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_every_problem_opens_without_console_errors(
    open_page: OpenPage, scheme: str, size: tuple[int, int]
) -> None:
    page = open_page(*size, scheme)
    expect(page.get_by_role("radio", name="XOR")).to_be_visible()
    names = [radio.get_attribute("aria-label") for radio in page.get_by_role("radio").all()]
    assert len(names) >= 17
    for name in names:
        assert name
        problem(page, name)
        expect(page.locator(".note")).not_to_be_empty()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= size[0], "the page scrolls sideways"


def test_a_refused_number_does_not_stay_in_its_field(page: Page) -> None:
    points = page.get_by_label("Points")
    for wrong in ("7", ""):
        points.fill(wrong)
        points.press("Enter")
        expect(points).to_have_value("500")
    points.click()
    points.press("Control+a")
    points.press_sequentially("e-e")
    points.press("Tab")
    expect(page.locator("[data-part=notice]")).to_have_text("Points must be a number.")
    expect(points).to_have_value("500")


def test_an_answer_that_changes_the_fields_takes_away_nothing_typed(open_page: OpenPage) -> None:
    line = Line()
    page = open_page(prepare=line.tap)
    target = page.get_by_label("Target SSE")
    most = page.get_by_label("Maximum iterations")
    limit = most.get_attribute("max")
    usual = most.input_value()
    with line.held():
        page.get_by_label("Learning rule").select_option("ebp")
        target.fill("0.5")
    expect(most).not_to_have_attribute("max", limit or "")  # other limits, so other fields
    expect(target).to_be_focused()
    expect(target).to_have_value("0.5")
    with line.held():
        target.press("Enter")
        most.fill("77")
        most.press("Enter")
        page.get_by_label("Learning rule").select_option("nbn")
    expect(most).to_have_attribute("max", limit or "")
    expect(target).to_have_value("0.5")
    expect(most).to_have_value(usual)  # each rule keeps its own
    page.get_by_label("Learning rule").select_option("ebp")
    expect(most).to_have_value("77")


def test_fields_are_named_for_the_problem_that_is_chosen(page: Page) -> None:
    for name, field, other in (("Digits", "Digits", "Points"), ("Peaks", "Points", "Digits")):
        problem(page, name)
        expect(page.get_by_role("spinbutton", name=field, exact=True)).to_be_visible()
        expect(page.get_by_role("spinbutton", name=other, exact=True)).to_have_count(0)


def test_the_view_the_reader_chose_is_there_after_another_page_and_another_problem(
    page: Page,
) -> None:
    confusion = page.get_by_role("button", name="Confusion")
    confusion.click()
    page.get_by_label("Patterns shown").select_option("test")
    page.get_by_label("Replay speed").select_option(index=3)
    speed = page.get_by_label("Replay speed").input_value()
    page.get_by_role("link", name="Share").click()
    page.get_by_label("Link to this experiment").wait_for()
    page.get_by_role("link", name="Draw").click()
    expect(confusion).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_label("Patterns shown")).to_have_value("test")
    expect(page.get_by_label("Replay speed")).to_have_value(speed)
    problem(page, "Peaks")  # has no such view
    problem(page, "Playground: spiral")
    expect(confusion).to_have_attribute("aria-pressed", "true")


def test_the_panel_follows_undo_and_a_new_name(page: Page) -> None:
    problem(page, "XOR")
    page.locator('[data-id="h1"]').focus()
    page.keyboard.press("Enter")
    panel = page.get_by_role("region", name="Properties")
    panel.get_by_label("Activation").select_option("unipolar")
    page.get_by_role("button", name="Undo").click()
    expect(panel.get_by_label("Activation")).to_have_value("bipolar")
    name = 'he said "\u05e9\u05dc\u05d5\u05dd" \U0001f642'
    panel.get_by_label("Name").fill(name)
    panel.get_by_label("Name").press("Enter")
    expect(panel).to_contain_text(name)
    expect(panel.get_by_label("Name")).to_be_focused()
    page.get_by_role("button", name="Undo").click()
    expect(panel).to_be_hidden()
