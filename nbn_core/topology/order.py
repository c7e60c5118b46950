"""Sources before their neurons: the order of neurons, and the loops that leave none."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nbn_core.errors import CycleError, TopologyError
from nbn_core.topology.names import quoted
from nbn_core.topology.neuron import Neuron

if TYPE_CHECKING:
    import networkx


def check_order(names: Sequence[str], n_inputs: int, neurons: Sequence[Neuron]) -> None:
    """Refuse neurons that stand before one of their sources, above all in a loop."""
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
        loop = find_loop(
            [[index[s] for s in graph.predecessors(node) if s in index] for node in neurons]
        )
        raise cycle_error([str(neurons[k]) for k in loop])
    return order


def cycle_error(names: Sequence[str]) -> CycleError:
    """What is told of a loop: its neurons, the middle left out where they are many."""
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
