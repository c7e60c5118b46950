"""Forward gradient: estimates of the gradient from derivatives along random directions.

    weights       draw v for all weights; dE = g'v by one forward pass;                   G = dE v
    activities    draw v_k for the weighted sum of every neuron, for every pattern;
                  dE_p = sum_k delta_pk v_pk by one forward pass; delta_pk ~ dE_p v_pk

Both estimates are unbiased. The variance of the first grows with the number of weights, that of the
second with the number of neurons; the mean over several tangents has less variance, at the cost of
two forward passes each. Derivatives are computed forward along the network together with the values
(dual numbers); there is no backward pass.

References
----------
Baydin, Pearlmutter, Syme, Wood & Torr, Gradients without backpropagation, arXiv 2202.08587, 2022.
Ren, Kornblith, Liao & Hinton, Scaling forward gradient with local losses, ICLR 2023: activities.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbn_core.kernels.directions import ACTIVITIES, WEIGHTS
from nbn_core.objective import Objective
from nbn_core.rules.base import ALTERNATIVES, Uses
from nbn_core.rules.common_options import OPTIMISATION, optimisation, rate_option
from nbn_core.rules.engines.first_order import DescentPlan
from nbn_core.rules.families import FirstOrder
from nbn_core.rules.option import Option


class ForwardGradient(FirstOrder):
    """Gradient estimate from derivatives along random directions, without a backward pass.

    Weights or activities are perturbed at random, and the derivative of the error in that direction
    is computed forward and multiplied by the perturbation. Baydin et al.,
    arXiv 2202.08587, 2022; Ren et al., ICLR 2023.
    """

    name = "forward_gradient"
    title = "Forward gradient"
    family = ALTERNATIVES
    options = (
        rate_option(0.02),
        Option(
            "moved", "Perturbed quantities", "activities", short="Perturbed",
            choices=("activities", "weights"),
            help="Perturb the weighted sum of every neuron, or every weight. There are fewer sums, "
            "so that their estimate varies less.",
        ),
        Option(
            "tangents", "Directions averaged", 1, 1, 256, short="Directions",
            help="Random directions averaged in one estimate; each costs about two forward passes.",
        ),
        *OPTIMISATION,
    )  # fmt: skip
    uses = Uses()
    meant_for = "Any wiring; the fewer weights the better."

    def plan(self, objective: Objective, settings: Mapping[str, Any]) -> DescentPlan:
        """Choose what is perturbed, and how often."""
        times = settings["tangents"]
        by_weights = settings["moved"] == "weights"
        return DescentPlan(
            **optimisation(settings),
            signal=WEIGHTS if by_weights else ACTIVITIES,
            times=times,
            units=2.0 * times if by_weights else 2.0 * times + 1.0,
        )
