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
LEAST_DECREASE = 1e-15  # relative decrease of the SSE below which an iteration is no progress


class Choice(NamedTuple):
    """A step control: its title in forms, and its default damping matrix."""

    title: str
    matrix: str


# Both are in the order of the codes of `nbn_core.kernels.step_control`
CONTROLS = {
    "published": Choice("Published", "levenberg"),
    "line_search": Choice("Line search", "levenberg"),
    "best_step": Choice("Best step", "max_diagonal"),
}
MATRICES = {"levenberg": "Levenberg", "marquardt": "Marquardt", "max_diagonal": "Scaled"}


USUAL_CONTROL = "best_step"  # the default of NBN, see docs/step-control.md
PUBLISHED = {"control": "published", "matrix": "levenberg"}


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
    return 10.0 if matrix == "levenberg" else 0.3


def damping_diagonal(matrix: str, mu: float, diagonal: FloatArray) -> FloatArray:
    """Compute the damping D, which is added to the diagonal of Q.

    Parameters
    ----------
    matrix : str
        Damping matrix, a name in `MATRICES`.
    mu : float
        Damping parameter.
    diagonal : (N,) float64
        Diagonal of Q.

    Returns
    -------
    (N,) float64
        Diagonal of D.
    """
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
        Damping of the first attempt.
    mu_min : float
        Minimum of mu.
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

    Raises
    ------
    SettingError
        If a value is not a positive finite number, if the three values of mu are not in order, or
        if the factor or the number of attempts is out of bounds.
    """

    mu_start: float = 1e-2
    mu_min: float = 1e-15
    mu_max: float = 1e15
    factor: float = 10.0
    max_attempts: int = 30
    control: str = "published"
    matrix: str = "levenberg"

    def __post_init__(self) -> None:
        for name in ("mu_start", "mu_min", "mu_max", "factor"):
            object.__setattr__(self, name, positive(getattr(self, name), name))
        if not self.mu_min <= self.mu_start <= self.mu_max:
            raise SettingError(
                f"mu_start must lie between mu_min and mu_max, but {self.mu_start:g} is not "
                f"between {self.mu_min:g} and {self.mu_max:g}."
            )
        if not 1 < self.factor <= 1e6:
            raise SettingError(
                f"factor must be more than 1 and at most 1000000, not {self.factor:g}."
            )
        attempts = whole(self.max_attempts, "max_attempts", 1, ATTEMPTS_MOST)
        object.__setattr__(self, "max_attempts", attempts)
        for name, known in (("control", CONTROLS), ("matrix", MATRICES)):
            value = getattr(self, name)
            if not isinstance(value, str) or value not in known:
                raise SettingError(f"There is no {name} {shown(value)}: choose {', '.join(known)}.")
