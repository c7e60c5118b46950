"""Training: the path of the oracle, the same bits however it is cut, and every way to end."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from nbn_core import (
    RULES,
    Dataset,
    Iteration,
    NBNError,
    Neuron,
    StopReason,
    Topology,
    Trace,
    Training,
    generators,
    initial_weights,
    train,
)
from nbn_core.errors import SettingError, ShapeError
from nbn_core.methods import METHODS
from tests import reference
from tests.cases import CASES, Case, noise, random_dag

RUNS = [
    Case("xor", Topology.mlp([2, 2, 1], output="bipolar"), generators.xor(), 3),
    Case("parity-3", Topology.fcc(3, 2, 1), generators.parity(3), 1),
    Case("parity-7", Topology.mlp([7, 7, 1]), generators.parity(7)),
    Case("spirals", Topology.fcc(2, 8, 1), generators.two_spirals(), 2),
    *(case for case in CASES if case.name in ("chain-of-outputs", "every-activation", "bridged")),
    random_dag(11),
    random_dag(17),  # as well determined as the others: its steps do not blow up a rounding
]


def runs_of(case: Case, **settings) -> Training:
    settings = {"max_iterations": 20, "target_sse": 0.0} | settings
    return Training(case.topology, case.dataset, weights=case.weights, **settings)


def finish(training: Training) -> Training:
    while training.stop is None:
        training.advance()
    return training


def numbers(trace: Trace) -> bytes:
    """Everything but the clock."""
    columns = (trace.sse, trace.mu, trace.gradient_norm, trace.attempts, trace.weights)
    return b"".join(column.tobytes() for column in columns)


# The path


@pytest.mark.parametrize("case", RUNS[1:], ids=lambda case: case.name)
def test_nbn_walks_the_path_of_stored_jacobian_levenberg_marquardt(case: Case) -> None:
    path = reference.levenberg_marquardt(
        case.network, case.weights, case.dataset.inputs, case.dataset.targets, 20
    )
    trace = finish(runs_of(case, control="published")).trace()
    assert len(trace) >= 2
    for row, (sse, mu, attempts, weights) in zip(trace, path, strict=False):
        assert row.sse == pytest.approx(sse, rel=1e-8, abs=1e-20)
        assert (row.attempts, row.mu) == (attempts, pytest.approx(mu, rel=1e-12))
        assert far(row.weights, weights) <= 1e-8
        if sse < 1e-6:  # rounding rules from here on
            break


@pytest.mark.parametrize("case", RUNS, ids=lambda case: case.name)
def test_nbn_and_the_rule_that_stores_the_jacobian_agree_for_20_iterations(case: Case) -> None:
    walks = [
        finish(runs_of(case, rule=rule, mu_min=1e-2, **more)).trace()
        for rule, more in (("nbn", {"control": "published"}), ("lm", {}))
    ]
    assert len(walks[0]) == len(walks[1]) == 21
    for ours, stored in zip(*walks, strict=True):
        assert far(ours.weights, stored.weights) <= 1e-8
        assert (ours.attempts, ours.mu) == (stored.attempts, stored.mu)
        assert ours.sse == pytest.approx(stored.sse, rel=1e-8, abs=1e-20)


def far(weights: np.ndarray, from_: np.ndarray) -> float:
    """How far two points are apart, in lengths of the second."""
    return float(np.linalg.norm(weights - from_) / np.linalg.norm(from_))


@pytest.mark.parametrize("case", [*RUNS, *map(random_dag, range(40))], ids=lambda case: case.name)
def test_the_sse_never_rises_and_the_trace_is_true(case: Case) -> None:
    training = finish(runs_of(case, max_iterations=60, control="published"))
    trace = training.trace()
    assert np.all(np.diff(trace.sse) < 0)
    for row in (trace.row(0), trace.row(len(trace) // 2), trace.row(-1)):
        result = case.objective.normal_equations(row.weights)
        assert row.sse == result.sse
        assert row.gradient_norm == pytest.approx(np.linalg.norm(result.gradient), rel=1e-12)
    assert trace.attempts[0] == 0
    assert trace.mu[0] == 1e-2
    assert np.all(trace.attempts[1:] >= 1)
    assert np.all(np.diff(trace.seconds) >= 0)
    np.testing.assert_array_equal(trace.weights[0], case.weights)
    expected = np.maximum(trace.mu[1:-1] / 10, 1e-15) * 10.0 ** (trace.attempts[2:] - 1)
    np.testing.assert_allclose(trace.mu[2:], expected, rtol=1e-9)


# Same bits


@pytest.mark.parametrize("case", RUNS, ids=lambda case: case.name)
def test_single_steps_are_one_run(case: Case) -> None:
    whole = numbers(finish(runs_of(case)).trace())
    steps = runs_of(case)
    for k in range(1, 21):
        steps.advance(1)
        if steps.stop is not None:
            break
        assert steps.iteration == k
    assert numbers(steps.trace()) == whole
    slices = runs_of(case)
    while slices.stop is None:
        slices.advance(seconds=1e-9)
    assert numbers(slices.trace()) == whole
    longer = runs_of(case, max_iterations=7)
    finish(longer).extend(20)
    assert numbers(finish(longer).trace()) == whole


def test_a_portion_may_end_anywhere_in_an_iteration() -> None:
    """The kernel returns after any block of patterns or panel of the factor, here after each."""
    case = Case("many", Topology.mlp([3, 12, 2]), noise(Topology.mlp([3, 12, 2]), 300))
    whole = runs_of(case, max_iterations=5)
    pieces = runs_of(case, max_iterations=5)
    pieces._state.work = tuple(1e30 for _ in pieces._state.work)
    assert numbers(finish(pieces).trace()) == numbers(finish(whole).trace())


def test_threads_give_the_same_bits() -> None:
    def run(case: Case) -> bytes:
        return numbers(finish(runs_of(case)).trace())

    alone = [run(case) for case in RUNS]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(run, RUNS * 4)) == alone * 4


def fingerprint(cases: list[Case], **settings) -> str:
    digest = hashlib.sha256()
    for case in cases:
        digest.update(numbers(finish(runs_of(case, **settings)).trace()))
        for method in METHODS:
            result = case.objective.normal_equations(case.weights, method)
            digest.update(result.quasi_hessian.tobytes() + result.gradient.tobytes())
        digest.update(case.objective.jacobian(case.weights).tobytes())
    return digest.hexdigest()


ELSEWHERE = """
import warnings
warnings.simplefilter("error")
from nbn_core import train
from tests.core.test_training import RUNS, fingerprint
train(RUNS[0].topology, RUNS[0].dataset, "lm", max_iterations=2)
print(fingerprint(RUNS[:{count}], max_iterations={iterations}))
"""


def test_other_processes_machines_and_bounds_checks_give_the_same_bits(
    root: Path, tmp_path: Path
) -> None:
    """An empty cache; a machine without wide registers; every index checked; no compiler at all."""
    plain = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}
    jobs = {
        "cold": ({}, len(RUNS), 20),
        "plain and checked": (plain | {"NUMBA_BOUNDSCHECK": "1"}, len(RUNS), 20),
        "interpreted": ({"NUMBA_DISABLE_JIT": "1"}, 2, 4),
    }
    running = {
        name: subprocess.Popen(
            [sys.executable, "-c", ELSEWHERE.format(count=count, iterations=iterations)],
            cwd=root,
            env=os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / name)} | changes,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name, (changes, count, iterations) in jobs.items()
    }
    printed = {name: process.communicate()[0].strip() for name, process in running.items()}
    expected = {
        name: fingerprint(RUNS[:count], max_iterations=iterations)
        for name, (_, count, iterations) in jobs.items()
    }
    assert printed == expected


# How it ends


def test_solved() -> None:
    result = train(Topology.mlp([2, 3, 1]), generators.xor(), seed=1, target_sse=1e-4)
    assert result.stop is StopReason.SOLVED
    assert result.converged
    assert result.sse <= 1e-4
    assert result.trace.sse[-2] > 1e-4
    assert result.iterations == len(result.trace) - 1
    assert result.evaluations <= 1 + result.trace.attempts.sum()
    assert result.seconds == result.trace.seconds[-1] > 0


def test_solved_before_the_first_iteration() -> None:
    topology = Topology((), 1, (Neuron("linear", 1.0, 0.0, (0,)),), (0,))
    dataset = Dataset([[0.0], [1.0], [3.0]], [[0.5], [2.5], [6.5]])
    result = train(topology, dataset, weights=[0.5, 2.0], target_sse=0.0)
    assert (result.stop, result.iterations, result.evaluations) == (StopReason.SOLVED, 0, 1)


def test_max_iterations_and_extend() -> None:
    training = Training(Topology.mlp([7, 4, 1]), generators.parity(7), max_iterations=0)
    finish(training)
    assert training.stop is StopReason.MAX_ITERATIONS
    assert training.iteration == 0
    assert len(training.trace()) == 1
    training.extend(3)
    assert training.stop is None
    finish(training)
    assert (training.iteration, training.stop) == (3, StopReason.MAX_ITERATIONS)
    assert training.max_iterations == 3


def test_no_progress_at_a_flat_place() -> None:
    """Two equal inputs with opposite targets: the best a linear neuron can do is their mean."""
    topology = Topology((), 1, (Neuron("linear", 1.0, 0.0, (0,)),), (0,))
    dataset = Dataset([[0.0], [0.0]], [[1.0], [-1.0]])
    result = train(topology, dataset, weights=[0.0, 1.0])
    assert (result.stop, result.iterations, result.sse) == (StopReason.NO_PROGRESS, 0, 2.0)
    assert result.trace.gradient_norm[0] == 0


def test_no_progress_when_steps_become_too_small() -> None:
    result = train(Topology.mlp([1, 1]), Dataset([[1.0], [2.0], [3.0]], [[1.0], [2.5], [2.0]]))
    assert result.stop in (StopReason.NO_PROGRESS, StopReason.DAMPING_LIMIT)
    assert result.sse == pytest.approx(2 / 3, rel=1e-9)


def test_damping_limit() -> None:
    case = RUNS[2]
    training = finish(runs_of(case, max_iterations=10_000, max_attempts=1))
    assert training.stop is StopReason.DAMPING_LIMIT
    assert not training.result().converged
    capped = finish(
        runs_of(
            case, max_iterations=10_000, mu_start=1.0, mu_max=1.0, mu_min=1.0, control="published"
        )
    )
    assert capped.stop is StopReason.DAMPING_LIMIT


def test_diverged() -> None:
    topology = Topology.mlp([2, 2, 1])
    result = train(topology, generators.xor(), weights=np.full(topology.n_weights, 1e300))
    assert (result.stop, result.iterations) == (StopReason.DIVERGED, 0)
    assert result.trace.sse[0] == np.inf


@pytest.mark.parametrize(
    ("n_patterns", "value"), [(1, 0.0), (1, 1.0), (3, 1e150), (5, 1e-200), (70, 0.0)]
)
def test_singular_and_extreme_systems_never_raise(n_patterns: int, value: float) -> None:
    """Fewer patterns than weights, inputs that say nothing, squares out of range."""
    topology = Topology.fcc(2, 4, 1)
    dataset = Dataset(
        np.full((n_patterns, 2), value), np.linspace(-1, 1, n_patterns)[:, None] + value
    )
    for mu_start in (1e-15, 1e-2):
        result = train(topology, dataset, max_iterations=50, target_sse=0.0, mu_start=mu_start)
        assert isinstance(result.stop, StopReason)
        assert np.isfinite(result.weights).all()
        assert np.all(np.diff(result.trace.sse) < 0)


def test_saturated_neurons_do_no_harm() -> None:
    topology = Topology.mlp([2, 3, 1], output="bipolar")
    start = initial_weights(topology) * 1e6
    result = train(topology, generators.xor(), weights=start, max_iterations=20)
    assert np.isfinite(result.trace.sse).all()
    assert np.isfinite(result.trace.gradient_norm).all()


def test_cancelled_from_outside() -> None:
    case = RUNS[2]
    asked = []

    def cancelled() -> bool:
        asked.append(None)
        return len(asked) > 3

    result = train(
        case.topology, case.dataset, max_iterations=10**7, target_sse=0.0, cancelled=cancelled,
        control="published",
    )  # fmt: skip
    assert result.stop is StopReason.CANCELLED
    assert 0 < result.iterations < 10**7


def test_cancelled_by_another_thread_and_resumed() -> None:
    training = runs_of(RUNS[3], max_iterations=10**7)
    thread = threading.Thread(target=training.advance, kwargs={"seconds": 60})
    thread.start()
    seen = []
    while len(seen) < 5:
        trace = training.trace()
        if not seen or len(trace) > len(seen[-1]):
            seen.append(trace)
    began = time.perf_counter()
    training.cancel()
    thread.join()
    assert time.perf_counter() - began < 5
    assert training.stop is StopReason.CANCELLED
    whole = training.trace()
    for trace in seen:
        part = Trace(*(getattr(whole, c)[: len(trace)] for c in Trace.__slots__[:6]))
        if len(trace) > 1:
            assert numbers(trace) == numbers(part)
    training.extend(training.iteration + 3)
    finish(training)
    assert training.stop is not StopReason.CANCELLED


def test_a_portion_keeps_to_its_time_on_a_problem_whose_iteration_takes_longer() -> None:
    topology = Topology.mlp([10, 40, 4])
    training = Training(topology, noise(topology, 60_000), target_sse=0.0)
    training.trace()
    times = []
    for _ in range(6):
        began = time.perf_counter()
        training.advance(seconds=0.03)
        times.append(time.perf_counter() - began)
    assert sorted(times)[1] < 0.3
    assert training.iteration < 2


# What it shows


def test_the_trace_before_the_first_portion_is_the_start() -> None:
    training = runs_of(RUNS[0])
    trace = training.trace()
    assert len(trace) == 1
    assert trace.sse[0] == RUNS[0].objective.sse(RUNS[0].weights)
    assert np.isnan(trace.gradient_norm[0])
    assert training.iteration == 0
    assert training.stop is None
    assert len(training.trace(1)) == 0
    assert training.result().stop is StopReason.CANCELLED


def test_a_part_of_the_trace_is_read_only_and_not_copied() -> None:
    training = finish(runs_of(RUNS[2]))
    whole, part = training.trace(), training.trace(15)
    assert (len(whole), len(part), part.first) == (21, 6, 15)
    assert [row.iteration for row in part] == list(range(15, 21))
    assert part.row(-1).sse == whole.sse[-1]
    assert np.shares_memory(part.weights, whole.weights)
    for column in (
        part.sse,
        part.mu,
        part.gradient_norm,
        part.attempts,
        part.seconds,
        part.weights,
    ):
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 0
    assert len(training.trace(10**6)) == 0


def test_iterations_are_reported_in_order() -> None:
    rows: list[Iteration] = []
    result = train(RUNS[2].topology, RUNS[2].dataset, max_iterations=40, on_iteration=rows.append)
    assert [row.iteration for row in rows] == list(range(1, result.iterations + 1))
    assert [row.sse for row in rows] == result.trace.sse[1:].tolist()


def test_a_training_does_not_change_its_start_nor_shares_it() -> None:
    weights = initial_weights(RUNS[0].topology)
    before = weights.copy()
    training = Training(RUNS[0].topology, RUNS[0].dataset, weights=weights)
    weights[:] = 0
    finish(training)
    np.testing.assert_array_equal(training.trace().weights[0], before)


@pytest.mark.parametrize("reason", StopReason)
def test_every_stop_has_its_sentence(reason: StopReason) -> None:
    assert reason.sentence.endswith(".")
    assert len(reason.sentence) < 120
    assert reason.final == (reason not in (StopReason.MAX_ITERATIONS, StopReason.CANCELLED))


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"rule": "magic"}, f"There is no learning rule 'magic': choose {', '.join(RULES)}."),
        ({"rule": ["nbn"]}, f"There is no learning rule list: choose {', '.join(RULES)}."),
        (
            {"speed": 3},
            "NBN has no setting 'speed': it has mu_start, mu_min, mu_max, factor, "
            "max_attempts, control, matrix, method.",
        ),
        ({"mu_start": -1}, "mu_start must be a number above 0, not -1."),
        ({"mu_start": "big"}, "mu_start must be a number above 0, not 'big'."),
        ({"mu_start": float("nan")}, "mu_start must be a number above 0, not nan."),
        (
            {"mu_start": 1e20},
            "mu_start must lie between mu_min and mu_max, but 1e+20 is not between "
            "1e-15 and 1e+15.",
        ),
        ({"factor": 1}, "factor must be more than 1 and at most 1000000, not 1."),
        ({"max_attempts": 0}, "max_attempts must be a whole number from 1 to 1000, not 0."),
        ({"max_attempts": 2.5}, "max_attempts must be a whole number from 1 to 1000, not 2.5."),
        (
            {"max_iterations": -1},
            "max_iterations must be a whole number from 0 to 100000000, not -1.",
        ),
        (
            {"max_iterations": True},
            "max_iterations must be a whole number from 0 to 100000000, not True.",
        ),
        ({"target_sse": -1e-9}, "target_sse must be a number from 0 up, not -1e-09."),
        ({"target_sse": None}, "target_sse must be a number from 0 up, not NoneType."),
        ({"seed": -1}, "seed must be a whole number from 0 to 9007199254740991, not -1."),
        (
            {"scheme": "zeros"},
            "There are no starting weights called 'zeros': choose uniform, small, fan_in.",
        ),
    ],
)
def test_a_wrong_setting_is_one_sentence(settings, sentence) -> None:
    with pytest.raises(SettingError) as caught:
        Training(Topology.mlp([2, 2, 1]), generators.xor(), **settings)
    assert str(caught.value) == sentence


@pytest.mark.parametrize("weights", [[1.0], [[0.0] * 9], [np.nan] * 9, [np.inf] * 9, "abc", None])
def test_wrong_weights_are_one_sentence(weights) -> None:
    if weights is None:
        weights = {"a": 1}
    with pytest.raises(ShapeError) as caught:
        Training(Topology.mlp([2, 2, 1]), generators.xor(), weights=weights)
    assert isinstance(caught.value, NBNError)
    assert str(caught.value).count(".") == 1
