"""NBN beside MINPACK on reference problems of NIST and on badly scaled data.

MINPACK is `scipy.optimize.least_squares(method="lm", x_scale="jac")` with the Jacobian of
`nbn_core.Objective` and the tightest tolerances; both start from the same weights. Its iterations
are its evaluations of the Jacobian.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import least_squares

from benchmarks.step_control.nist import references
from nbn_core import Dataset, Objective, Topology, starting_weights, train
from nbn_core.types import BoolArray, FloatArray

MAX_ITERATIONS = 1000
DIGITS = 8  # correct digits of the SSE at which iterations are counted


class Fit(NamedTuple):
    """Where a method ended: SSE, its correct digits, and iterations to `DIGITS` of them."""

    sse: float
    digits: float
    iterations: int | None
    end: str


def correct_digits(sse: float, least: float, targets: FloatArray) -> float:
    """Return the correct digits of an SSE; of the error if the least SSE is zero."""
    if least <= 1e-26 * float((targets**2).sum()):
        relative = math.sqrt(max(sse, 0.0) / float((targets**2).sum()))
    else:
        relative = abs(sse - least) / least
    return min(15.0, -math.log10(max(relative, 1e-15)))


def ours(
    topology: Topology, data: Dataset, start: FloatArray, least: float, held: BoolArray | None,
    **settings: Any,
) -> Fit:  # fmt: skip
    """Train by NBN from these weights."""
    result = train(
        topology, data, weights=start, held=held, target_sse=0.0, max_iterations=MAX_ITERATIONS,
        **settings,
    )  # fmt: skip
    digits = [correct_digits(float(sse), least, data.targets) for sse in result.trace.sse]
    reached = next((k for k, d in enumerate(digits) if d >= DIGITS), None)
    return Fit(result.sse, digits[-1], reached, result.stop.name)


def minpack(
    topology: Topology, data: Dataset, start: FloatArray, least: float, held: BoolArray | None
) -> Fit:
    """Minimise with MINPACK from these weights."""
    objective = Objective(topology, data)
    free = np.ones(len(start), dtype=np.bool_) if held is None else ~held
    weights = start.copy()
    visited: list[float] = []

    def errors(x: FloatArray) -> FloatArray:
        weights[free] = x
        return np.asarray((data.targets - objective.outputs(weights)).ravel())

    def jacobian(x: FloatArray) -> FloatArray:
        weights[free] = x
        visited.append(objective.sse(weights))
        return objective.jacobian(weights)[:, free]

    found = least_squares(
        errors, start[free], jacobian, method="lm", x_scale="jac",
        ftol=1e-15, xtol=1e-15, gtol=1e-15, max_nfev=2 * MAX_ITERATIONS,
    )  # fmt: skip
    digits = [correct_digits(sse, least, data.targets) for sse in [*visited, 2.0 * found.cost]]
    reached = next((k for k, d in enumerate(digits) if d >= DIGITS), None)
    return Fit(2.0 * found.cost, digits[-1], reached, str(found.status))


def nist() -> list[dict[str, Any]]:
    """Compare both on every reference problem and start."""
    rows = []
    for reference in references():
        starts = [np.array(start) for start in reference.starts]
        for seed in range(0 if starts else 2):
            start = starting_weights(reference.topology, reference.dataset, seed=seed)
            starts.append(np.where(reference.held, 0.0, start))
        for number, start in enumerate(starts, start=1):
            given = (
                reference.topology, reference.dataset, start, reference.least_sse, reference.held,
            )  # fmt: skip
            rows.append(
                {
                    "problem": f"{reference.name}, start {number}",
                    "least": reference.least_sse,
                    "ours": ours(*given)._asdict(),
                    "before": ours(*given, control="best_step")._asdict(),
                    "minpack": minpack(*given)._asdict(),
                }
            )
    return rows


def generated() -> list[tuple[str, Topology, Dataset]]:
    """Return fits of the same values in columns of very different sizes."""
    random = np.random.default_rng(0)
    inputs = random.uniform(-1.0, 1.0, (80, 4))
    noise = random.normal(size=(80, 1))
    curved = np.sin(2.0 * inputs[:, :1]) * inputs[:, 1:2] + inputs[:, 2:3] + 0.05 * noise
    straight = inputs @ np.array([[1.0], [-2.0], [0.5], [3.0]]) + 0.05 * noise
    sizes = np.array([1e-6, 1.0, 1e3, 1e6])
    collinear = np.c_[inputs[:, :3], inputs[:, 2] + 1e-6 * inputs[:, 3]]
    linear, network = Topology.mlp([4, 1], output="linear"), Topology.mlp([4, 4, 1])
    problems = []
    for kind, topology, values in (
        ("linear", linear, straight), ("network 4-4-1", network, curved),
    ):  # fmt: skip
        for name, columns, targets in (
            ("columns near 1", inputs, values),
            ("columns 1e-6 to 1e6", inputs * sizes, values),
            ("collinear columns", collinear, values),
            ("columns far from 0", inputs + 30.0, values),
            ("targets 1e12", inputs, values * 1e12),
            ("targets 1e-12", inputs, values * 1e-12),
            ("columns 1e-6 to 1e6 far from 0, targets 1e6", (inputs + 10.0) * sizes, values * 1e6),
        ):
            problems.append((f"{kind}, {name}", topology, Dataset(columns, targets, name,
                                                                  "regression")))  # fmt: skip
    return problems


def badly_scaled(n_seeds: int = 10) -> list[dict[str, Any]]:
    """Compare medians over starts: share of the variance that is left, and iterations."""
    rows = []
    for name, topology, data in generated():
        centred = data.targets - data.targets.mean(axis=0)
        whole = float((centred**2).sum())
        left: dict[str, list[float]] = {"ours": [], "before": [], "published": [], "minpack": []}
        for seed in range(n_seeds):
            given = (topology, data, starting_weights(topology, data, seed=seed), 0.0, None)
            left["ours"].append(ours(*given).sse / whole)
            left["minpack"].append(minpack(*given).sse / whole)
            plain = (topology, data, starting_weights(topology, data, "uniform", seed), 0.0, None)
            left["before"].append(ours(*plain, control="best_step").sse / whole)
            left["published"].append(ours(*plain, control="published").sse / whole)
        rows.append(
            {"problem": name, **{key: float(np.median(values)) for key, values in left.items()}}
        )
    return rows
