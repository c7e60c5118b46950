"""Variants of a network: without bridges, with all of them, half or twice as wide.

The level of a neuron is the length of the longest path from an input to it; inputs have level 0. A
bridge is a connection that skips a level. Neurons keep their names, activations, gains and leaks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from nbn_core.network.families import cascade
from nbn_core.network.neuron import NAME_LENGTH, Neuron
from nbn_core.network.topology import Topology


def without_bridges(topology: Topology) -> Topology:
    """Leave out the connections that skip a level, and neurons that no output needs any more.

    Parameters
    ----------
    topology : Topology
        Any network.

    Returns
    -------
    Topology
        Network whose neurons see the level before theirs; the same object if there is no bridge.
    """
    level = _levels(topology)
    first = topology.n_inputs
    sources = [
        {source for source in neuron.sources if level[source] == level[first + k] - 1}
        for k, neuron in enumerate(topology.neurons)
    ]
    return _rebuilt(topology, sources)


def with_all_bridges(topology: Topology) -> Topology:
    """Connect every neuron to all nodes of lower levels.

    Parameters
    ----------
    topology : Topology
        Any network.

    Returns
    -------
    Topology
        Network with all bridges; the same object if none is missing.
    """
    level = _levels(topology)
    first = topology.n_inputs
    sources = [
        {node for node in range(len(level)) if level[node] < level[first + k]}
        for k in range(topology.n_neurons)
    ]
    return _rebuilt(topology, sources)


def half_as_wide(topology: Topology) -> Topology:
    """Leave out every second hidden neuron of each level, or of a cascade.

    Parameters
    ----------
    topology : Topology
        Any network.

    Returns
    -------
    Topology
        Network with half the hidden neurons, rounded up in each level. A neuron whose sources are
        all left out takes over theirs. The same object if no level has two hidden neurons.
    """
    if _is_cascade(topology):
        return _cascade_of(topology, lambda count: (count + 1) // 2)
    level, first = topology.levels, topology.n_inputs
    place: dict[int, int] = {}  # hidden neurons of a level so far
    dropped = set()
    for k in range(topology.n_neurons):
        if k not in topology.outputs:
            if place.setdefault(level[k], 0) % 2:
                dropped.add(first + k)
            place[level[k]] += 1
    sources: list[set[int]] = []
    for neuron in topology.neurons:
        kept = set(neuron.sources) - dropped
        if not kept:
            kept = set().union(*(sources[source - first] for source in neuron.sources))
        sources.append(kept)
    return _rebuilt(topology, sources, dropped)


def twice_as_wide(topology: Topology) -> Topology:
    """Put a second neuron with the same connections beside each hidden neuron.

    Parameters
    ----------
    topology : Topology
        Any network.

    Returns
    -------
    Topology
        Network with twice the hidden neurons: a cascade twice as long, any other network with each
        level twice as wide. The same object if there is no hidden neuron.
    """
    if _is_cascade(topology):
        return _cascade_of(topology, lambda count: 2 * count)
    if topology.n_neurons == topology.n_outputs:
        return topology
    nodes: dict[int, list[int]] = {i: [i] for i in range(topology.n_inputs)}
    names, neurons, outputs = list(topology.input_names), [], {}
    taken = set(topology.names)
    for k, neuron in enumerate(topology.neurons):
        sources = tuple(sorted(new for old in neuron.sources for new in nodes[old]))
        node, name = topology.n_inputs + k, topology.neuron_names[k]
        nodes[node] = []
        for copy in range(1 if k in topology.outputs else 2):
            nodes[node].append(len(names))
            names.append(_new_name(name, taken) if copy else name)
            neurons.append(replace(neuron, sources=sources))
        outputs[k] = nodes[node][0] - topology.n_inputs
    return Topology(
        tuple(names), topology.n_inputs, tuple(neurons), tuple(outputs[k] for k in topology.outputs)
    )


# The variants by the words for them, which links hold too.
CHANGES: Final = {
    "no bridges": without_bridges,
    "all bridges": with_all_bridges,
    "half as wide": half_as_wide,
    "twice as wide": twice_as_wide,
}


def _levels(topology: Topology) -> list[int]:
    """Return the level of every node, inputs first."""
    return [0] * topology.n_inputs + list(topology.levels)


def _is_cascade(topology: Topology) -> bool:
    hidden = topology.n_neurons - topology.n_outputs
    if topology.outputs != tuple(range(hidden, topology.n_neurons)) or not hidden:
        return False
    full = cascade(topology.n_inputs, hidden, topology.n_outputs)
    return [neuron.sources for neuron in topology.neurons] == full.sources


def _cascade_of(topology: Topology, count: Callable[[int], int]) -> Topology:
    """Return a cascade of another length; further neurons are like the last hidden one."""
    before = topology.n_neurons - topology.n_outputs
    hidden = count(before)
    if hidden == before:
        return topology
    links = cascade(topology.n_inputs, hidden, topology.n_outputs)
    kinds = [
        *(topology.neurons[min(k, before - 1)] for k in range(hidden)), *topology.neurons[before:],
    ]  # fmt: skip
    names, taken = list(topology.names[: topology.n_inputs]), set(topology.names)
    for k in range(hidden):
        known = topology.neuron_names[:before]
        names.append(known[k] if k < before else _new_name(known[-1], taken))
    return Topology(
        (*names, *topology.output_names), topology.n_inputs,
        tuple(replace(kind, sources=seen) for kind, seen in zip(kinds, links.sources, strict=True)),
        tuple(range(hidden, hidden + topology.n_outputs)),
    )  # fmt: skip


def _new_name(name: str, taken: set[str]) -> str:
    """Return a name like this one that is not taken yet, and take it."""
    number = 2
    while (new := f"{name[: NAME_LENGTH - 8]}_{number}") in taken:
        number += 1
    taken.add(new)
    return new


def _rebuilt(
    topology: Topology, sources: list[set[int]], dropped: set[int] | None = None
) -> Topology:
    """Return the network with these sources, without dropped neurons and those nobody needs."""
    first = topology.n_inputs
    needed = {first + k for k in topology.outputs}
    level = _levels(topology)
    order = sorted(range(topology.n_neurons), key=lambda k: level[first + k])
    for k in reversed(order):
        if first + k in needed:
            needed |= sources[k]
    kept = [k for k in order if first + k in needed and first + k not in (dropped or ())]
    place = {i: i for i in range(first)} | {first + k: first + i for i, k in enumerate(kept)}
    neurons: list[Neuron] = []
    for k in kept:
        seen = tuple(sorted(place[source] for source in sources[k]))
        neurons.append(replace(topology.neurons[k], sources=seen))
    names = topology.input_names + tuple(topology.neuron_names[k] for k in kept)
    outputs = tuple(place[first + k] - first for k in topology.outputs)
    made = Topology(names, first, tuple(neurons), outputs)
    return topology if made == topology else made
