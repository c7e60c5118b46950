"""Predictions of a rule that predicts in its own way, made at chosen rows of its training.

The outputs of such a rule cannot be computed from the weights in the trace, so that they are
computed while the rule is at the row, in the worker that trains it. At which rows does not depend
on how the time is divided: the same training has the same predictions on any machine, apart from
one that is added where a training comes to rest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np

from nbn_core.experiment import Experiment
from nbn_core.rules import RULES, LearningRule
from nbn_core.training import Training
from nbn_core.types import FloatArray

MAP_SIDE: Final = 36  # places along each side of a map over two inputs
CURVE_PLACES: Final = 120  # places along one input
KEPT_BYTES: Final = 3_000_000  # of predictions, per training; longer ones predict every s-th row
_FAR: Final = 1e300  # of a domain, so that its width is a number


class Prediction(NamedTuple):
    """The outputs (S, M) that the rule predicts for the samples, and the iteration."""

    iteration: int
    outputs: FloatArray


class OwnPredictions:
    """Predictions of one training; a worker adds to them, pages read them.

    Parameters
    ----------
    samples : (S, I) float64
        Inputs to predict.
    following : callable
        Next iteration to predict at, given the one before. Each must have a row in the trace.

    Attributes
    ----------
    made : list of Prediction
        Predictions so far, by increasing iteration.
    due : int
        Iteration of the next one.
    """

    def __init__(self, samples: FloatArray, following: Callable[[int], int]) -> None:
        self.samples = samples
        self.made: list[Prediction] = []
        self.due = 0
        self._following = following

    def look(self, training: Training, *, rests: bool = False) -> None:
        """Predict if it is due, or if the training rests at an iteration without a prediction."""
        iteration = training.iteration
        known = self.made[-1].iteration if self.made else -1
        if iteration >= self.due or (rests and iteration > known):
            self.made.append(Prediction(iteration, training.predict(self.samples)))
        while self.due <= iteration:
            self.due = self._following(self.due)


def own_predictions(experiment: Experiment) -> OwnPredictions | None:
    """Return the predictions that a page shows of this experiment, none of them made yet.

    The samples are the places of a map over two inputs or along one input, if there are no more,
    then the training, the validation and the test patterns. None for a rule that predicts with
    the drawn network.
    """
    rule = RULES[experiment.rule]
    if not rule.own_prediction:
        return None
    parts = [part.inputs for part in experiment.parts() if part is not None]
    samples = np.concatenate([*places(np.vstack(parts)), *parts])
    numbers = samples.shape[0] * experiment.topology.n_outputs
    rows = _rows(rule, experiment.stopping.max_iterations)
    stride = max(1, -(-8 * numbers * rows // KEPT_BYTES))
    return OwnPredictions(samples, lambda iteration: skipped(rule, iteration, stride))


def skipped(rule: LearningRule, iteration: int, rows: int) -> int:
    """Return the iteration of the trace so many rows further on."""
    for _ in range(rows):
        iteration = rule.next_row(iteration)
    return iteration


def _rows(rule: LearningRule, max_iterations: int) -> int:
    """Return the number of rows of a trace."""
    rows, iteration = 1, 0
    while iteration < max_iterations:
        rows, iteration = rows + 1, rule.next_row(iteration)
    return rows


def places(inputs: FloatArray) -> list[FloatArray]:
    """Return the places (S, I) at which a map or a curve is computed; none for more inputs.

    They are those of `gridInputs` in the browser: row by row from the top, or from left to right.
    """
    around = domain(inputs)
    if around is None:
        return []
    if len(around) == 2:
        left, right = around
        return [np.linspace(left, right, CURVE_PLACES)[:, np.newaxis]]
    left, right, bottom, top = around
    steps = (np.arange(MAP_SIDE) + 0.5) / MAP_SIDE
    grid = np.meshgrid(left + (right - left) * steps, top - (top - bottom) * steps)
    return [np.stack(grid, axis=-1).reshape(-1, 2)]


def domain(inputs: FloatArray) -> list[float] | None:
    """Return low and high of each input, with a margin; None for more than two inputs."""
    if inputs.shape[1] > 2:
        return None
    around = []
    within = inputs.clip(-_FAR, _FAR)
    for low, high in zip(within.min(axis=0).tolist(), within.max(axis=0).tolist(), strict=True):
        pad = 0.1 * (high - low) or 0.1 * (abs(high) or 1.0)
        around += [low - pad, high + pad]
    return around
