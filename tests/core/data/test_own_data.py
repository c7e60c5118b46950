"""Own data: parts, scaling fitted on the training part, classes, files and undo histories."""

from __future__ import annotations

import dataclasses
import gc
import json
import sys
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbn_core.data import Dataset
from nbn_core.data.columns import DataColumn
from nbn_core.errors import DatasetError, ExperimentError, NBNError, SettingError, ShapeError
from nbn_core.experiment import Experiment, OwnData, ProblemData, Stopping
from nbn_core.experiment.byte_cache import ByteCache
from nbn_core.network import Topology

SPECIES = DataColumn("species", ("setosa", "versicolor", "virginica"))


def flowers(counts: tuple[int, int, int] = (30, 20, 10), **fields: object) -> OwnData:
    """Return three classes with different numbers of patterns, in raw units far from 1."""
    rng = np.random.default_rng(3)
    label = np.repeat(np.arange(3), counts)
    inputs = rng.normal(50.0 + 30.0 * label[:, None], 4.0, (len(label), 2))
    data = Dataset(
        inputs, SPECIES.encode(label), "flowers", "classification", ["wide", "long"], SPECIES.names
    )
    return OwnData(data, target_columns=[SPECIES], **fields)  # type: ignore[arg-type]


def slope(**fields: object) -> OwnData:
    x = np.linspace(-5.0, 100.0, 40)[:, None]
    return OwnData(Dataset(x, 1000.0 + 7.0 * x, "slope", "regression"), **fields)  # type: ignore[arg-type]


# Parts


shares = st.tuples(st.floats(0.05, 0.95), st.floats(0.0, 1.0), st.integers(0, 99), st.booleans())


@given(shares)
def test_each_pattern_is_in_one_part(drawn: tuple[float, float, int, bool]) -> None:
    share, rest, seed, stratified = drawn
    data = flowers(
        train_share=share, validation_share=rest * (1 - share), split_seed=seed,
        stratified=stratified,
    )  # fmt: skip
    rows = data.rows()
    assert sorted(np.concatenate(rows).tolist()) == list(range(60))
    assert len(rows.train) == min(max(round(share * 60), 1), 59)
    assert abs(len(rows.validation) - rest * (1 - share) * 60) <= 1.0
    parts = data.raw_parts()
    for part, chosen in zip(parts, rows, strict=True):
        assert (part is None) == (len(chosen) == 0)
        if part is not None:
            assert np.array_equal(part.inputs, data.dataset.inputs[chosen])
    again = flowers(
        train_share=share, validation_share=rest * (1 - share), split_seed=seed,
        stratified=stratified,
    )  # fmt: skip
    assert all(np.array_equal(a, b) for a, b in zip(rows, again.rows(), strict=True))


@given(st.integers(0, 50))
def test_a_stratified_split_gives_every_part_its_share_of_every_class(seed: int) -> None:
    data = flowers(train_share=0.5, validation_share=0.3, split_seed=seed, stratified=True)
    for part, share in zip(data.raw_parts(), (0.5, 0.3, 0.2), strict=True):
        assert part is not None
        found = Counter(part.classes().tolist())
        for label, count in enumerate((30, 20, 10)):
            assert abs(found[label] - share * count) <= 1


def test_other_seeds_give_other_parts() -> None:
    splits = {tuple(flowers(train_share=0.5, split_seed=s).rows().train) for s in range(5)}
    assert len(splits) == 5
    even = {tuple(flowers(train_share=0.5, split_seed=s, stratified=True).rows().train)
            for s in range(5)}  # fmt: skip
    assert len(even) == 5


def test_validation_and_training_may_leave_no_test_patterns() -> None:
    parts = slope(train_share=0.7, validation_share=0.3).parts()
    assert parts.test is None
    assert parts.validation is not None
    assert parts.validation.n_patterns == 12


def test_a_problem_has_the_same_parts() -> None:
    data = ProblemData("iris", train_share=0.6, validation_share=0.2, stratified=True)
    sizes = [part.n_patterns for part in data.parts() if part is not None]
    assert sizes == [90, 30, 30]
    assert Counter(data.parts().train.classes().tolist()) == {0: 30, 1: 30, 2: 30}


# Scaling


def test_the_scaling_is_fitted_on_the_training_part_alone() -> None:
    data = slope(train_share=0.5, split_seed=2, inputs_by="minmax", targets_by="standard")
    train, test = data.datasets()
    raw = data.raw_parts().train
    assert train.inputs.min() == pytest.approx(-1.0, abs=1e-12)
    assert train.inputs.max() == pytest.approx(1.0, abs=1e-12)
    assert train.targets.mean() == pytest.approx(0.0, abs=1e-12)
    assert train.targets.std() == pytest.approx(1.0, abs=1e-12)
    middle = (raw.inputs.min() + raw.inputs.max()) / 2
    assert data.scaling.inputs.centre[0] == pytest.approx(middle)
    assert test is not None
    back = data.scaling.targets.raw(test.targets)
    assert back == pytest.approx(data.raw_parts().test.targets)  # type: ignore[union-attr]


