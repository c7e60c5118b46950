"""The Hessian page: train, scrub, replay, open every section, download charts."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Locator, Page, expect

from nbn_core import Experiment, Topology
from nbn_core.experiment import SeededStart, Stopping, link
from tests.browser.helpers import pick, save_picture, wait_until_ready
from tests.browser.workbench import wait_until_answered

OpenPage = Callable[..., Page]
SECTIONS = ("Structure", "Coupling", "Spectrum", "Quasi versus exact", "Landscape", "Memory")


def address(name: str) -> str:
    """Return the link to a prepared experiment."""
    if name == "parity-3":
        experiment = Experiment.suggested("parity", n=3)
        topology = Topology.fcc(3, 1, 1, output="bipolar")
        experiment = replace(experiment, topology=topology, start=SeededStart(seed=3))
    elif name == "forty":  # iterations: a replay that takes seconds
        topology = Topology.fcc(2, 12, 1)
        experiment = Experiment.suggested("two_spirals")
        experiment = replace(experiment, topology=topology, stopping=Stopping(0.0, 40))
    elif name == "spirals":
        experiment = replace(Experiment.suggested("two_spirals"), topology=Topology.fcc(2, 12, 1))
    else:
        topology = Topology.mlp([64, 8, 10], output="bipolar")
        stopping = Stopping(1.0, 20)
        experiment = replace(Experiment.suggested("digits"), topology=topology, stopping=stopping)
    return f"/?e={link.encode(experiment)}"


def enter(page: Page) -> Page:
    """Go from the Draw page to the Hessian page."""
    wait_until_answered(page)
    menu = page.get_by_test_id("stExpandSidebarButton")
    phone = menu.is_visible()
    if phone:
        menu.click()
    page.get_by_role("link", name="Hessian").click()
    if phone:
        page.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click()
    expect(page.get_by_text("This network is not trained yet")).to_be_visible()
    # A pipeline starts with nothing compiled.
    expect(page.get_by_text("Compiling the kernels of this page")).to_have_count(0, timeout=240_000)
    expect(cells(page)).to_be_visible()
    return page


def cells(page: Page) -> Locator:
    """Return the matrix of the Structure section."""
    return page.locator(".quasi .cells canvas")


def train(page: Page) -> Page:
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_text(re.compile(r"Iteration [\d,]+ of"))).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name="Stop")).to_have_count(0, timeout=120_000)
    return page


def section(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).click()
    expect(page.get_by_role("radio", name=name, exact=True)).to_be_checked()
    wait_until_ready(page)


def chart(page: Page, name: str) -> Locator:
    return page.locator(f".st-key-chart-{name}")


@pytest.fixture
def parity(open_page: OpenPage) -> Page:
    return train(enter(open_page(path=address("parity-3"))))


def test_an_untrained_network_is_shown_with_a_message(open_page: OpenPage) -> None:
    page = enter(open_page(path=address("parity-3")))
    expect(cells(page)).to_have_attribute("aria-label", re.compile("at iteration 0, 9 by 9 cells"))
    expect(page.get_by_text("9 × 9")).to_be_visible()
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_visible()


def test_every_section_computes_its_numbers(parity: Page) -> None:
    said = {
        "Structure": "Each of the 9 × 9 cells",
        "Coupling": "NBN solves for all weights together",
        "Spectrum": "Numerical rank",
        "Quasi versus exact": "Here the ratio of the dropped to the kept part",
        "Landscape": "the decrease that the model predicted",
        "Memory": "measured in this program",
    }
    for name in SECTIONS:
        section(parity, name)
        expect(parity.get_by_text(said[name])).to_be_visible()
        picture = ".quasi .cells canvas" if name == "Structure" else ".js-plotly-plot"
        expect(parity.locator(picture).first).to_be_visible()
        expect(parity.get_by_test_id("stException")).to_have_count(0)


def test_the_keyboard_moves_the_iteration_shown_on_all_pages(parity: Page) -> None:
    slider = parity.get_by_role("slider", name="Iteration")
    slider.focus()
    slider.press("Home")
    expect(parity.get_by_text(re.compile(r"Iteration 0 of"))).to_be_visible()
    slider.press("ArrowRight")
    expect(parity.get_by_text(re.compile(r"Iteration 1 of"))).to_be_visible()
    slider.press("ArrowRight")
    expect(parity.get_by_text(re.compile(r"Iteration 2 of"))).to_be_visible()
    parity.get_by_role("link", name="Draw").click()
    wait_until_answered(parity)
    parity.get_by_role("link", name="Hessian").click()
    expect(parity.get_by_text(re.compile(r"Iteration 2 of"))).to_be_visible()


def test_a_replay_stops_at_the_end(open_page: OpenPage) -> None:
    page = train(enter(open_page(path=address("forty"))))
    cells(page).evaluate("(canvas) => (canvas.dataset.kept = 'yes')")
    page.get_by_role("button", name="Replay").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.get_by_role("button", name="Replay")).to_be_visible(timeout=40_000)
    last = page.get_by_role("slider", name="Iteration").get_attribute("max")
    expect(cells(page)).to_have_attribute("aria-label", re.compile(f"at iteration {last},"))
    expect(cells(page)).to_have_attribute("data-kept", "yes")  # never mounted anew: no flash
    expect(page.get_by_text(re.compile(r"Iteration ([\d,]+) of \1\b"))).to_be_visible()


def test_a_cell_names_and_highlights_its_weights_and_opens_its_block(parity: Page) -> None:
    canvas = cells(parity)
    canvas.focus()
    for key in ("ArrowDown", "ArrowDown", *["ArrowRight"] * 4):
        canvas.press(key)
    readout = parity.locator(".quasi .readout")
    expect(readout).to_contain_text("neuron h1, weight from input x1 × neuron y, bias")
    expect(readout.locator("b")).to_have_text(re.compile(r"^−?\d"))
    expect(parity.locator(".quasi .node.lit")).to_have_count(3)
    expect(parity.locator(".quasi canvas.net")).to_have_attribute("data-lit", "1")
    expect(parity.locator(".quasi .bias", has_text="bias")).to_have_count(1)
    box = canvas.bounding_box()
    assert box
    parity.mouse.move(box["x"] + box["width"] - 4, box["y"] + box["height"] - 4)
    expect(readout).to_contain_text("neuron y, weight from neuron h1 × neuron y, weight from")
    parity.mouse.click(box["x"] + 70, box["y"] + box["height"] - 4)
    expect(canvas).to_have_attribute("aria-label", re.compile("Q of y and h1 at .*, 5 by 4 cells"))
    expect(parity.get_by_role("combobox", name=re.compile("Rows"))).to_have_value("y")
    parity.get_by_role("button", name="Show the whole matrix").click()
    expect(canvas).to_have_attribute("aria-label", re.compile("9 by 9 cells"))
    with parity.expect_download() as download:
        parity.get_by_role("button", name="PNG").click()
    assert download.value.path().read_bytes().startswith(b"\x89PNG")


def test_a_block_is_chosen_by_name_and_downloaded(parity: Page) -> None:
    for name, neuron, block in (("Rows", "h1", "h1 and h1"), ("Columns", "y", "h1 and y")):
        pick(parity, re.compile(name), neuron)
        # The first choice sets both menus.
        expect(cells(parity)).to_have_attribute("aria-label", re.compile(f"Q of {block}"))
    with parity.expect_download() as download:
        chart(parity, "quasi-hessian").get_by_role("button", name="CSV").click()
    lines = list(csv.reader(io.StringIO(download.value.path().read_text())))
    assert [line[0] for line in lines[1:]] == [
        "neuron h1, bias",
        *(f"neuron h1, weight from input x{i}" for i in (1, 2, 3)),
    ]
    assert len(lines[0]) == 6


def test_charts_are_downloaded_as_svg(parity: Page) -> None:
    section(parity, "Spectrum")
    with parity.expect_download() as download:
        chart(parity, "spectrum").get_by_role("button", name="SVG").click()
    text = download.value.path().read_text()
    assert text.startswith("<svg")
    assert "damping" in text


def test_a_network_changed_meanwhile_is_shown_as_untrained(parity: Page) -> None:
    parity.get_by_role("link", name="Draw").click()
    wait_until_answered(parity)
    parity.get_by_role("button", name="New weights").click()
    wait_until_answered(parity)
    parity.get_by_role("link", name="Hessian").click()
    expect(parity.get_by_text("This network is not trained yet")).to_be_visible()


@pytest.mark.parametrize(
    ("name", "size", "scheme"),
    [
        ("parity-3", (1280, 800), "light"),
        ("parity-3", (390, 844), "dark"),
        ("spirals", (1280, 800), "dark"),
        ("digits", (1280, 800), "light"),
        ("digits", (390, 844), "light"),
    ],
)
def test_no_horizontal_overflow_of_the_hessian_page(
    open_page: OpenPage, name: str, size: tuple[int, int], scheme: str
) -> None:
    page = train(enter(open_page(*size, scheme, address(name))))
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= size[0]
    save_picture(page, f"hessian-{name}-{size[0]}-{scheme}")


def test_words_of_the_page_explain_themselves(parity: Page) -> None:
    words = parity.locator(".words")
    card = words.locator(".word-card")
    expect(card).to_be_hidden()
    words.get_by_text("Jacobian", exact=True).hover()
    expect(card).to_contain_text("J = de/dw")
    words.get_by_text("Quasi-Hessian", exact=True).focus()
    expect(card).to_contain_text("Q = J'J")
    parity.keyboard.press("Escape")
    expect(card).to_be_hidden()
