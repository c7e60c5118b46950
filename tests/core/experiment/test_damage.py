"""A damaged experiment is refused in one sentence."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbn_core.errors import ExperimentError
from nbn_core.experiment import MAX_DRAWING, Experiment
from tests.experiments import bounded, json_values, own


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
    """Read an experiment or check that it is refused in one sentence; fail otherwise."""
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
    """Return the text of `own()` with the value at each dotted path replaced."""
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
        (changed(version=4), "version 4, this program reads versions 1 to 3"),
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
        (changed(stopping__patience=-1), "patience must be a whole number from 0 to 1000000"),
        (changed(stopping__patience=10**6 + 1), "patience must be a whole number from 0"),
        (changed(stopping__patience=0.5), "patience must be a whole number from 0"),
        (changed(stopping__patience="20"), "patience must be a whole number from 0 .* not '20'"),
        (changed(stopping__patience=True), "patience must be a whole number from 0"),
        (changed(stopping__patience=None), "patience must be a whole number from 0"),
        (changed(stopping__patient=20), "something unknown in stopping: 'patient'"),
        (changed(patience=20), "something unknown in experiment: 'patience'"),
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
