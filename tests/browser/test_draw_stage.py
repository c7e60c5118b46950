"""Drawing on the stage with the mouse, with the keyboard alone, and by touch."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.workbench import (
    add_neuron,
    at_rest,
    centre,
    drag_link,
    facts,
    problem,
    status,
    train,
)


def test_a_network_is_drawn_with_the_mouse(page: Page) -> None:
    add_neuron(page, 0.55, 0.06)
    expect(page.locator('[data-id="h17"]')).to_have_class(re.compile("loose"))
    expect(status(page)).to_contain_text("h17 is left out: it has no input yet")
    drag_link(page, "x1", "h17")
    expect(status(page)).to_contain_text("no path to an output yet")
    drag_link(page, "h17", "y")
    expect(facts(page)).to_contain_text("108 weights")
    expect(page.locator('[data-id="h17"]')).not_to_have_class(re.compile("loose"))
    drag_link(page, "y", "h1", drop=False)
    expect(page.locator(".hover-card")).to_have_text(
        "This would close a loop: y already depends on h1."
    )
    page.mouse.up()
    expect(facts(page)).to_contain_text("108 weights")
    page.get_by_role("button", name="Undo").click()
    expect(facts(page)).to_contain_text("105 weights")
    page.get_by_role("button", name="Redo").click()
    expect(facts(page)).to_contain_text("108 weights")
    train(page)
    expect(status(page)).to_contain_text("Solved in")


def test_moving_duplicating_and_deleting_by_box(page: Page) -> None:
    box = page.locator(".stage-box").bounding_box()
    assert box
    first, last = centre(page, "h1"), centre(page, "h8")
    page.mouse.move(first[0] - 45, first[1] - 40)
    page.mouse.down()
    page.mouse.move(last[0] + 45, last[1] + 40, steps=5)
    page.mouse.up()
    expect(page.locator(".node.selected")).to_have_count(8)
    page.locator('[data-id="h1"]').focus()
    page.keyboard.press("Control+d")
    expect(page.locator(".node.hidden")).to_have_count(24)
    page.keyboard.press("Delete")
    expect(page.locator(".node.hidden")).to_have_count(16)
    before = centre(page, "h16")
    page.mouse.move(*before)
    page.mouse.down()
    page.mouse.move(before[0] + 40, before[1] - 30, steps=5)
    page.mouse.up()
    after = centre(page, "h16")
    assert after == pytest.approx((before[0] + 40, before[1] - 30), abs=2)


def test_a_network_is_drawn_with_the_keyboard(page: Page) -> None:
    problem(page, "XOR")
    page.locator('[data-id="x1"]').focus()
    page.keyboard.press("n")
    expect(page.locator('[data-id="h2"]')).to_be_visible()
    page.locator('[data-id="x1"]').focus()
    page.keyboard.press("l")
    expect(page.locator("[data-part=live]")).to_contain_text("Linking from x1")
    page.locator('[data-id="h2"]').focus()
    page.keyboard.press("Enter")
    expect(status(page)).to_contain_text("no path to an output")
    page.keyboard.press("l")
    page.locator('[data-id="y"]').focus()
    page.keyboard.press("Enter")
    expect(facts(page)).to_contain_text("10 weights")
    page.keyboard.press("Control+z")
    expect(status(page)).to_contain_text("no path to an output")
    page.locator('[data-id="h2"]').focus()
    page.keyboard.press("Delete")
    expect(page.locator('[data-id="h2"]')).to_have_count(0)
    expect(facts(page)).to_contain_text("7 weights")


def test_selecting_with_shift_and_deleting_keeps_the_keyboard_on_the_stage(page: Page) -> None:
    for node in ("h1", "h2", "h3", "h1"):
        page.mouse.click(*centre(page, node))
        page.keyboard.down("Shift")
    page.keyboard.up("Shift")
    selected = page.locator(".node.selected")
    expect(selected).to_have_count(2)
    page.keyboard.press("Delete")
    expect(page.locator(".node.hidden")).to_have_count(14)
    expect(page.locator('[data-id="x1"]')).to_be_focused()


def click_link(page: Page, source: str, target: str) -> None:
    """Click the middle of a link, which selects it."""
    at_rest(page)
    port = page.locator(f'[data-port="{source}"]').bounding_box()
    frame = page.locator(f'[data-id="{target}"] .frame').bounding_box()
    assert port
    assert frame
    across = (port["x"] + port["width"] / 2 + frame["x"]) / 2
    down = (port["y"] + port["height"] / 2 + frame["y"] + frame["height"] / 2) / 2
    page.mouse.click(across, down)
    expect(page.get_by_role("region", name="Properties")).to_contain_text("connection")


def drawing(page: Page) -> str:
    """Return the pixels of the stage, with the pointer away from it."""
    page.mouse.move(2, 2)
    at_rest(page)
    pixels: str = page.locator(".stage-canvas").evaluate("(canvas) => canvas.toDataURL()")
    return pixels


def wait_for_drawing(page: Page, wanted: str, *, same: bool) -> None:
    """Wait until the pixels of the stage are those wanted, or until they are others."""
    page.mouse.move(2, 2)
    at_rest(page)
    page.locator(".stage-canvas").evaluate(
        """(canvas, [wanted, same]) => new Promise((done, fail) => {
          let frames = 0;
          const look = () => {
            if ((canvas.toDataURL() === wanted) === same) done();
            else if (++frames > 300) fail(new Error("the drawing is not as wanted"));
            else requestAnimationFrame(look);
          };
          look();
        })""",
        [wanted, same],
    )


def test_the_halo_of_a_clicked_link_goes_with_its_selection(page: Page) -> None:
    problem(page, "XOR")
    expect(facts(page)).to_contain_text("7 weights")
    plain = drawing(page)
    click_link(page, "x1", "h1")
    wait_for_drawing(page, plain, same=False)
    page.keyboard.press("Escape")  # closes the properties; the link can still be deleted
    expect(page.get_by_role("region", name="Properties")).to_be_hidden()
    page.keyboard.press("Escape")
    wait_for_drawing(page, plain, same=True)
    click_link(page, "x1", "h1")
    wait_for_drawing(page, plain, same=False)
    page.get_by_role("button", name="MLP", exact=True).click()
    expect(facts(page)).not_to_contain_text("7 weights")
    page.get_by_role("button", name="Undo").click()
    expect(facts(page)).to_contain_text("7 weights")
    wait_for_drawing(page, plain, same=True)


def test_delete_after_drawing_a_link_deletes_that_link(page: Page) -> None:
    problem(page, "XOR")
    expect(facts(page)).to_contain_text("7 weights")
    click_link(page, "x1", "h1")
    page.keyboard.press("Escape")
    page.keyboard.press("Delete")
    expect(facts(page)).to_contain_text("6 weights")


def test_a_network_is_drawn_by_touch(open_page: OpenPage) -> None:
    page = open_page(390, 844, has_touch=True, is_mobile=True)
    devices = page.context.new_cdp_session(page)

    def drag(start: tuple[float, float], end: tuple[float, float]) -> None:
        for kind, share in [("touchStart", 0.0), *[("touchMove", i / 8) for i in range(1, 9)]]:
            x, y = (a + (b - a) * share for a, b in zip(start, end, strict=True))
            devices.send(
                "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]}
            )
        devices.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    expect(page.locator('[data-id="h3"]')).to_be_visible()
    x, y = centre(page, "h3")
    drag((x, y), (x + 10, y - 60))
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()
    assert centre(page, "h3") == pytest.approx((x + 10, y - 60), abs=3)
    port = page.locator('[data-port="x1"]').bounding_box()
    box = page.locator(".stage-box").bounding_box()
    assert port
    assert box
    drag((port["x"] + 12, port["y"] + 3), (box["x"] + 190, box["y"] + box["height"] - 12))
    expect(status(page)).to_contain_text("h17 is left out")


def test_a_cleared_stage_shows_nothing_of_the_network_before(page: Page) -> None:
    train(page)
    trained = page.locator(".sse").inner_text()
    page.locator('[data-id="h1"]').focus()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    expect(status(page)).to_contain_text("Output y has no path from an input")
    expect(page.locator(".sse")).to_have_text("SSE –")
    expect(page.locator(".note")).to_have_text(
        "The drawing is not complete, so it has no output yet."
    )
    expect(facts(page)).to_contain_text("no weights")
    expect(page.locator(".stagebar [aria-pressed=true]")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".sse")).to_have_text(trained)
    expect(page.locator(".stagebar [aria-pressed=true]")).to_have_text("MLP")


def test_a_link_to_the_neuron_itself_is_refused_in_words(page: Page) -> None:
    port = page.locator('[data-port="h1"]').bounding_box()
    assert port
    start = port["x"] + port["width"] / 2, port["y"] + port["height"] / 2
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + 90, start[1] - 30, steps=5)
    page.mouse.move(start[0] - 12, start[1], steps=5)
    expect(page.locator(".hover-card")).to_contain_text("cannot read its own output")
    page.mouse.up()
    expect(page.locator("[data-part=notice]")).to_contain_text("cannot read its own output")
    expect(facts(page)).to_contain_text("105 weights")


def test_the_preset_pressed_last_stays_chosen(page: Page) -> None:
    problem(page, "XOR")
    chosen = page.locator(".stagebar [aria-pressed=true]")
    sizes = page.locator(".sizes")
    for name in ("SLP", "MLP"):  # one hidden layer is both
        page.get_by_role("button", name=name, exact=True).click()
        expect(chosen).to_have_text(name)
    sizes.fill("3-3")
    sizes.press("Enter")
    expect(chosen).to_have_text("MLP")
    expect(facts(page)).to_contain_text("25 weights")
    sizes.fill("4-4")
    page.get_by_role("button", name="SLP", exact=True).click()
    expect(page.locator("[data-part=notice]")).to_contain_text("SLP takes one number")
    expect(facts(page)).to_contain_text("25 weights")
    problem(page, "Moons")
    expect(sizes).not_to_have_value("4-4")
    page.get_by_role("button", name="FCC").click()
    expect(chosen).to_have_text("FCC")
    sizes.fill("2-3")
    sizes.press("Enter")
    expect(chosen).to_have_text("MLP")  # dashes are layers
