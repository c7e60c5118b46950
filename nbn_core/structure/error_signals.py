"""Values and error signals of all neurons, pattern by pattern, in NumPy.

The signal of neuron k is delta_k = 1/2 dSSE / dnet_k. Its product with the value of any node,
summed over the patterns, is half the gradient by a connection from that node, whether there is one
or not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nbn_core.data import Dataset
from nbn_core.kernels.activations import activate
from nbn_core.network import Network
from nbn_core.structure.wiring import Wired
from nbn_core.types import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class ErrorSignals:
    """Values of nodes, errors of outputs and signals of neurons.

    Parameters
    ----------
    values : (P, I+K) float64
        Values of the nodes, inputs first.
    errors : (P, M) float64
        e = targets - outputs.
    signals : (P, K) float64
        delta of the neurons.
    """

    values: FloatArray
    errors: FloatArray
    signals: FloatArray


def error_signals(wired: Wired, dataset: Dataset) -> ErrorSignals:
    """Compute values and error signals at the weights of a network.

    Parameters
    ----------
    wired : Wired
        Network with its weights.
    dataset : Dataset
        P patterns.

    Returns
    -------
    ErrorSignals
        Arrays over all patterns.
    """
    network, weights = Network.from_topology(wired.topology), wired.weights
    n_inputs, n_patterns = network.n_inputs, dataset.n_patterns
    values = np.empty((n_inputs + network.n_neurons, n_patterns))
    slopes = np.empty((network.n_neurons, n_patterns))
    values[:n_inputs] = dataset.inputs.T
    for k in range(network.n_neurons):
        begin, end = network.first[k], network.first[k + 1]
        values[n_inputs + k] = weights[begin] + (
            weights[begin + 1 : end] @ values[network.sources[begin + 1 : end]]
        )
        activate(
            network.codes[k], network.gains[k], network.leaks[k], values[n_inputs + k], slopes[k],
            n_patterns,
        )  # fmt: skip
    errors = dataset.targets.T - values[n_inputs + network.outputs]
    signals = np.zeros_like(slopes)
    signals[network.outputs] = -errors
    for k in range(network.n_neurons - 1, -1, -1):
        signals[k] *= slopes[k]
        for n in range(network.first[k] + 1, network.first[k + 1]):
            i = network.sources[n] - n_inputs
            if i >= 0:
                signals[i] += weights[n] * signals[k]
    return ErrorSignals(values.T, errors.T, signals.T)
