"""The Inside page with keys and buttons, at the sizes of a projector and a phone."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Locator, Page, expect

from nbn_core import Experiment, Topology
from nbn_core.experiment import SeededStart, link
from tests.browser.helpers import Line, save_picture, wait_until_ready

OpenPage = Callable[..., Page]


def address(name: str) -> str:
    """Return the link to a prepared experiment."""
    if name == "parity-3":
        experiment = Experiment.suggested("parity", n=3)
        experiment = replace(experiment, topology=Topology.fcc(3, 2, 1), start=SeededStart(seed=3))
    elif name == "spirals":
        experiment = replace(Experiment.suggested("two_spirals"), topology=Topology.fcc(2, 12, 1))
    else:
        topology = Topology.mlp([64, 8, 10], output="bipolar")
        experiment = replace(Experiment.suggested("digits"), topology=topology)
    return f"/?e={link.encode(experiment)}"


def enter(page: Page) -> Page:
    """Go from the Draw page to the Inside page."""
    page.locator(".workbench [data-part=facts]").filter(has_text="weight").wait_for()
    menu = page.get_by_test_id("stExpandSidebarButton")
    phone = menu.is_visible()
    if phone:
        menu.click()
    page.get_by_role("link", name="Inside").click()
    if phone:
        page.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click()
    page.locator(".inside .transport .count").wait_for(timeout=60_000)
    return page


def title(page: Page) -> Locator:
    return page.locator(".inside [data-part=title]")


def count(page: Page) -> Locator:
    return page.locator(".inside .count")


def stage(page: Page, name: str) -> None:
    page.locator(".chips").get_by_text(name, exact=True).click()


@pytest.fixture
def parity(open_page: OpenPage) -> Page:
    return enter(open_page(path=address("parity-3")))


def test_arrow_keys_step_from_the_pattern_to_the_outcome_and_back(parity: Page) -> None:
    expect(title(parity)).to_have_text("Pattern 1 of 8 enters")
    steps = int(re.findall(r"of (\d+)", count(parity).inner_text())[0])
    seen = set()
    for number in range(2, steps + 1):
        parity.keyboard.press("ArrowRight")
        expect(count(parity)).to_contain_text(f"{number} of {steps}")
        seen.add(parity.locator(".chip[aria-current]").inner_text())
        said = parity.locator(".inside .live").inner_text()
        assert said.endswith("."), said
    assert len(seen) == 8
    expect(title(parity)).to_have_text("Iteration 1 begins from the new weights")
    parity.keyboard.press("Home")
    expect(title(parity)).to_have_text("Pattern 1 of 8 enters")
    parity.keyboard.press("End")
    parity.keyboard.press("ArrowLeft")
    expect(title(parity)).to_contain_text("Attempt")


def test_a_step_highlights_its_part_and_shows_its_numbers(parity: Page) -> None:
    parity.keyboard.press("ArrowRight")
    expect(title(parity)).to_contain_text("Neuron h1")
    expect(parity.locator(".inside .node.lit")).to_have_count(4)
    expect(parity.locator(".inside .link.lit")).to_have_count(3)
    numbers = parity.locator(".inside [data-part=numbers] .line")
    expect(numbers).to_have_count(3)
    expect(numbers.first).to_contain_text(re.compile(r"neth1 = .+·.+ = "))


def test_forward_only_and_backward_give_the_same_row(parity: Page) -> None:
    stage(parity, "Derivatives")
    expect(title(parity)).to_have_text("Row h1 of the delta matrix")
    parity.get_by_role("button", name="Backward (2008)").click()
    expect(title(parity)).to_have_text("Backward from y")
    stage(parity, "Jacobian row")
    expect(title(parity)).to_contain_text("Jacobian row of y")
    backward = parity.locator(".inside [data-part=numbers]").inner_text()
    parity.get_by_role("button", name="Forward only (2010)").click()
    expect(title(parity)).to_have_text("Jacobian row of y: weights of h1")
    expect(parity.locator(".inside [data-part=numbers]")).to_have_text(
        backward, use_inner_text=True
    )


def test_another_pattern_keeps_the_stage(parity: Page) -> None:
    stage(parity, "Errors")
    expect(title(parity)).to_have_text("The error at y")
    before = parity.locator(".inside [data-part=numbers]").inner_text()
    parity.get_by_role("button", name="Pattern after").click()
    expect(parity.locator(".inside [data-part=numbers]")).not_to_have_text(
        before, use_inner_text=True
    )
    expect(title(parity)).to_have_text("The error at y")
    expect(parity.get_by_role("spinbutton", name="Pattern")).to_have_value("2")


def test_play_runs_by_itself_and_pauses(parity: Page) -> None:
    parity.get_by_label("Speed").select_option("fast")
    parity.locator(".inside h2").click()
    parity.keyboard.press("Space")
    expect(count(parity)).to_contain_text(re.compile(r"[3-9] of"))
    parity.get_by_role("button", name="Pause").click()
    expect(parity.get_by_role("button", name="Play (space)")).to_be_visible()


def test_the_iteration_is_shared_with_the_other_pages(open_page: OpenPage) -> None:
    page = open_page(path=address("parity-3"))
    page.get_by_role("button", name="Train", exact=True).click()
    status = page.locator("[data-part=status]")
    expect(status).to_contain_text(re.compile("Solved|Stuck|Not solved"), timeout=60_000)
    expect(page.locator(".workbench")).to_have_attribute("data-state", "resting", timeout=60_000)
    enter(page)
    field = page.get_by_role("spinbutton", name="Iteration")
    last = int(field.input_value())
    assert last > 1
    expect(page.locator(".inside [data-part=notes]")).to_contain_text("step that would come next")
    page.get_by_role("button", name="Iteration before").click()
    expect(field).to_have_value(str(last - 1))
    expect(page.locator(".inside [data-part=notes]")).to_have_text("")
    stage(page, "Outcome")
    expect(title(page)).to_have_text(f"Iteration {last} begins from the new weights")


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)], ids=["projector", "phone"])
@pytest.mark.parametrize(
    ("name", "scheme"),
    [("parity-3", "light"), ("parity-3", "dark"), ("spirals", "dark"), ("digits", "light")],
)
def test_no_horizontal_overflow_of_the_inside_page(
    open_page: OpenPage, name: str, size: tuple[int, int], scheme: str
) -> None:
    page = enter(open_page(*size, scheme, address(name)))
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    for part in ("", ".choices", ".telling", ".transport"):
        box = page.locator(f".inside {part}".strip())
        assert box.evaluate("box => box.scrollWidth <= box.clientWidth"), part
    save_picture(page, f"inside-{name}-{size[0]}-{scheme}")
    page.keyboard.press("End")
    expect(title(page)).to_have_text("Iteration 1 begins from the new weights")


def test_a_larger_network_names_the_neuron_it_shows(open_page: OpenPage) -> None:
    page = enter(open_page(path=address("digits")))
    notes = page.locator(".inside [data-part=notes]")
    expect(notes).to_contain_text("the formulas are those of h8")
    page.get_by_role("combobox", name="Neuron").select_option("h3")
    expect(notes).to_contain_text("the formulas are those of h3")
    page.locator(".inside .node").filter(has_text="y2").first.click()
    expect(notes).to_contain_text("the formulas are those of y2")


def test_a_link_to_the_inside_page_opens_it(open_page: OpenPage) -> None:
    page = enter(open_page(path=address("parity-3")))
    wait_until_ready(page)
    assert "/inside?e=" in page.url


def test_an_answer_takes_away_nothing_that_is_typed(open_page: OpenPage) -> None:
    line = Line()
    page = enter(open_page(path=address("parity-3"), prepare=line.tap))
    pattern = page.get_by_role("spinbutton", name="Pattern")
    expect(title(page)).to_contain_text("Pattern 1 of 8")
    with line.held():
        page.get_by_role("button", name="Pattern after").click()
        pattern.fill("7")
    expect(title(page)).to_contain_text("Pattern 2 of 8")
    expect(pattern).to_have_value("7")
    pattern.press("Enter")
    expect(title(page)).to_contain_text("Pattern 7 of 8")
