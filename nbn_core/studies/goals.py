"""Goals of a search: what share of the seeds has to do what, as a yes or no for every training.

Every goal is about one rate, the share of seeds whose training meets a condition. A median is one
too: the median test error is at most e exactly if at least half of the seeds have an error of at
most e. So one exact binomial test decides all goals, without any assumption about distributions.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from nbn_core.checks import not_negative, real, shown
from nbn_core.errors import SettingError
from nbn_core.experiment.checks import keep
from nbn_core.studies.result import CellResult
from nbn_core.types import BoolArray

LOWEST_RATE, HIGHEST_RATE = 0.001, 0.99
QUANTITIES = {"test_sse": "test SSE", "test_wrong": "share of wrong test patterns"}


class Goal(ABC):
    """A rate of seeds that a network has to reach.

    Attributes
    ----------
    rate : float
        Share of the seeds whose training has to meet the condition, in (0, 1).
    one_is_enough : bool
        Whether a single seed that meets the condition reaches the goal; `rate` then is the rate
        below which a network is given up.
    """

    rate: float
    one_is_enough = False

    @property
    @abstractmethod
    def text(self) -> str:
        """The goal in words, after "a network for which ..."."""

    @property
    @abstractmethod
    def condition(self) -> str:
        """What a seed did that meets the condition, after "3 of 20 seeds ..."."""

    @abstractmethod
    def met(self, found: CellResult) -> BoolArray:
        """Return which trials meet the condition, (T,) bool.

        Parameters
        ----------
        found : CellResult
            Trials of a network.

        Returns
        -------
        (T,) bool
            Whether each trial meets the condition.

        Raises
        ------
        SettingError
            If the trials do not have the quantity that the goal is about.
        """


@dataclass(frozen=True, slots=True)
class RateGoal(Goal):
    """At least a share of the seeds reaches the target SSE.

    Parameters
    ----------
    rate : float
        Share of the seeds, 0.001 to 0.99.
    """

    rate: float

    def __post_init__(self) -> None:
        _keep_rate(self)

    @property
    def text(self) -> str:
        """The goal in words."""
        return f"at least {percent(self.rate)} of the seeds reach the target"

    @property
    def condition(self) -> str:
        """What a successful seed did."""
        return "reached the target"

    def met(self, found: CellResult) -> BoolArray:
        """Return which trials reached the target, (T,) bool."""
        return found.trials.solved


@dataclass(frozen=True, slots=True)
class AnySeedGoal(Goal):
    """At least one seed reaches the target SSE.

    Parameters
    ----------
    rate : float
        Rate below which a network is given up, 0.001 to 0.99: the search goes on with a network
        without a success until its rate is below this. For a single network and 95 % confidence
        that takes about 3 / rate seeds.
    """

    rate: float = 0.01
    one_is_enough = True

    def __post_init__(self) -> None:
        _keep_rate(self)

    @property
    def text(self) -> str:
        """The goal in words."""
        return "at least one seed reaches the target"

    @property
    def condition(self) -> str:
        """What a successful seed did."""
        return "reached the target"

    def met(self, found: CellResult) -> BoolArray:
        """Return which trials reached the target, (T,) bool."""
        return found.trials.solved


@dataclass(frozen=True, slots=True)
class ErrorGoal(Goal):
    """The median test error over the seeds is at most a limit.

    Parameters
    ----------
    error : float
        Largest median test error.
    quantity : str
        Kind of the error: "test_sse" or "test_wrong", fields of `CellResult`.
    """

    error: float
    quantity: str = "test_sse"

    def __post_init__(self) -> None:
        if not isinstance(self.quantity, str) or self.quantity not in QUANTITIES:
            raise SettingError(
                f"There is no test error called {shown(self.quantity)}: choose one of "
                f"{', '.join(QUANTITIES)}."
            )
        keep(self, "error", not_negative(self.error, "The largest median test error"))

    @property
    def rate(self) -> float:  # type: ignore[override]
        """Share of the seeds: one half, which makes the goal one about the median."""
        return 0.5

    @property
    def text(self) -> str:
        """The goal in words."""
        return f"the median {QUANTITIES[self.quantity]} is at most {self.error:g}"

    @property
    def condition(self) -> str:
        """What a successful seed did."""
        return f"had a {QUANTITIES[self.quantity]} of at most {self.error:g}"

    def met(self, found: CellResult) -> BoolArray:
        """Return which trials have a test error of at most the limit, (T,) bool."""
        errors = found.test_sse if self.quantity == "test_sse" else found.test_wrong
        if len(errors) and np.isnan(errors).all():
            raise SettingError(
                f"The {QUANTITIES[self.quantity]} cannot be a goal, because these data do not have "
                "it: give a part of the patterns to the test set, or choose another goal."
            )
        return np.asarray(errors <= self.error)


def percent(share: float) -> str:
    """Return a share as text, such as "2.5 %"."""
    return f"{100 * share:.3g} %"


def _keep_rate(goal: RateGoal | AnySeedGoal) -> None:
    keep(goal, "rate", real(goal.rate, "The rate of a goal", LOWEST_RATE, HIGHEST_RATE))
