"""All intermediate values of one pattern: node values, derivatives and Jacobian rows.

The derivatives are computed by both methods, forward-only and backward, in plain NumPy and with
every sum in the order of the compiled kernels. The formulas are in `nbn_core.analysis.dissection`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nbn_core.display import OneLine
from nbn_core.kernels.activations import activate
from nbn_core.network import Network
from nbn_core.types import FloatArray


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PatternAnatomy(OneLine):
    """All intermediate values of one pattern; arrays are read-only.

    Parameters
    ----------
    pattern : int
        Index of the pattern, counted from 0.
    targets, errors : (M,) float64
        Targets d and errors e = d - o.
    values : (I+K,) float64
        Values of all nodes, inputs first.
    nets, slopes : (K,) float64
        Weighted sum of each neuron, and the derivative of its value by the weighted sum.
    deltas : (K, K) float64
        Forward-only deltas: deltas[k, j] = d value of neuron k / d net of neuron j; 0 above the
        diagonal.
    effects : (M, I+K) float64
        Backward derivatives: effects[m, i] = d output m / d value of node i.
    backward_deltas : (M, K) float64
        Backward deltas, slope times effect: d output m / d net of neuron j.
    rows, backward_rows : (M, N) float64
        Jacobian rows de_m/dw by the forward-only and by the backward method.
    """

    pattern: int
    targets: FloatArray
    errors: FloatArray
    values: FloatArray
    nets: FloatArray
    slopes: FloatArray
    deltas: FloatArray
    effects: FloatArray
    backward_deltas: FloatArray
    rows: FloatArray
    backward_rows: FloatArray

    @property
    def sse(self) -> float:
        """Contribution of the pattern to the SSE."""
        return float(self.errors @ self.errors)

    @property
    def gradient(self) -> FloatArray:
        """Contribution of the pattern to g, sum of j'e over the outputs, (N,) float64."""
        share: FloatArray = self.rows.T @ self.errors
        return share

    @property
    def quasi_hessian(self) -> FloatArray:
        """Contribution of the pattern to Q, sum of the outer products j'j, (N, N) float64."""
        share: FloatArray = self.rows.T @ self.rows
        return share


def pattern_anatomy(
    network: Network, weights: FloatArray, p: int, inputs: FloatArray, targets: FloatArray
) -> PatternAnatomy:
    """Compute all intermediate values of one pattern.

    Parameters
    ----------
    network : Network
        Network, laid out for the kernels.
    weights : (N,) float64
        Weights, neuron by neuron, bias first.
    p : int
        Index of the pattern, counted from 0.
    inputs, targets : (I,), (M,) float64
        Inputs and targets of the pattern.

    Returns
    -------
    PatternAnatomy
        Node values, and the Jacobian rows by both methods.
    """
    values, nets, slopes = _forward(network, weights, inputs)
    deltas = _forward_only(network, weights, slopes)
    effects, backward_deltas = _backward(network, weights, slopes)
    outputs = list(network.outputs)
    errors = targets - values[network.n_inputs + network.outputs]
    rows = _rows(network, values, deltas[outputs])
    backward_rows = _rows(network, values, backward_deltas)
    wanted = np.array(targets)
    lock(
        wanted, errors, values, nets, slopes, deltas, effects, backward_deltas, rows, backward_rows
    )
    return PatternAnatomy(
        p, wanted, errors, values, nets, slopes, deltas, effects, backward_deltas,
        rows, backward_rows,
    )  # fmt: skip


def _forward(
    network: Network, weights: FloatArray, inputs: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the values of nodes (I+K,), and nets and slopes of neurons (K,)."""
    n_inputs, n_neurons = network.n_inputs, network.n_neurons
    values = np.zeros(n_inputs + n_neurons)
    values[:n_inputs] = inputs
    nets, slopes = np.zeros(n_neurons), np.zeros(n_neurons)
    value, slope = np.zeros(1), np.zeros(1)
    for k in range(n_neurons):
        begin, end = network.first[k], network.first[k + 1]
        net = weights[begin]
        for n in range(begin + 1, end):
            net += weights[n] * values[network.sources[n]]
        value[0] = nets[k] = net
        activate(network.codes[k], network.gains[k], network.leaks[k], value, slope, 1)
        values[n_inputs + k], slopes[k] = value[0], slope[0]
    return values, nets, slopes


def _forward_only(network: Network, weights: FloatArray, slopes: FloatArray) -> FloatArray:
    """Return the deltas (K, K), computed row by row: row k needs only earlier rows."""
    deltas = np.zeros((network.n_neurons, network.n_neurons))
    for k in range(network.n_neurons):
        for n in range(network.first[k] + 1, network.first[k + 1]):
            i = network.sources[n] - network.n_inputs
            if i >= 0:
                deltas[k] += weights[n] * deltas[i]
        deltas[k] *= slopes[k]
        deltas[k, k] = slopes[k]
    return deltas


def _backward(
    network: Network, weights: FloatArray, slopes: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return effects of nodes (M, I+K) and deltas of neurons (M, K), from each output back."""
    n_inputs, n_neurons = network.n_inputs, network.n_neurons
    effects = np.zeros((network.n_outputs, n_inputs + n_neurons))
    deltas = np.zeros((network.n_outputs, n_neurons))
    for m, output in enumerate(network.outputs):
        effects[m, n_inputs + output] = 1.0
        for k in range(output, -1, -1):
            delta = deltas[m, k] = slopes[k] * effects[m, n_inputs + k]
            begin, end = network.first[k] + 1, network.first[k + 1]
            effects[m, network.sources[begin:end]] += weights[begin:end] * delta
    return effects, deltas


def _rows(network: Network, values: FloatArray, deltas: FloatArray) -> FloatArray:
    """Return the Jacobian rows (M, N) for the deltas (M, K) of the outputs."""
    neuron = np.repeat(np.arange(network.n_neurons), np.diff(network.first))
    sent = np.where(network.sources < 0, 1.0, values[network.sources])
    return np.asarray(-deltas[:, neuron] * sent)


def lock(*arrays: FloatArray) -> None:
    """Set all given arrays read-only."""
    for array in arrays:
        array.setflags(write=False)
