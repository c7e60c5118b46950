"""CSV and NPZ: numbers are restored to the bit, names are no formulas, nothing is unpickled."""

from __future__ import annotations

import csv
import io
import zipfile

import numpy as np
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbn_core import NBNError, Neuron, Objective, Topology, generators, initial_weights, train
from nbn_core.formats import (
    npz,
    read_npz,
    read_weights_csv,
    write_matrix_csv,
    write_npz,
    write_predictions_csv,
    write_trace_csv,
    write_trace_npz,
    write_weights_csv,
)
from tests.counting import peak
from tests.strategies import damaged, read_or_sentence, trained

bounded = settings(max_examples=100)

XOR = Topology.bmlp([2, 1, 1])
DATA = generators.xor()
RESULT = train(XOR, DATA, seed=1, max_iterations=20)


@bounded
@given(trained())
def test_weights_are_restored_to_the_bit(network) -> None:
    topology, weights = network
    text = write_weights_csv(topology, weights)
    np.testing.assert_array_equal(read_weights_csv(text.encode(), topology), weights)
    head, *rows = text.splitlines(keepends=True)
    if '"' not in text:
        np.testing.assert_array_equal(
            read_weights_csv(head + "".join(reversed(rows)), topology), weights
        )


def test_names_are_not_formulas_in_a_spreadsheet() -> None:
    names = ("=cmd|'/c calc'!A0", "'=1", "+1", "-x", "@y", "ok")
    topology = Topology(names, 5, (Neuron(sources=(0, 1, 2, 3, 4)),), (0,))
    weights = initial_weights(topology)
    text = write_weights_csv(topology, weights)
    for row in csv.reader(io.StringIO(text)):
        assert not any(cell[:1] in tuple("=+@") for cell in row[:2])
        assert not row[0].startswith("-")
    np.testing.assert_array_equal(read_weights_csv(text, topology), weights)


def test_a_trace_as_csv_and_npz() -> None:
    trace = RESULT.trace
    frame = pandas.read_csv(io.StringIO(write_trace_csv(trace)))
    assert frame["sse"].tolist() == trace.sse.tolist()
    assert frame["iteration"].tolist() == list(range(len(trace)))
    assert frame["step_length"].tolist() == trace.step_length.tolist()
    again = read_npz(write_trace_npz(trace))
    np.testing.assert_array_equal(again["step_length"], trace.step_length)
    np.testing.assert_array_equal(again["weights"], trace.weights)
    np.testing.assert_array_equal(again["attempts"], trace.attempts)
    assert write_trace_npz(trace) == write_trace_npz(trace)
    with np.load(io.BytesIO(write_trace_npz(trace)), allow_pickle=False) as loaded:
        np.testing.assert_array_equal(loaded["sse"], trace.sse)
    with pytest.raises(ValueError, match="one validation_sse for every row"):
        write_trace_csv(trace, [1.0])


def test_predictions_and_q_as_csv() -> None:
    objective = Objective(XOR, DATA)
    frame = pandas.read_csv(
        io.StringIO(write_predictions_csv(DATA, objective.outputs(RESULT.weights))),
    )
    assert list(frame) == ["x1", "x2", "y", "y predicted"]
    np.testing.assert_array_equal(frame["y predicted"], objective.outputs(RESULT.weights)[:, 0])
    q = objective.normal_equations(RESULT.weights).quasi_hessian
    frame = pandas.read_csv(io.StringIO(write_matrix_csv(XOR, q)), index_col=0)
    np.testing.assert_array_equal(frame.to_numpy(), q)
    assert list(frame)[:2] == ["bias→h1", "x1→h1"]
    with pytest.raises(NBNError, match="Predictions need 4 rows of 1"):
        write_predictions_csv(DATA, [[1.0]])
    with pytest.raises(NBNError, match="matrix of shape"):
        write_matrix_csv(XOR, [[1.0]])


GOOD = write_weights_csv(XOR, initial_weights(XOR))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "columns source, neuron and weight"),
        ("a,b,c\n", "columns source, neuron and weight"),
        ("source,neuron,weight\n", "lacks 7 weights of the network"),
        (GOOD + "x1,h1,3\n", "in an earlier row"),
        (GOOD.replace("x1,h1", "x9,h1"), "from “x9” to “h1”"),
        (GOOD.replace(",h1,", ",h1,x", 1), "“x"),
        (GOOD + "1,2\n", "2 cells, but 3 are needed"),
    ],
)
def test_each_fault_of_a_file_of_weights_has_its_sentence(text, said) -> None:
    with pytest.raises(NBNError, match=said):
        read_weights_csv(text, XOR)


@bounded
@given(damaged(GOOD) | st.text())
def test_a_damaged_file_of_weights_is_read_or_refused(text) -> None:
    read_or_sentence(read_weights_csv, text, XOR)


# NPZ


def archive(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in members.items():
            out.writestr(name.replace("__", "."), data)
    return file.getvalue()


def plain(array: np.ndarray, **options: bool) -> bytes:
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def test_other_arrays_than_numbers_are_refused_and_nothing_is_unpickled() -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, ...]:
            return (pytest.fail, ("it was unpickled",))

    evil = plain(np.array([Evil()], dtype=object), allow_pickle=True)
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (10000000000000,), }"
    huge = plain(np.zeros(1)).replace(
        plain(np.zeros(1))[10:-8], header.ljust(len(plain(np.zeros(1))) - 19) + b"\n"
    )
    for member in (
        evil,
        huge,
        plain(np.array(["text"])),
        plain(np.zeros(3)) + b"x",
        b"",
        b"x" * 99,
    ):
        with pytest.raises(NBNError, match=r"^[^\n]+\.$"):
            read_npz(archive(a__npy=member))
    for data in (b"", b"PK", archive(**{"../a__npy": plain(np.zeros(1))}), archive(a__txt=b"x")):
        with pytest.raises(NBNError):
            read_npz(data)
    with pytest.raises(NBNError, match="32 arrays"):
        read_npz(archive(**{f"a{i}": b"" for i in range(33)}))
    for wrong in ({"a": ["text"]}, {"a b": [1.0]}):
        with pytest.raises(NBNError, match="not an array of numbers"):
            write_npz(wrong)


def test_a_decompression_bomb_is_refused_before_unpacking(monkeypatch) -> None:
    monkeypatch.setattr(npz, "MAX_NPZ", 1_000_000)
    bomb = archive(a__npy=bytes(1_100_000))
    assert len(bomb) < 2000

    def refused() -> None:
        with pytest.raises(NBNError, match="32 arrays and 1 MB"):
            read_npz(bomb)

    assert peak(refused) < 200_000


@bounded
@given(st.data())
def test_damaged_npz_is_read_or_refused_in_a_sentence(data) -> None:
    good = write_npz({"a": np.arange(6.0).reshape(2, 3), "b": np.arange(3)})
    at = data.draw(st.integers(0, len(good) - 1))
    junk = data.draw(st.binary(min_size=1, max_size=6))
    read_or_sentence(read_npz, good[:at] + junk + good[at + len(junk) :])
    read_or_sentence(read_npz, good[:at])
    read_or_sentence(read_npz, junk)
