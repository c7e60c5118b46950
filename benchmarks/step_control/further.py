"""Step controls of the literature that were not taken: each added to the adaptive control.

The loop is written anew on `Objective`, without the compiled one, and first trains like the default
to show that it is the same method. Costs are counted as NBN counts them; geodesic acceleration pays
for its second derivative along the step with one evaluation and one pass backward.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from benchmarks.step_control.problems import Problem
from nbn_core import Objective, starting_weights
from nbn_core.rules.damping import LEAST_DECREASE
from nbn_core.rules.engines.nbn import second_order_work
from nbn_core.training.trials import trial_seed, wilson
from nbn_core.types import FloatArray

HALVINGS = 12
PLATEAU, PLATEAU_DECREASE = 30, 1e-3
TRIALS = 60


@dataclass(frozen=True)
class Idea:
    """What is added to the adaptive control.

    Attributes
    ----------
    acceleration : float
        Limit of twice the length of the acceleration over that of the step, both measured by the
        damping; 0 for no acceleration.
    bold : int
        Exponent b: a step uphill is accepted if (1 - cosine with the last step)^b times its SSE is
        below the least SSE; 0 for none.
    memory : int
        Number of SSEs the largest of which a step must be below; 1 for a decrease.
    gain_ratio : bool
        Whether mu follows actual over predicted decrease, by Nielsen's formula.
    """

    acceleration: float = 0.0
    bold: int = 0
    memory: int = 1
    gain_ratio: bool = False


IDEAS = {
    "adaptive, written anew": Idea(),
    "with gain ratio": Idea(gain_ratio=True),
    "with geodesic acceleration": Idea(acceleration=0.75),
    "with small geodesic acceleration": Idea(acceleration=0.2),
    "with steps uphill, b = 1": Idea(bold=1),
    "with steps uphill, b = 2": Idea(bold=2),
    "below the largest of 5 SSEs": Idea(memory=5),
}


@dataclass
class _Search:
    """Where a training stands."""

    weights: FloatArray
    sse: float
    mu: float = 0.03
    eta: float = 1.0
    growth: float = 2.0  # of Nielsen's formula
    work: float = 0.0
    step: FloatArray | None = None  # the last accepted one
    best: float = math.inf


def measure(problem: Problem, idea: Idea, seed: int) -> dict[str, Any]:
    """Return the successes of some starts, and the cost of one in forward-equivalents."""
    trials = min(TRIALS, problem.trials)
    objective = Objective(problem.topology, problem.data())
    solved, work = 0, 0.0
    for number in range(trials):
        start = starting_weights(
            problem.topology, objective.dataset, "data", trial_seed(seed, number)
        )
        reached, spent = _train(objective, start, idea, problem)
        solved += reached
        work += spent
    return {
        "trials": trials,
        "solved": solved,
        "interval": wilson(solved, trials),
        "cost": work / max(0.5, solved),
    }


def _train(
    objective: Objective, start: FloatArray, idea: Idea, problem: Problem
) -> tuple[bool, float]:
    per_iteration, per_attempt = second_order_work(objective)
    now = _Search(start, objective.sse(start))
    recent = deque([now.sse], maxlen=idea.memory)
    marked = now.best = now.sse
    for iteration in range(1, problem.max_iterations + 1):
        if now.sse <= problem.target_sse:
            return True, now.work
        before = now.sse
        now.work += per_iteration
        if not _step(objective, now, idea, max(recent), per_attempt):
            return False, now.work
        recent.append(now.sse)
        now.best = min(now.best, now.sse)
        plain = not idea.bold and idea.memory == 1
        if plain and before - now.sse < LEAST_DECREASE * before:
            return now.sse <= problem.target_sse, now.work
        if iteration % PLATEAU == 0:
            if marked - now.best < PLATEAU_DECREASE * marked:
                return now.best <= problem.target_sse, now.work
            marked = now.best
    return now.sse <= problem.target_sse, now.work


def _step(
    objective: Objective, now: _Search, idea: Idea, ceiling: float, per_attempt: float
) -> bool:
    """Accept one step; return whether one was found."""
    sse, gradient, quasi_hessian = objective.normal_equations(now.weights)
    units = objective.weight_units
    largest = float((np.diag(quasi_hessian) * units**2).max())
    for _ in range(30):
        damping = now.mu * largest / units**2
        now.work += per_attempt - 1.0
        try:
            factor = cho_factor(quasi_hessian + np.diag(damping))
        except LinAlgError:
            now.mu *= 10.0
            continue
        velocity = -cho_solve(factor, gradient)
        bend = np.zeros_like(velocity)
        if idea.acceleration:
            bend = _acceleration(objective, now, velocity, factor)
        length = math.sqrt(float(damping @ velocity**2))
        ratio = 2.0 * math.sqrt(float(damping @ bend**2)) / max(length, 1e-300)
        eta = min(1.0, 4.0 * now.eta)
        while eta >= 0.5**HALVINGS:
            if not idea.acceleration or eta * ratio <= idea.acceleration:
                step = eta * velocity + 0.5 * eta**2 * bend
                trial = objective.sse(now.weights + step)
                now.work += 1.0
                if trial < ceiling or _bold(now, idea, step, trial):
                    predicted = -eta * float(gradient @ velocity) * (2.0 - eta)
                    predicted += eta**2 * float(damping @ velocity**2)
                    _accept(now, idea, step, trial, eta, (sse - trial) / predicted)
                    return True
            eta *= 0.5
        now.eta = 1.0
        now.mu *= 10.0
    return False


def _acceleration(
    objective: Objective, now: _Search, velocity: FloatArray, factor: tuple[FloatArray, bool]
) -> FloatArray:
    """Return -(Q + D)^-1 J' e'', with the second derivative of the errors e along the step."""
    h = 0.1
    jacobian = objective.jacobian(now.weights)
    here = objective.outputs(now.weights)
    there = objective.outputs(now.weights + h * velocity)
    second = 2.0 / h * ((here - there).ravel() / h - jacobian @ velocity)
    now.work += 2.0 + objective.network.n_outputs
    bend: FloatArray = -cho_solve(factor, jacobian.T @ second)
    return bend


def _bold(now: _Search, idea: Idea, step: FloatArray, trial: float) -> bool:
    """Whether a step uphill continues the last one well enough."""
    if not idea.bold or now.step is None or not math.isfinite(trial):
        return False
    norms = float(np.linalg.norm(step) * np.linalg.norm(now.step))
    cosine = float(step @ now.step) / max(norms, 1e-300)
    return (1.0 - cosine) ** idea.bold * trial <= now.best


def _accept(
    now: _Search, idea: Idea, step: FloatArray, trial: float, eta: float, gain: float
) -> None:
    now.weights = now.weights + step
    now.sse, now.step, now.eta = trial, step, eta
    if idea.gain_ratio:
        if gain > 0.25:
            now.mu = max(1e-15, now.mu * max(1.0 / 3.0, 1.0 - (2.0 * gain - 1.0) ** 3))
            now.growth = 2.0
        else:
            now.mu = min(1e15, now.mu * now.growth)
            now.growth *= 2.0
        return
    now.mu = max(1e-15, now.mu * 0.4) if eta > 0.2 else min(1e15, now.mu * 2.0)
