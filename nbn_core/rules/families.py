"""Two families of rules: most learning rules derive from one of these classes.

`FirstOrder` is the base class of rules that compute a signal for each neuron and update the weights
by signal times input, in one compiled loop; a subclass chooses the signal, the optimizer and the
batches in `plan`. `PythonRule` is the base class of rules whose iterations take long enough to be
driven from Python; a subclass implements them in the generator `walk`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any

from nbn_core.objective import Objective
from nbn_core.rules.base import LearningRule
from nbn_core.rules.common_options import damping
from nbn_core.rules.engines import first_order, python_loop
from nbn_core.rules.engines.first_order import Descent, DescentPlan
from nbn_core.rules.engines.python_loop import LoopState
from nbn_core.types import FloatArray


class FirstOrder(LearningRule):
    """A rule that updates the weights by signals times inputs.

    `nbn_core.rules.engines.first_order` runs it. An iteration is one epoch.
    """

    sparse_trace = True
    usual_iterations = 20_000
    kernels = "first_order"

    @abstractmethod
    def plan(self, objective: Objective, settings: Mapping[str, Any]) -> DescentPlan:
        """Choose the signal, the optimizer and the batches.

        Parameters
        ----------
        objective : Objective
            Network and data.
        settings : mapping
            Settings from `settings`.

        Returns
        -------
        DescentPlan
            Signal, optimizer and batches.
        """

    def init(
        self,
        objective: Objective,
        weights: FloatArray,
        target_sse: float,
        settings: Mapping[str, Any],
    ) -> Descent:
        """Return the state before the first iteration; see `LearningRule.init`."""
        return first_order.begin(objective, weights, target_sse, self.plan(objective, settings))

    def advance(self, state: Descent, last_iteration: int, seconds: float) -> None:
        """Continue until an end, `last_iteration`, or for about `seconds`; see the base class."""
        first_order.advance(state, last_iteration, seconds)

    def direction(
        self,
        objective: Objective,
        weights: FloatArray,
        settings: Mapping[str, Any],
        step: int = 0,
    ) -> FloatArray:
        """Compute what the rule uses in place of g = J'e; see `LearningRule.direction`."""
        plan = self.plan(objective, settings)
        _, gradient = first_order.estimate(objective, weights, plan, step)
        return gradient[: objective.network.n_weights].copy()

    def extra_weights(self, state: Descent) -> int:
        """Return the number of weights of neurons that were added to the drawn ones."""
        return len(state.extra)


class PythonRule(LearningRule):
    """A rule whose iterations are driven from Python, piece by piece.

    `nbn_core.rules.engines.python_loop` runs it. Every iteration is recorded.
    """

    @abstractmethod
    def walk(
        self, state: LoopState, target_sse: float, settings: Mapping[str, Any]
    ) -> Iterator[None]:
        """Return the generator that trains.

        Parameters
        ----------
        state : LoopState
            State of the training; the generator adds a row for each iteration, and sets `stop` at
            the end.
        target_sse : float
            SSE at or below which the rule stops.
        settings : mapping
            Settings from `settings`.

        Yields
        ------
        None
            After every few milliseconds of work. Before its first yield the generator may only
            compile kernels, which is not timed.
        """

    def settings(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Check settings and fill in the others; see `LearningRule.settings`."""
        settings = super().settings(given)
        if "mu_start" in settings:
            damping(settings)
        return settings

    def init(
        self,
        objective: Objective,
        weights: FloatArray,
        target_sse: float,
        settings: Mapping[str, Any],
    ) -> LoopState:
        """Return the state before the first iteration; see `LearningRule.init`."""
        mu = settings.get("mu_start", float("nan"))
        return python_loop.begin(
            objective, weights, mu, lambda state: self.walk(state, target_sse, settings)
        )

    def advance(self, state: LoopState, last_iteration: int, seconds: float) -> None:
        """Continue until an end, `last_iteration`, or for about `seconds`; see the base class."""
        python_loop.advance(state, last_iteration, seconds)
