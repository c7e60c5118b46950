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
from typing import Any

from nbn_core.errors import ExperimentError
from nbn_core.experiment.kept_drawing import MOST_DRAWINGS, KeptDrawing
from nbn_core.experiment.race_setup import MOST_LANES, NetworkChoice, RaceLane, RaceSetup
from nbn_core.experiment.reading import fields, typed
from nbn_core.experiment.sweep_setup import SweepSetup
from nbn_core.network import Topology

EXTRAS = ("race", "shelf", "sweep")


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
