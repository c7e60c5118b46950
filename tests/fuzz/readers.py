"""All readers of text or bytes from outside, valid files to start from, and the check."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas
from openpyxl import Workbook

from app.session.messages import read_outbox
from app.session.sketch_reader import from_drawing
from app.share.import_proposal import propose
from nbn_core import NBNError, Topology, formats, generators, initial_weights
from nbn_core.data import Dataset
from nbn_core.data.columns import DataColumn
from nbn_core.experiment import Experiment, GivenStart, OwnData, link
from nbn_core.formats.recognise import REPORT_BEGIN, REPORT_END, recognise

NETWORK = replace(
    Topology.bmlp([2, 2, 1], hidden="elliot_bipolar", gain=0.5, leak=0.01),
    names=("=x", "<b>", "ä\u202eb", "h 2", '"'),
)
WEIGHTS = initial_weights(NETWORK, seed=1)
XOR = Experiment.suggested("xor")


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader, and files that it reads.

    Parameters
    ----------
    read : callable
        Function of bytes that returns a value or raises an NBNError.
    seeds : tuple of bytes
        Valid files.
    """

    read: Callable[[bytes], object]
    seeds: tuple[bytes, ...]


def own() -> Experiment:
    """Return an experiment with own data and all fields of version 2."""
    column = DataColumn("kind", ("a", "b", "c"))
    inputs = np.array([[1.0, 20.0], [2.0, 10.0], [3.0, 40.0], [4.0, 50.0], [6.0, 5.0], [7.0, 1.0]])
    data = Dataset(
        inputs, column.encode(np.arange(6) % 3), "own", "classification", ("u", "v"), column.names
    )
    own = OwnData(data, 0.5, 1, 0.25, False, "standard", "none", (), (column,))
    topology = Topology.fcc(2, 2, 3)
    start = GivenStart(tuple(initial_weights(topology).tolist()))
    return Experiment(topology, own, start=start, drawing={"at": {"x1": [1, 2]}})


def _workbook() -> bytes:
    book = Workbook()
    for row in (["a", "b", "kind"], [1, 2.5, "x"], [3, 4.5, "y"], [5, None, "x"]):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _parquet() -> bytes:
    file = io.BytesIO()
    pandas.DataFrame({"a": [1.5, 2.5], "b": ["x", "y"]}).to_parquet(file)
    return file.getvalue()


def _complete(read: Callable[[bytes], formats.NetworkFile]) -> Callable[[bytes], object]:
    """Return a reader that also writes the network, which must therefore be complete."""

    def both(data: bytes) -> object:
        file = read(data)
        return formats.write_in(file.topology, file.weights)

    return both


def _experiment(data: bytes) -> object:
    experiment = Experiment.from_json(data)
    assert Experiment.from_json(experiment.to_json()) == experiment
    return from_drawing(experiment.topology, experiment.drawing)


def _outbox(data: bytes) -> object:
    import json

    try:
        return read_outbox(json.loads(data))
    except (ValueError, RecursionError):
        return None


def readers() -> dict[str, Reader]:
    """Return all readers by name."""
    # Without training, because instrumented modules cannot be compiled by numba.
    trace = {"sse": np.ones(3), "attempts": np.arange(3), "weights": np.ones((3, 7))}
    texts = {
        "experiment": (_experiment, XOR.to_json(), own().to_json()),
        "link": (lambda data: link.decode(data.decode("latin-1")), link.encode(XOR)),
        "in": (
            _complete(formats.read_in),
            formats.write_in(NETWORK, WEIGHTS, "a.dat"),
            "// c\nn 3 mbip 1 2\n.model mbip fun=uni, gain=0.5, der=0.001\nw 1 2 3\n",
        ),
        "vectors": (
            _complete(formats.read_vectors),
            formats.write_matlab(NETWORK, WEIGHTS),
            formats.write_pynbn(NETWORK),
            "4 1 2 3 5 1 2 3 4",
        ),
        "graphml": (_complete(formats.read_graphml), formats.write_graphml(NETWORK, WEIGHTS)),
        "node-link": (_complete(formats.read_node_link), formats.write_node_link(NETWORK, WEIGHTS)),
        "new rows": (
            lambda data: formats.new_rows(XOR, formats.read_table(data, least_columns=1)),
            "x1;x2\n0,5;1\n1;0\n",
            "0 1\n",
        ),
        "dat": (
            formats.read_dat,
            formats.write_dat(generators.parity(2)),
            "1;2;,\n3\t4e-1\n// c\n",
        ),
        "weights": (
            lambda data: formats.read_weights_csv(data, NETWORK),
            formats.write_weights_csv(NETWORK, WEIGHTS),
        ),
        "table": (
            formats.read_table,
            'a;b;kind\n1,5;2;"x ""y"""\n3;;z\n',
            "# c\n1 2 3\n4 5 6\n",
            "a\tb\n2020-01-01\tx\n",
            "sep=;\n\nRig 4;\nx;y\ns;bar\n1.234,5;−2 %\n(3,5);7 kg\n\nTotal;8\n",
            "[[1. 2.5]\n [3.\n  4.]]",
            "A = [1 2; 3 4];",
            "a & b \\\\ \\hline\n$-1$ & 2\\% \\\\\n3 & 4\\% \\\\\n",
            "@relation r\n@attribute 'a b' numeric\n@attribute c {x, y}\n@data\n1,x\n{0 2, 1 y}\n",
            "bool_in=0\nreal_in=1\nbool_out=1\nreal_out=0\ntraining_examples=1\n"
            "validation_examples=1\ntest_examples=0\n0.1 1\n0.2 0\n",
            "+1 1:0.5 3:2\n-1 2:1\n",
            "2 2 1\n0 0\n1\n1 1\n0\n",
            "NIST\nData:   y   x\n 1 2\n 3 4\n",
            "a\tb\nc\td\n\tclass\n1\tx\n2\ty\n",
        ),
        "outbox": (
            _outbox,
            '{"client":"a","messages":[{"seq":1,"kind":"weight","k":0,"value":1e3}],'
            '"have":{"rows":1,"rev":2,"data":"x","run":"r"}}',
        ),
    }
    found = {
        name: Reader(read, tuple(text.encode() for text in seeds))
        for name, (read, *seeds) in texts.items()
    }
    found["npz"] = Reader(formats.read_npz, (formats.write_npz(trace),))
    found["workbook"] = Reader(formats.read_table, (_workbook(),))
    found["parquet"] = Reader(formats.read_table, (_parquet(),))
    everything = tuple(seed for reader in found.values() for seed in reader.seeds)
    report = f"<!doctype html><html>{REPORT_BEGIN}{XOR.to_json()}{REPORT_END}</html>".encode()
    found["recognise"] = Reader(recognise, (*everything, report))
    found["propose"] = Reader(lambda data: propose([("a.dat", data)], XOR), (*everything, report))
    return found


def check(reader: Reader, data: bytes) -> bool:
    """Return whether the data was read; fail unless it was read or refused in one sentence."""
    try:
        reader.read(data)
    except NBNError as error:
        message = str(error)
        assert message.isprintable(), f"not one line: {message!r}"
        assert 10 <= len(message) <= 700, f"not a sentence: {message!r}"
        assert message[-1] in ".:?!", f"does not end: {message!r}"
        return False
    return True
