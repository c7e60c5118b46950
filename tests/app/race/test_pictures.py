"""Every lane has a picture, and its tones are what the network answers."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest

from app.race import snapshots
from app.race.lanes import Budget, Lane
from app.race.snapshots import Photographer
from app.session.jobs import Workers
from app.session.state import first_experiment
from nbn_core.experiment import Experiment
from tests.app.race.helpers import Session


@pytest.mark.parametrize("problem", ["sinc", "iris", "peaks", "parity"])
def test_every_kind_of_data_has_a_picture_that_is_json(workers: Workers, problem: str) -> None:
    session = Session(Experiment.suggested(problem), workers)
    session.desk.put((Lane(0, "nbn"), Lane(1, "adam")))
    session.desk.set_budget(Budget("work", work=50.0))
    sent = session.answer()
    json.dumps(sent, allow_nan=False)
    session.post("start")
    lanes = session.rests()["lanes"]
    n = session.bench.experiment.topology.n_weights
    length = {"surface": snapshots.SIDE**2, "curve": snapshots.CURVE, "network": n}
    for lane in lanes:
        tones = base64.b64decode(lane["newest"]["tones"])
        assert len(tones) == length[sent["scene"]["kind"]]


def test_tones_are_the_cores_outputs() -> None:
    experiment = first_experiment()
    photographer = Photographer(experiment)
    weights = experiment.start_weights()
    assert photographer.samples is not None
    training = experiment.training()
    outputs = training.predict(photographer.samples)[:, 0]
    tones = np.frombuffer(photographer.at(weights, 0).tones, np.uint8)
    expected = np.clip(snapshots.PALE * outputs, -1, 1)
    assert np.all(np.abs(tones / 127.0 - 1.0 - expected) <= 0.51 / 127)
    x, y = photographer.samples[0], photographer.samples[-1]
    assert x[0] < y[0]  # left to right
    assert x[1] > y[1]  # from the top
