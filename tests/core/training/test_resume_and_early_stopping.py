"""Trainings that resume from a trace, and trainings that stop early."""

from __future__ import annotations

import numpy as np
import pytest

from nbn_core import StopReason, Topology, Training, generators, train
from nbn_core.errors import NBNError, SettingError, ShapeError
from nbn_core.objective import Objective
from nbn_core.rules import RULES
from nbn_core.rules.damping import CONTROLS

TOPOLOGY = Topology.mlp([2, 12, 1])
LEARNED, ASIDE = generators.peaks(120).split(0.5, 3)
SPIRALS = (Topology.fcc(2, 8, 1), generators.two_spirals())


@pytest.mark.parametrize("mu_start", [None, 1e-5])
@pytest.mark.parametrize("control", CONTROLS)
def test_nbn_resumes_from_a_trace_as_if_it_had_never_stopped(
    control: str, mu_start: float | None
) -> None:
    settings = {"control": control, "target_sse": 0.0}
    settings |= {} if mu_start is None else {"mu_start": mu_start}
    whole = train(*SPIRALS, seed=2, max_iterations=40, **settings)
    for stopped in (1, 13, 26):
        first = train(*SPIRALS, seed=2, max_iterations=stopped, **settings)
        rest = train(*SPIRALS, max_iterations=40 - stopped, resume=first.trace, **settings)
        np.testing.assert_array_equal(rest.trace.weights, whole.trace.weights[stopped:])
        np.testing.assert_array_equal(rest.trace.mu[1:], whole.trace.mu[stopped + 1 :])
        np.testing.assert_array_equal(rest.trace.attempts[1:], whole.trace.attempts[stopped + 1 :])


@pytest.mark.parametrize("rule", ["lm", "ebp", "lbfgs"])
def test_other_rules_start_from_the_weights_of_the_trace(rule: str) -> None:
    first = train(*SPIRALS, rule, max_iterations=5)
    again = train(*SPIRALS, rule, max_iterations=5, resume=first.trace)
    warm = train(*SPIRALS, rule, max_iterations=5, weights=first.weights)
    np.testing.assert_array_equal(again.weights, warm.weights)
    np.testing.assert_array_equal(again.trace.weights[0], first.trace.weights[-1])


def test_weights_and_a_trace_together_are_refused() -> None:
    first = train(*SPIRALS, max_iterations=2)
    with pytest.raises(SettingError, match="not both"):
        train(*SPIRALS, weights=first.weights, resume=first.trace)
    with pytest.raises(NBNError, match="weights"):
        train(TOPOLOGY, LEARNED, resume=first.trace)


@pytest.mark.parametrize("rule", ["nbn", "lm", "adam"])
def test_training_stops_when_the_validation_sse_no_longer_improves(rule: str) -> None:
    settings = {"seed": 1, "target_sse": 0.0, "max_iterations": 300}
    result = train(TOPOLOGY, LEARNED, rule, validation=ASIDE, patience=15, **settings)
    aside = Objective(TOPOLOGY, ASIDE)
    expected = [aside.sse(weights) for weights in result.trace.weights]
    assert result.validation_sse == tuple(expected)
    best = int(np.argmin(expected))
    assert result.best_iteration == result.trace.iterations[best]
    np.testing.assert_array_equal(result.weights, result.trace.weights[best])
    assert result.sse == result.trace.sse[best]
    waited = result.trace.iterations[-1] - result.best_iteration
    if result.stop is StopReason.EARLY:
        assert result.trace.iterations[-2] - result.best_iteration < 15 <= waited
    else:
        assert waited < 15
    plain = train(TOPOLOGY, LEARNED, rule, **settings)
    rows = len(result.trace)
    np.testing.assert_array_equal(plain.trace.weights[:rows], result.trace.weights)
    if rule == "nbn":
        assert result.stop is StopReason.EARLY
        assert aside.sse(result.weights) < aside.sse(plain.weights)


def test_slices_do_not_change_the_iteration_of_early_stopping() -> None:
    settings = {"seed": 1, "target_sse": 0.0, "validation": ASIDE, "patience": 7}
    whole = train(TOPOLOGY, LEARNED, **settings)
    assert whole.stop is StopReason.EARLY
    pieces = Training(TOPOLOGY, LEARNED, **settings)
    while pieces.stop is None:
        pieces.advance(seconds=1e-9)
    assert pieces.result().trace.weights.tobytes() == whole.trace.weights.tobytes()
    assert pieces.result().best_iteration == whole.best_iteration


def test_invalid_validation_arguments_are_refused_in_a_sentence() -> None:
    with pytest.raises(SettingError, match="patience"):
        train(TOPOLOGY, LEARNED, validation=ASIDE, patience=0)
    with pytest.raises(ShapeError):
        train(TOPOLOGY, LEARNED, validation=generators.parity(3))


@pytest.mark.parametrize("rule", [name for name, rule in RULES.items() if rule.own_prediction])
def test_validation_measures_the_own_predictions_of_a_rule(rule: str) -> None:
    """For any time slices, every row has the SSE of a training that ends at its iteration."""
    learned, aside = generators.two_spirals().split(0.5, 3)
    settings = {"seed": 1, "target_sse": 0.0}
    topology = Topology.mlp([2, 8, 8, 1])
    watched = Training(
        topology, learned, rule, max_iterations=260, validation=aside, patience=1000, **settings
    )
    while watched.stop is None:
        watched.advance(seconds=0.002)
    plain = train(topology, learned, rule, max_iterations=260, **settings)
    np.testing.assert_array_equal(watched.trace().weights, plain.trace.weights)
    assert watched.validation_sse is not None
    assert len(watched.validation_sse) == len(plain.trace)
    for row in (0, 1, 150, 203, len(plain.trace) - 1):
        last = int(plain.trace.iterations[row])
        until = Training(topology, learned, rule, max_iterations=last, **settings)
        while until.stop is None:
            until.advance()
        expected = float(np.sum((aside.targets - until.predict(aside.inputs)) ** 2))
        assert watched.validation_sse[row] == pytest.approx(expected, rel=1e-12)


def test_the_validation_sse_of_own_predictions_is_nan_before_training() -> None:
    learned, aside = generators.two_spirals().split(0.5, 3)
    training = Training(Topology.mlp([2, 8, 8, 1]), learned, "noprop", validation=aside)
    assert training.validation_sse is not None
    assert np.isnan(training.validation_sse).tolist() == [True]
