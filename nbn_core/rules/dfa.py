"""Direct feedback alignment: the output error reaches every neuron through fixed random weights.

    direct      delta_k = s_k sum_m B_km delta_m            B fixed, uniform between -b and b
    backward    backpropagation with fixed random numbers in place of the transposed weights

Output neurons have their exact signal. It works because the forward weights align themselves with
B. With Adam the scale of B does not matter. Narrow levels can align little: expect failures on
cascades. What is carried may be the error, its sign, or the targets themselves, with no error at
all (direct random target projection).

References
----------
Lillicrap et al., Nature Communications 7, 13276, 2016: feedback alignment.
Nokland, NIPS 2016: direct. Frenkel, Lefebvre & Bol, Frontiers in Neuroscience 15, 2021: targets.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from nbn_core.kernels.first_order import BACKPROP, FEEDBACK
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

CARRIED = ("error", "sign", "target")


class DirectFeedback(FirstOrder):
    """The rule."""

    name = "dfa"
    title = "Direct feedback alignment"
    options = (
        rate_option(0.02),
        Option("path", "Way of the feedback", "direct", choices=("direct", "backward")),
        Option("carries", "What it carries", "error", choices=CARRIED, text="If direct."),
        Option("spread", "Width of the random weights", 1.0, 1e-6, 1e6),
        OPTIMISER,
        MOMENTUM,
        BATCH_SIZE,
        SHUFFLED,
        NOISE_SEED,
    )
    uses = Uses()
    meant_for = "Any wiring; best where levels are wide."

    def plan(self, objective: Objective, settings: Mapping[str, Any]) -> DescentPlan:
        """Fixed random numbers on the way back."""
        network = objective.network
        generator = np.random.default_rng([settings["noise_seed"], 3])
        spread = settings["spread"]
        plan: dict[str, Any] = moves(settings)
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
