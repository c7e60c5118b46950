"""Starting weights: reproducible, within their limits, never zero."""

from __future__ import annotations

import numpy as np
import pytest

from nbn_core import SCHEMES, Topology, initial_weights

TOPOLOGY = Topology.bmlp([3, 20, 20, 2])


def test_the_published_scheme_is_uniform_between_minus_one_and_one() -> None:
    weights = initial_weights(TOPOLOGY, seed=5)
    assert weights.shape == (TOPOLOGY.n_weights,)
    assert -1 <= weights.min() < -0.95
    assert 0.95 < weights.max() <= 1
    np.testing.assert_array_equal(
        weights, np.random.default_rng(5).uniform(-1, 1, TOPOLOGY.n_weights)
    )


@pytest.mark.parametrize("scheme", SCHEMES)
def test_equal_seeds_give_equal_weights(scheme: str) -> None:
    first = initial_weights(TOPOLOGY, scheme, 1)
    np.testing.assert_array_equal(first, initial_weights(TOPOLOGY, scheme, 1))
    assert not np.array_equal(first, initial_weights(TOPOLOGY, scheme, 2))
    assert np.all(np.abs(first) <= SCHEMES[scheme].bounds(TOPOLOGY))
    assert first.all()


def test_a_zero_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    class Zeros:
        calls = 0

        def uniform(self, low: float, high: float, size: int) -> np.ndarray:
            self.calls += 1
            return np.array([0.0, 0.5, 0.0, 0.5]) if self.calls == 1 else np.full(size, 0.25)

    monkeypatch.setattr(np.random, "default_rng", lambda seed: Zeros())
    np.testing.assert_array_equal(initial_weights(Topology.mlp([1, 1, 1])), [0.25, 0.5, 0.25, 0.5])
