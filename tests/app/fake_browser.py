"""A session without Streamlit or a browser: takes messages and returns answers."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from app.draw.answer import answer
from app.draw.dispatch import handle
from app.session.document import Document, document_of
from app.session.jobs import Run, Workers
from app.session.messages import Have, read_outbox
from app.session.state import Session, first_experiment
from nbn_core.experiment import Experiment
from nbn_core.types import FloatArray, Json

LONG = 240.0  # seconds: an upper limit for anything the tests wait for, with compilation


class NoWorkers(Workers):
    """Workers without threads: a run that was started stays in the queue."""

    def __init__(self) -> None:
        super().__init__(0)

    def submit(self, run: Run) -> None:
        """Do nothing."""


class FakeBrowser:
    """The Draw page of one session, and the part of the browser that collects the rows of a run."""

    def __init__(self, experiment: Experiment | None = None, workers: Workers | None = None):
        self.session = Session([document_of(experiment or first_experiment())])
        self.workers = workers or NoWorkers()
        self.client = "browser"
        self.seq = 0
        self.have: Json = {}
        self.seen: Json = {}
        self.rows: dict[int, FloatArray] = {}
        self.columns: dict[str, list[float | None]] = {}
        self.predicted: dict[int, FloatArray] = {}

    # Messages

    def post(self, kind: str, **fields: Any) -> Json:
        """Send one message, as the browser numbers it; return the answer."""
        self.seq += 1
        return self.send({"seq": self.seq, "kind": kind, **fields})

    def send(self, *messages: object, **outbox: Any) -> Json:
        """Send messages, valid or not; return the answer."""
        value = {"client": self.client, "messages": list(messages), "have": self.have, **outbox}
        return self.receive(value)

    def receive(self, value: object) -> Json:
        """Process a state of the component as the page does; return the answer."""
        outbox = read_outbox(value)
        have, client = Have(), None
        if outbox is not None:
            client = outbox.client
            if handle(self.session, outbox, self.workers):
                have = outbox.have
        sent = plain(answer(self.session, have, client, warming=False))
        self._collect(sent)
        return sent

    def says(self, kind: str, **fields: Any) -> str:
        """Send a message; return the notice that it causes, or "" if there is none."""
        before = self.session.notice.id if self.session.notice else 0
        self.post(kind, **fields)
        notice = self.session.notice
        if notice is None or notice.id == before:
            return ""
        assert notice.id == before + 1, "one sentence for one message"
        return notice.text

    # State

    @property
    def document(self) -> Document:
        return self.session.document

    @property
    def experiment(self) -> Experiment:
        return self.session.experiment

    @property
    def graph(self) -> Json:
        """The drawing as sent to the browser, for changes that are sent back."""
        graph: Json = plain(answer(self.session, Have(), None, warming=False))["graph"]
        return graph

    def wait_for_end(self) -> Run:
        """Wait until the run has ended or stopped; return it."""
        assert self.session.run is not None
        assert self.session.run.wait(LONG)
        return self.session.run

    def _collect(self, sent: Json) -> None:
        self.seen.update(sent)
        if "network" in sent:
            self.have["rev"] = sent["rev"]
        if "data" in sent:
            self.have["data"] = sent["data"]["key"]
        self.have["catalogue"] = True
        run = sent["run"]
        if run is None:
            self.have.pop("run", None)
            self.rows, self.columns, self.predicted = {}, {}, {}
            return
        if run["id"] != self.have.get("run"):
            assert run["first"] == 0
            names = ("iterations", "sse", "mu", "seconds", "validation")
            self.rows, self.columns, self.predicted = {}, {name: [] for name in names}, {}
        count = len(self.columns["sse"])
        assert run["first"] <= count
        for name, column in self.columns.items():
            column += run[name][count - run["first"] :]
        width = self.experiment.topology.n_weights
        weights = unpacked(run["weights"]).reshape(len(run["kept"]), width)
        self.rows.update(zip(run["kept"], weights, strict=True))
        if run["own"] is not None:
            self._collect_predictions(run["own"])
        self.have.update(run=run["id"], rows=len(self.columns["sse"]))
        self.have["predictions"] = len(self.predicted)

    def _collect_predictions(self, own: Json) -> None:
        assert own["first"] == len(self.predicted)
        count = len(own["iterations"])
        if count:
            outputs = unpacked(own["outputs"]).reshape(
                count, self.experiment.topology.n_outputs, -1
            )
            self.predicted.update(zip(own["iterations"], outputs, strict=True))


def plain(answer: Mapping[str, Any]) -> Json:
    """Return the answer as the browser parses it; fail for NaN, NumPy scalars and arrays."""
    sent: Json = json.loads(json.dumps(answer, allow_nan=False))
    return sent


def unpacked(text: str) -> FloatArray:
    """Return the numbers that `payload.pack` encoded."""
    return np.frombuffer(base64.b64decode(text), dtype="<f8")


def node(graph: Json, name: str) -> Json:
    """Return the node with this name."""
    return next(node for node in graph["nodes"] if node["id"] == name)


def neuron(name: str, **fields: Any) -> Json:
    """Return a hidden neuron as the browser sends it."""
    return {
        "id": name, "role": "hidden", "activation": "bipolar", "gain": 1, "leak": 0,
        "x": 10, "y": 20, **fields,
    }  # fmt: skip


def is_a_sentence(text: str) -> bool:
    """Return whether a text is one readable line without internals of the program."""
    inside = ("Traceback", "Error", "None", "NaN", "object at", "<class")
    return (
        text.isprintable()
        and 10 <= len(text) <= 400
        and text[-1] in ".?!"
        and not any(word in text for word in inside)
    )
