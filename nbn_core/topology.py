"""Topology: neurons and connections as a directed graph without loops.

Nodes are numbered inputs first, 0..I-1, then neurons: neuron k is node I + k. Neurons are listed
in an order in which every neuron comes after all its sources; any such order describes the same
function. Any neuron may be an output, and an output may feed other neurons, outputs included.

The weights of a topology are one array, neuron by neuron: first the neuron's bias, then one
weight for each of its sources, sources ascending.

    Topology.slp(2, 3, 1)            one hidden layer
    Topology.mlp([2, 8, 8, 1])       layer to layer
    Topology.bmlp([2, 8, 8, 1])      bridged: every layer sees the inputs and all earlier layers
    Topology.fcc(2, 8, 1)            full cascade: every hidden neuron sees all before it
    Topology.from_networkx(graph)    anything else
"""

from __future__ import annotations

import heapq
import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from nbn_core.activation import ACTIVATIONS
from nbn_core.errors import CycleError, ShapeError, TopologyError, UnreachableNeuronError

if TYPE_CHECKING:
    import networkx

NAME_LENGTH = 24
GAIN_MAX = 1000.0
LEAK_MAX = 1000.0
ROLES = ("input", "hidden", "output")


@dataclass(frozen=True, slots=True)
class Neuron:
    """A processing element: f(gain net) + leak net of the weighted sum of its sources.

    Parameters
    ----------
    activation : str
        A name in `ACTIVATIONS`.
    gain : float
        Steepness, above 0 and at most 1000.
    leak : float
        Share of the weighted sum that is added to the value, from 0 to 1000.
    sources : tuple of int
        Indices of the nodes it sees, ascending.
    """

    activation: str = "bipolar"
    gain: float = 1.0
    leak: float = 0.0
    sources: tuple[int, ...] = ()


