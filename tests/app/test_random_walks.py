"""Random walks over all pages of a session: nothing that the reader made or set is lost.

The pages are those of the browser, without Streamlit: Draw, Painting, Data, Inside, Topologies,
Race and Share.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app.data import painting
from app.data.adapt_network import use_data
from app.data.canvas import canvas
from app.data.choices import PageState
from app.inside import view as inside
from app.race import session as racing
from app.session.document import Document, document_of
from app.session.end_names import named_after
from app.session.history import put
from app.session.jobs import Run, Workers
from app.session.messages import Have, read_outbox
from app.session.study_workers import SharedWorkers
from app.session.training_key import training_key
from app.session.view import current_view
from app.session.weights import shown_weights
from app.share.import_proposal import propose
from app.topologies.chosen import opened
from app.topologies.plan import Plan
from app.topologies.sweep import Sweep
from nbn_core.data import Dataset
from nbn_core.data.columns import DataColumn
from nbn_core.experiment import GivenStart, OwnData, SeededStart, Stopping
from nbn_core.network import Topology
from nbn_core.warmup import warm_up, warm_up_rules
from tests.app.draw.helpers import XOR
from tests.app.fake_browser import LONG, FakeBrowser, is_a_sentence, neuron, plain

POINTS = [[x, y, int(x * y > 0)] for x in (-2, -1, 1, 2) for y in (-2, 1)]
WEATHER = OwnData(
    Dataset(
        [[0.1, 0.9], [0.8, 0.2], [0.5, 0.5], [0.9, 0.9], [0.2, 0.1], [0.4, 0.7]],
        [[1, -1, -1], [-1, 1, -1], [-1, -1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]],
        "Weather", "classification", ("Temperatur", "Feuchte"), ("so=mild", "so=warm", "so=rau"),
    ),
    0.5, 3, 0.25, target_columns=(DataColumn("so", ("mild", "warm", "rau")),),
)  # fmt: skip
HEIGHTS = OwnData(
    Dataset([[0.0], [1.0], [2.0], [3.0]], [[0.1], [0.8], [0.9], [0.2]], "Heights", None, ("day",),
            ("height",)),
    inputs_by="minmax", targets_by="standard",
)  # fmt: skip

_WORKERS: list[Workers] = []


def workers() -> Workers:
    """Return worker threads with compiled kernels, made once."""
    if not _WORKERS:
        warm_up()
        warm_up_rules()
        _WORKERS.append(Workers(1))
    return _WORKERS[0]


def ends(topology: Topology) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of inputs and outputs."""
    return topology.names[: topology.n_inputs], topology.output_names