def test_predictions_take_and_give_raw_units() -> None:
    data = slope(train_share=0.8, inputs_by="minmax", targets_by="minmax")
    experiment = Experiment(Topology.mlp([1, 2, 1], output="linear"), data,
                            stopping=Stopping(1e-4, 500))  # fmt: skip
    training = experiment.training()
    while training.stop is None:
        training.advance()
    result = training.result()
    assert result.converged
    raw = np.array([[0.0], [50.0]])
    assert experiment.predict(result.weights, raw) == pytest.approx(1000.0 + 7.0 * raw, abs=5.0)
    with pytest.raises(ShapeError):
        experiment.predict(result.weights, np.zeros((2, 3)))


def test_overflow_by_scaling_is_reported() -> None:
    data = Dataset([[0.0], [1e-300], [1e300]], [[0.0], [1.0], [2.0]])
    splits = {seed: 1 in OwnData(data, 0.7, seed).rows().test for seed in range(20)}
    seed = next(seed for seed in splits if 2 in OwnData(data, 0.7, seed).rows().test)
    with pytest.raises(DatasetError, match="too large when they are scaled"):
        OwnData(data, 0.7, seed, inputs_by="minmax")
    OwnData(data, 0.7, next(s for s, tested in splits.items() if tested), inputs_by="minmax")


# Columns and classes


@pytest.mark.parametrize(
    ("column", "names"),
    [
        (DataColumn("age"), ("age",)),
        (DataColumn("sick", ("no", "yes")), ("sick",)),
        (SPECIES, ("species=setosa", "species=versicolor", "species=virginica")),
    ],
)
def test_a_column_labels_its_classes(column: DataColumn, names: tuple[str, ...]) -> None:
    assert column.names == names
    assert column.width == len(names)


@pytest.mark.parametrize("column", [DataColumn("sick", ("no", "yes")), SPECIES])
def test_classes_come_back_from_numbers(column: DataColumn) -> None:
    rows = np.arange(len(column.classes))
    assert column.label(column.encode(rows)) == list(column.classes)
    assert column.label(0.1 * column.encode(rows)) == list(column.classes)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: DataColumn(""), "1 to 100 characters"),
        (lambda: DataColumn("a\nb"), "control characters"),
        (lambda: DataColumn("a", ("b",)), "2 to 50 different"),
        (lambda: DataColumn("a", ("b", "b")), "2 to 50 different"),
        (lambda: DataColumn("a", tuple(map(str, range(51)))), "2 to 50 different"),
        (lambda: DataColumn("a", "bc"), "list of text"),  # type: ignore[arg-type]
        (lambda: DataColumn("a", (1, 2)), "name of a class"),  # type: ignore[arg-type]
        (lambda: slope(target_columns=[DataColumn("z")]), "columns of own data must be those"),
        (lambda: slope(target_columns=[DataColumn("y", ("a", "b"))]), "must be -1 and 1"),
        (lambda: slope(stratified=True, train_share=0.5), "Only classes can be split evenly"),
        (lambda: slope(train_share=0.8, validation_share=0.3), "more than all patterns together"),
        (lambda: slope(validation_share=-0.1, train_share=0.5), "validate on must be a finite"),
        (lambda: slope(stratified=1), "true or false"),
        (lambda: slope(inputs_by="log"), "no scaling called 'log'"),
        (lambda: slope(targets_by=None), "no scaling called NoneType"),
    ],
)
def test_mismatched_sizes_are_refused(make: Callable[[], object], sentence: str) -> None:
    with pytest.raises((DatasetError, SettingError), match=sentence):
        make()


def test_two_classes_set_in_one_pattern_are_refused() -> None:
    data = flowers().dataset
    spoilt = Dataset(data.inputs, np.ones_like(data.targets), "x", "classification",
                     data.input_names, data.target_names)  # fmt: skip
    with pytest.raises(DatasetError, match="one 1 in each row"):
        OwnData(spoilt, target_columns=[SPECIES])


# As JSON


def of(data: OwnData) -> Experiment:
    dataset = data.dataset
    return Experiment(Topology.mlp([dataset.n_inputs, 2, dataset.n_outputs]), data)


@pytest.mark.parametrize(
    "data",
    [
        flowers(train_share=0.6, validation_share=0.2, split_seed=4, stratified=True,
                inputs_by="standard"),
        slope(train_share=0.5, inputs_by="minmax", targets_by="minmax"),
    ],
)  # fmt: skip
def test_a_file_restores_everything(data: OwnData) -> None:
    read = Experiment.from_json(of(data).to_json()).data
    assert isinstance(read, OwnData)
    assert read == data
    assert hash(read) == hash(data)
    assert read.classes == data.classes
    assert read.input_columns == data.input_columns
    assert read.scaling == data.scaling
    assert read.split == data.split


