"""Rewiring: the smallest connections are removed, and as many are added where there was none.

Candidates for new connections are all pairs of a node that is no output and a later neuron. They
are chosen by

    set     chance, with weights from a normal distribution of standard deviation 0.1
    rigl    the largest gradient that they would have, with weight 0
    cht     the most paths of length three between their ends, each divided by the square root of
            the connections that its two inner nodes have outside (CH3-L3); the network counts as
            undirected; with weight 0

A neuron keeps at least one incoming and one outgoing connection, so the number of connections, the
density, stays the same. A connection that was just removed is not added again at once.

References
----------
Mocanu et al., Scalable training of artificial neural networks with adaptive sparse connectivity,
Nature Communications 9, 2018: sparse evolutionary training (SET).
Evci et al., Rigging the lottery, ICML 2020: RigL.
Zhang et al., Cannistraci-Hebb training, arXiv 2501.19107, 2025: CHT.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

import numpy as np

from nbn_core.data import Dataset
from nbn_core.errors import TopologyError
from nbn_core.network import Topology
from nbn_core.structure.error_signals import error_signals
from nbn_core.structure.wiring import Link, Wired
from nbn_core.types import FloatArray

REWIRINGS: Final = {
    "set": "At random (SET)",
    "rigl": "By the largest gradient (RigL)",
    "cht": "By common neighbours (CHT)",
}
SPREAD: Final = 0.1  # standard deviation of the weights that SET adds


def rewired(wired: Wired, dataset: Dataset, kind: str, share: float, seed: int) -> Wired:
    """Move the smallest connections of a network to other places.

    Parameters
    ----------
    wired : Wired
        Network with its weights.
    dataset : Dataset
        Training patterns; only "rigl" uses them.
    kind : str
        A key of `REWIRINGS`.
    share : float
        Share of the connections to move, at least one.
    seed : int
        Random seed, for "set" and among equals.

    Returns
    -------
    Wired
        Network with as many connections.

    Raises
    ------
    TopologyError
        If the network has no place for another connection, or none that can be moved.
    """
    candidates = absent(wired.topology)
    if not candidates:
        raise TopologyError(
            "Every possible connection is there, so none can be moved: remove some first."
        )
    gone = smallest(wired, max(1, round(share * len(wired.links))))[: len(candidates)]
    if not gone:
        raise TopologyError(
            "No connection can be moved: every neuron needs one in and one out. Add some first."
        )
    chance = np.random.default_rng([seed, len(gone), 7])
    rest = wired.without(gone)
    scores = _scores(rest, dataset, kind, candidates, chance)
    # Equal scores are decided by chance, not by the order of the nodes.
    order = np.lexsort([chance.random(len(candidates)), -scores])[: len(gone)]
    added = [candidates[n] for n in order.tolist()]
    weights = chance.normal(0.0, SPREAD, len(added)) if kind == "set" else np.zeros(len(added))
    return rest.with_links(dict(zip(added, weights.tolist(), strict=True)))


def absent(topology: Topology) -> list[Link]:
    """Return all connections that could be added: from a node that is no output, to a later neuron.

    Parameters
    ----------
    topology : Topology
        Any network.

    Returns
    -------
    list of (str, str)
        Names of source and target.
    """
    there, outputs = set(topology.weight_names), set(topology.output_names)
    names, first = topology.names, topology.n_inputs
    return [
        (source, target)
        for t, target in enumerate(topology.neuron_names)
        for source in names[: first + t]
        if source not in outputs and (source, target) not in there
    ]


def smallest(wired: Wired, count: int) -> list[Link]:
    """Return the connections of the smallest weights, positive and negative ones in equal shares.

    Each neuron, and each hidden neuron that feeds others, keeps a connection.

    Parameters
    ----------
    wired : Wired
        Network with its weights.
    count : int
        Number of connections, at most.

    Returns
    -------
    list of (str, str)
        Names, smallest weight first.
    """
    named = wired.named
    into = Counter(target for source, target in named if source)
    out_of = Counter(source for source, _ in named if source)
    inputs = set(wired.topology.input_names)
    found: list[Link] = []
    share = count / max(1, len(wired.links))
    for sign in (1.0, -1.0):
        side = [name for name in wired.links if np.copysign(1.0, named[name]) == sign]
        left = round(share * len(side)) if sign > 0 else count - len(found)
        for source, target in sorted(side, key=lambda name: abs(named[name])):
            if left == 0:
                break
            if into[target] > 1 and (source in inputs or out_of[source] > 1):
                found.append((source, target))
                into[target] -= 1
                out_of[source] -= 1
                left -= 1
    return sorted(found, key=lambda name: abs(named[name]))


def _scores(
    rest: Wired,
    dataset: Dataset,
    kind: str,
    candidates: list[Link],
    chance: np.random.Generator,
) -> FloatArray:
    """Return a score for each candidate; those with the highest are added."""
    if kind == "rigl":
        return dense_gradients(rest, dataset, candidates)
    if kind == "cht":
        return path_scores(rest.topology, candidates)
    return chance.random(len(candidates))


def dense_gradients(wired: Wired, dataset: Dataset, links: list[Link]) -> FloatArray:
    """Compute the gradient of the SSE by connections, also by those that are not there.

    Parameters
    ----------
    wired : Wired
        Network with its weights.
    dataset : Dataset
        Training patterns.
    links : list of (str, str)
        L names of connections.

    Returns
    -------
    (L,) float64
        Absolute gradients.
    """
    found = error_signals(wired, dataset)
    gradients = 2.0 * found.values.T @ found.signals
    node = {name: n for n, name in enumerate(wired.topology.names)}
    first = wired.topology.n_inputs
    rows, columns = [node[s] for s, _ in links], [node[t] - first for _, t in links]
    return np.abs(gradients[rows, columns])


def path_scores(topology: Topology, links: list[Link]) -> FloatArray:
    """Score pairs of nodes by the paths of length three between them (CH3-L3).

    The nodes on paths of length three from s to d are their local community. A path s - u - v - d
    counts 1 / sqrt((1 + e_u) (1 + e_v)), with e the number of connections of a node outside the
    community, without those to s and d.

    Parameters
    ----------
    topology : Topology
        Network, seen as undirected.
    links : list of (str, str)
        L pairs of names.

    Returns
    -------
    (L,) float64
        Scores, 0 without a path.
    """
    node = {name: n for n, name in enumerate(topology.names)}
    joined = np.zeros((len(node), len(node)), dtype=bool)
    for source, target in topology.weight_names:
        if source:
            joined[node[source], node[target]] = joined[node[target], node[source]] = True
    scores = np.zeros(len(links))
    for n, (source, target) in enumerate(links):
        s, d = node[source], node[target]
        before, after = joined[s].copy(), joined[d].copy()
        before[d] = after[s] = False
        pairs = joined & before[:, None] & after[None, :]
        u, v = np.nonzero(pairs)
        if not len(u):
            continue
        community = np.zeros(len(node), dtype=bool)
        community[u] = community[v] = True
        outside = joined[:, ~community].sum(axis=1) - joined[:, s] - joined[:, d]
        weight = 1.0 / np.sqrt(1.0 + outside)
        scores[n] = float((weight[u] * weight[v]).sum())
    return scores
