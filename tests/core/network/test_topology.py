"""Topology: families, default names, and conversion to Python numbers."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from nbn_core import ACTIVATIONS, Neuron, Topology


def unit(*sources: int) -> Neuron:
    return Neuron(sources=sources)


def test_mlp_is_layer_to_layer() -> None:
    topology = Topology.mlp([2, 8, 8, 1])
    assert (topology.n_inputs, topology.n_neurons, topology.n_outputs) == (2, 17, 1)
    assert (topology.n_weights, topology.n_connections) == (105, 88)
    assert topology.levels == (1,) * 8 + (2,) * 8 + (3,)
    assert topology.neurons[8].sources == tuple(range(2, 10))
    assert {neuron.activation for neuron in topology.neurons[:-1]} == {"bipolar"}
    assert topology.neurons[-1].activation == "linear"
    assert topology.outputs == (16,)


def test_slp_is_one_hidden_layer() -> None:
    assert Topology.slp(3, 5, 2, gain=0.5) == Topology.mlp([3, 5, 2], gain=0.5)


def test_bmlp_is_connected_to_inputs_and_all_previous_layers() -> None:
    topology = Topology.bmlp([7, 3, 2, 1])
    assert [len(neuron.sources) for neuron in topology.neurons] == [7] * 3 + [10] * 2 + [12]
    assert topology.levels == (1, 1, 1, 2, 2, 3)


def test_fcc_is_a_cascade_without_connections_between_outputs() -> None:
    topology = Topology.fcc(2, 3, 2)
    assert [neuron.sources for neuron in topology.neurons] == [
        (0, 1),
        (0, 1, 2),
        (0, 1, 2, 3),
        (0, 1, 2, 3, 4),
        (0, 1, 2, 3, 4),
    ]
    assert topology.levels == (1, 2, 3, 4, 4)
    assert Topology.fcc(2, 0, 1) == Topology.mlp([2, 1])


def test_published_networks_for_spirals_have_their_number_of_weights() -> None:
    """An FCC of n neurons, including the output, has n (n + 5) / 2 weights for two inputs."""
    for n in range(7, 17):
        assert Topology.fcc(2, n - 1, 1).n_weights == n * (n + 5) // 2


def test_gain_and_leak_belong_to_neurons_that_are_not_linear() -> None:
    topology = Topology.mlp([2, 2, 1], hidden="unipolar", gain=0.5, leak=0.01)
    assert topology.neurons[0] == Neuron("unipolar", 0.5, 0.01, (0, 1))
    assert topology.neurons[-1] == Neuron("linear", 1.0, 0.0, (2, 3))
    assert Topology.mlp([2, 1], output="bipolar", gain=0.5).neurons[0].gain == 0.5


def test_default_names_number_inputs_and_hidden_neurons() -> None:
    assert Topology.mlp([2, 2, 1]).names == ("x1", "x2", "h1", "h2", "y")
    assert Topology.mlp([1, 1, 2]).names == ("x1", "h1", "y1", "y2")
    mixed = Topology((), 1, (unit(0), unit(0, 1), unit(2)), (2, 0))
    assert mixed.names == ("x1", "y2", "h1", "y1")
    assert mixed.output_names == ("y1", "y2")
    assert mixed.neuron_names == ("y2", "h1", "y1")
    assert mixed.input_names == ("x1",)
    assert mixed.weight_names == (
        ("", "y2"), ("x1", "y2"), ("", "h1"), ("x1", "h1"), ("y2", "h1"), ("", "y1"), ("h1", "y1"),
    )  # fmt: skip


def test_the_table_of_activations_has_the_published_codes() -> None:
    assert {name: a.code for name, a in ACTIVATIONS.items()} == {
        "linear": 0, "unipolar": 1, "bipolar": 2, "elliot_bipolar": 3, "elliot_unipolar": 4,
    }  # fmt: skip
    assert all(name == activation.name for name, activation in ACTIVATIONS.items())


def test_a_topology_is_a_value() -> None:
    topology = Topology.fcc(2, 4, 1)
    same = Topology.from_dict(topology.to_dict())
    assert topology == same
    assert hash(topology) == hash(same)
    assert pickle.loads(pickle.dumps(topology)) == topology
    with pytest.raises(AttributeError):
        topology.n_inputs = 3  # type: ignore[misc]


def test_numpy_numbers_are_converted_to_python_numbers() -> None:
    topology = Topology(
        ("a", "b"),
        np.int64(1),
        (Neuron("bipolar", np.float32(0.5), 0, (np.int32(0),)),),
        [np.int8(0)],
    )
    assert topology.to_dict() == {
        "names": ["a", "b"],
        "inputs": 1,
        "neurons": [{"activation": "bipolar", "gain": 0.5, "leak": 0.0, "sources": [0]}],
        "outputs": [0],
    }
    assert type(topology.neurons[0].leak) is float
    assert type(topology.outputs[0]) is int


def test_sources_are_sorted() -> None:
    assert Topology((), 3, (unit(2, 0, 1),), (0,)).neurons[0].sources == (0, 1, 2)
