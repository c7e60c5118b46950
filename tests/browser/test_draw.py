"""The Draw page as people use it: with a mouse, with the keyboard alone, on a phone, by a link."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.helpers import save_picture, wait_until_ready

OpenPage = Callable[..., Page]


def bench(page: Page) -> Locator:
    return page.locator(".workbench")


def status(page: Page) -> Locator:
    return page.locator("[data-part=status]")


def facts(page: Page) -> Locator:
    return page.locator("[data-part=facts]")


def train(page: Page) -> None:
    """Train, wait for the sentence, and for the replay to come to rest."""
    page.get_by_role("button", name="Train", exact=True).click()
    expect(status(page)).to_contain_text(re.compile("Solved|Stuck|Not solved"), timeout=120_000)
    expect(bench(page)).to_have_attribute("data-state", "resting", timeout=60_000)


def problem(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).click()
    expect(page.get_by_role("radio", name=name, exact=True)).to_have_attribute(
        "aria-checked", "true"
    )


def centre(page: Page, node: str) -> tuple[float, float]:
    at_rest(page)
    box = page.locator(f'[data-id="{node}"] .frame').bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag_link(page: Page, source: str, target: str, *, drop: bool = True) -> None:
    box = page.locator(f'[data-port="{source}"]').bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(*centre(page, target), steps=6)
    if drop:
        page.mouse.up()


def position(page: Page, node: str) -> list[float]:
    """Where a neuron lies on the stage, once it has been put there."""
    place = page.locator(f'[data-id="{node}"][transform]').get_attribute("transform")
    assert place
    return [float(number) for number in re.findall(r"-?[\d.]+", place)]


# The place on the empty ground of the stage that is nearest to a wanted one: the drawing's extent
# depends on the fonts of the machine.
EMPTY_PLACE = """(box, [across, down]) => {
  const root = box.getRootNode(), ground = box.getBoundingClientRect();
  const wanted = [ground.x + across * ground.width, ground.y + down * ground.height];
  const empty = ([x, y]) => [-14, 0, 14].every((dx) => [-14, 0, 14].every((dy) => {
    const hit = root.elementFromPoint(x + dx, y + dy);
    return hit && box.contains(hit) && !hit.closest("[data-id], [data-port], .link");
  }));
  let best = null, nearest = Infinity;
  for (let x = ground.left + 16; x < ground.right - 16; x += 6) {
    for (let y = ground.top + 16; y < ground.bottom - 16; y += 6) {
      const away = Math.hypot(x - wanted[0], y - wanted[1]);
      if (away < nearest && empty([x, y])) [best, nearest] = [[x, y], away];
    }
  }
  return best;
}"""


def at_rest(page: Page) -> None:
    """Wait until fonts and the first measurement no longer move the drawing: ten still frames."""
    page.locator("[data-id]").first.evaluate(
        """(node) => new Promise((done) => {
          let before = "", same = 0;
          const look = () => {
            const { x, y, width } = node.getBoundingClientRect();
            const now = [x, y, width].join();
            same = now === before ? same + 1 : 0;
            before = now;
            if (same >= 10) done(); else requestAnimationFrame(look);
          };
          look();
        })"""
    )


def add_neuron(page: Page, across: float, down: float) -> None:
    at_rest(page)
    place = page.locator(".stage-box").evaluate(EMPTY_PLACE, [across, down])
    assert place, "no empty place on the stage"
    page.mouse.dblclick(*place)


def test_first_screen_is_solved_by_one_click_and_replays(page: Page) -> None:
    expect(status(page)).to_contain_text("Press Train")
    expect(facts(page)).to_have_text("105 weights, 250 patterns to train, 250 to test")
    page.get_by_role("button", name="Train", exact=True).click()
    # The very first training on a machine waits for the compiler.
    expect(bench(page)).to_have_attribute("data-state", "replaying", timeout=120_000)
    expect(status(page)).to_have_text(re.compile(r"Solved in \d+ iterations, \d+ ms\."))
    expect(bench(page)).to_have_attribute("data-state", "resting")
    expect(page.locator(".note")).to_contain_text("250 of 250 patterns right")
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
    expect(page.locator(".note")).to_contain_text(f"{patterns} of {patterns} patterns right")


def test_drawing_with_the_mouse(page: Page) -> None:
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


def test_everything_by_keyboard(page: Page) -> None:
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


def test_the_table_tells_the_same(page: Page) -> None:
    problem(page, "XOR")
    page.get_by_text("The network as a table").click()
    row = page.get_by_role("row", name=re.compile("^h1"))
    expect(row).to_contain_text("hidden")
    expect(row.get_by_role("button", name=re.compile(r"^x1 \(-?\d"))).to_be_visible()
    row.get_by_role("button", name="h1").click()
    expect(page.get_by_role("region", name="Properties")).to_be_visible()


def test_step_scrub_reset_and_new_weights(page: Page) -> None:
    page.get_by_role("button", name="Step").click()
    expect(bench(page)).to_have_attribute("data-k", "1")
    page.get_by_role("button", name="Step").click()
    expect(bench(page)).to_have_attribute("data-k", "2")
    expect(bench(page)).to_have_attribute("data-last", "2")
    train(page)
    last = bench(page).get_attribute("data-last")
    slider = page.get_by_role("slider", name="Iteration")
    slider.focus()
    page.keyboard.press("Home")
    expect(bench(page)).to_have_attribute("data-k", "0")
    page.keyboard.press("ArrowRight")
    expect(bench(page)).to_have_attribute("data-k", "1")
    assert bench(page).get_attribute("data-last") == last
    page.get_by_role("button", name="Reset").click()
    expect(bench(page)).to_have_attribute("data-last", "0")
    before = page.url
    page.get_by_role("button", name="New weights").click()
    expect(page.get_by_label("Weights seed")).to_have_value("4")
    expect(page).not_to_have_url(before)


def test_presets_and_settings(page: Page) -> None:
    page.get_by_role("textbox", name="Hidden neurons").fill("4-3")
    page.get_by_role("button", name="BMLP").click()
    expect(facts(page)).to_contain_text("43 weights")
    expect(page.get_by_role("button", name="BMLP")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("textbox", name="Hidden neurons").fill("90-90")
    page.get_by_role("button", name="MLP", exact=True).click()
    expect(page.locator("[data-part=notice]")).to_contain_text("2,000 is the limit")
    expect(facts(page)).to_contain_text("43 weights")
    page.get_by_label("Points").fill("7")
    page.get_by_label("Points").press("Enter")
    expect(page.locator("[data-part=notice]")).to_contain_text("Points")
    expect(facts(page)).to_contain_text("250 patterns")


def test_stop_is_quick_and_the_page_goes_on(page: Page) -> None:
    problem(page, "Digits")
    page.get_by_label("Target SSE").fill("0")
    page.get_by_label("Target SSE").press("Enter")
    expect(page.get_by_label("Target SSE")).to_have_value("0")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(bench(page)).to_have_attribute("data-state", "training")
    page.get_by_role("button", name="Stop").click()
    expect(status(page)).to_contain_text("Train goes on from here")
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_enabled()


def test_the_link_reopens_exactly_this(page: Page, open_page: OpenPage) -> None:
    problem(page, "Two spirals")
    add_neuron(page, 0.5, 0.1)
    expect(status(page)).to_contain_text("left out")
    before = page.url
    page.get_by_label("Weights seed").fill("7")
    page.get_by_label("Weights seed").press("Enter")
    expect(page).not_to_have_url(before)
    train_key = facts(page).inner_text()
    place = position(page, "h15")
    other = open_page(url=page.url.split("?")[0], path="/?" + page.url.split("?")[1])
    expect(status(other)).to_contain_text("left out")
    expect(facts(other)).to_have_text(train_key)
    expect(other.get_by_label("Weights seed")).to_have_value("7")
    assert position(other, "h15") == pytest.approx(place, abs=0.06)


def test_edits_leave_no_trace_in_the_way_back(page: Page) -> None:
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
    expect(bench(page)).to_be_visible()
    expect(page.get_by_role("radio", name="Circles")).to_have_attribute("aria-checked", "true")
    expect(page).to_have_url(re.compile(r"/\?e="))


def test_a_damaged_link_says_so_and_opens_the_first_experiment(open_page: OpenPage) -> None:
    page = open_page(path="/?e=not-a-link")
    expect(page.locator("[data-part=notice]")).to_contain_text("The link could not be opened")
    expect(facts(page)).to_contain_text("105 weights")


def test_reload_and_page_change_lose_nothing(page: Page) -> None:
    page.get_by_role("button", name="FCC").click()
    expect(facts(page)).to_contain_text("187 weights")
    page.reload()
    wait_until_ready(page)
    expect(facts(page)).to_contain_text("187 weights")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_every_problem_shows_without_a_complaint(
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


def test_train_asks_once_and_plays_a_solved_training_again(page: Page) -> None:
    most = page.get_by_label("Most iterations")
    most.fill("5")
    most.press("Enter")
    expect(most).to_have_value("5")
    page.get_by_role("button", name="Train", exact=True).dblclick()
    expect(status(page)).to_contain_text("Not solved after 5 iterations")
    expect(bench(page)).to_have_attribute("data-state", "resting")
    expect(most).to_have_value("5")
    expect(page.get_by_role("button", name="Step")).to_be_disabled()
    problem(page, "XOR")
    train(page)
    last = bench(page).get_attribute("data-last")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(bench(page)).to_have_attribute("data-state", "replaying")
    expect(bench(page)).to_have_attribute("data-k", str(last))


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


def test_delete_after_a_link_takes_the_link(page: Page) -> None:
    problem(page, "XOR")
    expect(facts(page)).to_contain_text("7 weights")
    port = page.locator('[data-port="x1"]').bounding_box()
    frame = page.locator('[data-id="h1"] .frame').bounding_box()
    assert port
    assert frame
    across = (port["x"] + port["width"] / 2 + frame["x"]) / 2
    down = (port["y"] + port["height"] / 2 + frame["y"] + frame["height"] / 2) / 2
    page.mouse.click(across, down)
    expect(page.get_by_role("region", name="Properties")).to_contain_text("connection")
    page.keyboard.press("Escape")
    page.keyboard.press("Delete")
    expect(facts(page)).to_contain_text("6 weights")


def test_the_pictures_of_the_data_survive_going_back(page: Page) -> None:
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


def test_a_finger_moves_neurons_and_links_them(open_page: OpenPage) -> None:
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


def test_a_screen_reader_is_not_told_every_iteration(page: Page) -> None:
    problem(page, "Digits")
    page.get_by_label("Target SSE").fill("0")
    page.get_by_label("Target SSE").press("Enter")
    expect(page.get_by_label("Target SSE")).to_have_value("0")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(status(page)).to_have_attribute("aria-live", "off")
    page.get_by_role("button", name="Stop").click()
    expect(status(page)).to_have_attribute("aria-live", "polite")


def test_reduced_motion_goes_to_the_end_at_once(open_page: OpenPage) -> None:
    page = open_page(reduced_motion="reduce")
    expect(page.get_by_label("Replay speed")).to_have_value("3")
