"""`.in`, `.dat` and topology vectors: files of NBN programs are read, written files restored."""

from __future__ import annotations

import contextlib
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbn_core import Dataset, NBNError, Topology, generators, initial_weights
from nbn_core.formats import (
    read_dat,
    read_in,
    read_vectors,
    write_dat,
    write_in,
    write_matlab,
    write_pynbn,
)
from nbn_core.formats.parsing import MAX_TEXT
from tests.strategies import damaged, finite, read_or_sentence, topologies, trained

bounded = settings(max_examples=150)

PARITY = """// parity-3, two neurons in cascade

n 4 mbip 1 2 3    // the first
n 5 mbip 1 2 3 4
w 0.1 -0.2 .3 4e-1
W -1 2 3 4 5
.model mbip fun=bip, gain=0.5, der=0.001
datafile=parity3.dat
"""


def sentence(read, *arguments: object, **named: object) -> str:
    with pytest.raises(NBNError) as error:
        read(*arguments, **named)
    said = str(error.value)
    assert re.fullmatch(r"[^\n]{10,300}[.:)]", said), said
    return said


def same(first: Topology, second: Topology) -> bool:
    return first.neurons == second.neurons and first.outputs == second.outputs


# .in


def test_an_in_file_of_the_nbn_programs() -> None:
    file = read_in(PARITY)
    assert file.topology == Topology.fcc(3, 1, 1, output="bipolar", gain=0.5, leak=0.001)
    assert file.weights is not None
    assert file.weights.tolist() == [0.1, -0.2, 0.3, 0.4, -1, 2, 3, 4, 5]
    assert file.datafile == "parity3.dat"
    assert not file.weights.flags.writeable


def test_blanks_separators_line_ends_and_cases_do_not_matter() -> None:
    text = PARITY.replace("\n", "\r\n").replace("n 4 mbip 1 2 3", "\tN,4, MBIP ;1,2\t3,,")
    text = text.replace(", gain=0.5, der", " GAIN = 0.5;der").replace("datafile=", "DataFile = ")
    for data in (text, text.encode(), text.encode("utf-16"), b"\xef\xbb\xbf" + text.encode()):
        file = read_in(data)
        assert file.topology == read_in(PARITY).topology
        assert file.datafile == "parity3.dat"


def test_each_neuron_has_its_own_model_in_any_order_of_lines() -> None:
    file = read_in(
        """
        .model fast fun=uni gain=2
        n 5 mlin 4 2 1
        n 3 fast 2 1
        n 4 mu 3
        w 50 54 52 51
        w 30 32 31
        w 40 43
        """
    )
    first, second, third = file.topology.neurons
    assert (first.activation, first.gain, first.sources) == ("unipolar", 2.0, (0, 1))
    assert (second.activation, second.gain, second.sources) == ("unipolar", 1.0, (2,))
    assert (third.activation, third.sources) == ("linear", (0, 1, 3))
    assert file.weights is not None
    assert file.weights.tolist() == [30, 31, 32, 40, 43, 50, 51, 52, 54]


@bounded
@given(trained(), st.booleans())
def test_an_in_file_is_restored(network, with_weights) -> None:
    topology, weights = network
    text = write_in(topology, weights if with_weights else None, "my data.dat")
    file = read_in(text.encode())
    assert file.topology == topology
    assert file.datafile == "my data.dat"
    if with_weights:
        np.testing.assert_array_equal(file.weights, weights)
    else:
        assert file.weights is None
    assert write_in(file.topology, file.weights, file.datafile) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no neuron"),
        ("// nothing", "no neuron"),
        ("n 4 mbip", "Line 1 does not define a neuron"),
        ("n 1 mbip 2", "no number for an input"),
        ("n 4 mbip 1 2 3\nn 4 mbip 1", "Neuron 4 is listed twice"),
        ("n 4 mbip 1\nn 6 mbip 1", "Neuron 5 is missing"),
        ("n 4 mbip 1 9", "connected to node 9, which does not exist"),
        ("n 4 mbip 1 1", "same node twice"),
        ("n 4 mbip 4", "connected to itself"),
        ("n 4 mbip 1 5\nn 5 mbip 4", "loop"),
        ("n 4 mbip 0", "“0” where the number of a node"),
        ("n 4 other 1", "no .model line defines"),
        ("n 4 mbip 1\nw 1", "has 2 weights, but 1 are listed"),
        ("n 4 mbip 1\nw 1 nan", "“nan” where a number is needed"),
        ("n 4 mbip 1\nw 1 1e999", "Line 2 has “1e999”"),
        ("n 4 mbip 1\n.model", "without a name"),
        ("n 4 mbip 1\n.model mbip fun bip", "does not define a model"),
        ("n 4 mbip 1\n.model mbip fun=sin", "“sin”"),
        ("n 4 mbip 1\n.model mbip slope=1", "“slope”"),
        ("n 4 mbip 1\n.model mbip gain=0", "above 0"),
        ("n 4 mbip 1\n.model mbip gain=2\n.model mbip gain=3", "again"),
        ("n 99999999 mbip 1", "at most 5000 nodes"),
        ("n 9999999999999 mbip 1", "the number of a node"),
        ("hello world", "Line 1 starts with “hello”"),
        ("n 4 mbip 1\n//@ outputs 1", "Output 1 is not a neuron"),
        ("n 4 mbip 1\n//@ outputs 4 4", "listed twice"),
        ("n 4 mbip 1\n//@ name 1 y", "the name “y”"),
        (";;;", "separators"),
        (b"\x00\x01\x02", "binary"),
        (b"\xff\xfe\x00", "cut off"),
        ("//" + " " * MAX_TEXT, "at most"),
        (None, "NoneType"),
    ],
)
def test_each_fault_of_an_in_file_has_its_sentence(text, said) -> None:
    assert said in sentence(read_in, text)


