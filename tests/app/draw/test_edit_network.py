"""A drawing becomes the network, or is refused as a whole with a reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nbn_core.experiment import Experiment, link
from nbn_core.network import Topology
from tests.app.draw.helpers import XOR, cut_off, weights_by_name
from tests.app.fake_browser import FakeBrowser, is_a_sentence, neuron, unpacked

# Two targets that come one from the other, a neuron each: outputs that may feed one another.
DECODER = replace(
    Experiment.suggested("decoder", n=2),
    topology=Topology.mlp([2, 4], output="bipolar"),
)


def test_a_neuron_drawn_and_linked_takes_part(browser: FakeBrowser) -> None:
    graph = browser.graph
    graph["nodes"].append(neuron("h3", activation="elliot_bipolar", gain=2.5, leak=0.1))
    graph["links"] += [["x1", "h3"], ["h1", "h3"], ["h3", "y"]]
    answer = browser.post("graph", graph=graph)
    assert answer["notice"] is None
    assert answer["loose"] == []
    topology = browser.experiment.topology
    drawn = topology.neurons[topology.neuron_names.index("h3")]
    assert (drawn.activation, drawn.gain, drawn.leak) == ("elliot_bipolar", 2.5, 0.1)
    assert {topology.names[source] for source in drawn.sources} == {"x1", "h1"}
    assert answer["network"]["families"] == []
    assert len(unpacked(answer["start"])) == topology.n_weights == XOR.topology.n_weights + 4


def test_a_loop_is_refused_with_its_neurons(browser: FakeBrowser) -> None:
    graph = browser.graph
    graph["links"] += [["h1", "h2"], ["h2", "h1"]]
    before = browser.document
    browser.post("poll")
    answer = browser.post("graph", graph=graph)
    assert browser.document is before
    sentence = answer["notice"]["text"]
    assert all(word in sentence for word in ("h1", "h2", "loop"))
    assert answer["graph"] == browser.graph, "the browser is shown the last good drawing again"


@pytest.mark.parametrize(
    ("links", "reason"),
    [([], "no input"), ([["x1", "h3"]], "no path to an output"), ([["h3", "y"]], "no input")],
)
def test_an_unconnected_neuron_is_left_out_and_reported(
    browser: FakeBrowser, links: list[list[str]], reason: str
) -> None:
    graph = browser.graph
    graph["nodes"].append(neuron("h3"))
    graph["links"] += links
    answer = browser.post("graph", graph=graph)
    assert browser.experiment.topology == XOR.topology
    [[name, sentence]] = answer["loose"]
    assert name == "h3"
    assert reason in sentence
    assert answer["info"]["loose"] == sentence
    assert answer["info"]["can_train"] is True
    assert answer["graph"]["links"][-len(links) :] == links or not links


def test_an_output_without_input_blocks_training_until_it_is_linked(browser: FakeBrowser) -> None:
    answer = browser.post("graph", graph=cut_off(browser))
    assert answer["info"]["can_train"] is False
    assert "Output y has no path from an input" in answer["info"]["loose"]
    for kind, fields in (("train", {}), ("step", {"k": 1})):
        assert "Output y" in browser.says(kind, **fields)
        assert browser.session.run is None
    browser.post("new_weights")
    assert browser.document.blocked
    graph = browser.graph
    graph["links"].append(["x1", "y"])
    assert browser.post("graph", graph=graph)["info"]["can_train"] is True
    assert browser.says("train") == ""


@pytest.mark.parametrize("change", ["add", "lose", "swap", "turn"])
@pytest.mark.parametrize("role", ["input", "output"])
def test_inputs_and_outputs_belong_to_the_data(change: str, role: str) -> None:
    browser = FakeBrowser(DECODER)
    graph = browser.graph
    ends = [number for number, entry in enumerate(graph["nodes"]) if entry["role"] == role]
    if change == "add":
        graph["nodes"].append(neuron("extra", role=role))
    elif change == "lose":
        gone = graph["nodes"].pop(ends[0])["id"]
        graph["links"] = [pair for pair in graph["links"] if gone not in pair]
    elif change == "turn":
        graph["nodes"][ends[0]]["role"] = "hidden"
    else:
        a, b = ends[:2]
        graph["nodes"][a], graph["nodes"][b] = graph["nodes"][b], graph["nodes"][a]
    before = browser.experiment
    sentence = browser.says("graph", graph=graph)
    if change == "swap" and role == "output":
        assert browser.experiment.topology.output_names == before.topology.output_names
    else:
        assert is_a_sentence(sentence)
        assert browser.experiment is before


def test_outputs_keep_their_targets_when_they_feed_one_another() -> None:
    """y4 feeds y1, so it is computed first; it is still the fourth output, after a link too."""
    browser = FakeBrowser(DECODER)
    graph = browser.graph
    graph["links"].append(["y4", "y1"])
    browser.post("graph", graph=graph)
    wanted = ("y1", "y2", "y3", "y4")
    assert browser.experiment.topology.neuron_names != wanted
    assert browser.experiment.topology.output_names == wanted
    reopened = FakeBrowser(link.decode(link.encode(browser.experiment)))
    topology = reopened.experiment.topology
    graph = reopened.graph
    for entry in graph["nodes"]:
        entry.update(x=1, y=2)
    reopened.post("graph", graph=graph)
    assert reopened.experiment.topology == topology


def test_rename_keeps_everything_else(browser: FakeBrowser) -> None:
    browser.post("weight", source="x1", target="h1", value=7.5, k=0)
    before = weights_by_name(browser.experiment)
    browser.post("rename", id="h1", name="left edge")
    after = weights_by_name(browser.experiment)
    swap = {"h1": "left edge"}
    assert after == {(swap.get(a, a), swap.get(b, b)): w for (a, b), w in before.items()}
    assert "left edge" in browser.experiment.topology.names


@pytest.mark.parametrize("new", ["h2", "x1", "", " h", "a\nb", "x" * 25, "\u202e"])
def test_rename_to_an_invalid_name_is_refused_in_a_sentence(browser: FakeBrowser, new: str) -> None:
    before = browser.document
    assert is_a_sentence(browser.says("rename", id="h1", name=new))
    assert browser.document is before


def test_rename_of_an_input_or_output_is_allowed(browser: FakeBrowser) -> None:
    browser.post("rename", id="x2", name="length")
    browser.post("rename", id="y", name="class")
    assert browser.experiment.topology.input_names == ("x1", "length")
    assert browser.experiment.topology.output_names == ("class",)
    assert is_a_sentence(browser.says("rename", id="x2", name="again"))
