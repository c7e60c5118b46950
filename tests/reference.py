"""The oracle: NBN in plain NumPy, written from the papers, without any code of `nbn_core`.

It is simple and slow. A network is the dictionary that `Topology.to_dict` returns. Derivatives are
computed backwards, one output at a time (Wilamowski et al., IEEE Trans. Industrial Electronics
55(10), 2008), in the precision of the given weights.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

VALUES: dict[str, Callable[[Array], Array]] = {
    "linear": lambda z: z,
    "unipolar": lambda z: 1 / (1 + np.exp(-z)),
    "bipolar": np.tanh,
    "elliot_bipolar": lambda z: z / (1 + abs(z)),
    "elliot_unipolar": lambda z: (z / (1 + abs(z)) + 1) / 2,
}
SLOPES: dict[str, Callable[[Array], Array]] = {
    "linear": np.ones_like,
    "unipolar": lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2,
    "bipolar": lambda z: 1 / np.cosh(z) ** 2,
    "elliot_bipolar": lambda z: 1 / (1 + abs(z)) ** 2,
    "elliot_unipolar": lambda z: 1 / (1 + abs(z)) ** 2 / 2,
}


def forward(network: dict[str, Any], weights: Array, inputs: Array) -> tuple[Array, Array]:
    """Return the values of all nodes (P, I+K) and the slopes of all neurons (P, K)."""
    columns = [np.asarray(inputs, weights.dtype)[:, i] for i in range(network["inputs"])]
    slopes = []
    n = 0
    for neuron in network["neurons"]:
        net = weights[n] + np.zeros_like(columns[0])
        n += 1
        for source in neuron["sources"]:
            net = net + weights[n] * columns[source]
            n += 1
        gain, leak = neuron["gain"], neuron["leak"]
        columns.append(VALUES[neuron["activation"]](gain * net) + leak * net)
        slopes.append(gain * SLOPES[neuron["activation"]](gain * net) + leak)
    return np.stack(columns, axis=1), np.stack(slopes, axis=1)


def outputs(network: dict[str, Any], weights: Array, inputs: Array) -> Array:
    """Return the outputs (P, M)."""
    values, _ = forward(network, weights, inputs)
    return values[:, [network["inputs"] + k for k in network["outputs"]]]


def jacobian(network: dict[str, Any], weights: Array, inputs: Array) -> Array:
    """Return J = de/dw (P M, N), row p M + m, computed backwards from each output."""
    values, slopes = forward(network, weights, inputs)
    n_inputs, neurons = network["inputs"], network["neurons"]
    ends = np.cumsum([1 + len(neuron["sources"]) for neuron in neurons])
    starts = ends - [1 + len(neuron["sources"]) for neuron in neurons]
    result = np.zeros((len(values), len(network["outputs"]), len(weights)), weights.dtype)
    for m, output in enumerate(network["outputs"]):
        effect = np.zeros_like(values)  # d output / d value of each node
        effect[:, n_inputs + output] = 1
        for k in range(output, -1, -1):
            delta = effect[:, n_inputs + k] * slopes[:, k]
            result[:, m, starts[k]] = -delta
            for i, source in enumerate(neurons[k]["sources"]):
                n = starts[k] + 1 + i
                result[:, m, n] = -delta * values[:, source]
                effect[:, source] += weights[n] * delta
    return result.reshape(-1, len(weights))


def normal_equations(
    network: dict[str, Any], weights: Array, inputs: Array, targets: Array
) -> tuple[float, Array, Array]:
    """Return SSE, g = J'e and Q = J'J, computed from a stored Jacobian."""
    errors = (targets - outputs(network, weights, inputs)).ravel()
    rows = jacobian(network, weights, inputs)
    return float(errors @ errors), rows.T @ errors, rows.T @ rows


def levenberg_marquardt(
    network: dict[str, Any], weights: Array, inputs: Array, targets: Array, iterations: int
) -> list[tuple[float, float, int, Array]]:
    """Return SSE, accepted mu, attempts and weights of each iteration of the published rule."""
    mu = 1e-2
    sse, _, _ = normal_equations(network, weights, inputs, targets)
    path = [(sse, mu, 0, weights)]
    for _ in range(iterations):
        sse, gradient, quasi_hessian = normal_equations(network, weights, inputs, targets)
        for attempt in range(1, 31):
            step = np.linalg.solve(quasi_hessian + mu * np.eye(len(weights)), gradient)
            trial = weights - step
            trial_sse = float(np.sum((targets - outputs(network, trial, inputs)) ** 2))
            if trial_sse < sse:
                path.append((trial_sse, mu, attempt, trial))
                weights, mu = trial, max(mu / 10, 1e-15)
                break
            mu *= 10
        else:
            return path
    return path


def central_differences(network: dict[str, Any], weights: Array, inputs: Array) -> Array:
    """Return J (P M, N) by differences of fourth order, in extended precision."""
    wide = np.asarray(weights, np.longdouble)
    step = np.finfo(np.longdouble).eps ** (np.longdouble(1) / 4)
    columns = []
    for n in range(len(wide)):

        def moved(steps: int, n: int = n) -> Array:
            there = wide.copy()
            there[n] += steps * step
            return outputs(network, there, inputs).ravel()

        slope = (8 * (moved(1) - moved(-1)) - (moved(2) - moved(-2))) / (12 * step)
        columns.append(-slope)
    return np.stack(columns, axis=1)
