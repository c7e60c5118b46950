"""Training follows the path of the oracle, and its trace agrees with the weights."""

from __future__ import annotations

import numpy as np
import pytest

from tests import reference
from tests.cases import Case, random_dag
from tests.runs import RUNS, finish, runs_of


@pytest.mark.parametrize("case", RUNS[1:], ids=lambda case: case.name)
def test_nbn_follows_the_path_of_stored_jacobian_levenberg_marquardt(case: Case) -> None:
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
    """Return the distance of two points, relative to the norm of the second."""
    return float(np.linalg.norm(weights - from_) / np.linalg.norm(from_))


@pytest.mark.parametrize("case", [*RUNS, *map(random_dag, range(40))], ids=lambda case: case.name)
def test_the_sse_never_rises_and_the_trace_agrees_with_its_weights(case: Case) -> None:
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
