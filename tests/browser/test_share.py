"""The Share page: copy the link, export files, import them, and refuse bad ones."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Download, Page, expect

from nbn_core import Experiment, Topology
from nbn_core.experiment import SeededStart, link
from nbn_core.formats import write_dat, write_in
from nbn_core.formats.recognise import recognise
from nbn_core.generators import parity
from tests.browser.helpers import pick, save_picture, wait_until_ready

OpenPage = Callable[..., Page]
XOR = replace(
    Experiment.suggested("xor"), topology=Topology.mlp([2, 2, 1], output="bipolar"),
    start=SeededStart(seed=4),
)  # fmt: skip


def enter(page: Page) -> Page:
    """Go from the Draw page to the Share page."""
    page.locator(".workbench [data-part=facts]").filter(has_text="weight").wait_for()
    page.wait_for_load_state("networkidle")
    wait_until_ready(page)
    menu = page.get_by_test_id("stExpandSidebarButton")
    phone = menu.is_visible()
    if phone:
        menu.click()
    page.get_by_role("link", name="Share").click()
    if phone:
        page.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click()
    expect(page.get_by_role("button", name="PNG", exact=True)).to_be_visible()
    wait_until_ready(page)
    return page


@pytest.fixture
def xor(open_page: OpenPage) -> Page:
    return enter(open_page(path=f"/?e={link.encode(XOR)}"))


def taken(page: Page, name: str | re.Pattern[str]) -> Download:
    with page.expect_download() as download:
        page.get_by_role("button", name=name).first.click()
    return download.value


def bring(page: Page, *files: Path) -> None:
    page.locator("input[type=file]").set_input_files([str(file) for file in files])


def network(page: Page) -> str:
    return str(page.get_by_label("Link to this experiment").input_value())


def test_the_link_opens_the_experiment(xor: Page) -> None:
    found = recognise(network(xor)).experiment
    assert found is not None
    assert found.topology == XOR.topology
    xor.get_by_role("button", name="Copy link").click()
    expect(xor.get_by_role("button", name=re.compile("Copied|Ctrl"))).to_be_visible()


def test_an_experiment_is_exported_and_imported(xor: Page, tmp_path: Path) -> None:
    file = tmp_path / "xor.json"
    download = taken(xor, re.compile("^JSON"))
    assert download.suggested_filename == "xor.json"
    download.save_as(file)
    before = network(xor)
    brought = tmp_path / "parity.in"
    brought.write_text(write_in(Topology.fcc(3, 2, 1, output="bipolar")))
    data = tmp_path / "parity3.dat"
    data.write_text(write_dat(parity(3)))
    bring(xor, brought, data)
    expect(xor.get_by_text("3 inputs, 3 neurons").first).to_be_visible()
    assert network(xor) == before
    xor.get_by_role("button", name="Import", exact=True).click()
    expect(xor.get_by_text("Imported.")).to_be_visible()
    expect(xor.get_by_label("Link to this experiment")).not_to_have_value(before)
    bring(xor, file)
    expect(xor.get_by_text("This is an experiment of NBN Lab")).to_be_visible()
    xor.get_by_role("button", name="Import", exact=True).click()
    expect(xor.get_by_label("Link to this experiment")).to_have_value(before)
    xor.get_by_role("button", name="Undo").click()
    expect(xor.get_by_label("Link to this experiment")).not_to_have_value(before)


def test_drawings_report_and_code_are_downloaded(xor: Page, tmp_path: Path) -> None:
    svg = taken(xor, re.compile("^SVG"))
    assert svg.suggested_filename == "xor-iteration-0.svg"
    assert Path(svg.path()).read_text().startswith("<svg")
    picture = Path(taken(xor, re.compile("^PNG")).path()).read_bytes()
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(picture[16:20], "big") > 400
    assert "void network_xor(" in Path(taken(xor, re.compile("^C, float")).path()).read_text()
    page = Path(taken(xor, re.compile("^HTML")).path())
    found = recognise(page.read_bytes()).experiment
    assert found is not None
    assert found.topology == XOR.topology


def test_a_bad_file_shows_an_error_and_changes_nothing(xor: Page, tmp_path: Path) -> None:
    before = network(xor)
    bad = tmp_path / "bad.in"
    bad.write_text("n 3 mbip 1 4\nn 4 mbip 2 3\n")
    bring(xor, bad)
    expect(xor.get_by_text("loop")).to_be_visible()
    expect(xor.get_by_text("Nothing was changed.")).to_be_visible()
    expect(xor.get_by_role("button", name="Import", exact=True)).to_have_count(0)
    assert network(xor) == before
    save_picture(xor, "share-bad-file")


def test_a_corrected_role_is_kept_on_another_page(xor: Page, tmp_path: Path) -> None:
    nodes = "".join(f'<node id="{name}"/>' for name in "pqhy")
    edges = "".join(
        f'<edge source="{source}" target="{target}"/>' for source, target in ("ph", "qh", "hy")
    )
    file = tmp_path / "drawn.graphml"
    file.write_text(
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph edgedefault="directed">'
        f"{nodes}{edges}</graph></graphml>"
    )
    before = network(xor)
    bring(xor, file)
    pick(xor, "Role of h", "Input")
    refused = xor.get_by_text("“h” is an input, so “p” cannot be connected to it")
    expect(refused).to_be_visible()
    xor.get_by_role("link", name="Data").click()
    expect(refused).to_have_count(0)
    xor.get_by_role("link", name="Share").click()
    expect(xor.get_by_text("Uploaded: drawn.graphml")).to_be_visible()
    expect(refused).to_be_visible()
    pick(xor, "Role of h", "Hidden")
    expect(refused).to_have_count(0)
    expect(xor.get_by_alt_text("The network after the import, from p, q to y")).to_be_visible()
    xor.get_by_role("button", name="Import", exact=True).click()
    expect(xor.get_by_label("Link to this experiment")).not_to_have_value(before)
    found = recognise(network(xor)).experiment
    assert found is not None
    assert found.topology.names == ("p", "q", "h", "y")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_horizontal_overflow_of_the_share_page_on_phone(
    open_page: OpenPage, scheme: str
) -> None:
    page = enter(open_page(390, 844, scheme, path=f"/?e={link.encode(XOR)}"))
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    expect(page.get_by_role("button", name="Copy link")).to_be_visible()
    save_picture(page, f"share-phone-{scheme}")
