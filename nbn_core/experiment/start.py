"""Starting weights and stopping conditions of an experiment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from nbn_core.checks import MAX_SEED, plural, real, shown, whole
from nbn_core.display import one_line
from nbn_core.errors import SettingError
from nbn_core.experiment.checks import keep
from nbn_core.network import SCHEMES

MAX_ITERATIONS = 1_000_000


@dataclass(frozen=True, slots=True)
class SeededStart:
    """Starting weights drawn from a random seed.

    Parameters
    ----------
    scheme : str
        Distribution, a key of `nbn_core.network.SCHEMES`.
    seed : int
        Random seed, from 0 up.

    Raises
    ------
    SettingError
        If the scheme is unknown or the seed is out of range.
    """

    scheme: str = "data"
    seed: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.scheme, str) or self.scheme not in SCHEMES:
            raise SettingError(
                f"There is no scheme of starting weights called {shown(self.scheme)}: "
                f"choose one of {', '.join(SCHEMES)}."
            )
        keep(self, "seed", whole(self.seed, "The seed of the starting weights", 0, MAX_SEED))


@dataclass(frozen=True, slots=True)
class GivenStart:
    """Starting weights given as numbers.

    Parameters
    ----------
    weights : (N,) sequence of float
        Finite weights, neuron by neuron, bias first.

    Raises
    ------
    SettingError
        If this is not a list of finite numbers.
    """

    weights: tuple[float, ...]

    def __repr__(self) -> str:
        return one_line("GivenStart", plural(len(self.weights), "weight"))

    def __post_init__(self) -> None:
        values: Iterable[object] = (
            self.weights.tolist() if isinstance(self.weights, np.ndarray) else self.weights
        )
        if not isinstance(values, (list, tuple)):
            raise SettingError(f"Starting weights must be a list, not {shown(values)}.")
        keep(
            self,
            "weights",
            tuple(real(w, f"Starting weight {n}") for n, w in enumerate(values, start=1)),
        )


@dataclass(frozen=True, slots=True)
class Stopping:
    """Conditions under which training ends.

    Parameters
    ----------
    target_sse : float
        SSE of the training patterns at or below which the problem counts as solved.
    max_iterations : int
        Maximum number of iterations.
    patience : int
        Iterations without a smaller SSE of the validation patterns after which training stops
        early; 0 for no early stopping.

    Raises
    ------
    SettingError
        If a value is not a number or out of range.
    """

    target_sse: float = 0.01
    max_iterations: int = 1000
    patience: int = 0

    def __post_init__(self) -> None:
        keep(self, "target_sse", real(self.target_sse, "The target SSE", 0.0))
        keep(
            self,
            "max_iterations",
            whole(self.max_iterations, "The number of iterations", 1, MAX_ITERATIONS),
        )
        keep(self, "patience", whole(self.patience, "The patience", 0, MAX_ITERATIONS))

    def to_dict(self) -> dict[str, float | int]:
        """Return the conditions as a part of the JSON of an experiment.

        Returns
        -------
        dict
            Omits `patience` when it is 0, so that experiments saved before early stopping existed
            keep the same JSON.
        """
        values: dict[str, float | int] = {
            "target_sse": self.target_sse, "max_iterations": self.max_iterations,
        }  # fmt: skip
        return {**values, "patience": self.patience} if self.patience else values
