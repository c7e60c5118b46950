"""Predictions of rules that predict in their own way: rows, samples, and unchanged training."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.session import own_predictions as module
from app.session.jobs import Run
from app.session.own_predictions import OwnPredictions, own_predictions, places
from nbn_core.experiment import Experiment, SeededStart, Stopping
from nbn_core.network import Topology
from nbn_core.rules import RULES
from nbn_core.training import Training
from nbn_core.warmup import warm_up, warm_up_rules

OWN = [name for name, rule in RULES.items() if rule.own_prediction]


def spiral(rule: str, iterations: int = 320) -> Experiment:
    return replace(
        Experiment.suggested("playground_spiral"), topology=Topology.mlp([2, 8, 8, 1]),
        start=SeededStart(seed=3), rule=rule, settings={}, stopping=Stopping(0.0, iterations),
    )  # fmt: skip


def finished(run: Run) -> OwnPredictions:
    """Run the training as a worker does, to its end; return the predictions."""
    run._goal, run._wanted = None, True
    while run.slice():
        pass
    assert run.own is not None
    return run.own


def alone(experiment: Experiment) -> Training:
    training = experiment.training()
    while training.stop is None:
        training.advance()
    return training


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    warm_up()
    warm_up_rules()


@pytest.mark.parametrize("rule", OWN)
def test_every_row_is_predicted_and_its_sse_is_that_of_the_trace(
    rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEPT_BYTES", 10_000_000)
    experiment = spiral(rule)
    run = Run(experiment.training, own_predictions(experiment))
    own = finished(run)
    trace, train = run.trace(), experiment.datasets()[0]
    assert trace is not None
    assert [prediction.iteration for prediction in own.made] == trace.iterations.tolist()
    patterns = slice(module.MAP_SIDE**2, module.MAP_SIDE**2 + train.n_patterns)
    np.testing.assert_array_equal(own.samples[patterns], train.inputs)
    for (_, outputs), sse in zip(own.made, trace.sse, strict=True):
        assert np.sum((train.targets - outputs[patterns]) ** 2) == pytest.approx(sse, rel=1e-12)


@pytest.mark.parametrize("rule", OWN)
def test_predicting_does_not_change_the_training(rule: str) -> None:
    experiment = spiral(rule)
    run = Run(experiment.training, own_predictions(experiment))
    finished(run)
    trace, expected = run.trace(), alone(experiment).trace()
    assert trace is not None
    np.testing.assert_array_equal(trace.iterations, expected.iterations)
    np.testing.assert_array_equal(trace.weights, expected.weights)
    np.testing.assert_array_equal(trace.sse, expected.sse)


def test_rows_are_left_out_of_a_training_with_very_many_numbers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    experiment = spiral(OWN[0])
    monkeypatch.setattr(module, "KEPT_BYTES", 1_000_000)
    run = Run(experiment.training, own_predictions(experiment))
    own = finished(run)
    trace = run.trace()
    assert trace is not None
    assert sum(prediction.outputs.nbytes for prediction in own.made) < 1_100_000
    iterations = [prediction.iteration for prediction in own.made]
    assert set(iterations) < set(trace.iterations.tolist())
    assert (iterations[0], iterations[-1]) == (0, 320)


def test_a_rule_that_predicts_with_the_drawn_network_has_no_own_predictions() -> None:
    assert own_predictions(spiral("nbn")) is None


# Points at which the rule predicts


def test_the_browser_draws_the_same_numbers_of_points(root: Path) -> None:
    source = (root / "app/draw/frontend/model.js").read_text()
    sides = {name: int(n) for name, n in re.findall(r"^const (TILE|CURVE) = (\d+);", source, re.M)}
    assert sides == {"TILE": module.MAP_SIDE, "CURVE": module.CURVE_PLACES}


def test_points_of_a_plane_are_ordered_row_by_row_from_the_top() -> None:
    (grid,) = places(np.array([[0.0, 10.0], [1.0, 30.0]]))
    side = module.MAP_SIDE
    assert grid.shape == (side**2, 2)
    width, height = 1.2 / side, 24.0 / side
    np.testing.assert_allclose(grid[0], [-0.1 + width / 2, 32.0 - height / 2])
    np.testing.assert_allclose(grid[1] - grid[0], [width, 0.0], atol=1e-12)
    np.testing.assert_allclose(grid[side] - grid[0], [0.0, -height], atol=1e-12)


def test_points_of_one_input_cover_the_range_with_its_margin() -> None:
    (line,) = places(np.array([[2.0], [4.0]]))
    assert (line[0, 0], line[-1, 0], len(line)) == (1.8, 4.2, module.CURVE_PLACES)
    assert places(np.zeros((3, 5))) == []
