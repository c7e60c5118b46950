"""First-order rules: backpropagation, optimisers, reproducibility and traces."""

from __future__ import annotations

import math
import threading

import numpy as np
import pytest

from nbn_core import Dataset, Objective, StopReason, Topology, Training, generators, train
from nbn_core.errors import SettingError
from nbn_core.kernels import noise
from nbn_core.rules import RULES, FirstOrder
from nbn_core.trace import EVERY, next_row
from tests import reference
from tests.cases import CASES, Case, random_dag

FIRST_ORDER = [name for name, rule in RULES.items() if isinstance(rule, FirstOrder)]
PARITY = (Topology.mlp([4, 4, 1], output="bipolar"), generators.parity(4))


def direction(case: Case, name: str, step: int = 0, **settings):
    rule = RULES[name]
    assert isinstance(rule, FirstOrder)
    return rule.direction(case.objective, case.weights, rule.settings(settings), step)


# Backpropagation


@pytest.mark.parametrize("case", [*CASES, *map(random_dag, range(40))], ids=lambda case: case.name)
def test_backpropagation_is_the_gradient_of_the_oracle_on_any_wiring(case: Case) -> None:
    _, gradient, _ = reference.normal_equations(
        case.network, case.weights, case.dataset.inputs, case.dataset.targets
    )
    np.testing.assert_allclose(
        direction(case, "ebp"), gradient, rtol=1e-9, atol=1e-11 * max(1, abs(gradient).max())
    )


# Optimisers, written out by hand


def by_hand(case: Case, steps: int, move) -> np.ndarray:
    weights = case.weights.copy()
    memory = [np.zeros_like(weights), np.zeros_like(weights)]
    for t in range(1, steps + 1):
        _, gradient, _ = reference.normal_equations(
            case.network, weights, case.dataset.inputs, case.dataset.targets
        )
        weights = move(weights, gradient / case.dataset.n_patterns, memory, t)
    return weights


def plain(weights, gradient, memory, t):
    return weights - 0.2 * gradient


def heavy_ball(weights, gradient, memory, t):
    memory[0] = 0.7 * memory[0] - 0.2 * gradient
    return weights + memory[0]


def adam(weights, gradient, memory, t):
    memory[0] = 0.9 * memory[0] + 0.1 * gradient
    memory[1] = 0.999 * memory[1] + 0.001 * gradient**2
    first, second = memory[0] / (1 - 0.9**t), memory[1] / (1 - 0.999**t)
    return weights - 0.03 * first / (np.sqrt(second) + 1e-8)


def rprop(weights, gradient, memory, t):
    before, steps = memory if t > 1 else (memory[0], np.full_like(weights, 0.05))
    product = before * gradient
    steps = np.where(product > 0, np.minimum(1.2 * steps, 50), steps)
    steps = np.where(product < 0, np.maximum(0.5 * steps, 1e-6), steps)
    gradient = np.where(product < 0, 0, gradient)
    memory[:] = gradient, steps
    return weights - np.sign(gradient) * steps


