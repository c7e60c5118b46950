"""SignalGraph: a network laid out for backward signals.

For training in local groups it has more neurons than the drawn network, namely the outputs of the
groups, and no backward connections between groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nbn_core.kernels.backprop import Graph, Successors
from nbn_core.network import Network
from nbn_core.types import IndexArray


class SignalGraph(NamedTuple):
    """A network laid out for backward signals.

    Attributes
    ----------
    graph : Graph
        Neurons, weights, and the target that each neuron is compared with.
    successors, all_successors : Successors
        Connections through which the rule sends signals back, and all connections.
    drawn_target_index : (K,) int32
        Target of each drawn output neuron, -1 for all other neurons.
    n_drawn, n_weights : int
        Numbers of neurons and weights of the drawn network; added ones follow them.
    """

    graph: Graph
    successors: Successors
    all_successors: Successors
    drawn_target_index: IndexArray
    n_drawn: int
    n_weights: int

    @property
    def n_neurons(self) -> int:
        """Number of neurons, including added ones."""
        return len(self.graph.codes)

    @property
    def max_terms(self) -> int:
        """Length of the work space for the successors of one neuron."""
        return int(np.diff(self.all_successors.begin).max(initial=1)) + 1


class OutputHead(NamedTuple):
    """An added neuron that is compared with a target.

    Attributes
    ----------
    sources : sequence of int
        Indices of the nodes that feed it.
    code, gain, leak : int, float, float
        Activation code, gain and leak.
    target : int
        Index of the target.
    """

    sources: Sequence[int]
    code: int
    gain: float
    leak: float
    target: int


def build_signal_graph(
    network: Network, heads: Sequence[OutputHead] = (), groups: Sequence[int] | None = None
) -> SignalGraph:
    """Lay a network out for backward signals.

    Parameters
    ----------
    network : Network
        The drawn network.
    heads : sequence of OutputHead
        Neurons to add.
    groups : sequence of int, optional
        Group of each neuron, heads included; signals are not sent back between groups.

    Returns
    -------
    SignalGraph
        Layout, with read-only arrays.
    """
    sources = [network.sources, *(np.array([-1, *head.sources], np.int32) for head in heads)]
    lengths = np.array([1 + len(head.sources) for head in heads], dtype=np.int64)
    first = np.concatenate([network.first, network.first[-1] + np.cumsum(lengths)])
    flat = np.concatenate(sources)
    drawn_targets = np.full(network.n_neurons + len(heads), -1)
    drawn_targets[network.outputs] = np.arange(network.n_outputs)
    targets = drawn_targets.copy()
    targets[network.n_neurons :] = [head.target for head in heads]
    graph = Graph(
        first=_fixed(first, np.int32),
        sources=_fixed(flat, np.int32),
        codes=_fixed([*network.codes, *(head.code for head in heads)], np.int32),
        gains=_fixed([*network.gains, *(head.gain for head in heads)], np.float64),
        leaks=_fixed([*network.leaks, *(head.leak for head in heads)], np.float64),
        target_index=_fixed(targets, np.int32),
        outputs=network.outputs,
    )
    return SignalGraph(
        graph=graph,
        successors=_successors(first, flat, network.n_inputs, groups),
        all_successors=_successors(first, flat, network.n_inputs, None),
        drawn_target_index=_fixed(drawn_targets, np.int32),
        n_drawn=network.n_neurons,
        n_weights=network.n_weights,
    )


def _successors(
    first: NDArray[Any], sources: NDArray[Any], n_inputs: int, groups: Sequence[int] | None
) -> Successors:
    lists: list[list[tuple[int, int]]] = [[] for _ in range(len(first) - 1)]
    for k in range(len(first) - 1):
        for n in range(first[k] + 1, first[k + 1]):
            j = int(sources[n]) - n_inputs
            if j >= 0 and (groups is None or groups[j] == groups[k]):
                lists[j].append((k, n))
    flat = [pair for one in lists for pair in one]
    return Successors(
        begin=_fixed(np.cumsum([0, *map(len, lists)]), np.int32),
        neurons=_fixed([k for k, _ in flat], np.int32),
        weight_index=_fixed([n for _, n in flat], np.int32),
    )


def _fixed(values: object, kind: type[np.generic]) -> NDArray[Any]:
    array = np.array(values, dtype=kind)
    array.setflags(write=False)
    return array
