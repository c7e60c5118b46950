"""Units of the weights: the scale of the data changes neither the start nor the training."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbn_core import (
    SCHEMES,
    Dataset,
    Neuron,
    Objective,
    Topology,
    generators,
    initial_weights,
    train,
)
from nbn_core.objective import (
    scaled_start,
    starting_weights,
    starting_weights_of,
    weight_units,
)
from tests.strategies import topologies

RANDOM = np.random.default_rng(8)
INPUTS = RANDOM.uniform(-1.0, 1.0, (50, 3)) + np.array([0.0, 2.0, -1.0])
TARGETS = np.c_[np.sin(2.0 * INPUTS[:, 0]) * INPUTS[:, 1], INPUTS[:, 2] ** 2]
DATA = Dataset(INPUTS, TARGETS, kind="regression")
# The second output is linear and a source of the first, which a change of its scale must not affect
TOPOLOGY = Topology(
    (), 3,
    (
        Neuron("bipolar", 1.0, 0.0, (0, 1, 2)),
        Neuron("linear", 1.0, 0.0, (0, 3)),
        Neuron("unipolar", 2.0, 0.0, (1, 3, 4)),
        Neuron("linear", 1.0, 0.0, (3, 4, 5)),
    ),
    (3, 1),
)  # fmt: skip


def standardised(values: np.ndarray) -> np.ndarray:
    return (values - values.mean(axis=0)) / values.std(axis=0)


def test_a_scaled_start_gives_what_its_weights_give_on_standardised_data() -> None:
    weights = initial_weights(TOPOLOGY, "data", 3)
    plain = Dataset(standardised(INPUTS), standardised(TARGETS), kind="regression")
    expected = Objective(TOPOLOGY, plain).outputs(weights) * TARGETS.std(axis=0) + TARGETS.mean(
        axis=0
    )
    raw = scaled_start(TOPOLOGY, DATA, weights)
    np.testing.assert_allclose(Objective(TOPOLOGY, DATA).outputs(raw), expected, atol=1e-12)
    np.testing.assert_array_equal(raw, starting_weights(TOPOLOGY, DATA, "data", 3))
    np.testing.assert_array_equal(
        starting_weights(TOPOLOGY, DATA, "fan_in", 3), initial_weights(TOPOLOGY, "fan_in", 3)
    )
    several = scaled_start(TOPOLOGY, DATA, np.stack([weights, 2.0 * weights]))
    np.testing.assert_array_equal(several[0], raw)


def test_units_are_the_spread_of_the_neuron_over_the_size_of_the_source() -> None:
    size, spread = np.sqrt((INPUTS**2).mean(axis=0)), TARGETS.std(axis=0)
    hidden = np.sqrt((TARGETS[:, 1] ** 2).mean())  # the linear output that is a source
    expected = [
        1.0, *(1.0 / size),
        *(spread[1] * np.array([1.0, 1.0 / size[0], 1.0])),
        1.0, 1.0 / size[1], 1.0, 1.0 / hidden,
        *(spread[0] * np.array([1.0, 1.0, 1.0 / hidden, 1.0])),
    ]  # fmt: skip
    np.testing.assert_allclose(weight_units(TOPOLOGY, DATA), expected, rtol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_training_is_the_same_in_any_units(seed: int) -> None:
    """Powers of two change no rounding, so that every SSE is the same number but for its unit."""
    inputs, targets = np.array([2.0**-20, 2.0**9, 2.0**17]), np.array([2.0**35, 2.0**35])
    scaled = Dataset(INPUTS * inputs, TARGETS * targets, kind="regression")
    settings = {"seed": seed, "max_iterations": 60, "target_sse": 0.0}
    plain, large = train(TOPOLOGY, DATA, **settings), train(TOPOLOGY, scaled, **settings)
    assert large.iterations == plain.iterations
    assert large.stop is plain.stop
    np.testing.assert_array_equal(large.trace.sse, plain.trace.sse * 2.0**70)
    np.testing.assert_array_equal(large.trace.mu, plain.trace.mu)


def test_a_pattern_of_weight_zero_has_no_scale() -> None:
    inputs = np.r_[INPUTS, [[1e9, -1e9, 1e9]]]
    targets = np.r_[TARGETS, [[1e12, 1e12]]]
    weights = np.r_[np.ones(50), 0.0]
    data = Dataset(inputs, targets, kind="regression")
    weighed = starting_weights(TOPOLOGY, data, seed=2, pattern_weights=weights)
    np.testing.assert_allclose(weighed, starting_weights(TOPOLOGY, DATA, seed=2), rtol=1e-12)
    units = Objective(TOPOLOGY, data, weights).weight_units
    np.testing.assert_allclose(units, weight_units(TOPOLOGY, DATA), rtol=1e-12)


@pytest.mark.parametrize("value", [0.0, 5.0, -1e-300, 1e200, 5e-324])
def test_a_constant_column_gives_finite_numbers(value: float) -> None:
    data = Dataset(np.full((4, 3), value), np.full((4, 2), value), kind="regression")
    assert np.isfinite(weight_units(TOPOLOGY, data)).all()
    assert np.isfinite(starting_weights(TOPOLOGY, data)).all()
    if abs(value) == 5.0:
        np.testing.assert_allclose(
            Objective(TOPOLOGY, data).outputs(starting_weights(TOPOLOGY, data))[:, 1].std(), 0.0
        )


def test_bipolar_targets_and_codes_have_no_unit() -> None:
    topology = Topology.mlp([3, 4, 1], output="bipolar")
    data = generators.parity(3)
    np.testing.assert_array_equal(weight_units(topology, data), np.ones(topology.n_weights))
    np.testing.assert_array_equal(
        starting_weights(topology, data, seed=7), initial_weights(topology, "data", 7)
    )


@given(topologies(), st.sampled_from(sorted(SCHEMES)), st.integers(2, 40))
def test_many_starts_are_those_of_one_at_a_time(
    topology: Topology, scheme: str, patterns: int
) -> None:
    draw = np.random.default_rng(patterns)
    data = Dataset(
        draw.normal(3.0, 50.0, (patterns, topology.n_inputs)),
        draw.normal(-2.0, 1e-3, (patterns, topology.n_outputs)),
    )
    seeds = [0, 7, 2**53 - 1, 12345, *range(40, 60)]
    together = starting_weights_of(topology, data, scheme, seeds)
    alone = [starting_weights(topology, data, scheme, seed) for seed in seeds]
    scales = [scaled_start(topology, data, initial_weights(topology, scheme, s)) for s in seeds]
    assert together.tobytes() == np.array(alone).tobytes()
    if SCHEMES[scheme].scaled:
        assert together.tobytes() == np.array(scales).tobytes()
