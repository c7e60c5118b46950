"""The current view, shared by all pages: experiment, trace, and the iteration shown."""

from __future__ import annotations

from dataclasses import dataclass

from app.session.state import Session
from nbn_core.experiment import Experiment
from nbn_core.rules import RULES
from nbn_core.trace import Trace
from nbn_core.types import FloatArray


@dataclass(frozen=True, slots=True)
class CurrentView:
    """The experiment at the iteration shown.

    Parameters
    ----------
    experiment : Experiment
        The current experiment.
    trace : Trace or None
        Trace of its training so far; None before training. Then `k`, `last` and `end` are 0.
    running : bool
        Whether training is in progress.
    k : int
        The row of the trace that is shown.
    last : int
        The last row.
    end : int
        The row whose weights training returns: the last, or the one with the best validation SSE.
    validation : tuple of float, optional
        SSE of the validation patterns, one value per row; None without such patterns.
    """

    experiment: Experiment
    trace: Trace | None
    running: bool
    k: int
    last: int
    end: int
    validation: tuple[float, ...] | None = None

    @property
    def weights(self) -> FloatArray:
        """The weights of row `k`, or the starting weights before training: (N,) float64."""
        if self.trace is None:
            return self.experiment.start_weights()
        weights: FloatArray = self.trace.weights[self.k]
        return weights

    @property
    def iteration(self) -> int:
        """The iteration of row `k`; the trace of some rules keeps only a part of the iterations."""
        return 0 if self.trace is None else int(self.trace.iterations[self.k])

    @property
    def last_iteration(self) -> int:
        """The iteration of the last row."""
        return 0 if self.trace is None else int(self.trace.iterations[-1])

    @property
    def own_prediction(self) -> str:
        """Title of the rule if it predicts in its own way, not as the drawn network; or empty."""
        rule = RULES[self.experiment.rule]
        return rule.title if rule.own_prediction else ""

    @property
    def reshaped(self) -> bool:
        """Whether the network changed during training: what is dead in row `k` has weight 0."""
        return self.trace is not None and self.trace.alive is not None

    @property
    def mu(self) -> float:
        """The damping of row `k`; NaN before training."""
        return float("nan") if self.trace is None else float(self.trace.mu[self.k])


def current_view(session: Session) -> CurrentView:
    """Return the current view; a run that belongs to another experiment is ignored."""
    run = session.run
    trace = None
    running = False
    if run is not None:
        running = run.running  # read before the trace, so that a stopped run has its last row
        trace = run.trace()
    if run is None or trace is None:
        return CurrentView(session.experiment, None, False, 0, 0, 0)
    session.settle()
    last = len(trace) - 1
    best = None if running else run.best_row
    end = last if best is None else min(best, last)
    validation = run.validation_sse
    if validation is not None:
        validation = validation[: last + 1]  # read after the trace, which may have grown
    k = min(session.iteration, last)
    return CurrentView(session.experiment, trace, running, k, last, end, validation)
