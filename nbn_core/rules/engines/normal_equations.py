"""Normal equations in Python: Q and g of a network, whole or in blocks, and their solution.

With Q = J'J, g = J'e, and D the part of Q inside the blocks (all of Q if there is one block),

    dw = -(D + mu I)^-1 g

`Equations` computes Q and g and solves for dw, in pieces of a few milliseconds. Each block is
positive definite, so that dw is a descent direction for any partition.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator, Sequence

import numpy as np

from nbn_core.kernels import evaluate, gauss_newton, step_control
from nbn_core.kernels.records import plain
from nbn_core.kernels.vectors import WIDTH
from nbn_core.network import Topology
from nbn_core.objective import Objective
from nbn_core.types import FloatArray, IndexArray

_PIECE_WORK = 4e6  # approximate number of multiplications between two yields
_LONG_FACTORISATION = 200  # weights in a block above which a factorisation yields between panels


def partition(topology: Topology, kind: str) -> list[IndexArray]:
    """Divide the weights of a network into blocks.

    Parameters
    ----------
    topology : Topology
        Network with N weights.
    kind : str
        "full" for one block, "level" for one block per level, "neuron" for one block per neuron.

    Returns
    -------
    list of int32 arrays
        Indices of the weights of each block, ascending.
    """
    keys: Sequence[int]
    if kind == "full":
        keys = [0] * topology.n_neurons
    elif kind == "level":
        keys = topology.levels
    else:
        keys = range(topology.n_neurons)
    members: dict[int, list[int]] = {}
    n = 0
    for key, neuron in zip(keys, topology.neurons, strict=True):
        many = 1 + len(neuron.sources)
        members.setdefault(key, []).extend(range(n, n + many))
        n += many
    return [np.array(block, dtype=np.int32) for block in members.values()]


class _Block:
    """Weights of one block, and the work space for its matrix and factor."""

    def __init__(self, members: IndexArray) -> None:
        self.members = members
        self.n = len(members)
        self.panels = -(-self.n // WIDTH)
        padded = self.panels * WIDTH
        self.matrix = np.zeros((padded, padded))
        self.right = np.zeros(padded)
        self.solution = np.zeros(padded)
        self.factors = np.zeros((self.panels, padded, WIDTH))
        self.panel = np.zeros((WIDTH, padded))
        self.scales = np.zeros(WIDTH)


class Equations:
    """Normal equations at given weights, computed in pieces, and their solutions.

    Parameters
    ----------
    objective : Objective
        Network and data.
    kind : str
        Division of the weights into blocks: "full", "level" or "neuron".
    stored : bool
        Whether all rows of J are stored before they are multiplied; only for "full".
    blocks_of : sequence of int32 arrays, optional
        Custom blocks, instead of `kind`; weights in none of them do not change.
    """

    def __init__(
        self,
        objective: Objective,
        kind: str = "full",
        *,
        stored: bool = False,
        blocks_of: Sequence[IndexArray] | None = None,
    ) -> None:
        self.objective = objective
        network = objective.network
        self.n = network.n_weights
        members = partition(objective.topology, kind) if blocks_of is None else blocks_of
        self.blocks = [_Block(block) for block in members]
        padded = WIDTH * network.n_blocks
        self.gradient = np.zeros(padded)
        self.quasi_hessian = np.zeros((padded, padded))
        self.sse = math.nan
        tiles = np.zeros((network.n_blocks, network.n_blocks), dtype=np.bool_)
        for block in self.blocks:
            own = np.unique(block.members // WIDTH)
            tiles[np.ix_(own, own)] = True
        self.coupled = tiles
        problem, self.buffers = objective.summation("forward")
        self._problem, self._buffers = plain(problem), plain(self.buffers)
        self._structure, self._patterns = plain(problem.structure), plain(problem.patterns)
        self.column_blocks = np.arange(network.n_blocks, dtype=np.int32)
        rows = objective.dataset.n_patterns * network.n_outputs
        self.jacobian = np.zeros((network.n_blocks, rows, WIDTH)) if stored else None
        self.residuals = np.zeros(rows if stored else 0)
        products = sum(block.n**2 for block in self.blocks) / self.n
        cubes = sum(block.n**3 for block in self.blocks) / self.n
        self.per_iteration = 1.0 + network.n_outputs * (1.0 + products / 2.0)
        self.per_factor = cubes / (3.0 * objective.dataset.n_patterns)

    def prepare(self) -> None:
        """Call every kernel once without data, so that compiling or loading is not timed."""
        dataset = self.objective.dataset
        block, nothing = self.blocks[0], np.zeros(0, dtype=np.int32)
        weights = np.zeros(self.n)
        for _ in self.accumulate(weights, dataset.n_patterns):
            pass
        no_data = tuple(array[:0] for array in self._patterns)
        evaluate.run_forward(self._structure, no_data, weights, *self._sse_arguments())
        gauss_newton.gather(self.quasi_hessian, self.gradient, nothing, block.matrix, block.right)
        gauss_newton.factor(block.matrix, 1.0, 0, block.factors, block.panel, block.scales, 0)
        with np.errstate(all="ignore"):  # only one panel is factored: the result is meaningless
            gauss_newton.solve(block.factors, block.right, block.solution, nothing, weights)
        step_control.mu_accepted(step_control.LINE_SEARCH, 1.0, 1.0, 1.0, 1.0, 1.0)
        self.is_stationary()

    def _sse_arguments(self) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return the last arguments of `run_forward`: work space, and no node values to write."""
        buffers = self.buffers
        return buffers.values, buffers.slopes, buffers.errors, np.zeros((0, 0))

    def accumulate(self, weights: FloatArray, first: int = 0) -> Iterator[None]:
        """Compute SSE, g and Q at some weights from the patterns `first` and later, in pieces."""
        network, dataset = self.objective.network, self.objective.dataset
        self.gradient[:] = 0.0
        self.quasi_hessian[:] = 0.0
        sse = 0.0
        costly = 1 if self.jacobian is not None else int(self.coupled.sum()) * WIDTH**2
        per_pattern = network.n_outputs * (costly / 2.0 + 8.0 * self.n)
        size = 64 * max(1, int(_PIECE_WORK / per_pattern / 64))
        for start in range(first, max(dataset.n_patterns, first + 1), size):
            end = min(start + size, dataset.n_patterns)
            if self.jacobian is None:
                sse = gauss_newton.accumulate(
                    self._problem, self._buffers, weights, start, end, self.coupled, sse,
                    self.gradient, self.quasi_hessian,
                )  # fmt: skip
            else:
                sse = gauss_newton.store_jacobian(
                    self._problem, self._buffers, weights, start, end, sse, self.jacobian,
                    self.residuals,
                )  # fmt: skip
            yield
        if self.jacobian is not None:
            for a in range(network.n_blocks):
                gauss_newton.multiply_jacobian(
                    self.jacobian, self.residuals, self.column_blocks, a,
                    self.gradient, self.quasi_hessian,
                )  # fmt: skip
                yield
        for n in self.objective.held.tolist():  # the column of J of a frozen weight is zero
            self.gradient[n] = self.quasi_hessian[n] = self.quasi_hessian[:, n] = 0.0
        self.sse = float(sse)

    @property
    def gradient_norm(self) -> float:
        """Euclidean norm of g."""
        total = 0.0
        for value in self.gradient[: self.n].tolist():
            total += value * value
        return math.sqrt(total)

    def is_stationary(self) -> bool:
        """Whether no single weight can lower the SSE by more than its rounding."""
        return bool(
            step_control.stationary(
                self.sse, self.gradient, self.quasi_hessian, self.n, self.objective.least_sse
            )
        )

    def step(self, mu: float, step: FloatArray) -> Generator[None, None, bool]:
        """Solve (D + mu I) step = g in pieces; return False if that matrix is not definite."""
        for block in self.blocks:
            gauss_newton.gather(
                self.quasi_hessian, self.gradient, block.members, block.matrix, block.right
            )
            for a in range(block.panels):
                if not gauss_newton.factor(
                    block.matrix, mu, block.n, block.factors, block.panel, block.scales, a
                ):
                    return False
                if block.n > _LONG_FACTORISATION:
                    yield
            gauss_newton.solve(block.factors, block.right, block.solution, block.members, step)
        return True

    def try_at(self, weights: FloatArray) -> float:
        """Compute the SSE at some weights."""
        sse = evaluate.run_forward(self._structure, self._patterns, weights, *self._sse_arguments())
        return float(sse)
