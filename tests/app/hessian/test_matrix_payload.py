"""The cells that the Structure section sends: tones, numbers, names and structural zeros."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest
from numpy.typing import NDArray

from app.figures.matrix import MatrixView
from app.figures.names import weight_titles
from app.hessian import matrix_payload
from app.session.sketch_reader import from_drawing
from nbn_core.analysis import coupling
from nbn_core.data import Dataset
from nbn_core.network import Topology, initial_weights
from nbn_core.objective import Objective

TOPOLOGY = Topology.mlp([2, 3, 2])
RNG = np.random.default_rng(1)
DATA = Dataset(RNG.normal(size=(20, 2)), RNG.normal(size=(20, 2)))
Q = Objective(TOPOLOGY, DATA).normal_equations(initial_weights(TOPOLOGY)).quasi_hessian
ZEROS = coupling.structural_zeros(TOPOLOGY)


def view(rows: NDArray[np.intp], columns: NDArray[np.intp], scale: str = "log") -> MatrixView:
    return MatrixView(
        rows, columns, weight_titles(TOPOLOGY), [("all", len(rows))], [("all", len(columns))],
        ZEROS, scale,
    )  # fmt: skip


def unpacked(sent: matrix_payload.Json, name: str, kind: str) -> NDArray[np.float64]:
    flat = np.frombuffer(base64.b64decode(sent[name]), dtype=kind)
    if not sent["symmetric"]:
        return flat.reshape(sent["height"], sent["width"]).astype(float)
    full = np.zeros((sent["height"], sent["width"]))
    full[np.triu_indices(sent["height"])] = flat
    return np.maximum(full, full.T) if kind == "u1" else full + np.triu(full, 1).T


EVERYTHING: NDArray[np.intp] = np.arange(TOPOLOGY.n_weights)


@pytest.mark.parametrize(
    ("rows", "columns"), [(EVERYTHING, EVERYTHING), (EVERYTHING[:3], EVERYTHING[9:13])]
)
def test_numbers_and_structural_zeros_arrive_unchanged(
    rows: NDArray[np.intp], columns: NDArray[np.intp]
) -> None:
    sent = matrix_payload.cells(Q, view(rows, columns), what="Q", exact=True)
    json.dumps(sent, allow_nan=False)
    expected, never = Q[np.ix_(rows, columns)], ZEROS[np.ix_(rows, columns)]
    np.testing.assert_allclose(unpacked(sent, "values", "<f4"), expected, rtol=1e-6, atol=1e-30)
    tones = unpacked(sent, "tones", "u1")
    np.testing.assert_array_equal(tones == matrix_payload.ZERO_TONE, never)
    seen = ~never
    np.testing.assert_array_equal(np.sign(tones[seen] - 127), np.sign(expected[seen]))
    assert sent["rows"][0] == "neuron h1, bias"
    assert [sent["row_weights"], sent["column_weights"]] == [rows.tolist(), columns.tolist()]


def test_the_strongest_cell_has_the_strongest_tone() -> None:
    linear = matrix_payload.cells(Q, view(EVERYTHING, EVERYTHING, "linear"), what="Q", exact=False)
    tones = unpacked(linear, "tones", "u1")
    largest = np.unravel_index(np.abs(Q).argmax(), Q.shape)
    assert tones[largest] in (0, 254)
    assert linear["values"] is None
    assert [tone for tone, _ in linear["scale"]] == [-1, -0.5, 0, 0.5, 1]


def test_a_zero_matrix_has_a_scale() -> None:
    sent = matrix_payload.cells(
        np.zeros_like(Q), view(EVERYTHING, EVERYTHING), what="Q", exact=True
    )
    assert sent["scale"] == [(0.0, "0")]
    assert set(unpacked(sent, "tones", "u1")[~ZEROS].tolist()) == {127.0}


def test_the_drawing_names_every_weight_by_its_two_nodes() -> None:
    weights = initial_weights(TOPOLOGY)
    sketch = from_drawing(TOPOLOGY, None)
    sent = matrix_payload.network(sketch, TOPOLOGY, weights)
    json.dumps(sent, allow_nan=False)
    assert sent["ends"] == [list(ends) for ends in TOPOLOGY.weight_names]
    assert {node["id"] for node in sent["nodes"]} == set(TOPOLOGY.names)
    np.testing.assert_allclose(sent["weights"], weights, rtol=1e-3)
