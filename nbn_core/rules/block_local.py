"""Block-local training: backpropagation inside groups of levels, without signals between groups.

The hidden levels are divided into K groups. Each group but the last has an additional output layer,
which is compared with the targets; its error is propagated back to the first level of the group and
no further. The network predicts with the drawn outputs, which belong to the last group. K = 1 is
backpropagation; with as many groups as hidden levels the rule is Mono-Forward. All variants use the
squared error, so that they differ in their locality only.

`published` trains like the published code of the block-wise method, which does not stop the error
between blocks: the errors of all output layers reach all earlier levels. This is backpropagation
with deep supervision.

References
----------
Nokland & Eidnes, Training neural networks with local error signals, ICML 2019.
Belilovsky, Eickenberg & Oyallon, Greedy layerwise learning can scale to ImageNet, ICML 2019.
arXiv 2312.13311, block-wise training without backpropagation, ICASSP 2024, and its code.
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
from nbn_core.rules.option import Option


class BlockLocal(FirstOrder):
    """Backpropagation inside groups of hidden levels, each with an output layer of its own.

    No error crosses from one group to another. Nokland & Eidnes, ICML 2019; Belilovsky, Eickenberg
    & Oyallon, ICML 2019.
    """

    name = "block_local"
    title = "Block-local learning"
    family = ALTERNATIVES
    options = (
        Option(
            "groups", "Groups of levels (K)", 2, 1, 1000, short="Groups (K)",
            help="Number of groups into which the hidden levels are divided. 1 is backpropagation.",
        ),
        rate_option(0.02),
        Option(
            "published", "As in the published code", False, short="As published",
            help="Let errors cross from one group to another, as the published code does.",
        ),
        *OPTIMISATION,
    )  # fmt: skip
    uses = Uses(weight_transpose=True, labels=True)
    meant_for = "Networks of two hidden levels or more."

    def refuses(self, topology: Topology, dataset: Dataset) -> str | None:
        """Refuse a network without hidden neurons."""
        if hidden_levels(topology):
            return None
        return "Block-local learning divides hidden levels, but this network has none: draw two."

    def remark(self, topology: Topology, dataset: Dataset) -> str | None:
        """Say that with one hidden level this is backpropagation."""
        if len(hidden_levels(topology)) > 1:
            return None
        return "With one hidden level block-local learning is backpropagation."

    def plan(self, objective: Objective, settings: Mapping[str, Any]) -> DescentPlan:
        """Cut the signal of backpropagation between groups."""
        plan = DescentPlan(**optimisation(settings))
        return local(plan, objective, settings["groups"], cut=not settings["published"])
