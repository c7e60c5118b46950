"""Adam: backpropagation with a step size for each weight, computed from its recent gradients.

With G the mean gradient of the half squared error over a batch, and all operations by weight,

    a = b1 a + (1 - b1) G,    c = b2 c + (1 - b2) G^2,    b1 = 0.9, b2 = 0.999
    w -= r a / (1 - b1^t) / (sqrt(c / (1 - b2^t)) + 1e-8)

The step is about r for any size of the gradient: Adam measures no curvature, only how steady the
gradient is. An iteration is one epoch; with batch_size 0 it is one step on all patterns.

References
----------
Kingma & Ba, Adam: a method for stochastic optimization, ICLR 2015.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nbn_core.objective import Objective
from nbn_core.rules.base import BACKPROPAGATION, Uses
from nbn_core.rules.common_options import BATCH_SIZE, MOMENTUM, NOISE_SEED, SHUFFLED, rate_option
from nbn_core.rules.engines.first_order import DescentPlan
from nbn_core.rules.families import FirstOrder


class Adam(FirstOrder):
    """Backpropagation with a step size for every weight, from running means of its gradient.

    Each weight moves by the mean gradient divided by the root of the mean squared gradient. Kingma
    & Ba, ICLR 2015.
    """

    name = "adam"
    title = "Adam"
    family = BACKPROPAGATION
    options = (
        rate_option(0.02),
        replace(
            MOMENTUM,
            name="beta",
            label="Gradient memory",
            help="Share of the running mean of the gradient that is kept (b1).",
        ),
        BATCH_SIZE,
        SHUFFLED,
        NOISE_SEED,
    )
    uses = Uses(weight_transpose=True)

    def plan(self, objective: Objective, settings: Mapping[str, Any]) -> DescentPlan:
        """Combine the signal of backpropagation with Adam."""
        return DescentPlan(
            optimiser="adam",
            rate=settings["rate"],
            momentum=settings["beta"],
            batch=settings["batch_size"],
            shuffled=settings["shuffled"],
            key=settings["noise_seed"],
        )