@dataclass(frozen=True)
class Topology:
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
        _check_counts(self.n_inputs, neurons, outputs)
        object.__setattr__(self, "n_inputs", int(self.n_inputs))
        outputs = tuple(int(output) for output in outputs)
        names = names or default_names(self.n_inputs, len(neurons), outputs)
        _check_names(names, self.n_inputs + len(neurons))
        neurons = tuple(
            _checked_neuron(neuron, names[self.n_inputs + k], len(names))
            for k, neuron in enumerate(neurons)
        )
        _check_order(names, self.n_inputs, neurons)
        _check_paths(names, self.n_inputs, neurons, outputs)
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "neurons", neurons)
        object.__setattr__(self, "outputs", outputs)

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
        level = [0] * self.n_inputs
        for neuron in self.neurons:
            level.append(1 + max(level[source] for source in neuron.sources))
        return tuple(level[self.n_inputs :])

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
        sizes = _sizes(layers)
        starts = np.concatenate([[0], np.cumsum(sizes)]).tolist()
        sources = [
            tuple(range(starts[layer - 1], starts[layer]))
            for layer in range(1, len(sizes))
            for _ in range(sizes[layer])
        ]
        return cls._family(sizes[0], sources, sizes[-1], hidden, output, gain, leak)

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
        sizes = _sizes(layers)
        starts = np.concatenate([[0], np.cumsum(sizes)]).tolist()
        sources = [
            tuple(range(starts[layer]))
            for layer in range(1, len(sizes))
            for _ in range(sizes[layer])
        ]
        return cls._family(sizes[0], sources, sizes[-1], hidden, output, gain, leak)

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
        n_inputs = _size(n_inputs, "inputs", 1)
        n_hidden = _size(n_hidden, "hidden neurons", 0)
        n_outputs = _size(n_outputs, "outputs", 1)
        sources = [tuple(range(n_inputs + k)) for k in range(n_hidden)]
        sources += [tuple(range(n_inputs + n_hidden))] * n_outputs
        return cls._family(n_inputs, sources, n_outputs, hidden, output, gain, leak)

    @classmethod
    def _family(
        cls,
        n_inputs: int,
        sources: Sequence[tuple[int, ...]],
        n_outputs: int,
        hidden: str,
        output: str,
        gain: float,
        leak: float,
    ) -> Topology:
        n_hidden = len(sources) - n_outputs
        neurons = []
        for k, seen in enumerate(sources):
            activation = hidden if k < n_hidden else output
            if activation == "linear":
                neurons.append(Neuron(activation, 1.0, 0.0, seen))
            else:
                neurons.append(Neuron(activation, gain, leak, seen))
        outputs = tuple(range(n_hidden, len(sources)))
        return cls((), n_inputs, tuple(neurons), outputs)

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
        if not graph.is_directed() or graph.is_multigraph():
            raise TopologyError(
                "A network needs a directed graph with single connections: make it a DiGraph."
            )
        roles = {node: attributes.get("role") for node, attributes in graph.nodes(data=True)}
        for node, role in roles.items():
            if not isinstance(role, str) or role not in ROLES:
                raise TopologyError(
                    f"{_quoted(node)} needs a role: input, hidden or output, not {_shown(role)}."
                )
        inputs = [node for node, role in roles.items() if role == "input"]
        for node in inputs:
            for source in graph.predecessors(node):
                raise TopologyError(
                    f"{_quoted(node)} is an input, so nothing can be connected to it: "
                    f"remove the connection from {_quoted(source)}."
                )
        order = _topological_order(graph, roles)
        index = {node: i for i, node in enumerate([*inputs, *order])}
        neurons = []
        for node in order:
            attributes = graph.nodes[node]
            neurons.append(
                Neuron(
                    attributes.get("activation", "bipolar"),
                    attributes.get("gain", 1.0),
                    attributes.get("leak", 0.0),
                    tuple(sorted(index[source] for source in graph.predecessors(node))),
                )
            )
        outputs = [node for node, role in roles.items() if role == "output"]
        places = [graph.nodes[node].get("output") for node in outputs]
        if all(_is_integer(place) for place in places):
            outputs = [outputs[i] for i in sorted(range(len(outputs)), key=lambda i: places[i])]
        return cls(
            tuple(str(node) for node in index),
            len(inputs),
            tuple(neurons),
            tuple(index[node] - len(inputs) for node in outputs),
        )

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
        import networkx

        values = None if weights is None else np.asarray(weights, dtype=float)
        if values is not None and values.shape != (self.n_weights,):
            raise ShapeError(
                f"This network has {self.n_weights} weights, but {values.size} were given."
            )
        graph = networkx.DiGraph()
        place = {neuron: m for m, neuron in enumerate(self.outputs)}
        for name in self.input_names:
            graph.add_node(name, role="input")
        n = 0
        for k, (name, neuron) in enumerate(zip(self.neuron_names, self.neurons, strict=True)):
            graph.add_node(
                name,
                role="output" if k in place else "hidden",
                activation=neuron.activation,
                gain=neuron.gain,
                leak=neuron.leak,
            )
            if k in place:
                graph.nodes[name]["output"] = place[k]
            if values is not None:
                graph.nodes[name]["bias"] = float(values[n])
            n += 1
            for source in neuron.sources:
                graph.add_edge(self.names[source], name)
                if values is not None:
                    graph.edges[self.names[source], name]["weight"] = float(values[n])
                n += 1
        return graph

    # Plain values

    def to_dict(self) -> dict[str, Any]:
        """As numbers, strings and lists, for JSON."""
        return {
            "names": list(self.names),
            "inputs": self.n_inputs,
            "neurons": [
                {
                    "activation": neuron.activation,
                    "gain": neuron.gain,
                    "leak": neuron.leak,
                    "sources": list(neuron.sources),
                }
                for neuron in self.neurons
            ],
            "outputs": list(self.outputs),
        }

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
        _check_keys(values, ("names", "inputs", "neurons", "outputs"), "network")
        for key in ("names", "neurons", "outputs"):
            if not isinstance(values[key], list | tuple):
                raise TopologyError(f"The {key} of the network must be a list.")
        neurons = []
        for neuron in values["neurons"]:
            _check_keys(neuron, ("activation", "gain", "leak", "sources"), "neuron")
            if not isinstance(neuron["sources"], list | tuple):
                raise TopologyError("The sources of a neuron must be a list.")
            neurons.append(
                Neuron(
                    neuron["activation"], neuron["gain"], neuron["leak"], tuple(neuron["sources"])
                )
            )
        if not values["names"]:
            raise TopologyError("The names of the network are missing: give one for each node.")
        return cls(
            tuple(values["names"]), values["inputs"], tuple(neurons), tuple(values["outputs"])
        )


def default_names(n_inputs: int, n_neurons: int, outputs: Sequence[int]) -> tuple[str, ...]:
    """Names for nodes nobody named: x1.. inputs, h1.. hidden, y1.. outputs (y alone).

    Parameters
    ----------
    n_inputs, n_neurons : int
        Sizes.
    outputs : sequence of int
        The neurons that are outputs.

    Returns
    -------
    tuple of str
        One for each node, inputs first.
    """
    place = {neuron: m for m, neuron in enumerate(outputs)}
    names = [f"x{i + 1}" for i in range(n_inputs)]
    hidden = 0
    for k in range(n_neurons):
        if k in place:
            names.append("y" if len(outputs) == 1 else f"y{place[k] + 1}")
        else:
            hidden += 1
            names.append(f"h{hidden}")
    return tuple(names)


