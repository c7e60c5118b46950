"""StudyRun: a study in progress, and what two studies have in common.

A StudyRun has no thread of its own. Whenever a chunk ends, the worker that ran it hands out the
next ones. Results may be read at any time; apart from measured times they do not depend on the
workers, their number, or the order in which chunks end.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from functools import partial
from queue import SimpleQueue

from nbn_core.studies.cell_table import CellTable
from nbn_core.studies.result import Cell, StudyResult
from nbn_core.studies.trial_chunk import Chunk, ChunkEnd, StudyTrial
from nbn_core.studies.trial_queue import TrialQueue
from nbn_core.studies.value import Study
from nbn_core.studies.workers import StudyWorkers

ASK_SECONDS = 0.03


class StudyFault(RuntimeError):
    """A trial ended with an exception, which is a fault of the program and not of the study."""


class StudyRun:
    """A study in progress.

    Parameters
    ----------
    study : Study
        The study.
    workers : StudyWorkers
        Workers for the chunks.
    known : StudyResult or sequence of them, optional
        Earlier results; trials of the same network and rule, under the same limits, are not run
        again.
    only : mapping of Cell to sequence of int, optional
        Numbers of the trials to run; by default all that are not known.
    on_trials : callable, optional
        Function that is called in a worker's thread with cell, trials and host of each chunk that
        has ended.
    """

    def __init__(
        self,
        study: Study,
        workers: StudyWorkers,
        known: StudyResult | Sequence[StudyResult] | None = None,
        *,
        only: Mapping[Cell, Sequence[int]] | None = None,
        on_trials: Callable[[Cell, list[StudyTrial], str], object] | None = None,
    ) -> None:
        self.study = study
        self.revision = 0
        self.fault = ""
        self._workers = workers
        self._tables = {
            Cell(n, r): CellTable(study.trials, study.seed)
            for n in range(len(study.networks))
            for r in range(len(study.rules))
        }
        self._hosts: list[str] = []
        for result in [known] if isinstance(known, StudyResult) else known or ():
            self._take_over(result)
        self._on_trials = on_trials
        by_size = sorted(self._tables, key=lambda c: study.networks[c.network].topology.n_weights)
        self._queue = TrialQueue((cell, self._undone(cell, only)) for cell in by_size)
        self._done = sum(table.count for table in self._tables.values())
        self._ended: SimpleQueue[tuple[Chunk, Future[ChunkEnd]]] = SimpleQueue()
        self._handling = threading.Lock()
        self._changed = threading.Condition()
        self._in_flight = 0
        self._halted = True

    def _take_over(self, known: StudyResult) -> None:
        if not comparable(known.study, self.study):
            return
        earlier = {known.study.identity(cell): found for cell, found in known.cells.items()}
        for cell, table in self._tables.items():
            same = earlier.get(self.study.identity(cell))
            if same is not None and table.copy_from(same):
                self._hosts += [host for host in known.hosts if host not in self._hosts]

    def _undone(self, cell: Cell, only: Mapping[Cell, Sequence[int]] | None) -> list[int]:
        wanted = range(self.study.trials) if only is None else only.get(cell, ())
        done = self._tables[cell].done
        return [number for number in wanted if not done[number]]

    @property
    def total(self) -> int:
        """Number of trials of the study."""
        return self.study.total

    @property
    def done(self) -> int:
        """Number of trials that have ended."""
        return self._done

    @property
    def running(self) -> bool:
        """Whether chunks are running or waiting at the workers."""
        return self._in_flight > 0 or not (self._halted or self._queue.left == 0)

    @property
    def failed(self) -> bool:
        """Whether an exception, a fault of the program, ended the run."""
        return bool(self.fault)

    def left(self) -> float | None:
        """Return the estimated time to the end in seconds; None while it is not known."""
        with self._changed:
            seconds = self._queue.seconds_left()
        return None if seconds is None else seconds / self._workers.count

    def go(self) -> None:
        """Start or continue."""
        with self._changed:
            if not self._halted:
                return
            self._halted = False
        self._workers.open(self.study)
        self._handle()

    def halt(self) -> None:
        """Stop: running chunks end early, and what they did not finish is run when it continues."""
        with self._changed:
            if self._halted:
                return
            self._halted = True
        self._workers.stop()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until nothing runs, at most `seconds`; return whether nothing runs."""
        with self._changed:
            return self._changed.wait_for(lambda: not self.running, seconds)

    def wait_for_trials(self, seconds: float) -> None:
        """Wait until further trials have ended or nothing runs, at most `seconds`."""
        with self._changed:
            before = self.revision
            self._changed.wait_for(lambda: not self.running or self.revision != before, seconds)

    def result(self) -> StudyResult:
        """Return the trials that have ended so far."""
        with self._changed:
            return StudyResult(
                self.study,
                {cell: table.result() for cell, table in self._tables.items()},
                {cell: tuple(sorted(n)) for cell, n in self._queue.given_up.items() if n},
                tuple(self._hosts),
            )

    # In whatever thread a chunk has ended

    def _handle(self) -> None:
        """Collect the chunks that have ended and hand out further ones.

        One thread at a time does this. Another one leaves its chunk in the queue, which the first
        one looks into once more before it returns.
        """
        first = True
        while first or not self._ended.empty():
            first = False
            if not self._handling.acquire(blocking=False):
                return
            try:
                while not self._ended.empty():
                    self._collect(*self._ended.get())
                self._hand_out()
            except Exception as error:  # a future would swallow it, and the run would never end
                self._fail(error)
            finally:
                self._handling.release()
        with self._changed:
            self._changed.notify_all()

    def _collect(self, chunk: Chunk, future: Future[ChunkEnd]) -> None:
        try:
            end = future.result()
        except CancelledError:
            end = None
            lost = not self._halted
        except Exception:
            end, lost = None, True
        if end is not None and end.trials and self._on_trials is not None:
            self._on_trials(chunk.cell, end.trials, end.host)  # before `wait` can return
        with self._changed:
            self._in_flight -= 1
            if end is not None:
                self._done += self._tables[chunk.cell].add(end.trials)
                self._queue.ended(chunk, len(end.trials), end.seconds)
                self._note(end)
            elif lost:
                self._queue.lost(chunk)
            else:
                self._queue.ended(chunk, 0, 0.0)
            self.revision += 1
        if end is None and lost and not self._halted:
            self._workers.recover()

    def _fail(self, error: Exception) -> None:
        with self._changed:
            self.fault, self._halted = f"{type(error).__name__}: {error}", True
        self._workers.stop()

    def _note(self, end: ChunkEnd) -> None:
        if end.fault:
            self.fault, self._halted = end.fault, True
        if end.trials and end.host not in self._hosts:
            self._hosts.append(end.host)

    def _hand_out(self) -> None:
        while True:
            with self._changed:
                workers = self._workers
                if self._halted or self._in_flight >= workers.ahead * workers.count:
                    return
                chunk = self._queue.take(workers.count, workers.chunk_seconds, self._in_flight)
                if chunk is None:
                    return
                self._in_flight += 1
            try:
                future = workers.submit(self.study, chunk)
            except RuntimeError as error:  # the executor is broken or was shut down
                future = Future()
                future.set_exception(error)
            future.add_done_callback(partial(self._arrived, chunk))

    def _arrived(self, chunk: Chunk, future: Future[ChunkEnd]) -> None:
        self._ended.put((chunk, future))
        self._handle()


def comparable(one: Study, other: Study) -> bool:
    """Return whether equal networks have equal trials in two studies: data, seeds and limits."""
    return (one.data.digest, one.seed, one.scheme, one.stopping, one.max_work) == (
        other.data.digest, other.seed, other.scheme, other.stopping, other.max_work,
    )  # fmt: skip
