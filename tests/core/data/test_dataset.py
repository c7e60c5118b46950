"""Dataset: validation, immutability, splits and classes."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from nbn_core.data import Dataset
from nbn_core.data.scaling import Scaling
from nbn_core.errors import DatasetError, SettingError

SQUARE = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]


def test_arrays_are_copies_in_c_order_that_cannot_be_written():
    inputs = np.asfortranarray(np.arange(6, dtype=np.float32).reshape(3, 2))
    data = Dataset(inputs, [[1], [2], [3]], name="mine")
    inputs[0, 0] = 99
    for array in (data.inputs, data.targets):
        assert array.dtype == np.float64
        assert array.flags.c_contiguous
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 1.0
    assert data.inputs[0, 0] == 0.0
    with pytest.raises(dataclasses.FrozenInstanceError):
        data.name = "yours"


def test_sizes_and_names():
    data = Dataset(SQUARE, [[1, 2]] * 3)
    assert (data.n_patterns, data.n_inputs, data.n_outputs) == (3, 2, 2)
    assert data.input_names == ("x1", "x2")
    assert data.target_names == ("y1", "y2")
    assert Dataset(SQUARE, [[1]] * 3).target_names == ("y",)
    assert Dataset(SQUARE, [[1]] * 3, input_names=["a", "b"]).input_names == ("a", "b")


@pytest.mark.parametrize(
    ("targets", "kind"),
    [
        ([[-1], [1], [1]], "classification"),
        ([[0], [1], [1]], "classification"),
        ([[-1, 1], [1, -1], [1, -1]], "classification"),
        ([[0, 0, 1], [0, 1, 0], [1, 0, 0]], "classification"),
        ([[-1, 1], [1, 1], [1, -1]], "regression"),
        ([[-1], [0], [1]], "regression"),
        ([[0.5], [1], [1]], "regression"),
        ([[1], [1], [1]], "regression"),
        ([[1], [2], [2]], "regression"),
    ],
)
def test_kind_is_derived_from_the_targets(targets, kind):
    assert Dataset(SQUARE, targets).kind == kind
    other = "regression" if kind == "classification" else "classification"
    assert Dataset(SQUARE, targets, kind=other).kind == other


@pytest.mark.parametrize(
    ("inputs", "targets", "sentence"),
    [
        ([], [], r"inputs must be a table with one pattern a row, got 1 dimension instead"),
        (np.empty((0, 2)), np.empty((0, 1)), r"inputs are empty"),
        (np.empty((3, 0)), np.ones((3, 1)), r"inputs are empty"),
        (np.ones((3, 2)), np.empty((3, 0)), r"targets are empty"),
        ([1, 2, 3], [[1]] * 3, r"inputs must be a table.*got 1 dimension "),
        (np.ones((3, 2, 1)), [[1]] * 3, r"inputs must be a table.*got 3 dimensions"),
        (np.ones((3, 2)), [1, 1, 1], r"targets must be a table"),
        (np.ones((3, 2)), [[1]] * 2, r"3 rows of inputs but 2 rows of targets"),
        ([[1, 2], [3, np.nan]], [[1]] * 2, r"Row 2, column 2 of the inputs is nan"),
        (np.ones((2, 2)), [[1], [np.inf]], r"Row 2, column 1 of the targets is inf"),
        ([[1, 2], [3]], [[1]] * 2, r"inputs are not a table of numbers"),
        ([["a", "b"]], [[1]], r"inputs are not a table of numbers"),
        ([["1", "2"]], [[1]], r"inputs are not a table of numbers"),
        ([[None, 1]], [[1]], r"Row 1, column 1 of the inputs is nan"),
        ([[1j]], [[1]], r"inputs are not a table of numbers"),
        ([[10**400]], [[1]], r"inputs are not a table of numbers"),
        (None, [[1]], r"inputs must be a table.*got 0 dimensions"),
        ({"a": 1}, [[1]], r"inputs are not a table of numbers"),
        ([[np.datetime64("2020-01-01")]], [[1]], r"inputs are not a table of numbers"),
    ],
)
def test_anything_but_a_table_of_finite_numbers_is_refused_in_one_sentence(
    inputs, targets, sentence
):
    with pytest.raises(DatasetError, match=sentence) as error:
        Dataset(inputs, targets)
    assert "\n" not in str(error.value)
    assert str(error.value).endswith((".", "instead of 2."))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"input_names": ["a"]}, "2 input columns but 1 names"),
        ({"input_names": "ab"}, "2 input columns but 1 names"),
        ({"target_names": ["a", "b"]}, "1 target columns but 2 names"),
        ({"input_names": ["a", ""]}, "1 to 100 characters"),
        ({"input_names": ["a", 3]}, "1 to 100 characters"),
        ({"input_names": ["a", "b" * 101]}, "1 to 100 characters"),
        ({"input_names": ["a", "b\x00"]}, "control characters"),
        ({"name": "a\ud800"}, "control characters"),
        ({"name": None}, "0 to 100 characters"),
        ({"kind": "guess"}, "regression or classification, not 'guess'"),
        ({"kind": ["regression"]}, "regression or classification, not list"),
    ],
)
def test_names_and_kind_are_checked(changes, sentence):
    with pytest.raises(DatasetError, match=sentence):
        Dataset(SQUARE, [[1]] * 3, **changes)


def test_split_is_a_seeded_partition_in_the_order_of_the_patterns():
    inputs = np.arange(101.0)[:, None]
    data = Dataset(inputs, -inputs, "line", "classification", input_names=["a"], target_names=["b"])
    train, test = data.split(0.3, seed=4)
    assert (train.n_patterns, test.n_patterns) == (30, 71)
    both = np.concatenate([train.inputs, test.inputs])
    assert np.array_equal(np.sort(both, axis=0), inputs)
    for part in (train, test):
        assert np.all(np.diff(part.inputs[:, 0]) > 0)
        assert np.array_equal(part.targets, -part.inputs)
        assert (part.name, part.kind) == ("line", "classification")
        assert (part.input_names, part.target_names) == (("a",), ("b",))
    again, _ = data.split(0.3, seed=4)
    other, _ = data.split(0.3, seed=5)
    assert np.array_equal(train.inputs, again.inputs)
    assert not np.array_equal(train.inputs, other.inputs)


def test_split_leaves_a_pattern_on_each_side():
    data = Dataset(SQUARE, [[1]] * 3)
    assert data.split(1e-9)[0].n_patterns == 1
    assert data.split(1 - 1e-9)[1].n_patterns == 1


@pytest.mark.parametrize("share", [0.0, 1.0, -1, 2, float("nan"), True, "half", None])
def test_split_refuses_an_invalid_share(share):
    with pytest.raises(SettingError, match="between 0 and 1"):
        Dataset(SQUARE, [[1]] * 3).split(share)


@pytest.mark.parametrize("seed", [-1, 1.5, True, None])
def test_split_refuses_an_invalid_seed(seed):
    with pytest.raises(SettingError, match="seed"):
        Dataset(SQUARE, [[1]] * 3).split(0.5, seed)


def test_one_pattern_cannot_be_split():
    with pytest.raises(DatasetError, match="One pattern cannot be split"):
        Dataset([[1.0]], [[1.0]]).split(0.5)


def test_least_sse_counts_contradictions():
    assert Dataset(SQUARE, [[1], [-1], [1]]).least_sse == 0.0
    twice = [[0, 0], [1, 1], [0, 0], [0, 0]]
    assert Dataset(twice, [[1], [1], [1], [1]]).least_sse == 0.0
    assert Dataset(twice, [[1], [1], [-1], [1]]).least_sse == pytest.approx(8 / 3)
    assert Dataset(twice, [[1, 0], [1, 0], [1, 3], [1, 3]]).least_sse == pytest.approx(6.0)


def test_classes_of_one_output_are_separated_by_the_midpoint():
    bipolar = Dataset(SQUARE, [[-1], [1], [1]])
    assert bipolar.classes().tolist() == [0, 1, 1]
    assert bipolar.right([[-0.1], [0.1], [-3.0]]).tolist() == [True, True, False]
    unipolar = Dataset(SQUARE, [[0], [1], [1]])
    assert unipolar.right([[0.4], [0.4], [0.6]]).tolist() == [True, False, True]


def test_the_class_of_several_outputs_is_the_largest():
    data = Dataset(SQUARE, [[-1, 1, -1], [1, -1, -1], [-1, -1, 1]])
    assert data.classes().tolist() == [1, 0, 2]
    outputs = [[-3, -2, -4], [0.1, 0.2, 0.1], [-1, -1, 1]]
    assert data.right(outputs).tolist() == [True, False, True]


@pytest.mark.parametrize("low", [-1.0, 0.0])
def test_a_part_with_one_class_keeps_the_codes_of_the_whole(low):
    whole = Dataset([[0.0], [1.0], [2.0]], [[low], [1.0], [1.0]])
    part = whole.rows(np.array([1, 2]))
    assert part.middle == whole.middle == (low + 1) / 2
    assert part.class_codes == whole.class_codes == (low, 1.0)
    assert part.classes([[whole.middle - 0.1], [whole.middle + 0.1]]).tolist() == [0, 1]
    scaled = Scaling.fit(whole, "none", "minmax").apply(part)
    assert scaled.class_codes == (-1.0, 1.0)
    assert scaled.classes([[-0.1], [0.1]]).tolist() == [0, 1]


@pytest.mark.parametrize(("code", "label"), [(-1.0, 0), (0.0, 0), (1.0, 1)])
def test_targets_of_one_class_alone_have_the_usual_codes(code, label):
    alone = Dataset([[0.0], [1.0]], [[code], [code]], kind="classification")
    assert alone.classes().tolist() == [label, label]
    assert alone.class_codes == ((0.0, 1.0) if code == 0 else (-1.0, 1.0))
