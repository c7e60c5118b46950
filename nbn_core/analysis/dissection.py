"""Anatomy: one iteration of NBN taken apart, with every number in between.

At the weights w of an iteration, for one pattern with inputs x and targets d, neuron by neuron:

    net_k = w_k0 + sum_i w_ik y_i,    y_k = f_k(net_k),    s_k = f_k'(net_k),    e_m = d_m - o_m

then the derivatives of output m, in either of two ways:

    forward only (2010)    delta_kk = s_k,    delta_kj = s_k sum_i w_ik delta_ij        row by row
    backward (2008)        b_m = 1,           b_j = sum_k w_jk s_k b_k,    delta_mj = s_j b_j

and from both the same row of the Jacobian, j = de_m/dw, with -delta_mj y_i for the weight of neuron
j and source i. Over all patterns and outputs Q = sum j'j and g = sum j'e. Attempts follow: each
solves (Q + D) dw = -g with the damping D, or takes half of the step before, and measures the SSE at
w + dw.

What belongs to a pattern is written out in plain NumPy (`nbn_core.analysis.pattern_dissection`),
each sum in the order of the compiled kernels. Q, g and the attempts are not computed a second time:
the kernel that trains is run from these weights a piece at a time, and watched. So an iteration
taken apart is, to the bit, the one that training made.

References
----------
Wilamowski, Cotton, Kaynak & Dündar, IEEE Trans. Industrial Electronics 55(10), 3784-3790, 2008:
backward.
Wilamowski & Yu, IEEE Trans. Neural Networks 21(11), 1793-1803, 2010: forward only.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nbn_core.analysis.pattern_dissection import PatternAnatomy, lock, pattern_anatomy
from nbn_core.data import Dataset
from nbn_core.display import OneLine
from nbn_core.errors import SettingError
from nbn_core.kernels import nbn, step_control
from nbn_core.network import Network, Topology
from nbn_core.objective import Objective
from nbn_core.objective.objective import mirrored
from nbn_core.rules.damping import Damping, damping_diagonal
from nbn_core.rules.engines.nbn import NBNState
from nbn_core.rules.nbn import NBN, damping_of
from nbn_core.trace import StopReason, Trace
from nbn_core.types import FloatArray

__all__ = ["Anatomy", "Attempt", "PatternAnatomy", "RunningSums", "dissect", "mu_after"]


_ONE_PIECE = 1e-300  # seconds: less than anything takes, so the kernel returns after one piece
_ROOM = 2_000_000  # numbers of Jacobian rows held at a time


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RunningSums(OneLine):
    """Sums over the first patterns, for a selection of the weights.

    Parameters
    ----------
    after : tuple of int
        Numbers of patterns, ascending; F of them.
    weights : tuple of int
        The weights shown; n of them.
    sse : (F,) float64
        SSE of the patterns so far.
    gradient, quasi_hessian : (F, n), (F, n, n) float64
        g and Q so far.
    """

    after: tuple[int, ...]
    weights: tuple[int, ...]
    sse: FloatArray
    gradient: FloatArray
    quasi_hessian: FloatArray


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Attempt(OneLine):
    """One attempt: a value of mu, or with a search a length of its step.

    Parameters
    ----------
    mu : float
        Damping.
    step : (N,) float64 or None
        dw, the part that is tried; None if the damped matrix was not positive definite in floating
        point.
    weights : (N,) float64 or None
        w + dw.
    sse : float
        There; NaN without a step.
    accepted : bool
        Whether training goes on from it.
    mu_next : float
        Damping after the attempt; the one accepted has that of the next iteration.
    part : float
        Of the whole step: 1, 1/2, 1/4 ...
    """

    mu: float
    step: FloatArray | None
    weights: FloatArray | None
    sse: float
    accepted: bool
    mu_next: float
    part: float = 1.0


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Anatomy(OneLine):
    """One iteration of NBN at given weights; arrays are read-only.

    Parameters
    ----------
    topology : Topology
        The network.
    dataset : Dataset
        The patterns.
    weights : (N,) float64
        Where the iteration begins.
    damping : Damping
        Its settings; `mu_start` is the mu of the first attempt.
    sse : float
        At the weights.
    gradient : (N,) float64
        g.
    quasi_hessian : (N, N) float64
        Q.
    attempts : tuple of Attempt
        In order; the last one is accepted unless the iteration failed. With best step it may be the
        one before: it is known to be the best when the next is not better.
    stop : StopReason or None
        Why no attempt was made or accepted.
    """

    topology: Topology
    dataset: Dataset
    weights: FloatArray
    damping: Damping
    sse: float
    gradient: FloatArray
    quasi_hessian: FloatArray
    attempts: tuple[Attempt, ...]
    stop: StopReason | None

    @property
    def accepted(self) -> Attempt | None:
        """The accepted attempt; None if there is none."""
        return next((attempt for attempt in self.attempts[-2:] if attempt.accepted), None)

    @property
    def added(self) -> FloatArray:
        """Damping (N,) that the first attempt adds to the diagonal of Q."""
        diagonal = np.diag(self.quasi_hessian)
        return damping_diagonal(self.damping.matrix, self.damping.mu_start, diagonal)

    def pattern(self, p: int) -> PatternAnatomy:
        """Return all values of one pattern in this iteration.

        Parameters
        ----------
        p : int
            Counted from 0.

        Returns
        -------
        PatternAnatomy
            Both ways to the Jacobian rows.

        Raises
        ------
        SettingError
            If there is no such pattern.
        """
        if not 0 <= p < self.dataset.n_patterns:
            raise SettingError(
                f"There is no pattern {p + 1}: the data have patterns 1 to "
                f"{self.dataset.n_patterns}."
            )
        return pattern_anatomy(
            Network.from_topology(self.topology),
            self.weights,
            p,
            self.dataset.inputs[p],
            self.dataset.targets[p],
        )

    def running(self, after: Sequence[int], weights: Sequence[int] | None = None) -> RunningSums:
        """Return SSE, g and Q summed over the first patterns.

        Parameters
        ----------
        after : sequence of int
            Numbers of patterns, from 0 to P.
        weights : sequence of int, optional
            The weights to show; all if left out.

        Returns
        -------
        RunningSums
            One entry for each number, ascending, without repetition.
        """
        marks = sorted(set(after))
        picked = list(range(len(self.weights)) if weights is None else weights)
        n = len(picked)
        sums = RunningSums(
            tuple(marks), tuple(picked),
            np.zeros(len(marks)), np.zeros((len(marks), n)), np.zeros((len(marks), n, n)),
        )  # fmt: skip
        sse, gradient, quasi_hessian = 0.0, np.zeros(n), np.zeros((n, n))
        portion = max(1, _ROOM // (len(self.weights) * self.topology.n_outputs))
        done = 0
        for f, mark in enumerate(marks):
            while done < mark:
                end = min(mark, done + portion)
                rows, errors = self._rows(done, end)
                part = np.ascontiguousarray(rows[:, picked])
                sse += float(errors @ errors)
                gradient += np.einsum("ra,r->a", part, errors)
                quasi_hessian += np.einsum("ra,rb->ab", part, part)  # BLAS would wake threads
                done = end
            sums.sse[f], sums.gradient[f], sums.quasi_hessian[f] = sse, gradient, quasi_hessian
        lock(sums.sse, sums.gradient, sums.quasi_hessian)
        return sums

    def _rows(self, begin: int, end: int) -> tuple[FloatArray, FloatArray]:
        """Return the Jacobian rows and the errors of patterns begin..end-1."""
        inputs, targets = self.dataset.inputs[begin:end], self.dataset.targets[begin:end]
        objective = Objective(self.topology, Dataset(inputs, targets))
        errors = targets - objective.outputs(self.weights)
        return objective.jacobian(self.weights), errors.ravel()


def dissect(
    topology: Topology,
    dataset: Dataset,
    weights: ArrayLike,
    *,
    mu: float | None = None,
    step_length: float = 1.0,
    settings: Mapping[str, Any] | None = None,
) -> Anatomy:
    """Make one iteration of NBN at these weights, and keep everything in between.

    Parameters
    ----------
    topology : Topology
        The network.
    dataset : Dataset
        The patterns.
    weights : (N,) array_like
        Where the iteration begins.
    mu : float, optional
        Damping of the first attempt; `mu_start` if left out. See `NBN.resumption`.
    step_length : float
        Length of the step before: the line search begins at twice this length.
    settings : mapping, optional
        Of the rule: those of `Damping`.

    Returns
    -------
    Anatomy
        The iteration, whether it succeeded or not.
    """
    given = dict(settings or {})
    if mu is not None:
        given["mu_start"] = mu
    rule = NBN()
    checked = rule.settings(given)
    damping = damping_of(checked)
    objective = Objective(topology, dataset)
    start = objective.network.checked_weights(weights)
    state = rule.init(objective, start, 0.0, checked)
    state.numbers[nbn.SEARCH + step_control.LAST_ETA] = step_length
    while state.stop is None and state.counters[nbn.PHASE] == nbn.ACCUMULATE:
        rule.advance(state, 1, _ONE_PIECE)
    n = len(start)
    sse = float(state.numbers[nbn.SSE])
    gradient = state.gradient[:n].copy()
    quasi_hessian = mirrored(state.quasi_hessian, n)
    attempts: list[Attempt] = []
    while state.stop is None and state.counters[nbn.ITERATION] == 0:
        attempts.append(_attempt(rule, state, start))
    if state.counters[nbn.ITERATION] > 0:
        _accept(state, attempts)
    lock(start, gradient, quasi_hessian)
    return Anatomy(
        topology, dataset, start, damping, sse, gradient, quasi_hessian,
        tuple(attempts), state.stop,
    )  # fmt: skip


def mu_after(trace: Trace, k: int, settings: Mapping[str, Any] | None = None) -> float:
    """Return the damping with which NBN continues from row k of its trace."""
    return NBN().resumption(trace, k, settings).mu


# One attempt, watched


def _attempt(rule: NBN, state: NBNState, start: FloatArray) -> Attempt:
    """Run the kernel until it has decided about the mu, or the length, it is at."""
    counters, numbers = state.counters, state.numbers
    mu = float(numbers[nbn.MU])
    before = (int(counters[nbn.ATTEMPT]), int(counters[nbn.ITERATION]))
    part = math.nan
    while (int(counters[nbn.ATTEMPT]), int(counters[nbn.ITERATION])) == before:
        if counters[nbn.PHASE] == nbn.TRY:
            part = float(numbers[nbn.SEARCH + step_control.ETA])
        rule.advance(state, 1, _ONE_PIECE)
    mu_next = float(numbers[nbn.MU])
    if math.isnan(part):
        return Attempt(mu, None, None, math.nan, False, mu_next)
    whole = state.workspace.step[: len(start)]
    trial = start - part * whole  # the kernel's own may by now be that of an earlier attempt
    step = -part * whole
    lock(step, trial)
    return Attempt(mu, step, trial, state.objective.sse(trial), False, mu_next, part)


def _accept(state: NBNState, attempts: list[Attempt]) -> None:
    """Mark the accepted attempt: the last, or the one before it."""
    part = float(state.numbers[nbn.SEARCH + step_control.ETA])
    i = next(i for i in (len(attempts) - 1, len(attempts) - 2) if attempts[i].part == part)
    after = attempts[-1].mu_next
    attempts[i] = replace(attempts[i], accepted=True, mu_next=after)
