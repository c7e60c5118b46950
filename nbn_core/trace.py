"""Trace: the record of a training, one row per iteration, and the reason for its end.

Second-order rules record every iteration: row k is iteration k. First-order rules run for up to
millions of iterations and record them with increasing spacing (`next_row`); `Trace.iterations` has
their numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import numpy as np

from nbn_core.display import Pictured, duration, one_line
from nbn_core.types import BoolArray, FloatArray, IntArray


class StopReason(Enum):
    """Reason for the end of a training: a value with a sentence for users, not an error."""

    SOLVED = "Solved: the sum of squared errors reached its target."
    MAX_ITERATIONS = "Stopped at the maximum number of iterations: increase it to continue."
    CONVERGED = (
        "Converged to a minimum of the sum of squared errors. "
        "If it is too large, try new weights, more neurons, or scaled data."
    )
    PLATEAU = (
        "On a plateau: the sum of squared errors hardly decreases. "
        "Train on, or try new weights, another neuron, or scaled data."
    )
    NO_PROGRESS = (
        "Stuck: no step lowers the sum of squared errors. "
        "Try new weights, another neuron, or scaled data."
    )
    DAMPING_LIMIT = (
        "Stuck: damping reached its limit without a better step. "
        "Try new weights, another neuron, or scaled data."
    )
    CANCELLED = "Stopped by the user."
    WORK_LIMIT = (
        "Stopped: the work that this training is allowed is spent. Allow more work to continue."
    )
    STEPS_DONE = "The steps that were asked for are done: change the network further, or train on."
    EARLY = "Stopped early: the SSE of the validation patterns stopped improving."
    DIVERGED = (
        "Diverged: the numbers grew too large to compute with. "
        "Start from smaller weights, or scale the data."
    )

    def __repr__(self) -> str:
        return f"StopReason.{self.name}"

    @property
    def sentence(self) -> str:
        """Sentence that describes the reason."""
        return self.value

    @property
    def final(self) -> bool:
        """Whether resuming the training would change nothing."""
        return self not in (
            StopReason.MAX_ITERATIONS,
            StopReason.CANCELLED,
            StopReason.PLATEAU,
            StopReason.STEPS_DONE,
        )


class Iteration(NamedTuple):
    """Row of a trace, as numbers and (N,) weights; `Trace` describes the fields."""

    iteration: int
    sse: float
    mu: float
    gradient_norm: float
    attempts: int
    seconds: float
    weights: FloatArray
    step_length: float = float("nan")

    def __repr__(self) -> str:
        return one_line(
            "Iteration",
            f"{self.iteration}: SSE {self.sse:.4g}",
            f"mu {self.mu:.3g}",
            f"gradient norm {self.gradient_norm:.3g}",
            f"attempts {self.attempts}",
            duration(self.seconds),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Trace(Pictured):
    """Iterations 0 (the start) to k, one row each unless `iterations` has other numbers.

    Arrays are read-only.

    Parameters
    ----------
    sse : (k+1,) float64
        Sum of squared errors at the weights of the row.
    mu : (k+1,) float64
        Damping of the accepted attempt that led to the row; initial damping in row 0.
    gradient_norm : (k+1,) float64
        Norm of g = J'e at the weights of the row; NaN in row 0 before the training has begun.
    attempts : (k+1,) int64
        Number of attempts between the previous row and this one; 0 in row 0.
    seconds : (k+1,) float64
        Computing time of the thread since the start, in seconds. The clock is read between time
        slices of about 30 ms; the time of a slice is divided in proportion to the attempts.
    weights : (k+1, N) float64
        Weights of the row, neuron by neuron, bias first.
    first : int
        Index of the first row in the complete trace.
    iterations : (k+1,) int64
        Iteration of each row; by default counted from `first`.
    evaluations : (k+1,) int64
        Evaluations of the network on all patterns since the start, including rejected attempts; by
        default the running total of `attempts` plus 1.
    work : (k+1,) float64
        Work since the start, in units of the multiplications of one forward pass over all patterns
        (forward-equivalent); NaN by default.
    step_length : (k+1,) float64
        Factor of the accepted step: 1 is the full step. Row 0 has the factor with which training
        began: 1, or the last one of the resumed trace. NaN for rules without a line search, and by
        default.
    alive : (k+1, N) bool, optional
        Whether each weight was part of the network in the row, for a network that changed during
        training; None if all were.
    """

    sse: FloatArray
    mu: FloatArray
    gradient_norm: FloatArray
    attempts: IntArray
    seconds: FloatArray
    weights: FloatArray
    first: int = 0
    iterations: IntArray = None  # type: ignore[assignment]
    evaluations: IntArray = None  # type: ignore[assignment]
    work: FloatArray = None  # type: ignore[assignment]
    step_length: FloatArray = None  # type: ignore[assignment]
    alive: BoolArray | None = None

    def __post_init__(self) -> None:
        rows = len(self.sse)
        if self.iterations is None:
            object.__setattr__(self, "iterations", self.first + np.arange(rows))
        if self.evaluations is None:
            object.__setattr__(self, "evaluations", 1 + np.cumsum(self.attempts))
        if self.work is None:
            object.__setattr__(self, "work", np.full(rows, np.nan))
        if self.step_length is None:
            object.__setattr__(self, "step_length", np.full(rows, np.nan))

    def __repr__(self) -> str:
        if not len(self):
            return one_line("Trace", "no rows")
        first, last = self.iterations[[0, -1]].tolist()
        return one_line(
            "Trace",
            f"iterations {first} to {last}",
            f"SSE {self.sse[0]:.4g} to {self.sse[-1]:.4g}",
            f"{len(self):,} rows of {self.weights.shape[1]:,} weights",
        )

    def __len__(self) -> int:
        return len(self.sse)

    def __iter__(self) -> Iterator[Iteration]:
        return (self.row(k) for k in range(len(self)))

    def part(self, first: int) -> Trace:
        """Return the rows from index `first` on.

        Parameters
        ----------
        first : int
            Index of the first row, from 0.

        Returns
        -------
        Trace
            Rows as views, not copies.
        """
        return self._rows(slice(first, None), self.first + first)

    def until(self, rows: int) -> Trace:
        """Return the first rows.

        Parameters
        ----------
        rows : int
            Number of rows.

        Returns
        -------
        Trace
            Rows as views, not copies.
        """
        return self._rows(slice(rows), self.first)

    def _rows(self, rows: slice, first: int) -> Trace:
        columns = {name: getattr(self, name)[rows] for name in Columns._fields}
        alive = None if self.alive is None else self.alive[rows]
        return Trace(first=first, alive=alive, **columns)

    def row(self, k: int) -> Iteration:
        """Return one row.

        Parameters
        ----------
        k : int
            Index of the row; negative indices count from the end.

        Returns
        -------
        Iteration
            Values as Python numbers, with the weights as an array.
        """
        k = range(len(self))[k]
        return Iteration(
            int(self.iterations[k]),
            float(self.sse[k]),
            float(self.mu[k]),
            float(self.gradient_norm[k]),
            int(self.attempts[k]),
            float(self.seconds[k]),
            self.weights[k],
            float(self.step_length[k]),
        )


class Columns(NamedTuple):
    """Columns of a trace, with capacity for more rows than are filled."""

    sse: FloatArray
    mu: FloatArray
    gradient_norm: FloatArray
    attempts: IntArray
    seconds: FloatArray
    weights: FloatArray
    iterations: IntArray
    evaluations: IntArray
    work: FloatArray
    step_length: FloatArray


EVERY = 200


def next_row(iteration: int) -> int:
    """Return the iteration that a sparse trace records next.

    Every iteration is recorded up to `EVERY`; beyond, the spacing is 2 % of the iteration, which
    takes about 430 rows up to a million iterations.

    Parameters
    ----------
    iteration : int
        Last recorded iteration.

    Returns
    -------
    int
        Next recorded iteration.
    """
    return iteration + (1 if iteration < EVERY else iteration // 50)


class Record:
    """Growing trace: written by one thread, readable from other threads at any time.

    Rows below `rows` never change. `done` is the current iteration, -1 before the start is
    evaluated; a rule that does not record every iteration sets it. When the columns are full they
    are copied to larger ones; traces returned before keep the old columns.

    Parameters
    ----------
    weights : (N,) float64
        Starting weights.
    mu : float
        Initial damping.
    step_length : float
        Step length of row 0; NaN for a rule without a line search.
    """

    def __init__(self, weights: FloatArray, mu: float, step_length: float = np.nan) -> None:
        self.rows = 0
        self._done: int | None = None
        self.columns = _columns(16, len(weights))
        self.columns.weights[0] = weights
        self.columns.mu[0] = mu
        self.columns.step_length[0] = step_length

    @property
    def done(self) -> int:
        """Current iteration, -1 before the start is evaluated."""
        return self.rows - 1 if self._done is None else self._done

    @done.setter
    def done(self, iteration: int) -> None:
        self._done = iteration

    @property
    def newest(self) -> int:
        """Iteration of the last row, -1 if there is no row."""
        return int(self.columns.iterations[self.rows - 1]) if self.rows else -1

    def make_room(self, capacity: int) -> Columns:
        """Return columns with capacity for `capacity` rows, including all rows so far."""
        old = self.columns
        room = len(old.sse)
        if capacity > room:
            new = _columns(max(capacity, 2 * room), old.weights.shape[1])
            for before, after in zip(old, new, strict=True):
                after[:room] = before
            self.columns = new
        return self.columns

    def share_out(
        self, rows: int, iteration: int, before: float, elapsed: float, last: int, *, ended: bool
    ) -> float:
        """Publish the rows of a sparse trace up to `rows`; divide time in proportion to iterations.

        Parameters
        ----------
        rows : int
            Number of complete rows.
        iteration : int
            Current iteration.
        before, elapsed : float
            Computing time before this time slice, and in it, in seconds.
        last : int
            Requested iteration, which counts as done only when it has a row.
        ended : bool
            Whether no more rows will follow.

        Returns
        -------
        float
            Computing time including this slice, in seconds.
        """
        columns, start = self.columns, self.rows
        now = before + elapsed
        if rows > start:
            marks = columns.iterations[start:rows].astype(np.float64)
            origin = float(columns.iterations[start - 1]) if start else -1.0
            share = np.clip((marks - origin) / max(iteration - origin, 1.0), 0.0, 1.0)
            earliest = columns.seconds[start - 1] if start else 0.0
            columns.seconds[start:rows] = np.maximum(before + elapsed * share, earliest)
            columns.mu[start:rows] = np.nan
            columns.attempts[start:rows] = np.diff(columns.iterations[:rows], prepend=0)[start:]
            self.rows = rows
        missing = rows == 0 or (iteration >= last and columns.iterations[rows - 1] < iteration)
        self.done = iteration - 1 if missing and not ended else iteration
        return now

    def trace(self, first: int = 0) -> Trace:
        """Return the rows so far, from index `first` on, as views."""
        rows = self.rows
        return _trace(Columns._make(column[first:rows] for column in self.columns), first)

    def start(self, sse: float) -> Trace:
        """Return row 0 alone, with the given SSE and an unknown gradient norm (NaN)."""
        columns = Columns._make(column[:1].copy() for column in self.columns)
        columns.sse[0] = sse
        columns.gradient_norm[0] = np.nan
        return _trace(columns, 0)


def _trace(columns: Columns, first: int) -> Trace:
    for column in columns:
        column.setflags(write=False)
    return Trace(first=first, **columns._asdict())


def _columns(rows: int, n_weights: int) -> Columns:
    return Columns(
        np.zeros(rows),
        np.zeros(rows),
        np.zeros(rows),
        np.zeros(rows, dtype=np.int64),
        np.zeros(rows),
        np.zeros((rows, n_weights)),
        np.arange(rows),
        np.zeros(rows, dtype=np.int64),
        np.zeros(rows),
        np.full(rows, np.nan),
    )
