"""Levenberg-Marquardt as a Python-driven loop: whole or in blocks, with two kinds of step control.

`normal_equations` computes the step dw = -(D + mu I)^-1 g, where D is Q or its part inside blocks.

Damping, as published: an attempt that lowers the SSE is accepted and mu divided by a factor; any
other multiplies mu, and dw is computed again. Line search: dw is computed once, mu changes slowly,
and eta dw is tried with eta halved until the SSE decreases. With blocks, dw is a descent direction
as well, but simultaneous steps of k blocks are about k times too long. Damping then raises mu until
curvature has no effect; a shorter eta keeps it.

`_iterate` is the loop that both kinds of control share, `_damped_attempts` and `_line_search` are
their attempts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from nbn_core.kernels import step_control
from nbn_core.rules.damping import LEAST_DECREASE, Damping
from nbn_core.rules.engines.normal_equations import Equations
from nbn_core.rules.engines.python_loop import LoopState
from nbn_core.trace import StopReason
from nbn_core.types import FloatArray


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
        Initial value, limits and factor of mu; the maximum number of failed searches in an
        iteration.

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
        stop = _stop_reason(equations, before, target_sse)
        recent.append(sse)
        stuck = False
        if restart is not None:
            ended = stop in (StopReason.NO_PROGRESS, StopReason.CONVERGED)
            stuck = ended or restart.is_slow(recent)
            if ended:
                stop = None
        state.stop = stop
        state.add(sse, norm, at.weights, at.accepted_mu, at.attempts, at.eta)
        yield
        if state.stop is not None:
            return
        state.work += equations.per_iteration
        before = sse
        at.attempts = 0
        stationary = equations.is_stationary()
        if not stuck:
            lower = yield from attempts(state, equations, damping, at, before)
            stuck = not lower
        if stuck and restart is None:
            state.stop = StopReason.CONVERGED if stationary else StopReason.DAMPING_LIMIT
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
                at.accept(trial, _searched_mu(damping, at.mu, at.eta))
                return True
            at.eta /= 2.0
        failures += 1
        at.mu *= damping.factor
        if failures >= damping.max_attempts or at.mu > damping.mu_max:
            return False


def _searched_mu(damping: Damping, mu: float, eta: float) -> float:
    """Return mu after a line search that accepted the step length eta."""
    return float(
        step_control.mu_accepted(
            step_control.LINE_SEARCH, mu, eta, damping.factor, damping.mu_min, damping.mu_max
        )
    )


def _stop_reason(equations: Equations, before: float, target_sse: float) -> StopReason | None:
    sse = equations.sse
    if not math.isfinite(sse):
        return StopReason.DIVERGED
    if sse <= target_sse:
        return StopReason.SOLVED
    if equations.gradient_norm == 0.0 or before - sse < LEAST_DECREASE * before:
        return StopReason.CONVERGED if equations.is_stationary() else StopReason.NO_PROGRESS
    return None
