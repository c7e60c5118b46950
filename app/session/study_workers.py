"""Studies in the worker threads that all sessions share: one slice of a chunk in turn."""

from __future__ import annotations

import logging
import os
import threading
from concurrent.futures import Future
from typing import Any, Final

import streamlit as st

from app.session import server
from app.session.jobs import SLICE, Workers
from nbn_core.studies import Chunk, ChunkEnd, ChunkWork, Study, StudyWorkers
from nbn_core.studies.runner import cluster_workers, connect_cluster
from nbn_core.warmup import is_warm_for_trials

_LOG: Final = logging.getLogger(__name__)


class SharedWorkers(StudyWorkers):
    """Worker threads of the server, for one study.

    Parameters
    ----------
    workers : Workers
        The shared threads.
    count : int
        Number of chunks that are queued at a time.
    """

    chunk_seconds = SLICE  # trials in compiled code run through, and others wait for their turn
    ahead = 1

    def __init__(self, workers: Workers, count: int) -> None:
        self.count = count
        self._workers = workers
        self._stopped = threading.Event()

    def open(self, study: Study) -> None:
        """Start with a new flag, which chunks of an earlier start do not see."""
        self._stopped = threading.Event()

    def submit(self, study: Study, chunk: Chunk) -> Future[ChunkEnd]:
        """Queue a chunk."""
        # Nobody waits in these threads for the compiler.
        work = ChunkWork(study, chunk, self._stopped.is_set, compiled=is_warm_for_trials())
        run = ChunkRun(work)
        self._workers.submit(run)
        return run.future

    def stop(self) -> None:
        """Set the flag that the running chunks ask for."""
        self._stopped.set()


class ChunkRun:
    """A chunk in the queue of the shared threads.

    Parameters
    ----------
    work : ChunkWork
        The chunk.
    """

    def __init__(self, work: ChunkWork) -> None:
        self.future: Future[ChunkEnd] = Future()
        self._work = work

    def slice(self) -> bool:
        """Work for one slice; return whether there is more to do."""
        if self._work.step(SLICE):
            return True
        end = self._work.end()
        if end.fault:
            _LOG.error("A trial of a study failed: %s", end.fault)
        self.future.set_result(end)
        return False


def study_workers() -> StudyWorkers:
    """Return workers for one study: those of the cluster that the host names, or shared threads.

    Raises
    ------
    StoreError
        If the cluster cannot be used.
    """
    address = os.environ.get("NBN_LAB_SCHEDULER", "").strip()
    if address:
        return cluster_workers(_cluster(address))
    return SharedWorkers(server.workers(), server.worker_count())


@st.cache_resource(show_spinner=False)
def _cluster(address: str) -> Any:
    """Return the connection with a cluster, which all sessions share."""
    return connect_cluster(address)
