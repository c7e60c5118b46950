"""The Inside page on the server: its payload is the dissection, or the reason for its absence."""

import base64
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from app.inside.payload import default_neuron, frames, weights_shown
from app.inside.view import InsideState, answer, handle
from app.session.document import Document, document_of
from app.session.jobs import Run
from app.session.messages import read_outbox
from app.session.state import Session
from app.session.training_key import training_key
from nbn_core import Experiment, Topology
from nbn_core.analysis.dissection import dissect
from nbn_core.experiment import SeededStart, Stopping
from nbn_core.rules.nbn import NBN
from nbn_core.types import Json
from tests.app.fake_browser import NoWorkers

FIXTURE = Path(__file__).parents[2] / "js" / "inside.parity3.json"


def parity3() -> Experiment:
    experiment = Experiment.suggested("parity", n=3)
    return replace(experiment, topology=Topology.fcc(3, 2, 1), start=SeededStart(seed=3))


def large() -> Experiment:
    experiment = Experiment.suggested("playground_xor")
    return replace(experiment, topology=Topology.slp(2, 490, 1))


def session_of(experiment: Experiment) -> Session:
    return Session([document_of(experiment)])


def trained(experiment: Experiment, iterations: int | None = None) -> Session:
    session = session_of(experiment)
    run = Run(experiment.training)
    run.go(NoWorkers(), iterations)
    while run.slice():
        pass
    session.run, session.run_from = run, training_key(experiment)
    return session


def ask(session: Session, view: InsideState | None = None, *, warming: bool = False) -> Json:
    sent = answer(session, view or InsideState(), "browser", warming=warming)
    json.dumps(sent, allow_nan=False)
    return sent


def say(session: Session, view: InsideState, seq: int, kind: str, **fields: Any) -> None:
    outbox = read_outbox({"client": "b", "messages": [{"seq": seq, "kind": kind, **fields}]})
    assert outbox is not None
    handle(session, view, outbox)


def floats(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), "<f8")


def notes(sent: Json) -> str:
    return " ".join(sent["notes"])


# Content of the payload


def test_an_untrained_network_is_dissected_at_its_start() -> None:
    sent = ask(session_of(parity3()))
    assert (sent["k"], sent["last"], sent["blocked"]) == (0, 0, None)
    assert "Not trained yet" in notes(sent)
    assert_array_equal(floats(sent["weights"]), parity3().start_weights())


@pytest.mark.parametrize("k", [0, 1, 3])
def test_every_number_is_that_of_the_iteration_shown(k: int) -> None:
    experiment = parity3()
    session = trained(experiment, 8)
    session.iteration = k
    sent = ask(session, InsideState(pattern=2))
    assert session.run is not None
    trace = session.run.trace()
    assert trace is not None
    data, _ = experiment.datasets()
    on = NBN().resumption(trace, k)._asdict()
    apart = dissect(experiment.topology, data, trace.weights[k], **on)
    pattern = apart.pattern(2)
    assert sent["sse"] == trace.sse[k]
    assert [attempt["mu"] for attempt in sent["attempts"]] == [a.mu for a in apart.attempts]
    (taken,) = (attempt for attempt in sent["attempts"] if attempt["accepted"])
    assert_array_equal(floats(taken["weights"]), trace.weights[k + 1])
    diagonal = np.diag(apart.quasi_hessian)
    assert_array_equal(
        floats(sent["damping"]["added"]), np.full(15, apart.damping.mu_start * diagonal.max())
    )
    for name in ("values", "nets", "slopes", "errors"):
        assert_array_equal(floats(sent["pattern"][name]), getattr(pattern, name))
    assert_array_equal(floats(sent["pattern"]["rows"]), pattern.rows.ravel())
    assert_array_equal(floats(sent["pattern"]["deltas"]), pattern.deltas.ravel())
    assert sent["pattern"]["difference"] < 1e-14
    assert_array_equal(floats(sent["sums"]["g"]), apart.gradient)
    corner = sent["sums"]["corner"]
    assert corner["before"] + corner["share"] == pytest.approx(corner["after"], rel=1e-14)


