"""Gauss-Newton walks: Levenberg-Marquardt in whole or in blocks, with two ways to control steps.

With Q = J'J, g = J'e, and D the part of Q inside the blocks (all of it, if there is one block),

    dw = (D + mu I)^-1 g

Damping, as published: an attempt that lowers the SSE is accepted and mu divided by a factor; any
other multiplies mu and is made again. Line search: dw is found once, mu moves slowly, and
w - eta dw is tried with eta halved until the SSE falls. Each block is positive definite, so that dw
points downhill for any partition; but k blocks that step at once overshoot about k-fold. Damping
answers by raising mu until nothing is left of the curvature; eta keeps it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from nbn_core.kernels import evaluate, gauss_newton
from nbn_core.kernels.vectors import WIDTH
from nbn_core.network import Topology
from nbn_core.objective import Objective
from nbn_core.rules.damping import Damping
from nbn_core.rules.engines.python_loop import LoopState
from nbn_core.trace import StopReason
from nbn_core.types import FloatArray, IndexArray

LEAST_DECREASE = 1e-15
HALVINGS = 12
_PIECE = 4e6  # multiplications in a piece, about


def partition(topology: Topology, kind: str) -> list[IndexArray]:
    """Divide the weights into blocks.

    Parameters
    ----------
    topology : Topology
        Of N weights.
    kind : str
        "full", "level" or "neuron".

    Returns
    -------
    list of int32 arrays
        The weights of each block, ascending.
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


