"""Every reader of foreign text or bytes, good files to start from, and what it may answer."""

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
        Takes bytes; answers, or raises an NBNError.
    seeds : tuple of bytes
        Good files.
    """

    read: Callable[[bytes], object]
    seeds: tuple[bytes, ...]


def own() -> Experiment:
    """Data of one's own with everything that version 2 has."""
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


def _answers(read: Callable[[bytes], formats.NetworkFile]) -> Callable[[bytes], object]:
    """Read a network, and write it again: what was read has to be whole."""

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
    """Return all of them by name."""
    # No training here: what the fuzzer instruments no longer compiles.
    trace = {"sse": np.ones(3), "attempts": np.arange(3), "weights": np.ones((3, 7))}
    texts = {
        "experiment": (_experiment, XOR.to_json(), own().to_json()),
        "link": (lambda data: link.decode(data.decode("latin-1")), link.encode(XOR)),
        "in": (
            _answers(formats.read_in),
            formats.write_in(NETWORK, WEIGHTS, "a.dat"),
            "// c\nn 3 mbip 1 2\n.model mbip fun=uni, gain=0.5, der=0.001\nw 1 2 3\n",
        ),
        "vectors": (
            _answers(formats.read_vectors),
            formats.write_matlab(NETWORK, WEIGHTS),
            formats.write_pynbn(NETWORK),
            "4 1 2 3 5 1 2 3 4",
        ),
        "graphml": (_answers(formats.read_graphml), formats.write_graphml(NETWORK, WEIGHTS)),
        "node-link": (_answers(formats.read_node_link), formats.write_node_link(NETWORK, WEIGHTS)),
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
    """Read; whether it was read. Anything but an answer or one sentence is raised."""
    try:
        reader.read(data)
    except NBNError as error:
        said = str(error)
        assert said.isprintable(), f"not one line: {said!r}"
        assert 10 <= len(said) <= 700, f"not a sentence: {said!r}"
        assert said[-1] in ".:?!", f"does not end: {said!r}"
        return False
    return True
