"""Gradient descent on all patterns at once, without and with momentum.

With G = g / P, the gradient of the half squared error averaged over the patterns,

    plain       w -= r G
    momentum    v = m v - r G,    w += v

Momentum accumulates the common direction of successive gradients: along a valley the steps grow to
1 / (1 - m) times their length, across it they cancel.

References
----------
Polyak, Some methods of speeding up the convergence of iteration methods, 1964 (the heavy ball).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nbn_core.objective import Objective
from nbn_core.rules.base import BACKPROPAGATION, Uses
from nbn_core.rules.common_options import MOMENTUM, PLAIN_MOMENTUM_HELP, rate_option
from nbn_core.rules.engines.first_order import DescentPlan
from nbn_core.rules.families import FirstOrder


class GradientDescent(FirstOrder):
    """Steepest descent on all patterns at once, with a fixed learning rate.

    One step per epoch against the mean gradient of the half squared error.
    """

    name = "gd"
    title = "Gradient descent"
    family = BACKPROPAGATION
    options = (rate_option(1.0),)
    uses = Uses(weight_transpose=True)

    def plan(self, objective: Objective, settings: Mapping[str, Any]) -> DescentPlan:
        """Use the signal of backpropagation, all patterns, and no memory."""
        return DescentPlan(rate=settings["rate"])


class Momentum(FirstOrder):
    """Steepest descent on all patterns at once, with a share of the previous step added.

    The heavy ball of Polyak, 1964.
    """

    name = "momentum"
    title = "Gradient descent with momentum"
    abbreviation = "Momentum"
    family = BACKPROPAGATION
    options = (
        rate_option(0.3),
        replace(MOMENTUM, help=PLAIN_MOMENTUM_HELP),
    )
    uses = Uses(weight_transpose=True)

    def plan(self, objective: Objective, settings: Mapping[str, Any]) -> DescentPlan:
        """Use the signal of backpropagation, all patterns, and momentum."""
        return DescentPlan(
            optimiser="momentum", rate=settings["rate"], momentum=settings["momentum"]
        )
