"""A session on the Race page without a browser."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app.race.lanes import Budget
from app.race.race import Heat
from app.race.session import Desk, answer, handle
from app.session.document import document_of
from app.session.jobs import Workers
from app.session.messages import Message, Outbox
from app.session.state import Bench
from nbn_core.experiment import Experiment, SeededStart, Stopping
from nbn_core.network import Topology
from tests.app.desk import LONG, plain

XOR = replace(
    Experiment.suggested("xor"), topology=Topology.mlp([2, 4, 1], output="bipolar"),
    start=SeededStart(seed=4), stopping=Stopping(0.01, 1000),
)  # fmt: skip


def finished(heat: Heat, workers: Workers) -> Heat:
    heat.go(workers)
    for run in heat.runs:
        assert run is None or run.wait(LONG)
    return heat


class Session:
    """One session on the Race page."""

    def __init__(self, experiment: Experiment, workers: Workers) -> None:
        self.bench = Bench([document_of(experiment)])
        self.desk = Desk()
        self.desk.settle(experiment)
        self.desk.set_budget(Budget(seconds=0.5))
        self.workers = workers
        self.seq = 0

    def post(self, kind: str, have: dict[str, Any] | None = None) -> dict[str, Any]:
        self.seq += 1
        outbox = Outbox("browser", (Message(self.seq, kind, {}),))
        handle(self.bench, self.desk, outbox, self.workers)
        return self.answer(have)

    def answer(self, have: dict[str, Any] | None = None) -> dict[str, Any]:
        return plain(answer(self.bench, self.desk, "browser", have or {}, warming=False))

    def rests(self) -> dict[str, Any]:
        assert self.desk.heat is not None
        for run in self.desk.heat.runs:
            assert run is None or run.wait(LONG)
        return self.answer()
