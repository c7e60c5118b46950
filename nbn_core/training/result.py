"""TrainingResult: weights, SSE, stop reason and trace at the end of a training."""

from __future__ import annotations

from dataclasses import dataclass

from nbn_core.checks import plural
from nbn_core.display import Pictured, duration, one_line
from nbn_core.trace import StopReason, Trace
from nbn_core.types import FloatArray

ENDINGS = {
    StopReason.SOLVED: "solved in",
    StopReason.MAX_ITERATIONS: "not solved in the maximum of",
    StopReason.CONVERGED: "converged after",
    StopReason.PLATEAU: "plateau after",
    StopReason.NO_PROGRESS: "no progress after",
    StopReason.DAMPING_LIMIT: "damping limit after",
    StopReason.WORK_LIMIT: "work spent after",
    StopReason.CANCELLED: "cancelled after",
    StopReason.EARLY: "stopped early after",
    StopReason.DIVERGED: "diverged after",
}


def ending(stop: StopReason, iterations: int) -> str:
    """Describe in a few words how a training ended, such as "solved in 32 iterations"."""
    return f"{ENDINGS[stop]} {plural(iterations, 'iteration')}"


@dataclass(frozen=True, slots=True, eq=False)
class TrainingResult(Pictured):
    """Result of a training.

    Parameters
    ----------
    weights : (N,) float64
        Last accepted weights, or those with the smallest validation SSE, neuron by neuron, bias
        first; read-only.
    sse : float
        Sum of squared errors at these weights.
    converged : bool
        Whether the target was reached.
    stop : StopReason
        Reason for the end.
    iterations : int
        Number of accepted iterations.
    evaluations : int
        Number of evaluations of the SSE: at the start and in every attempt.
    seconds : float
        Computing time in seconds.
    trace : Trace
        Trace of the training.
    work : float
        Work in units of the multiplications of one forward pass over all patterns.
    best_iteration : int
        Iteration of these weights: the last, or the one with the smallest validation SSE.
    validation_sse : tuple of float, optional
        SSE of the validation patterns in each row of the trace.
    """

    weights: FloatArray
    sse: float
    converged: bool
    stop: StopReason
    iterations: int
    evaluations: int
    seconds: float
    trace: Trace
    work: float = float("nan")
    best_iteration: int = -1
    validation_sse: tuple[float, ...] | None = None

    def __repr__(self) -> str:
        how, sse = ending(self.stop, self.iterations), f"SSE {self.sse:.3g}"
        return one_line("TrainingResult", how, sse, duration(self.seconds))
