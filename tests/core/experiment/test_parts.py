"""Invalid parts of an experiment are refused by their constructors."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from nbn_core.data import Dataset
from nbn_core.errors import DatasetError, ExperimentError, NBNError, SettingError, ShapeError
from nbn_core.experiment import Experiment, GivenStart, OwnData, ProblemData, SeededStart, Stopping
from nbn_core.network import Topology
from tests.experiments import own


@pytest.mark.parametrize(
    ("make", "kind", "sentence"),
    [
        (lambda: ProblemData("nothing"), SettingError, "no problem called 'nothing'"),
        (lambda: ProblemData("parity", {"n": 99}), SettingError, "from 2 to 16, not 99"),
        (lambda: ProblemData("parity", {"m": 3}), SettingError, "no parameter 'm': it has n"),
        (lambda: ProblemData("parity", [1]), SettingError, "names with values"),
        (lambda: ProblemData("parity", train_share=float("nan")), SettingError, "share"),
        (lambda: OwnData([[1.0]]), SettingError, "must be a Dataset"),
        (lambda: OwnData(Dataset([[1]], [[1]]), 0.5), DatasetError, "One pattern"),
        (lambda: SeededStart("luck"), SettingError, "no scheme"),
        (lambda: SeededStart(seed=2**53), SettingError, "from 0 to 9007199254740991"),
        (lambda: GivenStart("1234567"), SettingError, "must be a list"),
        (lambda: GivenStart([1.0, float("inf")]), SettingError, "Starting weight 2"),
        (lambda: GivenStart([[1.0]]), SettingError, "Starting weight 1"),
        (lambda: Stopping(float("nan")), SettingError, "target SSE"),
        (lambda: Stopping(max_iterations=2.5), SettingError, "whole number"),
        (
            lambda: Experiment(Topology.fcc(2, 1, 1), ProblemData("parity")),
            ShapeError,
            "has 2 inputs but the data Parity-3 need 3: give the network 3 inputs, or choose other",
        ),
        (
            lambda: Experiment(Topology.fcc(3, 1, 2), ProblemData("parity")),
            ShapeError,
            "has 2 outputs but the data Parity-3 need 1: give the network 1 output, or choose",
        ),
        (
            lambda: dataclasses.replace(own(), start=GivenStart((1.0,))),
            ShapeError,
            "7 weights but 1 starting weights",
        ),
        (lambda: dataclasses.replace(own(), topology="fcc"), ExperimentError, "topology"),
        (lambda: dataclasses.replace(own(), stopping=0.1), ExperimentError, "stopping"),
        (lambda: dataclasses.replace(own(), rule=None), SettingError, "no learning rule"),
        (lambda: dataclasses.replace(own(), settings={1: 2}), SettingError, "names of 1 to 40"),
        (lambda: dataclasses.replace(own(), settings={"mu": 1}), SettingError, "mu"),
        (lambda: dataclasses.replace(own(), settings={"factor": 1}), SettingError, "factor"),
        (lambda: dataclasses.replace(own(), drawing={"a": float("nan")}), ExperimentError, "JSON"),
        (lambda: dataclasses.replace(own(), drawing={"a": np.ones(2)}), ExperimentError, "JSON"),
        (lambda: dataclasses.replace(own(), drawing="a"), ExperimentError, "JSON object"),
    ],
)
def test_invalid_parts_are_refused_by_their_constructor(make, kind, sentence):
    with pytest.raises(kind, match=sentence) as error:
        make()
    assert isinstance(error.value, NBNError)
