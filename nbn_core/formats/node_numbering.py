"""Networks with nodes numbered from 1, inputs first, as in `.in` files and topology vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import networkx
import numpy as np

from nbn_core.checks import plural
from nbn_core.display import OneLine
from nbn_core.errors import FormatError
from nbn_core.formats.parsing import MAX_CONNECTIONS, MAX_NODES, checked
from nbn_core.network import Topology, default_names
from nbn_core.types import FloatArray


@dataclass(frozen=True, slots=True, repr=False)
class Row(OneLine):
    """A neuron as a file lists it.

    Parameters
    ----------
    id : int
        Number of the neuron.
    sources : tuple of int
        Numbers of its sources, in the order of their weights.
    activation : str
        Activation, a key of `ACTIVATIONS`.
    gain, leak : float
        Gain and leak.
    """

    id: int
    sources: tuple[int, ...]
    activation: str = "bipolar"
    gain: float = 1.0
    leak: float = 0.0


def network(
    rows: Sequence[Row],
    weights: Sequence[float] | None = None,
    outputs: Sequence[int] | None = None,
    names: Mapping[int, str] | None = None,
) -> tuple[Topology, FloatArray | None]:
    """Return the network of neurons that are listed in any order.

    Parameters
    ----------
    rows : sequence of Row
        Neurons; the number of inputs is the smallest number minus 1.
    weights : sequence of float, optional
        Weights row by row, bias first, then in the order of the sources of the row.
    outputs : sequence of int, optional
        Numbers of the output neurons; by default those that are no source of another neuron.
    names : mapping, optional
        Names of nodes by number; other nodes get default names.

    Returns
    -------
    tuple
        Topology, and its weights, (N,) float64, or None.

    Raises
    ------
    FormatError
        If numbers are missing, repeated or too large.
    TopologyError
        If a name is not unique.
    """
    ids = [row.id for row in rows]
    if not ids:
        raise FormatError("This file lists no neuron: it needs a line for each neuron.")
    n_inputs = min(ids) - 1
    if n_inputs < 1:
        raise FormatError("Neuron 1 leaves no number for an input: inputs are numbered first.")
    if max(ids) > MAX_NODES:
        raise FormatError(f"Node {max(ids)} is too many: a network has at most {MAX_NODES} nodes.")
    known = set(ids)
    if len(known) < len(ids):
        twice = next(i for i in ids if ids.count(i) > 1)
        raise FormatError(f"Neuron {twice} is listed twice: remove one of them.")
    gap = set(range(n_inputs + 1, max(ids) + 1)).difference(ids)
    if gap:
        raise FormatError(f"Neuron {min(gap)} is missing: numbers must have no gap.")
    if sum(len(row.sources) for row in rows) > MAX_CONNECTIONS:
        raise FormatError(
            f"A network has at most {MAX_CONNECTIONS} connections: this one has more."
        )
    feeding: set[int] = set()
    for row in rows:
        for source in row.sources:
            if source > max(ids):
                raise FormatError(
                    f"Neuron {row.id} is connected to node {source}, which does not exist."
                )
        if len(set(row.sources)) < len(row.sources):
            raise FormatError(f"Neuron {row.id} is connected to the same node twice: remove one.")
        feeding.update(row.sources)
    sinks = [i for i in sorted(ids) if i not in feeding]
    chosen = list(sinks if outputs is None else outputs)
    for output in chosen:
        if output not in known or chosen.count(output) > 1:
            raise FormatError(f"Output {output} is not a neuron, or is listed twice: correct it.")
    return _assembled(rows, n_inputs, weights, chosen, names or {})


def _assembled(
    rows: Sequence[Row],
    n_inputs: int,
    weights: Sequence[float] | None,
    outputs: Sequence[int],
    names: Mapping[int, str],
) -> tuple[Topology, FloatArray | None]:
    place = {output: m for m, output in enumerate(outputs)}
    graph = networkx.DiGraph()
    for node in range(1, n_inputs + 1):
        graph.add_node(node, role="input")
    for row in sorted(rows, key=lambda row: row.id):
        graph.add_node(
            row.id,
            role="output" if row.id in place else "hidden",
            activation=row.activation,
            gain=row.gain,
            leak=row.leak,
        )
        if row.id in place:
            graph.nodes[row.id]["output"] = place[row.id]
    graph.add_edges_from((source, row.id) for row in rows for source in row.sources)
    drawn = Topology.from_networkx(graph)
    order = [int(name) for name in drawn.names]
    named = default_names(drawn.n_inputs, drawn.n_neurons, drawn.outputs)
    topology = Topology(
        tuple(names.get(node, name) for node, name in zip(order, named, strict=True)),
        drawn.n_inputs,
        drawn.neurons,
        drawn.outputs,
    )
    if weights is None:
        return topology, None
    if len(weights) != topology.n_weights:
        raise FormatError(
            f"The network has {plural(topology.n_weights, 'weight')}, but {len(weights)} are "
            "listed: one bias and one weight for each connection of each neuron are needed."
        )
    given = iter(weights)
    value = {(row.id, s): next(given) for row in rows for s in (0, *row.sources)}
    ordered = [
        value[order[topology.n_inputs + k], s]
        for k, neuron in enumerate(topology.neurons)
        for s in (0, *(order[source] for source in neuron.sources))
    ]
    return topology, checked(topology, np.array(ordered))
