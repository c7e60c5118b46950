"""Predictive coding: values of hidden neurons relax to reduce local prediction errors.

Each hidden neuron has a value x_k in addition to its prediction f(net_k). Inputs are fixed, and
outputs are clamped to their targets. Starting from the values of a forward pass, T relaxation steps
descend the energy 1/2 sum eps_k^2 with eps_k = x_k - f(net_k):

    x_k -= q (eps_k - sum over successors c of w_ck s_c eps_c),      delta_k = -eps_k s_k

Each term belongs to a neuron or to one of its neighbours. An error moves back one connection per
step, so that T should be at least the length of the longest path. After one step the signal of a
neuron that feeds outputs only is q times that of backpropagation, and zero for a neuron that feeds
no output directly. Predictions are the outputs of the drawn network.

References
----------
Whittington & Bogacz, Neural Computation 29(5), 1229-1262, 2017.
Salvatori et al., Learning on arbitrary graph topologies via predictive coding, NeurIPS 2022.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbn_core.data import Dataset
from nbn_core.kernels.directions import PREDICTIVE
from nbn_core.network import Topology
from nbn_core.objective import Objective
from nbn_core.rules.base import ALTERNATIVES, Uses
from nbn_core.rules.common_options import OPTIMISATION, optimisation, rate_option
from nbn_core.rules.engines.first_order import DescentPlan
from nbn_core.rules.families import FirstOrder
from nbn_core.rules.option import Option


class PredictiveCoding(FirstOrder):
    """Hidden values settle so that local prediction errors become small; the weights follow.

    With inputs and targets clamped, the hidden values descend an energy of local prediction errors;
    each weight then uses the error of its own neuron. Whittington & Bogacz, Neural Computation 29,
    2017.
    """

    name = "predictive_coding"
    title = "Predictive coding"
    family = ALTERNATIVES
    options = (
        rate_option(0.01),
        Option(
            "steps", "Settling steps (T)", 16, 1, 1000,
            help="Steps that lower the energy of each pattern: at least the longest path.",
        ),
        Option(
            "settling", "Settling rate", 0.1, 1e-6, 1.0,
            help="Length of a settling step, in units of the energy's gradient.",
        ),
        *OPTIMISATION,
    )  # fmt: skip
    uses = Uses(weight_transpose=True)
    meant_for = "Any wiring, with as many steps as its longest path at least."

    def remark(self, topology: Topology, dataset: Dataset) -> str | None:
        """Say when the default number of settling steps is too small."""
        longest = max(topology.levels)
        if longest <= 16:
            return None
        return f"The longest path here is {longest}: use at least {longest} settling steps."

    def plan(self, objective: Objective, settings: Mapping[str, Any]) -> DescentPlan:
        """Choose how long neurons settle before the weights move."""
        steps = settings["steps"]
        return DescentPlan(
            **optimisation(settings),
            signal=PREDICTIVE,
            times=steps,
            relax=settings["settling"],
            units=2.0 * steps + 2.0,
        )
