"""The Race page: start all lanes, stop, replay."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from app.session.state import first_experiment
from tests.browser.helpers import pick, save_picture
from tests.browser.workbench import wait_for_workspace

OpenPage = Callable[..., Page]
COMPILING = 180_000  # milliseconds: the first race on a computer compiles its rules


def enter(page: Page) -> Page:
    """Go from the Draw page to the Race page."""
    page.locator(".workbench [data-part=facts]").filter(has_text="weight").wait_for()
    menu = page.get_by_test_id("stExpandSidebarButton")
    phone = menu.is_visible()
    if phone:
        menu.click()
    page.get_by_role("link", name="Race").click()
    if phone:
        page.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click()
    page.locator(".race .lane").first.wait_for()
    return page


def lane(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=f"Lane {title}")


def value(page: Page, title: str, name: str) -> Locator:
    return lane(page, title).locator(f"[data-value={name}]")


def press(page: Page, name: str) -> None:
    page.locator(".race").get_by_role("button", name=name, exact=True).click()


def test_start_runs_all_lanes_until_stopped(open_page: OpenPage) -> None:
    training = first_experiment().training()
    while training.stop is None:
        training.advance()
    expected = training.result()
    assert expected.converged
    page = enter(open_page())
    titles = ("NBN", "EBP", "Adam", "Forward-Forward")
    expect(page.locator(".race .lane")).to_have_count(4)
    page.get_by_text("Lanes, settings and budget").click()
    seconds = page.get_by_role("spinbutton", name="At most, seconds")
    seconds.fill("60")
    seconds.press("Enter")
    expect(page.locator(".race [data-part=facts]")).to_contain_text("at most 60 s")
    press(page, "Start")
    for title in titles:
        expect(value(page, title, "iterations")).to_have_text(
            re.compile(r"^[1-9][\d,]*$"), timeout=COMPILING
        )
    last = f"{expected.iterations:,}"
    expect(lane(page, "NBN")).to_contain_text(f"Solved in {last} iterations", timeout=COMPILING)
    expect(lane(page, "NBN")).to_have_attribute("data-reached", "true")
    race = page.locator(".race")
    press(page, "Stop")
    expect(race).to_have_attribute("data-state", "ended")
    expect(page.locator("[data-part=headline]")).to_contain_text("NBN")
    stopped = value(page, "Forward-Forward", "iterations").inner_text()
    save_picture(page, "race-1280")

    chart = page.locator(".race .chart")
    for axis, words in (
        ("Time", "computing time"), ("Work", "work in forward passes"),
        ("Evaluations", "evaluations"), ("Iterations", "iterations"),
    ):  # fmt: skip
        press(page, axis)
        expect(chart).to_have_attribute("aria-label", re.compile(words))

    page.get_by_role("slider", name="Position of the replay").fill("300")
    early = value(page, "NBN", "iterations")
    expect(early).not_to_have_text(last)
    expect(value(page, "EBP", "iterations")).to_have_text(early.inner_text())
    press(page, "Replay")
    expect(early).to_have_text(last)
    expect(value(page, "Forward-Forward", "iterations")).to_have_text(stopped)

    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
    page.get_by_role("button", name="Open on Draw").click()
    page.locator(".workbench [data-part=facts]").filter(has_text="weight").wait_for()
    expect(page.locator(".workbench [data-part=status]")).to_contain_text(
        re.compile(r"Solved in|Stopped at|Not solved")
    )  # it arrives with its run


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_horizontal_overflow_on_phone(open_page: OpenPage, scheme: str) -> None:
    page = enter(open_page(390, 844, scheme))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for part in ("", ".lanes", ".lane", ".track", ".player"):
        box = page.locator(f".race {part}".strip()).first
        assert box.evaluate("box => box.scrollWidth <= box.clientWidth"), part
    for section in ("Many seeds", "What each rule uses", "Forward-Forward"):
        page.get_by_role("radio", name=section).click()
        expect(page.get_by_role("radio", name=section)).to_be_checked()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, section
    save_picture(page, f"race-390-{scheme}")


def test_a_link_reopens_the_lanes_their_networks_the_budget_and_kept_drawings(
    open_page: OpenPage,
) -> None:
    page = enter(open_page())
    page.get_by_text("Lanes, settings and budget").click()
    pick(page, "Network of lane NBN", "Without bridges")
    expect(lane(page, "NBN (without bridges)")).to_be_visible()
    pick(page, "Network of lane EBP", "Twice as wide")
    wide = lane(page, "EBP (twice as wide)")
    expect(wide).to_contain_text("2-16-16-1 MLP: 337 weights, 33 neurons, depth 3")
    expect(wide).to_contain_text("105 of 337 weights start as in the drawing.")
    seconds = page.get_by_role("spinbutton", name="At most, seconds")
    seconds.fill("7")
    seconds.press("Enter")
    expect(page.locator(".race [data-part=facts]")).to_contain_text("at most 7 s")
    page.get_by_text("Kept drawings", exact=True).click()
    name = page.get_by_role("textbox", name="Name of the drawing")
    name.fill("mine")
    name.press("Enter")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("button", name="Reopen")).to_be_visible()
    wait_for_workspace(
        page,
        lambda kept: bool(kept.shelf and kept.race and kept.race.seconds == 7.0),
    )
    link = page.url

    other = page.context.browser.new_context() if page.context.browser else None
    assert other is not None
    again = other.new_page()
    again.goto(link)
    expect(lane(again, "EBP (twice as wide)")).to_be_visible()
    expect(lane(again, "NBN (without bridges)")).to_be_visible()
    expect(again.locator(".race [data-part=facts]")).to_contain_text("at most 7 s")
    again.get_by_text("Kept drawings", exact=True).click()
    expect(again.get_by_role("textbox", name="New name")).to_have_value("mine")
    other.close()
