"""Training: its trace during a run, and validation of its arguments."""

from __future__ import annotations

import numpy as np
import pytest

from nbn_core import (
    RULES,
    Iteration,
    NBNError,
    StopReason,
    Topology,
    Training,
    generators,
    initial_weights,
    train,
)
from nbn_core.errors import SettingError, ShapeError
from tests.runs import RUNS, finish, runs_of


def test_the_trace_before_the_first_slice_is_the_start() -> None:
    training = runs_of(RUNS[0])
    trace = training.trace()
    assert len(trace) == 1
    assert trace.sse[0] == RUNS[0].objective.sse(RUNS[0].weights)
    assert np.isnan(trace.gradient_norm[0])
    assert training.iteration == 0
    assert training.stop is None
    assert len(training.trace(1)) == 0
    assert training.result().stop is StopReason.CANCELLED


def test_a_part_of_the_trace_is_read_only_and_not_copied() -> None:
    training = finish(runs_of(RUNS[2]))
    whole, part = training.trace(), training.trace(15)
    assert (len(whole), len(part), part.first) == (21, 6, 15)
    assert [row.iteration for row in part] == list(range(15, 21))
    assert part.row(-1).sse == whole.sse[-1]
    assert np.shares_memory(part.weights, whole.weights)
    for column in (
        part.sse,
        part.mu,
        part.gradient_norm,
        part.attempts,
        part.seconds,
        part.weights,
        part.step_length,
    ):
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 0
    assert len(training.trace(10**6)) == 0


def test_iterations_are_reported_in_order() -> None:
    rows: list[Iteration] = []
    result = train(RUNS[2].topology, RUNS[2].dataset, max_iterations=40, on_iteration=rows.append)
    assert [row.iteration for row in rows] == list(range(1, result.iterations + 1))
    assert [row.sse for row in rows] == result.trace.sse[1:].tolist()


def test_a_training_copies_its_starting_weights() -> None:
    weights = initial_weights(RUNS[0].topology)
    before = weights.copy()
    training = Training(RUNS[0].topology, RUNS[0].dataset, weights=weights)
    weights[:] = 0
    finish(training)
    np.testing.assert_array_equal(training.trace().weights[0], before)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            {"rule": "magic"},
            f"There is no learning rule called 'magic': choose one of {', '.join(RULES)}.",
        ),
        (
            {"rule": ["nbn"]},
            f"There is no learning rule called list: choose one of {', '.join(RULES)}.",
        ),
        (
            {"speed": 3},
            "NBN has no setting 'speed': it has mu_start, mu_min, mu_max, factor, "
            "max_attempts, control, matrix, plateau, method.",
        ),
        ({"mu_start": -1}, "mu_start must be a number above 0, not -1."),
        ({"mu_start": "big"}, "mu_start must be a number above 0, not 'big'."),
        ({"mu_start": float("nan")}, "mu_start must be a number above 0, not nan."),
        (
            {"mu_start": 1e20},
            "mu_start must be at most mu_max, but 1e+20 is more than 1e+15: reduce mu_start or "
            "increase mu_max.",
        ),
        ({"factor": 1}, "factor must be more than 1 and at most 1000000, not 1."),
        ({"max_attempts": 0}, "max_attempts must be a whole number from 1 to 1000, not 0."),
        ({"max_attempts": 2.5}, "max_attempts must be a whole number from 1 to 1000, not 2.5."),
        (
            {"max_iterations": -1},
            "max_iterations must be a whole number from 0 to 100000000, not -1.",
        ),
        (
            {"max_iterations": True},
            "max_iterations must be a whole number from 0 to 100000000, not True.",
        ),
        ({"target_sse": -1e-9}, "target_sse must be a number from 0 up, not -1e-09."),
        ({"target_sse": None}, "target_sse must be a number from 0 up, not NoneType."),
        ({"seed": -1}, "seed must be a whole number from 0 to 9007199254740991, not -1."),
        (
            {"scheme": "zeros"},
            "There are no starting weights called 'zeros': choose uniform, small, fan_in, data.",
        ),
    ],
)
def test_an_invalid_setting_is_refused_in_one_sentence(settings, sentence) -> None:
    with pytest.raises(SettingError) as caught:
        Training(Topology.mlp([2, 2, 1]), generators.xor(), **settings)
    assert str(caught.value) == sentence


@pytest.mark.parametrize("weights", [[1.0], [[0.0] * 9], [np.nan] * 9, [np.inf] * 9, "abc", None])
def test_invalid_weights_are_refused_in_one_sentence(weights) -> None:
    if weights is None:
        weights = {"a": 1}
    with pytest.raises(ShapeError) as caught:
        Training(Topology.mlp([2, 2, 1]), generators.xor(), weights=weights)
    assert isinstance(caught.value, NBNError)
    assert str(caught.value).count(".") == 1
