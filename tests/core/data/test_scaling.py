"""Scaling: fitted on training patterns, inverted within rounding, robust to any finite data."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbn_core import Dataset, NBNError, generators
from nbn_core.data.scaling import METHODS, Affine, Scaling

bounded = settings(max_examples=150)
finite = st.floats(-1e307, 1e307)


@st.composite
def tables(draw: st.DrawFn) -> np.ndarray:
    rows, columns = draw(st.integers(1, 6)), draw(st.integers(1, 3))
    row = st.lists(finite, min_size=columns, max_size=columns)
    return np.array(draw(st.lists(row, min_size=rows, max_size=rows)))


def test_each_method_scales_as_its_title_describes() -> None:
    table = np.array([[0.0, 7.0], [5.0, 7.0], [10.0, 7.0]])
    assert Affine.fit(table, "minmax").scaled(table).tolist() == [[-1, 0], [0, 0], [1, 0]]
    standard = Affine.fit(table, "standard").scaled(table)
    np.testing.assert_allclose(standard.mean(axis=0), 0, atol=1e-15)
    np.testing.assert_allclose(standard.std(axis=0), [1, 0], atol=1e-15)
    assert Affine.fit(table, "none").scaled(table).tolist() == table.tolist()
    assert list(METHODS) == ["none", "minmax", "standard"]


@bounded
@given(tables(), st.sampled_from(list(METHODS)))
def test_any_finite_numbers_are_scaled_and_come_back(table, method) -> None:
    affine = Affine.fit(table, method)
    scaled = affine.scaled(table)
    assert np.isfinite(scaled).all()
    size = np.abs(table).max(axis=0)
    if method == "minmax":
        assert (np.abs(scaled).max(axis=0) <= 1 + 4e-16 * size / affine.width).all()
    back = affine.raw(scaled)
    assert (np.abs(back / 2 - table / 2) <= 1e-12 * size).all()


def test_scaling_uses_only_the_training_patterns() -> None:
    train, test = generators.peaks().split(0.5)
    scaling = Scaling.fit(train, "minmax", "standard")
    assert scaling.apply(train).inputs.max() == pytest.approx(1)
    assert scaling.apply(test).inputs.max() != pytest.approx(1, abs=1e-6)
    assert scaling.apply(test).name == test.name
    assert scaling.apply(test).kind == test.kind


@bounded
@given(tables(), tables(), st.sampled_from(list(METHODS)), st.sampled_from(list(METHODS)))
def test_json_restores_a_scaling(inputs, targets, one, other) -> None:
    scaling = Scaling(Affine.fit(inputs, one), Affine.fit(targets, other), one, other)
    again = Scaling.from_dict(json.loads(json.dumps(scaling.to_dict())))
    assert again == scaling
    assert hash(again) == hash(scaling)


def test_a_scaling_is_read_only() -> None:
    scaling = Scaling.fit(generators.xor())
    with pytest.raises(AttributeError):
        scaling.inputs = scaling.targets  # type: ignore[misc]
    assert Scaling.fit(generators.xor(), "none").is_identity
    assert not Scaling.fit(Dataset([[0], [4]], [[0], [1]])).is_identity


GOOD = Scaling.fit(generators.sinc()).to_dict()


@pytest.mark.parametrize(
    "damaged",
    [
        None, [], {}, {"inputs": 1}, {**GOOD, "more": 1}, {**GOOD, "inputs": None},
        {**GOOD, "inputs": {"method": "log", "centre": [0], "width": [1]}},
        {**GOOD, "inputs": {"method": [], "centre": [0], "width": [1]}},
        {**GOOD, "inputs": {"method": "none", "centre": [0], "width": [0]}},
        {**GOOD, "inputs": {"method": "none", "centre": [0], "width": [-1]}},
        {**GOOD, "inputs": {"method": "none", "centre": [0], "width": [1, 2]}},
        {**GOOD, "inputs": {"method": "none", "centre": [], "width": []}},
        {**GOOD, "inputs": {"method": "none", "centre": ["0"], "width": [1]}},
        {**GOOD, "inputs": {"method": "none", "centre": [float("nan")], "width": [1]}},
        {**GOOD, "inputs": {"method": "none", "centre": [10**400], "width": [1]}},
    ],
)  # fmt: skip
def test_damage_is_refused_in_a_sentence(damaged) -> None:
    with pytest.raises(NBNError, match=r"^[^\n]+\.$"):
        Scaling.from_dict(damaged)


def test_mismatched_sizes_are_refused() -> None:
    affine = Affine([0, 0], [1, 2])
    for table in ([[1]], [1, 2]):
        with pytest.raises(NBNError, match="2 columns"):
            affine.scaled(table)
    with pytest.raises(NBNError, match="no scaling called 'log'"):
        Scaling.fit(generators.xor(), "log")
    with pytest.raises(NBNError, match="two parts"):
        Scaling(None, affine)  # type: ignore[arg-type]
