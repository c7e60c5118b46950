"""Workers that need not compile, and a session that is cleared away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.session.jobs import Workers
from nbn_core.warmup import warm_up, warm_up_rules
from tests.app.race.helpers import XOR, Session


@pytest.fixture(scope="module")
def workers() -> Workers:
    warm_up()
    warm_up_rules()  # nobody waits for a compiler below
    return Workers(2)


@pytest.fixture
def session(workers: Workers) -> Iterator[Session]:
    made = Session(XOR, workers)
    yield made
    made.desk.drop()
