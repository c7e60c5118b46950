"""EBP: error backpropagation in its original form, to which Wilamowski's group compares NBN.

The signal of neuron k is the derivative of the half squared error by its weighted sum,

    delta_k = s_k (sum over successors c of w_ck delta_c  +  a_k - d_k for an output),

computed from the outputs back through the transposed weights. Every weight is then changed by

    dw = -alpha delta_k a_i + m dw_previous                  (m, the momentum, may be 0)

after each pattern ("pattern by pattern"), after each batch, or once per epoch ("cumulative"). With
`mean` the sum over a batch is divided by its size, so that alpha does not depend on it: with
batch_size 10 and rate 0.03 this is TensorFlow Playground's training. An iteration is one epoch.

References
----------
Rumelhart, Hinton & Williams, Nature 323, 533-536, 1986.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nbn_core.objective import Objective
from nbn_core.rules.base import BACKPROPAGATION, Uses
from nbn_core.rules.common_options import (
    BATCH_SIZE,
    MOMENTUM,
    NOISE_SEED,
    PLAIN_MOMENTUM_HELP,
    SHUFFLED,
    rate_option,
)
from nbn_core.rules.engines.first_order import DescentPlan
from nbn_core.rules.families import FirstOrder
from nbn_core.rules.option import Option


class EBP(FirstOrder):
    """Backpropagation with a fixed learning rate: by pattern, by batch or by epoch.

    Every weight moves against the derivative of the squared error, with optional momentum.
    Rumelhart, Hinton & Williams, Nature 323, 1986.
    """

    name = "ebp"
    title = "Error backpropagation (EBP)"
    abbreviation = "EBP"
    family = BACKPROPAGATION
    options = (
        rate_option(0.1),
        replace(MOMENTUM, default=0.0, help=PLAIN_MOMENTUM_HELP),
        replace(BATCH_SIZE, default=1),
        SHUFFLED,
        Option(
            "mean", "Average over a batch", True, short="Batch average",
            help="Divide the sum over a batch by its size. Without it EBP uses the sum, as it was "
            "first published.",
        ),
        NOISE_SEED,
    )  # fmt: skip
    uses = Uses(weight_transpose=True)

    def plan(self, objective: Objective, settings: Mapping[str, Any]) -> DescentPlan:
        """Combine the signal of backpropagation with momentum."""
        return DescentPlan(
            optimiser="momentum",
            rate=settings["rate"],
            momentum=settings["momentum"],
            batch=settings["batch_size"],
            shuffled=settings["shuffled"],
            mean=settings["mean"],
            key=settings["noise_seed"],
        )
