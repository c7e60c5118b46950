"""Studies on a Dask cluster, by the address of its scheduler.

A study is sent once and kept by the workers. A worker compiles the kernels before its first chunk;
the processes of one computer do so one after another, so that the others load what the first one
compiled. Whoever reaches a scheduler can run any program on its workers: it belongs on loopback or
on a private network.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import pickle
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

import distributed

from nbn_core.errors import StoreError
from nbn_core.experiment import ProblemData, Stopping
from nbn_core.kernels.cache import fingerprint
from nbn_core.network import Topology
from nbn_core.studies.result import Cell
from nbn_core.studies.trial_chunk import Chunk, ChunkEnd, run_chunk
from nbn_core.studies.value import Study, StudyNetwork
from nbn_core.studies.workers import StudyWorkers

CONNECT_SECONDS = 10
ASK_SECONDS = 0.3  # between two questions of a worker whether to stop
_numbers = itertools.count(1)


def connect(address: str) -> distributed.Client:
    """Connect with a scheduler, and check that its workers run this version of the program.

    Parameters
    ----------
    address : str
        Address of the scheduler, such as tcp://127.0.0.1:8786.

    Returns
    -------
    distributed.Client
        The connection, which several studies may share.

    Raises
    ------
    StoreError
        If the scheduler does not answer, or its workers run another version of the program.
    """
    try:
        client = distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise StoreError(
            f"The scheduler {address} does not answer ({type(error).__name__}): check its "
            "address, and that it is running."
        ) from None
    try:
        _check_versions(client, address)
    except BaseException:
        client.close()
        raise
    return client


class DaskWorkers(StudyWorkers):
    """Workers of a Dask cluster, for one study at a time.

    Parameters
    ----------
    cluster : str or distributed.Client
        Address of the scheduler, or a connection from `connect`, which `close` leaves open.

    Raises
    ------
    StoreError
        If the scheduler does not answer, or its workers run another version of the program.
    """

    def __init__(self, cluster: str | distributed.Client) -> None:
        self._owned = isinstance(cluster, str)
        self._client = connect(cluster) if isinstance(cluster, str) else cluster
        self._executor = self._client.get_executor(pure=False, retries=0)
        self._arrivals = ThreadPoolExecutor(1, "nbn-dask")  # not in the event loop of the client
        self._job: Any = None
        self._sign: Any = None

    @property
    def count(self) -> int:  # type: ignore[override]
        """Number of threads of all workers at this moment."""
        threads: int = sum(self._client.ncores().values())
        return max(1, threads)

    def open(self, study: Study) -> None:
        """Send the study, and choose a sign that nobody has set yet."""
        self._job = self._client.submit(_same, pickle.dumps(study), pure=False)
        self._sign = f"nbn-stop-{os.getpid()}-{next(_numbers)}-{os.urandom(4).hex()}"

    def submit(self, study: Study, chunk: Chunk) -> Future[ChunkEnd]:
        """Queue a chunk."""
        future: Future[ChunkEnd] = Future()
        inner = self._executor.submit(_run, self._job, self._sign, chunk)
        inner.add_done_callback(lambda ended: self._arrivals.submit(_hand_on, ended, future))
        return future

    def stop(self) -> None:
        """Set the sign; chunks that have not begun are run by nobody."""
        distributed.Event(self._sign, client=self._client).set()

    def close(self) -> None:
        """Leave the cluster if it was joined here."""
        self._arrivals.shutdown(wait=True)
        if self._owned:
            self._client.close()


def _hand_on(ended: Future[ChunkEnd], future: Future[ChunkEnd]) -> None:
    try:
        future.set_result(ended.result())
    except BaseException as error:  # also CancelledError, of a worker that is gone
        future.set_exception(ConnectionError(str(error)))


def _check_versions(client: distributed.Client, address: str) -> None:
    try:
        told = client.run(fingerprint)
    except Exception as error:  # whatever a worker answers that lacks the program
        raise StoreError(
            f"The workers of {address} do not answer as NBN Lab does ({type(error).__name__}): "
            "install the same version there."
        ) from None
    others = sorted(worker for worker, mark in told.items() if mark != _mark())
    if others:
        raise StoreError(
            f"The worker {others[0]} has another version of NBN Lab, Python, NumPy or Numba, so "
            "that its results would differ: install the same version on all workers."
        )


def _mark() -> str:
    """Return what the workers must have in common with this process."""
    return fingerprint()


# On the workers


def _same(packed: bytes) -> bytes:
    return packed


def _run(packed: bytes, sign: str, chunk: Chunk) -> ChunkEnd:
    _warm_up()
    return run_chunk(_study_of(packed), chunk, _stopped_by(sign))


@lru_cache(maxsize=2)
def _study_of(packed: bytes) -> Study:
    study: Study = pickle.loads(packed)
    return study


def _stopped_by(sign: str) -> Callable[[], bool]:
    """Return a function that asks the scheduler for the sign to stop, not too often."""
    event = distributed.Event(sign)
    answer = bool(event.is_set())
    asked = time.monotonic()

    def stopped() -> bool:
        nonlocal answer, asked
        if not answer and time.monotonic() - asked > ASK_SECONDS:
            answer, asked = bool(event.is_set()), time.monotonic()
        return answer

    return stopped


_warm = threading.Event()
_warming = threading.Lock()


def _warm_up() -> None:
    """Compile the kernels of NBN once in this process, after the others of this computer."""
    if _warm.is_set():
        return
    with _warming, _one_process_at_a_time():
        if not _warm.is_set():
            tiny = StudyNetwork("warm-up", Topology.mlp([2, 1, 1]))
            study = Study((tiny,), ProblemData("xor"), stopping=Stopping(0.0, 2))
            for seconds in (float("inf"), 1.0):  # one iteration after another, and compiled
                run_chunk(study, Chunk(Cell(0, 0), (0,), seconds), lambda: False)
            _warm.set()


@contextlib.contextmanager
def _one_process_at_a_time() -> Iterator[None]:
    """Hold a lock of this computer, where the system has such locks."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    mark = hashlib.sha256(f"{fingerprint()} {os.getuid()}".encode()).hexdigest()[:16]
    with (Path(tempfile.gettempdir()) / f"nbn-lab-warm-up-{mark}").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
