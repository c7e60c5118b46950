"""Damping: the diagonal that is added to Q, and settings of how mu is controlled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from nbn_core.checks import positive, shown, whole
from nbn_core.display import OneLine
from nbn_core.errors import SettingError
from nbn_core.kernels.step_control import DIAGONAL_MIN
from nbn_core.types import FloatArray

ATTEMPTS_MOST = 1000
PLATEAU_MOST = 1_000_000
LEAST_DECREASE = 1e-15  # relative decrease of the SSE below which an iteration is no progress


class Choice(NamedTuple):
    """A step control: its title in forms, and the settings that suit it."""

    title: str
    matrix: str
    mu_min: float = 1e-15
    plateau: int = 0


# Both are in the order of the codes of `nbn_core.kernels.step_control`
CONTROLS = {
    "published": Choice("Published", "levenberg"),
    "line_search": Choice("Line search", "levenberg", mu_min=1e-6),
    "best_step": Choice("Best step", "max_diagonal", mu_min=1e-6),
    "adaptive": Choice("Adaptive", "data_scaled", plateau=30),
}
MATRICES = {
    "levenberg": "Levenberg",
    "marquardt": "Marquardt",
    "max_diagonal": "Largest diagonal",
    "data_scaled": "Data-scaled",
}


USUAL_CONTROL = "adaptive"  # the default of NBN, see docs/step-control.md
PUBLISHED = {"control": "published", "matrix": "levenberg", "plateau": 0}


def suited_start(control: str, matrix: str) -> float:
    """Return the initial damping that suits a step control.

    Parameters
    ----------
    control : str
        Step control, a name in `CONTROLS`.
    matrix : str
        Damping matrix, a name in `MATRICES`.

    Returns
    -------
    float
        Damping of the first attempt.
    """
    if control == "published":
        return 1e-2
    if matrix == "levenberg":
        return 10.0
    return 0.03 if control == "adaptive" else 0.3


def damping_diagonal(matrix: str, mu: float, diagonal: FloatArray, units: FloatArray) -> FloatArray:
    """Compute the damping D, which is added to the diagonal of Q.

    Parameters
    ----------
    matrix : str
        Damping matrix, a name in `MATRICES`.
    mu : float
        Damping parameter.
    diagonal : (N,) float64
        Diagonal of Q.
    units : (N,) float64
        Units of the weights, see `nbn_core.objective.units`.

    Returns
    -------
    (N,) float64
        Diagonal of D.
    """
    if matrix == "data_scaled":
        squares = units * units
        return np.asarray(mu * float((diagonal * squares).max(initial=0.0)) / squares)
    if matrix == "marquardt":
        return np.asarray(mu * np.maximum(diagonal, DIAGONAL_MIN))
    most = max(DIAGONAL_MIN, float(diagonal.max(initial=0.0)))
    return np.full(len(diagonal), mu * most if matrix == "max_diagonal" else mu)


@dataclass(frozen=True, slots=True, repr=False)
class Damping(OneLine):
    """Damping and step control; the published rule by default.

    With the published rule, an accepted attempt divides mu by a factor and a rejected one
    multiplies it. The other controls search along the step before they change mu, see
    `nbn_core.kernels.step_control`.

    Parameters
    ----------
    mu_start : float
        Damping of the first attempt, at most mu_max.
    mu_min : float
        Value below which mu is not reduced.
    mu_max : float
        Maximum of mu: training ends above it.
    factor : float
        Factor by which mu is changed, more than 1.
    max_attempts : int
        Values of mu rejected in one iteration after which training ends.
    control : str
        Step control, a name in `CONTROLS`.
    matrix : str
        Damping matrix, a name in `MATRICES`.
    plateau : int
        Iterations after which training stops if they decreased the SSE by less than 0.1 %; 0 for
        no such stop.

    Raises
    ------
    SettingError
        If a value is not a positive finite number, if mu_min or mu_start is above mu_max, or if
        the factor or a number of attempts or iterations is out of bounds.
    """

    mu_start: float = 1e-2
    mu_min: float = 1e-15
    mu_max: float = 1e15
    factor: float = 10.0
    max_attempts: int = 30
    control: str = "published"
    matrix: str = "levenberg"
    plateau: int = 0

    def __post_init__(self) -> None:
        for name in ("mu_start", "mu_min", "mu_max", "factor"):
            object.__setattr__(self, name, positive(getattr(self, name), name))
        for name in ("mu_start", "mu_min"):
            if getattr(self, name) > self.mu_max:
                raise SettingError(
                    f"{name} must be at most mu_max, but {getattr(self, name):g} is more than "
                    f"{self.mu_max:g}: reduce {name} or increase mu_max."
                )
        if not 1 < self.factor <= 1e6:
            raise SettingError(
                f"factor must be more than 1 and at most 1000000, not {self.factor:g}."
            )
        attempts = whole(self.max_attempts, "max_attempts", 1, ATTEMPTS_MOST)
        object.__setattr__(self, "max_attempts", attempts)
        iterations = whole(self.plateau, "plateau", 0, PLATEAU_MOST)
        object.__setattr__(self, "plateau", iterations)
        for name, known in (("control", CONTROLS), ("matrix", MATRICES)):
            value = getattr(self, name)
            if not isinstance(value, str) or value not in known:
                raise SettingError(f"There is no {name} {shown(value)}: choose {', '.join(known)}.")
