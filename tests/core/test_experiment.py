"""Experiment: its JSON gives it back, damage is refused, and it trains the same anywhere."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from nbn_core.dataset import Dataset
from nbn_core.errors import (
    DatasetError,
    ExperimentError,
    NBNError,
    SettingError,
    ShapeError,
)
from nbn_core.experiment import (
    MAX_DRAWING,
    Experiment,
    GivenStart,
    OwnData,
    ProblemData,
    SeededStart,
    Stopping,
)
from nbn_core.generators import PROBLEMS
from nbn_core.topology import Topology

bounded = settings(deadline=timedelta(seconds=2), max_examples=150)

# Any experiment

finite = st.floats(allow_nan=False, allow_infinity=False)
names = st.text(st.characters(blacklist_categories=["Cc", "Cs"]), min_size=1, max_size=8)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | finite | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@st.composite
def experiments(draw: st.DrawFn) -> Experiment:
    data = draw(st.sampled_from(["problem", "own"]))
    share = draw(st.sampled_from([1.0, 0.5, 0.3]))
    seeds = st.integers(0, 2**53 - 1)
    if data == "problem":
        name = draw(st.sampled_from(["xor", "parity", "two_spirals", "sinc", "encoder"]))
        parameters = {}
        for p in PROBLEMS[name].parameters:
            whole = isinstance(p.default, int)
            values = (
                st.integers(p.low, min(p.high, 8)) if whole and p.low < 8 else st.just(p.default)
            )
            parameters[p.name] = draw(values if whole else st.floats(p.low, p.high))
        data = ProblemData(name, parameters, share, draw(seeds))
    else:
        rows = draw(st.integers(2, 4))
        columns = draw(st.integers(1, 3))
        table = st.lists(
            st.lists(finite, min_size=columns, max_size=columns), min_size=rows, max_size=rows
        )
        method = draw(st.sampled_from(["none", "minmax", "standard"]))
        fields = (
            Dataset(
                draw(table),
                draw(table),
                draw(names),
                draw(st.sampled_from([None, "classification"])),
                draw(st.lists(names, min_size=columns, max_size=columns)),
            ),
            share,
            draw(seeds),
            draw(st.floats(0.0, 1.0 - share)),
            False,
            method,
            draw(st.sampled_from(["none", "minmax"])),
        )
        try:
            data = OwnData(*fields)
        except DatasetError as error:
            if "too large when they are scaled" not in str(error):
                raise  # nothing else may be wrong with it
            reject()
    train, _ = data.datasets()
    family = draw(st.sampled_from(["fcc", "slp"]))
    topology = getattr(Topology, family)(
        train.n_inputs,
        draw(st.integers(1, 3)),
        train.n_outputs,
        output=draw(st.sampled_from(["bipolar", "linear", "elliot_unipolar"])),
        gain=draw(st.floats(1e-3, 10)),
        leak=draw(st.floats(0, 1)),
    )
    weights = st.lists(finite, min_size=topology.n_weights, max_size=topology.n_weights)
    return Experiment(
        topology,
        data,
        start=draw(
            st.builds(SeededStart, st.just("uniform"), seeds) | st.builds(GivenStart, weights)
        ),
        stopping=Stopping(draw(st.floats(0, 1e300)), draw(st.integers(1, 1_000_000))),
        drawing=draw(st.none() | st.dictionaries(st.text(max_size=5), json_values, max_size=3)),
    )


def own() -> Experiment:
    """A small experiment that has everything in it."""
    data = Dataset([[0.1, 2], [3, -4e-300], [5, 6]], [[1], [-1], [1]], "mine", None, ["a", "ß"])
    topology = Topology.fcc(2, 1, 1, output="bipolar", gain=0.5, leak=0.1)
    return Experiment(
        topology,
        OwnData(data, 0.7, 5),
        start=GivenStart(tuple(np.linspace(-1, 1, topology.n_weights))),
        stopping=Stopping(0.1, 20),
        drawing={"nodes": [{"x": 1, "y": 2.5}], "zoom": None},
    )


# The text


@bounded
@given(experiments())
def test_reading_gives_back_what_was_written(experiment):
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


def test_what_is_left_out_and_what_is_said_give_the_same_text():
    topology = Topology.fcc(3, 1, 1)
    short = Experiment(topology, ProblemData("parity"))
    long = Experiment(
        topology,
        ProblemData("parity", {"n": np.int64(3)}, 1, 0),
        "nbn",
        dict(short.settings),
        SeededStart("uniform", 0),
        Stopping(short.stopping.target_sse, short.stopping.max_iterations),
    )
    assert short.to_json() == long.to_json()
    assert len({short, long}) == 1
    whole = {k: int(v) for k, v in short.settings.items() if type(v) is float and v == int(v)}
    assert whole
    assert dataclasses.replace(short, settings=whole) == short


def test_whole_numbers_may_stand_for_fractions():
    target = Stopping(target_sse=1)
    assert target == Stopping(target_sse=1.0)
    assert GivenStart([1, 2]) == GivenStart(np.array([1.0, 2.0]))


def test_replace_makes_another_and_leaves_the_first():
    first = own()
    text = first.to_json()
    other = dataclasses.replace(first, start=SeededStart(seed=3))
    assert other != first
    assert first.to_json() == text
    assert dataclasses.replace(other, start=first.start) == first


def test_nothing_in_it_can_be_changed():
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


def test_nothing_is_suggested_for_a_problem_that_does_not_exist():
    with pytest.raises(SettingError, match="no problem called 'nothing'"):
        Experiment.suggested("nothing")


# Damage


def _places(value, path=()):
    yield path
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _places(item, (*path, key))


@st.composite
def damaged_documents(draw: st.DrawFn) -> str:
    document = json.loads(draw(st.sampled_from(BASES)))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from([p for p in _places(document) if p]))
        holder = document
        for key in path[:-1]:
            holder = holder[key]
        change = draw(st.sampled_from(["replace", "replace", "remove", "add"]))
        if change == "replace":
            holder[path[-1]] = draw(values_that_hurt)
        elif change == "remove":
            del holder[path[-1]]
        elif isinstance(holder, dict):
            holder[draw(st.text(max_size=5))] = draw(values_that_hurt)
        else:
            holder.append(draw(values_that_hurt))
    return json.dumps(document)


BASES = [own().to_json(), *(Experiment.suggested(n).to_json() for n in ("xor", "sinc", "encoder"))]
values_that_hurt = json_values | st.sampled_from(
    [
        *(None, True, -1, 0, 1, 2, 1e308, -1e308, 10**30, 10**400, 1e999, float("nan")),
        *("", "nbn", "\x00", "\ud800", "x" * 5000),
        *([], {}, [[]], [[1, 2], [3]], [None] * 5000, {"kind": "own"}),
    ]
).map(copy.deepcopy)


def _read_or_refuse(text):
    """An experiment, or one sentence; anything else fails the test that calls."""
    said = ""
    try:
        experiment = Experiment.from_json(text)
    except ExperimentError as error:
        said = str(error)
    if said:
        assert "\n" not in said
        assert 10 < len(said) < 500
        assert said.encode()
        return None
    assert Experiment.from_json(experiment.to_json()) == experiment
    return experiment


@settings(bounded, max_examples=400)
@given(damaged_documents())
def test_a_damaged_document_is_refused_in_one_sentence(text):
    _read_or_refuse(text)


@bounded
@given(st.data())
def test_damaged_text_is_refused_in_one_sentence(data):
    text = data.draw(st.sampled_from(BASES))
    at = data.draw(st.integers(0, len(text)))
    to = data.draw(st.integers(at, min(len(text), at + 5)))
    raw = text.encode()
    _read_or_refuse(raw[:at] + data.draw(st.binary(max_size=6)) + raw[to:])
    _read_or_refuse(text[:at] + data.draw(st.text(max_size=6)) + text[to:])
    if at < len(text):
        assert _read_or_refuse(text[:at]) is None


@bounded
@given(st.text() | st.binary() | json_values.map(json.dumps))
def test_any_other_text_is_refused_in_one_sentence(text):
    assert _read_or_refuse(text) is None


A = {"name": "a", "classes": []}
ALL = {"train_share": 1.0, "validation_share": 0.0, "seed": 0, "stratified": False}


def changed(**changes):
    """The text of `own()`, with the value at each dotted path replaced."""
    document = json.loads(own().to_json())
    for path, value in changes.items():
        *way, last = path.split("__")
        holder = document
        for key in way:
            holder = holder[key]
        if value is KeyError:
            del holder[last]
        else:
            holder[last] = value
    return json.dumps(document)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "stops being JSON at line 1, column 1"),
        (own().to_json()[:-1], "stops being JSON"),
        (b"\xff\xfe\x00", "holds text, numbers or nesting"),
        ("[" * 100_000, "holds text, numbers or nesting"),
        ('{"a":' * 100_000, "holds text, numbers or nesting"),
        ("9" * 5000, "holds text, numbers or nesting"),
        (" " * 32_000_001, "too large"),
        ("[]", "not an experiment of NBN Lab"),
        (17, "read from text"),
        (None, "read from text"),
        ('{"a":1,"a":2}', "a key is repeated"),
        (changed(format="png"), "not an experiment of NBN Lab"),
        (changed(version=3), "version 3, this program reads versions 1 to 2"),
        (changed(version=0), "version 0"),
        (changed(version=True), "version True"),
        (changed(version=KeyError), "version None"),
        (changed(rule=KeyError), "rule is missing in experiment"),
        (changed(more=1), "something unknown in experiment: 'more'"),
        (changed(rule="nbn"), "rule must be an object, not 'nbn'"),
        (changed(rule__name="magic"), "no learning rule called 'magic': choose one of .*nbn"),
        (changed(rule__name=["nbn"]), "no learning rule called list"),
        (changed(rule__settings__mu_start=KeyError), "mu_start is missing in rule.settings"),
        (changed(rule__settings__mu_start=-1.0), "mu_start"),
        (changed(rule__settings__mu_start="a"), "mu_start"),
        (changed(rule__settings__mu_start=True), "mu_start"),
        (changed(rule__settings__mu_start=float("nan")), "finite numbers only, this one has NaN"),
        (changed(rule__settings__speed=1), "speed"),
        (changed(start__kind="guess"), "start.kind|scheme is missing|unknown in start"),
        (changed(start={"kind": "lost", "scheme": "uniform", "seed": 0}), "start.kind must be"),
        (changed(start__weights=[1, 2]), "7 weights but 2 starting weights"),
        (changed(start__weights=[1] * 6 + ["a"]), "Starting weight 7 must be a finite number"),
        (changed(start__weights=[1e999] * 7), "finite"),
        (changed(start={"kind": "seeded", "scheme": "x", "seed": 0}), "no scheme"),
        (changed(start={"kind": "seeded", "scheme": "uniform", "seed": -1}), "seed"),
        (changed(start={"kind": "seeded", "scheme": "uniform", "seed": 0.5}), "seed"),
        (changed(stopping__max_iterations=0), "iterations must be a whole number from 1"),
        (changed(stopping__max_iterations=10**9), "iterations must be a whole number from 1"),
        (changed(stopping__target_sse=-1), "target SSE must be a finite number of at least 0"),
        (changed(stopping__target_sse=10**400), "target SSE must be a finite number"),
        (changed(data__kind="web"), "data.kind|unknown in data|missing in data"),
        (changed(data__split__train_share=0), "share of patterns"),
        (changed(data__split__train_share=1.5), "share of patterns"),
        (changed(data__split__seed=None), "seed of the split"),
        (changed(data__dataset__kind=None), "data.dataset.kind must be text"),
        (changed(data__dataset__kind="clock"), "regression or classification"),
        (changed(data__dataset__inputs=[[1, 2], [3], [4, 5]]), "not a table of numbers"),
        (changed(data__dataset__inputs=[[1, 2], [3, "4"], [5, 6]]), "row 2 of data.dataset.inputs"),
        (changed(data__dataset__inputs=[[1, True]] * 3), "row 1 of data.dataset.inputs"),
        (changed(data__dataset__inputs=[[1, 10**400]] * 3), "not a table of numbers"),
        (changed(data__dataset__inputs=[]), "inputs"),
        (changed(data__dataset__inputs=[[1, 2]]), "1 rows of inputs but 3 rows of targets"),
        (
            changed(data__dataset__inputs=[[1]] * 3, data__columns__inputs=[A]),
            "network has 2 inputs but the data mine need 1: give the network 1 input",
        ),
        (changed(data={"kind": "problem"}), "missing in data"),
        (
            changed(data={"kind": "problem", "name": "xor", "parameters": {"n": 3},
                          "split": ALL}),
            "problem xor has no parameter 'n'",
        ),
        (
            changed(data={"kind": "problem", "name": "parity", "parameters": {},
                          "split": ALL}),
            "n is missing in data.parameters",
        ),
        (
            changed(data={"kind": "problem", "name": "parity", "parameters": {"n": 10**6},
                          "split": ALL}),
            "from 2 to 16",
        ),
        (
            changed(data={"kind": "problem", "name": "__init__", "parameters": {},
                          "split": ALL}),
            "no problem called '__init__'",
        ),
        (changed(topology=None), "topology must be an object"),
        (changed(topology__neurons=[]), "."),
        (changed(drawing=[1]), "drawing must be a JSON object"),
        (changed(drawing={"a": "x" * MAX_DRAWING}), "drawing takes"),
        (changed(drawing=json.loads('{"a":' * 40 + "1" + "}" * 40)), "nested more than 32 deep"),
        (changed(drawing={"a": "\ud800"}), "holds text, numbers or nesting"),
    ],
)  # fmt: skip
def test_each_kind_of_damage_has_its_sentence(text, sentence):
    with pytest.raises(ExperimentError, match=sentence) as error:
        Experiment.from_json(text)
    assert "\n" not in str(error.value)


# Values made by hand


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
def test_bad_parts_are_refused_where_they_are_made(make, kind, sentence):
    with pytest.raises(kind, match=sentence) as error:
        make()
    assert isinstance(error.value, NBNError)


# The same training everywhere

TRAIN = """
import sys
from nbn_core.experiment import Experiment
training = Experiment.from_json(sys.stdin.read()).training()
while training.stop is None:
    training.advance()
