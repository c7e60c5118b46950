"""iRprop-: steps that depend only on the signs of the gradient over all patterns.

Every weight has a step size D. While the sign of its derivative stays the same, D is multiplied by
1.2. When the sign changes, D is halved, the weight is not changed in this iteration, and the next
derivative counts as one without a change of sign:

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
from nbn_core.rules.base import BACKPROPAGATION, Uses
from nbn_core.rules.engines.first_order import DescentPlan
from nbn_core.rules.engines.optimiser_settings import FIRST_STEP, MAX_STEP, MIN_STEP
from nbn_core.rules.families import FirstOrder
from nbn_core.rules.option import Option


class Rprop(FirstOrder):
    """Steps that depend on the sign of each derivative, not on its size.

    The step of a weight grows while the sign stays and shrinks when it changes. Riedmiller & Braun,
    1993; Igel & Huesken, 2000 (iRprop-).
    """

    name = "rprop"
    title = "iRprop−"
    family = BACKPROPAGATION
    options = (
        Option(
            "first_step", "Initial step size", FIRST_STEP, MIN_STEP, MAX_STEP, main=True,
            help="Step of every weight in the first epoch. 0.01 to 0.02 suits regression.",
        ),
    )  # fmt: skip
    uses = Uses(weight_transpose=True)

    def plan(self, objective: Objective, settings: Mapping[str, Any]) -> DescentPlan:
        """Combine the signal of backpropagation with steps by sign."""
        return DescentPlan(optimiser="rprop", rate=settings["first_step"])
