"""Direct feedback alignment: the output error reaches every neuron through fixed random weights.

    direct      delta_k = s_k sum_m B_km delta_m            B fixed, uniform between -b and b
    backward    backpropagation with fixed random numbers in place of the transposed weights

Output neurons have their exact signal. The rule works because the forward weights align themselves
with B. With Adam the scale of B does not matter. Narrow levels cannot align well, so that the rule
often fails on cascades. Fed back is the error, its sign, or the targets themselves without any
error (direct random target projection).

References
----------
Lillicrap et al., Nature Communications 7, 13276, 2016: feedback alignment.
Nokland, NIPS 2016: direct. Frenkel, Lefebvre & Bol, Frontiers in Neuroscience 15, 2021: targets.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from nbn_core.kernels.directions import BACKPROP, FEEDBACK
from nbn_core.objective import Objective
from nbn_core.rules.base import ALTERNATIVES, Uses
from nbn_core.rules.common_options import OPTIMISATION, optimisation, rate_option
from nbn_core.rules.engines.first_order import DescentPlan
from nbn_core.rules.families import FirstOrder
from nbn_core.rules.option import Option

CARRIED = ("error", "sign", "target")


class DirectFeedback(FirstOrder):
    """Backpropagation with fixed random weights in the backward pass.

    The output error reaches every hidden neuron directly through a fixed random matrix, or backward
    through random numbers in place of the transposed weights. Lillicrap et al., Nature
    Communications 7, 2016; Nokland, NIPS 2016.
    """

    name = "dfa"
    title = "Direct feedback alignment"
    abbreviation = "Direct feedback"
    family = ALTERNATIVES
    options = (
        rate_option(0.02),
        Option(
            "path", "Feedback path", "direct", choices=("direct", "backward"),
            help="Direct: from the outputs to every neuron. Backward: from neuron to neuron, along "
            "the connections.",
        ),
        Option(
            "carries", "Feedback signal", "error", choices=CARRIED,
            help="What the direct path carries: the output error, its sign, or the targets.",
        ),
        Option(
            "spread", "Range of the random weights", 1.0, 1e-6, 1e6, short="Random range",
            help="The feedback weights are uniform between minus and plus this number.",
        ),
        *OPTIMISATION,
    )  # fmt: skip
    uses = Uses()
    meant_for = "Any wiring; best where levels are wide."

    def plan(self, objective: Objective, settings: Mapping[str, Any]) -> DescentPlan:
        """Draw the fixed random weights of the way back."""
        network = objective.network
        generator = np.random.default_rng([settings["noise_seed"], 3])
        spread = settings["spread"]
        plan: dict[str, Any] = optimisation(settings)
        if settings["path"] == "backward":
            carrier = generator.uniform(-spread, spread, network.n_weights)
            return DescentPlan(**plan, signal=BACKPROP, carrier=carrier)
        return DescentPlan(
            **plan,
            signal=FEEDBACK,
            kind=CARRIED.index(settings["carries"]),
            feedback=generator.uniform(-spread, spread, (network.n_neurons, network.n_outputs)),
            units=2.0,
        )
