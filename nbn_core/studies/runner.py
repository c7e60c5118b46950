"""`run_study`: a study from its beginning to its end, in one call."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any

from nbn_core.errors import StoreError
from nbn_core.studies.cell_table import trials_of
from nbn_core.studies.result import StudyResult
from nbn_core.studies.run import ASK_SECONDS, StudyFault, StudyRun
from nbn_core.studies.value import Study
from nbn_core.studies.workers import StudyWorkers, workers_of

if TYPE_CHECKING:
    from nbn_core.studies.store import StudyStore


def run_study(
    study: Study,
    executor: Executor | StudyWorkers | None = None,
    store: StudyStore | str | None = None,
    *,
    known: StudyResult | Sequence[StudyResult] | None = None,
    on_progress: Callable[[Any], object] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> StudyResult:
    """Run a study to its end.

    Parameters
    ----------
    study : Study
        Networks, rules, data, seeds and limits.
    executor : Executor or StudyWorkers, optional
        Executor of `concurrent.futures`; by default one thread for each processor.
    store : StudyStore or str, optional
        Database, or its address, in which every trial is written as it ends. Trials that are there
        already are not run again, and other computers can join in; the result has all of them.
    known : StudyResult or sequence of them, optional
        Earlier results, whose trials are not run again.
    on_progress : callable, optional
        Function that is called about every 30 ms in this thread, if new trials have ended, with the
        `StudyRun`, or with the `JointWork` if there is a store; both count them in `done`.
    cancelled : callable, optional
        Function that is called about every 30 ms in this thread; if it returns true, the trials
        that have ended so far are the result.

    Returns
    -------
    StudyResult
        Results of all trials, or of those that ended before it was cancelled.

    Raises
    ------
    StudyFault
        If a trial ended with an exception, which is a fault of the program.
    StoreError
        If the database does not answer.
    """
    workers = workers_of(executor)
    if store is not None:
        try:
            return _run_stored(study, workers, store, known, on_progress, cancelled)
        finally:
            workers.close()
    run = StudyRun(study, workers, known)
    seen = 0
    try:
        run.go()
        while not run.wait(ASK_SECONDS):
            if cancelled is not None and cancelled():
                run.halt()
            if on_progress is not None and run.revision != seen:
                seen = run.revision
                on_progress(run)
    finally:
        run.halt()
        run.wait()
        workers.close()
    if run.fault:
        raise StudyFault(f"A trial of the study failed, by a fault of the program: {run.fault}")
    if on_progress is not None and run.revision != seen:
        on_progress(run)
    return run.result()


def connect_cluster(address: str) -> Any:
    """Connect with a Dask cluster.

    Parameters
    ----------
    address : str
        Address of its scheduler, such as tcp://127.0.0.1:8786.

    Returns
    -------
    distributed.Client
        The connection, which several studies may share.

    Raises
    ------
    StoreError
        If the scheduler does not answer, its workers run another version, or Dask is not installed.
    """
    return _dask().connect(address)


def cluster_workers(cluster: Any) -> StudyWorkers:
    """Return the workers of a Dask cluster for one study at a time.

    Parameters
    ----------
    cluster : str or distributed.Client
        Address of its scheduler, or a connection from `connect_cluster`.

    Returns
    -------
    StudyWorkers
        The workers.

    Raises
    ------
    StoreError
        If the scheduler does not answer, its workers run another version, or Dask is not installed.
    """
    workers: StudyWorkers = _dask().DaskWorkers(cluster)
    return workers


def _dask() -> Any:
    try:
        # Imported here: Dask comes with the extra `cluster`.
        from nbn_core.studies import dask_workers
    except ImportError:
        raise StoreError(
            "A cluster needs Dask: install nbn-lab with the extra `cluster`."
        ) from None
    return dask_workers


def open_store(url: str) -> StudyStore:
    """Open a database of studies.

    Parameters
    ----------
    url : str
        Its address, see `nbn_core.studies.store.StudyStore`.

    Returns
    -------
    StudyStore
        The database.

    Raises
    ------
    StoreError
        If it cannot be used, or SQLAlchemy is not installed.
    """
    try:
        # Imported here: SQLAlchemy comes with the extra `store`, and takes a while to load.
        from nbn_core.studies.store import StudyStore
    except ImportError:
        raise StoreError(
            "Databases need SQLAlchemy: install nbn-lab with the extra `store`."
        ) from None
    return StudyStore(url)


def _run_stored(
    study: Study,
    workers: StudyWorkers,
    store: StudyStore | str,
    known: StudyResult | Sequence[StudyResult] | None,
    on_progress: Callable[[Any], object] | None,
    cancelled: Callable[[], bool] | None,
) -> StudyResult:
    opened = open_store(store) if isinstance(store, str) else store
    from nbn_core.studies.joint_work import JointWork  # needs SQLAlchemy too

    try:
        opened.register(study)
        for cell, found in StudyRun(study, workers, known).result().cells.items():
            opened.add(study, cell, trials_of(found), socket.gethostname())
        work = JointWork(opened, workers, study.digest, on_progress, cancelled)
        work.run(wait=True)
        return opened.result(study, work.lost.get(study.digest))
    finally:
        if isinstance(store, str):
            opened.close()
