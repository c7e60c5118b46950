"""A race: one run for each lane, in the worker threads that all sessions share."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

import numpy as np

from app.race.lanes import Budget, Lane, titles
from app.race.networks import Entrant, entrant
from app.session.jobs import Run, Workers
from app.session.own_predictions import OwnPredictions
from nbn_core.experiment import Experiment
from nbn_core.rules import LearningRule
from nbn_core.structure import Reshaping
from nbn_core.trace import Trace
from nbn_core.training import Training
from nbn_core.types import FloatArray

PREDICTED_PART: Final = 16  # rules with own predictions predict at iterations 1/16 apart
KEPT_BYTES: Final = 48_000_000  # limit of the weights in a trace that keeps every iteration
SPARSE_MOST: Final = 50_000_000  # iterations of a lane with a sparse trace
_numbers = itertools.count(1)


class LaneRun(Run):
    """A training that also ends when its budget is spent.

    Parameters
    ----------
    make : callable
        Function that sets up the training, called in a worker thread.
    budget : Budget
        Limit of computing time or work.
    own : OwnPredictions, optional
        Predictions made during training, for a rule that predicts in its own way.
    scale : float
        Forward passes of the drawn network that one of the lane's own network amounts to.
    """

    def __init__(
        self,
        make: Callable[[], Training],
        budget: Budget,
        own: OwnPredictions | None = None,
        scale: float = 1.0,
    ) -> None:
        super().__init__(make, own)
        self.budget = budget
        self.scale = scale

    @property
    def training(self) -> Training | None:
        """The training; None until a worker thread has set it up."""
        assert not isinstance(self._training, Reshaping)  # the networks of a race stay as they are
        return self._training

    @property
    def spent(self) -> bool:
        """Whether the budget is used up."""
        training = self.training
        if training is None or training.iteration <= 0:
            return False
        if training.state.seconds >= self.budget.seconds_most:
            return True
        return self.scale * float(training.trace().work[-1]) >= self.budget.work_most

    def prepare(self) -> None:
        """Set up the training in the calling thread."""
        self._training = self._make()

    def step(self, seconds: float) -> bool:
        """Train for about `seconds` in the calling thread; return whether training can continue."""
        assert self._training is not None
        if self._unfinished(None):
            self._training.advance(seconds=seconds)
        return self._unfinished(None)

    def within(self) -> Trace | None:
        """Return the rows of the trace within the budget; None before the first iteration.

        Their work is in forward passes of the drawn network, for all lanes alike.
        """
        trace = self.trace()
        if trace is None:
            return None
        if self.scale != 1.0:
            trace = replace(trace, work=self.scale * trace.work)
        rows = len(trace)
        if np.isfinite(self.budget.work_most):
            rows = int(np.searchsorted(trace.work, self.budget.work_most, side="right"))
        rows = min(rows, int(np.searchsorted(trace.seconds, self.budget.seconds_most, "right")))
        return trace.until(max(1, rows))

    def _unfinished(self, goal: int | None) -> bool:
        return super()._unfinished(goal) and not self.spent


@dataclass(slots=True, eq=False)
class Race:
    """A race of several lanes.

    Parameters
    ----------
    experiment : Experiment
        Data of all lanes, with the drawn network and its starting weights; its rule is not used.
    lanes : tuple of Lane
        The lanes that race.
    budget : Budget
        The limit of each lane.
    samples : (S, I) float64, optional
        Inputs at which the pictures are computed.
    number : int
        Number of the race in its session, for the reader; `id` is unique on the server.
    """

    experiment: Experiment
    lanes: tuple[Lane, ...]
    budget: Budget
    samples: FloatArray | None = None
    number: int = 1
    id: int = field(default_factory=lambda: next(_numbers))
    entrants: list[Entrant] = field(default_factory=list)
    runs: list[LaneRun | None] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    halted: bool = False

    def __post_init__(self) -> None:
        data = self.experiment.datasets()[0]
        for lane in self.lanes:
            one = entrant(self.experiment, lane.network)
            refusal = one.refusal or lane.rule.refuses(one.experiment.topology, data)
            self.entrants.append(one)
            self.refusals.append(refusal or "")
            make = self._maker(lane, one.experiment)
            run = LaneRun(make, self.budget, self._own_predictions(lane), one.scale)
            self.runs.append(None if refusal else run)

    def _maker(self, lane: Lane, experiment: Experiment) -> Callable[[], Training]:
        budget = self.budget
        return lambda: training_of(experiment, lane, budget, experiment.start_weights())

    def _own_predictions(self, lane: Lane) -> OwnPredictions | None:
        if self.samples is None or not lane.rule.own_prediction:
            return None
        return OwnPredictions(self.samples, partial(_predicted_next, lane.rule))

    @property
    def running(self) -> bool:
        """Whether any lane is training."""
        return any(run is not None and run.running for run in self.runs)

    @property
    def can_go_on(self) -> bool:
        """Whether any lane can continue: not ended, not failed, and within its budget."""
        return any(
            run is not None and run.stop is None and not run.spent and not run.failed
            for run in self.runs
        )

    def go(self, workers: Workers) -> None:
        """Start or continue all lanes."""
        self.halted = False
        for run in self.runs:
            if run is not None and run.stop is None and not run.spent:
                run.go(workers)

    def halt(self) -> None:
        """Stop all lanes after their current slices."""
        self.halted = True
        for run in self.runs:
            if run is not None:
                run.halt()

    def titles(self) -> list[str]:
        """Return a different title for each lane."""
        return titles(self.lanes)


def _predicted_next(rule: LearningRule, iteration: int) -> int:
    """Return the first recorded iteration that is at least 1/PREDICTED_PART further on."""
    least = iteration + max(1, iteration // PREDICTED_PART)
    while iteration < least:
        iteration = rule.next_row(iteration)
    return iteration


def training_of(
    experiment: Experiment, lane: Lane, budget: Budget, weights: FloatArray
) -> Training:
    """Return the training of a lane, set up to start from `weights`."""
    n = experiment.topology.n_weights
    sparse = lane.rule.sparse_trace
    return Training(
        experiment.topology,
        experiment.datasets()[0],
        lane.name,
        weights=weights,
        max_iterations=SPARSE_MOST if sparse else max(1000, KEPT_BYTES // (8 * n)),
        target_sse=experiment.stopping.target_sse if budget.by_target else 0.0,
        **lane.settings,
    )
