"""Conversion of topologies to and from NetworkX graphs and plain values for JSON.

The functions take and return `TopologyParts`, the arguments of `Topology`, so that this module does
not import `Topology` itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from nbn_core.checks import shown
from nbn_core.errors import ShapeError, TopologyError
from nbn_core.network.neuron import Neuron, TopologyParts, quoted
from nbn_core.network.validation import check_keys, is_integer, topological_order

if TYPE_CHECKING:
    import networkx

ROLES = ("input", "hidden", "output")


def read_graph(graph: networkx.DiGraph) -> TopologyParts:
    """Return the topology of a graph, which `Topology.from_networkx` documents."""
    if not graph.is_directed() or graph.is_multigraph():
        raise TopologyError(
            "A network needs a directed graph with single connections: make it a DiGraph."
        )
    roles = {node: attributes.get("role") for node, attributes in graph.nodes(data=True)}
    for node, role in roles.items():
        if not isinstance(role, str) or role not in ROLES:
            raise TopologyError(
                f"{quoted(node)} needs a role: input, hidden or output, not {shown(role)}."
            )
    inputs = [node for node, role in roles.items() if role == "input"]
    for node in inputs:
        for source in graph.predecessors(node):
            raise TopologyError(
                f"{quoted(node)} is an input, so nothing can be connected to it: "
                f"remove the connection from {quoted(source)}."
            )
    order = topological_order(graph, roles)
    index = {node: i for i, node in enumerate([*inputs, *order])}
    neurons = []
    for node in order:
        attributes = graph.nodes[node]
        neurons.append(
            Neuron(
                attributes.get("activation", "bipolar"),
                attributes.get("gain", 1.0),
                attributes.get("leak", 0.0),
                tuple(sorted(index[source] for source in graph.predecessors(node))),
            )
        )
    outputs = [node for node, role in roles.items() if role == "output"]
    places = [graph.nodes[node].get("output") for node in outputs]
    if all(is_integer(place) for place in places):
        outputs = [outputs[i] for i in sorted(range(len(outputs)), key=lambda i: places[i])]
    return TopologyParts(
        tuple(str(node) for node in index),
        len(inputs),
        tuple(neurons),
        tuple(index[node] - len(inputs) for node in outputs),
    )


def graph_of(parts: TopologyParts, weights: ArrayLike | None) -> networkx.DiGraph:
    """Return the graph that `Topology.to_networkx` documents."""
    import networkx

    values = None if weights is None else np.asarray(weights, dtype=float)
    if values is not None and values.shape != (parts.n_weights,):
        raise ShapeError(
            f"This network has {parts.n_weights} weights, but {values.size} were given."
        )
    graph = networkx.DiGraph()
    place = {neuron: m for m, neuron in enumerate(parts.outputs)}
    for name in parts.names[: parts.n_inputs]:
        graph.add_node(name, role="input")
    n = 0
    for k, (name, neuron) in enumerate(
        zip(parts.names[parts.n_inputs :], parts.neurons, strict=True)
    ):
        graph.add_node(
            name,
            role="output" if k in place else "hidden",
            activation=neuron.activation,
            gain=neuron.gain,
            leak=neuron.leak,
        )
        if k in place:
            graph.nodes[name]["output"] = place[k]
        if values is not None:
            graph.nodes[name]["bias"] = float(values[n])
        n += 1
        for source in neuron.sources:
            graph.add_edge(parts.names[source], name)
            if values is not None:
                graph.edges[parts.names[source], name]["weight"] = float(values[n])
            n += 1
    return graph


def dictionary_of(parts: TopologyParts) -> dict[str, Any]:
    """Return the dictionary that `Topology.to_dict` documents."""
    return {
        "names": list(parts.names),
        "inputs": parts.n_inputs,
        "neurons": [
            {
                "activation": neuron.activation,
                "gain": neuron.gain,
                "leak": neuron.leak,
                "sources": list(neuron.sources),
            }
            for neuron in parts.neurons
        ],
        "outputs": list(parts.outputs),
    }


def read_dictionary(values: Mapping[str, Any]) -> TopologyParts:
    """Return the topology that `dictionary_of` wrote."""
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
    return TopologyParts(
        tuple(values["names"]), values["inputs"], tuple(neurons), tuple(values["outputs"])
    )
