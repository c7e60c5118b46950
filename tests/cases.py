"""A catalogue of networks and data on which all methods and implementations must agree."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbn_core import ACTIVATIONS, Dataset, Neuron, Topology, generators, initial_weights
from nbn_core.objective import Objective


@dataclass(frozen=True)
class Case:
    """A network with data, and the seed of the weights at which they are compared."""

    name: str
    topology: Topology
    dataset: Dataset
    seed: int = 0

    @cached_property
    def weights(self) -> NDArray[np.float64]:
        return initial_weights(self.topology, seed=self.seed)

    @cached_property
    def objective(self) -> Objective:
        return Objective(self.topology, self.dataset)

    @cached_property
    def network(self) -> dict[str, Any]:
        """The network in the form that the oracle takes."""
        return self.topology.to_dict()


def noise(topology: Topology, n_patterns: int, seed: int = 0) -> Dataset:
    """Return patterns of random numbers that fit the network."""
    generator = np.random.default_rng(seed)
    return Dataset(
        generator.normal(size=(n_patterns, topology.n_inputs)),
        generator.normal(size=(n_patterns, topology.n_outputs)),
    )


def on_noise(name: str, topology: Topology, n_patterns: int, seed: int = 0) -> Case:
    return Case(name, topology, noise(topology, n_patterns, seed), seed)


def random_dag(seed: int) -> Case:
    """Return a random network: several outputs, some of which feed others, all activations."""
    generator = np.random.default_rng(seed)
    n_inputs = int(generator.integers(1, 5))
    n_neurons = int(generator.integers(1, 13))
    density = generator.uniform(0.2, 1.0)
    neurons = []
    for k in range(n_neurons):
        nodes = np.arange(n_inputs + k)
        sources = nodes[generator.random(n_inputs + k) < density]
        if not len(sources):
            sources = generator.choice(nodes, 1)
        neurons.append(
            Neuron(
                str(generator.choice(list(ACTIVATIONS))),
                float(generator.uniform(0.2, 2.0)),
                float(generator.choice([0.0, 0.01, 0.3])),
                tuple(sources.tolist()),
            )
        )
    feeding = {source - n_inputs for neuron in neurons for source in neuron.sources}
    outputs = [k for k in range(n_neurons) if k not in feeding or generator.random() < 0.3]
    generator.shuffle(outputs)
    topology = Topology((), n_inputs, tuple(neurons), tuple(outputs))
    return on_noise(f"dag-{seed}", topology, int(generator.integers(1, 200)), seed)


def _chain_of_outputs() -> Topology:
    """Return outputs that feed all later ones; the published code loses part of their Jacobian."""
    neurons = tuple(
        Neuron("bipolar" if k % 2 else "unipolar", 1.0, 0.05, tuple(range(2 + k))) for k in range(4)
    )
    return Topology((), 2, neurons, (3, 1, 0, 2))


def _every_activation() -> Topology:
    neurons = [Neuron(name, 0.5 + 0.3 * i, 0.02 * i, (0, 1)) for i, name in enumerate(ACTIVATIONS)]
    neurons += [
        Neuron(name, 1.7 - 0.3 * i, 0.1, (1, *range(2, 7))) for i, name in enumerate(ACTIVATIONS)
    ]
    return Topology((), 2, tuple(neurons), tuple(range(5, 10)))


CASES: tuple[Case, ...] = (
    # The smallest network and the smallest data
    on_noise("one-neuron", Topology((), 1, (Neuron("linear", 1.0, 0.0, (0,)),), (0,)), 1),
    on_noise("one-pattern", Topology.mlp([2, 3, 1]), 1),
    # Patterns around the size of a block, weights around the width of a tile
    *(on_noise(f"{p}-patterns", Topology.slp(2, 3, 2), p) for p in (15, 16, 17, 63, 64, 65, 128)),
    *(on_noise(f"{n + 1}-weights", Topology.fcc(n, 0, 1), 20) for n in (6, 7, 8, 15, 16)),
    # The families
    Case("xor", Topology.mlp([2, 2, 1], output="bipolar"), generators.xor()),
    Case("parity-7", Topology.mlp([7, 7, 1]), generators.parity(7)),
    on_noise("bridged", Topology.bmlp([3, 4, 3, 2], gain=0.7, leak=0.01), 70),
    Case("spirals", Topology.fcc(2, 8, 1), generators.two_spirals(), 2),
    # Special connections and activations
    on_noise("chain-of-outputs", _chain_of_outputs(), 90),
    on_noise("every-activation", _every_activation(), 90),
    on_noise("separate-outputs", Topology.mlp([4, 6, 5], hidden="unipolar"), 30),
)
