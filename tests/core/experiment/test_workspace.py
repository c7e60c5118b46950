"""Kept drawings, race and sweep beside an experiment: round trip, limits, old and hostile files."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from nbn_core.errors import ExperimentError
from nbn_core.experiment import (
    Experiment,
    KeptDrawing,
    NetworkChoice,
    RaceLane,
    RaceSetup,
    SweepSetup,
    Workspace,
    link,
)
from nbn_core.network import Topology

XOR = Experiment.suggested("xor")
KEPT = KeptDrawing("wide one", Topology.mlp([2, 9, 1]), {"nodes": [1, 2]})
LANES = (
    RaceLane(0, "nbn", {}, NetworkChoice("no bridges")),
    RaceLane(3, "adam", {"rate": 0.01}, NetworkChoice("family", "fcc", 5)),
    RaceLane(7, "ebp", {}, NetworkChoice("kept", name="wide one", topology=KEPT.topology)),
)
WHOLE = Workspace(
    XOR, (KEPT,), RaceSetup(LANES, "work", 2.5, 1234.0, 20, 99.0),
    SweepSetup(("slp", "fcc"), 2, 5, "nbn", 300, 25),
)  # fmt: skip


def test_a_workspace_comes_back_from_its_json_and_its_link() -> None:
    assert Workspace.from_json(WHOLE.to_json()) == WHOLE
    assert link.decode_workspace(link.encode(WHOLE)) == WHOLE


def test_nothing_beside_the_experiment_leaves_its_bytes_as_they_were() -> None:
    plain = Workspace(XOR)
    assert plain.to_json() == XOR.to_json()
    assert link.encode(plain) == link.encode(XOR)
    assert Workspace.from_json(XOR.to_json()) == plain


def test_an_experiment_is_read_from_a_file_that_holds_more() -> None:
    assert Experiment.from_json(WHOLE.to_json()) == XOR
    assert link.decode(link.encode(WHOLE)) == XOR


def many_lanes(part: dict[str, Any]) -> None:
    part["race"]["lanes"] *= 3


def many_drawings(part: dict[str, Any]) -> None:
    part["shelf"] *= 13


def changed(*path: str | int, to: object) -> Callable[[dict[str, Any]], None]:
    def change(part: Any) -> None:
        for key in path[:-1]:
            part = part[key]
        part[path[-1]] = to

    return change


@pytest.mark.parametrize(
    "spoil",
    [
        many_lanes,
        many_drawings,
        changed("shelf", to="none"),
        changed("shelf", 0, "name", to="a\nb"),
        changed("shelf", 0, "name", to="<a href='x'>"),
        changed("shelf", 0, "topology", to=[]),
        changed("shelf", 0, "drawing", to={"deep": "x" * 300_000}),
        changed("race", to=None),
        changed("race", "lanes", to=[]),
        changed("race", "lanes", 0, "number", to=3),
        changed("race", "lanes", 0, "number", to=True),
        changed("race", "lanes", 0, "rule", "name", to="__import__"),
        changed("race", "lanes", 1, "rule", "settings", to={"rate": "fast"}),
        changed("race", "lanes", 0, "network", to={"kind": "other"}),
        changed("race", "lanes", 1, "network", "size", to=10**9),
        changed("race", "budget", "seconds", to=1e9),
        changed("race", "budget", "more", to=1),
        changed("race", "seeds", to=10**7),
        changed("sweep", "largest", to=1),
        changed("sweep", "families", to="fcc"),
        changed("sweep", "families", to=["slp"] * 100),
        changed("sweep", "rule", to=["nbn"]),
    ],
)
def test_bad_content_is_refused_in_a_sentence(spoil: Callable[[dict[str, Any]], None]) -> None:
    document = json.loads(WHOLE.to_json())
    spoil(document)
    text = json.dumps(document)
    for read in (Workspace.from_json, Experiment.from_json):
        with pytest.raises(ExperimentError) as caught:
            read(text)
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 400


def test_two_kept_drawings_cannot_have_one_name() -> None:
    with pytest.raises(ExperimentError, match="same name"):
        Workspace(XOR, (KEPT, KEPT))
