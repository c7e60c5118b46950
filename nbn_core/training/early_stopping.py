"""Early stopping: training ends when the SSE of the validation patterns stops improving."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from nbn_core.checks import whole
from nbn_core.data import Dataset
from nbn_core.network import Topology
from nbn_core.objective import Objective
from nbn_core.trace import Record
from nbn_core.types import FloatArray

PATIENCE = 20
PATIENCE_MOST = 100_000_000


class Validation:
    """SSE of the validation patterns for each row of a trace.

    Parameters
    ----------
    topology : Topology
        Topology of the network.
    dataset : Dataset
        The validation patterns, with one input and target per input and output of the network.
    patience : int
        Iterations without a smaller SSE after which training stops.
    predict : callable, optional
        Function that returns the outputs (P, M) of the rule for inputs (P, I), if it predicts in
        its own way; they are measured in place of the outputs of the network. Then `look` must be
        called at every row, while the rule is at that row.

    Raises
    ------
    SettingError
        If `patience` is not a positive integer.
    ShapeError
        If the sizes of network and patterns do not match.
    """

    def __init__(
        self,
        topology: Topology,
        dataset: Dataset,
        patience: int = PATIENCE,
        predict: Callable[[FloatArray], FloatArray] | None = None,
    ) -> None:
        self.patience = whole(patience, "patience", 1, PATIENCE_MOST)
        self.objective = Objective(topology, dataset)
        self.predict = predict
        self.sse: list[float] = []
        self.best = 0
        self.ended = False

    @property
    def rows(self) -> int:
        """Number of rows measured so far."""
        return len(self.sse)

    def measure(self, weights: FloatArray) -> float:
        """Return the SSE of the patterns; infinite if it overflows.

        Parameters
        ----------
        weights : (N,) float64
            Weights of the network; not used if the rule predicts in its own way.

        Returns
        -------
        float
            Sum of squared errors over patterns and outputs.
        """
        value = self.objective.sse(weights) if self.predict is None else self._own(self.predict)
        return value if math.isfinite(value) else math.inf

    def _own(self, predict: Callable[[FloatArray], FloatArray]) -> float:
        data = self.objective.dataset
        with np.errstate(all="ignore"):
            return float(np.sum((data.targets - predict(data.inputs)) ** 2))

    def look(self, record: Record) -> None:
        """Measure the new rows, up to the one at which the patience is exhausted.

        Rows beyond it in the same time slice are ignored, so that the result does not depend on
        the division into slices.
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