def damaged(path: str, value: object) -> str:
    document = json.loads(of(flowers(train_share=0.5, stratified=True)).to_json())
    *way, last = path.split(".")
    holder = document["data"]
    for key in way:
        holder = holder[int(key) if key.isdigit() else key]
    holder[int(last) if last.isdigit() else last] = value
    return json.dumps(document)


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("split", None, "data.split must be an object"),
        ("split.stratified", "yes", "true or false"),
        ("split.validation_share", 0.7, "more than all patterns"),
        ("scaling.inputs", "pickle", "no scaling called 'pickle'"),
        ("scaling.targets", [], "no scaling called list"),
        ("columns.inputs", [], "2 input columns but 0 names"),
        ("columns.inputs.0", "wide", "data.columns.inputs, column 1 must be an object"),
        ("columns.inputs.1.name", "\u0000", "control characters"),
        ("columns.targets.0.classes", ["a"], "2 to 50 different"),
        ("columns.targets.0.classes", ["a", "b"], "3 target columns but 1 names"),
        ("columns.targets.0.classes", None, "must be a list"),
        ("columns.targets.0.classes", [1, 2, 3], "name of a class"),
        ("dataset.targets.0.1", 0.5, "must be -1 and 1"),
        ("dataset.inputs.0.0", 1e999, "finite"),
        ("dataset.inputs", [[1e308, 1]] * 60, "."),
    ],
)
def test_each_kind_of_damage_has_its_sentence(path: str, value: object, sentence: str) -> None:
    text = damaged(path, value)
    if sentence == ".":
        assert Experiment.from_json(text)
        return
    with pytest.raises(ExperimentError, match=sentence) as error:
        Experiment.from_json(text)
    assert "\n" not in str(error.value)


NEW = ["columns", "columns.targets", "scaling", "split", "columns.inputs.0"]


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["name", "classes", "inputs", "targets", "seed"]), inner, max_size=3
    ),
    max_leaves=6,
), st.sampled_from(NEW))  # fmt: skip
def test_any_value_of_the_new_keys_is_read_or_refused(value: object, path: str) -> None:
    try:
        experiment = Experiment.from_json(damaged(path, value))
    except NBNError as error:
        said = str(error)
    else:
        assert Experiment.from_json(experiment.to_json()) == experiment
        return
    assert 10 < len(said) < 500
    assert "\n" not in said


# Caches and undo


def test_equal_data_has_equal_digests_and_changed_data_another() -> None:
    first, same = flowers(train_share=0.5), flowers(train_share=0.5)
    assert first == same
    others = [
        flowers(train_share=0.6),
        flowers(train_share=0.5, validation_share=0.1),
        flowers(train_share=0.5, split_seed=1),
        flowers(train_share=0.5, stratified=True),
        flowers(train_share=0.5, inputs_by="minmax"),
        flowers(train_share=0.5, targets_by="minmax"),
        dataclasses.replace(first, target_columns=[dataclasses.replace(
            SPECIES, classes=SPECIES.classes)], dataset=first.dataset.rows(np.arange(59))),
    ]  # fmt: skip
    assert len({data.digest for data in (first, *others)}) == 1 + len(others)
    assert first != "text"


def test_sixty_undo_steps_share_the_arrays_of_their_data() -> None:
    """An undo history of a large table stores it once, without a copy of its text."""
    rng = np.random.default_rng(0)
    table = Dataset(rng.normal(size=(2_000, 4)), rng.normal(size=(2_000, 1)))
    one = Experiment(Topology.mlp([4, 2, 1]), OwnData(table, 0.7, inputs_by="minmax"))
    history = [one]
    for step in range(60):
        data = dataclasses.replace(one.data, split_seed=step)
        history.append(dataclasses.replace(one, data=data))
        assert len(history[-1].to_json()) > 100_000
        history[-1].datasets()
        assert history[-1].digest
    gc.collect()
    assert all(step.data.dataset is table for step in history)  # type: ignore[union-attr]
    kept = [
        value for step in history for part in (step, step.data) for value in vars(part).values()
    ]
    held = sum(map(sys.getsizeof, kept))
    assert held < 1_000_000


def test_the_newest_results_are_kept_up_to_a_number_of_bytes() -> None:
    made: list[str] = []

    def make(key: str) -> Callable[[], str]:
        return lambda: made.append(key) or key  # type: ignore[func-returns-value]

    recent = ByteCache(6, size=len)
    for key in ("aaa", "bbb", "aaa", "ccc", "aaa", "bbb", "x" * 100, "x" * 100):
        assert recent.get(key, make(key)) == key
    assert made == ["aaa", "bbb", "ccc", "bbb", "x" * 100]
