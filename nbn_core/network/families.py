"""Connections of the network families: layers, bridged layers and the full cascade."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from nbn_core.errors import TopologyError
from nbn_core.network.neuron import Neuron, TopologyParts
from nbn_core.network.validation import checked_size, checked_sizes

MOST_WEIGHTS = 10_000_000  # of a network that is made from sizes; its matrices fit nowhere
LAYERS_SHOWN = 8  # layers listed in the description of a network


class Links(NamedTuple):
    """Connections of a network whose last neurons are the outputs.

    Parameters
    ----------
    n_inputs : int
        Number of inputs, I.
    sources : list of tuple of int
        Source nodes of each neuron.
    n_outputs : int
        Number of outputs, M.
    """

    n_inputs: int
    sources: list[tuple[int, ...]]
    n_outputs: int


def layered(layers: Sequence[int], *, bridged: bool) -> Links:
    """Connect each layer to the layer before it or, if bridged, to all earlier layers."""
    sizes = checked_sizes(layers)
    starts = [0, *itertools.accumulate(sizes)]
    seen = [
        range(0 if bridged else starts[layer - 1], starts[layer]) for layer in range(1, len(sizes))
    ]
    _check_size(sum((len(nodes) + 1) * k for nodes, k in zip(seen, sizes[1:], strict=True)))
    sources: list[tuple[int, ...]] = []
    for nodes, size in zip(seen, sizes[1:], strict=True):
        sources += [tuple(nodes)] * size
    return Links(sizes[0], sources, sizes[-1])


def cascade(n_inputs: int, n_hidden: int, n_outputs: int) -> Links:
    """Connect each hidden neuron to all nodes before it, each output to all other nodes."""
    n_inputs = checked_size(n_inputs, "inputs", 1)
    n_hidden = checked_size(n_hidden, "hidden neurons", 0)
    n_outputs = checked_size(n_outputs, "outputs", 1)
    nodes = n_inputs + n_hidden
    _check_size(n_hidden * (n_inputs + nodes + 1) // 2 + n_outputs * (nodes + 1))
    sources = [tuple(range(n_inputs + k)) for k in range(n_hidden)]
    sources += [tuple(range(n_inputs + n_hidden))] * n_outputs
    return Links(n_inputs, sources, n_outputs)


def _check_size(n_weights: int) -> None:
    """Raise TopologyError for a network too large to be made, before memory is taken."""
    if n_weights > MOST_WEIGHTS:
        raise TopologyError(
            f"This network would have {n_weights:,} weights, and at most {MOST_WEIGHTS:,} are "
            "possible: use fewer neurons or inputs."
        )


def family_of(parts: TopologyParts) -> str:
    """Name the family of a network with its sizes, such as "2-8-8-1 MLP".

    Layers are tried first ("SLP" with one hidden layer, else "MLP"), then the full cascade, "FCC",
    then bridged layers, "BMLP"; any other network is "ACN", arbitrarily connected. The sizes of
    cascades and arbitrarily connected networks are the numbers of inputs, hidden neurons and
    outputs.

    Parameters
    ----------
    parts : TopologyParts
        Neurons and connections of the network.

    Returns
    -------
    str
        Sizes separated by hyphens, a blank, and the name of the family.
    """
    n_inputs, n_outputs = parts.n_inputs, len(parts.outputs)
    n_hidden = len(parts.neurons) - n_outputs
    sources = [neuron.sources for neuron in parts.neurons]
    layers = [n_inputs, *np.bincount(levels(n_inputs, sources))[1:].tolist()]
    shown = [str(size) for size in layers]
    wide = "-".join(shown if len(shown) <= LAYERS_SHOWN else [*shown[:3], "…", *shown[-2:]])
    short = f"{n_inputs}-{n_hidden}-{n_outputs}"
    if parts.outputs == tuple(range(n_hidden, n_hidden + n_outputs)):
        if layers[-1] == n_outputs and sources == layered(layers, bridged=False).sources:
            return f"{wide} SLP" if len(layers) == 3 else f"{wide} MLP"
        if sources == cascade(n_inputs, n_hidden, n_outputs).sources:
            return f"{short} FCC"
        if layers[-1] == n_outputs and sources == layered(layers, bridged=True).sources:
            return f"{wide} BMLP"
    return f"{short} ACN"


def levels(n_inputs: int, sources: Sequence[Sequence[int]]) -> list[int]:
    """Return the length of the longest path from an input to each neuron, (K,)."""
    level = [0] * n_inputs
    for seen in sources:
        level.append(1 + max(level[source] for source in seen))
    return level[n_inputs:]


def family(links: Links, hidden: str, output: str, gain: float, leak: float) -> TopologyParts:
    """Return a network with these connections; `gain` and `leak` apply to nonlinear neurons."""
    n_inputs, sources, n_outputs = links
    n_hidden = len(sources) - n_outputs
    neurons = []
    for k, seen in enumerate(sources):
        activation = hidden if k < n_hidden else output
        if activation == "linear":
            neurons.append(Neuron(activation, 1.0, 0.0, seen))
        else:
            neurons.append(Neuron(activation, gain, leak, seen))
    outputs = tuple(range(n_hidden, len(sources)))
    return TopologyParts((), n_inputs, tuple(neurons), outputs)
