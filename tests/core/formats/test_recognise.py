"""Recognition: formats are detected by content, other files refused in one sentence."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbn_core import NBNError, Topology, formats, generators, initial_weights, train
from nbn_core.experiment import Experiment, link
from nbn_core.formats import FormatError, dat, read_dat
from nbn_core.formats.recognise import REPORT_BEGIN, REPORT_END, Recognised, recognise
from tests.strategies import damaged, read_or_sentence

XOR = Experiment.suggested("xor")
NETWORK = Topology.bmlp([3, 2, 1])
WEIGHTS = initial_weights(NETWORK, seed=1)
REPORT = f"<!doctype html>\n<html><body>\n{REPORT_BEGIN}{XOR.to_json()}{REPORT_END}\n</body></html>"
NETWORKS = {
    "in": formats.write_in(NETWORK, WEIGHTS),
    "matlab": formats.write_matlab(NETWORK, WEIGHTS),
    "pynbn": formats.write_pynbn(NETWORK, WEIGHTS),
    "graphml": formats.write_graphml(NETWORK, WEIGHTS),
    "node-link": formats.write_node_link(NETWORK, WEIGHTS),
}
EXPERIMENTS = {
    "json": XOR.to_json(),
    "packed": link.encode(XOR),
    "address": f"http://127.0.0.1:8501/?e={link.encode(XOR)}",
    "address with more": f"https://lab.example/base/?a=1&e={link.encode(XOR)}#top",
    "report": REPORT,
}
PATTERNS = formats.write_dat(generators.parity(3))


@pytest.mark.parametrize("text", EXPERIMENTS.values(), ids=EXPERIMENTS)
def test_an_experiment_is_recognised_as_file_link_and_report(text: str) -> None:
    for data in (text, f"\n {text}\n", text.encode(), b"\xef\xbb\xbf" + text.encode()):
        assert recognise(data).experiment == XOR


@pytest.mark.parametrize("text", NETWORKS.values(), ids=NETWORKS)
def test_a_network_is_recognised_in_every_format(text: str) -> None:
    for data in (text, text.encode(), text.replace("\n", "\r\n").encode()):
        found = recognise(data).network
        assert found is not None
        assert found.topology.neurons == NETWORK.neurons
        np.testing.assert_array_equal(found.weights, WEIGHTS)


def test_patterns_and_vectors_of_numbers_are_distinguished() -> None:
    assert recognise(PATTERNS).patterns == PATTERNS.strip()
    assert "8 patterns" in recognise(PATTERNS).what
    assert recognise("% one\n1 2 3 4\n").network is None
    vector = recognise("4 1 2 3 5 1 2 3 4").network
    assert vector is not None
    assert vector.topology == Topology.fcc(3, 1, 1)


def test_weights_are_read_for_the_network_they_belong_to() -> None:
    table = formats.write_weights_csv(NETWORK, WEIGHTS)
    trace = train(XOR.topology, XOR.datasets()[0], max_iterations=3).trace
    found: list[tuple[Recognised, Topology, object]] = [
        (recognise(table), NETWORK, WEIGHTS),
        (recognise(formats.write_npz({"weights": WEIGHTS})), NETWORK, WEIGHTS),
        (recognise(formats.write_trace_npz(trace)), XOR.topology, trace.weights[-1]),
    ]
    for one, topology, weights in found:
        assert one.weights is not None
        np.testing.assert_array_equal(one.weights(topology), weights)
        with pytest.raises(NBNError):
            one.weights(Topology.mlp([5, 5, 5]))


ODD = {
    "nothing": ("", "file is empty"),
    "blank": (" \n\t", "file is empty"),
    "prose": ("Dear class, here is the network.", "begins with “Dear class"),
    "a page": ("<!doctype html><html><body>Hello</body></html>", "not a report"),
    "an SVG": ("<svg xmlns='x'/>", "drawing"),
    "other XML": ("<note>hello</note>", "not GraphML"),
    "other JSON": ('{"a": 1}', "neither an experiment"),
    "cut JSON": (XOR.to_json()[:200], "stops being JSON"),
    "newer": (XOR.to_json().replace('"version":3', '"version":99'), "version"),
    "a cycle": ("n 3 mbip 1 4\nn 4 mbip 2 3", "loop"),
    "an unknown activation": (
        formats.write_node_link(NETWORK).replace("bipolar", "relu"), "relu",
    ),
    "a damaged link": (f"http://x/?e={link.encode(XOR)[:-9]}", "damaged"),
    "C": (formats.write_c(NETWORK, WEIGHTS), "in C, which can be exported but not"),
    "Python": (formats.write_python(NETWORK, WEIGHTS), "as Python, which can be exported"),
    "ONNX": (formats.write_onnx(NETWORK, WEIGHTS), "as ONNX, which can be exported but not"),
    "a trace": ("iteration,sse,mu\n0,1,2\n", "trace"),
    "a pickle": (b"\x80\x04\x95", "pickle"),
    "a PDF": (b"%PDF-1.4", "PDF"),
    "a workbook": (b"PK\x03\x04" + b"\0" * 40, "workbook"),
    "NPZ without weights": (formats.write_npz({"a": [1.0]}), "weights"),
    "NPZ of three axes": (formats.write_npz({"weights": np.ones((1, 1, 1))}), "one row"),
    "binary": (bytes(range(256)), "binary"),
    "a number": (5, "int"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "said"), ODD.values(), ids=ODD)
def test_files_that_cannot_be_imported_are_refused_in_a_sentence(data: object, said: str) -> None:
    with pytest.raises(NBNError) as error:
        recognise(data)  # type: ignore[arg-type]
    assert said in str(error.value)
    assert re.fullmatch(r"[^\n]{10,400}[.:)]", str(error.value))


@settings(max_examples=200)
@given(st.text() | st.binary())
def test_random_bytes_are_refused_in_a_sentence(junk: str | bytes) -> None:
    read_or_sentence(recognise, junk)


@settings(max_examples=200)
@given(st.data())
def test_a_damaged_file_is_read_or_refused_in_a_sentence(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([*NETWORKS.values(), *EXPERIMENTS.values(), PATTERNS]))
    read_or_sentence(recognise, data.draw(damaged(text)))


@pytest.mark.parametrize("head", ["", "a,b\n"])
@pytest.mark.parametrize("row", ["1 2\n", "1;2;,\n", "0.5,1\n"])
def test_a_data_file_of_too_many_rows_is_refused_before_it_is_read(
    head: str, row: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dat, "_numbers", lambda text: pytest.fail("it was read"))
    with pytest.raises(FormatError, match="1,000 rows and 5,000 columns at most"):
        recognise(head + 12_000 * row, max_rows=1_000)


def test_a_data_file_is_parsed_once_to_be_recognised_and_read() -> None:
    text = "0.25 1\n0.5 0\n"
    dat._numbers.cache_clear()
    assert recognise(text).patterns == text.strip()
    assert read_dat(text.strip()).n_patterns == 2
    assert dat._numbers.cache_info().misses == 1
