"""Local groups: a network divided into groups of levels, each with its own outputs.

Signals stay inside a group. Every group but the last gets output heads, one for each output. A head
reads those neurons of its group that feed no other neuron of the group (in a layered network, its
last level) and is compared with the target like the output itself. The last group has the drawn
outputs.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from nbn_core.network import Topology
from nbn_core.objective import Objective
from nbn_core.rules.engines.first_order import DescentPlan
from nbn_core.rules.engines.signal_graph import OutputHead, SignalGraph, build_signal_graph


def hidden_levels(topology: Topology) -> list[int]:
    """Return the levels with hidden neurons, ascending."""
    outputs = set(topology.outputs)
    return sorted({level for k, level in enumerate(topology.levels) if k not in outputs})


def grouped(objective: Objective, n_groups: int, *, cut: bool = True) -> SignalGraph:
    """Divide a network into groups of levels.

    Parameters
    ----------
    objective : Objective
        Network and data.
    n_groups : int
        Number of groups, limited to the number of hidden levels.
    cut : bool
        Whether signals stay inside a group; otherwise only the heads are added.

    Returns
    -------
    SignalGraph
        Layout of the drawn neurons, followed by the heads.
    """
    topology, network = objective.topology, objective.network
    levels = hidden_levels(topology)
    n_groups = max(1, min(n_groups, len(levels)))
    rank = {level: i * n_groups // len(levels) for i, level in enumerate(levels)}
    outputs = set(topology.outputs)
    groups = [
        n_groups - 1 if k in outputs else rank[level] for k, level in enumerate(topology.levels)
    ]
    feeding = {
        source - topology.n_inputs
        for k, neuron in enumerate(topology.neurons)
        for source in neuron.sources
        if source >= topology.n_inputs and groups[source - topology.n_inputs] == groups[k]
    }
    heads = []
    for group in range(n_groups - 1):
        ends = [
            topology.n_inputs + k
            for k in range(topology.n_neurons)
            if groups[k] == group and k not in feeding
        ]
        for m, k in enumerate(topology.outputs):
            code, gain, leak = network.codes[k], network.gains[k], network.leaks[k]
            heads.append(OutputHead(ends, int(code), float(gain), float(leak), m))
            groups.append(group)
    return build_signal_graph(network, heads, groups if cut else None)


def local(
    plan: DescentPlan, objective: Objective, n_groups: int, *, cut: bool = True
) -> DescentPlan:
    """Return a plan of backpropagation with every group trained separately.

    Parameters
    ----------
    plan : DescentPlan
        Optimiser, batches and random key.
    objective : Objective
        Network and data.
    n_groups : int
        Number of groups of levels.
    cut : bool
        Whether signals stay inside a group.

    Returns
    -------
    DescentPlan
        The plan with output heads that start from small random weights.
    """
    signal_graph = grouped(objective, n_groups, cut=cut)
    n = signal_graph.n_weights
    n_more = len(signal_graph.graph.sources) - n
    more = 0.1 * np.random.default_rng([plan.key, 2]).standard_normal(n_more)
    units = 3.0 * (n + n_more) / n
    return replace(plan, signal_graph=signal_graph, more_weights=more, units=units)
