"""Presets: networks of a family, given by their sizes."""

from __future__ import annotations

import pytest

from app.session.sketch_reader import MAX_NODES
from tests.app.draw.helpers import XOR
from tests.app.fake_browser import FakeBrowser, is_a_sentence, node


@pytest.mark.parametrize(
    ("family", "sizes", "shown", "weights"),
    [
        ("slp", [3], [3], 13),
        ("slp", [2, 1], [3], 13),
        ("mlp", [3, 2], [3, 2], 20),
        ("bmlp", [3, 2], [3, 2], 29),
        ("fcc", [3], [3], 18),
        ("fcc", [2, 1], [3], 18),
    ],
)
def test_a_preset_is_the_network_of_its_family_and_sizes(
    browser: FakeBrowser, family: str, sizes: list[int], shown: list[int], weights: int
) -> None:
    network = browser.post("preset", family=family, sizes=sizes)["network"]
    assert (network["family"], network["sizes"]) == (family, shown)
    assert browser.experiment.topology.n_weights == weights
    assert browser.experiment.start == XOR.start


@pytest.mark.parametrize(
    ("family", "sizes"),
    [
        ("mlp", []), ("mlp", None), ("mlp", "8-8"), ("mlp", [0]), ("mlp", [-1]), ("mlp", [True]),
        ("mlp", [1.5]), ("mlp", [None]), ("mlp", [[8]]), ("mlp", [1e308]), ("mlp", [1] * 21),
        ("mlp", [10**400]), ("rnn", [8]), ("", [8]), (None, [8]), (7, [8]), ("mlp", [45, 45]),
        ("mlp", [2000] * 20), ("bmlp", [2000, 1] * 10), ("fcc", [2000] * 20),
        ("slp", [2000] * 20), ("fcc", [63]),
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
