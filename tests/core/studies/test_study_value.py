"""The value Study: its JSON, its limits, and what it refuses."""

from __future__ import annotations

import json
import math
import pickle
from dataclasses import replace

import pytest

from nbn_core import Topology
from nbn_core.errors import ExperimentError, NBNError, SettingError, ShapeError
from nbn_core.experiment import OwnData, ProblemData, Stopping
from nbn_core.generators import xor
from nbn_core.studies import Study, StudyNetwork, StudyRule

XOR = ProblemData("xor")
SMALL = StudyNetwork("2-2-1 MLP", Topology.mlp([2, 2, 1]), "MLP")
CASCADE = StudyNetwork("2-1-1 FCC", Topology.fcc(2, 1, 1), "FCC")
STUDY = Study(
    (SMALL, CASCADE), XOR, (StudyRule(), StudyRule("adam", {"rate": 0.05})), trials=7, seed=3,
    scheme="fan_in", stopping=Stopping(0.02, 50), max_work=4000.0,
)  # fmt: skip


def test_json_returns_the_same_study() -> None:
    for study in (STUDY, replace(STUDY, data=OwnData(xor()), max_work=math.inf)):
        read = Study.from_json(study.to_json())
        assert read == study
        assert read.to_json() == study.to_json()
        assert hash(read) == hash(study)
        assert pickle.loads(pickle.dumps(study)) == study
    assert replace(STUDY, trials=8) != STUDY


def test_its_line_names_the_counts() -> None:
    assert repr(STUDY) == "Study(2 networks, xor, nbn, adam, 28 trainings)"


def test_too_many_trainings_are_refused_with_the_way_to_fewer() -> None:
    with pytest.raises(SettingError, match="1,000,004 trainings") as refused:
        replace(STUDY, trials=250_001)
    assert "take at most 250,000 trials of each" in str(refused.value)
    assert replace(STUDY, trials=250_000).total == 1_000_000


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"networks": ()}, "at least one StudyNetwork"),
        ({"networks": 3}, "must be a list"),
        ({"networks": (SMALL, replace(CASCADE, name=SMALL.name))}, "have the name"),
        ({"rules": ()}, "at least one StudyRule"),
        ({"trials": 0}, "number of trials"),
        ({"scheme": "other"}, "no scheme of starting weights"),
        ({"max_work": 0.5}, "The maximum work"),
        ({"data": "xor"}, "The data of a study"),
        ({"stopping": None}, "The limits of a study"),
        ({"rules": (StudyRule("cascade_correlation"),)}, "2-2-1 MLP: "),
    ],
)
def test_invalid_parts_are_refused(changes: dict, sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        replace(STUDY, **changes)


def test_a_network_that_does_not_fit_the_data_is_named() -> None:
    wide = StudyNetwork("3-2-1 MLP", Topology.mlp([3, 2, 1]))
    with pytest.raises(ShapeError, match="3-2-1 MLP has 3 inputs, but the data need 2 inputs"):
        replace(STUDY, networks=(SMALL, wide))


@pytest.mark.parametrize("name", ["", "x" * 61, 5])
def test_names_are_short_texts(name: object) -> None:
    with pytest.raises(SettingError, match="The name of a network"):
        StudyNetwork(name, SMALL.topology)  # type: ignore[arg-type]


def test_rules_have_all_their_settings() -> None:
    assert StudyRule("adam") == StudyRule("adam", {"rate": StudyRule("adam").settings["rate"]})
    with pytest.raises(SettingError, match="no learning rule"):
        StudyRule("none")


def test_damaged_files_are_refused_in_one_sentence() -> None:
    whole = json.loads(STUDY.to_json())
    damaged = [{**whole, "version": 2}, {**whole, "format": "other"}, [], {**whole, "more": 1}]
    damaged += [{k: v for k, v in whole.items() if k != key} for key in whole]
    for key in whole:
        damaged += [{**whole, key: value} for value in ("x", -1, [], [1], {"a": 1}, {})]
    for document in damaged:
        with pytest.raises(NBNError) as refused:
            Study.from_json(json.dumps(document))
        assert "\n" not in str(refused.value)
    with pytest.raises(ExperimentError):
        Study.from_json("{")
