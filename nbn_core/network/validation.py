"""Validation of topologies: counts, names, neurons, their order, and paths to the outputs."""

from __future__ import annotations

import heapq
import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nbn_core.checks import shown
from nbn_core.errors import CycleError, TopologyError, UnreachableNeuronError
from nbn_core.network.activation import ACTIVATIONS
from nbn_core.network.neuron import GAIN_MAX, LEAK_MAX, NAME_LENGTH, Neuron, quoted

if TYPE_CHECKING:
    import networkx


def is_integer(value: object) -> bool:
    """Return whether a value is a Python or NumPy integer and not a bool."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def checked_size(value: object, what: str, low: int) -> int:
    """Return a number of nodes as an int; `what` names it in the error message."""
    if not is_integer(value) or value < low:  # type: ignore[operator]
        raise TopologyError(
            f"The number of {what} must be a whole number from {low} up, not {shown(value)}."
        )
    return int(value)  # type: ignore[call-overload, no-any-return]


def checked_sizes(layers: Sequence[int]) -> list[int]:
    """Return the sizes of at least two layers, the inputs and the outputs."""
    if isinstance(layers, str) or not isinstance(layers, Iterable):
        raise TopologyError(
            f"Layers must be a list of sizes such as [2, 8, 1], not {shown(layers)}."
        )
    sizes = [checked_size(size, "nodes in a layer", 1) for size in layers]
    if len(sizes) < 2:
        raise TopologyError("A network needs at least two layers: the inputs and the outputs.")
    return sizes


def check_keys(values: object, keys: Sequence[str], what: str) -> None:
    """Raise TopologyError if `values` is not a mapping with exactly these keys."""
    if not isinstance(values, Mapping):
        raise TopologyError(f"A {what} must be an object with {', '.join(keys)}.")
    for key in keys:
        if key not in values:
            raise TopologyError(f"The {what} has no “{key}”: every {what} needs {', '.join(keys)}.")
    for key in values:
        if key not in keys:
            raise TopologyError(f"The {what} has an unknown entry {quoted(key)}: remove it.")


def check_counts(n_inputs: int, neurons: Sequence[Neuron], outputs: Sequence[int]) -> None:
    """Raise TopologyError if inputs, neurons or outputs are missing, or an output is no neuron."""
    checked_size(n_inputs, "inputs", 1)
    if not neurons:
        raise TopologyError("The network has no neuron: add one.")
    if not outputs:
        raise TopologyError("The network has no output: make at least one neuron an output.")
    for output in outputs:
        if not is_integer(output) or not 0 <= output < len(neurons):
            raise TopologyError(
                f"An output must be one of the {len(neurons)} neurons, counted from 0, "
                f"not {shown(output)}."
            )
    if len(set(outputs)) < len(outputs):
        raise TopologyError("The same neuron is an output twice: list it once.")


def check_names(names: Sequence[str], n_nodes: int) -> None:
    """Raise TopologyError if names are missing, too long, not printable, or not unique."""
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
                f"choose another one for {quoted(name)}."
            )
        if any(unicodedata.category(character) in ("Cc", "Cs") for character in name):
            raise TopologyError(
                f"The name {name!a} contains a control character: choose another one."
            )
        if name in seen:
            raise TopologyError(f"Two nodes have the name {quoted(name)}: rename one of them.")
        seen.add(name)


def checked_neuron(neuron: Neuron, name: str, n_nodes: int) -> Neuron:
    """Return the neuron with Python numbers and ascending sources."""
    if not isinstance(neuron, Neuron):
        raise TopologyError(f"{quoted(name)} must be a Neuron, not {type(neuron).__name__}.")
    if not isinstance(neuron.activation, str) or neuron.activation not in ACTIVATIONS:
        raise TopologyError(
            f"{quoted(name)} has the activation {quoted(neuron.activation)}, which does not "
            f"exist: choose {', '.join(ACTIVATIONS)}."
        )
    gain = _setting(neuron.gain, "gain", name, GAIN_MAX)
    leak = _setting(neuron.leak, "leak", name, LEAK_MAX)
    if gain == 0:
        raise TopologyError(f"The gain of {quoted(name)} must be above 0.")
    sources = tuple(neuron.sources)
    for source in sources:
        if not is_integer(source) or not 0 <= source < n_nodes:
            raise TopologyError(
                f"{quoted(name)} is connected to a node that does not exist ({shown(source)}): "
                "remove the connection."
            )
    sources = tuple(sorted(int(source) for source in sources))
    if len(set(sources)) < len(sources):
        raise TopologyError(f"{quoted(name)} is connected to the same node twice: remove one.")
    return Neuron(neuron.activation, gain, leak, sources)


def _setting(value: object, what: str, name: str, high: float) -> float:
    known = isinstance(value, int | float | np.integer | np.floating)
    if not known or isinstance(value, bool) or not 0 <= value <= high:  # type: ignore[operator]
        raise TopologyError(
            f"The {what} of {quoted(name)} must be a number from 0 to {high:g}, not {shown(value)}."
        )
    number = float(value)  # type: ignore[arg-type]
    return number if math.copysign(1.0, number) > 0 else 0.0


def check_paths(
    names: Sequence[str], n_inputs: int, neurons: Sequence[Neuron], outputs: Sequence[int]
) -> None:
    """Raise UnreachableNeuronError if a neuron has no source or no path to an output."""
    for k, neuron in enumerate(neurons):
        if not neuron.sources:
            raise UnreachableNeuronError(
                f"Nothing is connected to {quoted(names[n_inputs + k])}: connect an input or "
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
                f"No path leads from {quoted(names[n_inputs + k])} to an output: connect it to a "
                "later neuron, or delete it."
            )


def check_order(names: Sequence[str], n_inputs: int, neurons: Sequence[Neuron]) -> None:
    """Raise CycleError for a cycle, TopologyError for a neuron listed before one of its sources."""
    early = [
        (k, source)
        for k, neuron in enumerate(neurons)
        for source in neuron.sources
        if source >= n_inputs + k
    ]
    if not early:
        return
    loop = find_loop(
        [[s - n_inputs for s in neuron.sources if s >= n_inputs] for neuron in neurons]
    )
    if loop:
        raise cycle_error([names[n_inputs + k] for k in loop])
    k, source = early[0]
    raise TopologyError(
        f"{quoted(names[n_inputs + k])} is listed before its source {quoted(names[source])}: "
        "list every neuron after all its sources."
    )


def topological_order(graph: networkx.DiGraph, roles: Mapping[Any, str]) -> list[Any]:
    """Return the neurons in topological order, otherwise in the order they were added."""
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
        loop = find_loop(
            [[index[s] for s in graph.predecessors(node) if s in index] for node in neurons]
        )
        raise cycle_error([str(neurons[k]) for k in loop])
    return order


def cycle_error(names: Sequence[str]) -> CycleError:
    """Return the error that names the neurons of a cycle; of a long one only both ends."""
    if len(names) == 1:
        return CycleError(
            f"{quoted(names[0])} is connected to itself, but a feed-forward network has no loops: "
            "remove that connection."
        )
    shown = [quoted(name) for name in names]
    if len(shown) > 8:
        shown = [*shown[:4], "…", *shown[-3:]]
    return CycleError(
        f"The connections {' → '.join([*shown, shown[0]])} form a loop, and a feed-forward network "
        "has none: remove one of them."
    )


def find_loop(sources: Sequence[Sequence[int]]) -> list[int]:
    """Return the neurons of a cycle in the direction of its connections; empty if there is none."""
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
