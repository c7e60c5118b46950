"""Trainings that resume from a trace, and trainings that stop early."""

from __future__ import annotations

import numpy as np
import pytest

from nbn_core import StopReason, Topology, Training, generators, train
from nbn_core.errors import NBNError, SettingError, ShapeError
from nbn_core.objective import Objective
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
