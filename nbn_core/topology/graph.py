"""Topologies as graphs of networkx, in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from nbn_core.checks import shown
from nbn_core.errors import ShapeError, TopologyError
from nbn_core.topology.checks import is_integer
from nbn_core.topology.names import quoted
from nbn_core.topology.neuron import Neuron, Parts
from nbn_core.topology.order import topological_order

if TYPE_CHECKING:
    import networkx

    from nbn_core.topology.value import Topology

ROLES = ("input", "hidden", "output")


def read_graph(graph: networkx.DiGraph) -> Parts:
    """Give the parts of a graph; what it may be, see `Topology.from_networkx`."""
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
    return Parts(
        tuple(str(node) for node in index),
        len(inputs),
        tuple(neurons),
        tuple(index[node] - len(inputs) for node in outputs),
    )


def graph_of(topology: Topology, weights: ArrayLike | None) -> networkx.DiGraph:
    """Give the graph that `Topology.to_networkx` describes."""
    import networkx

    values = None if weights is None else np.asarray(weights, dtype=float)
    if values is not None and values.shape != (topology.n_weights,):
        raise ShapeError(
            f"This network has {topology.n_weights} weights, but {values.size} were given."
        )
    graph = networkx.DiGraph()
    place = {neuron: m for m, neuron in enumerate(topology.outputs)}
    for name in topology.input_names:
        graph.add_node(name, role="input")
    n = 0
    for k, (name, neuron) in enumerate(zip(topology.neuron_names, topology.neurons, strict=True)):
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
            graph.add_edge(topology.names[source], name)
            if values is not None:
                graph.edges[topology.names[source], name]["weight"] = float(values[n])
            n += 1
    return graph
