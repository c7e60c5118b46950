"""L-BFGS: curvature estimated from the last few changes of the gradient.

With s = w_(k+1) - w_k and y = G_(k+1) - G_k of the last m iterations, the two-loop recursion gives
-H G without forming H, an estimate of the inverse Hessian that satisfies H y = s. The length of the
step satisfies the strong Wolfe conditions,

    E(w + a d) <= E(w) + c1 a G'd,    |G(w + a d)' d| <= c2 |G'd|,    c1 = 1e-4, c2 = 0.9,

and is found by bracketing and cubic interpolation. An iteration takes one or more evaluations of
SSE and gradient, so that rules should be compared by evaluations. On saturated plateaus the rule
ends early, because the gradient there has little information.

References
----------
Liu & Nocedal, Mathematical Programming 45, 503-528, 1989.
Nocedal & Wright, Numerical Optimization, 2nd ed., algorithms 3.5, 3.6 and 7.4.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from nbn_core.kernels import step_control
from nbn_core.objective import Objective
from nbn_core.rules.base import BACKPROPAGATION, Uses
from nbn_core.rules.engines import first_order
from nbn_core.rules.engines.python_loop import LoopState
from nbn_core.rules.families import PythonRule
from nbn_core.rules.option import Option
from nbn_core.trace import StopReason
from nbn_core.types import FloatArray

DECREASE, CURVATURE = 1e-4, 0.9
TRIALS = 30


class LBFGS(PythonRule):
    """Quasi-Newton steps from the last few changes of weights and gradient, with a line search.

    The inverse Hessian is never formed; the step length obeys the strong Wolfe conditions. Liu &
    Nocedal, Mathematical Programming 45, 1989.
    """

    name = "lbfgs"
    title = "L-BFGS"
    family = BACKPROPAGATION
    options = (
        Option(
            "memory", "Memory, iterations", 10, 1, 100, short="Memory", main=True,
            help="Changes of weights and gradient that are remembered.",
        ),
    )  # fmt: skip
    uses = Uses(weight_transpose=True)
    kernels = "lbfgs"

    def walk(
        self, state: LoopState, target_sse: float, settings: Mapping[str, Any]
    ) -> Iterator[None]:
        """Estimate the curvature, search along the line, and remember the change."""
        line = _Line(state)
        here = line.point(state.record.columns.weights[0].copy())
        yield
        state.evaluations, state.work = 1, 0.0
        changes: list[tuple[FloatArray, FloatArray, float]] = []
        trials = 0
        while True:
            norm = math.sqrt(_dot(here.gradient, here.gradient))
            if not math.isfinite(here.value) or not math.isfinite(norm):
                state.stop = StopReason.DIVERGED
            elif 2.0 * here.value <= target_sse:
                state.stop = StopReason.SOLVED
            elif norm == 0.0:
                exact = 2.0 * here.value <= state.objective.least_sse
                state.stop = StopReason.CONVERGED if exact else StopReason.NO_PROGRESS
            state.add(2.0 * here.value, norm, here.weights, math.nan, trials, here.length)
            yield
            if state.stop is not None:
                return
            before = state.evaluations
            there = here
            while there is here:
                direction = _two_loops(here.gradient, changes)
                first = 1.0 if changes else min(1.0, 1.0 / norm)
                if _dot(direction, here.gradient) < 0.0:
                    there = yield from line.search(here, direction, first)
                if there is here and not changes:
                    state.stop = _ending(state.objective, here.weights)
                    return
                if there is here:
                    changes.clear()  # try again along the negative gradient
            trials = state.evaluations - before
            s, y = there.weights - here.weights, there.gradient - here.gradient
            product = _dot(s, y)
            if product > 1e-12 * _dot(y, y):
                changes.append((s, y, product))
                del changes[: -settings["memory"]]
            here = there


class _Point(NamedTuple):
    """Weights, half the SSE and its gradient there, and the step length that led there."""

    weights: FloatArray
    value: float
    gradient: FloatArray
    length: float


class _Line:
    """Line search that counts its evaluations and its work."""

    def __init__(self, state: LoopState) -> None:
        self.state = state
        self.gradient = first_order.Gradient(state.objective)

    def point(self, weights: FloatArray, length: float = 1.0) -> _Point:
        sse, gradient = self.gradient.at(weights)
        self.state.evaluations += 1
        self.state.work += 3.0
        return _Point(weights, sse / 2.0, gradient, length)

    def search(
        self, here: _Point, direction: FloatArray, first: float
    ) -> Generator[None, None, _Point]:
        """Find a point that obeys the strong Wolfe conditions, or the best one found."""
        slope = _dot(here.gradient, direction)
        low, low_at, low_slope = here, 0.0, slope
        high: tuple[float, float, float] | None = None  # length, value, slope
        length = first
        for _ in range(TRIALS):
            trial = self.point(here.weights + length * direction, length)
            yield
            grade = _dot(trial.gradient, direction)
            enough = trial.value <= here.value + DECREASE * length * slope
            if not enough or trial.value >= low.value or not math.isfinite(grade):
                high = (length, trial.value, grade)
            elif abs(grade) <= -CURVATURE * slope:
                return trial
            elif high is None and grade < 0.0:
                low, low_at, low_slope = trial, length, grade
                length *= 2.0
                continue
            else:
                if high is None or grade * (high[0] - low_at) >= 0.0:
                    high = (low_at, low.value, low_slope)
                low, low_at, low_slope = trial, length, grade
            if abs(high[0] - low_at) <= 1e-14 * max(abs(low_at), abs(high[0])):
                break
            length = _between(low_at, low.value, low_slope, *high)
        return low


def _ending(objective: Objective, weights: FloatArray) -> StopReason:
    """Return why no step lowers the SSE: at a minimum, or because rounding hides a decrease."""
    # Takes the diagonal of Q, once; not counted as work of the rule
    sse, gradient, quasi_hessian = objective.normal_equations(weights)
    converged = step_control.stationary(
        sse, gradient, quasi_hessian, len(weights), objective.least_sse
    )
    return StopReason.CONVERGED if converged else StopReason.NO_PROGRESS


def _dot(one: FloatArray, other: FloatArray) -> float:
    """Return the dot product, summed in a fixed order, so that results are the same everywhere."""
    return float(np.add.reduce(one * other))


def _two_loops(
    gradient: FloatArray, changes: list[tuple[FloatArray, FloatArray, float]]
) -> FloatArray:
    direction = -gradient
    parts = []
    for s, y, product in reversed(changes):
        part = _dot(s, direction) / product
        direction = direction - part * y
        parts.append(part)
    if changes:
        _, y, product = changes[-1]
        direction = direction * (product / _dot(y, y))
    for (s, y, product), part in zip(changes, reversed(parts), strict=True):
        direction = direction + (part - _dot(y, direction) / product) * s
    return direction


def _between(a: float, fa: float, ga: float, b: float, fb: float, gb: float) -> float:
    """Find the minimum of the cubic through two points, kept off the ends of the interval."""
    width = b - a
    guess = a + 0.5 * width
    if math.isfinite(fb) and math.isfinite(gb):
        d1 = ga + gb - 3.0 * (fa - fb) / (a - b)
        square = d1 * d1 - ga * gb
        if square >= 0.0:
            d2 = math.copysign(math.sqrt(square), width)
            bottom = gb - ga + 2.0 * d2
            if bottom != 0.0:
                guess = b - width * (gb + d2 - d1) / bottom
    low, high = sorted((a + 0.1 * width, b - 0.1 * width))
    return min(max(guess, low), high) if math.isfinite(guess) else a + 0.5 * width
