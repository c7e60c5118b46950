"""Growth: a new neuron by covariance, at random, by division of another one, or as a dendrite.

    cascade     reads the inputs and all hidden neurons, feeds all outputs; the best of eight
                candidates whose value covaries most with the remaining errors
    plain       the same connections with random weights
    widen       a hidden neuron is divided: both parts read the same, and share the outgoing weights
                as 0.7 to 0.3, so that the function stays the same and training can tell them apart
    dendrites   for each neuron a further one that reads the same and feeds it alone, trained to
                covary with the error signal of that neuron; its incoming weights are frozen

All outgoing weights of a neuron that was not divided are zero at first, so the function of the
network stays the same in every case, and the next training finds its use.

References
----------
Fahlman & Lebiere, The cascade-correlation learning architecture, NIPS 1989: cascade.
Chen, Goodfellow & Shlens, Net2Net, ICLR 2016: widen.
Brenner & Itti, Perforated backpropagation, 2025: dendrites.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Final

from nbn_core.data import Dataset
from nbn_core.errors import TopologyError
from nbn_core.network import Neuron
from nbn_core.network.neuron import quoted
from nbn_core.structure.candidates import CandidatePool
from nbn_core.structure.error_signals import error_signals
from nbn_core.structure.wiring import Wired
from nbn_core.types import FloatArray

GROWTHS: Final = {
    "cascade": "A neuron trained on the remaining error (cascade)",
    "plain": "A neuron with random weights",
    "widen": "Divide a neuron, keep the function",
    "dendrites": "Dendrites: a helper for each neuron",
}
SHARE: Final = 0.3  # of the outgoing weights, for the new part of a divided neuron

Growing = Generator[None, None, Wired]
"""Yields now and then so that a caller can pause; returns the grown network."""


def grown(
    wired: Wired, dataset: Dataset, kind: str, target: str | None, seed: int, taken: frozenset[str]
) -> Growing:
    """Grow a network by a neuron, or by a dendrite for each neuron.

    Parameters
    ----------
    wired : Wired
        Network with its weights.
    dataset : Dataset
        Training patterns.
    kind : str
        A key of `GROWTHS`.
    target : str or None
        Neuron to divide, or the one that gets a dendrite. By default the hidden neuron with the
        largest error signal is divided, and every neuron gets a dendrite.
    seed : int
        Random seed of the new weights.
    taken : frozenset of str
        Names that the new neurons must not have.

    Returns
    -------
    Growing
        Generator that returns the grown network.

    Raises
    ------
    TopologyError
        If there is no such neuron, or none that can be divided.
    """
    if target is not None and target not in wired.topology.neuron_names:
        raise TopologyError(f"There is no neuron {quoted(target)} in the network: choose another.")
    if kind == "widen":
        return _divided(wired, dataset, target, taken)
    if kind == "dendrites":
        return _with_dendrites(wired, dataset, target, seed, taken)
    return _with_neuron(wired, dataset, seed, taken, trained=kind == "cascade")


def _with_neuron(
    wired: Wired, dataset: Dataset, seed: int, taken: frozenset[str], *, trained: bool
) -> Growing:
    topology = wired.topology
    first = min(topology.outputs)
    seen = topology.n_inputs + first  # all nodes before the first output
    kind = topology.neurons[0] if first else Neuron()
    name = _free_name(wired, taken)
    signals = error_signals(wired, dataset)
    pool = CandidatePool(
        kind, signals.values[:, :seen], signals.errors, [seed, topology.n_neurons, 5]
    )
    if trained:
        yield from pool.train()
    weights = pool.best if trained else pool.first
    sources = ("", *topology.names[:seen])
    incoming = dict(zip(sources, weights.tolist(), strict=True))
    return wired.with_neuron(name, kind, incoming, dict.fromkeys(topology.output_names, 0.0))


def _divided(wired: Wired, dataset: Dataset, target: str | None, taken: frozenset[str]) -> Growing:
    topology = wired.topology
    outputs = topology.output_names
    hidden = [name for name in topology.neuron_names if name not in outputs]
    if target in outputs:
        raise TopologyError(
            f"{quoted(target)} is an output and cannot be divided: choose a hidden neuron."
        )
    if not hidden:
        raise TopologyError("There is no hidden neuron to divide: add one first.")
    yield
    if target is None:
        energy = (error_signals(wired, dataset).signals ** 2).sum(axis=0)
        target = max(hidden, key=lambda name: float(energy[topology.neuron_names.index(name)]))
    named = wired.named
    kind = topology.neurons[topology.neuron_names.index(target)]
    incoming = {source: w for (source, end), w in named.items() if end == target}
    whole = {end: w for (source, end), w in named.items() if source == target}
    less = {(target, end): (1.0 - SHARE) * w for end, w in whole.items()}
    more = {end: SHARE * w for end, w in whole.items()}
    return wired.with_links(less).with_neuron(wired.new_name(target, taken), kind, incoming, more)


def _with_dendrites(
    wired: Wired, dataset: Dataset, target: str | None, seed: int, taken: frozenset[str]
) -> Growing:
    topology, signals = wired.topology, error_signals(wired, dataset)
    grown, used = wired, set(taken)
    for k, name in enumerate(topology.neuron_names):
        if target not in (None, name):
            continue
        neuron = topology.neurons[k]
        kind = neuron if neuron.activation != "linear" else Neuron()
        errors: FloatArray = signals.signals[:, [k]]
        pool = CandidatePool(kind, signals.values[:, list(neuron.sources)], errors, [seed, k, 6])
        yield from pool.train()
        sources = ("", *(topology.names[node] for node in neuron.sources))
        incoming = dict(zip(sources, pool.best.tolist(), strict=True))
        new = grown.new_name(name, used)
        used.add(new)
        grown = grown.with_neuron(new, kind, incoming, {name: 0.0}, held=True)
    return grown


def _free_name(wired: Wired, taken: frozenset[str]) -> str:
    """Return the next name in the series h1, h2, ... that no node has or had."""
    known = {*wired.topology.names, *taken}
    number = 1
    while f"h{number}" in known:
        number += 1
    return f"h{number}"
