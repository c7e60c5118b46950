"""A race as a link holds it: lanes with their networks, budget and seeds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nbn_core.checks import real, shown, whole
from nbn_core.display import one_line
from nbn_core.errors import SettingError
from nbn_core.experiment.checks import FrozenDict, keep, mapping
from nbn_core.experiment.kept_drawing import checked_name
from nbn_core.network import Topology
from nbn_core.network.variants import CHANGES
from nbn_core.rules import rule_called

MOST_LANES = 8
MOST_SECONDS = 60.0
MOST_WORK = 1e8
MOST_SEEDS = 1000
MOST_SIZE = 1000
VARIANTS = ("drawing", *CHANGES)
BUDGETS = ("target", "seconds", "work")


@dataclass(frozen=True)
class NetworkChoice:
    """The network of a lane: the drawing, a variant of it, a member of a family, a kept drawing.

    Parameters
    ----------
    kind : str
        One of `VARIANTS`, "family" or "kept".
    family : str
        Key in `nbn_core.studies.FAMILIES`, for a member of a family.
    size : int
        Size of the member, from 1 to 1,000.
    name : str
        Name of the kept drawing.
    topology : Topology, optional
        Network of the kept drawing.

    Raises
    ------
    SettingError
        If the kind is unknown, or a part that it needs is missing or invalid.
    """

    kind: str = "drawing"
    family: str = ""
    size: int = 0
    name: str = ""
    topology: Topology | None = None

    def __post_init__(self) -> None:
        if self.kind == "family":
            checked_name(self.family, "The family of a network")
            keep(self, "size", whole(self.size, "The size of a network", 1, MOST_SIZE))
        elif self.kind == "kept":
            checked_name(self.name, "The name of a kept drawing")
            if not isinstance(self.topology, Topology):
                raise SettingError(f"A kept drawing cannot be {shown(self.topology)}.")
        elif self.kind not in VARIANTS:
            raise SettingError(
                f"There is no network {shown(self.kind)} for a lane: choose one of "
                f"{', '.join((*VARIANTS, 'family', 'kept'))}."
            )

    def __repr__(self) -> str:
        return one_line("NetworkChoice", self.kind, *filter(None, (self.family, self.name)))

    def to_dict(self) -> dict[str, Any]:
        """Return the choice as plain values for JSON.

        Returns
        -------
        dict
            Key "kind", and what this kind needs.
        """
        if self.kind == "family":
            return {"kind": "family", "family": self.family, "size": self.size}
        if self.topology is not None:
            return {"kind": "kept", "name": self.name, "topology": self.topology.to_dict()}
        return {"kind": self.kind}


@dataclass(frozen=True)
class RaceLane:
    """A lane of a race: a rule, its settings, and its network.

    Parameters
    ----------
    number : int
        Number from 0 to 7, which decides the colour; each lane has its own.
    rule : str
        Learning rule, a key of `nbn_core.RULES`.
    settings : mapping
        Settings that differ from the rule's own.
    network : NetworkChoice
        Network of the lane.

    Raises
    ------
    SettingError
        If the rule is unknown, or a value is out of range.
    """

    number: int
    rule: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    network: NetworkChoice = NetworkChoice()

    def __post_init__(self) -> None:
        keep(self, "number", whole(self.number, "The number of a lane", 0, MOST_LANES - 1))
        rule = rule_called(self.rule)
        given = mapping(self.settings, "The settings of a rule")
        rule.settings(given)  # checks the values
        keep(self, "settings", FrozenDict(given))

    def __repr__(self) -> str:
        return one_line("RaceLane", str(self.number), self.rule, self.network.kind)

    def to_dict(self) -> dict[str, Any]:
        """Return the lane as plain values for JSON.

        Returns
        -------
        dict
            Keys "number", "rule" and "network".
        """
        rule = {"name": self.rule, "settings": dict(self.settings)}
        return {"number": self.number, "rule": rule, "network": self.network.to_dict()}


@dataclass(frozen=True)
class RaceSetup:
    """Lanes and budget of a race, and the seeds and work of its many trials.

    Parameters
    ----------
    lanes : tuple of RaceLane
        Lanes, 1 to 8, each with its own number.
    kind : str
        "target", "seconds" or "work": what ends a lane.
    seconds : float
        Computing time of a lane, 0.05 to 60 seconds.
    work : float
        Work of a lane, 10 to 100 million forward passes.
    seeds : int
        Seeds of Many seeds, 2 to 1,000.
    trial_work : float
        Work of each trial of Many seeds, 10 to 100 million forward passes.

    Raises
    ------
    SettingError
        If a value is out of range, or two lanes have the same number.
    """

    lanes: tuple[RaceLane, ...]
    kind: str = "target"
    seconds: float = 5.0
    work: float = 100_000.0
    seeds: int = 10
    trial_work: float = 50_000.0

    def __post_init__(self) -> None:
        keep(self, "lanes", tuple(self.lanes))
        if not 1 <= len(self.lanes) <= MOST_LANES:
            raise SettingError(
                f"A race has 1 to {MOST_LANES} lanes, not {len(self.lanes)}: leave some out."
            )
        if len({lane.number for lane in self.lanes}) < len(self.lanes):
            raise SettingError("Two lanes of the race have the same number: give each its own.")
        if self.kind not in BUDGETS:
            raise SettingError(
                f"There is no budget {shown(self.kind)}: choose one of {', '.join(BUDGETS)}."
            )
        keep(self, "seconds", _within(self.seconds, "The time of a lane", 0.05, MOST_SECONDS))
        keep(self, "work", _within(self.work, "The work of a lane", 10.0, MOST_WORK))
        keep(self, "seeds", whole(self.seeds, "The number of seeds", 2, MOST_SEEDS))
        keep(self, "trial_work", _within(self.trial_work, "The work of a trial", 10.0, MOST_WORK))

    def __repr__(self) -> str:
        return one_line("RaceSetup", f"{len(self.lanes)} lanes", self.kind)

    def to_dict(self) -> dict[str, Any]:
        """Return the race as plain values for JSON.

        Returns
        -------
        dict
            Keys "lanes", "budget", "seeds" and "trial_work".
        """
        return {
            "lanes": [lane.to_dict() for lane in self.lanes],
            "budget": {"kind": self.kind, "seconds": self.seconds, "work": self.work},
            "seeds": self.seeds,
            "trial_work": self.trial_work,
        }


def _within(value: object, what: str, low: float, high: float) -> float:
    number = real(value, what)
    if not low <= number <= high:
        raise SettingError(f"{what} must be from {low:g} to {high:g}, not {number:g}.")
    return number