class _Part:
    """One block: its weights, and room for its matrix and factor."""

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
    """Q and g at some weights, in pieces, and steps from them.

    Parameters
    ----------
    objective : Objective
        Network and data.
    kind : str
        How weights are divided into blocks: "full", "level", "neuron".
    stored : bool
        Whether all rows of J are kept before they are multiplied. Only for "full".
    blocks_of : sequence of int32 arrays, optional
        Blocks of one's own; weights in none of them stay as they are.
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
        self.parts = [_Part(block) for block in members]
        padded = WIDTH * network.n_blocks
        self.gradient = np.zeros(padded)
        self.quasi_hessian = np.zeros((padded, padded))
        self.sse = math.nan
        tiles = np.zeros((network.n_blocks, network.n_blocks), dtype=np.bool_)
        for part in self.parts:
            own = np.unique(part.members // WIDTH)
            tiles[np.ix_(own, own)] = True
        self.coupled = tiles
        self.room = network.room()
        self.lines = np.arange(network.n_blocks, dtype=np.int32)
        rows = objective.dataset.n_patterns * network.n_outputs
        self.jacobian = np.zeros((network.n_blocks, rows, WIDTH)) if stored else None
        self.misses = np.zeros(rows if stored else 0)
        products = sum(part.n**2 for part in self.parts) / self.n
        cubes = sum(part.n**3 for part in self.parts) / self.n
        self.per_iteration = 1.0 + network.n_outputs * (1.0 + products / 2.0)
        self.per_factor = cubes / (3.0 * objective.dataset.n_patterns)

    def prepare(self) -> None:
        """Have everything compiled, or loaded."""
        network, dataset = self.objective.network, self.objective.dataset
        part, nothing = self.parts[0], np.zeros(0, dtype=np.int32)
        weights = np.zeros(self.n)
        for _ in self.accumulate(weights, dataset.n_patterns):
            pass
        no_data = tuple(part[:0] for part in self.objective.data)
        arguments = [network.structure, no_data, weights, *self.room[:3], np.zeros((0, 0))]
        evaluate.run_forward(*arguments)
        gauss_newton.gather(self.quasi_hessian, self.gradient, nothing, part.matrix, part.right)
        gauss_newton.factor(part.matrix, 1.0, 0, part.factors, part.panel, part.scales, 0)
        with np.errstate(all="ignore"):  # one panel is factored: the numbers mean nothing
            gauss_newton.solve(part.factors, part.right, part.solution, nothing, weights)

    def accumulate(self, weights: FloatArray, first: int = 0) -> Iterator[None]:
        """Find SSE, g and Q at some weights, from the patterns `first` and later."""
        network, dataset = self.objective.network, self.objective.dataset
        self.gradient[:] = 0.0
        self.quasi_hessian[:] = 0.0
        sse = 0.0
        head = [
            network.structure, network.paths, network.row_plan, self.objective.data, weights,
            self.room,
        ]  # fmt: skip
        costly = 1 if self.jacobian is not None else int(self.coupled.sum()) * WIDTH**2
        per_pattern = network.n_outputs * (costly / 2.0 + 8.0 * self.n)
        size = 64 * max(1, int(_PIECE / per_pattern / 64))
        for start in range(first, max(dataset.n_patterns, first + 1), size):
            end = min(start + size, dataset.n_patterns)
            if self.jacobian is None:
                arguments = [
                    *head, start, end, self.coupled, sse, self.gradient, self.quasi_hessian,
                ]  # fmt: skip
                sse = gauss_newton.accumulate(*arguments)
            else:
                arguments = [*head, start, end, sse, self.jacobian, self.misses]
                sse = gauss_newton.store_jacobian(*arguments)
            yield
        if self.jacobian is not None:
            for a in range(network.n_blocks):
                gauss_newton.multiply_jacobian(
                    self.jacobian, self.misses, self.lines, a, self.gradient, self.quasi_hessian
                )
                yield
        for n in self.objective.held.tolist():  # as in a column of J that is zero
            self.gradient[n] = self.quasi_hessian[n] = self.quasi_hessian[:, n] = 0.0
        self.sse = float(sse)

    @property
    def gradient_norm(self) -> float:
        """Length of g."""
        total = 0.0
        for value in self.gradient[: self.n].tolist():
            total += value * value
        return math.sqrt(total)

    def step(self, mu: float, step: FloatArray) -> Generator[None, None, bool]:
        """Solve (D + mu I) step = g in pieces; return whether it could be done."""
        for part in self.parts:
            gauss_newton.gather(
                self.quasi_hessian, self.gradient, part.members, part.matrix, part.right
            )
            for a in range(part.panels):
                if not gauss_newton.factor(
                    part.matrix, mu, part.n, part.factors, part.panel, part.scales, a
                ):
                    return False
                if part.n > 200:
                    yield
            gauss_newton.solve(part.factors, part.right, part.solution, part.members, step)
        return True

    def try_at(self, weights: FloatArray) -> float:
        """Find the SSE at some weights."""
        objective = self.objective
        arguments = [
            objective.network.structure, objective.data, weights, *self.room[:3], np.zeros((0, 0)),
        ]  # fmt: skip
        sse = evaluate.run_forward(*arguments)
        return float(sse)


@dataclass(frozen=True, slots=True)
class Restart:
    """When to start again, and where.

    Parameters
    ----------
    draw : callable
        Number of the restart, from 1 up -> weights.
    patience : int
        Iterations to look back.
    least : float
        Part of the SSE that must have gone in them.
    """

    draw: Callable[[int], FloatArray]
    patience: int
    least: float


def damped(
    state: LoopState,
    equations: Equations,
    target_sse: float,
    damping: Damping,
    restart: Restart | None = None,
) -> Iterator[None]:
    """Levenberg-Marquardt with the published control of mu.

    Parameters
    ----------
    state : LoopState
        Changed.
    equations : Equations
        Of its objective.
    target_sse : float
        Where to stop.
    damping : Damping
        How mu reacts.
    restart : Restart, optional
        If new weights are drawn instead of giving up.

    Yields
    ------
    None
        After each piece.
    """
    equations.prepare()
    yield
    weights = state.record.columns.weights[0].copy()
    step = np.zeros(equations.n)
    mu, accepted, attempts = damping.mu_start, damping.mu_start, 0
    before = math.inf
    state.evaluations = 1
    restarts = 0
    since: list[float] = []
    while True:
        yield from equations.accumulate(weights)
        norm = equations.gradient_norm
        sse = equations.sse
        stop = _end(sse, norm, before, target_sse)
        since.append(sse)
        slow = False
        if restart is not None and len(since) > restart.patience:
            slow = since[-1] > (1.0 - restart.least) * since[-1 - restart.patience]
        again = restart is not None and stop is StopReason.NO_PROGRESS
        if not again:
            state.stop = stop
        state.add(sse, norm, weights, accepted, attempts, 1.0)
        yield
        if state.stop is not None:
            return
        state.work += equations.per_iteration
        before = sse
        attempts = 0
        stuck = slow or again
        while not stuck:
            attempts += 1
            done = yield from equations.step(mu, step)
            state.work += equations.per_factor
            trial = weights - step
            if done:
                state.evaluations += 1
                state.work += 1.0
                sse = equations.try_at(trial)
                yield
                if sse < before:
                    break
            mu *= damping.factor
            if attempts >= damping.max_attempts or mu > damping.mu_max:
                if restart is None:
                    state.stop = StopReason.DAMPING_LIMIT
                    return
                stuck = True
        if stuck and restart is not None:
            restarts += 1
            weights = restart.draw(restarts)
            mu = accepted = damping.mu_start
            before = math.inf
            since = []
        else:
            weights, accepted = trial, mu
            mu = max(mu / damping.factor, damping.mu_min)


def searched(
    state: LoopState, equations: Equations, target_sse: float, damping: Damping
) -> Iterator[None]:
    """Gauss-Newton with a line search; mu moves slowly.

    Parameters
    ----------
    state : LoopState
        Changed.
    equations : Equations
        Of its objective.
    target_sse : float
        Where to stop.
    damping : Damping
        Where mu starts.

    Yields
    ------
    None
        After each piece.
    """
    equations.prepare()
    yield
    weights = state.record.columns.weights[0].copy()
    step = np.zeros(equations.n)
    mu, eta = damping.mu_start, 1.0
    used, attempts = mu, 0
    before = math.inf
    state.evaluations = 1
    while True:
        yield from equations.accumulate(weights)
        norm = equations.gradient_norm
        state.stop = _end(equations.sse, norm, before, target_sse)
        state.add(equations.sse, norm, weights, used, attempts, eta)
        yield
        if state.stop is not None:
            return
        state.work += equations.per_iteration
        before = equations.sse
        attempts = 0
        failures = 0
        while True:
            done = yield from equations.step(mu, step)
            state.work += equations.per_factor
            eta = min(1.0, 2.0 * eta)
            better = False
            for _ in range(HALVINGS if done else 0):
                attempts += 1
                state.evaluations += 1
                state.work += 1.0
                trial = weights - eta * step
                better = equations.try_at(trial) < before
                yield
                if better:
                    break
                eta /= 2.0
            if better:
                break
            failures += 1
            mu *= 10.0
            if failures >= damping.max_attempts or mu > 1e15:
                state.stop = StopReason.DAMPING_LIMIT
                return
        weights, used = trial, mu
        mu = max(0.8 * mu, 1e-6) if eta > 0.2 else min(1.25 * mu, 1e6)


def _end(sse: float, norm: float, before: float, target_sse: float) -> StopReason | None:
    if not math.isfinite(sse):
        return StopReason.DIVERGED
    if sse <= target_sse:
        return StopReason.SOLVED
    if norm == 0.0 or before - sse < LEAST_DECREASE * before:
        return StopReason.NO_PROGRESS
    return None
