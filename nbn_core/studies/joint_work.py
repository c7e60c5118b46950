"""Joint work: studies in a database, worked off by any number of computers.

`join` takes parts of studies on lease, runs them with the workers of this computer, and writes each
trial as it ends. It never takes more parts than it runs in a few seconds, so that several computers
share a study evenly.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import groupby
from queue import Empty, SimpleQueue

from nbn_core.studies.result import Cell
from nbn_core.studies.run import ASK_SECONDS, StudyFault, StudyRun
from nbn_core.studies.store import LEASE_SECONDS, Lease, StudyStore
from nbn_core.studies.trial_chunk import StudyTrial
from nbn_core.studies.value import Study
from nbn_core.studies.workers import StudyWorkers

BATCH_SECONDS = 4.0  # of work that is taken on lease at a time
FEWEST_PARTS = 2  # for each worker, in the first batch
MOST_PARTS = 2000
PAUSE_SECONDS = 0.5  # between two looks for free parts, when others work on the rest


@dataclass(slots=True, eq=False)
class JointWork:
    """The share of this computer in the studies of a database.

    Parameters
    ----------
    store : StudyStore
        The database.
    workers : StudyWorkers
        Workers of this computer.
    study : str, optional
        Digest of the study to work on; by default all.
    on_progress : callable, optional
        Function that is called about every 30 ms with this object.
    cancelled : callable, optional
        Function that is called about every 30 ms; work ends when it returns true.
    """

    store: StudyStore
    workers: StudyWorkers
    study: str | None = None
    on_progress: Callable[[JointWork], object] | None = None
    cancelled: Callable[[], bool] | None = None
    owner: str = field(default_factory=lambda: f"{socket.gethostname()}-{os.urandom(6).hex()}")
    done: int = 0  # trials that this computer has run
    lost: dict[str, dict[Cell, list[int]]] = field(default_factory=dict)
    _parts: int = 0
    _stopped: bool = False

    def run(self, *, wait: bool = False) -> None:
        """Work until no part is free, or with `wait` until all parts are done or it is cancelled.

        Raises
        ------
        StudyFault
            If a trial ended with an exception, which is a fault of the program.
        StoreError
            If the database does not answer.
        """
        self._parts = FEWEST_PARTS * self.workers.count
        try:
            while not self._asked_to_stop():
                leases = self.store.lease(self.owner, self._parts, self.study)
                if leases:
                    self._run_batch(leases)
                elif not wait or (self.study and not self.store.open_parts(self.study)):
                    return
                else:
                    self._pause()
        finally:
            self.store.release(self.owner)

    def _asked_to_stop(self) -> bool:
        if self.on_progress is not None:
            self.on_progress(self)
        if self.cancelled is not None and self.cancelled():
            self._stopped = True
        return self._stopped

    def _pause(self) -> None:
        until = time.monotonic() + PAUSE_SECONDS
        while time.monotonic() < until and not self._asked_to_stop():
            time.sleep(ASK_SECONDS)

    def _run_batch(self, leases: list[Lease]) -> None:
        began = time.monotonic()
        for digest, some in groupby(sorted(leases, key=lambda one: one.study), lambda o: o.study):
            if not self._stopped:
                self._run_parts(self.store.study(digest), list(some))
        share = BATCH_SECONDS / max(time.monotonic() - began, 1e-3)
        most = min(4 * self._parts, MOST_PARTS)
        self._parts = max(1, min(most, round(len(leases) * share)))

    def _run_parts(self, study: Study, leases: list[Lease]) -> None:
        only: dict[Cell, list[int]] = {}
        for lease in leases:
            only.setdefault(lease.cell, []).extend(lease.numbers)
        ended: SimpleQueue[tuple[Cell, list[StudyTrial], str]] = SimpleQueue()
        run = StudyRun(study, self.workers, only=only, on_trials=lambda *one: ended.put(one))
        renewed = time.monotonic()
        try:
            run.go()
            while not run.wait(ASK_SECONDS):
                self._write(study, ended)
                if self._asked_to_stop():
                    run.halt()
                if time.monotonic() - renewed > LEASE_SECONDS / 4:
                    self.store.renew(self.owner)
                    renewed = time.monotonic()
        finally:
            run.halt()
            run.wait()
            self._write(study, ended)
        if run.fault:
            raise StudyFault(f"A trial of the study failed, by a fault of the program: {run.fault}")
        missing = run.result().missing
        for cell, numbers in missing.items():
            self.lost.setdefault(study.digest, {}).setdefault(cell, []).extend(numbers)
        if run.done + sum(map(len, missing.values())) == sum(map(len, only.values())):
            self.store.finish(leases)

    def _write(self, study: Study, ended: SimpleQueue[tuple[Cell, list[StudyTrial], str]]) -> None:
        """Write what has ended, all trials of a cell and computer together."""
        waiting: dict[tuple[Cell, str], list[StudyTrial]] = {}
        try:
            while True:
                cell, trials, host = ended.get_nowait()
                waiting.setdefault((cell, host), []).extend(trials)
        except Empty:
            pass
        for (cell, host), trials in waiting.items():
            self.store.add(study, cell, trials, host)
            self.done += len(trials)
