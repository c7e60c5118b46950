"""Lanes and budgets: their settings, names and bounds."""

from __future__ import annotations

import math
from typing import Any

import pytest

from app.race.lanes import Budget, Lane, opening, titles, tuned
from app.session.state import first_experiment
from nbn_core.errors import SettingError
from nbn_core.experiment import Experiment
from nbn_core.rules import RULES
from tests.app.race.helpers import XOR, RaceVisitor


def test_the_opening_race_has_playgrounds_own_settings_for_ebp() -> None:
    lanes = {lane.name: lane for lane in opening(first_experiment())}
    assert list(lanes) == ["nbn", "ebp", "adam", "forward_forward"]
    assert lanes["ebp"].settings == {"rate": 0.03, "batch_size": 10}
    for lane in lanes.values():
        lane.rule.settings(lane.settings)


@pytest.mark.parametrize("name", RULES)
def test_every_rule_has_a_lane_with_a_description_and_valid_settings(name: str) -> None:
    for problem in ("playground_spiral", "parity", "two_spirals", "digits", "sinc"):
        lane = Lane(0, name, tuned(Experiment.suggested(problem), name))
        lane.rule.settings(lane.settings)
        assert lane.title
        assert "_" not in lane.note()


def test_settings_are_checked_and_defaults_are_not_stored() -> None:
    lane = Lane(3, "adam").changed("rate", 0.5)
    assert lane.settings == {"rate": 0.5}
    assert lane.changed("rate", 0.02).settings == {}
    assert lane.key != Lane(3, "adam").key == Lane(7, "adam").key
    with pytest.raises(SettingError, match="rate"):
        lane.changed("rate", -1.0)


def test_settings_of_nbn_that_depend_on_its_control_keep_following_it() -> None:
    options = {option.name: option for option in RULES["nbn"].options}
    usual = Lane(0, "nbn")
    lane = usual.changed("mu_start", 7.0).changed("control", "published")
    assert lane.settings == {"control": "published"}
    assert lane.value(options["matrix"]) == "levenberg"
    assert lane.changed("matrix", "max_diagonal").settings["matrix"] == "max_diagonal"
    assert lane.changed("control", usual.value(options["control"])) == usual


def test_lanes_with_the_same_rule_have_different_names() -> None:
    assert titles((Lane(0, "nbn"), Lane(1, "adam"), Lane(2, "nbn"))) == [
        "NBN (1)",
        "Adam",
        "NBN (2)",
    ]


@pytest.mark.parametrize(
    "given", [{"kind": "never"}, {"seconds": 0.0}, {"seconds": 1e9}, {"work": math.nan}]
)
def test_a_budget_out_of_range_is_refused_in_a_sentence(given: dict[str, Any]) -> None:
    with pytest.raises(SettingError, match=r"\.$"):
        Budget(**given)


def test_lanes_can_be_added_and_removed_within_limits(visitor: RaceVisitor) -> None:
    races = visitor.races
    numbers = [lane.number for lane in races.lanes]
    for _ in range(4):
        races.add(XOR)
    assert [lane.number for lane in races.lanes] == [*numbers, 4, 5, 6, 7]
    assert len({lane.name for lane in races.lanes}) == 8
    with pytest.raises(SettingError, match="limit"):
        races.add(XOR)
    for lane in races.lanes:
        races.remove(lane.number)
    assert len(races.lanes) == 1
    races.reset(XOR)
    assert races.lanes == opening(XOR)