def test_q_is_sent_from_the_chosen_pattern_to_the_last() -> None:
    assert frames(8, 0, 15) == [0, 1, 2, 3, 4, 5, 6, 7, 8]
    assert frames(8, 7, 15) == [7, 8]
    assert frames(1, 0, 3) == [0, 1]
    assert frames(100_000, 50_000, 120)[:2] == [50_000, 50_001]
    assert frames(100_000, 50_000, 120)[-1] == 100_000


def test_a_larger_network_shows_one_neuron() -> None:
    topology = large().topology
    assert default_neuron(topology) == 489
    assert weights_shown(topology, 0) == [0, 1, 2]
    assert default_neuron(Topology.fcc(2, 0, 1)) == 0


@pytest.mark.parametrize("problem", ["two_spirals", "digits"])
def test_the_payload_stays_small(problem: str) -> None:
    assert len(json.dumps(ask(session_of(Experiment.suggested(problem))))) < 1_500_000


def test_the_payload_of_the_largest_network_stays_small() -> None:
    sent = ask(session_of(large()), InsideState(neuron="h7"))
    assert sent["network"]["neurons"][sent["neuron"]]["id"] == "h7"
    assert len(json.dumps(sent)) < 1_500_000


def test_the_example_for_node_tests_is_what_the_server_sends() -> None:
    """NBN_LAB_EXAMPLE=1 writes the example again."""
    sent = json.loads(json.dumps(ask(session_of(parity3()))))
    if os.environ.get("NBN_LAB_EXAMPLE"):
        FIXTURE.write_text(json.dumps(sent, indent=1), encoding="utf-8")
    known = json.loads(FIXTURE.read_text(encoding="utf-8"))
    assert known.keys() == sent.keys()
    assert known["pattern"].keys() == sent["pattern"].keys()
    assert known["damping"].keys() == sent["damping"].keys()
    assert known["sums"].keys() == sent["sums"].keys()
    assert known["network"] == sent["network"]
    np.testing.assert_allclose(
        floats(known["pattern"]["rows"]), floats(sent["pattern"]["rows"]), atol=1e-12
    )


# Messages to the reader


def test_an_iteration_beyond_the_trace_shows_the_last_one_with_a_note() -> None:
    session = trained(parity3(), 4)
    session.iteration = 99
    sent = ask(session)
    assert sent["k"] == sent["last"] == 4
    assert "beyond this training, which has 4: the last one is shown." in notes(sent)


def test_a_trace_of_some_iterations_comes_with_their_numbers() -> None:
    session = trained(replace(parity3(), rule="ebp", settings={}, stopping=Stopping(1e-9, 400)))
    session.look_at(session.run.iteration)  # type: ignore[union-attr]
    sent = ask(session)
    trace = session.run.trace()  # type: ignore[union-attr]
    assert trace is not None
    assert trace.iterations[-1] == 400 > sent["last"] == len(trace) - 1
    assert sent["iterations"] == trace.iterations.tolist()
    assert "which has 400" not in notes(sent) or sent["k"] == sent["last"]
    assert "trace" not in notes(sent)
    assert ask(trained(parity3(), 4))["iterations"] is None


def test_the_damping_sent_makes_the_matrix_that_is_solved() -> None:
    for settings in ({}, {"control": "published", "matrix": "levenberg"}, {"matrix": "marquardt"}):
        experiment = replace(parity3(), settings=settings)
        sent = ask(session_of(experiment))
        sums, first = sent["sums"], sent["attempts"][0]
        n = len(sums["weights"])
        damped = np.zeros((n, n))
        singles = np.frombuffer(base64.b64decode(sums["quasi"]), "<f4").reshape(
            len(sums["after"]), -1
        )
        damped[np.triu_indices(n)] = singles[-1]
        damped = np.triu(damped, 1) + np.triu(damped, 1).T
        added = floats(sent["damping"]["added"])
        assert (added > 0).all()
        damped[np.diag_indices(n)] = floats(sums["diagonal"]) + added
        step = np.linalg.solve(damped, -floats(sums["g"]))
        np.testing.assert_allclose(floats(first["step"]), first["part"] * step, rtol=2e-3)


