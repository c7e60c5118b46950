"""Trace: what happened, iteration by iteration, and why it ended.

Second-order rules record every iteration: row k is iteration k. First-order rules run for up to
millions of them and record at a growing stride (`next_row`): `Trace.iterations` says which.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import numpy as np

from nbn_core.display import Pictured, duration, one_line
from nbn_core.types import FloatArray, IntArray


class StopReason(Enum):
    """Why training ended. Not an error: a value, with a sentence for people."""

    SOLVED = "Solved: the sum of squared errors reached its target."
    MAX_ITERATIONS = "Stopped after the number of iterations allowed: allow more to go on."
    NO_PROGRESS = (
        "Stuck: no step lowers the sum of squared errors any more. "
        "Try new weights, or one more neuron."
    )
    DAMPING_LIMIT = (
        "Stuck: damping reached its limit without a better step. "
        "Try new weights, or one more neuron."
    )
    CANCELLED = "Stopped by hand."
    EARLY = "Stopped early: patterns kept aside for validation did not get better any more."
    DIVERGED = (
        "The numbers grew too large to compute with: start from smaller weights, or scale the data."
    )

    def __repr__(self) -> str:
        return f"StopReason.{self.name}"

    @property
    def sentence(self) -> str:
        """The reason in words."""
        return self.value

    @property
    def final(self) -> bool:
        """Whether going on from here can change nothing."""
        return self not in (StopReason.MAX_ITERATIONS, StopReason.CANCELLED)


class Iteration(NamedTuple):
    """One row of a trace."""

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
    """Iterations 0 (the start) to k, one row each unless `iterations` says otherwise.

    Arrays are read-only.

    Parameters
    ----------
    sse : (k+1,) float64
        Sum of squared errors at the weights of the row.
    mu : (k+1,) float64
        Damping of the accepted attempt that led to the row; mu_start in row 0.
    gradient_norm : (k+1,) float64
        Length of g = J'e at the weights of the row. NaN in the row of a training not yet begun.
    attempts : (k+1,) int64
        Attempts it took to get from the row before to this one; 0 in row 0.
    seconds : (k+1,) float64
        Computing time since the start: that of the thread. The clock is read between portions of
        about 30 ms; inside a portion time is shared out by attempts.
    weights : (k+1, N) float64
        Neuron by neuron, bias first.
    first : int
        Number of the first row, if the trace is a part.
    iterations : (k+1,) int64
        Iteration of each row; counted from `first` if left out.
    evaluations : (k+1,) int64
        Times the network was run over all patterns since the start, rejected attempts included;
        counted by attempts if left out.
    work : (k+1,) float64
        Work since the start in forward-equivalent units: multiplications of one forward pass over
        all patterns. NaN if left out.
    step_length : (k+1,) float64
        Factor by which the accepted step was shortened or lengthened: 1 is the whole step. In row 0
        the one of the step before the training: 1, or that of the trace it resumed. NaN for a rule
        that does not search along its step, and if left out.
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
        """Return the rows from row `first` on, without copying."""
        return self._rows(slice(first, None), self.first + first)

    def until(self, rows: int) -> Trace:
        """Return the first so many rows, without copying."""
        return self._rows(slice(rows), self.first)

    def _rows(self, rows: slice, first: int) -> Trace:
        columns = {name: getattr(self, name)[rows] for name in Columns._fields}
        return Trace(first=first, **columns)

    def row(self, k: int) -> Iteration:
        """Return row k as plain numbers, with the weights as an array."""
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
    """The columns of a trace with room for more rows."""

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
    """Say which iteration a sparse trace records after this one.

    Every one up to `EVERY`, then each time 2 % more: about 430 rows from there to a million.

    Parameters
    ----------
    iteration : int
        Recorded.

    Returns
    -------
    int
        The next one.
    """
    return iteration + (1 if iteration < EVERY else iteration // 50)


class Record:
    """A trace that is being written, by one thread, and read at any time by others.

    Rows below `rows` never change. `done` is the iteration reached, -1 before the start is
    measured; a rule that does not record every iteration sets it itself. To make room the columns
    are copied to larger ones; traces handed out before keep the old ones.

    Parameters
    ----------
    weights : (N,) float64
        Where training starts.
    mu : float
        Damping at the start.
    step_length : float
        That of the step before; NaN for a rule that does not search along its step.
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
        """The iteration reached."""
        return self.rows - 1 if self._done is None else self._done

    @done.setter
    def done(self, iteration: int) -> None:
        self._done = iteration

    @property
    def newest(self) -> int:
        """The iteration of the newest row; -1 before there is any."""
        return int(self.columns.iterations[self.rows - 1]) if self.rows else -1

    def make_room(self, capacity: int) -> Columns:
        """Return columns of at least this many rows, with all rows so far in them."""
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
        """Show the rows of a sparse trace up to `rows`, sharing time out by iterations.

        Parameters
        ----------
        rows : int
            Rows that are complete.
        iteration : int
            Reached.
        before, elapsed : float
            Seconds up to this portion, and in it.
        last : int
            Iteration that was asked for; it counts as reached once it has a row.
        ended : bool
            Whether there will be no more rows.

        Returns
        -------
        float
            Seconds up to now.
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
        """Return the rows so far, from `first` on, without copying."""
        rows = self.rows
        return _trace(Columns._make(column[first:rows] for column in self.columns), first)

    def start(self, sse: float) -> Trace:
        """Return the start alone, before anything but its SSE is known."""
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
