"""Zeroth-order rules, which use values of the error only: SPSA, and HiZOO with estimated curvature.

SPSA perturbs all weights at once along a random z, in both directions, and compares the errors:

    d = (E(w + c z) - E(w - c z)) / 2c,    w -= r d z

It is the forward gradient with a difference in place of the derivative. HiZOO divides z by the root
of H, an estimate of the diagonal of the Hessian that needs a third value of E, at w itself:

    u = z / sqrt(H),    H <- (1 - a) H + a |E(w + c u) + E(w - c u) - 2 E(w)| / 2c^2  H z^2

On a quadratic with d weights H converges to (1 + d / 2) times the diagonal, not to the diagonal;
`unbiased` uses z^2 - 1 in place of z^2. The excess acts as damping: without it smaller learning
rates are needed. HiZOO is better by orders of magnitude on badly scaled linear problems, but not on
networks like those of this lab.

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

from nbn_core.kernels.directions import CURVED, DIFFERENCE, SIGNS, UNBIASED
from nbn_core.objective import Objective
from nbn_core.rules.base import ALTERNATIVES, Uses
from nbn_core.rules.common_options import OPTIMISATION, OPTIMISER, optimisation, rate_option
from nbn_core.rules.engines.first_order import DescentPlan
from nbn_core.rules.families import FirstOrder
from nbn_core.rules.option import Option

REACH = Option(
    "reach", "Difference length (c)", 1e-2, 1e-9, 1e3, short="Length (c)",
    help="Distance from the weights at which the error is measured, on both sides.",
)  # fmt: skip


class SPSA(FirstOrder):
    """Gradient estimate from two values of the error along a random direction.

    Spall, IEEE Trans. Automatic Control 37, 1992.
    """

    name = "spsa"
    title = "SPSA"
    family = ALTERNATIVES
    options = (
        rate_option(0.02),
        REACH,
        Option(
            "noise", "Directions", "normal", choices=("normal", "signs"),
            choice_titles=("Normal", "Signs"),
            help="Random directions are normal numbers, or random signs.",
        ),
        *OPTIMISATION,
    )  # fmt: skip
    uses = Uses(own_activations=False)
    meant_for = "Any wiring; the fewer weights the better."

    def plan(self, objective: Objective, settings: Mapping[str, Any]) -> DescentPlan:
        """Measure the error twice for each step."""
        return DescentPlan(
            **optimisation(settings),
            signal=DIFFERENCE,
            kind=SIGNS if settings["noise"] == "signs" else 0,
            relax=settings["reach"],
            units=2.0,
        )


class HiZOO(FirstOrder):
    """SPSA along directions scaled by an estimate of the Hessian's diagonal.

    The estimate follows from a third value of the error between the two. Zhao et al., ICLR 2025.
    """

    name = "hizoo"
    title = "HiZOO"
    family = ALTERNATIVES
    options = (
        rate_option(0.02),
        REACH,
        Option(
            "smoothing", "Curvature smoothing (a)", 1e-3, 0.0, 1.0, short="Smoothing (a)",
            help="Share of a new measurement in the estimate of the Hessian's diagonal.",
        ),
        Option(
            "unbiased", "Unbiased curvature", False,
            help="Estimate the diagonal itself. The published estimate is too large by a factor "
            "that grows with the number of weights.",
        ),
        replace(OPTIMISER, default="sgd"),
        *OPTIMISATION[1:],
    )  # fmt: skip
    uses = Uses(own_activations=False)
    meant_for = "Any wiring; the fewer weights the better."

    def plan(self, objective: Objective, settings: Mapping[str, Any]) -> DescentPlan:
        """Measure the error three times for each step."""
        return DescentPlan(
            **optimisation(settings),
            signal=CURVED,
            kind=UNBIASED if settings["unbiased"] else 0,
            relax=settings["reach"],
            smoothing=settings["smoothing"],
            units=3.0,
        )
