"""A network with its weights, and changes of its connections by name.

All changes return another value. A neuron that no longer reaches an output is removed, and so is
one that nothing is connected to: it has a constant value, which moves into the biases of the
neurons that it fed, so that the function of the network stays the same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np

from nbn_core.checks import plural
from nbn_core.display import one_line
from nbn_core.errors import TopologyError
from nbn_core.kernels.activations import activate
from nbn_core.network import ACTIVATIONS, NAME_LENGTH, Neuron, Topology
from nbn_core.types import FloatArray, IntArray

Link = tuple[str, str]
"""Names of source and target of a connection; the source of a bias is the empty text."""


@dataclass(frozen=True, slots=True, eq=False)
class Wired:
    """A network with its weights.

    Parameters
    ----------
    topology : Topology
        Network with N weights.
    weights : (N,) float64
        Weights, neuron by neuron, bias first.
    held : frozenset of (str, str)
        Names of the weights that training must not change.
    """

    topology: Topology
    weights: FloatArray
    held: frozenset[Link] = frozenset()

    def __repr__(self) -> str:
        frozen = f"{plural(len(self.held), 'frozen weight')}" if self.held else ""
        return one_line("Wired", *self.topology.described, frozen)

    @property
    def named(self) -> dict[Link, float]:
        """Weights by name, in weight order."""
        return dict(zip(self.topology.weight_names, self.weights.tolist(), strict=True))

    @property
    def links(self) -> list[Link]:
        """Names of all connections, biases left out, in weight order."""
        return [name for name in self.topology.weight_names if name[0]]

    def without(self, links: Collection[Link]) -> Wired:
        """Return the network without some connections, and without neurons they leave useless.

        Parameters
        ----------
        links : collection of (str, str)
            Names of the connections.

        Returns
        -------
        Wired
            Smaller network.

        Raises
        ------
        TopologyError
            If an output would lose its last connection.
        """
        gone = set(links)
        weights = {name: w for name, w in self.named.items() if name not in gone}
        kept = list(self.topology.neuron_names)
        outputs = set(self.topology.output_names)
        while True:
            feeding = {source for source, _ in weights}
            fed = {target for source, target in weights if source}
            for name in outputs - fed:
                raise TopologyError(
                    f"Output “{name}” would lose its last connection: leave it one."
                )
            silent = next((n for n in kept if n not in outputs and n not in feeding), None)
            constant = next((n for n in kept if n not in fed), None)
            lost = constant if silent is None else silent
            if lost is None:
                break
            if silent is None:
                _fold(self.topology.neurons[self.topology.neuron_names.index(lost)], lost, weights)
            kept.remove(lost)
            weights = {name: w for name, w in weights.items() if lost not in name}
        return self._with(kept, weights)

    def with_links(self, links: Mapping[Link, float]) -> Wired:
        """Return the network with further connections, or with other weights of those it has.

        Parameters
        ----------
        links : mapping of (str, str) to float
            Weights by name; every source comes before its target in the order of the neurons.

        Returns
        -------
        Wired
            Larger network.
        """
        return self._with(list(self.topology.neuron_names), {**self.named, **links})

    def with_neuron(
        self,
        name: str,
        kind: Neuron,
        incoming: Mapping[str, float],
        outgoing: Mapping[str, float],
        *,
        held: bool = False,
    ) -> Wired:
        """Return the network with another neuron, placed before the first one that it feeds.

        Parameters
        ----------
        name : str
            Name of the neuron, which no other node has.
        kind : Neuron
            Its activation, gain and leak.
        incoming, outgoing : mapping of str to float
            Weights by the name of the source, "" for the bias, and by the name of the target.
        held : bool
            Whether its incoming weights are frozen.

        Returns
        -------
        Wired
            Larger network.
        """
        order = list(self.topology.neuron_names)
        order.insert(min(order.index(target) for target in outgoing), name)
        weights = dict(self.named)
        weights |= {(source, name): w for source, w in incoming.items()}
        weights |= {(name, target): w for target, w in outgoing.items()}
        made = self._with(order, weights, {name: kind})
        if not held:
            return made
        return replace(made, held=made.held | {(source, name) for source in incoming})

    def with_weights(self, weights: FloatArray) -> Wired:
        """Return the same network with other weights, (N,) float64."""
        return replace(self, weights=np.array(weights, dtype=np.float64))

    def new_name(self, name: str, taken: Collection[str] = ()) -> str:
        """Return a name like this one that no node has, nor any of `taken`."""
        known = {*self.topology.names, *taken}
        number = 2
        while (new := f"{name[: NAME_LENGTH - 8]}_{number}") in known:
            number += 1
        return new

    def _with(
        self,
        order: list[str],
        weights: Mapping[Link, float],
        kinds: Mapping[str, Neuron] | None = None,
    ) -> Wired:
        known = dict(zip(self.topology.neuron_names, self.topology.neurons, strict=True))
        topology = assembled(self.topology, order, weights, {**known, **(kinds or {})})
        values = np.array([weights[name] for name in topology.weight_names])
        return Wired(topology, values, self.held & set(topology.weight_names))


def assembled(
    like: Topology,
    order: list[str],
    links: Collection[Link],
    kinds: Mapping[str, Neuron],
) -> Topology:
    """Return the network of some neurons and connections, with the inputs and outputs of another.

    Parameters
    ----------
    like : Topology
        Network with the same inputs and outputs.
    order : list of str
        Names of the neurons, each after its sources.
    links : collection of (str, str)
        Names of the connections; biases are ignored.
    kinds : mapping of str to Neuron
        Activation, gain and leak of each neuron.

    Returns
    -------
    Topology
        Network of these neurons and connections.
    """
    names = (*like.input_names, *order)
    place = {name: n for n, name in enumerate(names)}
    sources: dict[str, list[int]] = {name: [] for name in order}
    for source, target in links:
        if source:
            sources[target].append(place[source])
    neurons = tuple(replace(kinds[name], sources=tuple(sorted(sources[name]))) for name in order)
    outputs = tuple(order.index(name) for name in like.output_names)
    return Topology(names, like.n_inputs, neurons, outputs)


def united(known: Topology, new: Topology) -> Topology:
    """Return the network of all neurons and connections of two networks.

    Parameters
    ----------
    known : Topology
        First network; its neurons keep their order.
    new : Topology
        Network whose neurons that are also in the first one have the same order there.

    Returns
    -------
    Topology
        Union; `known` itself if nothing is new.
    """
    links = set(known.weight_names)
    if links.issuperset(new.weight_names):
        return known
    order = list(known.neuron_names)
    names = new.neuron_names
    for k, name in enumerate(names):
        if name not in order:
            later = next(after for after in names[k + 1 :] if after in order)
            order.insert(order.index(later), name)
    kinds = dict(zip(new.neuron_names, new.neurons, strict=True))
    kinds |= dict(zip(known.neuron_names, known.neurons, strict=True))
    return assembled(known, order, links.union(new.weight_names), kinds)


def columns_in(union: Topology, part: Topology) -> IntArray:
    """Return the index in `union` of each weight of `part`, (N,) int64."""
    place = {name: n for n, name in enumerate(union.weight_names)}
    return np.array([place[name] for name in part.weight_names], dtype=np.int64)


def _fold(neuron: Neuron, name: str, weights: dict[Link, float]) -> None:
    """Add the value of a neuron without sources to the biases of the neurons that it feeds."""
    value, slope = np.array([weights["", name]]), np.zeros(1)
    code = np.int32(ACTIVATIONS[neuron.activation].code)
    activate(code, np.float64(neuron.gain), np.float64(neuron.leak), value, slope, 1)
    for source, target in list(weights):
        if source == name:
            weights["", target] += weights[source, target] * float(value[0])
