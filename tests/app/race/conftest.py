"""Workers with compiled kernels, and a visitor that is cleaned up."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.session.jobs import Workers
from nbn_core.warmup import warm_up, warm_up_rules
from tests.app.race.helpers import XOR, RaceVisitor


@pytest.fixture(scope="module")
def workers() -> Workers:
    warm_up()
    warm_up_rules()  # so that no test waits for the compiler
    return Workers(2)


@pytest.fixture
def visitor(workers: Workers) -> Iterator[RaceVisitor]:
    made = RaceVisitor(XOR, workers)
    yield made
    made.races.drop()
