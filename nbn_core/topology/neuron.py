"""Neuron: one processing element, and the parts that a topology is put together from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

GAIN_MAX = 1000.0
LEAK_MAX = 1000.0


@dataclass(frozen=True, slots=True)
class Neuron:
    """A processing element: f(gain net) + leak net of the weighted sum of its sources.

    Parameters
    ----------
    activation : str
        A name in `ACTIVATIONS`.
    gain : float
        Steepness, above 0 and at most 1000.
    leak : float
        Share of the weighted sum that is added to the value, from 0 to 1000.
    sources : tuple of int
        Indices of the nodes it sees, ascending.
    """

    activation: str = "bipolar"
    gain: float = 1.0
    leak: float = 0.0
    sources: tuple[int, ...] = ()


class Parts(NamedTuple):
    """The arguments of `Topology`, in their order."""

    names: tuple[str, ...]
    n_inputs: int
    neurons: tuple[Neuron, ...]
    outputs: tuple[int, ...]
