"""Experiment: JSON restores it, equal experiments have equal text, and it is read-only."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle

import numpy as np
import pytest
from hypothesis import given

from nbn_core.errors import SettingError
from nbn_core.experiment import Experiment, GivenStart, ProblemData, SeededStart, Stopping
from nbn_core.generators import PROBLEMS
from nbn_core.network import Topology
from tests.experiments import bounded, experiments, own


@bounded
@given(experiments())
def test_json_restores_an_equal_experiment(experiment):
    text = experiment.to_json()
    again = Experiment.from_json(text)
    assert again == experiment
    assert hash(again) == hash(experiment)
    assert again.to_json() == text
    assert Experiment.from_json(text.encode()) == experiment
    for mine, its in zip(experiment.datasets(), again.datasets(), strict=True):
        assert (mine is None) == (its is None)
        if mine is not None:
            assert np.array_equal(mine.inputs, its.inputs)
            assert np.array_equal(mine.targets, its.targets)
    assert np.array_equal(experiment.start_weights(), again.start_weights())


@bounded
@given(experiments())
def test_the_text_is_canonical(experiment):
    text = experiment.to_json()
    document = json.loads(text)
    assert text == json.dumps(document, sort_keys=True, separators=(",", ":"))
    assert text.isascii()
    shuffled = json.dumps(dict(reversed(document.items())), indent=2, ensure_ascii=False)
    assert Experiment.from_json("\ufeff" + shuffled) == experiment


def test_omitted_and_explicit_defaults_give_the_same_text():
    topology = Topology.fcc(3, 1, 1)
    short = Experiment(topology, ProblemData("parity"))
    long = Experiment(
        topology,
        ProblemData("parity", {"n": np.int64(3)}, 1, 0),
        "nbn",
        dict(short.settings),
        SeededStart("data", 0),
        Stopping(short.stopping.target_sse, short.stopping.max_iterations),
    )
    assert short.to_json() == long.to_json()
    assert len({short, long}) == 1
    whole = {k: int(v) for k, v in short.settings.items() if type(v) is float and v == int(v)}
    assert whole
    assert dataclasses.replace(short, settings=whole) == short


def test_integers_are_accepted_as_real_numbers():
    target = Stopping(target_sse=1)
    assert target == Stopping(target_sse=1.0)
    assert GivenStart([1, 2]) == GivenStart(np.array([1.0, 2.0]))


def test_replace_returns_a_new_experiment_and_keeps_the_first():
    first = own()
    text = first.to_json()
    other = dataclasses.replace(first, start=SeededStart(seed=3))
    assert other != first
    assert first.to_json() == text
    assert dataclasses.replace(other, start=first.start) == first


def test_an_experiment_is_read_only():
    drawing = {"nodes": [{"x": 1}]}
    experiment = dataclasses.replace(own(), drawing=drawing)
    drawing["nodes"][0]["x"] = 2
    assert experiment.drawing["nodes"][0]["x"] == 1
    assert isinstance(experiment.drawing, dict)
    with pytest.raises(dataclasses.FrozenInstanceError):
        experiment.rule = "lm"
    for change in (
        lambda: experiment.drawing.update(a=1),
        lambda: experiment.drawing["nodes"][0].pop("x"),
        lambda: experiment.settings.clear(),
        lambda: experiment.settings.__setitem__("a", 1),
        lambda: experiment.settings.__ior__({"a": 1}),
    ):
        with pytest.raises(TypeError, match="cannot be changed"):
            change()


@pytest.mark.parametrize("experiment", [own(), Experiment.suggested("parity", n=4)])
def test_copies_are_equal(experiment):
    assert copy.deepcopy(experiment) == experiment
    assert pickle.loads(pickle.dumps(experiment)) == experiment
    assert experiment != "text"
    assert "weights" in repr(experiment)


@pytest.mark.parametrize("name", PROBLEMS)
def test_suggested_experiments_fit(name):
    experiment = Experiment.suggested(name)
    train, test = experiment.datasets()
    assert (test is None) == (PROBLEMS[name].train_share == 1.0)
    assert experiment.topology.n_inputs == train.n_inputs
    assert experiment.stopping.target_sse == PROBLEMS[name].target_sse
    assert Experiment.from_json(experiment.to_json()) == experiment


def test_suggested_target_allows_for_contradictions():
    """Playground's spiral has the origin in both classes; in split 1 both of them train."""
    clean, other = (Experiment.suggested("playground_spiral", split_seed=s) for s in (0, 1))
    assert (clean.datasets()[0].least_sse, clean.stopping.target_sse) == (0.0, 1.0)
    assert (other.datasets()[0].least_sse, other.stopping.target_sse) == (2.0, 3.0)


def test_an_unknown_problem_has_no_suggested_experiment():
    with pytest.raises(SettingError, match="no problem called 'nothing'"):
        Experiment.suggested("nothing")
