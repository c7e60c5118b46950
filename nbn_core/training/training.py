"""Training: a rule at work on a network and data, all at once or a portion at a time.

`train` runs to the end. `Training` is the same run in portions, for a screen that wants to show
what happens: one thread calls `advance` again and again, any other may read `trace` meanwhile.
However the run is cut into portions, every number comes out the same to the bit.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nbn_core.checks import not_negative, shown, whole
from nbn_core.data import Dataset
from nbn_core.display import one_line
from nbn_core.errors import SettingError, ShapeError
from nbn_core.network import Topology, initial_weights
from nbn_core.objective import Objective
from nbn_core.objective.weighting import Held
from nbn_core.rules import RULES, RuleState
from nbn_core.trace import Iteration, StopReason, Trace
from nbn_core.training.early_stopping import PATIENCE, Validation
from nbn_core.training.result import TrainingResult, ending
from nbn_core.types import FloatArray

__all__ = ["StopReason", "Training", "TrainingResult", "train"]

MAX_ITERATIONS = 1000
TARGET_SSE = 1e-3
ITERATIONS_MOST = 100_000_000


class Training:
    """A training that goes on a portion at a time.

    Parameters
    ----------
    topology : Topology
        The network.
    dataset : Dataset
        The patterns.
    rule : str
        A name in `RULES`.
    weights : (N,) array_like, optional
        Where to start; drawn by scheme and seed if left out.
    scheme : str
        A name in `SCHEMES`.
    seed : int
        Of the starting weights.
    max_iterations : int
        Iterations after which to stop.
    target_sse : float
        Sum of squared errors at or under which the problem counts as solved.
    pattern_weights : (P,) array_like, optional
        How much each pattern counts; each 1 if left out.
    held : str, collection or (N,) bool array, optional
        Neurons or weights that stay as they are, see `nbn_core.objective.weighting`.
    validation : Dataset, optional
        Patterns that are not learned; training stops early when they do not get better, and the
        result is where they were best.
    patience : int
        Iterations without a better SSE of the validation patterns after which to stop.
    resume : Trace, optional
        Go on from the last row of it instead of from `weights`; with NBN as if it had never
        stopped. Other rules start from its weights, without what they remembered.
    **settings
        Of the rule; for NBN those of `Damping`.

    Raises
    ------
    SettingError
        If a setting is unknown or outside what it may be, or the rule is not meant for the network.
    ShapeError
        If network, data and weights do not fit each other.
    """

    def __init__(
        self,
        topology: Topology,
        dataset: Dataset,
        rule: str = "nbn",
        *,
        weights: ArrayLike | None = None,
        scheme: str = "uniform",
        seed: int = 0,
        max_iterations: int = MAX_ITERATIONS,
        target_sse: float = TARGET_SSE,
        pattern_weights: ArrayLike | None = None,
        held: Held | None = None,
        validation: Dataset | None = None,
        patience: int = PATIENCE,
        resume: Trace | None = None,
        **settings: Any,
    ) -> None:
        if not isinstance(rule, str) or rule not in RULES:
            raise SettingError(
                f"There is no learning rule {shown(rule)}: choose {', '.join(RULES)}."
            )
        self._rule = RULES[rule]
        if resume is not None:
            if weights is not None:
                raise SettingError("Give weights to start from or a trace to resume, not both.")
            weights = resume.weights[-1]
        checked = self._rule.settings(settings)
        self._max_iterations = whole(max_iterations, "max_iterations", 0, ITERATIONS_MOST)
        target = not_negative(target_sse, "target_sse")
        self.objective = Objective(topology, dataset, pattern_weights, held)
        if not (self.objective.plain or self._rule.weighs):
            able = " or ".join(name for name, one in RULES.items() if one.weighs)
            raise SettingError(
                f"{self._rule.title} supports neither pattern weights nor frozen weights: "
                f"choose {able}."
            )
        refusal = self._rule.refuses(topology, dataset)
        if refusal is not None:
            raise SettingError(refusal)
        if weights is None:
            start = initial_weights(topology, scheme, seed)
        else:
            start = self.objective.network.checked_weights(weights)
            if not np.isfinite(start).all():
                raise ShapeError("Every weight must be a finite number: replace the others.")
        self._state: RuleState = self._rule.init(self.objective, start, target, checked)
        if resume is not None:
            self._rule.resume(self._state, resume, checked)
        self._validation = (
            None if validation is None else Validation(topology, validation, patience)
        )
        self._advancing = threading.Lock()
        self._cancelled = threading.Event()
        self._start_trace: Trace | None = None

    def __repr__(self) -> str:
        how = "running" if self.stop is None else ending(self.stop, self.iteration)
        return one_line("Training", self._rule.name, f"iteration {self.iteration}", how)

    @property
    def iteration(self) -> int:
        """Accepted iterations so far; of a training that stopped early, those that count."""
        if self._validation is not None and self._validation.ended:
            return int(self._state.record.columns.iterations[self._validation.rows - 1])
        return max(self._state.record.done, 0)

    @property
    def method(self) -> str | None:
        """How the normal equations are summed; None for a rule that has none."""
        return self._rule.summation_method(self._state)

    @property
    def max_iterations(self) -> int:
        """Iterations after which to stop."""
        return self._max_iterations

    @property
    def stop(self) -> StopReason | None:
        """Why training ended; None while it can go on."""
        if self._validation is not None and self._validation.ended:
            return StopReason.EARLY
        if self._state.stop is not None:
            return self._state.stop
        if self._state.record.done >= self._max_iterations:
            return StopReason.MAX_ITERATIONS
        return StopReason.CANCELLED if self._cancelled.is_set() else None

    @property
    def best_row(self) -> int:
        """The row of the trace whose weights are the result.

        The last, or with validation patterns the one that was best for them.
        """
        if self._validation is None:
            return max(self._state.record.rows - 1, 0)
        return self._validation.best

    @property
    def validation_sse(self) -> tuple[float, ...] | None:
        """SSE of the validation patterns in each row of the trace; None without such patterns."""
        if self._validation is None:
            return None
        start = self._state.record.columns.weights[0]
        return tuple(self._validation.sse) or (self._validation.measure(start),)

    @property
    def state(self) -> RuleState:
        """What the rule holds. Look, between portions; what it is depends on the rule."""
        return self._state

    def predict(self, inputs: ArrayLike) -> FloatArray:
        """Compute the outputs for any inputs at the weights reached, the way the rule predicts.

        Most rules run the network; Forward-Forward compares how good every class looks. From any
        thread: it waits for a portion that is at work.

        Parameters
        ----------
        inputs : (P, I) array_like
            One pattern a row.

        Returns
        -------
        (P, M) float64
            In the order of the outputs.

        Raises
        ------
        ShapeError
            If these are not I inputs each.
        """
        network = self.objective.network
        rows = np.ascontiguousarray(inputs, dtype=np.float64)
        if rows.ndim != 2 or rows.shape[1] != network.n_inputs:
            raise ShapeError(f"Each pattern needs {network.n_inputs} inputs to be predicted.")
        with self._advancing:
            if self._rule.own_prediction:
                return self._rule.predict(self._state, rows)
            weights = self.trace().weights[-1]
        nodes = network.activations(weights, rows)
        return np.ascontiguousarray(nodes[:, network.n_inputs + network.outputs])

    def advance(self, iterations: int | None = None, seconds: float | None = None) -> None:
        """Go on until so many more iterations are done, so much time has passed, or an end.

        However short the time, something is done: a block of patterns at least.

        Parameters
        ----------
        iterations : int, optional
            Iterations more; without limit if left out.
        seconds : float, optional
            About how long. If both are left out 0.03; without limit if only `iterations` is given.
        """
        if seconds is None:
            seconds = 0.03 if iterations is None else float("inf")
        with self._advancing:
            began = time.perf_counter()
            last = self._max_iterations
            if iterations is not None:
                last = min(last, self.iteration + whole(iterations, "iterations", 0, 2**53))
            left = seconds
            while self.stop is None and self._state.record.done < last:
                self._rule.advance(self._state, last, left)
                if self._validation is not None:
                    self._validation.look(self._state.record)
                left = seconds - (time.perf_counter() - began)
                if left <= 0:
                    break
            if self._cancelled.is_set():
                self._settle()

    def _settle(self) -> None:
        """Let a rule that does not record every iteration record the one it is at."""
        state = self._state
        if state.stop is None and 0 <= state.record.newest < state.record.done:
            self._rule.advance(state, state.record.done, 0.02)
            if self._validation is not None:
                self._validation.look(state.record)

    def cancel(self) -> None:
        """Stop within a portion, from any thread."""
        self._cancelled.set()
        if self._advancing.acquire(blocking=False):
            try:
                self._settle()
            finally:
                self._advancing.release()

    def extend(self, max_iterations: int) -> None:
        """Allow iterations up to `max_iterations` in all, and take back a cancellation.

        Parameters
        ----------
        max_iterations : int
            In all, counted from the start.
        """
        self._max_iterations = whole(max_iterations, "max_iterations", 0, ITERATIONS_MOST)
        self._cancelled.clear()

    def trace(self, first: int = 0) -> Trace:
        """Return what happened so far, from row `first` on.

        Nothing is copied; it may be called from any thread while another one advances. Before the
        first portion it has the start alone, with the length of the gradient not yet known (NaN).

        Parameters
        ----------
        first : int
            The first row wanted.

        Returns
        -------
        Trace
            Rows that will not change any more.
        """
        first = whole(first, "first", 0, 2**53)
        looked = self._state.record.rows if self._validation is None else self._validation.rows
        if looked > 0:
            return self._state.record.trace().until(looked).part(first)
        if self._start_trace is None:
            record = self._state.record
            self._start_trace = record.start(self.objective.sse(record.columns.weights[0]))
        return self._start_trace.part(first)

    def result(self) -> TrainingResult:
        """Return how it ended, or how far it is.

        Returns
        -------
        TrainingResult
            With stop CANCELLED if it could still go on.
        """
        stop = self.stop or StopReason.CANCELLED
        trace = self.trace()
        best = min(self.best_row, len(trace) - 1)
        return TrainingResult(
            weights=trace.weights[best],
            sse=float(trace.sse[best]),
            converged=stop is StopReason.SOLVED,
            stop=stop,
            iterations=int(trace.iterations[-1]),
            evaluations=self._state.evaluations,
            seconds=float(trace.seconds[-1]),
            trace=trace,
            work=float(trace.work[-1]),
            best_iteration=int(trace.iterations[best]),
            validation_sse=self.validation_sse,
        )


def train(
    topology: Topology,
    dataset: Dataset,
    rule: str = "nbn",
    *,
    weights: ArrayLike | None = None,
    scheme: str = "uniform",
    seed: int = 0,
    max_iterations: int = MAX_ITERATIONS,
    target_sse: float = TARGET_SSE,
    pattern_weights: ArrayLike | None = None,
    held: Held | None = None,
    validation: Dataset | None = None,
    patience: int = PATIENCE,
    resume: Trace | None = None,
    on_iteration: Callable[[Iteration], object] | None = None,
    cancelled: Callable[[], bool] | None = None,
    **settings: Any,
) -> TrainingResult:
    """Train a network.

    Parameters
    ----------
    topology : Topology
        The network.
    dataset : Dataset
        The patterns.
    rule : str
        A name in `RULES`.
    weights : (N,) array_like, optional
        Where to start; drawn by scheme and seed if left out.
    scheme : str
        A name in `SCHEMES`.
    seed : int
        Of the starting weights.
    max_iterations : int
        Iterations after which to stop.
    target_sse : float
        Sum of squared errors at or under which the problem counts as solved.
    pattern_weights : (P,) array_like, optional
        How much each pattern counts; each 1 if left out.
    held : str, collection or (N,) bool array, optional
        Neurons or weights that stay as they are, see `nbn_core.objective.weighting`.
    validation : Dataset, optional
        Patterns that are not learned; training stops early when they do not get better, and the
        result is where they were best.
    patience : int
        Iterations without a better SSE of the validation patterns after which to stop.
    resume : Trace, optional
        Go on from the last row of it instead of from `weights`; with NBN as if it had never
        stopped. Other rules start from its weights, without what they remembered.
    on_iteration : callable, optional
        Called with each accepted `Iteration`, in order; several may come at once.
    cancelled : callable, optional
        Asked about every 30 ms; training stops when it says True.
    **settings
        Of the rule; for NBN those of `Damping`.

    Returns
    -------
    TrainingResult
        How it ended. A training that does not converge is a result, not an error.
    """
    training = Training(
        topology, dataset, rule,
        weights=weights, scheme=scheme, seed=seed,
        max_iterations=max_iterations, target_sse=target_sse,
        pattern_weights=pattern_weights, held=held,
        validation=validation, patience=patience, resume=resume, **settings,
    )  # fmt: skip
    reported = 1
    while training.stop is None:
        if cancelled is not None and cancelled():
            training.cancel()
            break
        training.advance()
        if on_iteration is not None:
            for row in training.trace(reported):
                on_iteration(row)
                reported += 1
    return training.result()
