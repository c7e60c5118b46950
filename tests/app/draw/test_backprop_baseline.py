"""The comparison line of a solved training: the iterations that backpropagation needs."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

import pytest

from app.draw import backprop_baseline
from app.session import training
from app.session.document import Document
from app.session.jobs import Workers
from app.session.sketch_reader import from_drawing
from app.session.state import Session, first_experiment
from nbn_core.experiment import Experiment, Stopping
from nbn_core.training import StopReason, train
from nbn_core.warmup import warm_up_rules
from tests.app.fake_browser import LONG

WORKERS = Workers(1)


@pytest.fixture(autouse=True)
def no_earlier_measurements(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin without what other tests of this process have measured."""
    monkeypatch.setattr(backprop_baseline, "_runs", OrderedDict())


def session_of(experiment: Experiment) -> Session:
    sketch = from_drawing(experiment.topology, experiment.drawing)
    return Session([Document(experiment, sketch)])


def solved(experiment: Experiment) -> Session:
    session = session_of(experiment)
    training.train(session, WORKERS)
    assert session.run is not None
    assert session.run.wait(LONG)
    assert session.run.stop is StopReason.SOLVED
    return session


def settled(session: Session) -> str:
    warm_up_rules()
    said = backprop_baseline.beside(session, WORKERS)
    assert said["measuring"]
    assert said["beside"].startswith("Measuring")
    assert backprop_baseline._run_of(session.experiment).wait(LONG)
    said = backprop_baseline.beside(session, WORKERS)
    assert not said["measuring"]
    return str(said["beside"])


def test_the_first_screen_is_measured_from_the_same_weights() -> None:
    session = solved(first_experiment())
    line = settled(session)
    experiment = session.experiment
    result = train(
        experiment.topology,
        experiment.datasets()[0],
        "ebp",
        weights=experiment.start_weights(),
        target_sse=experiment.stopping.target_sse,
        max_iterations=backprop_baseline.EPOCHS,
        **backprop_baseline.SETTINGS,
    )
    assert result.stop is StopReason.SOLVED
    assert f"takes {result.iterations:,} epochs: " in line


def test_a_failed_training_is_reported_as_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backprop_baseline, "EPOCHS", 3)
    experiment = replace(first_experiment(), stopping=Stopping(0.9, 200))
    assert "had not solved it after 3 epochs" in settled(solved(experiment))


def test_other_problems_and_trainings_have_no_comparison_line() -> None:
    nothing = {"beside": "", "measuring": False}
    assert backprop_baseline.beside(session_of(first_experiment()), WORKERS) == nothing
    assert backprop_baseline.beside(solved(Experiment.suggested("xor")), WORKERS) == nothing
