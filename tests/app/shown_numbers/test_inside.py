"""The Inside page: every number of one iteration at one pattern, and of the sums over all."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from app.inside import component
from nbn_core.types import FloatArray
from tests import reference
from tests.app.fake_browser import unpacked
from tests.app.shown_numbers.screen import Screen, leaves, numbers
from tests.app.shown_numbers.situations import SHOWN, UNTRAINED, Situation, situation

Open = Callable[[Situation], Screen]

COMPARED = {
    "k", "last", "iterations", "p", "patterns", "held_back", "notes", "sse", "weights",
    "gradient_norm", "attempts_made",
    "pattern.targets", "pattern.errors", "pattern.values", "pattern.nets", "pattern.slopes",
    "pattern.deltas", "pattern.delta_rows", "pattern.outputs_sent", "pattern.effects",
    "pattern.backward", "pattern.rows", "pattern.backward_rows", "pattern.difference",
    "pattern.sse", "sums.weights", "sums.after", "sums.sse", "sums.gradient", "sums.quasi",
    "sums.share", "sums.gradient_share", "sums.g", "sums.diagonal", "sums.corner.weight",
    "sums.corner.place", "sums.corner.parts", "sums.corner.before", "sums.corner.share",
    "sums.corner.after", "damping.mu", "damping.added", "damping.least", "damping.most",
    "damping.factor", "damping.max_attempts", "attempts.number", "attempts.mu", "attempts.part",
    "attempts.sse", "attempts.mu_next", "attempts.length", "attempts.step", "attempts.weights",
    "network.n_inputs",
}  # fmt: skip
NOT_COMPUTED = {
    "ack.seq", "graph", "network.inputs", "network.outputs", "network.neurons", "network.families",
    "neuron",
}  # fmt: skip
PATTERN = 2


@pytest.mark.parametrize("name", [*SHOWN, *UNTRAINED])
def test_one_iteration_number_by_number(name: str, screen: Open) -> None:
    at = situation(*{**SHOWN, **UNTRAINED}[name])
    shown = screen(at)
    shown.visit("inside")
    messages = [{"seq": 1, "kind": "pattern", "p": PATTERN}]
    shown.app.session_state[component.KEY] = {
        "outbox": {"client": "b", "messages": messages, "have": {}}
    }
    shown.app.run()
    sent = shown.seen().payloads["inside"]
    for path, value in leaves(sent):
        known = path in COMPARED or any(
            path == one or path.startswith(f"{one}.") for one in NOT_COMPUTED
        )
        assert known, f"No test knows the number {path} = {value}."
    test = at.parts.get("test")
    assert (sent["k"], sent["last"], sent["p"]) == (at.k, at.now.last, PATTERN)
    assert sent["patterns"] == at.train.n_patterns
    assert sent["held_back"] == (0 if test is None else test.n_patterns)
    if sent["iterations"] is None:
        assert at.now.last == at.now.last_iteration
    else:
        assert sent["iterations"] == at.trace.iterations.tolist()
    assert not any(numbers(note) for note in sent["notes"])
    assert sent["sse"] == pytest.approx(at.sse())
    assert np.array_equal(unpacked(sent["weights"]), at.weights)
    assert sent["gradient_norm"] == pytest.approx(float(np.linalg.norm(at.gradient)), rel=1e-6)
    _check_pattern(at, sent["pattern"])
    _check_sums(at, sent)
    _check_attempts(at, sent)


def _check_pattern(at: Situation, sent: dict[str, Any]) -> None:
    network = at.topology.to_dict()
    inputs, targets = at.train.inputs[[PATTERN]], at.train.targets[PATTERN]
    values, slopes = reference.forward(network, at.weights, inputs)
    errors = targets - at.outputs(at.train)[PATTERN]
    assert np.allclose(unpacked(sent["targets"]), targets)
    assert np.allclose(unpacked(sent["errors"]), errors)
    assert sent["sse"] == pytest.approx(float(errors @ errors))
    assert np.allclose(unpacked(sent["values"]), values[0])
    assert np.allclose(unpacked(sent["slopes"]), slopes[0], atol=1e-12)
    places = np.flatnonzero(np.diff([-1, *at.owners]))  # the bias of each neuron
    ends = [*places[1:], len(at.weights)]
    for k, (neuron, net) in enumerate(
        zip(at.topology.neurons, unpacked(sent["nets"]), strict=True)
    ):
        own = at.weights[places[k] : ends[k]]
        assert net == pytest.approx(own[0] + own[1:] @ values[0][list(neuron.sources)])
    deltas = unpacked(sent["deltas"]).reshape(len(sent["delta_rows"]), -1)
    changes = np.stack([_change(at, inputs, int(bias)) for bias in places], axis=1)
    assert np.allclose(deltas, changes[sent["delta_rows"]], atol=1e-7)
    outputs = sent["outputs_sent"]
    assert outputs == at.train.n_outputs
    rows = at.jacobian.reshape(at.train.n_patterns, outputs, -1)[PATTERN]
    for key in ("rows", "backward_rows"):
        assert np.allclose(unpacked(sent[key]).reshape(outputs, -1), rows, atol=1e-12)
    assert sent["difference"] < 1e-12
    backward = -rows[:, places]
    assert np.allclose(unpacked(sent["backward"]).reshape(outputs, -1), backward, atol=1e-12)
    effects = unpacked(sent["effects"]).reshape(outputs, -1)
    assert np.allclose(effects[:, at.topology.n_inputs :] * slopes, backward, atol=1e-12)


def _change(at: Situation, inputs: FloatArray, bias: int) -> FloatArray:
    """Return the derivative of the value of every neuron by the net input of one."""
    step = 1e-6 * np.eye(len(at.weights))[bias]
    both = [reference.forward(at.topology.to_dict(), at.weights + sign * step, inputs)[0]
            for sign in (1, -1)]  # fmt: skip
    made: FloatArray = (both[0] - both[1])[0, at.topology.n_inputs :] / 2e-6
    return made


def _check_sums(at: Situation, sent: dict[str, Any]) -> None:
    sums = sent["sums"]
    n, outputs = len(at.weights), at.train.n_outputs
    rows = at.jacobian.reshape(-1, outputs, n)
    errors = at.train.targets - at.outputs(at.train)
    assert sums["weights"] == list(range(n))
    upper = np.triu_indices(n)
    quasi = np.frombuffer(_bytes(sums["quasi"]), "<f4").reshape(len(sums["after"]), -1)
    gradients = unpacked(sums["gradient"]).reshape(len(sums["after"]), -1)
    assert sums["after"][0] == PATTERN
    assert sums["after"][-1] == at.train.n_patterns
    for place, after in enumerate(sums["after"]):
        part = rows[:after].reshape(-1, n)
        scale = 1e-6 * max(1e-9, float(np.abs(part.T @ part).max(initial=0.0)))
        assert np.allclose(quasi[place], (part.T @ part)[upper], rtol=1e-5, atol=scale)
        assert np.allclose(gradients[place], part.T @ errors[:after].ravel(), atol=1e-9)
        assert sums["sse"][place] == pytest.approx(float(np.sum(errors[:after] ** 2)), abs=1e-12)
    own = rows[PATTERN]
    share = np.frombuffer(_bytes(sums["share"]), "<f4")
    assert np.allclose(share, (own.T @ own)[upper], rtol=1e-5, atol=1e-12)
    assert np.allclose(unpacked(sums["gradient_share"]), own.T @ errors[PATTERN], atol=1e-12)
    assert np.allclose(unpacked(sums["g"]), at.gradient, atol=1e-9)
    assert np.allclose(unpacked(sums["diagonal"]), np.diag(at.quasi_hessian), atol=1e-12)
    corner = sums["corner"]
    w = corner["weight"]
    assert corner["place"] == w
    assert corner["parts"] == pytest.approx(own[:8, w].tolist())
    squares = np.sum(rows[:, :, w] ** 2, axis=1)
    assert corner["before"] == pytest.approx(float(squares[:PATTERN].sum()), abs=1e-14)
    assert corner["share"] == pytest.approx(float(squares[PATTERN]), abs=1e-14)
    assert corner["after"] == pytest.approx(float(squares[: PATTERN + 1].sum()), abs=1e-14)


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)


def _check_attempts(at: Situation, sent: dict[str, Any]) -> None:
    damping = sent["damping"]
    own = at.experiment.settings if at.experiment.rule == "nbn" else {}
    assert damping["matrix"] == own.get("matrix", "data_scaled")
    assert (damping["least"], damping["most"], damping["factor"]) == (1e-15, 1e15, 10.0)
    assert damping["max_attempts"] == 30
    assert np.allclose(unpacked(damping["added"]), at.added * damping["mu"] / at.mu)
    attempts = sent["attempts"]
    assert sent["attempts_made"] == len(attempts)
    assert [attempt["number"] for attempt in attempts] == list(range(1, len(attempts) + 1))
    assert attempts[0]["mu"] == damping["mu"]
    for attempt in attempts:
        added = at.added * attempt["mu"] / at.mu
        system = at.quasi_hessian + np.diag(added)
        step, weights = unpacked(attempt["step"]), unpacked(attempt["weights"])
        solved = system @ step / attempt["part"]
        assert np.allclose(solved, -at.gradient, atol=1e-8 * np.abs(at.gradient).max())
        assert attempt["length"] == pytest.approx(float(np.linalg.norm(step)))
        assert np.allclose(weights, at.weights + step)
        assert attempt["sse"] == pytest.approx(at.sse(weights=weights), rel=1e-9)
    assert [attempt["accepted"] for attempt in attempts] == [
        attempt is attempts[-1] and attempt["sse"] < at.sse() for attempt in attempts
    ]
    if at.experiment.rule == "nbn" and at.now.trace is not None and at.k < at.now.last:
        assert attempts[-1]["mu"] == at.mu
        assert attempts[-1]["part"] == at.trace.step_length[at.k + 1]
        assert len(attempts) == at.trace.attempts[at.k + 1]
        assert np.allclose(unpacked(attempts[-1]["weights"]), at.trace.weights[at.k + 1])
        if at.k + 1 < at.now.last and at.trace.attempts[at.k + 2] == 1:
            assert attempts[-1]["mu_next"] == at.trace.mu[at.k + 2]
