"""iRprop-: only the signs of the gradient count, all patterns at once.

Every weight has a step D. While the sign of its derivative stays, D grows by 1.2; when it changes,
D shrinks by 0.5, the weight stays where it is once, and the next derivative is taken as fresh:

    w -= sign(G) D,    D between 1e-6 and 50

References
----------
Riedmiller & Braun, IEEE Int. Conf. Neural Networks, 586-591, 1993.
Igel & Huesken, Improving the Rprop learning algorithm, NC 2000: the form called iRprop-.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbn_core.objective import Objective
from nbn_core.rules.base import FirstOrder, Option, Uses
from nbn_core.rules.engines.first_order import FIRST_STEP, MAX_STEP, MIN_STEP, DescentPlan


class Rprop(FirstOrder):
    """The rule."""

    name = "rprop"
    title = "iRprop−"
    options = (
        Option(
            "first_step", "First step", FIRST_STEP, MIN_STEP, MAX_STEP,
            text="0.01 to 0.02 suits regression.",
        ),
    )  # fmt: skip
    uses = Uses(weight_transpose=True)

    def plan(self, objective: Objective, settings: Mapping[str, Any]) -> DescentPlan:
        """Backpropagation's signal and steps by sign."""
        return DescentPlan(optimiser="rprop", rate=settings["first_step"])
