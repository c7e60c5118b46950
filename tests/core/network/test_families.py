"""Families of networks: sizes that cannot be made are refused before memory is taken."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import pytest

from nbn_core.errors import TopologyError
from nbn_core.network import Topology, families


@pytest.mark.parametrize(
    "make",
    [
        lambda: Topology.mlp([3, 100_000, 100_000, 1]),
        lambda: Topology.bmlp([10, 10_000, 10_000, 1]),
        lambda: Topology.fcc(2, 100_000, 1),
        lambda: Topology.fcc(10**9, 1, 1),
        lambda: Topology.slp(10**9, 10**9, 1),
    ],
)
def test_a_network_too_large_to_be_made_is_refused_before_memory_is_taken(
    make: Callable[[], Topology],
) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(TopologyError, match=r"would have [\d,]+ weights, and at most"):
            make()
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_the_weights_are_counted_before_a_network_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    for make in (
        lambda: Topology.mlp([3, 5, 4, 2]),
        lambda: Topology.bmlp([3, 5, 4, 2]),
        lambda: Topology.slp(3, 5, 2),
        lambda: Topology.fcc(3, 5, 2),
        lambda: Topology.fcc(3, 0, 2),
    ):
        monkeypatch.setattr(families, "MOST_WEIGHTS", 10_000)
        weights = make().n_weights
        monkeypatch.setattr(families, "MOST_WEIGHTS", weights)
        make()
        monkeypatch.setattr(families, "MOST_WEIGHTS", weights - 1)
        with pytest.raises(TopologyError, match=f"would have {weights} weights"):
            make()
