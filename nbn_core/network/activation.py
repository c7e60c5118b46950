"""The activations a neuron may have, by name.

With net the weighted sum of a neuron's sources (bias included), g its gain and l its leak, the
neuron's value is f(g net) + l net, where f is

    linear            z                          0
    unipolar          1 / (1 + exp(-z))          1
    bipolar           tanh(z)                    2
    elliot_bipolar    z / (1 + |z|)              3
    elliot_unipolar   (1 + z / (1 + |z|)) / 2    4

and the number is the code the compiled kernels know it by. Values and slopes are computed there
(`nbn_core.kernels.activations`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Activation:
    """One activation: the name in files and calls, the kernels' code, the title for people."""

    name: str
    code: int
    title: str


ACTIVATIONS: dict[str, Activation] = {
    activation.name: activation
    for activation in (
        Activation("linear", 0, "Linear"),
        Activation("unipolar", 1, "Unipolar (0 to 1)"),
        Activation("bipolar", 2, "Bipolar (-1 to 1, tanh)"),
        Activation("elliot_bipolar", 3, "Elliot bipolar (-1 to 1)"),
        Activation("elliot_unipolar", 4, "Elliot unipolar (0 to 1)"),
    )
}
