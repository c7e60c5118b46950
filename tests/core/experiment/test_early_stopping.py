"""An experiment with patience stops early; without patience text and training are unchanged."""

from __future__ import annotations

import dataclasses
import json
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbn_core import StopReason, Training, train
from nbn_core.experiment import Experiment, Stopping, link
from nbn_core.formats import write_trace_csv
from nbn_core.objective import Objective
from tests.experiments import bounded, early, experiments, own

# Digests of experiments without patience
BEFORE = {
    "xor": (Experiment.suggested("xor"), "ba3d5f1ee0605b61ae857ad66d676979"),
    "own": (own(), "2c891f162f2d1b05295bdce18d50188d"),
    "spiral": (Experiment.suggested("playground_spiral"), "7229c094cec11a75271e2e06d2f029ca"),
}


def finish(training: Training) -> Training:
    while training.stop is None:
        training.advance()
    return training


@pytest.mark.parametrize("name", BEFORE)
def test_without_patience_text_and_training_are_unchanged(name: str) -> None:
    experiment, digest = BEFORE[name]
    assert experiment.digest == digest
    assert "patience" not in experiment.to_json()
    assert dataclasses.replace(experiment.stopping, patience=0) == experiment.stopping


def test_a_patience_of_zero_is_accepted_and_not_written() -> None:
    document = json.loads(own().to_json())
    document["stopping"]["patience"] = 0
    assert Experiment.from_json(json.dumps(document)).to_json() == own().to_json()


@bounded
@given(experiments(), st.integers(1, 1_000_000))
def test_file_and_link_contain_the_patience(experiment: Experiment, patience: int) -> None:
    stopping = dataclasses.replace(experiment.stopping, patience=patience)
    patient = dataclasses.replace(experiment, stopping=stopping)
    text = patient.to_json()
    assert json.loads(text)["stopping"]["patience"] == patience
    assert Experiment.from_json(text).stopping == stopping
    assert link.decode(link.encode(patient)) == patient
    assert (patient == experiment) == (experiment.stopping.patience == patience)


def test_training_stops_by_validation_patterns_and_patience() -> None:
    experiment = early()
    training = finish(experiment.training())
    result = training.result()
    assert result.stop is StopReason.EARLY
    assert result.iterations - result.best_iteration == experiment.stopping.patience
    validation = experiment.parts().validation
    assert validation is not None
    aside = Objective(experiment.topology, validation)
    assert training.validation_sse == tuple(aside.sse(row) for row in result.trace.weights)
    assert training.best_row == int(np.argmin(training.validation_sse))
    np.testing.assert_array_equal(result.weights, result.trace.weights[training.best_row])


def test_the_start_has_a_validation_error_before_training() -> None:
    training = early().training()
    training.cancel()
    result = training.result()
    validation = early().parts().validation
    assert validation is not None
    aside = Objective(early().topology, validation)
    assert result.validation_sse == (aside.sse(result.weights),)
    text = write_trace_csv(result.trace, result.validation_sse)
    assert text.splitlines()[0].endswith(",validation_sse")


def test_patience_or_validation_patterns_alone_have_no_effect() -> None:
    without = early(patience=0, max_iterations=60)
    data = dataclasses.replace(without.data, validation_share=0.0)
    alone = dataclasses.replace(early(max_iterations=60), data=data)
    for experiment in (without, alone):
        training = finish(experiment.training())
        assert training.stop is StopReason.MAX_ITERATIONS
        assert training.validation_sse is None
        assert training.best_row == 60


@pytest.mark.parametrize("rule", ["nbn", "adam"])
def test_results_are_bit_identical_for_any_slices_and_extensions(rule: str) -> None:
    settings = {} if rule == "nbn" else {"rate": 0.05}
    limit = 300 if rule == "nbn" else 2000
    experiment = dataclasses.replace(early(max_iterations=limit), rule=rule, settings=settings)
    whole = finish(experiment.training()).result()
    assert whole.stop is StopReason.EARLY
    pieces = experiment.training()
    while pieces.stop is None:
        pieces.advance(seconds=1e-9)
    # Up to a limit and then extended, as when Train is pressed again after the limit
    limited = dataclasses.replace(experiment.stopping, max_iterations=17)
    longer = finish(dataclasses.replace(experiment, stopping=limited).training())
    assert longer.stop is StopReason.MAX_ITERATIONS
    longer.extend(limit)
    steps = experiment.training()
    while steps.stop is None and steps.iteration < 150:
        steps.advance(1)
    for other in (pieces, finish(longer), finish(steps)):
        result = other.result()
        assert other.iteration == result.iterations == whole.iterations
        assert (result.stop, result.best_iteration) == (whole.stop, whole.best_iteration)
        assert result.validation_sse == whole.validation_sse
        assert result.trace.weights.tobytes() == whole.trace.weights.tobytes()


def test_a_target_reached_first_ends_training_with_the_best_row_as_result() -> None:
    reached = train(
        early().topology, early().parts().train, weights=early().start_weights(),
        target_sse=0.0, max_iterations=30,
    )  # fmt: skip
    experiment = early(target_sse=float(reached.trace.sse[30]))
    result = finish(experiment.training()).result()
    assert result.stop is StopReason.SOLVED
    assert result.best_iteration < result.iterations <= 30


def test_another_thread_never_sees_a_trace_without_rows() -> None:
    """Rows exist before the validation patterns are measured."""
    training = early().training()
    validation = training._validation
    assert validation is not None
    measured = validation.objective
    counts: list[int] = []

    class Watched:
        def sse(self, weights: np.ndarray) -> float:
            counts.append(len(training.trace()))
            return measured.sse(weights)

    validation.objective = Watched()  # type: ignore[assignment]
    worker = threading.Thread(target=training.advance)
    worker.start()
    worker.join()
    assert counts[:3] == [1, 1, 2]


def test_a_cancelled_training_has_validated_its_last_row() -> None:
    experiment = dataclasses.replace(
        early(patience=100_000, max_iterations=1_000_000), rule="adam", settings={"rate": 1e-4}
    )
    training = experiment.training()
    while training.iteration < 1000:
        training.advance(seconds=1e-9)
    training.cancel()
    trace = training.trace()
    assert training.validation_sse is not None
    assert len(training.validation_sse) == len(trace)
    assert int(trace.iterations[-1]) == training.iteration


def test_settings_of_early_stopping_are_checked() -> None:
    assert Stopping().patience == 0
    assert type(Stopping(patience=3.0).patience) is int  # type: ignore[arg-type]
