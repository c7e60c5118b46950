"""Experiments and helper functions shared by the tests of the Draw page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from app.session.limits import check_size
from app.session.links import current_link
from app.session.sketch_reader import MAX_NODES
from nbn_core.experiment import Experiment, SeededStart, link
from nbn_core.network import Topology
from tests.app.fake_browser import FakeBrowser, is_a_sentence, neuron, node, unpacked

SEED = 4  # solves in a dozen iterations; other seeds do not
XOR = replace(
    Experiment.suggested("xor"), topology=Topology.mlp([2, 2, 1], output="bipolar"),
    start=SeededStart(seed=SEED),
)  # fmt: skip


def weights_by_name(experiment: Experiment) -> dict[tuple[str, str], float]:
    names = experiment.topology.weight_names
    return dict(zip(names, experiment.start_weights().tolist(), strict=True))


def cut_off(browser: FakeBrowser) -> dict[str, Any]:
    """Return the drawing without the connections to the output."""
    graph = browser.graph
    graph["links"] = [link for link in graph["links"] if link[1] != "y"]
    return graph


def changes(browser: FakeBrowser) -> list[Callable[[], Any]]:
    def graph(change: Callable[[dict[str, Any]], Any]) -> Callable[[], Any]:
        def send() -> None:
            drawing = browser.graph
            change(drawing)
            browser.post("graph", graph=drawing)

        return send

    return [
        graph(lambda g: node(g, "h1").update(x=3, y=4)),
        graph(lambda g: node(g, "h1").update(activation="unipolar", gain=2, leak=0.5)),
        graph(lambda g: g["nodes"].append(neuron("h3"))),
        graph(lambda g: g["links"].append(["x1", "h3"])),
        graph(lambda g: g["links"].append(["h3", "y"])),
        graph(lambda g: g["links"].remove(["x1", "h1"])),
        graph(lambda g: g.update(links=[pair for pair in g["links"] if pair[1] != "y"])),
        lambda: browser.post("rename", id="h3", name="third"),
        lambda: browser.post("weight", bias="h1", value=1.5, k=0),
        lambda: browser.post("new_weights"),
        lambda: browser.post("setting", group="rule", name="seed", value=11),
        lambda: browser.post("setting", group="rule", name="target_sse", value=0.1),
        lambda: browser.post("setting", group="option", name="factor", value=3),
        lambda: browser.post("preset", family="fcc", sizes=[4]),
        lambda: browser.post("problem", name="moons"),
        lambda: browser.post("setting", group="parameter", name="n_points", value=100),
        lambda: browser.post("problem", name="sinc"),
    ]


def reopens(browser: FakeBrowser) -> None:
    """Check that the link opens the same experiment and drawing, which have the same link."""
    text = current_link(browser.session)
    reopened = FakeBrowser(link.decode(text))
    assert reopened.experiment == browser.experiment
    assert current_link(reopened.session) == text
    assert reopened.document.blocked == browser.document.blocked
    before, after = browser.document.sketch, reopened.document.sketch
    assert set(after.nodes) == set(before.nodes)
    assert set(after.links) == set(before.links)
    assert after.outputs == before.outputs
    assert after.loose() == before.loose()


def reply_is_sound(browser: FakeBrowser, answer: dict[str, Any]) -> None:
    """Check that the answer is plain JSON, and that the document can be shown and trained."""
    if answer["notice"]:
        assert is_a_sentence(answer["notice"]["text"]), answer["notice"]["text"]
    check_size(browser.experiment)
    assert len(unpacked(browser.seen["start"])) == browser.experiment.topology.n_weights
    assert len(browser.seen["graph"]["nodes"]) <= MAX_NODES
    if not browser.document.blocked:
        assert browser.document.sketch.topology() == browser.experiment.topology
    assert link.decode(current_link(browser.session)) == browser.experiment
