"""A visitor on the Race page without a browser."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app.race.lanes import Budget, Lane
from app.race.race import Race
from app.race.session import RaceSession, answer, handle
from app.session.document import document_of
from app.session.jobs import Workers
from app.session.messages import Message, Outbox
from app.session.state import Session
from nbn_core.experiment import Experiment, SeededStart, Stopping
from nbn_core.network import Topology
from tests.app.fake_browser import LONG, NoWorkers, plain

XOR = replace(
    Experiment.suggested("xor"), topology=Topology.mlp([2, 4, 1], output="bipolar"),
    start=SeededStart(seed=4), stopping=Stopping(0.01, 1000),
)  # fmt: skip


def finished(race: Race, workers: Workers) -> Race:
    race.go(workers)
    for run in race.runs:
        assert run is None or run.wait(LONG)
    return race


def raced(experiment: Experiment, lanes: tuple[Lane, ...], budget: Budget) -> RaceSession:
    """Return the races of a session after one race, run in this thread."""
    races = RaceSession()
    races.settle(experiment)
    races.put(lanes)
    races.set_budget(budget)
    races.start(experiment, NoWorkers())
    assert races.race is not None
    for run in races.race.runs:
        while run is not None and run.slice():
            pass
    races.note()
    return races


class RaceVisitor:
    """A visitor of the Race page, without a browser."""

    def __init__(self, experiment: Experiment, workers: Workers) -> None:
        self.session = Session([document_of(experiment)])
        self.races = RaceSession()
        self.races.settle(experiment)
        self.races.set_budget(Budget(seconds=0.5))
        self.workers = workers
        self.seq = 0

    def post(self, kind: str, have: dict[str, Any] | None = None) -> dict[str, Any]:
        self.seq += 1
        outbox = Outbox("browser", (Message(self.seq, kind, {}),))
        handle(self.session, self.races, outbox, self.workers)
        return self.answer(have)

    def answer(self, have: dict[str, Any] | None = None) -> dict[str, Any]:
        return plain(answer(self.session, self.races, "browser", have or {}, warming=False))

    def wait_for_end(self) -> dict[str, Any]:
        assert self.races.race is not None
        for run in self.races.race.runs:
            assert run is None or run.wait(LONG)
        return self.answer()
