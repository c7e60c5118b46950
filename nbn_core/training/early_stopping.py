"""Early stopping: a training ends when patterns that it does not learn from stop getting better."""

from __future__ import annotations

import math

from numpy.typing import ArrayLike

from nbn_core.checks import whole
from nbn_core.data import Dataset
from nbn_core.network import Topology
from nbn_core.objective import Objective
from nbn_core.trace import Record

PATIENCE = 20
PATIENCE_MOST = 100_000_000


class Validation:
    """The SSE of other patterns, row by row of a training.

    Parameters
    ----------
    topology : Topology
        The network.
    dataset : Dataset
        The patterns; as many inputs and targets as the network has inputs and outputs.
    patience : int
        Iterations without a new best after which to stop.

    Raises
    ------
    SettingError
        If the patience is no whole number from 1 up.
    ShapeError
        If network and patterns do not fit.
    """

    def __init__(self, topology: Topology, dataset: Dataset, patience: int = PATIENCE) -> None:
        self.patience = whole(patience, "patience", 1, PATIENCE_MOST)
        self.objective = Objective(topology, dataset)
        self.sse: list[float] = []
        self.best = 0
        self.ended = False

    @property
    def rows(self) -> int:
        """Rows looked at."""
        return len(self.sse)

    def measure(self, weights: ArrayLike) -> float:
        """Compute the SSE of the patterns at (N,) weights; infinite where it is too large."""
        value = self.objective.sse(weights)
        return value if math.isfinite(value) else math.inf

    def look(self, record: Record) -> None:
        """Measure the rows that are new, up to the one at which patience ends.

        What a portion made beyond that row does not count, so that the result does not depend on
        how the training was cut into portions.
        """
        columns = record.columns
        for row in range(self.rows, record.rows):
            if self.ended:
                return
            value = self.measure(columns.weights[row])
            self.sse.append(value)
            if value < self.sse[self.best]:
                self.best = row
            waited = int(columns.iterations[row] - columns.iterations[self.best])
            self.ended = waited >= self.patience
