"""Damping: validation of settings, and the response of mu to an attempt."""

from __future__ import annotations

import pytest

from nbn_core import Damping, StopReason, Topology, Training, generators
from nbn_core.errors import SettingError


def test_the_published_rule_is_the_default() -> None:
    damping = Damping()
    assert (damping.mu_start, damping.factor) == (0.01, 10.0)
    assert (damping.mu_min, damping.mu_max, damping.max_attempts) == (1e-15, 1e15, 30)


def test_whole_numbers_become_floats() -> None:
    damping = Damping(mu_start=1, factor=2, max_attempts=5.0)
    assert type(damping.mu_start) is float
    assert type(damping.max_attempts) is int


@pytest.mark.parametrize("name", ["mu_start", "mu_min", "mu_max", "factor"])
@pytest.mark.parametrize("value", [0, -1.0, float("inf"), float("nan"), True, "1", None, [1], 1j])
def test_a_setting_that_is_not_positive_is_named_in_the_error(name: str, value: object) -> None:
    with pytest.raises(SettingError, match=rf"^{name} must be a number above 0, not .*\.$"):
        Damping(**{name: value})


def test_mu_stays_within_its_limits() -> None:
    training = Training(
        Topology.mlp([7, 7, 1]), generators.parity(7),
        mu_start=0.5, mu_min=0.25, mu_max=1e3, factor=2, max_iterations=50, target_sse=0.0,
    )  # fmt: skip
    while training.stop is None:
        training.advance()
    mu = training.trace().mu
    assert training.stop in (StopReason.MAX_ITERATIONS, StopReason.DAMPING_LIMIT)
    assert mu.min() == 0.25
    assert mu.max() <= 1e3
