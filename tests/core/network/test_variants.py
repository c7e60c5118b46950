"""Variants of a network: equal to the families where there is one, valid everywhere."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from nbn_core import Topology
from nbn_core.network.neuron import Neuron
from nbn_core.network.variants import (
    half_as_wide,
    twice_as_wide,
    with_all_bridges,
    without_bridges,
)
from tests.strategies import topologies

VARIANTS = (half_as_wide, twice_as_wide, with_all_bridges, without_bridges)


def wiring(topology: Topology) -> tuple:
    return topology.n_inputs, topology.neurons, topology.outputs


@pytest.mark.parametrize("layers", [[2, 3, 1], [3, 4, 2, 2], [2, 1], [1, 5, 5, 5, 1]])
def test_bridges_turn_layers_into_bridged_layers_and_back(layers: list[int]) -> None:
    plain, bridged = Topology.mlp(layers, gain=0.5), Topology.bmlp(layers, gain=0.5)
    assert wiring(with_all_bridges(plain)) == wiring(bridged)
    assert wiring(without_bridges(bridged)) == wiring(plain)
    assert without_bridges(plain) is plain
    assert with_all_bridges(bridged) is bridged


def test_a_cascade_without_bridges_is_a_chain() -> None:
    assert wiring(without_bridges(Topology.fcc(4, 3, 1))) == wiring(Topology.mlp([4, 1, 1, 1, 1]))
    assert with_all_bridges(Topology.fcc(4, 3, 1)) == Topology.fcc(4, 3, 1)


@pytest.mark.parametrize("make", [Topology.mlp, Topology.bmlp])
def test_layers_become_half_and_twice_as_wide(make) -> None:
    assert wiring(half_as_wide(make([2, 6, 3, 2]))) == wiring(make([2, 3, 2, 2]))
    assert wiring(twice_as_wide(make([2, 3, 2, 2]))) == wiring(make([2, 6, 4, 2]))
    assert half_as_wide(make([2, 1, 1])) == make([2, 1, 1])
    none = Topology.mlp([3, 2])
    assert twice_as_wide(none) is none
    assert half_as_wide(none) is none


def test_cascades_become_half_and_twice_as_long() -> None:
    assert wiring(twice_as_wide(Topology.fcc(3, 2, 2))) == wiring(Topology.fcc(3, 4, 2))
    assert wiring(half_as_wide(Topology.fcc(3, 5, 2))) == wiring(Topology.fcc(3, 3, 2))
    assert half_as_wide(Topology.fcc(3, 1, 1)) == Topology.fcc(3, 1, 1)


def test_names_and_kinds_stay() -> None:
    plain = Topology.mlp([2, 2, 1], hidden="unipolar", gain=2.0, leak=0.1)
    named = replace(plain, names=("a", "b", "left", "right", "out"))
    wide = twice_as_wide(named)
    assert wide.names == ("a", "b", "left", "left_2", "right", "right_2", "out")
    assert {neuron.activation for neuron in wide.neurons[:-1]} == {"unipolar"}
    assert half_as_wide(named).names == ("a", "b", "left", "out")
    assert with_all_bridges(named).names == named.names


def test_a_neuron_that_only_bridges_lead_on_from_is_left_out() -> None:
    neurons = (
        Neuron(sources=(0,)), Neuron(sources=(0,)), Neuron(sources=(2,)), Neuron(sources=(1, 3)),
    )  # fmt: skip
    network = Topology((), 1, neurons, (3,))
    assert network.levels == (1, 1, 2, 3)
    assert wiring(without_bridges(network)) == wiring(Topology.mlp([1, 1, 1, 1], output="bipolar"))


@given(topologies())
def test_every_variant_of_any_network_is_a_network(topology: Topology) -> None:
    for variant in VARIANTS:
        made = variant(topology)
        assert made.n_inputs == topology.n_inputs
        assert made.input_names == topology.input_names
        assert made.output_names == topology.output_names
    bare = without_bridges(topology)
    levels = [0] * bare.n_inputs + list(bare.levels)
    for k, neuron in enumerate(bare.neurons):
        assert {levels[source] for source in neuron.sources} == {bare.levels[k] - 1}
    full = with_all_bridges(topology)
    assert sorted(full.levels) == sorted(topology.levels)
    before = np.bincount(full.levels, minlength=2)
    for k, neuron in enumerate(full.neurons):
        assert len(neuron.sources) == full.n_inputs + before[: full.levels[k]].sum()
    assert twice_as_wide(topology).n_neurons == 2 * topology.n_neurons - topology.n_outputs
    assert half_as_wide(topology).n_neurons <= topology.n_neurons