@pytest.mark.parametrize(
    ("name", "settings", "move"),
    [
        ("gd", {"rate": 0.2}, plain),
        ("ebp", {"rate": 0.2, "batch_size": 0}, plain),
        ("momentum", {"rate": 0.2, "momentum": 0.7}, heavy_ball),
        ("adam", {"rate": 0.03}, adam),
        ("rprop", {"first_step": 0.05}, rprop),
    ],
)
@pytest.mark.parametrize("case", [CASES[0], *map(random_dag, (3, 11))], ids=lambda case: case.name)
def test_a_full_batch_rule_follows_a_hand_written_path(case, name, settings, move) -> None:
    result = train(
        case.topology, case.dataset, name, weights=case.weights, max_iterations=25,
        target_sse=0.0, **settings,
    )  # fmt: skip
    expected = by_hand(case, 25, move)
    np.testing.assert_allclose(result.weights, expected, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("batch_size", [1, 7, 64])
@pytest.mark.parametrize("mean", [True, False])
def test_ebp_in_batches_follows_a_hand_written_path(batch_size: int, mean: bool) -> None:
    case = random_dag(11)
    inputs, targets = case.dataset.inputs, case.dataset.targets
    weights, velocity = case.weights.copy(), np.zeros_like(case.weights)
    for _ in range(3):
        for start in range(0, len(inputs), batch_size):
            part = slice(start, start + batch_size)
            _, gradient, _ = reference.normal_equations(
                case.network, weights, inputs[part], targets[part]
            )
            count = len(inputs[part]) if mean else 1
            velocity = 0.5 * velocity - 0.01 * gradient / count
            weights = weights + velocity
    result = train(
        case.topology, case.dataset, "ebp", weights=case.weights, max_iterations=3, rate=0.01,
        momentum=0.5, batch_size=batch_size, shuffled=False, mean=mean, target_sse=0.0,
    )  # fmt: skip
    np.testing.assert_allclose(result.weights, weights, rtol=1e-8, atol=1e-10)


# Random numbers


def test_random_numbers_have_their_distribution() -> None:
    values = np.empty(200_001)
    noise.fill_normal(7, values, len(values))
    assert abs(values.mean()) < 0.01
    assert abs(values.std() - 1) < 0.01
    assert abs((values**4).mean() - 3) < 0.1
    xs = np.exp(np.linspace(-40, 40, 401))
    np.testing.assert_allclose([noise.logarithm(x) for x in xs], np.log(xs), rtol=2e-15, atol=1e-15)
    order = np.empty(1000, dtype=np.int64)
    noise.shuffle(3, order)
    assert sorted(order) == list(range(1000))
    assert list(order[:50]) != sorted(order[:50])


def test_random_numbers_are_the_same_on_any_machine() -> None:
    splitmix = (0x910A2DEC89025CC1, 0xBEEB8DA1658EEC67, 0xF893A2EEFB32555E)  # published, seed 1
    assert [noise.mixed(1, i) for i in range(3)] == [bits >> 1 for bits in splitmix]
    values = np.empty(3)
    noise.fill_normal(1, values, 3)
    assert [value.hex() for value in values.tolist()] == [
        "0x1.b3f3239d2ac94p-3", "-0x1.310055184b443p-1", "-0x1.f03d3cae8a7f3p-1",
    ]  # fmt: skip


# The trace


@pytest.mark.parametrize("name", FIRST_ORDER)
def test_a_run_is_bit_identical_for_any_slices(name: str) -> None:
    topology, dataset = PARITY
    settings = {"max_iterations": 700, "target_sse": 0.0, "seed": 2}
    whole = train(topology, dataset, name, **settings).trace
    cut = Training(topology, dataset, name, **settings)
    threads = [
        threading.Thread(target=cut.advance, kwargs={"iterations": n}) for n in (1, 2, 3, 194)
    ]
    for thread in threads:
        thread.start()
        thread.join()
    while cut.stop is None:
        cut.advance(seconds=0.0005)
    for column in ("sse", "gradient_norm", "weights", "iterations", "evaluations", "work"):
        np.testing.assert_array_equal(getattr(cut.trace(), column), getattr(whole, column))


def test_rows_are_dense_at_first_then_sparse_and_include_the_last() -> None:
    trace = train(*PARITY, "adam", max_iterations=5003, target_sse=0.0).trace
    expected = [0]
    while next_row(expected[-1]) <= 5003:
        expected.append(next_row(expected[-1]))
    assert expected[: EVERY + 1] == list(range(EVERY + 1))
    assert list(trace.iterations) == [*expected, 5003]
    assert [row.iteration for row in trace] == list(trace.iterations)
    assert (np.diff(trace.seconds) >= 0).all()
    assert (np.diff(trace.work) > 0).all()
    objective = Objective(*PARITY)
    for row in (0, 17, 210, -1):
        assert trace.sse[row] == pytest.approx(objective.sse(trace.weights[row]), rel=1e-12)
    part = trace.part(300)
    assert part.iterations[0] == trace.iterations[300]
    assert len(part) == len(trace) - 300


def test_a_cancelled_run_records_its_iteration() -> None:
    training = Training(*PARITY, "gd", max_iterations=10**8, target_sse=0.0)
    while training.iteration < 3000:
        training.advance()
    training.cancel()
    trace = training.trace()
    assert trace.iterations[-1] == training.iteration
    assert training.stop is StopReason.CANCELLED
    training.extend(training.iteration + 1000)
    while training.stop is None:
        training.advance()
    assert training.trace().iterations[-1] == training.iteration == training.max_iterations


def test_work_is_counted_in_forward_passes() -> None:
    for name in ("ebp", "adam", "gd"):
        trace = train(*PARITY, name, max_iterations=10, target_sse=0.0).trace
        np.testing.assert_allclose(trace.work, 3 * trace.iterations)
        np.testing.assert_array_equal(trace.evaluations, 1 + trace.iterations)


# Stop reasons


def test_rules_stop_at_the_target_and_measure_it_properly() -> None:
    xor = (Topology.mlp([2, 3, 1], output="bipolar"), generators.xor())
    for name, settings in {"ebp": {"rate": 0.2}, "adam": {"rate": 0.05}, "momentum": {}}.items():
        result = train(*xor, name, seed=1, max_iterations=20_000, target_sse=0.01, **settings)
        assert result.stop is StopReason.SOLVED
        assert result.sse == pytest.approx(Objective(*xor).sse(result.weights))
        assert result.sse <= 0.01
        assert (result.trace.sse[:-1] > 0.01).all()


@pytest.mark.parametrize("name", FIRST_ORDER)
def test_divergence_is_a_stop_reason_not_an_error(name: str) -> None:
    topology = Topology.mlp([1, 3, 1])
    dataset = Dataset([[-1e3], [2e3]], [[1e150], [-1e150]])
    rule = RULES[name]
    rates = {option.name: option.high for option in rule.options if option.name == "rate"}
    result = train(topology, dataset, name, max_iterations=400, **rates)
    assert result.stop in (StopReason.DIVERGED, StopReason.MAX_ITERATIONS)
    assert np.isfinite(result.weights).all()
    assert math.isfinite(result.sse)
    if name in ("gd", "ebp"):
        assert result.stop is StopReason.DIVERGED


@pytest.mark.parametrize("name", RULES)
def test_a_rule_has_a_description_and_checks_its_settings(name: str) -> None:
    rule = RULES[name]
    assert rule.title
    assert rule.meant_for.endswith(".")
    settings = rule.settings({})
    defaults = {option.name: option.checked(option.default) for option in rule.options}
    assert {**defaults, **settings} == defaults
    with pytest.raises(SettingError, match="no setting"):
        rule.settings({"nonsense": 1})
    for option in rule.options:
        for wrong in ("nonsense", None, [], -1, float("nan")):
            with pytest.raises(SettingError, match=option.name):
                rule.settings({option.name: wrong})
