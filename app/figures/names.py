"""Titles of weights: "neuron h5, weight from input x2"."""

from __future__ import annotations

from nbn_core.network import Topology


def weight_titles(topology: Topology) -> list[str]:
    """Return the title of every weight, in the order of the weights."""
    inputs = set(topology.input_names)
    titles = []
    for source, neuron in topology.weight_names:
        if not source:
            titles.append(f"neuron {neuron}, bias")
        else:
            kind = "input" if source in inputs else "neuron"
            titles.append(f"neuron {neuron}, weight from {kind} {source}")
    return titles
