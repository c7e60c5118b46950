"""The published schema of experiments and the code that reads them accept the same files."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbn_core import ACTIVATIONS, RULES, SCHEMES, Dataset, NBNError, Topology, initial_weights
from nbn_core.checks import MAX_SEED
from nbn_core.data.columns import MAX_CLASSES, DataColumn
from nbn_core.data.dataset import KINDS
from nbn_core.data.dataset import NAME_LENGTH as COLUMN_NAME_LENGTH
from nbn_core.data.scaling import METHODS
from nbn_core.experiment import (
    FORMAT,
    MAX_ITERATIONS,
    VERSION,
    Experiment,
    GivenStart,
    OwnData,
)
from nbn_core.generators import PROBLEMS
from nbn_core.network import GAIN_MAX, LEAK_MAX, NAME_LENGTH
from tests.strategies import topologies

SCHEMA = json.loads(
    (Path(__file__).parents[3] / "docs" / "experiment.schema.json").read_text(encoding="utf-8")
)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

XOR = Experiment.suggested("xor")
OWN = Experiment(
    Topology.mlp([1, 2, 1]),
    OwnData(Dataset([[0.0], [1.0], [2.0]], [[0.5], [1.5], [2]], "mine"), 0.5, 3, 0.2),
    start=GivenStart(tuple(initial_weights(Topology.mlp([1, 2, 1])))),
    drawing={"nodes": {"x1": [1, 2]}},
)
COLOUR = DataColumn("colour", ("blue", "green", "red"))
CLASSES = Experiment(
    Topology.mlp([1, 2, 3]),
    OwnData(
        Dataset(
            [[0.0], [1.0], [2.0], [3.0]], COLOUR.encode(np.array([0, 1, 2, 2])), "colours",
            "classification", target_names=COLOUR.names,
        ),
        0.5, 3, 0.2, True, "minmax", "standard", target_columns=[COLOUR],
    ),
)  # fmt: skip


def document(experiment: Experiment) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(experiment.to_json())
    return value


def read(value: object) -> bool:
    try:
        Experiment.from_json(json.dumps(value))
    except NBNError:
        return False
    return True


def test_the_schema_is_valid() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_lists_and_limits_of_the_schema_are_those_of_the_code() -> None:
    parts, definitions = SCHEMA["properties"], SCHEMA["$defs"]
    assert parts["format"]["const"] == FORMAT
    assert parts["version"]["const"] == VERSION
    assert parts["start"]["oneOf"][0]["properties"]["scheme"]["enum"] == list(SCHEMES)
    assert parts["stopping"]["properties"]["max_iterations"]["maximum"] == MAX_ITERATIONS
    assert parts["stopping"]["properties"]["patience"]["maximum"] == MAX_ITERATIONS
    assert definitions["seed"]["maximum"] == MAX_SEED
    neuron = definitions["topology"]["properties"]["neurons"]["items"]["properties"]
    assert neuron["activation"]["enum"] == list(ACTIVATIONS)
    assert neuron["gain"]["maximum"] == GAIN_MAX
    assert neuron["leak"]["maximum"] == LEAK_MAX
    assert definitions["topology"]["properties"]["names"]["items"]["maxLength"] == NAME_LENGTH
    dataset = definitions["own"]["properties"]["dataset"]["properties"]
    assert dataset["kind"]["enum"] == list(KINDS)
    assert definitions["method"]["enum"] == list(METHODS)
    column = definitions["columns"]["items"]["properties"]
    assert column["name"]["maxLength"] == COLUMN_NAME_LENGTH
    assert column["classes"]["anyOf"][1]["maxItems"] == MAX_CLASSES


@pytest.mark.parametrize("name", PROBLEMS)
def test_every_problem_is_valid(name: str) -> None:
    VALIDATOR.validate(document(Experiment.suggested(name)))


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_is_valid(rule: str) -> None:
    VALIDATOR.validate(document(dataclasses.replace(XOR, rule=rule, settings={})))


@settings(max_examples=60)
@given(topologies())
def test_any_network_is_valid(topology: Topology) -> None:
    data = Dataset([[0.0] * topology.n_inputs], [[1.0] * topology.n_outputs])
    VALIDATOR.validate(document(Experiment(topology, OwnData(data))))


def objects(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths of all objects in a document whose keys are fixed."""
    found = []
    if isinstance(value, dict):
        if path[:1] != ("drawing",):
            found.append(path)
        for key, item in value.items():
            found += objects(item, (*path, key))
    elif isinstance(value, list):
        for at, item in enumerate(value):
            found += objects(item, (*path, at))
    return found


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


@pytest.mark.parametrize("experiment", [XOR, OWN, CLASSES], ids=["problem", "own", "classes"])
def test_a_missing_or_unknown_key_is_refused_by_both(experiment: Experiment) -> None:
    whole = document(experiment)
    free = {("data", "parameters"), ("rule", "settings")}
    for path in objects(whole):
        for key in at(whole, path):
            if path not in free:
                less = document(experiment)
                del at(less, path)[key]
                assert not VALIDATOR.is_valid(less), (path, key)
                assert not read(less), (path, key)
        if path not in free:
            more = document(experiment)
            at(more, path)["more"] = 1
            assert not VALIDATOR.is_valid(more), path
            assert not read(more), path


plain = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 2000), st.floats(-3, 3), st.text(max_size=3),
    st.just([]), st.just({}), st.sampled_from([1e300, 2**53, "x" * 200, "given", "own", "linear"]),
)  # fmt: skip


@settings(max_examples=300)
@given(st.data())
def test_the_schema_allows_every_file_that_the_code_reads(data: st.DataObject) -> None:
    value = document(data.draw(st.sampled_from([XOR, OWN, CLASSES])))
    for _ in range(data.draw(st.integers(1, 2))):
        part: Any = value
        while True:
            keys = sorted(part) if isinstance(part, dict) else range(len(part))
            key = data.draw(st.sampled_from(list(keys)))
            deeper = isinstance(part[key], dict | list) and len(part[key]) > 0
            if not deeper or data.draw(st.integers(0, 9)) == 0:
                break
            part = part[key]
        part[key] = data.draw(plain)
    # Files of earlier versions are read too; the schema is that of the newest.
    if read(value) and value["version"] == VERSION:
        VALIDATOR.validate(value)
