"""Export of a trained network as a Python function without dependencies."""

from __future__ import annotations

from collections.abc import Sequence

from numpy.typing import ArrayLike

from nbn_core.data.columns import DataColumn, meanings
from nbn_core.data.scaling import Scaling
from nbn_core.formats.export_checks import Trained, checked_name, trained
from nbn_core.network import Topology

_FUNCTIONS = {
    "linear": "z",
    "unipolar": "1 / (1 + exp(-z)) if z >= 0 else exp(z) / (1 + exp(z))",
    "bipolar": "tanh(z)",
    "elliot_bipolar": "z / (1 + abs(z))",
    "elliot_unipolar": "0.5 + 0.5 * z / (1 + abs(z))",
}
_IMPORTS = {"unipolar": "exp", "bipolar": "tanh"}
_TAKEN = frozenset(("exp", "tanh", "abs", "len", "zip", "ValueError", "inputs", "values"))


def write_python(
    topology: Topology,
    weights: ArrayLike,
    scaling: Scaling | None = None,
    name: str = "network",
    targets: Sequence[DataColumn] = (),
) -> str:
    """Write a module with one function that maps raw inputs to raw outputs.

    Parameters
    ----------
    topology : Topology
        Topology of the network.
    weights : (N,) array_like
        Weights, neuron by neuron, bias first.
    scaling : Scaling, optional
        Scaling of the training data, which becomes part of the function.
    name : str
        Name of the function.
    targets : sequence of DataColumn
        Target columns, whose classes are listed in a comment.

    Returns
    -------
    str
        Python 3 source in ASCII that imports nothing but `math`.
    """
    network = trained(topology, weights, scaling)
    checked_name(name, _TAKEN)
    used = [a for a in _FUNCTIONS if any(n.activation == a for n in topology.neurons)]
    imports = sorted(_IMPORTS[a] for a in used if a in _IMPORTS)
    lines = [
        f'"""A neural network with {topology.n_inputs} inputs, {topology.n_outputs} outputs and '
        f"{topology.n_weights} weights, from NBN Lab.",
        "",
        f"    outputs = {name}(inputs)      lists of numbers, in raw units",
        '"""',
        "",
        *(f"# {ascii(line)[1:-1]}" for line in meanings(targets)),
        *([f"from math import {', '.join(imports)}", ""] if imports else []),
        *_tables(network),
        "ACTIVATIONS = {",
        *(f'    "{a}": lambda z: {_FUNCTIONS[a]},' for a in used),
        "}",
        "",
        "",
        f"def {name}(inputs):",
        "    if len(inputs) != len(INPUTS):",
        '        raise ValueError("expected %d inputs, got %d" % (len(INPUTS), len(inputs)))',
        "    values = [(x - centre) / width for x, (_, centre, width) in zip(inputs, INPUTS)]",
        "    for _, activation, gain, leak, bias, connections in NEURONS:",
        "        net = bias",
        "        for node, weight in connections:",
        "            net += weight * values[node]",
        "        values.append(ACTIVATIONS[activation](gain * net) + leak * net)",
        "    return [values[node] * width + centre for _, node, centre, width in OUTPUTS]",
    ]
    return "\n".join(lines) + "\n"


def _tables(network: Trained) -> list[str]:
    topology = network.topology
    lines = ["# name, centre, width: a network sees (x - centre) / width", "INPUTS = ("]
    for label, centre, width in zip(
        topology.input_names, network.inputs.centre, network.inputs.width, strict=True
    ):
        lines.append(f"    ({label!a}, {centre!r}, {width!r}),")
    lines += [
        ")",
        "",
        "# name, activation, gain, leak, bias, (node, weight) of each connection;",
        "# nodes are the inputs from 0 up, then the neurons",
        "NEURONS = (",
    ]
    for label, neuron, values in zip(
        topology.neuron_names, topology.neurons, network.parts, strict=True
    ):
        bias, *rest = values.tolist()
        lines.append(f'    ({label!a}, "{neuron.activation}", {neuron.gain!r}, {neuron.leak!r},')
        lines.append(f"     {bias!r}, (")
        lines += [f"         ({s}, {w!r})," for s, w in zip(neuron.sources, rest, strict=True)]
        lines.append("     )),")
    lines += [")", "", "# name, node, centre, width", "OUTPUTS = ("]
    for label, k, centre, width in zip(
        topology.output_names,
        topology.outputs,
        network.outputs.centre,
        network.outputs.width,
        strict=True,
    ):
        lines.append(f"    ({label!a}, {topology.n_inputs + k}, {centre!r}, {width!r}),")
    return [*lines, ")", ""]
