"""Every lane has a picture, whose colours are the outputs of the network."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest

from app.race import snapshots
from app.race.lanes import Budget, Lane
from app.race.snapshots import SnapshotTaker
from app.session.jobs import Workers
from app.session.state import first_experiment
from nbn_core.experiment import Experiment
from tests.app.race.helpers import RaceVisitor


@pytest.mark.parametrize("problem", ["sinc", "iris", "peaks", "parity"])
def test_every_kind_of_data_has_a_picture_that_is_json(workers: Workers, problem: str) -> None:
    visitor = RaceVisitor(Experiment.suggested(problem), workers)
    visitor.races.put((Lane(0, "nbn"), Lane(1, "adam")))
    visitor.races.set_budget(Budget("work", work=50.0))
    sent = visitor.answer()
    json.dumps(sent, allow_nan=False)
    visitor.post("start")
    lanes = visitor.wait_for_end()["lanes"]
    n = visitor.session.experiment.topology.n_weights
    length = {"surface": snapshots.SIDE**2, "curve": snapshots.CURVE, "network": n}
    for lane in lanes:
        tones = base64.b64decode(lane["newest"]["tones"])
        assert len(tones) == length[sent["scene"]["kind"]]


def test_colours_are_those_of_the_cores_outputs() -> None:
    experiment = first_experiment()
    snapshot_taker = SnapshotTaker(experiment)
    weights = experiment.start_weights()
    assert snapshot_taker.samples is not None
    training = experiment.training()
    outputs = training.predict(snapshot_taker.samples)[:, 0]
    tones = np.frombuffer(snapshot_taker.at(weights, 0).tones, np.uint8)
    expected = np.clip(snapshots.PALE * outputs, -1, 1)
    assert np.all(np.abs(tones / 127.0 - 1.0 - expected) <= 0.51 / 127)
    x, y = snapshot_taker.samples[0], snapshot_taker.samples[-1]
    assert x[0] < y[0]  # left to right
    assert x[1] > y[1]  # from the top
