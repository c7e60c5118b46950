"""A desk with XOR: before the first message, and after a training."""

from __future__ import annotations

import pytest

from app.session.jobs import Workers
from tests.app.controls.helpers import XOR
from tests.app.desk import Desk


@pytest.fixture(scope="module")
def workers() -> Workers:
    return Workers(2)


@pytest.fixture
def desk() -> Desk:
    return Desk(XOR)


@pytest.fixture
def trained(workers: Workers) -> Desk:
    desk = Desk(XOR, workers)
    desk.post("train")
    desk.rests()
    desk.post("poll")
    return desk
