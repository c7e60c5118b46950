"""Worker threads shared by all sessions. Training never runs in a page script.

A Run is advanced in short slices, in turn with the others, so that thirty students on two cores
all see progress, and so that Stop takes effect at the end of a slice.
"""

from __future__ import annotations

import contextlib
import copy
import itertools
import logging
import os
import sys
import threading
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Hashable
from typing import Final, Protocol

from app.session.own_predictions import OwnPredictions
from nbn_core.structure import Reshaping
from nbn_core.trace import Trace
from nbn_core.training import StopReason, Training

SLICE: Final = 0.04  # seconds of work before the next run gets its turn
_LOG: Final = logging.getLogger(__name__)
_numbers = itertools.count(1)


class Run:
    """One training in progress: requested by a page, advanced by a worker, read by both.

    Parameters
    ----------
    make : callable
        Makes the training; called in the worker, because the first one compiles the kernels.
    own : OwnPredictions, optional
        Predictions to make on the way, for a rule that predicts in its own way.
    """

    def __init__(
        self, make: Callable[[], Training | Reshaping], own: OwnPredictions | None = None
    ) -> None:
        self.id = f"r{next(_numbers)}-{os.urandom(3).hex()}"
        self.own = own
        self._make = make
        self._training: Training | Reshaping | None = None
        self._failed = False
        self._longer: int | None = None  # maximum iterations beyond those set
        # Guarded by the lock of `_changed`
        self._goal: int | None = 0  # iteration to stop at; None: train to the end
        self._wanted = False  # it has not reached its goal
        self._in_line = False  # queued, or with a worker
        self._at_work = False
        self._changed = threading.Condition()

    @property
    def running(self) -> bool:
        """Whether a worker is training it or will be."""
        with self._changed:
            return self._wanted

    @property
    def stop(self) -> StopReason | None:
        """Why the training ended; None while it can be resumed."""
        training = self._training
        return training.stop if training is not None else None

    @property
    def failed(self) -> bool:
        """Whether an exception, a fault of the program, ended it."""
        return self._failed

    @property
    def iteration(self) -> int:
        """The number of iterations done."""
        training = self._training
        return training.iteration if training is not None else 0

    @property
    def best_row(self) -> int | None:
        """The trace row with the best validation SSE; None before the end or without validation."""
        training = self._training
        if training is None or training.stop is None or training.validation_sse is None:
            return None
        return training.best_row

    @property
    def validation_sse(self) -> tuple[float, ...] | None:
        """SSE of the validation patterns, one value per trace row; None without such patterns."""
        training = self._training
        return training.validation_sse if training is not None else None

    def trace(self, first: int = 0) -> Trace | None:
        """Return the trace from row `first` on; None before the first iteration.

        The call never waits, neither for the compiler nor for the first evaluation of many
        patterns, and the rows it returns do not change later.

        Parameters
        ----------
        first : int
            The first row wanted.
        """
        training = self._training
        if training is None or (training.iteration == 0 and training.stop is None):
            return None
        return training.trace(first)

    def go(self, workers: Workers, goal: int | None = None) -> None:
        """Start or resume training up to iteration `goal`, or to its end if there is none."""
        with self._changed:
            self._goal, self._wanted = goal, True
            if self._in_line:
                return
            self._in_line = True
        workers.submit(self)

    @property
    def limit(self) -> int | None:
        """The maximum iterations, also beyond those set; None before a worker has set it up."""
        training = self._training
        return self._longer if training is None else training.max_iterations

    def extend(self, max_iterations: int) -> None:
        """Raise the maximum iterations; before the training is set up, as soon as it is."""
        self._longer = max_iterations
        if self._training is not None:
            self._training.extend(max_iterations)

    def halt(self) -> None:
        """Stop after the current slice, at once if there is none; `go` resumes."""
        with self._changed:
            self._goal = -1
            if not self._at_work:
                self._finish()

    def wait(self, seconds: float) -> bool:
        """Wait up to `seconds` until it stops; return whether it has stopped."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._wanted, seconds)

    def slice(self) -> bool:
        """Train for one slice, in a worker; return whether there is more to do."""
        with self._changed:
            goal, self._at_work = self._goal, self._wanted
        if self._at_work:
            self._attempt(goal)
        with self._changed:
            self._at_work = False
            # Checked again under the lock: `go` may have changed the goal since.
            if self._failed or not self._unfinished(self._goal):
                self._finish()
            self._in_line = self._wanted
            return self._in_line

    def _attempt(self, goal: int | None) -> None:
        try:
            if self._training is None:
                training = self._make()
                if self._longer is not None:
                    training.extend(self._longer)
                self._training = training
            self._advance(self._training, goal)
        except Exception:
            _LOG.exception("A training failed")
            self._failed = True

    def _advance(self, training: Training | Reshaping, goal: int | None) -> None:
        """Train for one slice; stop on the way wherever a prediction is due."""
        if self.own is None:
            if self._unfinished(goal):
                left = None if goal is None else goal - self.iteration
                training.advance(iterations=left, seconds=SLICE)
            return
        assert isinstance(training, Training)  # only rules with own predictions have them
        self.own.look(training)
        left_over = SLICE
        began = time.monotonic()
        while left_over > 0 and self._unfinished(goal):
            until = self.own.due if goal is None else min(goal, self.own.due)
            training.advance(iterations=until - self.iteration, seconds=left_over)
            self.own.look(training, rests=not self._unfinished(goal))
            left_over = began + SLICE - time.monotonic()

    def _unfinished(self, goal: int | None) -> bool:
        return self.stop is None and (goal is None or goal > self.iteration)

    def _finish(self) -> None:
        self._wanted = False
        self._changed.notify_all()


class Sliced(Protocol):
    """Work that the shared threads do in slices."""

    def slice(self) -> bool:
        """Work for one slice; return whether there is more to do."""


class Workers:
    """Daemon threads that do work in slices, in turn between owners and between works of one owner.

    An owner, such as the session of a browser tab, never occupies all threads: a slice can take
    seconds if one iteration of a training does, and the others must get their turn meanwhile.

    Parameters
    ----------
    count : int
        Number of threads.
    """

    def __init__(self, count: int) -> None:
        self._owner: Hashable = None
        self._line = _Line(max(1, count - 1))
        for number in range(count):
            name = f"nbn-worker-{number}"
            threading.Thread(target=_work, args=(self._line,), name=name, daemon=True).start()

    def of(self, owner: Hashable) -> Workers:
        """Return the same threads, for work of an owner."""
        mine = copy.copy(self)
        mine._owner = owner
        return mine

    def submit(self, run: Sliced) -> None:
        """Queue a run or other work."""
        self._line.add(self._owner, run)


class _Line:
    """Works that wait for a thread, by owner, and how many of each owner are in one.

    Parameters
    ----------
    most : int
        Works of one owner that may be in a thread at the same time.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting: OrderedDict[Hashable, deque[Sliced]] = OrderedDict()
        self._at_work: Counter[Hashable] = Counter()
        self._changed = threading.Condition()

    def add(self, owner: Hashable, work: Sliced) -> None:
        """Put a work at the end of those of its owner."""
        with self._changed:
            self._waiting.setdefault(owner, deque()).append(work)
            self._changed.notify()

    def take(self) -> tuple[Hashable, Sliced]:
        """Wait for a work whose turn it is, and take it."""
        with self._changed:
            while (owner := self._next()) is _NOBODY:
                self._changed.wait()
            works = self._waiting.pop(owner)
            work = works.popleft()
            if works:
                self._waiting[owner] = works  # at the end: the others come first
            self._at_work[owner] += 1
            return owner, work

    def _next(self) -> Hashable:
        """Return the first owner who may have one more work in a thread."""
        for owner in self._waiting:
            if self._at_work[owner] < self._most:
                return owner
        return _NOBODY

    def put_back(self, owner: Hashable, work: Sliced | None) -> None:
        """Note that the slice of a work has ended; it goes on if it is given."""
        with self._changed:
            self._at_work[owner] -= 1
            if not self._at_work[owner]:
                del self._at_work[owner]
            if work is not None:
                self._waiting.setdefault(owner, deque()).append(work)
            self._changed.notify()


_NOBODY: Final = object()


def _work(line: _Line) -> None:
    _yield_to_pages()
    while True:
        owner, work = line.take()
        line.put_back(owner, work if work.slice() else None)
        del work  # a waiting thread must not keep a trace alive


def _yield_to_pages() -> None:
    """Lower the priority of this thread, where possible, so that clicks are answered first."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)
