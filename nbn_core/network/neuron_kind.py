"""The most common kind of neurons in a network, for networks that are made like it."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from nbn_core.network.topology import Topology


class NeuronKind(NamedTuple):
    """Activations, gain and leak of the neurons of a network.

    Attributes
    ----------
    hidden, output : str
        Activations of hidden neurons and of outputs, keys of `ACTIVATIONS`.
    gain, leak : float
        Gain and leak of every nonlinear neuron.
    """

    hidden: str
    output: str
    gain: float
    leak: float

    def described(self) -> str:
        """Return the kind in words."""
        gain = f", gain {self.gain:g}" if self.gain != 1.0 else ""
        leak = f", leak {self.leak:g}" if self.leak else ""
        return f"hidden neurons {_word(self.hidden)}, outputs {_word(self.output)}{gain}{leak}"


def _word(activation: str) -> str:
    return activation.replace("_", " ")


def kind_of(topology: Topology) -> NeuronKind:
    """Return the most common kind of neurons in a network; of equally common ones the first.

    Parameters
    ----------
    topology : Topology
        Any network.

    Returns
    -------
    NeuronKind
        Kind of its hidden neurons and outputs; without hidden neurons, outputs stand for both.
    """
    outputs = [topology.neurons[k] for k in topology.outputs]
    inner = [one for k, one in enumerate(topology.neurons) if k not in topology.outputs]
    hidden = Counter((one.activation, one.gain, one.leak) for one in inner or outputs)
    activation, gain, leak = hidden.most_common(1)[0][0]
    output = Counter(one.activation for one in outputs).most_common(1)[0][0]
    return NeuronKind(activation, output, gain, leak)
