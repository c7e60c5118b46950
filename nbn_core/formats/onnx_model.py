"""Export of a trained network as ONNX, for the many programs that run such models.

The model has one input, `inputs` (patterns, I), and one output, `outputs` (patterns, M), both in
raw units. Neurons of the same level and activation become one matrix product; after each level its
values are appended to those of all levels before, so that arbitrary connections are possible.
Requires the package `onnx`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nbn_core.data.columns import DataColumn, meanings
from nbn_core.data.scaling import Affine, Scaling
from nbn_core.errors import SettingError
from nbn_core.formats.export_checks import (
    Precision,
    Trained,
    in_precision,
    trained,
    widths_in_precision,
)
from nbn_core.network import Topology

OPSET = 13
IR_VERSION = 8


def write_onnx(
    topology: Topology,
    weights: ArrayLike,
    scaling: Scaling | None = None,
    precision: Precision = "double",
    targets: Sequence[DataColumn] = (),
) -> bytes:
    """Write an ONNX model that maps raw inputs to raw outputs.

    Parameters
    ----------
    topology : Topology
        Topology of the network.
    weights : (N,) array_like
        Weights, neuron by neuron, bias first.
    scaling : Scaling, optional
        Scaling of the training data, which becomes part of the model.
    precision : "double" or "float"
        Precision of all numbers; more programs support float.
    targets : sequence of DataColumn
        Target columns, whose classes are listed in the metadata.

    Returns
    -------
    bytes
        Content of the file; equal networks give equal bytes.

    Raises
    ------
    SettingError
        If the package onnx is not installed.
    """
    network = trained(topology, weights, scaling)
    try:
        import onnx
    except ImportError:
        raise SettingError(
            "Writing ONNX needs the package onnx, which is not installed here: pip install onnx."
        ) from None
    graph = _Graph(precision)
    graph.network(network)
    kind = onnx.TensorProto.DOUBLE if precision == "double" else onnx.TensorProto.FLOAT
    helper = onnx.helper
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "network",
            [helper.make_tensor_value_info("inputs", kind, ["patterns", topology.n_inputs])],
            [helper.make_tensor_value_info("outputs", kind, ["patterns", topology.n_outputs])],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="NBN Lab",
    )
    names: dict[str, Sequence[str]] = {
        "input_names": topology.input_names, "output_names": topology.output_names,
    }  # fmt: skip
    if classes := meanings(targets):
        names["classes"] = classes
    helper.set_model_props(model, {key: json.dumps(value) for key, value in names.items()})
    onnx.checker.check_model(model)
    data: bytes = model.SerializeToString(deterministic=True)
    return data


class _Graph:
    """An ONNX graph under construction; its methods return the names of values."""

    def __init__(self, precision: Precision) -> None:
        self.precision: Precision = precision
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, values: ArrayLike) -> str:
        """Add a constant to the model."""
        from onnx import numpy_helper

        array = np.asarray(values)
        if array.dtype != np.int64:
            kind = np.float64 if self.precision == "double" else np.float32
            array = in_precision(array, self.precision).astype(kind)
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def step(self, operation: str, *names: str, to: str = "", **attributes: Any) -> str:
        """Add an operation to the model."""
        from onnx import helper

        name = to or f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(operation, list(names), [name], **attributes))
        return name

    def network(self, network: Trained) -> None:
        """Add the whole network, from `inputs` to `outputs`."""
        topology = network.topology
        values = "inputs"
        affine = network.inputs
        if not affine.is_identity:
            moved = self.step("Sub", values, self.constant(affine.centre))
            values = self._divided(moved, affine)
        column = {node: node for node in range(topology.n_inputs)}
        groups: dict[tuple[int, str], list[int]] = {}
        for k, level in enumerate(topology.levels):
            groups.setdefault((level, topology.neurons[k].activation), []).append(k)
        for level in sorted({level for level, _ in groups}):
            made = []
            for (at, activation), members in groups.items():
                if at == level:
                    made.append(
                        (self._group(network, values, column, activation, members), members)
                    )
            for _, members in made:
                for k in members:
                    column[topology.n_inputs + k] = len(column)
            values = self.step("Concat", values, *(name for name, _ in made), axis=1)
        chosen = np.array([column[topology.n_inputs + k] for k in topology.outputs], dtype=np.int64)
        affine = network.outputs
        if affine.is_identity:
            self.step("Gather", values, self.constant(chosen), to="outputs", axis=1)
            return
        picked = self.step("Gather", values, self.constant(chosen), axis=1)
        stretched = self.step("Mul", picked, self._widths(affine))
        self.step("Add", stretched, self.constant(affine.centre), to="outputs")

    def _divided(self, values: str, affine: Affine) -> str:
        if len(affine) > 1:
            return self.step("Div", values, self._widths(affine))
        # onnxruntime fuses a division by a single number with the following product and stores
        # the number as float, an error of 5e-8 in a double model. It does not fuse a product.
        inverse = 1 / widths_in_precision(affine, self.precision)
        return self.step("MatMul", values, self.constant(inverse.reshape(1, 1)))

    def _widths(self, affine: Affine) -> str:
        return self.constant(widths_in_precision(affine, self.precision))

    def _group(
        self,
        network: Trained,
        values: str,
        column: dict[int, int],
        activation: str,
        members: list[int],
    ) -> str:
        """Add the neurons of one level and activation, computed from the values so far."""
        neurons = [network.topology.neurons[k] for k in members]
        matrix = np.zeros((len(column), len(members)))
        for place, (k, neuron) in enumerate(zip(members, neurons, strict=True)):
            matrix[[column[source] for source in neuron.sources], place] = network.parts[k][1:]
        biases = np.array([network.parts[k][0] for k in members])
        product = self.step("MatMul", values, self.constant(matrix))
        net = self.step("Add", product, self.constant(biases))
        gains = np.array([neuron.gain for neuron in neurons])
        leaks = np.array([neuron.leak for neuron in neurons])
        z = net if (gains == 1).all() else self.step("Mul", net, self.constant(gains))
        value = self._activated(activation, z)
        if leaks.any():
            value = self.step("Add", value, self.step("Mul", net, self.constant(leaks)))
        return value

    def _activated(self, activation: str, z: str) -> str:
        match activation:
            case "linear":
                return z
            case "bipolar":
                return self.step("Tanh", z)
            case "unipolar":
                return self.step("Sigmoid", z)
        size = self.step("Add", self.step("Abs", z), self.constant([1.0]))
        value = self.step("Div", z, size)
        if activation == "elliot_unipolar":
            half = self.constant([0.5])
            value = self.step("Add", self.step("Mul", value, half), half)
        return value
