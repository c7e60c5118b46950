"""Reference problems of NIST that a network of the lab's activations can express.

The data are those of the Statistical Reference Datasets of the National Institute of Standards and
Technology, which are in the public domain. The least SSE of a linear set is computed here in exact
rational arithmetic; those of the nonlinear sets are certified by NIST.

A linear set is a neuron without a hidden layer, with powers of x as inputs. Of the 27 nonlinear
models two can be written as a network: Misra1d, b1 b2 x / (1 + b2 x), with an Elliot neuron, and
Rat42, b1 / (1 + exp(b2 - b3 x)), with a unipolar one. The others need exponential functions,
quotients, powers, sines or bell curves of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from benchmarks.step_control.nist_data import (
    FILIP_X,
    FILIP_Y,
    LONGLEY_X,
    LONGLEY_Y,
    NORRIS_X,
    NORRIS_Y,
    PONTIUS_X,
    PONTIUS_Y,
    WAMPLER_Y,
)
from nbn_core import Dataset, Topology
from nbn_core.types import BoolArray, FloatArray


@dataclass(frozen=True)
class Reference:
    """A reference problem: network, data, starts of NIST, frozen weights and the least SSE."""

    name: str
    topology: Topology
    dataset: Dataset
    starts: tuple[tuple[float, ...], ...]
    held: BoolArray
    least_sse: float


def _linear(name: str, columns: FloatArray, y: list[float], *, bias: bool = True) -> Reference:
    topology = Topology.mlp([columns.shape[1], 1], output="linear")
    targets = np.array(y, dtype=np.float64)
    held = np.zeros(1 + columns.shape[1], dtype=np.bool_)
    held[0] = not bias
    return Reference(
        name, topology, Dataset(columns, targets[:, None], name, "regression"), (), held,
        _exact_least_sse(columns, targets, bias=bias),
    )  # fmt: skip


def _exact_least_sse(columns: FloatArray, y: FloatArray, *, bias: bool) -> float:
    """Return the least sum of squares, from the normal equations in rational arithmetic."""
    rows = [
        [*([Fraction(1)] if bias else []), *(Fraction(float(value)) for value in row)]
        for row in columns
    ]
    targets = [Fraction(float(value)) for value in y]
    n = len(rows[0])
    system = [
        [sum(row[a] * row[b] for row in rows) for b in range(n)]
        + [sum(row[a] * t for row, t in zip(rows, targets, strict=True))]
        for a in range(n)
    ]
    for a in range(n):
        pivot = next(r for r in range(a, n) if system[r][a] != 0)
        system[a], system[pivot] = system[pivot], system[a]
        for r in range(n):
            if r != a and system[r][a] != 0:
                factor = system[r][a] / system[a][a]
                system[r] = [v - factor * p for v, p in zip(system[r], system[a], strict=True)]
    solution = [system[a][n] / system[a][a] for a in range(n)]
    return float(
        sum(
            (t - sum(v * c for v, c in zip(row, solution, strict=True))) ** 2
            for row, t in zip(rows, targets, strict=True)
        )
    )


def _powers(x: list[float], degree: int) -> FloatArray:
    values = np.array(x, dtype=np.float64)
    return np.stack([values**k for k in range(1, degree + 1)], axis=1)


def references() -> list[Reference]:
    """Return the eleven linear sets and the two nonlinear ones."""
    return [*_linear_sets(), _misra1d(), _rat42()]


def _misra1d() -> Reference:
    x = [77.6, 114.9, 141.1, 190.8, 239.9, 289.0, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1, 689.1,
         760.0]  # fmt: skip
    y = [10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.40, 75.47,
         81.78]  # fmt: skip
    return Reference(
        "Misra1d", Topology.mlp([1, 1, 1], hidden="elliot_bipolar", output="linear"),
        Dataset(np.array(x)[:, None], np.array(y)[:, None], "Misra1d", "regression"),
        ((0.0, 0.0001, 0.0, 500.0), (0.0, 0.0003, 0.0, 450.0)),
        np.array([True, False, True, False]), 5.6419295283e-2,
    )  # fmt: skip


def _rat42() -> Reference:
    x = [9.0, 14.0, 21.0, 28.0, 42.0, 57.0, 63.0, 70.0, 79.0]
    y = [8.93, 10.80, 18.59, 22.33, 39.35, 56.11, 61.73, 64.62, 67.08]
    return Reference(
        "Rat42", Topology.mlp([1, 1, 1], hidden="unipolar", output="linear"),
        Dataset(np.array(x)[:, None], np.array(y)[:, None], "Rat42", "regression"),
        ((-1.0, 0.1, 0.0, 100.0), (-2.5, 0.07, 0.0, 75.0)),
        np.array([False, False, True, False]), 8.0565229338,
    )  # fmt: skip


def _linear_sets() -> list[Reference]:
    wampler = _powers([float(x) for x in range(21)], 5)
    return [
        _linear("Norris", _powers(NORRIS_X, 1), NORRIS_Y),
        _linear("Pontius", _powers(PONTIUS_X, 2), PONTIUS_Y),
        _linear("NoInt1", _powers([float(x) for x in range(60, 71)], 1),
                [float(y) for y in range(130, 141)], bias=False),
        _linear("NoInt2", _powers([4.0, 5.0, 6.0], 1), [3.0, 4.0, 4.0], bias=False),
        _linear("Filip", _powers(FILIP_X, 10), FILIP_Y),
        _linear("Longley", np.array(LONGLEY_X).T, LONGLEY_Y),
        *(_linear(f"Wampler{k}", wampler, y) for k, y in enumerate(WAMPLER_Y, start=1)),
    ]  # fmt: skip
