"""Network: a topology laid out in flat arrays, the form that the compiled kernels read.

Neurons keep the order of the topology, and weights are numbered neuron by neuron, bias first. The
arrays are handed to kernels in three records of `nbn_core.kernels.records`, which say what each
array holds: `structure` to run forward, `paths` for the delta matrix, `row_plan` for rows of J.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from nbn_core.checks import plural
from nbn_core.display import one_line
from nbn_core.errors import ShapeError
from nbn_core.kernels import evaluate
from nbn_core.kernels.forward import BLOCK
from nbn_core.kernels.memory import zeros
from nbn_core.kernels.records import BlockBuffers, Paths, RowPlan, Structure, plain
from nbn_core.kernels.vectors import HALF, WIDTH
from nbn_core.network.activation import ACTIVATIONS
from nbn_core.network.topology import Topology
from nbn_core.types import FloatArray, IndexArray


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """The flat, read-only arrays of a topology.

    Parameters
    ----------
    n_inputs, n_neurons, n_outputs, n_weights : int
        Numbers of inputs I, neurons K, outputs M and weights N.
    structure : Structure
        Arrays that the forward pass reads.
    paths : Paths
        Arrays that the delta matrix is computed from.
    row_plan : RowPlan
        Arrays that the rows of the Jacobian are computed from.
    """

    n_inputs: int
    n_neurons: int
    n_outputs: int
    n_weights: int
    structure: Structure
    paths: Paths
    row_plan: RowPlan

    def __repr__(self) -> str:
        return one_line(
            "Network",
            plural(self.n_inputs, "input"),
            plural(self.n_neurons, "neuron"),
            plural(self.n_outputs, "output"),
            plural(self.n_weights, "weight"),
        )

    @staticmethod
    @lru_cache(maxsize=64)
    def from_topology(topology: Topology) -> Network:
        """Return the layout of a topology; equal topologies share one object.

        Parameters
        ----------
        topology : Topology
            Topology to lay out.

        Returns
        -------
        Network
            Layout, from a cache of the last ones.
        """
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
        successor_begin = np.searchsorted(
            [sources[n] - n_inputs for n in leading], np.arange(topology.n_neurons + 1)
        )
        slots.setflags(write=False)
        structure = Structure(
            first=_indices(first),
            sources=_indices(sources),
            codes=_indices([ACTIVATIONS[neuron.activation].code for neuron in topology.neurons]),
            gains=_floats([neuron.gain for neuron in topology.neurons]),
            leaks=_floats([neuron.leak for neuron in topology.neurons]),
            outputs=_indices(topology.outputs),
        )
        return Network(
            n_inputs=n_inputs,
            n_neurons=topology.n_neurons,
            n_outputs=topology.n_outputs,
            n_weights=topology.n_weights,
            structure=structure,
            paths=Paths(
                reach=_indices(reach),
                origins=_indices(origins),
                slots=slots,
                successor_begin=_indices(successor_begin),
                successors=_indices(np.searchsorted(first, leading, side="right") - 1),
                weight_index=_indices(leading),
            ),
            row_plan=_row_plan(structure, slots, n_inputs),
        )

    @property
    def first(self) -> IndexArray:
        """(K+1,) int32, index of each neuron's first weight."""
        return self.structure.first

    @property
    def sources(self) -> IndexArray:
        """(N,) int32, node that each weight multiplies; -1 for a bias."""
        return self.structure.sources

    @property
    def codes(self) -> IndexArray:
        """(K,) int32, activation of each neuron."""
        return self.structure.codes

    @property
    def gains(self) -> FloatArray:
        """(K,) float64, gain of each neuron."""
        return self.structure.gains

    @property
    def leaks(self) -> FloatArray:
        """(K,) float64, leak of each neuron."""
        return self.structure.leaks

    @property
    def outputs(self) -> IndexArray:
        """(M,) int32, neuron of each output."""
        return self.structure.outputs

    @property
    def origins(self) -> IndexArray:
        """(D,) int32, column of each row of the delta matrix."""
        return self.paths.origins

    @property
    def slots(self) -> IndexArray:
        """(K, K) int32, row of delta[k, j], -1 where no path leads from j to k."""
        return self.paths.slots

    @property
    def one_line(self) -> int:
        """Line of ones; the values of the nodes are before it, a line of zeros is next."""
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
        """First line of the sums of terms."""
        return self.delta_line + len(self.origins)

    @property
    def n_blocks(self) -> int:
        """Number of column blocks of WIDTH weights, the last one padded."""
        return -(-self.n_weights // WIDTH)

    def checked_weights(self, weights: ArrayLike) -> FloatArray:
        """Check weights and copy them into a float64 array.

        Parameters
        ----------
        weights : (N,) array_like
            Weights, neuron by neuron, bias first.

        Returns
        -------
        (N,) float64
            Checked copy of the weights.

        Raises
        ------
        ShapeError
            If `weights` does not have one number for each weight.
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
            Weights, neuron by neuron, bias first.
        inputs : (P, I) array_like
            Inputs, one pattern a row.

        Returns
        -------
        (P, I+K) float64
            Inputs first, then neurons.

        Raises
        ------
        ShapeError
            If `weights` or `inputs` do not fit the network.
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
            plain(self.structure), (patterns, nothing, np.zeros(0)), values,
            *self.value_buffers(), nodes,
        )  # fmt: skip
        return nodes

    def value_buffers(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Allocate values (I+K, BLOCK), slopes (K, BLOCK) and errors (M, BLOCK)."""
        sizes = self.n_inputs + self.n_neurons, self.n_neurons, self.n_outputs
        values, slopes, errors = zeros(*((n, BLOCK) for n in sizes))
        return values, slopes, errors

    def workspace(
        self, n_rows: int | None = None, n_terms: int = 0, n_tiles: int = 0
    ) -> BlockBuffers:
        """Allocate the work space for one block of patterns.

        Parameters
        ----------
        n_rows : int, optional
            Number of blocks of packed rows; those of one row of the Jacobian by default.
        n_terms : int
            Number of lines for sums of terms.
        n_tiles : int
            Number of tiles of sums.

        Returns
        -------
        BlockBuffers
            Arrays that begin on a cache line; values, errors and deltas are views of `lines`.
        """
        lines, slopes, rows, sums = zeros(
            (self.term_line + n_terms, BLOCK),
            (self.n_neurons, BLOCK),
            (self.n_blocks if n_rows is None else n_rows, BLOCK, WIDTH),
            (n_tiles * HALF, WIDTH),
        )
        lines[self.one_line] = 1.0
        return BlockBuffers(
            values=lines[: self.one_line],
            slopes=slopes,
            errors=lines[self.error_line : self.delta_line],
            deltas=lines[self.delta_line : self.term_line],
            lines=lines,
            factors=np.zeros(self.n_neurons),
            picks=np.zeros(self.n_neurons, dtype=np.int32),
            rows=rows,
            sums=sums,
        )


def _row_plan(structure: Structure, slots: IndexArray, n_inputs: int) -> RowPlan:
    """Find the column blocks that each output depends on, and the lines of their derivatives."""
    first, sources, outputs = structure.first, structure.sources, structure.outputs
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
    return RowPlan(
        groups=_indices(groups),
        columns=_indices(np.concatenate(columns)),
        lefts=_indices(np.concatenate(lefts)),
        rights=_indices(np.concatenate(rights)),
    )


def _indices(values: object) -> IndexArray:
    array = np.array(values, dtype=np.int32)
    array.setflags(write=False)
    return array


def _floats(values: object) -> FloatArray:
    array = np.array(values, dtype=np.float64)
    array.setflags(write=False)
    return array
