"""Topology, the value: its counts, its names, and the families by their short names."""

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
    """A feed-forward network of any wiring, without its weights.

    Parameters
    ----------
    names : tuple of str
        One for each node, inputs first; all different, 1 to 24 characters. Empty means x1, x2, ...
        for inputs, h1, h2, ... for hidden neurons, y1, y2, ... (or y alone) for outputs.
    n_inputs : int
        Number of inputs, I.
    neurons : tuple of Neuron
        In an order in which sources come before.
    outputs : tuple of int
        The neurons that are outputs, counted among the neurons from 0, in the order of the outputs.

    Raises
    ------
    TopologyError
        If a name, number or setting is not what it may be.
    CycleError
        If the connections form a loop.
    UnreachableNeuronError
        If a neuron has no source, or no path from it leads to an output.
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
        """Sizes with the family, such as "2-8-8-1 mlp", and the number of weights in words."""
        return family_of(self._parts), plural(self.n_weights, "weight")

    @property
    def _parts(self) -> TopologyParts:
        return TopologyParts(self.names, self.n_inputs, self.neurons, self.outputs)

    # Counts

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
        """Number of connections, biases not counted."""
        return sum(len(neuron.sources) for neuron in self.neurons)

    @property
    def n_weights(self) -> int:
        """Number of weights, N: one for each connection and one bias for each neuron."""
        return self.n_connections + self.n_neurons

    @cached_property
    def levels(self) -> tuple[int, ...]:
        """Length of the longest path from an input, for each neuron."""
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
        """Names of the outputs, in the order of the outputs."""
        return tuple(self.names[self.n_inputs + output] for output in self.outputs)

    @property
    def weight_names(self) -> tuple[tuple[str, str], ...]:
        """(source, neuron) of each weight by name, in the order of the weights; "" for a bias."""
        return tuple(
            (source, name)
            for name, neuron in zip(self.neuron_names, self.neurons, strict=True)
            for source in ("", *(self.names[node] for node in neuron.sources))
        )

    # Families

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
        """One hidden layer.

        Parameters
        ----------
        n_inputs, n_hidden, n_outputs : int
            Sizes.
        hidden, output : str
            Activations of the hidden neurons and of the outputs.
        gain, leak : float
            Of every neuron that is not linear.

        Returns
        -------
        Topology
            n_inputs-n_hidden-n_outputs, layer to layer.
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
        """Layers, each seeing the one before it.

        Parameters
        ----------
        layers : sequence of int
            Sizes from the inputs to the outputs, such as [7, 7, 1].
        hidden, output : str
            Activations of the hidden neurons and of the outputs.
        gain, leak : float
            Of every neuron that is not linear.

        Returns
        -------
        Topology
            The layered network.
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
        """Bridged layers: each sees the inputs and all layers before it.

        Parameters
        ----------
        layers : sequence of int
            Sizes from the inputs to the outputs, such as [7, 3, 1].
        hidden, output : str
            Activations of the hidden neurons and of the outputs.
        gain, leak : float
            Of every neuron that is not linear.

        Returns
        -------
        Topology
            The bridged network.
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
        """Fully connected cascade: every hidden neuron sees the inputs and all hidden before it.

        Parameters
        ----------
        n_inputs, n_hidden, n_outputs : int
            Sizes. Outputs see the inputs and all hidden neurons, not each other.
        hidden, output : str
            Activations of the hidden neurons and of the outputs.
        gain, leak : float
            Of every neuron that is not linear.

        Returns
        -------
        Topology
            The cascade.
        """
        links = cascade(n_inputs, n_hidden, n_outputs)
        return cls(*family(links, hidden, output, gain, leak))

    # Graphs

    @classmethod
    def from_networkx(cls, graph: networkx.DiGraph) -> Topology:
        """Any feed-forward graph.

        Nodes carry `role`: "input", "hidden" or "output"; neurons also `activation`, `gain` and
        `leak` where they differ from bipolar, 1 and 0. Inputs come in the order in which they were
        added, and so do neurons as far as their connections allow. Outputs come in the order of
        their attribute `output` where all of them have one, else in the order they were added.

        Parameters
        ----------
        graph : networkx.DiGraph
            Nodes may be anything; `str(node)` is the name.

        Returns
        -------
        Topology
            The same graph.

        Raises
        ------
        TopologyError
            If the graph is undirected or has parallel connections, if a node has no role or one
            that is not known, or if something is connected to an input.
        """
        return cls(*read_graph(graph))

    def to_networkx(self, weights: ArrayLike | None = None) -> networkx.DiGraph:
        """Return the same network as a graph that `from_networkx` reads back.

        Parameters
        ----------
        weights : (N,) array_like, optional
            If given, connections carry `weight` and neurons carry `bias`.

        Returns
        -------
        networkx.DiGraph
            Nodes by name, inputs first.

        Raises
        ------
        ShapeError
            If `weights` does not have one entry for each weight.
        """
        return graph_of(self._parts, weights)

    # Plain values

    def to_dict(self) -> dict[str, Any]:
        """As numbers, strings and lists, for JSON."""
        return dictionary_of(self._parts)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Topology:
        """Read what `to_dict` wrote.

        Parameters
        ----------
        values : mapping
            Exactly the keys of `to_dict`.

        Returns
        -------
        Topology
            Equal to the one written.

        Raises
        ------
        TopologyError
            If a key is missing or unknown, or a value is not what it may be.
        """
        return cls(*read_dictionary(values))
