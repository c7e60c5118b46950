"""Parts of the payload that several components are sent: plain JSON values, arrays as base64.

Pure functions of values; no NumPy scalar and no NaN. Long arrays are sent as little-endian float64,
node by node, so that the browser can use them without conversion.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from app.session.sketch import Sketch
from nbn_core.network import Topology
from nbn_core.types import Json


def pack(values: ArrayLike) -> str:
    """Encode numbers as little-endian float64 in base64."""
    return base64.b64encode(np.ascontiguousarray(values, dtype="<f8").tobytes()).decode("ascii")


def number(value: float) -> float | None:
    """Return a float that JSON can hold; None for NaN and infinities."""
    return float(value) if math.isfinite(value) else None


# The network and its drawing


def graph_block(sketch: Sketch) -> Json:
    """Return every node and link of the drawing."""
    return {
        "nodes": [
            {
                "id": node.name,
                "role": node.role,
                "activation": node.activation,
                "gain": node.gain,
                "leak": node.leak,
                "x": None if node.place is None else node.place[0],
                "y": None if node.place is None else node.place[1],
            }
            for node in sketch.nodes
        ],
        "links": [list(link) for link in sketch.links],
    }


def network_block(topology: Topology) -> Json:
    """Return the network, its neurons in the order of the weights."""
    families = families_of(topology)
    names = topology.names[topology.n_inputs :]
    return {
        "n_inputs": topology.n_inputs,
        "inputs": list(topology.names[: topology.n_inputs]),
        "outputs": list(topology.outputs),
        "neurons": [
            {
                "id": name,
                "activation": neuron.activation,
                "gain": neuron.gain,
                "leak": neuron.leak,
                "sources": list(neuron.sources),
            }
            for name, neuron in zip(names, topology.neurons, strict=True)
        ],
        "families": [[family, sizes] for family, sizes in families],
    }


def family_of(topology: Topology) -> tuple[str | None, list[int]]:
    """Return the first family that a network belongs to, and its sizes; see `families_of`."""
    families = families_of(topology)
    return families[0] if families else (None, [])


def families_of(topology: Topology) -> list[tuple[str, list[int]]]:
    """Recognise a preset topology.

    Small networks belong to several families: one hidden layer is "slp" and "mlp", a cascade is
    "bmlp" with one neuron in each layer.

    Returns
    -------
    list of tuple
        Name of each family, "slp", "mlp", "fcc" or "bmlp", with the sizes of its hidden layers; for
        "slp" and "fcc" the number of hidden neurons. Empty for any other wiring.
    """
    hidden = topology.n_neurons - topology.n_outputs
    if hidden == 0 or tuple(topology.outputs) != tuple(range(hidden, topology.n_neurons)):
        return []
    levels = topology.levels[:hidden]
    sizes = [levels.count(level) for level in range(1, max(levels) + 1)]
    n_in, n_out = topology.n_inputs, topology.n_outputs
    shapes: dict[str, Callable[[], Topology]] = {
        "slp": lambda: Topology.slp(n_in, hidden, n_out),
        "mlp": lambda: Topology.mlp([n_in, *sizes, n_out]),
        "fcc": lambda: Topology.fcc(n_in, hidden, n_out),
        "bmlp": lambda: Topology.bmlp([n_in, *sizes, n_out]),
    }
    wiring = [neuron.sources for neuron in topology.neurons]
    return [
        (family, [hidden] if family in ("slp", "fcc") else sizes)
        for family, make in shapes.items()
        if not (family == "slp" and len(sizes) > 1)
        and [neuron.sources for neuron in make().neurons] == wiring
    ]
