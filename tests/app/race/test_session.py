"""Data of a race is sent to the browser once."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import numpy as np

from app.race import snapshots
from app.race.lanes import Lane
from app.race.session import answer
from nbn_core.experiment import SeededStart
from tests.app.fake_browser import is_a_sentence
from tests.app.race.helpers import XOR, RaceVisitor


def curve(block: dict[str, Any]) -> np.ndarray[Any, Any]:
    return np.frombuffer(base64.b64decode(block["curve"]), "<f8").reshape(5, -1)


def test_a_race_goes_from_the_first_answer_to_the_table(visitor: RaceVisitor) -> None:
    first = visitor.answer()
    assert first["race"] == 0
    assert [lane["state"] for lane in first["lanes"]] == ["ready"] * 4
    assert len(base64.b64decode(first["lanes"][0]["newest"]["tones"])) == snapshots.SIDE**2
    visitor.post("start")
    last = visitor.wait_for_end()
    assert not last["running"]
    nbn = last["lanes"][0]
    assert nbn["reached"] is not None
    columns = curve(nbn)
    assert columns[0, -1] == nbn["spent"][0]
    assert columns[4, -1] <= XOR.stopping.target_sse
    assert np.all(np.diff(columns[0]) > 0)
    assert visitor.races.note()
    assert not visitor.races.note()
    assert [entry.result.title for entry in visitor.races.log] == [
        lane["title"] for lane in last["lanes"]
    ]
    assert visitor.races.log[0].train == 1.0


def test_only_new_pictures_are_sent_again(visitor: RaceVisitor) -> None:
    visitor.post("start")
    last = visitor.wait_for_end()
    counts = {str(lane["number"]): len(lane["looks"]) for lane in last["lanes"]}
    assert counts["0"] > 3
    have = {"key": last["key"], "race": last["race"], "looks": counts}
    brief = visitor.post("poll", have)
    assert "scene" not in brief
    assert all(lane["looks"] == [] for lane in brief["lanes"])
    assert all(lane["first"] == counts[str(lane["number"])] for lane in brief["lanes"])
    for nonsense in ({"race": "x"}, {**have, "looks": {"0": -1, "1": "2", "2": 10**9}}):
        again = visitor.post("poll", nonsense)
        assert len(again["lanes"][0]["looks"]) == counts["0"]


def test_another_experiment_ends_the_race_and_another_rule_does_not(visitor: RaceVisitor) -> None:
    visitor.post("start")
    visitor.wait_for_end()
    visitor.races.settle(replace(XOR, rule="adam", settings={}))
    assert visitor.races.race is not None
    visitor.races.settle(replace(XOR, start=SeededStart(seed=5)))
    assert visitor.races.race is None


def test_an_incomplete_drawing_is_refused_in_a_sentence(visitor: RaceVisitor) -> None:
    document = visitor.session.document
    visitor.session.put(replace(document, blocked="Neuron h1 has no input: connect it."))
    sent = visitor.post("start")
    assert sent["race"] == 0
    assert is_a_sentence(sent["notice"]["text"])


def test_a_rule_of_its_own_way_has_no_picture_before_it_trains(visitor: RaceVisitor) -> None:
    """The drawn network has other outputs than the rule predicts."""
    visitor.races.lanes = (Lane(0, "nbn"), Lane(1, "forward_forward"), Lane(2, "noprop"))
    nbn, forward_forward, noprop = visitor.post("poll")["lanes"]
    assert nbn["newest"] is not None
    assert forward_forward["newest"] is None
    assert noprop["newest"] is None


def test_pictures_that_cannot_be_made_yet_are_asked_for_again(visitor: RaceVisitor) -> None:
    early = answer(visitor.session, visitor.races, "browser", {}, warming=False, pictures=False)
    assert [lane["newest"] for lane in early["lanes"]] == [None] * len(early["lanes"])
    assert early["poll"]
    later = visitor.answer()
    assert later["lanes"][0]["newest"] is not None
    assert not later["poll"]
