"""Every stop reason of a training."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from nbn_core import (
    Dataset,
    Neuron,
    StopReason,
    Topology,
    Training,
    generators,
    initial_weights,
    train,
)
from nbn_core.kernels import nbn
from nbn_core.rules.engines.time_slices import SLICE_SECONDS
from tests.cases import noise
from tests.runs import RUNS, finish, numbers, runs_of

_RESUMABLE = (
    StopReason.MAX_ITERATIONS,
    StopReason.CANCELLED,
    StopReason.PLATEAU,
    StopReason.STEPS_DONE,
)
LONG = 240.0  # seconds: more than a cancellation takes on any computer


def test_training_stops_when_it_is_solved() -> None:
    result = train(Topology.mlp([2, 3, 1]), generators.xor(), seed=1, target_sse=1e-4)
    assert result.stop is StopReason.SOLVED
    assert result.converged
    assert result.sse <= 1e-4
    assert result.trace.sse[-2] > 1e-4
    assert result.iterations == len(result.trace) - 1
    assert result.evaluations <= 1 + result.trace.attempts.sum()
    assert result.seconds == result.trace.seconds[-1] > 0


def test_training_stops_when_the_start_is_solved() -> None:
    topology = Topology((), 1, (Neuron("linear", 1.0, 0.0, (0,)),), (0,))
    dataset = Dataset([[0.0], [1.0], [3.0]], [[0.5], [2.5], [6.5]])
    result = train(topology, dataset, weights=[0.5, 2.0], target_sse=0.0)
    assert (result.stop, result.iterations, result.evaluations) == (StopReason.SOLVED, 0, 1)


def test_training_stops_at_the_maximum_iterations_and_can_be_extended() -> None:
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


def test_no_progress_where_the_gradient_is_zero() -> None:
    """Two equal inputs with opposite targets: the best a linear neuron can do is their mean."""
    topology = Topology((), 1, (Neuron("linear", 1.0, 0.0, (0,)),), (0,))
    dataset = Dataset([[0.0], [0.0]], [[1.0], [-1.0]])
    result = train(topology, dataset, weights=[0.0, 1.0])
    assert (result.stop, result.iterations, result.sse) == (StopReason.NO_PROGRESS, 0, 2.0)
    assert result.trace.gradient_norm[0] == 0


def test_no_progress_when_steps_become_too_small() -> None:
    result = train(Topology.mlp([1, 1]), Dataset([[1.0], [2.0], [3.0]], [[1.0], [2.5], [2.0]]))
    assert result.stop is StopReason.CONVERGED
    assert result.sse == pytest.approx(2 / 3, rel=1e-9)


def test_training_stops_at_the_damping_limit() -> None:
    case = RUNS[2]
    training = finish(runs_of(case, max_iterations=10_000, max_attempts=1, control="published"))
    assert training.stop is StopReason.DAMPING_LIMIT
    assert not training.result().converged
    capped = finish(
        runs_of(
            case, max_iterations=10_000, mu_start=1.0, mu_max=1.0, mu_min=1.0, control="published"
        )
    )
    assert capped.stop is StopReason.DAMPING_LIMIT


def test_training_stops_when_it_diverges() -> None:
    topology = Topology.mlp([2, 2, 1])
    result = train(topology, generators.xor(), weights=np.full(topology.n_weights, 1e300))
    assert (result.stop, result.iterations) == (StopReason.DIVERGED, 0)
    assert result.trace.sse[0] == np.inf


@pytest.mark.parametrize(
    ("n_patterns", "value"), [(1, 0.0), (1, 1.0), (3, 1e150), (5, 1e-200), (70, 0.0)]
)
def test_singular_and_extreme_systems_never_raise(n_patterns: int, value: float) -> None:
    """Cases: fewer patterns than weights, constant inputs, and squares out of range."""
    topology = Topology.fcc(2, 4, 1)
    dataset = Dataset(
        np.full((n_patterns, 2), value), np.linspace(-1, 1, n_patterns)[:, None] + value
    )
    for mu_start in (1e-15, 1e-2):
        result = train(topology, dataset, max_iterations=50, target_sse=0.0, mu_start=mu_start)
        assert isinstance(result.stop, StopReason)
        assert np.isfinite(result.weights).all()
        assert np.all(np.diff(result.trace.sse) < 0)


def test_saturated_neurons_do_not_stop_training_with_an_error() -> None:
    topology = Topology.mlp([2, 3, 1], output="bipolar")
    start = initial_weights(topology) * 1e6
    result = train(topology, generators.xor(), weights=start, max_iterations=20)
    assert np.isfinite(result.trace.sse).all()
    assert np.isfinite(result.trace.gradient_norm).all()


def test_training_is_cancelled_by_a_callback() -> None:
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
    training = runs_of(RUNS[3], max_iterations=10**7, control="best_step")
    thread = threading.Thread(target=training.advance, kwargs={"seconds": 100 * LONG})
    thread.start()
    seen = []
    while len(seen) < 5:
        trace = training.trace()
        if not seen or len(trace) > len(seen[-1]):
            seen.append(trace)
    training.cancel()
    thread.join(LONG)
    assert not thread.is_alive(), "training continued after it was cancelled"
    assert training.stop is StopReason.CANCELLED
    whole = training.trace()
    for trace in seen:
        if len(trace) > 1:
            assert numbers(trace) == numbers(whole.until(len(trace)))
    training.extend(training.iteration + 3)
    finish(training)
    assert training.stop is not StopReason.CANCELLED


def test_a_slice_limits_its_work_when_an_iteration_takes_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The kernel reports its work, and the work of the next slice follows from the speed."""
    topology = Topology.mlp([10, 40, 4])
    training = Training(topology, noise(topology, 60_000), target_sse=0.0)
    kernel, allowed, done = nbn.advance, [], []

    def counted(*arguments: object) -> float:
        allowed.append(training.state.rate * SLICE_SECONDS)
        done.append(float(kernel(*arguments)))
        return done[-1]

    monkeypatch.setattr(nbn, "advance", counted)
    training.advance(seconds=1e-12)
    piece = done[-1]  # however short the time, one block of patterns
    for _ in range(6):
        training.advance(seconds=0.03)
    assert piece > 0
    assert len(done) >= 8
    assert all(did <= most + piece for did, most in zip(done, allowed, strict=True))
    assert training.iteration < 2


@pytest.mark.parametrize("reason", StopReason)
def test_every_stop_has_its_sentence(reason: StopReason) -> None:
    assert reason.sentence.endswith(".")
    assert len(reason.sentence) < 120
    assert reason.final == (reason not in _RESUMABLE)
