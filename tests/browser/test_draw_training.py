"""Training on the Draw page: Train, replay, scrub, Step, Stop and Reset."""

import re

import pytest
from playwright.sync_api import Page, expect

from app.session.state import FIRST_SEED
from tests.browser.conftest import OpenPage
from tests.browser.helpers import save_picture
from tests.browser.workbench import (
    facts,
    note_states,
    problem,
    session,
    states,
    status,
    train,
    wait_for_link,
)


def test_first_screen_is_solved_by_one_click_and_replays(page: Page) -> None:
    expect(status(page)).to_contain_text("Press Train")
    expect(facts(page)).to_have_text("105 weights, 250 training and 250 test patterns")
    note_states(page)
    train(page)
    assert states(page) == ["resting", "training", "replaying", "resting"]
    expect(status(page)).to_have_text(re.compile(r"Solved in \d+ iterations, \d+ ms\."))
    expect(page.locator(".note")).to_contain_text("250 of 250 training")
    # The other rules compile in the background.
    beside = page.locator("[data-part=beside]")
    expect(beside).to_have_text(
        re.compile(r"it takes [\d,]+ epochs: .* of computing"), timeout=240_000
    )
    save_picture(page, "draw")


@pytest.mark.parametrize(("name", "patterns"), [("Parity", 8), ("Two spirals", 194)])
def test_published_problems_are_learned_to_the_last_pattern(
    page: Page, name: str, patterns: int
) -> None:
    problem(page, name)
    train(page)
    expect(status(page)).to_contain_text("Solved in")
    expect(page.locator(".note")).to_contain_text(f"{patterns} of {patterns} patterns correct")


def test_step_scrub_reset_and_new_weights(page: Page) -> None:
    page.get_by_role("button", name="Step").click()
    expect(session(page)).to_have_attribute("data-k", "1")
    page.get_by_role("button", name="Step").click()
    expect(session(page)).to_have_attribute("data-k", "2")
    expect(session(page)).to_have_attribute("data-last", "2")
    train(page)
    last = session(page).get_attribute("data-last")
    assert last not in (None, "2")
    expect(session(page)).to_have_attribute("data-k", last)  # it was replayed from the second on
    slider = page.get_by_role("slider", name="Iteration")
    slider.focus()
    page.keyboard.press("Home")
    expect(session(page)).to_have_attribute("data-k", "0")
    page.keyboard.press("ArrowRight")
    expect(session(page)).to_have_attribute("data-k", "1")
    expect(session(page)).to_have_attribute("data-last", last)
    page.get_by_role("button", name="Reset").click()
    expect(session(page)).to_have_attribute("data-last", "0")
    before = page.url
    page.get_by_role("button", name="New weights").click()
    expect(page.get_by_label("Weights seed")).to_have_value(str(FIRST_SEED + 1))
    expect(page).not_to_have_url(before)


def train_long(page: Page) -> None:
    """Set up a training of a minute: backpropagation on the digits, to a target out of reach."""
    problem(page, "Digits")
    page.get_by_label("Learning rule").select_option("ebp")
    for name, value in (("Target SSE", "0"), ("Maximum iterations", "50000")):
        page.get_by_label(name).fill(value)
        page.get_by_label(name).press("Enter")
        expect(page.get_by_label(name)).to_have_value(value)


def test_stop_takes_effect_at_once_and_the_page_stays_usable(page: Page) -> None:
    train_long(page)
    page.get_by_role("button", name="Train", exact=True).click()
    expect(session(page)).to_have_attribute("data-state", "training")
    page.get_by_role("button", name="Stop").click()
    expect(status(page)).to_contain_text("Press Train to continue")
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_enabled()


def test_train_sends_one_request_and_replays_a_solved_training(page: Page) -> None:
    most = page.get_by_label("Maximum iterations")
    most.fill("5")
    most.press("Enter")
    expect(most).to_have_value("5")
    page.get_by_role("button", name="Train", exact=True).dblclick()
    expect(status(page)).to_contain_text("Not solved after 5 iterations")
    expect(session(page)).to_have_attribute("data-state", "resting")
    expect(most).to_have_value("5")
    expect(page.get_by_role("button", name="Step")).to_be_disabled()
    most.fill("100")
    most.press("Enter")
    expect(most).to_have_value("100")
    problem(page, "XOR")
    train(page)
    last = session(page).get_attribute("data-last")
    note_states(page)
    train(page)
    assert states(page) == ["resting", "replaying", "resting"]
    expect(session(page)).to_have_attribute("data-k", str(last))