# Checks


def _quoted(name: object) -> str:
    text = str(name) if isinstance(name, str | int | float | tuple) else type(name).__name__
    # A mark that turns the direction of text around would do so to the whole sentence.
    text = "".join(c if c.isprintable() else "�" for c in text[: NAME_LENGTH + 1])
    return f"“{text if len(text) <= NAME_LENGTH else text[: NAME_LENGTH - 1] + '…'}”"


def _shown(value: object) -> str:
    return repr(value)[:40] if isinstance(value, str | int | float) else type(value).__name__


def _is_integer(value: object) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _size(value: object, what: str, least: int) -> int:
    if not _is_integer(value) or value < least:  # type: ignore[operator]
        raise TopologyError(
            f"The number of {what} must be a whole number from {least} up, not {_shown(value)}."
        )
    return int(value)  # type: ignore[call-overload, no-any-return]


def _sizes(layers: Sequence[int]) -> list[int]:
    if isinstance(layers, str) or not isinstance(layers, Iterable):
        raise TopologyError(
            f"Layers must be a list of sizes such as [2, 8, 1], not {_shown(layers)}."
        )
    sizes = [_size(size, "nodes in a layer", 1) for size in layers]
    if len(sizes) < 2:
        raise TopologyError("A network needs at least two layers: the inputs and the outputs.")
    return sizes


def _check_keys(values: object, keys: Sequence[str], what: str) -> None:
    if not isinstance(values, Mapping):
        raise TopologyError(f"A {what} must be an object with {', '.join(keys)}.")
    for key in keys:
        if key not in values:
            raise TopologyError(f"The {what} has no “{key}”: every {what} needs {', '.join(keys)}.")
    for key in values:
        if key not in keys:
            raise TopologyError(f"The {what} has an unknown entry {_quoted(key)}: remove it.")


def _check_counts(n_inputs: int, neurons: Sequence[Neuron], outputs: Sequence[int]) -> None:
    _size(n_inputs, "inputs", 1)
    if not neurons:
        raise TopologyError("The network has no neuron: add one.")
    if not outputs:
        raise TopologyError("The network has no output: make at least one neuron an output.")
    for output in outputs:
        if not _is_integer(output) or not 0 <= output < len(neurons):
            raise TopologyError(
                f"An output must be one of the {len(neurons)} neurons, counted from 0, "
                f"not {_shown(output)}."
            )
    if len(set(outputs)) < len(outputs):
        raise TopologyError("The same neuron is an output twice: list it once.")


def _check_names(names: Sequence[str], n_nodes: int) -> None:
    if len(names) != n_nodes:
        raise TopologyError(
            f"The network has {n_nodes} inputs and neurons but {len(names)} names: "
            "give one name to each."
        )
    seen = set()
    for name in names:
        if not isinstance(name, str) or not 1 <= len(name) <= NAME_LENGTH or name.isspace():
            raise TopologyError(
                f"A name must be a text of 1 to {NAME_LENGTH} characters: "
                f"choose another one for {_quoted(name)}."
            )
        if any(unicodedata.category(character) in ("Cc", "Cs") for character in name):
            raise TopologyError(
                f"The name {name!a} contains a control character: choose another one."
            )
        if name in seen:
            raise TopologyError(f"Two nodes have the name {_quoted(name)}: rename one of them.")
        seen.add(name)


def _checked_neuron(neuron: Neuron, name: str, n_nodes: int) -> Neuron:
    if not isinstance(neuron, Neuron):
        raise TopologyError(f"{_quoted(name)} must be a Neuron, not {type(neuron).__name__}.")
    if not isinstance(neuron.activation, str) or neuron.activation not in ACTIVATIONS:
        raise TopologyError(
            f"{_quoted(name)} has the activation {_quoted(neuron.activation)}, which does not "
            f"exist: choose {', '.join(ACTIVATIONS)}."
        )
    gain = _setting(neuron.gain, "gain", name, GAIN_MAX)
    leak = _setting(neuron.leak, "leak", name, LEAK_MAX)
    if gain == 0:
        raise TopologyError(f"The gain of {_quoted(name)} must be above 0.")
    sources = tuple(neuron.sources)
    for source in sources:
        if not _is_integer(source) or not 0 <= source < n_nodes:
            raise TopologyError(
                f"{_quoted(name)} is connected to a node that does not exist ({_shown(source)}): "
                "remove the connection."
            )
    sources = tuple(sorted(int(source) for source in sources))
    if len(set(sources)) < len(sources):
        raise TopologyError(f"{_quoted(name)} is connected to the same node twice: remove one.")
    return Neuron(neuron.activation, gain, leak, sources)


