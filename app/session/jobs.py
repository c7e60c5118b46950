"""Trainings run here, in a few worker threads that all sessions share; never in a page's script.

A Run is advanced in short slices, in turn with the others, so that thirty students on two cores
all see something move, and so that a stop takes effect at the end of a slice.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import queue
import sys
import threading
from collections.abc import Callable
from typing import Final

from nbn_core.trace import Trace
from nbn_core.training import StopReason, Training

SLICE: Final = 0.04  # seconds of work before the next run gets its turn
_LOG: Final = logging.getLogger(__name__)
_numbers = itertools.count(1)


class Run:
    """One training in progress: asked for by a page, advanced by a worker, read by both.

    Parameters
    ----------
    make : callable
        Sets the training up; called in the worker, because the first one compiles the kernels.
    """

    def __init__(self, make: Callable[[], Training]) -> None:
        self.id = f"r{next(_numbers)}-{os.urandom(3).hex()}"
        self._make = make
        self._training: Training | None = None
        self._fault = False
        # Read and written under the lock
        self._goal: int | None = 0  # iteration to reach; None: until it ends by itself
        self._wanted = False  # there is something to do
        self._in_line = False  # a worker has it, or will have
        self._at_work = False
        self._changed = threading.Condition()

    @property
    def running(self) -> bool:
        """Whether a worker has, or will have, something to do for it."""
        with self._changed:
            return self._wanted

    @property
    def stop(self) -> StopReason | None:
        """Why it ended by itself; None while it can go on."""
        training = self._training
        return training.stop if training is not None else None

    @property
    def failed(self) -> bool:
        """Whether the program, not the training, failed."""
        return self._fault

    @property
    def iteration(self) -> int:
        """The last iteration done."""
        training = self._training
        return training.iteration if training is not None else 0

    @property
    def best_row(self) -> int | None:
        """The row that was best for the validation patterns; None before the end, or without."""
        training = self._training
        if training is None or training.stop is None or training.validation_sse is None:
            return None
        return training.best_row

    @property
    def validation_sse(self) -> tuple[float, ...] | None:
        """SSE of the validation patterns row by row; None without any."""
        training = self._training
        return training.validation_sse if training is not None else None

    def trace(self, first: int = 0) -> Trace | None:
        """What happened from iteration `first` on; None before the first iteration.

        Whoever asks waits neither for the compiler nor for a first look at a hundred thousand
        patterns, and no row it gets will change.
        """
        training = self._training
        if training is None or (training.iteration == 0 and training.stop is None):
            return None
        return training.trace(first)

    def go(self, workers: Workers, goal: int | None = None) -> None:
        """Have it advanced to iteration `goal`, or until it ends by itself."""
        with self._changed:
            self._goal, self._wanted = goal, True
            if self._in_line:
                return
            self._in_line = True
        workers.submit(self)

    def extend(self, max_iterations: int) -> None:
        """Allow more iterations than it was made with."""
        if self._training is not None:
            self._training.extend(max_iterations)

    def halt(self) -> None:
        """Stop after the slice at work, at once if there is none; `go` takes it up again."""
        with self._changed:
            self._goal = -1
            if not self._at_work:
                self._rest()

    def wait(self, seconds: float) -> bool:
        """Wait until it rests, at most so long; whether it does."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._wanted, seconds)

    def slice(self) -> bool:
        """Advance a little, in a worker; whether there is more to do."""
        with self._changed:
            goal, self._at_work = self._goal, self._wanted
        if self._at_work:
            self._attempt(goal)
        with self._changed:
            self._at_work = False
            # Looked at again under the lock: `go` may have moved the goal since.
            if self._fault or not self._unfinished(self._goal):
                self._rest()
            self._in_line = self._wanted
            return self._in_line

    def _attempt(self, goal: int | None) -> None:
        try:
            if self._training is None:
                self._training = self._make()
            if self._unfinished(goal):
                left = None if goal is None else goal - self.iteration
                self._training.advance(iterations=left, seconds=SLICE)
        except Exception:
            _LOG.exception("A training failed")
            self._fault = True

    def _unfinished(self, goal: int | None) -> bool:
        return self.stop is None and (goal is None or goal > self.iteration)

    def _rest(self) -> None:
        self._wanted = False
        self._changed.notify_all()


class Workers:
    """Daemon threads that take runs in turn, a slice each.

    Parameters
    ----------
    count : int
        How many run at once.
    """

    def __init__(self, count: int) -> None:
        self._queue: queue.SimpleQueue[Run] = queue.SimpleQueue()
        for number in range(count):
            name = f"nbn-worker-{number}"
            threading.Thread(target=self._work, name=name, daemon=True).start()

    def submit(self, run: Run) -> None:
        """Put a run in the line."""
        self._queue.put(run)

    def _work(self) -> None:
        _yield_to_pages()
        while True:
            run = self._queue.get()
            if run.slice():
                self._queue.put(run)
            del run  # a worker that waits keeps no trace alive


def _yield_to_pages() -> None:
    """Let the system prefer the threads that answer clicks to this one, where it can."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)
