"""Neuron: one processing element; TopologyParts: the arguments of `Topology`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from nbn_core.display import brief, one_line

NAME_LENGTH = 24
GAIN_MAX = 1000.0
LEAK_MAX = 1000.0


@dataclass(frozen=True, slots=True)
class Neuron:
    """A processing element with the value f(gain net) + leak net, net its weighted sum.

    Parameters
    ----------
    activation : str
        Activation function f, a key of `ACTIVATIONS`.
    gain : float
        Factor of the weighted sum, above 0 and at most 1000.
    leak : float
        Slope of the linear term that is added to the value, from 0 to 1000.
    sources : tuple of int
        Indices of the nodes that feed the neuron, ascending.
    """

    activation: str = "bipolar"
    gain: float = 1.0
    leak: float = 0.0
    sources: tuple[int, ...] = ()

    def __repr__(self) -> str:
        return one_line(
            "Neuron",
            f"activation={self.activation!r}",
            "" if self.gain == 1.0 else f"gain={self.gain!r}",
            "" if self.leak == 0.0 else f"leak={self.leak!r}",
            f"sources={brief(self.sources)}",
        )


class TopologyParts(NamedTuple):
    """The arguments of `Topology`, in the same order."""

    names: tuple[str, ...]
    n_inputs: int
    neurons: tuple[Neuron, ...]
    outputs: tuple[int, ...]

    @property
    def n_weights(self) -> int:
        """Number of weights, N: one for each connection and one bias for each neuron."""
        return sum(1 + len(neuron.sources) for neuron in self.neurons)


def default_names(n_inputs: int, n_neurons: int, outputs: Sequence[int]) -> tuple[str, ...]:
    """Return default names: x1, x2, ... for inputs, h1, h2, ... for hidden neurons, y for outputs.

    Parameters
    ----------
    n_inputs, n_neurons : int
        Numbers of inputs and of neurons.
    outputs : sequence of int
        Indices of the output neurons.

    Returns
    -------
    tuple of str
        Names of all nodes, inputs first; several outputs are called y1, y2, ...
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


def quoted(name: object) -> str:
    """Return a name in quotation marks for an error message, cut to the longest valid name."""
    text = str(name) if isinstance(name, str | int | float | tuple) else type(name).__name__
    # A mark that reverses the direction of text would reverse the whole sentence.
    text = "".join(c if c.isprintable() else "�" for c in text[: NAME_LENGTH + 1])
    return f"“{text if len(text) <= NAME_LENGTH else text[: NAME_LENGTH - 1] + '…'}”"
