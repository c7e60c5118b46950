"""Mono-Forward: a single forward pass, in which every hidden level is trained as a classifier.

Level l has a readout M_l, which is compared with the targets, and learns from this error alone:

    o_l = f(M_l h_l),    delta_l = s_l * M_l' (o_l - d) s_o,    dW_l = -r delta_l h_(l-1)'

No signal passes from one level to another, the inputs contain no label, and no negative patterns
are needed. The drawn outputs are the readout of the last hidden level: with one hidden level the
rule is backpropagation. The paper uses the cross entropy; here all rules use the squared error. In
a full cascade each level has a single neuron, whose value alone must predict the targets; there the
rule performs badly.

References
----------
arXiv 2501.09238, Mono-Forward, 2025.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbn_core.data import Dataset
from nbn_core.network import Topology
from nbn_core.objective import Objective
from nbn_core.rules.base import ALTERNATIVES, Uses
from nbn_core.rules.common_options import OPTIMISATION, optimisation, rate_option
from nbn_core.rules.engines.first_order import DescentPlan
from nbn_core.rules.engines.local_groups import hidden_levels, local
from nbn_core.rules.families import FirstOrder


class MonoForward(FirstOrder):
    """One forward pass, in which every hidden level is a classifier that learns by itself.

    Each level has a readout of its own, compares it with the targets and learns from that alone.
    arXiv 2501.09238, 2025.
    """

    name = "mono_forward"
    title = "Mono-Forward"
    family = ALTERNATIVES
    options = (rate_option(0.02), *OPTIMISATION)
    uses = Uses(output_error=False, labels=True)
    meant_for = "Networks of two hidden levels or more, several neurons each."

    def refuses(self, topology: Topology, dataset: Dataset) -> str | None:
        """Refuse a network without hidden neurons."""
        if hidden_levels(topology):
            return None
        return "Mono-Forward trains hidden levels, but this network has none: draw two."

    def remark(self, topology: Topology, dataset: Dataset) -> str | None:
        """Say what one level, or levels of one neuron, mean for this rule."""
        levels = hidden_levels(topology)
        if len(levels) == 1:
            return "With one hidden level Mono-Forward is backpropagation."
        if len(levels) == topology.n_neurons - topology.n_outputs:
            return "Every level here is a single neuron, which Mono-Forward trains as a classifier."
        return None

    def plan(self, objective: Objective, settings: Mapping[str, Any]) -> DescentPlan:
        """Cut the signal of backpropagation between all levels."""
        return local(
            DescentPlan(**optimisation(settings)), objective, len(hidden_levels(objective.topology))
        )