def test_a_screen_reader_does_not_announce_every_iteration(page: Page) -> None:
    train_long(page)
    page.get_by_role("button", name="Train", exact=True).click()
    expect(status(page)).to_have_attribute("aria-live", "off")
    page.get_by_role("button", name="Stop").click()
    expect(status(page)).to_have_attribute("aria-live", "polite")


def test_reduced_motion_shows_the_end_at_once(open_page: OpenPage) -> None:
    page = open_page(reduced_motion="reduce")
    expect(page.get_by_label("Replay speed")).to_have_value("3")


def test_another_rule_is_chosen_set_and_trained(page: Page) -> None:
    problem(page, "XOR")
    rule = page.get_by_label("Learning rule")
    rule.select_option("rprop")
    first = page.get_by_label("Initial step size")
    first.fill("0.05")
    first.press("Enter")
    train(page)
    expect(status(page)).to_contain_text("Solved in")
    found = wait_for_link(page, lambda experiment: experiment.rule == "rprop")
    assert found.settings["first_step"] == 0.05
    rule.select_option("ebp")
    page.get_by_text("Advanced", exact=True).click()
    page.get_by_label("Shuffle every epoch").uncheck()
    wait_for_link(page, lambda experiment: experiment.settings.get("shuffled") is False)
    rule.select_option("forward_forward")
    expect(status(page)).to_contain_text("Forward-Forward")
    page.get_by_role("button", name="Undo").click()
    expect(rule).to_have_value("ebp")
    expect(page.get_by_label("Shuffle every epoch")).not_to_be_checked()


def test_a_term_shows_its_definition_on_tap_and_by_keyboard(open_page: OpenPage) -> None:
    page = open_page(width=390, height=844, has_touch=True)
    card = page.get_by_role("tooltip")
    page.locator(".word", has_text="Target SSE").tap()
    expect(card).to_have_text("Target SSE: The SSE at which training ends as solved.")
    page.locator(".word", has_text="Weights seed").tap()
    expect(card).to_contain_text("Seed of the random starting weights.")
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    page.locator(".word", has_text="Convergence").focus()
    expect(card).to_contain_text("sum of squared errors")


def test_a_rule_of_its_own_way_shows_its_predictions(page: Page) -> None:
    """Forward-Forward tries every label: the drawn weights alone would give other outputs."""
    page.get_by_label("Learning rule").select_option("forward_forward")
    note = page.locator(".note")
    expect(note).to_contain_text("its outputs appear here when it trains")
    limit = page.get_by_label("Maximum iterations")
    limit.fill("300")
    limit.press("Enter")
    expect(limit).to_have_value("300")
    train(page)
    expect(status(page)).to_contain_text("Not solved after 300 iterations")
    expect(note).to_have_text(re.compile(r"\d+ of 250 training, \d+ of 250 test patterns correct"))
    after = note.text_content()
    last = session(page).get_attribute("data-last") or ""
    page.get_by_role("link", name="Share").click()
    expect(page.get_by_label("Link to this experiment")).to_be_visible()
    expect(page.get_by_role("slider", name="Iteration")).to_have_attribute("max", "300")
    page.get_by_role("link", name="Draw").click()  # the row shown comes with the second answer
    expect(session(page)).to_have_attribute("data-k", last)
    expect(note).to_have_text(after or "")
    slider = page.get_by_role("slider", name="Iteration")
    slider.focus()
    page.keyboard.press("Home")
    expect(note).not_to_have_text(after or "")
    page.get_by_role("button", name="Reset").click()
    expect(note).to_contain_text("its outputs appear here when it trains")
    page.get_by_label("Learning rule").select_option("nbn")
    expect(note).to_have_text(re.compile(r"\d+ of 250 training, "))
