"""Presets: networks of a family, given by their sizes."""

from __future__ import annotations

import pytest

from app.session.end_names import named_after
from app.session.sketch_reader import MAX_NODES
from nbn_core.data import Dataset
from nbn_core.data.columns import DataColumn
from nbn_core.experiment import Experiment, OwnData
from nbn_core.network import Topology
from tests.app.draw.helpers import XOR
from tests.app.fake_browser import FakeBrowser, is_a_sentence, neuron, node


@pytest.mark.parametrize(
    ("family", "sizes", "shown", "weights"),
    [
        ("slp", [3], [3], 13),
        ("mlp", [3, 2], [3, 2], 20),
        ("bmlp", [3, 2], [3, 2], 29),
        ("fcc", [3], [3], 18),
    ],
)
def test_a_preset_is_the_network_of_its_family_and_sizes(
    browser: FakeBrowser, family: str, sizes: list[int], shown: list[int], weights: int
) -> None:
    network = browser.post("preset", family=family, sizes=sizes)["network"]
    assert [family, shown] in network["families"]
    assert browser.experiment.topology.n_weights == weights
    assert browser.experiment.start == XOR.start


@pytest.mark.parametrize(
    ("family", "sizes"),
    [
        ("mlp", []), ("mlp", None), ("mlp", "8-8"), ("mlp", [0]), ("mlp", [-1]), ("mlp", [True]),
        ("mlp", [1.5]), ("mlp", [None]), ("mlp", [[8]]), ("mlp", [1e308]), ("mlp", [1] * 21),
        ("mlp", [10**400]), ("rnn", [8]), ("", [8]), (None, [8]), (7, [8]), ("mlp", [45, 45]),
        ("mlp", [2000] * 20), ("bmlp", [2000, 1] * 10), ("fcc", [2000] * 20),
        ("slp", [2000] * 20), ("fcc", [63]), ("slp", [2, 1]), ("fcc", [3, 3]),
    ],
)  # fmt: skip
def test_an_invalid_preset_is_refused_in_a_sentence(
    browser: FakeBrowser, family: object, sizes: object
) -> None:
    before = browser.document
    assert is_a_sentence(browser.says("preset", family=family, sizes=sizes))
    assert browser.document is before


def test_a_preset_of_two_thousand_weights_can_be_edited(browser: FakeBrowser) -> None:
    browser.post("preset", family="slp", sizes=[499])
    assert browser.experiment.topology.n_weights == 1997
    assert len(browser.document.sketch.nodes) <= MAX_NODES
    graph = browser.graph
    node(graph, "h1").update(x=1, y=1)
    assert browser.says("graph", graph=graph) == ""


def test_sizes_with_dashes_are_refused_for_presets_without_layers(browser: FakeBrowser) -> None:
    for family in ("slp", "fcc"):
        sentence = browser.says("preset", family=family, sizes=[3, 3])
        assert family.upper() in sentence
        assert "3-3 does not fit: type one number, such as 6" in sentence


def test_presets_keep_the_names_of_inputs_and_outputs() -> None:
    dataset = Dataset(
        [[0, 1], [1, 0], [2, 2]], [[1, -1, -1], [-1, 1, -1], [-1, -1, 1]], "Weather",
        "classification", ("Temperatur", "h1"), ("sort=a", "sort=b", "sort=c"),
    )  # fmt: skip
    data = OwnData(dataset, target_columns=(DataColumn("sort", ("a", "b", "c")),))
    topology = named_after(Topology.mlp([2, 3, 3]), data, dataset)
    browser = FakeBrowser(Experiment(topology, data))
    for family, sizes in (("slp", [5]), ("mlp", [3, 3]), ("bmlp", [2, 2]), ("fcc", [4])):
        browser.post("preset", family=family, sizes=sizes)
        network = browser.seen["network"]
        assert network["inputs"] == ["Temperatur", "h1 2"]
        names = [neuron["id"] for neuron in network["neurons"]]
        assert [names[k] for k in network["outputs"]] == ["a", "b", "c"]
        assert [entry["id"] for entry in browser.graph["nodes"]][:2] == network["inputs"]
    browser.post("rename", id="Temperatur", name="warmth")
    browser.post("preset", family="mlp", sizes=[2])
    assert browser.experiment.topology.names[0] == "warmth", "a name given by hand is kept too"


def test_other_data_bring_their_own_names_to_a_drawing_that_is_kept() -> None:
    browser = FakeBrowser(XOR)
    browser.post("preset", family="fcc", sizes=[3])
    for name, new in (("x1", "a"), ("y", "c")):
        browser.post("rename", id=name, name=new)
    graph = browser.graph
    graph["nodes"].append(neuron("loose"))
    node(graph, "a").update(x=1, y=2)
    browser.post("graph", graph=graph)
    browser.post("problem", name="moons")
    assert browser.experiment.topology == Topology.fcc(2, 3, 1, output="bipolar")
    assert {"x1", "x2", "y", "loose"} <= browser.document.sketch.names
    assert not {"a", "c"} & browser.document.sketch.names
    assert browser.document.sketch.places()["x1"] == (1, 2)
    assert [why for _, why in browser.seen["loose"]]