@pytest.mark.parametrize("name", ["a\nb", "a//b", '"x"', " x", "a\x00"])
def test_a_file_name_that_would_break_the_line_is_refused(name) -> None:
    sentence(write_in, Topology.mlp([1, 1, 1]), datafile=name)


def test_weights_that_do_not_fit_are_refused() -> None:
    assert "4 weights, but 1 was given" in sentence(write_in, Topology.mlp([1, 1, 1]), [1.0])
    assert "finite" in sentence(write_in, Topology.mlp([1, 1, 1]), [1, 2, 3, np.inf])
    assert "list of numbers" in sentence(write_matlab, Topology.mlp([1, 1, 1]), ["a"])


@bounded
@given(st.data())
def test_a_damaged_in_file_is_read_or_refused_in_a_sentence(data) -> None:
    text = data.draw(damaged(PARITY))
    with contextlib.suppress(NBNError):
        file = read_in(text)
        write_in(file.topology, file.weights)
    read_or_sentence(read_in, text)


@bounded
@given(st.text() | st.binary())
def test_random_bytes_are_refused_in_a_sentence(junk) -> None:
    for read in (read_in, read_vectors, read_dat):
        read_or_sentence(read, junk)


# .dat


def test_every_way_of_separating_gives_the_same_patterns() -> None:
    expected = [[1, -1, 0.5], [0, 2, -3]]
    for text in (
        "1 -1 0.5\n0 2 -3\n",
        "1\t-1\t.5\r\n0\t2\t-3",
        "1,-1,0.5,\n\n0,2,-3,\n",
        "1; -1; 5d-1 ;\n% comment\n0; 2; -3;",
        "// head\n+1 -1 5E-1 // a comment\n0 2 -3 # one more",
    ):
        data = read_dat(text, name="a")
        assert np.hstack([data.inputs, data.targets]).tolist() == expected
        assert (data.n_inputs, data.n_outputs) == (2, 1)
    assert read_dat("1 2 3 4", n_inputs=1).n_outputs == 3
    assert read_dat("1 2 3 4", n_outputs=3).n_inputs == 1


@bounded
@given(st.data())
def test_a_dat_file_is_restored(data) -> None:
    rows, inputs, outputs = (data.draw(st.integers(1, 4)) for _ in range(3))
    row = st.lists(finite, min_size=inputs + outputs, max_size=inputs + outputs)
    table = np.array(data.draw(st.lists(row, min_size=rows, max_size=rows)))
    before = Dataset(table[:, :inputs], table[:, inputs:])
    after = read_dat(write_dat(before).encode(), n_inputs=inputs)
    np.testing.assert_array_equal(after.inputs, before.inputs)
    np.testing.assert_array_equal(after.targets, before.targets)


