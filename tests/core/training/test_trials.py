"""Trials: bit-identical to `train` with any executor, and intervals of known values."""

from __future__ import annotations

import math
import multiprocessing
import pickle
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from nbn_core import StopReason, Topology, TrialsResult, generators, run_trials, train
from nbn_core.errors import NBNError, SettingError, ShapeError
from nbn_core.training import Trial
from nbn_core.training.trials import trial_seed, wilson

XOR = (Topology.mlp([2, 2, 1]), generators.xor())
PARITY = (Topology.fcc(4, 2, 1), generators.parity(4))


class Inline(Executor):
    """Executor that runs every task at once, in the calling thread."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future:
        future: Future = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def numbers(result: TrialsResult) -> tuple:
    """Return all results except computing time."""
    columns = (
        result.numbers, result.seeds, result.sse,
        result.all_iterations, result.all_evaluations, result.all_work,
    )  # fmt: skip
    return (*(column.tobytes() for column in columns), result.stops)


@pytest.mark.parametrize(
    ("network", "settings"),
    [
        (XOR, {"max_iterations": 50}),
        (PARITY, {"max_iterations": 200, "target_sse": 1e-2}),  # longer than the short trace
        (PARITY, {"max_iterations": 65}),
        (PARITY, {"max_iterations": 66, "target_sse": 0.0}),
        (PARITY, {"max_iterations": 300, "target_sse": 0.0, "max_attempts": 4}),
        (PARITY, {"max_iterations": 0}),
        (PARITY, {"max_iterations": 1}),
        (PARITY, {"mu_start": 1.0, "factor": 3.0, "scheme": "fan_in", "seed": 2**53 - 1}),
        ((Topology.mlp([2, 30, 2]), None), {"max_iterations": 6}),
    ],
)
def test_every_trial_equals_a_single_training(network: tuple, settings: dict[str, Any]) -> None:
    topology, dataset = network
    dataset = dataset or generators.circles(200, 0.1, 0)
    if dataset.n_outputs != topology.n_outputs:
        topology = Topology.mlp([2, 30, dataset.n_outputs])
    result = run_trials(topology, dataset, n_trials=12, **settings)
    assert result.n_trials == 12
    for i, seed in enumerate(result.seeds):
        alone = train(topology, dataset, **(settings | {"seed": int(seed)}))
        trial = result.trial(i)
        assert (trial.sse, trial.iterations, trial.stop) == (
            alone.sse, alone.iterations, alone.stop,
        )  # fmt: skip
        assert trial.evaluations == alone.evaluations
        if alone.converged:
            assert trial.work == pytest.approx(alone.work, rel=1e-9)


def test_the_executor_does_not_change_results() -> None:
    topology, dataset = PARITY
    settings: dict[str, Any] = {"n_trials": 70, "seed": 5, "max_iterations": 80}
    default = numbers(run_trials(topology, dataset, **settings))
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(5) as five:
        for executor in (one, five, Inline()):
            assert numbers(run_trials(topology, dataset, executor=executor, **settings)) == default


def test_another_process_gives_the_same_bits() -> None:
    topology, dataset = XOR
    default = numbers(run_trials(topology, dataset, n_trials=20, max_iterations=60))
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        other = run_trials(topology, dataset, n_trials=20, max_iterations=60, executor=pool)
    assert numbers(other) == default


def test_more_trials_begin_with_the_same_results() -> None:
    topology, dataset = XOR
    few = run_trials(topology, dataset, n_trials=7, seed=3, max_iterations=40)
    many = run_trials(topology, dataset, n_trials=33, seed=3, max_iterations=40)
    np.testing.assert_array_equal(many.sse[:7], few.sse)
    assert many.seeds[:7].tolist() == few.seeds.tolist() == [trial_seed(3, i) for i in range(7)]


def test_seeds_differ_and_are_exact_in_json() -> None:
    seeds = [trial_seed(seed, number) for seed in range(30) for number in range(100)]
    assert len(set(seeds)) == 3000
    assert all(0 <= seed < 2**53 for seed in seeds)
    assert max(seeds) > 2**51


def test_rates_intervals_and_costs_of_trials() -> None:
    topology, dataset = PARITY
    result = run_trials(topology, dataset, n_trials=60, max_iterations=100, target_sse=1e-2)
    solved = np.array([stop is StopReason.SOLVED for stop in result.stops])
    assert 0 < result.successes == solved.sum() < 60
    assert result.success_rate == solved.mean()
    low, high = result.interval
    assert 0 < low < result.success_rate < high < 1
    assert np.all(result.sse[solved] <= 1e-2)
    assert np.all(result.sse[~solved] > 1e-2)
    np.testing.assert_array_equal(result.iterations, result.all_iterations[solved])
    np.testing.assert_array_equal(result.seconds, result.all_seconds[solved])
    assert np.all(result.all_seconds > 0)
    assert result.expected_work == pytest.approx(result.all_work.sum() / solved.sum())
    assert result.expected_seconds == pytest.approx(result.all_seconds.sum() / solved.sum())
    assert isinstance(result.trial(-1), Trial)
    assert result.trial(-1).number == 59
    with pytest.raises(ValueError, match="read-only"):
        result.sse[0] = 0
    with pytest.raises(IndexError):
        result.trial(60)
    assert pickle.loads(pickle.dumps(result)).stops == result.stops


def test_without_a_success_the_cost_is_infinite() -> None:
    result = run_trials(*PARITY, n_trials=3, max_iterations=1, target_sse=0.0)
    assert (result.success_rate, result.expected_work, result.expected_seconds) == (
        0.0, math.inf, math.inf,
    )  # fmt: skip
    assert len(result.iterations) == 0


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        (0, 30, 0.0, 0.1135),
        (30, 30, 0.8865, 1.0),
        (81, 263, 0.2553, 0.3662),  # Newcombe, Statistics in Medicine 17, 1998, table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (0, 0, 0.0, 1.0),
    ],
)
def test_wilsons_interval_equals_known_values(
    successes: int, trials: int, low: float, high: float
) -> None:
    assert wilson(successes, trials) == (
        pytest.approx(low, abs=6e-5),
        pytest.approx(high, abs=6e-5),
    )


def test_trials_are_reported_as_they_end() -> None:
    told: list[Trial] = []
    result = run_trials(*XOR, n_trials=40, max_iterations=30, on_trial=told.append)
    assert sorted(told) == [result.trial(i) for i in range(40)]


def test_cancelled_trials_are_left_out() -> None:
    topology, dataset = PARITY
    told: list[Trial] = []
    result = run_trials(
        topology, dataset, n_trials=10**6, max_iterations=100,
        on_trial=told.append, cancelled=lambda: len(told) > 50,
    )  # fmt: skip
    assert 50 < result.n_trials < 5000
    assert result.n_trials == len(told)
    assert result.numbers.tolist() == sorted(trial.number for trial in told)
    for i in (0, 20, -1):
        assert result.seeds[i] == trial_seed(0, int(result.numbers[i]))
        assert (
            train(topology, dataset, seed=int(result.seeds[i]), max_iterations=100).sse
            == (result.sse[i])
        )


def test_a_long_trial_is_cancelled_too() -> None:
    asked: list[None] = []

    def cancelled() -> bool:
        asked.append(None)
        return len(asked) > 6

    result = run_trials(
        Topology.fcc(7, 3, 1), generators.parity(7),
        n_trials=2, max_iterations=10**8, target_sse=0.0, max_attempts=1000, mu_max=1e300,
        control="best_step", scheme="uniform", cancelled=cancelled,
    )  # fmt: skip
    assert result.n_trials == 0
    assert math.isnan(result.success_rate)
    assert result.interval == (0.0, 1.0)


def test_an_error_of_the_callback_reaches_the_caller() -> None:
    def listen(trial: Trial) -> None:
        raise RuntimeError(f"no {trial.number}")

    with pytest.raises(RuntimeError, match="no "):
        run_trials(*XOR, n_trials=30, on_trial=listen)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"n_trials": 0}, "n_trials must be a whole number from 1 to 10000000, not 0."),
        ({"seed": -1}, "seed must be a whole number from 0 to 9007199254740991, not -1."),
        ({"rule": "magic"}, "There is no learning rule called 'magic'"),
        ({"speed": 3}, "NBN has no setting 'speed'"),
        ({"scheme": "none"}, "There are no starting weights called 'none'"),
        ({"target_sse": -1}, "target_sse must be a number from 0 up, not -1."),
    ],
)
def test_invalid_settings_are_refused(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SettingError) as caught:
        run_trials(*XOR, **settings)
    assert str(caught.value).startswith(sentence)
    assert isinstance(caught.value, NBNError)


def test_mismatched_shapes_are_refused() -> None:
    with pytest.raises(ShapeError):
        run_trials(XOR[0], generators.parity(3))
