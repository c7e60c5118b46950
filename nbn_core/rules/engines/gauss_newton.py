"""Levenberg-Marquardt as a Python-driven loop: whole or in blocks, with two kinds of step control.

With Q = J'J, g = J'e, and D the part of Q inside the blocks (all of Q if there is one block),

    dw = -(D + mu I)^-1 g

Damping, as published: an attempt that lowers the SSE is accepted and mu divided by a factor; any
other multiplies mu, and dw is computed again. Line search: dw is computed once, mu changes slowly,
and eta dw is tried with eta halved until the SSE decreases. Each block is positive definite, so
that dw is a descent direction for any partition; but simultaneous steps of k blocks are about k
times too long. Damping then raises mu until curvature has no effect; a shorter eta keeps it.

`Equations` computes Q and g and solves for dw, in pieces of a few milliseconds. `_iterate` is the
loop that both kinds of control share, `_damped_attempts` and `_line_search` are their attempts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from nbn_core.kernels import evaluate, gauss_newton, step_control
from nbn_core.kernels.records import plain
from nbn_core.kernels.vectors import WIDTH
from nbn_core.network import Topology
from nbn_core.objective import Objective
from nbn_core.rules.damping import Damping
from nbn_core.rules.engines.python_loop import LoopState
from nbn_core.trace import StopReason
from nbn_core.types import FloatArray, IndexArray

LEAST_DECREASE = 1e-15
# When no step length of a line search lowers the SSE: factor of mu, and its limit
FAILED_SEARCH_FACTOR, FAILED_SEARCH_MU_MAX = 10.0, 1e15
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
        step_control.mu_searched(1.0, 1.0, 0.0, math.inf)

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


@dataclass(frozen=True, slots=True)
class Restart:
    """Condition for a restart from new weights instead of a stop.

    Parameters
    ----------
    draw : callable
        Function from the number of the restart, from 1 up, to new weights (N,).
    patience : int
        Number of iterations over which the decrease of the SSE is measured.
    least : float
        Relative decrease of the SSE over that many iterations below which training restarts.
    """

    draw: Callable[[int], FloatArray]
    patience: int
    least: float

    def is_slow(self, recent: Sequence[float]) -> bool:
        """Return whether the SSE has decreased too little over the last `patience` iterations."""
        if len(recent) <= self.patience:
            return False
        return recent[-1] > (1.0 - self.least) * recent[-1 - self.patience]


@dataclass(slots=True, eq=False)
class _Iterate:
    """Current iterate of the loop.

    Attributes
    ----------
    weights, step : (N,) float64
        Weights of the iteration, and work space for dw.
    mu, accepted_mu : float
        Damping of the next attempt, and of the last accepted one.
    attempts : int
        Number of attempts in this iteration so far.
    eta : float
        Step length of the last line search; 1 without one.
    """

    weights: FloatArray
    step: FloatArray
    mu: float
    accepted_mu: float
    attempts: int = 0
    eta: float = 1.0

    def accept(self, weights: FloatArray, next_mu: float) -> None:
        """Continue from these weights with the damping `next_mu`."""
        self.weights, self.accepted_mu, self.mu = weights, self.mu, next_mu


Attempts = Callable[[LoopState, Equations, Damping, _Iterate, float], Generator[None, None, bool]]
"""Step control, which makes attempts until the SSE is below the given one.

