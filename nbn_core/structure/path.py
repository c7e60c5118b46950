"""What a reshaping reports: its events, and the networks on its path."""

from __future__ import annotations

from dataclasses import dataclass

from nbn_core.checks import plural
from nbn_core.display import one_line
from nbn_core.structure.wiring import Link


@dataclass(frozen=True, slots=True)
class Event:
    """A change of the network.

    Parameters
    ----------
    row : int
        Index of the trace row right after the change, before any training.
    title : str
        What was done, in a few words.
    born, died : tuple of (str, str)
        Names of source and target of the connections that were added and removed.
    born_neurons, died_neurons : tuple of str
        Names of the neurons that were added and removed.
    n_weights : int
        Number of weights after the change.
    predicted_rise : float or None
        Rise of the SSE that the saliency predicted; None unless something was pruned.
    real_rise : float
        Rise of the SSE by the change.
    """

    row: int
    title: str
    born: tuple[Link, ...]
    died: tuple[Link, ...]
    born_neurons: tuple[str, ...]
    died_neurons: tuple[str, ...]
    n_weights: int
    predicted_rise: float | None
    real_rise: float

    def __repr__(self) -> str:
        return one_line(
            "Event", f"row {self.row}: {self.title}", plural(self.n_weights, "weight"),
            f"SSE rises by {self.real_rise:.3g}",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class PathPoint:
    """A network on the path of a reshaping, at the end of its training.

    Parameters
    ----------
    row : int
        Index of its trace row.
    n_weights, n_neurons : int
        Number of weights, and of neurons with the outputs.
    sse : float
        Sum of squared errors of the training patterns.
    test_sse : float or None
        Sum of squared errors of the test patterns; None without any.
    title : str
        The change that led to the network; "Start" for the first one.
    """

    row: int
    n_weights: int
    n_neurons: int
    sse: float
    test_sse: float | None
    title: str

    def __repr__(self) -> str:
        test = "" if self.test_sse is None else f"test SSE {self.test_sse:.4g}"
        return one_line(
            "PathPoint", f"row {self.row}: {self.title}", plural(self.n_weights, "weight"),
            f"SSE {self.sse:.4g}", test,
        )  # fmt: skip
