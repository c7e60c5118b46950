"""Two families of rules: most learning rules derive from one of these classes.

`FirstOrder` is a rule that follows a signal down, in one compiled loop; a subclass says in `plan`
which signal, optimizer and batches. `PythonRule` is a rule whose iterations take long enough to be
driven from Python; a subclass writes them as the generator `walk`.
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
    """A rule that moves the weights by signals times inputs.

    `nbn_core.rules.engines.first_order` runs it. An iteration is an epoch.
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
            The choice.
        """

    def init(
        self,
        objective: Objective,
        weights: FloatArray,
        target_sse: float,
        settings: Mapping[str, Any],
    ) -> Descent:
        """Return the state before the first iteration. Cheap: nothing is computed yet."""
        return first_order.begin(objective, weights, target_sse, self.plan(objective, settings))

    def advance(self, state: Descent, last_iteration: int, seconds: float) -> None:
        """Continue until an end, `last_iteration`, or for about `seconds`."""
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
        """Return the number of weights of neurons that were not drawn."""
        return len(state.extra)


class PythonRule(LearningRule):
    """A rule whose iterations are driven from Python, piece by piece.

    `nbn_core.rules.engines.python_loop` runs it. Every iteration is recorded.
    """

    @abstractmethod
    def walk(
        self, state: LoopState, target_sse: float, settings: Mapping[str, Any]
    ) -> Iterator[None]:
        """Make the generator that trains.

        Parameters
        ----------
        state : LoopState
            State; the generator adds a row for each iteration, and sets `stop` at an end.
        target_sse : float
            SSE at or under which to stop.
        settings : mapping
            Settings from `settings`.

        Yields
        ------
        None
            Every few milliseconds. Before the first one nothing is computed that takes time, apart
            from compilation, which is not measured.
        """

    def settings(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Check settings and fill in the others; SettingError if one is unknown or not allowed."""
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
        """Return the state before the first iteration. Cheap: nothing is computed yet."""
        mu = settings.get("mu_start", float("nan"))
        return python_loop.begin(
            objective, weights, mu, lambda state: self.walk(state, target_sse, settings)
        )

    def advance(self, state: LoopState, last_iteration: int, seconds: float) -> None:
        """Continue until an end, `last_iteration`, or for about `seconds`."""
        python_loop.advance(state, last_iteration, seconds)
