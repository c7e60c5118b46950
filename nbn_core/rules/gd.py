"""Gradient descent on all patterns at once, without and with momentum.

With G = g / P, the gradient of the half squared error averaged over the patterns,

    plain       w -= r G
    momentum    v = m v - r G,    w += v

Momentum adds up what successive gradients have in common: along a valley steps grow to 1 / (1 - m)
times their length, across it they cancel.

References
----------
Polyak, Some methods of speeding up the convergence of iteration methods, 1964 (the heavy ball).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nbn_core.objective import Objective
from nbn_core.rules.base import MOMENTUM, FirstOrder, Uses, rate_option
from nbn_core.rules.engines.first_order import DescentPlan


class GradientDescent(FirstOrder):
    """Without momentum."""

    name = "gd"
    title = "Gradient descent"
    options = (rate_option(1.0),)
    uses = Uses(weight_transpose=True)

    def plan(self, objective: Objective, settings: Mapping[str, Any]) -> DescentPlan:
        """Backpropagation's signal, all patterns, no memory."""
        return DescentPlan(rate=settings["rate"])


class Momentum(FirstOrder):
    """With momentum."""

    name = "momentum"
    title = "Gradient descent with momentum"
    options = (
        rate_option(0.3),
        replace(MOMENTUM, text="Part of the last move that is made again."),
    )
    uses = Uses(weight_transpose=True)

    def plan(self, objective: Objective, settings: Mapping[str, Any]) -> DescentPlan:
        """Backpropagation's signal, all patterns, a heavy ball."""
        return DescentPlan(
            optimiser="momentum", rate=settings["rate"], momentum=settings["momentum"]
        )
