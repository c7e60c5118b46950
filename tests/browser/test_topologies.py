"""The page Topologies: run a study, choose a network and open it, find the smallest one."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.helpers import save_picture

OpenPage = Callable[..., Page]
COMPILING = 180_000  # milliseconds
VIEWS = ("Success", "Cost", "Test error", "Cost curves", "Map", "Table")


def enter(page: Page) -> Page:
    """Go from the Draw page to the page Topologies."""
    page.locator(".workbench [data-part=facts]").filter(has_text="weight").wait_for()
    menu = page.get_by_test_id("stExpandSidebarButton")
    phone = menu.is_visible()
    if phone:
        menu.click()
    page.get_by_role("link", name="Topologies").click()
    if phone:
        page.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click()
    expect(page.get_by_text("1,150 trainings of 23 networks")).to_be_visible()
    return page


def run(page: Page, seeds: int) -> None:
    field = page.get_by_role("spinbutton", name="Seeds per network")
    field.fill(str(seeds))
    field.press("Enter")
    expect(page.get_by_text(f"{23 * seeds:,} trainings of 23 networks")).to_be_visible()
    button(page, "Run").click()
    expect(page.get_by_text("all of them done already")).to_be_visible(timeout=COMPILING)


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def look(page: Page, view: str) -> None:
    page.get_by_role("radio", name=view, exact=True).click()
    expect(page.get_by_role("radio", name=view, exact=True)).to_be_checked()


def chosen(page: Page) -> Locator:
    return page.locator(".st-key-nbn-topologies-chosen")


def test_a_study_fills_the_chart_and_stops(open_page: OpenPage) -> None:
    page = enter(open_page())
    field = page.get_by_role("spinbutton", name="Seeds per network")
    field.fill("2000")
    field.press("Enter")
    expect(page.get_by_text("46,000 trainings")).to_be_visible()
    button(page, "Run").click()
    picture = page.get_by_role("img", name=re.compile("^Success rate of 23 networks"))
    expect(picture).to_be_visible(timeout=COMPILING)
    progress = page.get_by_text(re.compile(r"^[\d,]+ of 46,000 trainings"))
    first = progress.inner_text()
    expect(progress).not_to_have_text(first)  # it refreshes itself
    button(page, "Stop").click()
    expect(button(page, "Resume")).to_be_visible()
    expect(progress).to_contain_text("Stopped")
    expect(page.locator(".st-key-chart-success-by-size .js-plotly-plot")).to_be_visible()


def test_a_network_is_chosen_in_chart_and_table_and_opens_on_draw(open_page: OpenPage) -> None:
    page = enter(open_page())
    run(page, 4)
    name = chosen(page).locator("strong").first
    before = name.inner_text()
    plot = page.locator(".st-key-chart-success-by-size .js-plotly-plot")
    plot.locator(".point").first.wait_for()
    save_picture(page, "topologies-1280-light")
    point = plot.locator(".scatterlayer .trace", has=page.locator(".point")).nth(0)
    box = point.locator(".point").nth(2).bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(name).not_to_have_text(before)
    expect(name).to_have_text("2-3-1 SLP")  # the third of the first family

    look(page, "Table")
    table = page.get_by_test_id("stDataFrame")
    expect(table).to_be_visible()
    corner = table.bounding_box()
    assert corner is not None
    page.mouse.click(corner["x"] + 17, corner["y"] + 53)  # the box before the first row
    expect(name).not_to_have_text("2-3-1 SLP")
    weights = chosen(page).get_by_text(re.compile(r"\d+ weights")).inner_text()
    count = re.search(r"(\d+) weights", weights)
    assert count is not None
    button(page, "Open on Draw").click()
    expect(page.locator(".workbench [data-part=facts]")).to_contain_text(f"{count[1]} weights")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_horizontal_overflow_on_phone(open_page: OpenPage, scheme: str) -> None:
    page = enter(open_page(390, 844, scheme))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    run(page, 2)
    for view in VIEWS:
        look(page, view)
        expect(chosen(page)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, view
        main = page.get_by_test_id("stMainBlockContainer")
        assert main.evaluate("box => box.scrollWidth <= box.clientWidth"), view
    look(page, "Success")
    save_picture(page, f"topologies-390-{scheme}")


def test_the_map_names_every_network_and_a_click_chooses_it(open_page: OpenPage) -> None:
    page = enter(open_page(scheme="dark"))
    run(page, 2)
    look(page, "Map")
    table = page.get_by_role("region", name=re.compile("^Success rate by family and size"))
    expect(table.get_by_role("row")).to_have_count(4)
    expect(table.get_by_role("cell").filter(has_text="weights")).to_have_count(24)
    expect(table.get_by_role("img")).to_have_count(0)  # the drawings are decoration
    loaded = table.locator("td img").evaluate_all("all => all.every(one => one.naturalWidth > 0)")
    assert loaded
    name = chosen(page).locator("strong").first
    largest, smallest = (
        table.get_by_role("button", name=re.compile(f"^{title}: "))
        for title in ("2-8-1 FCC", "2-1-1 SLP")
    )
    largest.click()
    expect(name).to_have_text("2-8-1 FCC")
    expect(largest).to_have_attribute("aria-pressed", "true")
    smallest.focus()
    page.keyboard.press("Enter")
    expect(name).to_have_text("2-1-1 SLP")
    expect(largest).to_have_attribute("aria-pressed", "false")
    largest.click()  # the same once more, after another one
    expect(name).to_have_text("2-8-1 FCC")
    save_picture(page, "topologies-map-1280-dark")

    look(page, "Table")
    corner = page.get_by_test_id("stDataFrame").bounding_box()
    assert corner is not None
    page.mouse.click(corner["x"] + 17, corner["y"] + 53)  # the box before the first row
    expect(name).not_to_have_text("2-8-1 FCC")
    other = name.inner_text()
    look(page, "Map")
    pressed = table.locator("button[aria-pressed=true]")
    expect(pressed).to_have_attribute("aria-label", re.compile(f"^{other}: "))
    expect(name).to_have_text(other)  # an old click counts no more


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_the_smallest_network_is_found(open_page: OpenPage, width: int, height: int) -> None:
    page = enter(open_page(width, height))
    look(page, "Find the smallest")
    expect(page.get_by_text("23 candidates of")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    save_picture(page, f"smallest-form-{width}-light")
    button(page, "Find").click()
    claim = page.get_by_text(re.compile("^The smallest network found for which"))
    expect(claim).to_be_visible(timeout=COMPILING)
    expect(button(page, "Stop")).to_have_count(0)
    found = page.locator(".st-key-nbn-topologies-found-0")
    name = found.locator("strong").inner_text()
    expect(claim).to_contain_text(f"is {name} (")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    save_picture(page, f"smallest-{width}-light")
    found.scroll_into_view_if_needed()
    save_picture(page, f"smallest-{width}-light-below")
    count = re.search(r"(\d+) weights", found.inner_text())
    assert count is not None
    button(page, "Open on Draw").click()
    expect(page.locator(".workbench [data-part=facts]")).to_contain_text(f"{count[1]} weights")
