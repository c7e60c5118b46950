"""A comparison of networks as a link holds it: families, sizes, rule, limit and seeds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nbn_core.checks import whole
from nbn_core.display import one_line
from nbn_core.errors import SettingError
from nbn_core.experiment.checks import keep
from nbn_core.experiment.kept_drawing import checked_name
from nbn_core.rules import rule_called

MOST_SIZE = 1000
MOST_FAMILIES = 24


@dataclass(frozen=True)
class SweepSetup:
    """The form of the page Topologies: families, sizes, rule, limit and seeds.

    Parameters
    ----------
    families : tuple of str
        Families of networks, at most 24.
    smallest, largest : int
        Sizes, from 1 to 1,000.
    rule : str
        Learning rule, a key of `nbn_core.RULES`.
    iterations : int
        Maximum iterations of a training, up to one million.
    trials : int
        Seeds for each network, up to one million.

    Raises
    ------
    SettingError
        If the rule is unknown, or a value is out of range.
    """

    families: tuple[str, ...]
    smallest: int
    largest: int
    rule: str
    iterations: int
    trials: int

    def __post_init__(self) -> None:
        keep(self, "families", tuple(self.families))
        if len(self.families) > MOST_FAMILIES:
            raise SettingError(
                f"A sweep has at most {MOST_FAMILIES} families, not {len(self.families)}: "
                "leave some out."
            )
        for name in self.families:
            checked_name(name, "The family of a network")
        keep(self, "smallest", whole(self.smallest, "The smallest size", 1, MOST_SIZE))
        keep(self, "largest", whole(self.largest, "The largest size", self.smallest, MOST_SIZE))
        rule_called(self.rule)  # refuses one that there is not
        keep(self, "iterations", whole(self.iterations, "The maximum iterations", 1, 1_000_000))
        keep(self, "trials", whole(self.trials, "The seeds per network", 1, 1_000_000))

    def __repr__(self) -> str:
        sizes = f"sizes {self.smallest} to {self.largest}"
        return one_line("SweepSetup", ", ".join(self.families), sizes, self.rule)

    def to_dict(self) -> dict[str, Any]:
        """Return the sweep as plain values for JSON.

        Returns
        -------
        dict
            One key for each parameter.
        """
        return {
            "families": list(self.families), "smallest": self.smallest, "largest": self.largest,
            "rule": self.rule, "iterations": self.iterations, "trials": self.trials,
        }  # fmt: skip
