"""Topologies as numbers, strings and lists, in and out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nbn_core.errors import TopologyError
from nbn_core.topology.checks import check_keys
from nbn_core.topology.neuron import Neuron, Parts

if TYPE_CHECKING:
    from nbn_core.topology.value import Topology


def dictionary_of(topology: Topology) -> dict[str, Any]:
    """Give the topology as `Topology.to_dict` describes it."""
    return {
        "names": list(topology.names),
        "inputs": topology.n_inputs,
        "neurons": [
            {
                "activation": neuron.activation,
                "gain": neuron.gain,
                "leak": neuron.leak,
                "sources": list(neuron.sources),
            }
            for neuron in topology.neurons
        ],
        "outputs": list(topology.outputs),
    }


def read_dictionary(values: Mapping[str, Any]) -> Parts:
    """Give the parts that `dictionary_of` wrote."""
    check_keys(values, ("names", "inputs", "neurons", "outputs"), "network")
    for key in ("names", "neurons", "outputs"):
        if not isinstance(values[key], list | tuple):
            raise TopologyError(f"The {key} of the network must be a list.")
    neurons = []
    for neuron in values["neurons"]:
        check_keys(neuron, ("activation", "gain", "leak", "sources"), "neuron")
        if not isinstance(neuron["sources"], list | tuple):
            raise TopologyError("The sources of a neuron must be a list.")
        neurons.append(
            Neuron(neuron["activation"], neuron["gain"], neuron["leak"], tuple(neuron["sources"]))
        )
    if not values["names"]:
        raise TopologyError("The names of the network are missing: give one for each node.")
    return Parts(tuple(values["names"]), values["inputs"], tuple(neurons), tuple(values["outputs"]))
