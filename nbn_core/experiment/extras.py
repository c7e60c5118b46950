"""What a file or link may hold beside an experiment: kept drawings, a race, a sweep of networks.

    "shelf": [{"name", "topology", "drawing"}]
    "race":  {"lanes": [{"number", "rule": {"name", "settings"}, "network"}],
              "budget": {"kind", "seconds", "work"}, "seeds", "trial_work"}
    "sweep": {"families", "smallest", "largest", "rule", "iterations", "trials"}

The network of a lane is {"kind"} for the drawing and its variants, {"kind": "family", "family",
"size"} for a member of a family, and {"kind": "kept", "name", "topology"} for a kept drawing, which
a lane holds itself, so that it does not change when the drawing is deleted. None of this changes
what the experiment trains.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nbn_core.checks import real, shown, whole
from nbn_core.data.columns import plain_name
from nbn_core.display import one_line
from nbn_core.errors import ExperimentError, SettingError
from nbn_core.experiment.checks import FrozenDict, keep, mapping
from nbn_core.experiment.drawing import checked_drawing
from nbn_core.experiment.reading import fields, typed
from nbn_core.network import Topology
from nbn_core.rules import RULES

EXTRAS = ("race", "shelf", "sweep")
MOST_DRAWINGS = 12
MOST_LANES = 8
MOST_NAME = 40
MOST_SECONDS = 60.0
MOST_WORK = 1e8
MOST_SEEDS = 1000
MOST_SIZE = 1000
MOST_FAMILIES = 24
VARIANTS = ("drawing", "no bridges", "all bridges", "half as wide", "twice as wide")
BUDGETS = ("target", "seconds", "work")


def checked_name(name: object, what: str) -> str:
    """Return a name of 1 to 40 printable characters without < and >; SettingError for any other."""
    fits = isinstance(name, str) and 1 <= len(name) <= MOST_NAME and plain_name(name) == name
    if not isinstance(name, str) or not fits or "<" in name or ">" in name:
        raise SettingError(
            f"{what} must be 1 to {MOST_NAME} printable characters without < and >, not "
            f"{shown(name)}: choose another name."
        )
    return name


@dataclass(frozen=True)
class KeptDrawing:
    """A network kept under a name, with its drawing and without weights.

    Parameters
    ----------
    name : str
        Name of 1 to 40 characters.
    topology : Topology
        Topology of the network.
    drawing : mapping or None
        Layout of the network on the Draw page, JSON of at most 256 kB.

    Raises
    ------
    SettingError
        If the name is empty, too long, or has characters that cannot be shown.
    ExperimentError
        If the topology or drawing has the wrong type.
    """

    name: str
    topology: Topology
    drawing: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        checked_name(self.name, "The name of a kept drawing")
        if not isinstance(self.topology, Topology):
            raise ExperimentError(f"A kept drawing cannot be {shown(self.topology)}.")
        keep(self, "drawing", checked_drawing(self.drawing))

    def __repr__(self) -> str:
        return one_line("KeptDrawing", repr(self.name), *self.topology.described)

    def to_dict(self) -> dict[str, Any]:
        """Return the drawing as plain values for JSON.

        Returns
        -------
        dict
            Keys "name", "topology" and "drawing".
        """
        return {"name": self.name, "topology": self.topology.to_dict(), "drawing": self.drawing}


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
        if not isinstance(self.rule, str) or self.rule not in RULES:
            raise SettingError(
                f"There is no learning rule called {shown(self.rule)}: "
                f"choose one of {', '.join(RULES)}."
            )
        given = mapping(self.settings, "The settings of a rule")
        RULES[self.rule].settings(given)  # checks the values
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
        if not isinstance(self.rule, str) or self.rule not in RULES:
            raise SettingError(
                f"There is no learning rule called {shown(self.rule)}: "
                f"choose one of {', '.join(RULES)}."
            )
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


def _within(value: object, what: str, low: float, high: float) -> float:
    number = real(value, what)
    if not low <= number <= high:
        raise SettingError(f"{what} must be from {low:g} to {high:g}, not {number:g}.")
    return number


def read_extras(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of `Workspace` beside the experiment.

    Parameters
    ----------
    document : mapping
        Parsed JSON of a file or link, of unknown origin.

    Returns
    -------
    dict
        Values by the names "shelf", "race" and "sweep", as far as they are there.

    Raises
    ------
    ExperimentError
        If a key is missing, unknown or of the wrong type. The parts raise other subclasses of
        `NBNError` for invalid values.
    """
    found: dict[str, Any] = {}
    if "shelf" in document:
        items = typed(document["shelf"], list, "shelf")
        if len(items) > MOST_DRAWINGS:
            raise ExperimentError(
                f"The shelf holds {len(items)} drawings, at most {MOST_DRAWINGS} can be kept: "
                "delete some."
            )
        found["shelf"] = tuple(_drawing(item) for item in items)
    if "race" in document:
        found["race"] = _race(document["race"])
    if "sweep" in document:
        names = "families smallest largest rule iterations trials"
        sweep = fields(document["sweep"], "sweep", names)
        typed(sweep["families"], list, "sweep.families")
        found["sweep"] = SweepSetup(**sweep)
    return found


def _drawing(value: object) -> KeptDrawing:
    item = fields(value, "shelf", "name topology drawing")
    return KeptDrawing(item["name"], _topology(item, "shelf"), item["drawing"])


def _topology(item: Mapping[str, Any], where: str) -> Topology:
    return Topology.from_dict(typed(item["topology"], dict, f"{where}.topology"))


def _race(value: object) -> RaceSetup:
    race = fields(value, "race", "lanes budget seeds trial_work")
    budget = fields(race["budget"], "race.budget", "kind seconds work")
    items = typed(race["lanes"], list, "race.lanes")
    if len(items) > MOST_LANES:
        raise ExperimentError(
            f"The race has {len(items)} lanes, at most {MOST_LANES} can run: leave some out."
        )
    return RaceSetup(
        tuple(_lane(item) for item in items), budget["kind"], budget["seconds"], budget["work"],
        race["seeds"], race["trial_work"],
    )  # fmt: skip


def _lane(value: object) -> RaceLane:
    lane = fields(value, "race.lanes", "number rule network")
    rule = fields(lane["rule"], "race.lanes.rule", "name settings")
    settings = typed(rule["settings"], dict, "race.lanes.rule.settings")
    return RaceLane(lane["number"], rule["name"], settings, _network(lane["network"]))


def _network(value: object) -> NetworkChoice:
    where = "race.lanes.network"
    kind = typed(value, dict, where).get("kind")
    if kind == "family":
        return NetworkChoice(**fields(value, where, "kind family size"))
    if kind == "kept":
        kept = fields(value, where, "kind name topology")
        return NetworkChoice("kept", name=kept["name"], topology=_topology(kept, where))
    return NetworkChoice(**fields(value, where, "kind"))
