"""The activation functions, by name.

With net the weighted sum of the sources of a neuron (bias included), g its gain and l its leak, the
value of the neuron is f(g net) + l net. The functions f and their codes in the kernels are

    linear            z                          0
    unipolar          1 / (1 + exp(-z))          1
    bipolar           tanh(z)                    2
    elliot_bipolar    z / (1 + |z|)              3
    elliot_unipolar   (1 + z / (1 + |z|)) / 2    4

Values and slopes are computed by `nbn_core.kernels.activations`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Activation:
    """Activation function of a neuron.

    Parameters
    ----------
    name : str
        Name in files and in Python.
    code : int
        Code in the compiled kernels.
    title : str
        Name in the user interface.
    """

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