class Walk(RuleBasedStateMachine):
    """A reader who goes from page to page and does what each offers."""

    @initialize()
    def open(self) -> None:
        experiment = replace(XOR, stopping=Stopping(0.01, 12))
        self.browser = FakeBrowser(experiment, workers())
        self.session = self.browser.session
        self.easel = PageState()
        self.stepper = inside.InsideState()
        self.races = racing.RaceSession()
        self.sweep = Sweep()
        self.seq = 0
        # What each document must have when it is current again
        self.named: dict[int, tuple[tuple[str, ...], tuple[str, ...]]] = {}
        self.documents: list[Document] = []  # keeps ids unique
        self.trained: dict[str, tuple[Run, int]] = {}
        self.limit = 12
        self.remember()

    # What is expected

    def remember(self) -> None:
        """Note the names that the current document must keep."""
        document = self.session.document
        self.documents.append(document)
        self.named[id(document)] = ends(document.experiment.topology)

    def changed(self, before: Document, *, same_names: bool) -> None:
        """Check a change that was made, and note its names."""
        now = self.session.document
        if now is before:
            return
        if same_names:
            assert ends(now.experiment.topology) == self.named[id(before)]
        self.remember()

    # Draw

    @rule(family=st.sampled_from(["slp", "mlp", "bmlp", "fcc"]), size=st.integers(1, 3))
    def preset(self, family: str, size: int) -> None:
        before = self.session.document
        sizes = [size] if family in ("slp", "fcc") else [size, 1]
        self.browser.post("preset", family=family, sizes=sizes)
        self.changed(before, same_names=True)
        lit = self.browser.seen["network"]["families"]
        assert [family, sizes] in lit

    @rule(data=st.data())
    def draw(self, data: st.DataObject) -> None:
        before = self.session.document
        graph = self.browser.graph
        hidden = [node["id"] for node in graph["nodes"] if node["role"] == "hidden"]
        action = data.draw(st.sampled_from(["add", "loose", "move", "cut", "delete"]))
        if action in ("add", "loose"):
            free = next(f"n{k}" for k in range(99) if f"n{k}" not in str(graph["nodes"]))
            graph["nodes"].append(neuron(free))
            if action == "add":
                graph["links"] += [[graph["nodes"][0]["id"], free]]
                graph["links"] += [[free, before.sketch.outputs[0]]]
        elif action == "move":
            graph["nodes"][-1].update(x=data.draw(st.integers(0, 900)), y=5)
        elif action == "cut" and graph["links"]:
            graph["links"].pop(data.draw(st.integers(0, len(graph["links"]) - 1)))
        elif action == "delete" and hidden:
            gone = data.draw(st.sampled_from(hidden))
            graph["nodes"] = [node for node in graph["nodes"] if node["id"] != gone]
            graph["links"] = [link for link in graph["links"] if gone not in link]
        self.browser.post("graph", graph=graph)
        self.changed(before, same_names=True)

    @rule(data=st.data(), name=st.sampled_from(["warmth", "h1", "so", "x1"]))
    def rename(self, data: st.DataObject, name: str) -> None:
        before = self.session.document
        old = data.draw(st.sampled_from(sorted(before.sketch.names)))
        self.browser.post("rename", id=old, name=name)
        now = self.session.document
        if now is before:
            return
        renamed = [name if end == old else end for end in sum(self.named[id(before)], ())]
        assert [*sum(ends(now.experiment.topology), ())] == renamed or before.blocked
        self.remember()

    @rule(value=st.sampled_from([-1.5, 0.25]), k=st.integers(0, 12))
    def weight(self, value: float, k: int) -> None:
        before = self.session.document
        expected = shown_weights(self.session, k).copy()
        target = before.experiment.topology.neuron_names[0]
        self.browser.post("weight", bias=target, value=value, k=k)
        self.changed(before, same_names=True)
        expected[before.experiment.topology.weight_names.index(("", target))] = value
        assert np.array_equal(self.session.experiment.start_weights(), expected)

    @rule(seed=st.integers(0, 3))
    def seed(self, seed: int) -> None:
        before = self.session.document
        self.browser.post("setting", group="rule", name="seed", value=seed)
        self.changed(before, same_names=True)

    @rule()
    def new_weights(self) -> None:
        before = self.session.document
        self.browser.post("new_weights")
        self.changed(before, same_names=True)

    @rule(limit=st.integers(3, 20))
    def limit_iterations(self, limit: int) -> None:
        before = self.session.document
        self.browser.post("setting", group="rule", name="max_iterations", value=limit)
        self.changed(before, same_names=True)
        assert self.session.experiment.stopping.max_iterations == limit

    @rule(name=st.sampled_from(["nbn", "adam", "lm"]))
    def learning_rule(self, name: str) -> None:
        before = self.session.document
        self.browser.post("rule", name=name)
        self.changed(before, same_names=True)
        if self.session.document is not before:  # a bounded walk: no 20,000 iterations
            limited = self.session.document
            self.browser.post("setting", group="rule", name="max_iterations", value=12)
            self.changed(limited, same_names=True)

    @rule(name=st.sampled_from(["xor", "moons", "sinc", "iris"]))
    def problem(self, name: str) -> None:
        before = self.session.document
        limit = before.experiment.stopping.max_iterations
        self.browser.post("problem", name=name)
        self.changed(before, same_names=False)
        self.names_of_data()
        assert self.session.experiment.stopping.max_iterations == limit

    # Training

    @rule()
    def train(self) -> None:
        before = self.session.document
        self.browser.post("train")
        if self.session.run is not None:
            self.browser.wait_for_end()
        self.browser.post("poll")
        assert self.session.document is before, "training changes nothing of the experiment"
        self.note_run()

    @rule(k=st.integers(1, 5))
    def step(self, k: int) -> None:
        self.browser.post("step", k=k)
        if self.session.run is not None:
            self.browser.wait_for_end()
        self.note_run()

    @rule(k=st.integers(0, 12))
    def scrub(self, k: int) -> None:
        self.browser.post("scrub", k=k)

    @rule()
    def reset(self) -> None:
        self.browser.post("reset")
        assert self.session.run is None
        self.trained.pop(training_key(self.session.experiment), None)

    def note_run(self) -> None:
        run = self.session.run
        if run is not None and run.iteration > 0:
            self.trained[self.session.run_from] = run, run.iteration

    @rule(kind=st.sampled_from(["undo", "undo", "redo"]))
    def undo(self, kind: str) -> None:
        iteration = self.session.iteration
        before = training_key(self.session.experiment)
        self.browser.post(kind)
        document = self.session.document
        assert ends(document.experiment.topology) == self.named[id(document)]
        key = training_key(document.experiment)
        if key == before:
            assert self.session.iteration == iteration
        known = self.trained.get(key)
        if known is not None and len(self.trained) <= 20:
            run, iterations = known
            assert self.session.run is run
            assert run.iteration >= iterations
            assert self.browser.seen["run"]["id"] == run.id

    # Data

    @rule(data=st.sampled_from([WEATHER, HEIGHTS]))
    def own_data(self, data: OwnData) -> None:
        before = self.session.document
        assert is_a_sentence(use_data(self.session, data).split(". ")[0].rstrip(".") + ".")
        assert self.session.experiment.data == data
        self.changed(before, same_names=False)
        self.names_of_data()

    @rule(count=st.integers(1, len(POINTS)), stroke=st.integers(1, 3), only=st.sampled_from([0, 1]))
    def paint(self, count: int, stroke: int, only: int) -> None:
        before = self.session.document
        goes_on = canvas(self.session, self.easel).data is not None
        points = [point for point in POINTS if point[2] == only or count > 4][:count]
        answer = self.easel_says("points", points=points, stroke=stroke)
        assert answer["notice"] is None
        data = self.session.experiment.data
        assert isinstance(data, OwnData)
        assert data.dataset.n_patterns == len(points)
        self.changed(before, same_names=goes_on)
        if not goes_on:
            self.names_of_data()

    def easel_says(self, kind: str, **fields: Any) -> dict[str, Any]:
        self.seq += 1
        message = {"seq": self.seq, "kind": kind, **fields}
        outbox = read_outbox({"client": "easel", "messages": [message], "have": None})
        assert outbox is not None
        painting.handle(self.session, self.easel, outbox, workers())
        return plain(painting.answer(self.session, self.easel, Have(), "easel", warming=False))

    def names_of_data(self) -> None:
        experiment = self.session.experiment
        train = experiment.datasets()[0]
        wanted = named_after(experiment.topology, experiment.data, train)
        assert ends(experiment.topology) == ends(wanted)

    # The other pages only look

    @rule()
    def look_inside(self) -> None:
        before = self.session.document, self.session.iteration
        sent = plain(inside.answer(self.session, self.stepper, "stepper", warming=False))
        if sent["blocked"] is None:
            assert sent["trained"] == (self.session.run is not None and sent["last"] >= 0)
            assert sent["k"] == min(self.session.iteration, sent["last"])
        assert (self.session.document, self.session.iteration) == before

    @rule()
    def look_at_the_race(self) -> None:
        before = self.session.document
        self.races.settle(self.session.experiment)
        plain(racing.answer(self.session, self.races, "track", {}, warming=False))
        assert self.session.document is before

    @rule(go=st.booleans())
    def compare_topologies(self, go: bool) -> None:
        experiment, before = self.session.experiment, self.session.document
        had = self.sweep.study
        self.sweep.settle(experiment)
        if had is not None and had.data == experiment.data:
            assert bool(self.sweep.study) == (
                had.stopping.target_sse == experiment.stopping.target_sse
            )
        plan = Plan(("slp",), 1, 2, "nbn", 5, 1)
        if go:
            study = plan.study(experiment, self.session.document.blocked)
            self.sweep.start(study, plan.grid(experiment), SharedWorkers(workers(), 1))
            assert self.sweep.run is not None
            assert self.sweep.run.wait(LONG)
            assert len(self.sweep.points()) == len(study.networks)
        assert self.session.document is before

    @precondition(lambda self: self.sweep.study is not None)
    @rule()
    def open_a_network(self) -> None:
        before = self.session.document
        self.sweep.settle(self.session.experiment)
        for point in self.sweep.points()[:1]:
            study, seed = self.sweep.study, point.found.example()
            assert study is not None
            assert seed is not None
            put(self.session, opened(before.experiment, study, point.network.topology, seed))
            assert self.session.experiment.data == before.experiment.data
            self.changed(before, same_names=False)
            self.names_of_data()

    @precondition(lambda self: not self.session.document.blocked)
    @rule()
    def share(self) -> None:
        text = self.session.experiment.to_json()
        proposal = propose([("experiment.json", text)], self.session.experiment)
        assert not proposal.changes
        assert document_of(proposal.experiment).experiment == self.session.experiment

    # Always

    @invariant()
    def the_run_is_that_of_the_experiment(self) -> None:
        run = self.session.run
        if run is not None:
            assert self.session.run_from == training_key(self.session.experiment)
            assert not run.failed
        now = current_view(self.session)
        assert now.experiment is self.session.experiment
        assert 0 <= now.k <= now.last

    @invariant()
    def the_form_shows_what_is_in_use(self) -> None:
        info = self.browser.post("poll")["info"]
        experiment = self.session.experiment
        fields = {field["name"]: field["value"] for field in info["rule"]}
        start = experiment.start
        assert fields["seed"] == (start.seed if isinstance(start, SeededStart) else None)
        assert (fields["seed"] is None) == isinstance(start, GivenStart)
        assert fields["max_iterations"] == experiment.stopping.max_iterations
        assert fields["target_sse"] == experiment.stopping.target_sse
        assert info["rule_name"] == experiment.rule
        for field in (*info["options"], *info["more_options"]):
            if field["name"] in experiment.settings:
                value = field["checked"] if "checked" in field else field["value"]
                assert value == experiment.settings[field["name"]]


Walk.TestCase.settings = settings(max_examples=25, stateful_step_count=25)
TestWalk = Walk.TestCase
