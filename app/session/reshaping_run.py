"""The run of a network that grows, shrinks or rewires."""

from __future__ import annotations

from app.session.jobs import Run, Workers
from nbn_core.structure import Reshaping, Step, Train
from nbn_core.trace import Trace


class ReshapingRun(Run):
    """A reshaping in progress, in the worker threads that all sessions share.

    Parameters
    ----------
    reshaping : Reshaping
        The reshaping to carry out.
    """

    def __init__(self, reshaping: Reshaping) -> None:
        super().__init__(lambda: reshaping)
        self._training = self.reshaping = reshaping
        self.drawn = reshaping.topology  # what the drawing shows: all that lived until then
        self.drawings = 0  # how many times the drawing has followed

    def trace(self, first: int = 0) -> Trace | None:
        """Return the trace from row `first` on, in the columns of the drawing.

        Parameters
        ----------
        first : int
            The first row wanted.
        """
        return self.reshaping.trace_in(self.drawn).part(first)

    def do(self, workers: Workers, *steps: Step) -> None:
        """Do these steps now; what is left of earlier ones is forgotten."""
        self.reshaping.clear()
        self.reshaping.add(*steps)
        self.go(workers)

    def train_on(self, iterations: int) -> None:
        """Go on with steps that were stopped; without any, train the network as it is."""
        stop = self.stop
        if stop is not None and not stop.final:
            self.reshaping.add(Train(iterations))
