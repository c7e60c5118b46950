"""What all pages look at together: the experiment, its run, and the iteration chosen."""

from __future__ import annotations

from dataclasses import dataclass

from app.session.state import Session
from app.session.training import training_key
from nbn_core.experiment import Experiment
from nbn_core.trace import Trace
from nbn_core.types import FloatArray


@dataclass(frozen=True, slots=True)
class CurrentView:
    """The experiment at the iteration on the screen.

    `trace` is None while nothing was trained; then `k` and `last` are 0 and the weights are those
    that training would start from. `end` is the row that training ended at: the last, or the best
    for the validation patterns. `validation` is the SSE of those patterns row by row; None
    without any.
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
        """(N,) float64 at iteration k."""
        if self.trace is None:
            return self.experiment.start_weights()
        weights: FloatArray = self.trace.weights[self.k]
        return weights

    @property
    def iteration(self) -> int:
        """The iteration of row k: a rule that needs very many keeps only some of them."""
        return 0 if self.trace is None else int(self.trace.iterations[self.k])

    @property
    def last_iteration(self) -> int:
        """The iteration of the last row."""
        return 0 if self.trace is None else int(self.trace.iterations[-1])

    @property
    def mu(self) -> float:
        """The damping at iteration k; NaN while nothing was trained."""
        return float("nan") if self.trace is None else float(self.trace.mu[self.k])


def current_view(session: Session) -> CurrentView:
    """Return what is on the screen now; a run of another experiment does not count."""
    run = session.run
    trace = None
    running = False
    if run is not None and session.run_from == training_key(session.experiment):
        running = run.running  # before the trace: a run seen at rest is seen with its last row
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