def _setting(value: object, what: str, name: str, most: float) -> float:
    known = isinstance(value, int | float | np.integer | np.floating)
    if not known or isinstance(value, bool) or not 0 <= value <= most:  # type: ignore[operator]
        raise TopologyError(
            f"The {what} of {_quoted(name)} must be a number from 0 to {most:g}, "
            f"not {_shown(value)}."
        )
    number = float(value)  # type: ignore[arg-type]
    return number if math.copysign(1.0, number) > 0 else 0.0


def _check_order(names: Sequence[str], n_inputs: int, neurons: Sequence[Neuron]) -> None:
    early = [
        (k, source)
        for k, neuron in enumerate(neurons)
        for source in neuron.sources
        if source >= n_inputs + k
    ]
    if not early:
        return
    loop = _find_loop(
        [[s - n_inputs for s in neuron.sources if s >= n_inputs] for neuron in neurons]
    )
    if loop:
        raise _cycle_error([names[n_inputs + k] for k in loop])
    k, source = early[0]
    raise TopologyError(
        f"{_quoted(names[n_inputs + k])} is listed before its source {_quoted(names[source])}: "
        "list every neuron after all its sources."
    )


def _cycle_error(names: Sequence[str]) -> CycleError:
    if len(names) == 1:
        return CycleError(
            f"{_quoted(names[0])} is connected to itself, but a feed-forward network has no loops: "
            "remove that connection."
        )
    shown = [_quoted(name) for name in names]
    if len(shown) > 8:
        shown = [*shown[:4], "…", *shown[-3:]]
    return CycleError(
        f"The connections {' → '.join([*shown, shown[0]])} form a loop, and a feed-forward network "
        "has none: remove one of them."
    )


def _find_loop(sources: Sequence[Sequence[int]]) -> list[int]:
    """Find a loop, in the direction of its connections from the first listed, or nothing."""
    done = [False] * len(sources)
    for start in range(len(sources)):
        path: list[int] = []
        on_path: dict[int, int] = {}
        stack = [(start, iter(sources[start]))] if not done[start] else []
        while stack:
            node, rest = stack[-1]
            if node not in on_path:
                on_path[node] = len(path)
                path.append(node)
            source = next(rest, None)
            if source is None:
                stack.pop()
                path.pop()
                del on_path[node]
                done[node] = True
            elif source in on_path:
                loop = path[on_path[source] :][::-1]
                first = loop.index(min(loop))
                return loop[first:] + loop[:first]
            elif not done[source]:
                stack.append((source, iter(sources[source])))
    return []


def _check_paths(
    names: Sequence[str], n_inputs: int, neurons: Sequence[Neuron], outputs: Sequence[int]
) -> None:
    for k, neuron in enumerate(neurons):
        if not neuron.sources:
            raise UnreachableNeuronError(
                f"Nothing is connected to {_quoted(names[n_inputs + k])}: connect an input or "
                "another neuron to it, or delete it."
            )
    useful = [False] * len(neurons)
    for output in outputs:
        useful[output] = True
    for k in reversed(range(len(neurons))):
        if useful[k]:
            for source in neurons[k].sources:
                if source >= n_inputs:
                    useful[source - n_inputs] = True
    for k in range(len(neurons)):
        if not useful[k]:
            raise UnreachableNeuronError(
                f"No path leads from {_quoted(names[n_inputs + k])} to an output: connect it to a "
                "later neuron, or delete it."
            )


def _topological_order(graph: networkx.DiGraph, roles: Mapping[Any, str]) -> list[Any]:
    """Neurons with sources first, otherwise as they were added."""
    neurons = [node for node, role in roles.items() if role != "input"]
    index = {node: k for k, node in enumerate(neurons)}
    waiting = [sum(source in index for source in graph.predecessors(neuron)) for neuron in neurons]
    ready = [k for k, count in enumerate(waiting) if count == 0]
    order = []
    while ready:
        k = heapq.heappop(ready)
        order.append(neurons[k])
        for follower in graph.successors(neurons[k]):
            waiting[index[follower]] -= 1
            if waiting[index[follower]] == 0:
                heapq.heappush(ready, index[follower])
    if len(order) < len(neurons):
        loop = _find_loop(
            [[index[s] for s in graph.predecessors(node) if s in index] for node in neurons]
        )
        raise _cycle_error([str(neurons[k]) for k in loop])
    return order
