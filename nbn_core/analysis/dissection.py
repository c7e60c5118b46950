"""Dissection: one iteration of NBN with all its intermediate values.

At the weights w of an iteration, for one pattern with inputs x and targets d, neuron by neuron:

    net_k = w_k0 + sum_i w_ik y_i,    y_k = f_k(net_k),    s_k = f_k'(net_k),    e_m = d_m - o_m

then the derivatives of output m by one of two methods:

    forward only (2010)    delta_kk = s_k,    delta_kj = s_k sum_i w_ik delta_ij        row by row
    backward (2008)        b_m = 1,           b_j = sum_k w_jk s_k b_k,    delta_mj = s_j b_j

Both give the same row of the Jacobian, j = de_m/dw, with -delta_mj y_i for the weight of neuron j
and source i. Over all patterns and outputs Q = sum j'j and g = sum j'e. Then attempts follow: each
solves (Q + D) dw = -g with the damping D, or halves the previous step, and measures the SSE at
w + dw.

The values of a pattern are computed in plain NumPy (`nbn_core.analysis.pattern_dissection`), with
each sum in the order of the compiled kernels. For Q, g and the attempts, the training kernel itself
is run from these weights, one piece of work at a time, and its state is copied in between.
Therefore a dissected iteration is bit-identical to the one of the training.

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
from nbn_core.objective import Objective, weight_units
from nbn_core.objective.objective import mirrored
from nbn_core.rules.damping import Damping, damping_diagonal
from nbn_core.rules.engines.nbn import NBNState
from nbn_core.rules.nbn import NBN, damping_of
from nbn_core.trace import StopReason, Trace
from nbn_core.types import FloatArray

__all__ = ["Anatomy", "Attempt", "PatternAnatomy", "RunningSums", "dissect", "mu_after"]


_ONE_PIECE = 1e-300  # seconds, so short that the kernel returns after one piece of work
_ROOM = 2_000_000  # numbers in the Jacobian rows that are stored at a time


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RunningSums(OneLine):
    """Sums over the first patterns, for a selection of n weights.

    Parameters
    ----------
    after : tuple of int
        F numbers of patterns, ascending.
    weights : tuple of int
        Indices of the n selected weights.
    sse : (F,) float64
        SSE of these first patterns.
    gradient, quasi_hessian : (F, n), (F, n, n) float64
        Gradient g and quasi-Hessian Q of these first patterns.
    """

    after: tuple[int, ...]
    weights: tuple[int, ...]
    sse: FloatArray
    gradient: FloatArray
    quasi_hessian: FloatArray


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Attempt(OneLine):
    """One attempt of an iteration: a value of mu, or in a line search a step length.

    Parameters
    ----------
    mu : float
        Damping of the attempt.
    step : (N,) float64 or None
        Step dw of this length; None if the damped matrix was not positive definite in floating
        point.
    weights : (N,) float64 or None
        Weights w + dw.
    sse : float
        SSE at these weights; NaN without a step.
    accepted : bool
        Whether training continues from these weights.
    mu_next : float
        Damping after the attempt; after the accepted one, that of the next iteration.
    part : float
        Step length as a part of the whole step: 1, 1/2, 1/4 ...
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
        Topology of the network.
    dataset : Dataset
        Patterns with inputs and targets.
    weights : (N,) float64
        Weights at the start of the iteration.
    damping : Damping
        Settings of the damping; `mu_start` is the mu of the first attempt.
    sse : float
        SSE at the weights.
    gradient : (N,) float64
        Gradient g at the weights.
    quasi_hessian : (N, N) float64
        Quasi-Hessian Q at the weights.
    attempts : tuple of Attempt
        Attempts in order. Unless the iteration failed, the last one is accepted; with the control
        "best_step" it can be the one before, if the last one was not better.
    stop : StopReason or None
        Reason why no attempt was made or accepted; None if one was accepted.
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
        return damping_diagonal(
            self.damping.matrix, self.damping.mu_start, np.diag(self.quasi_hessian),
            weight_units(self.topology, self.dataset),
        )  # fmt: skip

    def pattern(self, p: int) -> PatternAnatomy:
        """Return all values of one pattern in this iteration.

        Parameters
        ----------
        p : int
            Index of the pattern, from 0.

        Returns
        -------
        PatternAnatomy
            Values of the nodes, derivatives by both methods, and Jacobian rows.

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
            Indices of the selected weights; all by default.

        Returns
        -------
        RunningSums
            Sums for each number of patterns, ascending, without repetition.
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
                quasi_hessian += np.einsum("ra,rb->ab", part, part)  # BLAS would start threads
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
    """Compute one iteration of NBN from these weights, with all its intermediate values.

    Parameters
    ----------
    topology : Topology
        Topology of the network.
    dataset : Dataset
        Patterns with inputs and targets.
    weights : (N,) array_like
        Weights at the start of the iteration.
    mu : float, optional
        Damping of the first attempt; the setting `mu_start` by default. See `NBN.resumption`.
    step_length : float
        Length of the previous step, by which some controls choose the first length that they try.
    settings : mapping, optional
        Settings of NBN; its defaults for those that are missing.

    Returns
    -------
    Anatomy
        The iteration, also if it failed.

    Raises
    ------
    SettingError
        If a setting is unknown or not allowed.
    ShapeError
        If the sizes of network, data and weights do not match.
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
    """Return the damping with which NBN continues from row k of its trace.

    Parameters
    ----------
    trace : Trace
        Trace of a training. If row k has no damping, as for first-order rules, the initial damping
        of the settings is returned.
    k : int
        Index of the row.
    settings : mapping, optional
        Settings with which NBN continues; its defaults for those that are missing.

    Returns
    -------
    float
        Damping mu of the next attempt.
    """
    return NBN().resumption(trace, k, settings).mu


# Attempts


def _attempt(rule: NBN, state: NBNState, start: FloatArray) -> Attempt:
    """Run the kernel until it has accepted or rejected the current mu or step length."""
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
    trial = start - part * whole  # the kernel may have replaced its own trial weights by now
    step = -part * whole
    lock(step, trial)
    return Attempt(mu, step, trial, state.objective.sse(trial), False, mu_next, part)


def _accept(state: NBNState, attempts: list[Attempt]) -> None:
    """Mark the accepted attempt: the last, or the one before it."""
    part = float(state.numbers[nbn.SEARCH + step_control.ETA])
    i = next(i for i in (len(attempts) - 1, len(attempts) - 2) if attempts[i].part == part)
    after = attempts[-1].mu_next
    attempts[i] = replace(attempts[i], accepted=True, mu_next=after)