It updates the iterate and returns True, or returns False at the limit of the damping.
"""


def train_damped(
    state: LoopState,
    equations: Equations,
    target_sse: float,
    damping: Damping,
    restart: Restart | None = None,
) -> Iterator[None]:
    """Train by Levenberg-Marquardt with the published control of mu.

    Parameters
    ----------
    state : LoopState
        State of the rule, updated.
    equations : Equations
        Normal equations of the state's objective.
    target_sse : float
        SSE at which to stop.
    damping : Damping
        Initial value, limits and factor of mu.
    restart : Restart, optional
        Condition for a restart from new weights; no restarts by default.

    Returns
    -------
    iterator of None
        Iterator that yields after each piece of work.
    """
    return _iterate(state, equations, target_sse, damping, _damped_attempts, restart)


def train_by_line_search(
    state: LoopState, equations: Equations, target_sse: float, damping: Damping
) -> Iterator[None]:
    """Train by Gauss-Newton with a line search and a slowly changing mu.

    Parameters
    ----------
    state : LoopState
        State of the rule, updated.
    equations : Equations
        Normal equations of the state's objective.
    target_sse : float
        SSE at which to stop.
    damping : Damping
        Initial value of mu, and the maximum number of failed searches in an iteration.

    Returns
    -------
    iterator of None
        Iterator that yields after each piece of work.
    """
    return _iterate(state, equations, target_sse, damping, _line_search)


def _iterate(
    state: LoopState,
    equations: Equations,
    target_sse: float,
    damping: Damping,
    attempts: Attempts,
    restart: Restart | None = None,
) -> Iterator[None]:
    equations.prepare()
    yield
    at = _Iterate(
        weights=state.record.columns.weights[0].copy(),
        step=np.zeros(equations.n),
        mu=float(damping.mu_start),
        accepted_mu=float(damping.mu_start),
    )
    before = math.inf
    state.evaluations = 1
    restarts = 0
    recent: list[float] = []
    while True:
        yield from equations.accumulate(at.weights)
        sse, norm = equations.sse, equations.gradient_norm
        stop = _stop_reason(sse, norm, before, target_sse)
        recent.append(sse)
        stuck = False
        if restart is not None:
            stuck = stop is StopReason.NO_PROGRESS or restart.is_slow(recent)
            if stop is StopReason.NO_PROGRESS:
                stop = None
        state.stop = stop
        state.add(sse, norm, at.weights, at.accepted_mu, at.attempts, at.eta)
        yield
        if state.stop is not None:
            return
        state.work += equations.per_iteration
        before = sse
        at.attempts = 0
        if not stuck:
            lower = yield from attempts(state, equations, damping, at, before)
            stuck = not lower
        if stuck and restart is None:
            state.stop = StopReason.DAMPING_LIMIT
            return
        if stuck and restart is not None:
            restarts += 1
            at.weights = restart.draw(restarts)
            at.mu = at.accepted_mu = float(damping.mu_start)
            before = math.inf
            recent = []


def _damped_attempts(
    state: LoopState, equations: Equations, damping: Damping, at: _Iterate, before: float
) -> Generator[None, None, bool]:
    while True:
        at.attempts += 1
        solved = yield from equations.step(at.mu, at.step)
        state.work += equations.per_factor
        if solved:
            trial = at.weights - at.step
            state.evaluations += 1
            state.work += 1.0
            sse = equations.try_at(trial)
            yield
            if sse < before:
                at.accept(trial, max(at.mu / damping.factor, damping.mu_min))
                return True
        at.mu *= damping.factor
        if at.attempts >= damping.max_attempts or at.mu > damping.mu_max:
            return False


def _line_search(
    state: LoopState, equations: Equations, damping: Damping, at: _Iterate, before: float
) -> Generator[None, None, bool]:
    failures = 0
    while True:
        solved = yield from equations.step(at.mu, at.step)
        state.work += equations.per_factor
        at.eta = min(1.0, 2.0 * at.eta)
        for _ in range(step_control.MAX_HALVINGS if solved else 0):
            at.attempts += 1
            state.evaluations += 1
            state.work += 1.0
            trial = at.weights - at.eta * at.step
            sse = equations.try_at(trial)
            yield
            if sse < before:
                at.accept(trial, step_control.mu_searched(at.mu, at.eta, 0.0, math.inf))
                return True
            at.eta /= 2.0
        failures += 1
        at.mu *= FAILED_SEARCH_FACTOR
        if failures >= damping.max_attempts or at.mu > FAILED_SEARCH_MU_MAX:
            return False


def _stop_reason(sse: float, norm: float, before: float, target_sse: float) -> StopReason | None:
    if not math.isfinite(sse):
        return StopReason.DIVERGED
    if sse <= target_sse:
        return StopReason.SOLVED
    if norm == 0.0 or before - sse < LEAST_DECREASE * before:
        return StopReason.NO_PROGRESS
    return None
