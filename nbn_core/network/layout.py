"""Network: a topology laid out in flat arrays, the form the compiled kernels take."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nbn_core.errors import ShapeError
from nbn_core.kernels import evaluate
from nbn_core.kernels.forward import BLOCK
from nbn_core.kernels.memory import zeros
from nbn_core.kernels.vectors import HALF, WIDTH
from nbn_core.network.activation import ACTIVATIONS
from nbn_core.network.topology import Topology
from nbn_core.types import FloatArray, IndexArray


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """The flat arrays of a topology, read-only; `nbn_core.kernels.forward` says what each means.

    Parameters
    ----------
    n_inputs, n_neurons, n_outputs, n_weights : int
        I, K, M, N.
    first : (K+1,) int32
        Where each neuron's weights begin.
    sources : (N,) int32
        Node each weight multiplies; -1 for a bias.
    codes : (K,) int32
        Activations.
    reach : (K+1,) int32
        Where each neuron's rows of the delta matrix begin.
    origins : (D,) int32
        Column of each of those rows.
    slots : (K, K) int32
        Row of delta[k, j], -1 where no path leads from j to k.
    outputs : (M,) int32
        Neuron of each output.
    groups : (M+1,) int32
        Where each output's part of `columns` begins.
    columns : (G,) int32
        Blocks of weights an output depends on.
    lefts, rights : (G WIDTH,) int32
        Lines whose product is the derivative of the output by each of those weights.
    consumers : (K+1,) int32
        Where each neuron's connections to others begin.
    carriers, fed : (E,) int32
        Weight of each of those, and the neuron it leads to.
    gains, leaks : (K,) float64
        Of the neurons.
    """

    n_inputs: int
    n_neurons: int
    n_outputs: int
    n_weights: int
    first: IndexArray
    sources: IndexArray
    codes: IndexArray
    reach: IndexArray
    origins: IndexArray
    slots: IndexArray
    outputs: IndexArray
    groups: IndexArray
    columns: IndexArray
    lefts: IndexArray
    rights: IndexArray
    consumers: IndexArray
    carriers: IndexArray
    fed: IndexArray
    gains: FloatArray
    leaks: FloatArray

    @staticmethod
    @lru_cache(maxsize=64)
    def from_topology(topology: Topology) -> Network:
        """Lay out a topology; the same topology gives the same object again."""
        n_inputs = topology.n_inputs
        first = [0]
        sources: list[int] = []
        reach = [0]
        origins: list[int] = []
        slots = np.full((topology.n_neurons, topology.n_neurons), -1, dtype=np.int32)
        for k, neuron in enumerate(topology.neurons):
            sources += [-1, *neuron.sources]
            first.append(len(sources))
            seen = {k}
            for source in neuron.sources:
                if source >= n_inputs:
                    i = source - n_inputs
                    seen.update(origins[reach[i] : reach[i + 1]])
            ordered = sorted(seen)
            slots[k, ordered] = np.arange(len(origins), len(origins) + len(ordered))
            origins += ordered
            reach.append(len(origins))
        leading = [n for n, source in enumerate(sources) if source >= n_inputs]
        leading.sort(key=lambda n: sources[n])
        consumers = np.searchsorted(
            [sources[n] - n_inputs for n in leading], np.arange(topology.n_neurons + 1)
        )
        slots.setflags(write=False)
        outputs = _indices(topology.outputs)
        rows = _rows(_indices(first), _indices(sources), slots, outputs, n_inputs)
        return Network(
            n_inputs,
            topology.n_neurons,
            topology.n_outputs,
            topology.n_weights,
            _indices(first),
            _indices(sources),
            _indices([ACTIVATIONS[neuron.activation].code for neuron in topology.neurons]),
            _indices(reach),
            _indices(origins),
            slots,
            outputs,
            *rows,
            _indices(consumers),
            _indices(leading),
            _indices(np.searchsorted(first, leading, side="right") - 1),
            _floats([neuron.gain for neuron in topology.neurons]),
            _floats([neuron.leak for neuron in topology.neurons]),
        )

    @property
    def structure(self) -> tuple[NDArray[Any], ...]:
        """What kernels need to know to run forward."""
        return (self.first, self.sources, self.codes, self.gains, self.leaks, self.outputs)

    @property
    def paths(self) -> tuple[IndexArray, ...]:
        """What they need to find the delta matrix."""
        return (self.reach, self.origins, self.slots, self.consumers, self.carriers, self.fed)

    @property
    def row_plan(self) -> tuple[IndexArray, ...]:
        """What they need to write rows of the Jacobian."""
        return (self.groups, self.columns, self.lefts, self.rights)

    @property
    def one_line(self) -> int:
        """Line of ones; the next one is zero, before it are the values of the nodes."""
        return self.n_inputs + self.n_neurons

    @property
    def error_line(self) -> int:
        """First line of the errors."""
        return self.one_line + 2

    @property
    def delta_line(self) -> int:
        """First line of the delta matrix."""
        return self.error_line + self.n_outputs

    @property
    def term_line(self) -> int:
        """First line of whatever else is kept for each pattern."""
        return self.delta_line + len(self.origins)

    @property
    def n_blocks(self) -> int:
        """Blocks of weights, the last one padded."""
        return -(-self.n_weights // WIDTH)

    def checked_weights(self, weights: ArrayLike) -> FloatArray:
        """Copy weights as a kernel takes them.

        Parameters
        ----------
        weights : (N,) array_like
            Neuron by neuron, bias first.

        Returns
        -------
        (N,) float64
            A copy.

        Raises
        ------
        ShapeError
            If there is not one number for each weight.
        """
        try:
            values = np.array(weights, dtype=np.float64)
        except (TypeError, ValueError, OverflowError):
            raise ShapeError("The weights must be a list of numbers.") from None
        if values.shape != (self.n_weights,):
            raise ShapeError(
                f"This network has {self.n_weights} weights, but {values.size} were given: "
                "give one for each connection and one bias for each neuron."
            )
        return values

    def activations(self, weights: ArrayLike, inputs: ArrayLike) -> FloatArray:
        """Compute the value of every node for every pattern.

        Parameters
        ----------
        weights : (N,) array_like
            Neuron by neuron, bias first.
        inputs : (P, I) array_like
            One pattern a row; no targets are needed.

        Returns
        -------
        (P, I+K) float64
            Inputs first, then neurons.

        Raises
        ------
        ShapeError
            If weights or inputs do not fit the network.
        """
        values = self.checked_weights(weights)
        try:
            patterns = np.ascontiguousarray(inputs, dtype=np.float64).view()
        except (TypeError, ValueError, OverflowError):
            raise ShapeError(
                "The inputs must be a table of numbers, one row for each pattern."
            ) from None
        if patterns.ndim != 2 or patterns.shape[1] != self.n_inputs:
            raise ShapeError(
                f"This network has {self.n_inputs} inputs, but patterns of shape "
                f"{patterns.shape} were given: one row for each pattern is needed."
            )
        patterns.setflags(write=False)
        nodes = np.empty((len(patterns), self.n_inputs + self.n_neurons))
        nothing = np.zeros((0, self.n_outputs))
        nothing.setflags(write=False)
        evaluate.run_forward(
            self.structure, (patterns, nothing, np.zeros(0)), values, *self.value_buffers(), nodes
        )
        return nodes

    def value_buffers(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Make room for values (I+K, BLOCK), slopes (K, BLOCK) and errors (M, BLOCK)."""
        sizes = self.n_inputs + self.n_neurons, self.n_neurons, self.n_outputs
        values, slopes, errors = zeros(*((n, BLOCK) for n in sizes))
        return values, slopes, errors

    def room(
        self, n_rows: int | None = None, n_terms: int = 0, n_tiles: int = 0
    ) -> tuple[NDArray[Any], ...]:
        """Make room for one block of patterns.

        Parameters
        ----------
        n_rows : int, optional
            Blocks of packed rows; as a row of the Jacobian needs if left out.
        n_terms : int
            Lines of sums of terms.
        n_tiles : int
            Tiles of sums.

        Returns
        -------
        tuple of arrays
            values (I+K, BLOCK), slopes (K, BLOCK), errors (M, BLOCK), deltas (D, BLOCK), lines
            (L, BLOCK), factors (K,), picks (K,) int32, rows (C, BLOCK, WIDTH), sums (T HALF,
            WIDTH). All but slopes, factors, picks, rows and sums are parts of `lines`.
        """
        lines, slopes, rows, sums = zeros(
            (self.term_line + n_terms, BLOCK),
            (self.n_neurons, BLOCK),
            (self.n_blocks if n_rows is None else n_rows, BLOCK, WIDTH),
            (n_tiles * HALF, WIDTH),
        )
        lines[self.one_line] = 1.0
        return (
            lines[: self.one_line],
            slopes,
            lines[self.error_line : self.delta_line],
            lines[self.delta_line : self.term_line],
            lines,
            np.zeros(self.n_neurons),
            np.zeros(self.n_neurons, dtype=np.int32),
            rows,
            sums,
        )


