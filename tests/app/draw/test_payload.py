"""Data for the browser is plain JSON, and joins to the values that the core computed."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.draw import payload
from app.session.sketch import Sketch
from app.shared import payload as shared_payload
from nbn_core.data import Dataset
from nbn_core.experiment import Experiment, Parts
from nbn_core.generators import PROBLEMS
from nbn_core.network import Neuron, Topology
from nbn_core.trace import Trace
from tests.app.fake_browser import unpacked


def plain(value: object) -> Any:
    """Return a payload as the browser parses it; fail for NaN and NumPy scalars."""
    return json.loads(json.dumps(value, allow_nan=False))


def alone(dataset: Dataset) -> Parts:
    """Return a dataset all of which trains."""
    return Parts(dataset, None, None)


def test_packed_numbers_keep_every_bit() -> None:
    values = np.array([0.0, -0.0, 1 / 3, 5e-324, 1.8e308 / 2, np.inf, -np.inf, np.nan])
    assert unpacked(shared_payload.pack(values)).tobytes() == values.tobytes()
    table = np.arange(12.0).reshape(3, 4)
    assert np.array_equal(unpacked(shared_payload.pack(table.T)), table.T.ravel())
    assert np.array_equal(
        unpacked(shared_payload.pack(table[:, ::2].astype(">f8"))), [0, 2, 4, 6, 8, 10]
    )
    assert shared_payload.pack([]) == ""


def test_numbers_without_a_json_form_are_null() -> None:
    for value in (np.float64(1.5), 1.5, -0.0):
        assert shared_payload.number(value) == value
        assert type(shared_payload.number(value)) is float
    assert [shared_payload.number(v) for v in (math.nan, math.inf, -math.inf)] == [None] * 3


# Data


@pytest.mark.parametrize("name", PROBLEMS)
def test_the_data_of_every_problem_arrive_whole(name: str) -> None:
    train, test = Experiment.suggested(name).datasets()
    block = plain(payload.data_block(Parts(train, None, test), "key"))
    for key, dataset in (("train", train), ("test", test)):
        if dataset is None:
            assert block[key] is None
            continue
        assert block[key]["P"] == dataset.n_patterns
        inputs = unpacked(block[key]["inputs"]).reshape(block["I"], -1)
        targets = unpacked(block[key]["targets"]).reshape(block["M"], -1)
        assert np.array_equal(inputs.T, dataset.inputs)
        assert np.array_equal(targets.T, dataset.targets)
    assert len(block["input_ranges"]) == block["I"]
    assert len(block["target_ranges"]) == len(block["target_names"]) == block["M"]
    if block["kind"] == "classification":
        assert len(block["class_names"]) == max(2, block["M"])
    if block["I"] <= 2:
        for (low, high), (first, last) in zip(
            block["input_ranges"], np.reshape(block["domain"], (-1, 2)), strict=True
        ):
            assert first < low <= high < last
    else:
        assert block["domain"] is None


@pytest.mark.parametrize(
    "values",
    [[0.0, 0.0], [5.0, 5.0], [-1e308, 1e308], [1.7e308, 1.7e308], [5e-324, 1e-320], [1e17, 1e17]],
)
def test_unusual_data_have_a_valid_plot_range(values: list[float]) -> None:
    dataset = Dataset([[v, v] for v in values], [[v] for v in values])
    block = plain(payload.data_block(alone(dataset), "key"))
    xmin, xmax, ymin, ymax = block["domain"]
    assert math.isfinite(xmax - xmin)
    assert xmin < xmax
    assert (xmin, xmax) == (ymin, ymax)


def test_equal_data_have_equal_keys_and_different_data_different_ones() -> None:
    def key(name: str, **parameters: Any) -> str:
        return payload.dataset_key(Experiment.suggested(name, **parameters).parts())

    keys = [key(name) for name in PROBLEMS]
    assert keys == [key(name) for name in PROBLEMS]
    assert len(set(keys)) == len(keys)
    assert key("moons", seed=1) != key("moons")
    x = [[0.0, 1.0], [2.0, 3.0]]
    shapes = [Dataset(x, [[0.5], [1.5]]), Dataset([[0.0], [1.0]], [[2.0, 3.0], [0.5, 1.5]])]
    assert len({payload.dataset_key(alone(shape)) for shape in shapes}) == 2
    assert payload.dataset_key(Parts(*shapes, None)) != payload.dataset_key(
        Parts(*reversed(shapes), None)
    )


# Network


def test_the_network_arrives_in_the_order_of_its_weights() -> None:
    neurons = (
        Neuron("bipolar", 2.0, 0.1, (0,)),
        Neuron("linear", 1.0, 0.0, (0, 1, 2)),
        Neuron("elliot_unipolar", 0.5, 0.0, (2, 3)),
    )
    topology = Topology(("a", "b", "h", "y2", "y1"), 2, neurons, (2, 1))
    block = plain(shared_payload.network_block(topology))
    ids = block["inputs"] + [neuron["id"] for neuron in block["neurons"]]
    names = [
        (source, neuron["id"])
        for neuron in block["neurons"]
        for source in ["", *(ids[s] for s in neuron["sources"])]
    ]
    assert tuple(names) == topology.weight_names
    assert [ids[2 + m] for m in block["outputs"]] == ["y1", "y2"]
    assert block["neurons"][2]["activation"] == "elliot_unipolar"
    assert block["families"] == []
    assert [node["id"] for node in shared_payload.graph_block(Sketch.of(topology))["nodes"]] == ids


@pytest.mark.parametrize(
    ("topology", "family", "sizes"),
    [
        (Topology.slp(2, 5, 1), "slp", [5]),
        (Topology.mlp([2, 4, 4, 2]), "mlp", [4, 4]),
        (Topology.bmlp([3, 2, 2, 1]), "bmlp", [2, 2]),
        (Topology.fcc(2, 4, 2), "fcc", [4]),
        (Topology.mlp([2, 1]), None, []),
        (Topology.slp(2, 3, 1, hidden="elliot_bipolar", gain=2.0), "slp", [3]),
    ],
)
def test_presets_are_recognised(topology: Topology, family: str | None, sizes: list[int]) -> None:
    assert shared_payload.family_of(topology) == (family, sizes)


def test_a_preset_with_one_connection_less_is_not_recognised() -> None:
    whole = Topology.mlp([2, 3, 3, 1])
    graph = whole.to_networkx()
    graph.remove_edge("h1", "h4")
    assert shared_payload.family_of(Topology.from_networkx(graph)) == (None, [])


# The run


def trace_of(rows: int, weights: int) -> Trace:
    generator = np.random.default_rng(rows)
    columns = [generator.standard_normal(rows) for _ in range(3)]
    columns[0][rows // 2] = np.inf
    columns[2][-1] = np.nan
    attempts = np.ones(rows, dtype=np.int64)
    seconds = np.arange(rows) / 7
    return Trace(*columns, attempts, seconds, generator.standard_normal((rows, weights)))


@given(
    rows=st.integers(1, 60),
    weights=st.integers(1, 9),
    stride=st.integers(1, 9),
    chunk=st.integers(0, 40),
    seen=st.lists(st.integers(0, 60), max_size=5),
)
def test_chunks_join_to_the_whole_trace(
    rows: int, weights: int, stride: int, chunk: int, seen: list[int]
) -> None:
    """The trace may grow between answers by any number of rows."""
    whole = trace_of(rows, weights)
    columns: dict[str, list[float | None]] = {"sse": [], "mu": [], "seconds": []}
    kept: dict[int, np.ndarray[Any, Any]] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(payload, "CHUNK_BYTES", chunk * 8)
        grown = [length for length in sorted(seen) if 0 < length <= rows]
        answers = [(length, False) for length in grown] + [(rows, False)] * (rows % 2)
        for length, ended in [*answers, *[(rows, True)] * (rows + 1)]:
            part = Trace(*(getattr(whole, name)[:length] for name in Trace.__slots__[:6]))
            first = len(columns["sse"])
            if first > length:
                continue
            block = plain(payload.trace_block(part, first, stride, ended=ended))
            assert block["first"] == first
            for name, column in columns.items():
                column += block[name]
            received = unpacked(block["weights"]).reshape(len(block["kept"]), weights)
            kept.update(zip(block["kept"], received, strict=True))
    for name, column in columns.items():
        expected = getattr(whole, name)
        assert column == [v if np.isfinite(v) else None for v in expected.tolist()]
    assert set(kept) == {*range(0, rows, stride), rows - 1}
    for k, row in kept.items():
        assert row.tobytes() == whole.weights[k].tobytes()


def test_the_last_weights_arrive_although_their_row_was_sent_before() -> None:
    whole = trace_of(8, 3)
    before = payload.trace_block(whole, 0, 5, ended=False)
    assert before["kept"] == [0, 5]
    after = payload.trace_block(whole, 8, 5, ended=True)
    assert after["sse"] == []
    assert after["kept"] == [7]
    assert np.array_equal(unpacked(after["weights"]), whole.weights[7])


def test_the_best_weights_arrive_although_their_row_was_sent_before() -> None:
    whole = trace_of(18, 3)
    aside = [float(k) for k in range(18)]
    aside[4] = np.inf
    before = plain(payload.trace_block(whole, 0, 5, ended=False, aside=aside, best=None))
    assert before["validation"] == [None if k == 4 else float(k) for k in range(18)]
    after = payload.trace_block(whole, 18, 5, ended=True, aside=aside, best=7)
    assert after["validation"] == []
    assert after["kept"] == [7, 17]
    assert np.array_equal(unpacked(after["weights"]).reshape(2, 3), whole.weights[[7, 17]])
    for best, kept in ((10, [17]), (17, [17]), (None, [17])):
        assert payload.trace_block(whole, 18, 5, ended=True, best=best)["kept"] == kept


def test_a_missing_trace_is_sent_as_one_without_rows() -> None:
    block = payload.trace_block(None, 0, 1, ended=False)
    assert block == payload.trace_block(trace_of(1, 1), 1, 1, ended=False) | {"first": 0}


@pytest.mark.parametrize("n_weights", [1, 105, 2000])
@pytest.mark.parametrize("max_iterations", [1, 1000, 5000])
def test_a_run_never_exceeds_the_stored_size(n_weights: int, max_iterations: int) -> None:
    stride = payload.stride_of(n_weights, max_iterations)
    assert stride >= 1
    rows = max_iterations // stride + 2
    assert rows * n_weights * 8 <= payload.KEPT_BYTES + 2 * n_weights * 8
    if n_weights * max_iterations * 8 <= payload.KEPT_BYTES:
        assert stride == 1


def test_class_names_are_shortened_to_fit() -> None:
    targets = np.array([[1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    names = ["kind=versicolor", "kind=virginica", "kind=setosa"]
    data = Dataset(np.eye(3), targets, target_names=names)
    block = payload.data_block(alone(data), "key", ["versicolor", "virginica", "setosa"])
    assert block["class_names"] == ["ver", "vir", "set"]
    block = payload.data_block(alone(data), "key")
    assert block["class_names"] == ["kind=ve", "kind=vi", "kind=se"]
    two = Dataset([[0.0], [1.0]], [[-1.0], [1.0]])
    assert payload.data_block(alone(two), "key", ["no", "yes"])["class_names"] == ["no", "yes"]
    assert payload.data_block(alone(two), "key")["class_names"] == ["-1", "+1"]
    assert payload.dataset_key(alone(two), ["no", "yes"]) != payload.dataset_key(alone(two))
    one = two.rows(np.array([1]))
    assert payload.data_block(alone(one), "key")["class_names"] == ["-1", "+1"]
