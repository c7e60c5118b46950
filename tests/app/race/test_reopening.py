"""Reopening of a recorded run of a race."""

from __future__ import annotations

import pytest

from app.race.table import reopened
from nbn_core.errors import NBNError
from nbn_core.rules import RULES
from tests.app.fake_browser import is_a_sentence
from tests.app.race.helpers import RaceVisitor


def test_a_run_reopens_as_the_experiment_that_reproduces_it(visitor: RaceVisitor) -> None:
    visitor.post("start")
    visitor.wait_for_end()
    visitor.races.note()
    entries = {entry.result.lane.name: entry for entry in visitor.races.log}
    again = reopened(entries["adam"])
    assert again.rule == "adam"
    assert dict(again.settings) == dict(
        RULES["adam"].settings(entries["adam"].result.lane.settings)
    )
    training = again.training()
    while training.stop is None:
        training.advance()
    assert training.iteration == entries["adam"].result.spent.iterations  # type: ignore[union-attr]
    with pytest.raises(NBNError) as refusal:
        reopened(entries["forward_forward"])
    assert is_a_sentence(str(refusal.value))
