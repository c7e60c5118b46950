"""A race as JSON for the browser; curves as float64 and pictures as bytes, in base64."""

from __future__ import annotations

import base64
import functools
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from app.figures.lanes import DARK, LIGHT
from app.race.lanes import Lane
from app.race.networks import described, drawn, entrant
from app.race.race import LaneRun, Race
from app.race.results import LaneResult
from app.race.snapshots import Snapshot, Snapshots, SnapshotTaker, curve_rows, tones_of
from app.shared.payload import number
from nbn_core.experiment import Experiment
from nbn_core.types import Json

PICTURES: Final = 60  # maximum of new pictures in one answer


def lane_block(lane: Lane, title: str, experiment: Experiment) -> Json:
    """Return title, rule, settings, network, colours and remark of a lane."""
    data = experiment.datasets()[0]
    one = entrant(experiment, lane.network)
    topology = one.experiment.topology
    return {
        "number": lane.number,
        "title": title,
        "rule": lane.rule.title,
        "settings": lane.note(),
        "colours": [LIGHT[lane.number % len(LIGHT)], DARK[lane.number % len(DARK)]],
        "network": "" if one.refusal else described(topology),
        "start": one.start,
        "remark": one.refusal
        or lane.rule.refuses(topology, data)
        or lane.rule.remark(topology, data)
        or "",
    }


def result_block(result: LaneResult) -> Json:
    """Return the state of a lane, its sentence, its cost, and its cost up to the target."""
    spent = result.spent
    return {
        "state": result.state,
        "sentence": result.sentence,
        "reached": None if result.reached is None else list(result.reached),
        "spent": None if spent is None else list(spent),
    }


def curve_block(run: LaneRun | None) -> str:
    """Return iterations, seconds, work, evaluations and SSE of the rows that are drawn, in base64.

    An SSE that is NaN is sent as infinite; empty text before the first iteration.
    """
    trace = None if run is None else run.within()
    if trace is None:
        return ""
    rows = curve_rows(trace)
    sse = np.nan_to_num(trace.sse[rows], nan=np.inf, posinf=np.inf)
    columns = np.stack(
        [trace.iterations[rows], trace.seconds[rows], trace.work[rows],
         trace.evaluations[rows], sse]
    ).astype("<f8")  # fmt: skip
    return base64.b64encode(columns.tobytes()).decode("ascii")


def pictures(
    race: Race,
    snapshots: Mapping[int, Snapshots],
    snapshot_takers: Mapping[int, SnapshotTaker],
    have: Mapping[str, Any],
) -> list[Json]:
    """Take new pictures; return those of each lane that the browser lacks, and the newest one."""
    room, sent = PICTURES, []
    for lane, run in zip(race.lanes, race.runs, strict=True):
        kept = snapshots[lane.number]
        trace = None if run is None else run.within()
        if run is not None and trace is not None:
            room -= snapshot_takers[lane.number].update(kept, run, trace, max(1, room))
        known = have.get(str(lane.number), 0)
        first = known if isinstance(known, int) and 0 <= known <= len(kept.looks) else 0
        sent.append(
            {
                "first": first,
                "looks": [_look(look) for look in kept.looks[first:]],
                "newest": None if kept.newest is None else _look(kept.newest),
            }
        )
    return sent


def network_block(lane: Lane, experiment: Experiment) -> Json:
    """Return what is drawn of a lane's network: places, connections, tones of its start."""
    own = entrant(experiment, lane.network).experiment
    tones = tones_of(own, None, own.start_weights())
    return {**drawn(own.topology), "tones": base64.b64encode(tones).decode("ascii")}


def opening(experiment: Experiment, lane: Lane) -> Json:
    """Return the picture of a lane's starting weights."""
    own = entrant(experiment, lane.network).experiment
    return _opening(own)


@functools.lru_cache(maxsize=64)
def _opening(experiment: Experiment) -> Json:
    return _look(SnapshotTaker(experiment).at(experiment.start_weights(), 0))


def _look(look: Snapshot) -> Json:
    return {
        "k": look.iteration,
        "tones": base64.b64encode(look.tones).decode("ascii"),
        "score": number(look.score),
    }
