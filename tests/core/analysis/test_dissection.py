"""A dissected iteration is bit-identical to the one of the training."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from nbn_core import Dataset, Neuron, StopReason, Topology, Training, generators, train
from nbn_core.analysis.dissection import Anatomy, dissect, mu_after
from nbn_core.errors import NBNError
from nbn_core.rules.damping import CONTROLS, MATRICES, damping_diagonal
from nbn_core.rules.nbn import NBN
from tests import reference
from tests.cases import CASES, Case, random_dag

ALL = [*CASES, *(random_dag(seed) for seed in range(20))]
ITERATIONS = 6


@pytest.fixture(params=ALL, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    return request.param


def dissected(case: Case) -> Anatomy:
    return dissect(case.topology, case.dataset, case.weights)


def close(actual: np.ndarray, expected: np.ndarray) -> None:
    scale = max(1e-300, float(abs(expected).max(initial=0.0)))
    assert_allclose(actual, expected, rtol=1e-12, atol=1e-12 * scale)


@pytest.mark.parametrize("control", CONTROLS)
def test_every_iteration_is_the_one_that_training_made(case: Case, control: str) -> None:
    training = Training(
        case.topology, case.dataset, weights=case.weights, max_iterations=ITERATIONS,
        target_sse=0, control=control,
    )  # fmt: skip
    settings = {"control": control}
    training.advance(ITERATIONS)
    trace = training.trace()
    for k in range(len(trace) - 1):
        before, after = (NBN().resumption(trace, row, settings) for row in (k, k + 1))
        apart = dissect(
            case.topology, case.dataset, trace.weights[k], settings=settings, **before._asdict()
        )
        assert apart.sse == trace.sse[k]
        assert np.sqrt(sum(g * g for g in apart.gradient)) == pytest.approx(
            trace.gradient_norm[k], rel=1e-12
        )
        assert len(apart.attempts) == trace.attempts[k + 1]
        assert apart.accepted is not None
        assert apart.accepted.mu == trace.mu[k + 1]
        assert apart.accepted.sse == trace.sse[k + 1]
        assert apart.accepted.mu_next == after.mu
        if control != "published":
            assert apart.accepted.part == after.step_length
        assert_array_equal(apart.accepted.weights, trace.weights[k + 1])
        before_last = [a for a in apart.attempts[:-1] if not a.accepted]
        assert [a.mu for a in apart.attempts[1:]][: len(before_last)] == [
            a.mu_next for a in before_last
        ]
        assert sum(attempt.accepted for attempt in apart.attempts) == 1
        assert apart.accepted.sse == min(a.sse for a in apart.attempts if a.sse == a.sse)


def test_q_and_g_are_those_of_the_objective(case: Case) -> None:
    apart = dissected(case)
    sse, gradient, quasi_hessian = case.objective.normal_equations(case.weights)
    assert apart.sse == sse
    close(apart.gradient, gradient)
    close(apart.quasi_hessian, quasi_hessian)


def test_patterns_are_those_of_the_core_and_of_the_oracle(case: Case) -> None:
    apart = dissected(case)
    outputs = case.topology.n_outputs
    rows = case.objective.jacobian(case.weights)
    oracle = reference.jacobian(case.network, case.weights, case.dataset.inputs)
    nodes = case.objective.activations(case.weights)
    _, slopes = reference.forward(case.network, case.weights, case.dataset.inputs)
    for p in {0, case.dataset.n_patterns // 2, case.dataset.n_patterns - 1}:
        pattern = apart.pattern(p)
        assert_array_equal(pattern.values, nodes[p])
        own = slice(p * outputs, (p + 1) * outputs)
        close(pattern.rows, rows[own])
        close(pattern.rows, oracle[own])
        close(pattern.slopes, slopes[p])
        assert_array_equal(
            pattern.errors, case.dataset.targets[p] - case.objective.outputs(case.weights)[p]
        )


def test_forward_only_and_backward_give_the_same_row(case: Case) -> None:
    pattern = dissected(case).pattern(0)
    close(pattern.rows, pattern.backward_rows)
    close(pattern.deltas[list(case.topology.outputs)], pattern.backward_deltas)
    assert_array_equal(np.triu(pattern.deltas, 1), 0.0)
    assert_array_equal(np.diag(pattern.deltas), pattern.slopes)


def test_contributions_of_the_patterns_add_up(case: Case) -> None:
    apart = dissected(case)
    patterns = range(case.dataset.n_patterns)
    shares = [apart.pattern(p) for p in patterns]
    sums = apart.running(range(case.dataset.n_patterns + 1))
    assert_array_equal(sums.quasi_hessian[0], 0.0)
    total_q, total_g, total = 0.0, 0.0, 0.0
    for p, share in zip(patterns, shares, strict=True):
        total_q = total_q + share.quasi_hessian
        total_g = total_g + share.gradient
        total += share.sse
        close(sums.quasi_hessian[p + 1], total_q)
        assert sums.sse[p + 1] == pytest.approx(total, rel=1e-12)
    close(sums.quasi_hessian[-1], apart.quasi_hessian)
    scale = np.sqrt(np.diag(apart.quasi_hessian) * apart.sse)
    assert (abs(sums.gradient[-1] - apart.gradient) <= 1e-12 * scale + 1e-300).all()
    assert (abs(total_g - apart.gradient) <= 1e-12 * scale + 1e-300).all()


def test_partial_sums_of_some_weights_and_patterns() -> None:
    case = next(case for case in CASES if case.name == "spirals")
    apart = dissected(case)
    sums = apart.running([194, 0, 50, 50], [3, 1])
    assert sums.after == (0, 50, 194)
    assert sums.weights == (3, 1)
    close(sums.quasi_hessian[-1], apart.quasi_hessian[np.ix_([3, 1], [3, 1])])


@pytest.mark.parametrize("matrix", MATRICES)
@pytest.mark.parametrize("control", CONTROLS)
def test_steps_solve_the_damped_system(case: Case, control: str, matrix: str) -> None:
    settings = {"control": control, "matrix": matrix}
    apart = dissect(case.topology, case.dataset, case.weights, settings=settings)
    assert apart.attempts
    for attempt in apart.attempts:
        if attempt.step is None:
            assert np.isnan(attempt.sse)
            continue
        diagonal, units = np.diag(apart.quasi_hessian), case.objective.weight_units
        added = damping_diagonal(matrix, attempt.mu, diagonal, units)
        damped = apart.quasi_hessian + np.diag(added)
        whole = attempt.step / attempt.part
        left, right = damped @ whole, -apart.gradient
        scale = np.linalg.norm(damped, 2) * np.linalg.norm(whole)
        assert np.linalg.norm(left - right) <= 1e-12 * scale
        assert_array_equal(attempt.weights, apart.weights + attempt.step)
        assert attempt.sse == case.objective.sse(attempt.weights)


def test_an_iteration_that_fails_shows_every_attempt() -> None:
    """One neuron cannot learn XOR: no step improves its best outputs."""
    topology = Topology.fcc(2, 0, 1, output="bipolar")
    settings = {"max_attempts": 7, "control": "published"}
    result = train(topology, generators.xor(), seed=6, **settings)
    assert result.stop is StopReason.CONVERGED
    last = len(result.trace) - 1
    mu = mu_after(result.trace, last, settings)
    apart = dissect(topology, generators.xor(), result.weights, mu=mu, settings=settings)
    assert apart.stop is StopReason.CONVERGED
    assert apart.accepted is None
    assert [attempt.mu for attempt in apart.attempts] == pytest.approx(
        [mu * 10**i for i in range(7)]
    )
    assert all(attempt.sse >= apart.sse for attempt in apart.attempts)


def test_an_iteration_without_error_has_no_attempts() -> None:
    topology = Topology((), 1, (Neuron("linear", 1.0, 0.0, (0,)),), (0,))
    apart = dissect(topology, Dataset([[1.0], [2.0]], [[2.0], [3.0]]), [1.0, 1.0])
    assert apart.stop is StopReason.SOLVED
    assert apart.attempts == ()


def test_weights_too_large_to_compute_with_are_a_value_not_an_error() -> None:
    topology = Topology.slp(1, 2, 1)
    data = Dataset([[1.0], [2.0]], [[2.0], [3.0]])
    apart = dissect(topology, data, np.full(topology.n_weights, 1e200))
    assert apart.stop is StopReason.DIVERGED


def test_invalid_arguments_are_refused_in_a_sentence() -> None:
    apart = dissect(Topology.slp(2, 2, 1), generators.xor(), np.zeros(9) + 0.5)
    for p in (-1, 4):
        with pytest.raises(NBNError, match=r"patterns 1 to 4"):
            apart.pattern(p)
    with pytest.raises(NBNError, match=r"9 weights"):
        dissect(Topology.slp(2, 2, 1), generators.xor(), [1.0])


def test_everything_is_read_only() -> None:
    apart = dissect(Topology.slp(2, 2, 1), generators.xor(), np.zeros(9) + 0.5)
    arrays = [apart.weights, apart.gradient, apart.quasi_hessian, apart.pattern(0).deltas]
    arrays += [apart.pattern(0).rows, apart.running([1]).quasi_hessian]
    assert not any(array.flags.writeable for array in arrays)
