"""Training of a network by a learning rule, in one call or in time slices.

`train` runs to the end. `Training` is the same run in time slices, for user interfaces that show
the progress: one thread calls `advance` repeatedly while other threads read `trace`. Results are
bit-identical for any division into slices.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nbn_core.checks import not_negative, whole
from nbn_core.data import Dataset
from nbn_core.display import one_line
from nbn_core.errors import SettingError, ShapeError
from nbn_core.network import Topology
from nbn_core.objective import Objective, starting_weights
from nbn_core.objective.weighting import Held
from nbn_core.rules import RULES, RuleState, rule_called
from nbn_core.trace import Iteration, StopReason, Trace
from nbn_core.training.early_stopping import PATIENCE, Validation
from nbn_core.training.memory_limit import check_memory
from nbn_core.training.result import TrainingResult, ending
from nbn_core.types import FloatArray

__all__ = ["StopReason", "Training", "TrainingResult", "train"]

MAX_ITERATIONS = 1000
TARGET_SSE = 1e-3
SCHEME = "data"  # of the starting weights, see docs/step-control.md
ITERATIONS_MOST = 100_000_000


class Training:
    """A training that advances in time slices.

    Parameters
    ----------
    topology, dataset, rule, weights, scheme, seed, max_iterations, target_sse, pattern_weights
        The same as those of `train`.
    held, validation, patience, resume, **settings
        The same as those of `train`.

    Raises
    ------
    SettingError
        If a setting is unknown or out of range, or the rule cannot train the network.
    ShapeError
        If the sizes of network, patterns and weights do not match.
    """

    def __init__(
        self,
        topology: Topology,
        dataset: Dataset,
        rule: str = "nbn",
        *,
        weights: ArrayLike | None = None,
        scheme: str = SCHEME,
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
        self._rule = rule_called(rule)
        if resume is not None:
            if weights is not None:
                raise SettingError("Give weights to start from or a trace to resume, not both.")
            weights = resume.weights[-1]
        checked = self._rule.settings(settings)
        self._max_iterations = whole(max_iterations, "max_iterations", 0, ITERATIONS_MOST)
        target = not_negative(target_sse, "target_sse")
        check_memory(topology, rule)
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
            start = starting_weights(
                topology, dataset, scheme, seed, self.objective.pattern_weights
            )
        else:
            start = self.objective.network.checked_weights(weights)
            if not np.isfinite(start).all():
                raise ShapeError("Every weight must be a finite number: replace the others.")
        self._state: RuleState = self._rule.init(self.objective, start, target, checked)
        if resume is not None:
            self._rule.resume(self._state, resume, checked)
        self._validation = (
            None
            if validation is None
            else Validation(topology, validation, patience, self._own_prediction())
        )
        self._next_row = 0  # next iteration that the trace is certain to record
        self._advancing = threading.Lock()
        self._cancelled = threading.Event()
        self._start_trace: Trace | None = None

    def __repr__(self) -> str:
        how = "running" if self.stop is None else ending(self.stop, self.iteration)
        return one_line("Training", self._rule.name, f"iteration {self.iteration}", how)

    @property
    def iteration(self) -> int:
        """Number of iterations so far; after early stopping, up to the row where it stopped."""
        if self._validation is not None and self._validation.ended:
            return int(self._state.record.columns.iterations[self._validation.rows - 1])
        return max(self._state.record.done, 0)

    @property
    def method(self) -> str | None:
        """Method that sums the normal equations; None for a rule without any."""
        return self._rule.summation_method(self._state)

    @property
    def own_prediction(self) -> bool:
        """Whether the rule predicts in its own way, not with the drawn network."""
        return self._rule.own_prediction

    @property
    def work(self) -> float:
        """Work so far in forward-equivalent units, with attempts after the last iteration."""
        return self._rule.work_done(self._state)

    @property
    def max_iterations(self) -> int:
        """Maximum number of iterations."""
        return self._max_iterations

    @property
    def stop(self) -> StopReason | None:
        """Reason for the end of the training; None while it can continue."""
        if self._validation is not None and self._validation.ended:
            return StopReason.EARLY
        if self._state.stop is not None:
            return self._state.stop
        if self._state.record.done >= self._max_iterations:
            return StopReason.MAX_ITERATIONS
        return StopReason.CANCELLED if self._cancelled.is_set() else None

    @property
    def best_row(self) -> int:
        """Index of the trace row whose weights are the result.

        The last row, or with validation patterns the one with their smallest SSE.
        """
        if self._validation is None:
            return max(self._state.record.rows - 1, 0)
        return self._validation.best

    @property
    def validation_sse(self) -> tuple[float, ...] | None:
        """SSE of the validation patterns in each row of the trace; None without validation.

        Before the first time slice it is NaN for a rule that predicts in its own way.
        """
        if self._validation is None:
            return None
        if self._validation.sse or self._validation.predict is not None:
            return tuple(self._validation.sse) or (float("nan"),)
        return (self._validation.measure(self._state.record.columns.weights[0]),)

    @property
    def state(self) -> RuleState:
        """State of the rule, whose type depends on the rule; read it only between time slices."""
        return self._state

    def predict(self, inputs: ArrayLike) -> FloatArray:
        """Compute the outputs for any inputs at the current weights, as the rule predicts them.

        Most rules evaluate the network; Forward-Forward compares the goodness of the classes. May
        be called from any thread; it waits for the end of the current time slice.

        Parameters
        ----------
        inputs : (P, I) array_like
            Inputs, one pattern per row.

        Returns
        -------
        (P, M) float64
            Outputs, one pattern per row.

        Raises
        ------
        ShapeError
            If the patterns do not have I inputs each.
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

    def _own_prediction(self) -> Callable[[FloatArray], FloatArray] | None:
        """Return the function by which the rule predicts in its own way; None if it has none."""
        if not self._rule.own_prediction:
            return None
        return lambda inputs: self._rule.predict(self._state, inputs)

    def advance(self, iterations: int | None = None, seconds: float | None = None) -> None:
        """Train for a number of iterations or an amount of time, or to the end.

        However short the time, at least one block of patterns is processed.

        Parameters
        ----------
        iterations : int, optional
            Maximum number of further iterations; unlimited by default.
        seconds : float, optional
            Approximate time limit in seconds; by default 0.03, or unlimited if `iterations` is
            given.
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
                self._rule.advance(self._state, self._next_look(last), left)
                if self._validation is not None:
                    self._validation.look(self._state.record)
                left = seconds - (time.perf_counter() - began)
                if left <= 0:
                    break
            if self._cancelled.is_set():
                self._settle()

    def _next_look(self, last: int) -> int:
        """Return the iteration to stop at: `last`, or the next row if each must be predicted."""
        # A rule that predicts in its own way can do so at its current state alone.
        if self._validation is None or self._validation.predict is None:
            return last
        while self._next_row <= self._state.record.newest:
            self._next_row = self._rule.next_row(self._next_row)
        return min(last, self._next_row)

    def _settle(self) -> None:
        """Record the current iteration of a rule that does not record every iteration."""
        state = self._state
        if state.stop is None and 0 <= state.record.newest < state.record.done:
            self._rule.advance(state, state.record.done, 0.02)
            if self._validation is not None:
                self._validation.look(state.record)

    def cancel(self) -> None:
        """Stop at the end of the current time slice; may be called from any thread."""
        self._cancelled.set()
        if self._advancing.acquire(blocking=False):
            try:
                self._settle()
            finally:
                self._advancing.release()

    def extend(self, max_iterations: int) -> None:
        """Set the maximum number of iterations; continue after a cancellation or a plateau.

        Parameters
        ----------
        max_iterations : int
            Maximum number of iterations, counted from the start.
        """
        self._max_iterations = whole(max_iterations, "max_iterations", 0, ITERATIONS_MOST)
        self._cancelled.clear()
        with self._advancing:
            self._rule.pass_plateau(self._state)

    def trace(self, first: int = 0) -> Trace:
        """Return the trace so far, from row `first` on.

        Nothing is copied; may be called from any thread while another one advances. Before the
        first time slice the trace has the start alone, with an unknown gradient norm (NaN).

        Parameters
        ----------
        first : int
            Index of the first row.

        Returns
        -------
        Trace
            Rows, which will not change.
        """
        first = whole(first, "first", 0, 2**53)
        record = self._state.record
        if self._validation is None and record.rows > 0:
            return record.trace(first)
        if self._validation is not None and self._validation.rows > 0:
            return record.trace().until(self._validation.rows).part(first)
        if self._start_trace is None:
            self._start_trace = record.start(self.objective.sse(record.columns.weights[0]))
        return self._start_trace.part(first)

    def result(self) -> TrainingResult:
        """Return the final or intermediate result.

        Returns
        -------
        TrainingResult
            Result at the current iteration; `stop` is CANCELLED if the training could continue.
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
    scheme: str = SCHEME,
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
    """Train a network until it is solved, stuck, stopped, or at the maximum iterations.

    Parameters
    ----------
    topology : Topology
        Topology of the network.
    dataset : Dataset
        The training patterns.
    rule : str
        Learning rule, a key of `RULES`.
    weights : (N,) array_like, optional
        Starting weights, neuron by neuron, bias first; by default drawn by `scheme` and `seed`.
    scheme : str
        Scheme of the random weights, a key of `SCHEMES`.
    seed : int
        Random seed of the starting weights.
    max_iterations : int
        Maximum number of iterations.
    target_sse : float
        Sum of squared errors at or below which the problem counts as solved.
    pattern_weights : (P,) array_like, optional
        Weight of each pattern in the SSE; 1 by default.
    held : str, collection or (N,) bool array, optional
        Frozen neurons or weights, see `nbn_core.objective.weighting`.
    validation : Dataset, optional
        Validation patterns: training stops early when their SSE no longer improves, and the result
        has the weights with their smallest SSE.
    patience : int
        Iterations without a smaller validation SSE after which training stops.
    resume : Trace, optional
        Trace whose last row training continues from, instead of `weights`. NBN continues as if it
        had not been interrupted; other rules start from the weights without their internal state.
    on_iteration : callable, optional
        Function that is called with each recorded `Iteration`, in order, after each time slice.
    cancelled : callable, optional
        Function that is called about every 30 ms; training stops when it returns True.
    **settings
        Settings of the rule; for NBN those of `Damping`.

    Returns
    -------
    TrainingResult
        The result; a training that does not converge is a result, not an error.
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