def test_the_last_iteration_notes_why_training_stopped() -> None:
    experiment = replace(parity3(), stopping=Stopping(1e-3, 3))
    session = trained(experiment)
    session.iteration = 3
    assert "Stopped at the maximum number of iterations" in notes(ask(session))
    session.iteration = 2
    assert notes(ask(session)) == ""


def test_a_network_edited_meanwhile_is_dissected_again() -> None:
    session, view = trained(parity3(), 4), InsideState()
    session.iteration = 3
    assert ask(session, view)["k"] == 3
    changed = replace(parity3(), topology=Topology.fcc(3, 4, 1))
    session.put(document_of(changed))
    sent = ask(session, view)
    assert sent["k"] == 0
    assert "Not trained yet" in notes(sent)
    assert_array_equal(floats(sent["weights"]), changed.start_weights())


def test_a_pattern_that_no_longer_exists_shows_the_last_one_with_a_note() -> None:
    sent = ask(session_of(parity3()), InsideState(pattern=40))
    assert sent["p"] == 7
    assert "Pattern 41 does not exist" in notes(sent)


def test_an_incomplete_network_is_reported() -> None:
    document = document_of(parity3())
    session = Session(
        [Document(document.experiment, document.sketch, "Nothing is connected to “h9”.")]
    )
    sent = ask(session)
    assert "not complete" in sent["blocked"]
    assert "h9" in sent["blocked"]
    assert not sent["poll"]


def test_a_running_training_is_reported_and_polled() -> None:
    experiment = parity3()
    session = session_of(experiment)
    run = Run(experiment.training)
    run.go(NoWorkers(), 1000)
    assert run.slice() or run.stop
    run.go(NoWorkers())  # in the queue, without a worker
    session.run, session.run_from = run, training_key(experiment)
    sent = ask(session)
    assert "Training is running" in sent["blocked"]
    assert sent["poll"]


def test_warming_up_is_reported_and_polled() -> None:
    sent = ask(session_of(parity3()), warming=True)
    assert "Compiling" in sent["blocked"]
    assert sent["poll"]


def test_too_large_an_iteration_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.inside.view.MAX_WORK", 100.0)
    assert "too large" in ask(session_of(parity3()))["blocked"]


# Messages


def test_choices_are_processed_once() -> None:
    session, view = trained(parity3(), 4), InsideState()
    say(session, view, 1, "iteration", k=2)
    say(session, view, 2, "pattern", p=5)
    say(session, view, 3, "neuron", id="h1")
    sent = ask(session, view)
    assert (sent["k"], sent["p"], sent["neuron"]) == (2, 5, 0)
    say(session, view, 1, "iteration", k=4)
    assert session.iteration == 2


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("iteration", {"k": "two"}),
        ("iteration", {"k": -1}),
        ("pattern", {"p": 1.5}),
        ("pattern", {}),
        ("neuron", {"id": 7}),
    ],
)
def test_invalid_values_are_refused_in_a_sentence(kind: str, fields: Json) -> None:
    session, view = session_of(parity3()), InsideState()
    say(session, view, 1, kind, **fields)
    assert session.notice is not None
    assert session.notice.text.endswith(".")
    assert ask(session, view)["blocked"] is None


def test_unknown_messages_and_neurons_do_nothing() -> None:
    session, view = session_of(parity3()), InsideState()
    say(session, view, 1, "format_disk")
    say(session, view, 2, "neuron", id="nobody")
    assert ask(session, view)["neuron"] == 1


def test_patterns_of_one_iteration_share_one_dissection() -> None:
    session, view = session_of(parity3()), InsideState()
    ask(session, view)
    first = view.anatomy
    view.pattern = 3
    ask(session, view)
    assert view.anatomy is first