def _rows(
    first: IndexArray, sources: IndexArray, slots: IndexArray, outputs: IndexArray, n_inputs: int
) -> tuple[IndexArray, IndexArray, IndexArray, IndexArray]:
    """Blocks of weights that outputs depend on, and the lines whose products are derivatives."""
    n_weights, n_neurons = len(sources), len(first) - 1
    one = n_inputs + n_neurons
    delta_line = one + 2 + len(outputs)
    neurons = np.repeat(np.arange(n_neurons), np.diff(first))
    values = np.where(sources < 0, one, sources)
    groups = [0]
    columns, lefts, rights = [], [], []
    for end in outputs:
        padded = np.full((2, -(-n_weights // WIDTH) * WIDTH), one + 1)
        slot = slots[end][neurons]
        padded[0, :n_weights] = np.where(slot >= 0, delta_line + slot, one + 1)
        padded[1, :n_weights] = np.where(slot >= 0, values, one + 1)
        left, right = padded.reshape(2, -1, WIDTH)
        used = np.flatnonzero((left != one + 1).any(axis=1))
        groups.append(groups[-1] + len(used))
        columns.append(used)
        lefts.append(left[used].ravel())
        rights.append(right[used].ravel())
    return (
        _indices(groups),
        _indices(np.concatenate(columns)),
        _indices(np.concatenate(lefts)),
        _indices(np.concatenate(rights)),
    )


def _indices(values: object) -> IndexArray:
    array = np.array(values, dtype=np.int32)
    array.setflags(write=False)
    return array


def _floats(values: object) -> FloatArray:
    array = np.array(values, dtype=np.float64)
    array.setflags(write=False)
    return array
