"""Topology: a feed-forward network without its weights, and constructors of the four families."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from nbn_core.checks import plural
from nbn_core.display import Pictured, one_line
from nbn_core.network.conversion import dictionary_of, graph_of, read_dictionary, read_graph
from nbn_core.network.families import cascade, family, family_of, layered, levels
from nbn_core.network.neuron import Neuron, TopologyParts, default_names
from nbn_core.network.validation import (
    check_counts,
    check_names,
    check_order,
    check_paths,
    checked_neuron,
)

if TYPE_CHECKING:
    import networkx


@dataclass(frozen=True)
class Topology(Pictured):
    """A feed-forward network with arbitrary connections, without its weights.

    Parameters
    ----------
    names : tuple of str
        Names of the nodes, inputs first, all different, of 1 to 24 characters. If empty, inputs
        are called x1, x2, ..., hidden neurons h1, h2, ..., outputs y1, y2, ... (a single one y).
    n_inputs : int
        Number of inputs, I.
    neurons : tuple of Neuron
        Neurons in topological order: every neuron after its sources.
    outputs : tuple of int
        Indices of the output neurons, counted among the neurons from 0, in output order.

    Raises
    ------
    TopologyError
        If a name, number or setting is invalid.
    CycleError
        If the connections form a cycle.
    UnreachableNeuronError
        If a neuron has no source, or no path leads from it to an output.
    """

    names: tuple[str, ...]
    n_inputs: int
    neurons: tuple[Neuron, ...]
    outputs: tuple[int, ...]

    def __post_init__(self) -> None:
        neurons = tuple(self.neurons)
        outputs = tuple(self.outputs)
        names = tuple(self.names)
        check_counts(self.n_inputs, neurons, outputs)
        object.__setattr__(self, "n_inputs", int(self.n_inputs))
        outputs = tuple(int(output) for output in outputs)
        names = names or default_names(self.n_inputs, len(neurons), outputs)
        check_names(names, self.n_inputs + len(neurons))
        neurons = tuple(
            checked_neuron(neuron, names[self.n_inputs + k], len(names))
            for k, neuron in enumerate(neurons)
        )
        check_order(names, self.n_inputs, neurons)
        check_paths(names, self.n_inputs, neurons, outputs)
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "neurons", neurons)
        object.__setattr__(self, "outputs", outputs)

    def __repr__(self) -> str:
        return one_line("Topology", *self.described)

    @property
    def described(self) -> tuple[str, str]:
        """Sizes and family, such as "2-8-8-1 MLP", and the number of weights, as text."""
        return family_of(self._parts), plural(self.n_weights, "weight")

    @property
    def _parts(self) -> TopologyParts:
        return TopologyParts(self.names, self.n_inputs, self.neurons, self.outputs)

    @property
    def n_neurons(self) -> int:
        """Number of neurons, K."""
        return len(self.neurons)

    @property
    def n_outputs(self) -> int:
        """Number of outputs, M."""
        return len(self.outputs)

    @cached_property
    def n_connections(self) -> int:
        """Number of connections, biases excluded."""
        return sum(len(neuron.sources) for neuron in self.neurons)

    @property
    def n_weights(self) -> int:
        """Number of weights, N: one for each connection and one bias for each neuron."""
        return self.n_connections + self.n_neurons

    @cached_property
    def levels(self) -> tuple[int, ...]:
        """Length of the longest path from an input to each neuron, (K,)."""
        return tuple(levels(self.n_inputs, [neuron.sources for neuron in self.neurons]))

    @property
    def input_names(self) -> tuple[str, ...]:
        """Names of the inputs."""
        return self.names[: self.n_inputs]

    @property
    def neuron_names(self) -> tuple[str, ...]:
        """Names of the neurons."""
        return self.names[self.n_inputs :]

    @property
    def output_names(self) -> tuple[str, ...]:
        """Names of the outputs, in output order."""
        return tuple(self.names[self.n_inputs + output] for output in self.outputs)

    @property
    def weight_names(self) -> tuple[tuple[str, str], ...]:
        """Names (source, neuron) of each weight, in weight order; the source of a bias is ""."""
        return tuple(
            (source, name)
            for name, neuron in zip(self.neuron_names, self.neurons, strict=True)
            for source in ("", *(self.names[node] for node in neuron.sources))
        )

    @classmethod
    def slp(
        cls,
        n_inputs: int,
        n_hidden: int,
        n_outputs: int,
        *,
        hidden: str = "bipolar",
        output: str = "linear",
        gain: float = 1.0,
        leak: float = 0.0,
    ) -> Topology:
        """Return a network with one hidden layer.

        Parameters
        ----------
        n_inputs, n_hidden, n_outputs : int
            Numbers of inputs, hidden neurons and outputs.
        hidden, output, gain, leak
            The same as those of `mlp`.

        Returns
        -------
        Topology
            Layers of these sizes, each connected to the layer before it.
        """
        return cls.mlp([n_inputs, n_hidden, n_outputs], hidden, output, gain, leak)

    @classmethod
    def mlp(
        cls,
        layers: Sequence[int],
        hidden: str = "bipolar",
        output: str = "linear",
        gain: float = 1.0,
        leak: float = 0.0,
    ) -> Topology:
        """Return a multilayer perceptron: each layer is connected to the layer before it.

        Parameters
        ----------
        layers : sequence of int
            Sizes of the layers from inputs to outputs, such as [7, 7, 1].
        hidden, output : str
            Activations of the hidden neurons and of the outputs, keys of `ACTIVATIONS`.
        gain, leak : float
            Gain and leak of every nonlinear neuron.

        Returns
        -------
        Topology
            Multilayer perceptron.
        """
        return cls(*family(layered(layers, bridged=False), hidden, output, gain, leak))

    @classmethod
    def bmlp(
        cls,
        layers: Sequence[int],
        hidden: str = "bipolar",
        output: str = "linear",
        gain: float = 1.0,
        leak: float = 0.0,
    ) -> Topology:
        """Return a bridged MLP: each layer is connected to the inputs and all layers before it.

        Parameters
        ----------
        layers : sequence of int
            Sizes of the layers from inputs to outputs, such as [7, 3, 1].
        hidden, output, gain, leak
            The same as those of `mlp`.

        Returns
        -------
        Topology
            Bridged multilayer perceptron.
        """
        return cls(*family(layered(layers, bridged=True), hidden, output, gain, leak))

    @classmethod
    def fcc(
        cls,
        n_inputs: int,
        n_hidden: int,
        n_outputs: int,
        *,
        hidden: str = "bipolar",
        output: str = "linear",
        gain: float = 1.0,
        leak: float = 0.0,
    ) -> Topology:
        """Return a fully connected cascade, in which each hidden neuron is a layer of its own.

        Parameters
        ----------
        n_inputs, n_hidden, n_outputs : int
            Numbers of inputs, hidden neurons and outputs. Every hidden neuron is connected to the
            inputs and all hidden neurons before it; outputs to the inputs and all hidden neurons.
        hidden, output, gain, leak
            The same as those of `mlp`.

        Returns
        -------
        Topology
            Fully connected cascade.
        """
        links = cascade(n_inputs, n_hidden, n_outputs)
        return cls(*family(links, hidden, output, gain, leak))

    @classmethod
    def from_networkx(cls, graph: networkx.DiGraph) -> Topology:
        """Return the topology that a feed-forward graph describes.

        Nodes have the attribute `role`: "input", "hidden" or "output". Neurons may have
        `activation`, `gain` and `leak`; the defaults are "bipolar", 1 and 0. Inputs keep the order
        in which they were added, and so do neurons as far as their connections allow. Outputs are
        ordered by the attribute `output` if all of them have it, otherwise by the order in which
        they were added.

        Parameters
        ----------
        graph : networkx.DiGraph
            Graph whose nodes are any hashable objects; `str(node)` is the name of a node.

        Returns
        -------
        Topology
            Topology with the connections of the graph.

        Raises
        ------
        TopologyError
            If the graph is undirected or has parallel connections, if the role of a node is
            missing or unknown, or if an input has a source.
        """
        return cls(*read_graph(graph))

    def to_networkx(self, weights: ArrayLike | None = None) -> networkx.DiGraph:
        """Return the network as a graph that `from_networkx` can read.

        Parameters
        ----------
        weights : (N,) array_like, optional
            Weights, stored as the attributes `weight` of connections and `bias` of neurons.

        Returns
        -------
        networkx.DiGraph
            Graph whose nodes are names, inputs first.

        Raises
        ------
        ShapeError
            If the length of `weights` is not N.
        """
        return graph_of(self._parts, weights)

    def to_dict(self) -> dict[str, Any]:
        """Return the topology as numbers, strings and lists for JSON."""
        return dictionary_of(self._parts)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Topology:
        """Return the topology that `to_dict` wrote.

        Parameters
        ----------
        values : mapping
            Dictionary with exactly the keys of `to_dict`.

        Returns
        -------
        Topology
            Topology equal to the one written.

        Raises
        ------
        TopologyError
            If a key is missing or unknown, or a value is invalid.
        """
        return cls(*read_dictionary(values))