sys.stdout.write(training.result().weights.tobytes().hex())
"""


def _train(experiment: Experiment) -> bytes:
    training = experiment.training()
    while training.stop is None:
        training.advance()
    return training.result().weights.tobytes()


def test_training_is_bit_identical_in_another_process_and_thread():
    experiments = [
        dataclasses.replace(Experiment.suggested(name), stopping=Stopping(0.0, 15))
        for name in ("parity", "two_spirals")
    ]
    here = [_train(experiment) for experiment in experiments]
    with ThreadPoolExecutor(4) as pool:
        for weights in pool.map(_train, experiments * 2):
            assert weights in here
    for experiment, weights in zip(experiments, here, strict=True):
        other = subprocess.run(
            [sys.executable, "-c", TRAIN], input=experiment.to_json(),
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert bytes.fromhex(other.stdout) == weights


@pytest.mark.parametrize("name", PROBLEMS)
def test_suggested_network_learns_its_problem_from_one_of_five_starts(name):
    experiment = Experiment.suggested(name)
    train, _ = experiment.datasets()
    for seed in range(5):
        training = dataclasses.replace(experiment, start=SeededStart(seed=seed)).training()
        while training.stop is None:
            training.advance()
        result = training.result()
        if result.converged:
            break
    assert result.sse <= experiment.stopping.target_sse
    if train.kind == "classification":
        assert train.right(training.objective.outputs(result.weights)).all()


def test_training_starts_at_the_starting_weights_and_stops_as_told():
    experiment = own()
    training = experiment.training()
    assert np.array_equal(training.trace().weights[0], experiment.start_weights())
    assert np.array_equal(experiment.start_weights(), experiment.start.weights)
    while training.stop is None:
        training.advance()
    assert training.iteration <= experiment.stopping.max_iterations
