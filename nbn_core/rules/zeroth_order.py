"""Learning from values of the error alone: SPSA, and HiZOO with a guess of the curvature.

SPSA moves all weights at once, there and back, along a random z, and compares:

    d = (E(w + c z) - E(w - c z)) / 2c,    w -= r d z

It is the forward gradient with a difference in place of a derivative. HiZOO divides z by the root
of an estimate H of the Hessian's diagonal, which one more value of E, between the two, provides:

    u = z / sqrt(H),    H <- (1 - a) H + a |E(w + c u) + E(w - c u) - 2 E(w)| / 2c^2  H z^2

On a quadratic with d weights H settles at (1 + d / 2) times the diagonal, not at the diagonal:
`unbiased` has z^2 - 1 in place of z^2. The excess damps; without it smaller rates are needed. On
badly scaled linear problems HiZOO wins by orders of magnitude, on networks like these it does not.

References
----------
Spall, IEEE Trans. Automatic Control 37(3), 332-341, 1992.
Malladi et al., Fine-tuning language models with just forward passes, NeurIPS 2023 (MeZO).
Zhao et al., Second-order fine-tuning without pain for LLMs, ICLR 2025 (HiZOO), and its code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nbn_core.kernels.first_order import CURVED, DIFFERENCE, SIGNS, UNBIASED
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

REACH = Option("reach", "Length of a difference (c)", 1e-2, 1e-9, 1e3)


class SPSA(FirstOrder):
    """Differences along random directions."""

    name = "spsa"
    title = "SPSA"
    options = (
        rate_option(0.02),
        REACH,
        Option("noise", "Directions", "normal", choices=("normal", "signs")),
        OPTIMISER,
        MOMENTUM,
        BATCH_SIZE,
        SHUFFLED,
        NOISE_SEED,
    )
    uses = Uses(own_activations=False)
    meant_for = "Any wiring; the fewer weights the better."

    def plan(self, objective: Objective, settings: Mapping[str, Any]) -> DescentPlan:
        """Two values a step."""
        return DescentPlan(
            **moves(settings),
            signal=DIFFERENCE,
            kind=SIGNS if settings["noise"] == "signs" else 0,
            relax=settings["reach"],
            units=2.0,
        )


class HiZOO(FirstOrder):
    """Differences along directions scaled by a guess of the curvature."""

    name = "hizoo"
    title = "HiZOO"
    options = (
        rate_option(0.02),
        REACH,
        Option("smoothing", "Pace of the curvature (a)", 1e-3, 0.0, 1.0),
        Option("unbiased", "Unbiased curvature", False),
        replace(OPTIMISER, default="sgd"),
        MOMENTUM,
        BATCH_SIZE,
        SHUFFLED,
        NOISE_SEED,
    )
    uses = Uses(own_activations=False)
    meant_for = "Any wiring; the fewer weights the better."

    def plan(self, objective: Objective, settings: Mapping[str, Any]) -> DescentPlan:
        """Three values a step."""
        return DescentPlan(
            **moves(settings),
            signal=CURVED,
            kind=UNBIASED if settings["unbiased"] else 0,
            relax=settings["reach"],
            smoothing=settings["smoothing"],
            units=3.0,
        )
