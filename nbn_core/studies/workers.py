"""Workers of a study: what runs its chunks, in threads or processes of this computer.

A `StudyWorkers` accepts one study at a time. It knows how many chunks it runs side by side, how
long a chunk should take, how running chunks are told to stop, and how it recovers from the loss of
a worker. `workers_of` makes one from an executor of `concurrent.futures`.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import tempfile
import threading
from abc import ABC, abstractmethod
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path

from nbn_core.studies.trial_chunk import Chunk, ChunkEnd, run_chunk
from nbn_core.studies.value import Study

THREAD_CHUNK_SECONDS = 0.25
CHUNK_SECONDS = 0.5  # where a chunk is sent to another process


class StudyWorkers(ABC):
    """What runs the chunks of a study.

    Attributes
    ----------
    count : int
        Number of chunks that run side by side.
    chunk_seconds : float
        Time that a chunk should take, in seconds.
    ahead : int
        Number of chunks to queue for each that runs.
    """

    count: int = 1
    chunk_seconds: float = CHUNK_SECONDS
    ahead: int = 2

    @abstractmethod
    def open(self, study: Study) -> None:
        """Make a study known to the workers, before its first chunk and after each `stop`."""

    @abstractmethod
    def submit(self, study: Study, chunk: Chunk) -> Future[ChunkEnd]:
        """Queue a chunk; an exception of the future means that its worker was lost."""

    @abstractmethod
    def stop(self) -> None:
        """Tell the running chunks to end early."""

    def recover(self) -> None:  # noqa: B027 - most workers recover by themselves
        """Replace the workers that were lost, if that does not happen by itself."""

    def close(self) -> None:  # noqa: B027 - most workers belong to the caller
        """Give up what was made for the study."""


class ThreadWorkers(StudyWorkers):
    """Threads of this process.

    Parameters
    ----------
    executor : ThreadPoolExecutor, optional
        Threads of the caller; by default one for each processor, which end with `close`.
    """

    chunk_seconds = THREAD_CHUNK_SECONDS
    ahead = 1  # the thread that ends a chunk hands out the next one itself

    def __init__(self, executor: Executor | None = None) -> None:
        self._owned = executor is None
        self.count = _size_of(executor)
        self._executor = executor or ThreadPoolExecutor(self.count, "nbn-study")
        self._stopped = threading.Event()

    def open(self, study: Study) -> None:
        """Start with a new flag, which chunks of an earlier start do not see."""
        self._stopped = threading.Event()

    def submit(self, study: Study, chunk: Chunk) -> Future[ChunkEnd]:
        """Queue a chunk."""
        return self._executor.submit(run_chunk, study, chunk, self._stopped.is_set)

    def stop(self) -> None:
        """Set the flag that the running chunks ask for."""
        self._stopped.set()

    def close(self) -> None:
        """End the threads if they were made here."""
        if self._owned:
            self._executor.shutdown(wait=True)


class ProcessWorkers(StudyWorkers):
    """Processes of this computer, which are replaced when one of them dies.

    The study is written to a temporary file once, and each process reads it once. A second file is
    the sign to stop.

    Parameters
    ----------
    executor : ProcessPoolExecutor, optional
        Processes of the caller, which are not replaced; by default one for each processor.
    """

    def __init__(self, executor: ProcessPoolExecutor | None = None, count: int = 0) -> None:
        self._owned = executor is None
        self.count = count or _size_of(executor)
        self._executor = executor or self._made()
        self._folder = tempfile.TemporaryDirectory(prefix="nbn-study-")
        self._job = Path()
        self._sign = Path()
        self._opened = 0

    def _made(self) -> ProcessPoolExecutor:
        # Not forked: a fork copies the locks of other threads in whatever state they are.
        return ProcessPoolExecutor(self.count, get_context("spawn"))

    def open(self, study: Study) -> None:
        """Write the study, and choose a sign that nobody has set yet."""
        packed = pickle.dumps(study)
        digest = hashlib.blake2b(packed, digest_size=16).hexdigest()
        folder = Path(self._folder.name)
        self._opened += 1
        self._job, self._sign = folder / f"{digest}.study", folder / f"stop-{self._opened}"
        if not self._job.exists():
            self._job.write_bytes(packed)

    def submit(self, study: Study, chunk: Chunk) -> Future[ChunkEnd]:
        """Queue a chunk."""
        return self._executor.submit(_run_from_file, str(self._job), str(self._sign), chunk)

    def stop(self) -> None:
        """Set the sign."""
        self._sign.touch()

    def recover(self) -> None:
        """Start new processes in place of a pool that is broken."""
        if self._owned:
            self._executor.shutdown(wait=False, cancel_futures=True)
            self._executor = self._made()

    def close(self) -> None:
        """End the processes if they were made here, and remove the files."""
        if self._owned:
            self._executor.shutdown(wait=True, cancel_futures=True)
        self._folder.cleanup()


class ForeignWorkers(StudyWorkers):
    """Any other executor, of which nothing is known but `submit`.

    The study goes with every chunk, and chunks are never told to stop: they end by themselves after
    the time planned for them.

    Parameters
    ----------
    executor : Executor
        Executor of the caller.
    """

    def __init__(self, executor: Executor) -> None:
        self.count = _size_of(executor)
        self._executor = executor
        self._packed = b""

    def open(self, study: Study) -> None:
        """Pack the study for the way."""
        self._packed = pickle.dumps(study)

    def submit(self, study: Study, chunk: Chunk) -> Future[ChunkEnd]:
        """Queue a chunk."""
        return self._executor.submit(_run_packed, self._packed, chunk)

    def stop(self) -> None:
        """Do nothing: the executor offers no way to reach a running chunk."""


def workers_of(executor: Executor | StudyWorkers | None) -> StudyWorkers:
    """Return the workers that an executor stands for.

    Parameters
    ----------
    executor : Executor or StudyWorkers, optional
        Executor of `concurrent.futures` or of a library; by default threads of this process.

    Returns
    -------
    StudyWorkers
        Workers; `close` leaves the executor of a caller as it is.
    """
    if isinstance(executor, StudyWorkers):
        return executor
    if executor is None or isinstance(executor, ThreadPoolExecutor):
        return ThreadWorkers(executor)
    if isinstance(executor, ProcessPoolExecutor):
        return ProcessWorkers(executor)
    return ForeignWorkers(executor)


def _size_of(executor: Executor | None) -> int:
    """Return the number of workers of an executor, or of processors if it does not tell."""
    told = getattr(executor, "_max_workers", None)
    return told if isinstance(told, int) and told > 0 else os.cpu_count() or 1


@lru_cache(maxsize=2)
def _study_from(path: str) -> Study:
    study: Study = pickle.loads(Path(path).read_bytes())
    return study


def _run_from_file(path: str, sign: str, chunk: Chunk) -> ChunkEnd:
    return run_chunk(_study_from(path), chunk, lambda: os.path.exists(sign))


@lru_cache(maxsize=2)
def _unpacked(packed: bytes) -> Study:
    study: Study = pickle.loads(packed)
    return study


def _run_packed(packed: bytes, chunk: Chunk) -> ChunkEnd:
    return run_chunk(_unpacked(packed), chunk, lambda: False)
