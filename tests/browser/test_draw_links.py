"""The Draw page opened from a link, after a reload, and after going back."""

import re

import pytest
from playwright.sync_api import Page, expect

from nbn_core.experiment import SeededStart
from tests.browser.conftest import OpenPage
from tests.browser.helpers import wait_until_ready
from tests.browser.workbench import (
    add_neuron,
    at_rest,
    facts,
    position,
    problem,
    session,
    status,
    train,
    wait_for_link,
)


def test_the_link_reopens_the_current_experiment(page: Page, open_page: OpenPage) -> None:
    problem(page, "Two spirals")
    add_neuron(page, 0.5, 0.1)
    expect(status(page)).to_contain_text("left out")
    page.get_by_label("Weights seed").fill("7")
    page.get_by_label("Weights seed").press("Enter")
    wait_for_link(page, lambda experiment: experiment.start == SeededStart(seed=7))
    train_key = facts(page).inner_text()
    place = position(page, "h15")
    other = open_page(url=page.url.split("?")[0], path="/?" + page.url.split("?")[1])
    expect(status(other)).to_contain_text("left out")
    expect(facts(other)).to_have_text(train_key)
    expect(other.get_by_label("Weights seed")).to_have_value("7")
    assert position(other, "h15") == pytest.approx(place, abs=0.06)


def test_edits_add_no_entries_to_the_browser_history(page: Page) -> None:
    before = page.evaluate("history.length")
    for name in ("XOR", "Moons", "Circles"):
        link = page.url
        problem(page, name)
        expect(page).not_to_have_url(link)
    assert page.evaluate("history.length") == before
    page.locator("[data-testid=stTopNavLink]", has_text="Hessian").click()
    expect(page.get_by_role("radio", name="Structure")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/hessian\?e="))
    page.go_back()
    expect(session(page)).to_be_visible()
    expect(page.get_by_role("radio", name="Circles")).to_have_attribute("aria-checked", "true")
    expect(page).to_have_url(re.compile(r"/\?e="))


def test_a_damaged_link_shows_a_message_and_the_default_experiment(open_page: OpenPage) -> None:
    page = open_page(path="/?e=not-a-link")
    warning = page.get_by_text("The link could not be opened")
    expect(warning).to_be_visible()
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.locator("[data-part=status]")).to_contain_text("Solved", timeout=60_000)
    expect(warning).to_be_visible()
    page.get_by_role("button", name="Close", exact=True).click()
    expect(warning).to_have_count(0)
    expect(page.locator("[data-part=status]")).to_contain_text("Solved")
    expect(facts(page)).to_contain_text("105 weights")


def test_reload_and_page_change_lose_nothing(page: Page) -> None:
    page.get_by_role("button", name="FCC").click()
    expect(facts(page)).to_contain_text("187 weights")
    page.reload()
    wait_until_ready(page)
    expect(facts(page)).to_contain_text("187 weights")


def test_a_reload_shows_the_trained_network_at_the_iteration_shown(page: Page) -> None:
    problem(page, "XOR")
    train(page)
    last = session(page).get_attribute("data-last") or ""
    ended = status(page).inner_text()
    slider = page.get_by_role("slider", name="Iteration")
    slider.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(session(page)).to_have_attribute("data-k", "1")
    expect(page).to_have_url(re.compile(rf"\?e=.+&n={last}&k=1$"))
    for _ in range(2):
        page.reload()
        expect(session(page)).to_have_attribute("data-last", last)
        expect(session(page)).to_have_attribute("data-k", "1")
        expect(status(page)).to_have_text(ended)
    page.get_by_role("button", name="New weights").click()
    expect(page).to_have_url(re.compile(r"\?e=[^&]+$"))
    page.get_by_role("button", name="Undo").click()
    expect(session(page)).to_have_attribute("data-last", last)
    page.get_by_role("link", name="Hessian").click()
    expect(page.get_by_role("slider", name="Iteration")).to_be_visible()
    page.reload()
    expect(page.get_by_text(f"Iteration 1 of {last}")).to_be_visible()


def test_thumbnails_survive_going_back(page: Page) -> None:
    page.locator("[data-testid=stTopNavLink]", has_text="Share").click()
    expect(page.get_by_role("heading", name="Link")).to_be_visible()
    page.go_back()
    first = page.locator(".thumb-canvas").first
    expect(first).to_be_visible()
    at_rest(page)
    assert first.evaluate("""node => {
        const context = node.getContext("2d");
        return context.getImageData(0, 0, node.width, node.height).data.some(v => v)
    }""")