@pytest.mark.parametrize(
    ("text", "columns", "said"),
    [
        ("", {}, "empty"),
        ("% only a comment", {}, "empty"),
        ("1 2\n1 2 3", {}, "Line 2 has 3 numbers, the first row has 2"),
        ("1 2\n1 a", {}, "Line 2, column 2 has “a”"),
        ("1 nan", {}, "“nan”"),
        ("1 0x10", {}, "“0x10”"),
        ("1", {}, "1 number, but 1 input and 1 target"),
        ("1 2 3", {"n_inputs": 3}, "3 inputs and 1 target"),
        ("1 2 3", {"n_inputs": 1, "n_outputs": 1}, "1 input and 1 target"),
        ("1 " * 5001, {}, "5,000 columns at most"),
    ],
)
def test_each_fault_of_a_dat_file_has_its_sentence(text, columns, said) -> None:
    assert said in sentence(read_dat, text, **columns)


# Vectors


def test_the_topology_vector_of_the_trainers_own_comment() -> None:
    file = read_vectors("[4 1 2 3 5 1 2 3 4]")
    assert file.topology == Topology.fcc(3, 1, 1)
    assert file.weights is None
    for text in ("4 1 2 3, 5 1 2 3 4", "topo=[4 1 2 3 ...\n 5 1 2 3 4]; iw = [1 5 10];",
                 "topo = [4, 1, 2, 3, 5, 1, 2, 3, 4]\niw = [0, 4, 9]\n"):  # fmt: skip
        assert same(read_vectors(text).topology, file.topology)


def test_weights_are_in_the_positions_of_the_vector() -> None:
    file = read_vectors("topo = [3 2 1 4 3 1]; w = [10 12 11 20 23 21];  % sources as listed")
    assert file.weights is not None
    assert file.weights.tolist() == [10, 11, 12, 20, 21, 23]


def test_the_number_of_outputs_can_be_given() -> None:
    file = read_vectors("[3 1 2 4 1 2 3]", n_outputs=2)
    assert file.topology.outputs == (0, 1)
    assert [neuron.activation for neuron in file.topology.neurons] == ["linear", "linear"]


@bounded
@given(trained(named=False), st.sampled_from([write_matlab, write_pynbn]))
def test_vectors_are_restored(network, write) -> None:
    topology, weights = network
    file = read_vectors(write(topology, weights))
    assert same(file.topology, topology)
    np.testing.assert_array_equal(file.weights, weights)
    assert write(file.topology, file.weights) == write(topology, weights)


@bounded
@given(topologies())
def test_python_itself_reads_the_pynbn_lists(topology) -> None:
    import ast

    module = ast.parse(write_pynbn(topology))
    lists = {node.targets[0].id: ast.literal_eval(node.value) for node in module.body}
    assert len(lists["topo"]) == topology.n_weights == lists["iw"][-1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no topology vector"),
        ("w = [1 2]", "no topology vector"),
        ("topo = []", "empty"),
        ("topo = [4 1 2 3] topo = [1]", "repeated"),
        ("other = [1]", "“other” is unknown"),
        ("topo = [4 1 2 3]; iw = [1 4]", "iw does not fit"),
        ("topo = [4 1 2 3 5]", "Neuron 5 has no source"),
        ("topo = [1 2 3]", "has no source"),
        ("topo = [4 1 2 x]", "“x”"),
        ("topo = [4 1 2 3]; act = [1 2]", "act has 2 entries for 1 neuron"),
        ("topo = [4 1 2 3]; act = [7]", "code 7"),
        ("topo = [4 1 2 3]; gain = [-1]", "gain"),
        ("topo = [4 1 2 3]; w = [1 2]", "4 weights, but 2"),
        ("topo = [4 1 2 3]; outputs = [3]", "Output 3 is not a neuron"),
        ("__import__('os').system('ls')", "something other than named lists"),
        ("topo = [4 1 2 3", "something other"),
        ("[[4 1 2 3]]", "something other"),
    ],
)
def test_each_fault_of_a_vector_has_its_sentence(text, said) -> None:
    assert said in sentence(read_vectors, text)


def test_more_outputs_than_neurons_are_refused() -> None:
    sentence(read_vectors, "[4 1 2 3]", n_outputs=2)


@bounded
@given(st.data())
def test_a_damaged_vector_is_read_or_refused_in_a_sentence(data) -> None:
    topology = Topology.bmlp([3, 2, 2], leak=0.01)
    text = write_matlab(topology, initial_weights(topology))
    read_or_sentence(read_vectors, data.draw(damaged(text)))


def test_a_complete_problem_is_written_and_restored() -> None:
    data = generators.parity(5)
    again = read_dat(write_dat(data), n_inputs=5)
    np.testing.assert_array_equal(again.inputs, data.inputs)
    assert again.kind == "classification"
