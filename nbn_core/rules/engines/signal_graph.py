"""SignalGraph: a network as signals see it, who hears from whom on the way back.

For training in blocks it holds more neurons than were drawn, the blocks' own outputs, and cuts the
ways back between blocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nbn_core.network import Network
from nbn_core.types import FloatArray, IndexArray


class Children(NamedTuple):
    """Who sends signals back to whom: see `nbn_core.kernels.backprop`."""

    begin: IndexArray
    heirs: IndexArray
    carriers: IndexArray


class SignalGraph(NamedTuple):
    """A network as signals see it.

    Attributes
    ----------
    first, sources, codes, gains, leaks, seats, outputs : arrays
        The structure: as in `Network`, with the target each neuron is compared with, or -1.
    family, whole : Children
        The ways back that the rule uses; all of them.
    n_real, n_weights : int
        Neurons and weights that were drawn; any others come behind them.
    """

    first: IndexArray
    sources: IndexArray
    codes: IndexArray
    gains: FloatArray
    leaks: FloatArray
    seats: IndexArray
    outputs: IndexArray
    family: Children
    whole: Children
    whole_seats: IndexArray
    n_real: int
    n_weights: int

    @property
    def structure(self) -> tuple[Any, ...]:
        """What kernels take first."""
        return (
            self.first, self.sources, self.codes, self.gains, self.leaks, self.seats, self.outputs,
        )  # fmt: skip


class Head(NamedTuple):
    """A neuron that was not drawn: where its weights lead from, and its target."""

    sources: Sequence[int]
    code: int
    gain: float
    leak: float
    seat: int


def wired(
    network: Network, heads: Sequence[Head] = (), groups: Sequence[int] | None = None
) -> SignalGraph:
    """Lay a network out for signals.

    Parameters
    ----------
    network : Network
        As drawn.
    heads : sequence of Head
        Neurons to add.
    groups : sequence of int, optional
        Group of each neuron, heads included; no signal goes back from one group to another.

    Returns
    -------
    SignalGraph
        Read-only.
    """
    sources = [network.sources, *(np.array([-1, *head.sources], np.int32) for head in heads)]
    lengths = np.array([1 + len(head.sources) for head in heads], dtype=np.int64)
    first = np.concatenate([network.first, network.first[-1] + np.cumsum(lengths)])
    flat = np.concatenate(sources)
    total = network.n_neurons + len(heads)
    seats = np.full(total, -1)
    seats[network.outputs] = np.arange(network.n_outputs)
    whole_seats = seats.copy()
    seats[network.n_neurons :] = [head.seat for head in heads]
    return SignalGraph(
        _fixed(first, np.int32),
        _fixed(flat, np.int32),
        _fixed([*network.codes, *(head.code for head in heads)], np.int32),
        _fixed([*network.gains, *(head.gain for head in heads)], np.float64),
        _fixed([*network.leaks, *(head.leak for head in heads)], np.float64),
        _fixed(seats, np.int32),
        network.outputs,
        _children(first, flat, network.n_inputs, groups),
        _children(first, flat, network.n_inputs, None),
        _fixed(whole_seats, np.int32),
        network.n_neurons,
        network.n_weights,
    )


def _children(
    first: NDArray[Any], sources: NDArray[Any], n_inputs: int, groups: Sequence[int] | None
) -> Children:
    lists: list[list[tuple[int, int]]] = [[] for _ in range(len(first) - 1)]
    for k in range(len(first) - 1):
        for n in range(first[k] + 1, first[k + 1]):
            j = int(sources[n]) - n_inputs
            if j >= 0 and (groups is None or groups[j] == groups[k]):
                lists[j].append((k, n))
    flat = [pair for one in lists for pair in one]
    return Children(
        _fixed(np.cumsum([0, *map(len, lists)]), np.int32),
        _fixed([k for k, _ in flat], np.int32),
        _fixed([n for _, n in flat], np.int32),
    )


def _fixed(values: object, kind: type[np.generic]) -> NDArray[Any]:
    array = np.array(values, dtype=kind)
    array.setflags(write=False)
    return array
