"""Forward gradient: move everything a little at random and credit what the error does.

    weights       draw v for all weights; find dE = g'v in one pass forward;  G = dE v
    activities    draw v_k for the weighted sum of every neuron, for every pattern;
                  find dE_p = sum_k delta_pk v_pk going forward;              delta_pk ~ dE_p v_pk

Both are right on average. The variance of the first grows with the number of weights, that of the
second with the number of neurons: more tangents, averaged, help, at two forward passes each.
Derivatives go forward along the network, with the values (dual numbers); nothing goes back.

References
----------
Baydin, Pearlmutter, Syme, Wood & Torr, Gradients without backpropagation, arXiv 2202.08587, 2022.
Ren, Kornblith, Liao & Hinton, Scaling forward gradient with local losses, ICLR 2023: activities.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbn_core.kernels.first_order import ACTIVITIES, WEIGHTS
from nbn_core.objective import Objective
from nbn_core.rules.base import (
    BATCH_SIZE,
    MOMENTUM,
    NOISE_SEED,
    OPTIMISER,
    SHUFFLED,
    FirstOrder,
    Option,
    Uses,
    moves,
    rate_option,
)
from nbn_core.rules.engines.first_order import DescentPlan


class ForwardGradient(FirstOrder):
    """The rule."""

    name = "forward_gradient"
    title = "Forward gradient"
    options = (
        rate_option(0.02),
        Option("moved", "What is moved", "activities", choices=("activities", "weights")),
        Option("tangents", "Tangents averaged", 1, 1, 256),
        OPTIMISER,
        MOMENTUM,
        BATCH_SIZE,
        SHUFFLED,
        NOISE_SEED,
    )
    uses = Uses()
    meant_for = "Any wiring; the fewer weights the better."

    def plan(self, objective: Objective, settings: Mapping[str, Any]) -> DescentPlan:
        """Perturb, going forward."""
        times = settings["tangents"]
        by_weights = settings["moved"] == "weights"
        return DescentPlan(
            **moves(settings),
            signal=WEIGHTS if by_weights else ACTIVITIES,
            times=times,
            units=2.0 * times if by_weights else 2.0 * times + 1.0,
        )
