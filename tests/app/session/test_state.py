"""The experiment that a new session starts with."""

from __future__ import annotations

from app.session import state
from nbn_core.network import Topology


def test_the_first_experiment_is_the_spiral_on_2_8_8_1() -> None:
    experiment = state.first_experiment()
    assert experiment.topology == Topology.mlp([2, 8, 8, 1], output="bipolar")
    assert experiment.data.name == "playground_spiral"  # type: ignore[union-attr]
