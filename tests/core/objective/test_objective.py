"""Outputs, SSE, Jacobian, gradient and quasi-Hessian, against the oracle and differences."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from nbn_core import (
    Dataset,
    NBNError,
    Network,
    Neuron,
    Topology,
    generators,
    gradual,
    initial_weights,
)
from nbn_core.errors import SettingError, ShapeError
from nbn_core.gradual import complete
from nbn_core.objective import Objective
from tests import reference
from tests.cases import CASES, Case, noise, random_dag

EVERYWHERE = [*CASES, *(random_dag(seed) for seed in range(60))]
SMALL = [case for case in EVERYWHERE if case.topology.n_weights <= 40]


def assert_equal_within(actual: NDArray, expected: NDArray, scale: NDArray, share: float) -> None:
    """Compare a matrix or vector whose entries have natural sizes."""
    assert actual.shape == expected.shape
    assert np.all(np.abs(actual - expected) <= share * scale)


def assert_same_normal_equations(
    case: Case, sse: float, gradient: NDArray, quasi_hessian: NDArray
) -> None:
    """Compare within 1e-10 of the bounds |Q_ij| <= sqrt(Q_ii Q_jj), |g_i| <= sqrt(Q_ii SSE)."""
    actual = case.objective.normal_equations(case.weights)
    size = np.sqrt(np.diag(quasi_hessian)) + 1e-300
    assert actual.sse == pytest.approx(sse, rel=1e-12)
    assert_equal_within(actual.gradient, gradient, size * np.sqrt(sse), 1e-10)
    assert_equal_within(actual.quasi_hessian, quasi_hessian, np.outer(size, size), 1e-10)


@pytest.mark.parametrize("case", EVERYWHERE, ids=lambda case: case.name)
def test_outputs_and_sse_equal_the_oracles(case: Case) -> None:
    expected = reference.outputs(case.network, case.weights, case.dataset.inputs)
    np.testing.assert_allclose(
        case.objective.outputs(case.weights), expected, rtol=1e-13, atol=1e-13
    )
    values, _ = reference.forward(case.network, case.weights, case.dataset.inputs)
    np.testing.assert_allclose(
        case.objective.activations(case.weights), values, rtol=1e-13, atol=1e-13
    )


@pytest.mark.parametrize("case", EVERYWHERE, ids=lambda case: case.name)
def test_normal_equations_equal_the_oracles(case: Case) -> None:
    sse, gradient, quasi_hessian = reference.normal_equations(
        case.network, case.weights, case.dataset.inputs, case.dataset.targets
    )
    assert_same_normal_equations(case, sse, gradient, quasi_hessian)


@pytest.mark.parametrize("case", EVERYWHERE, ids=lambda case: case.name)
def test_normal_equations_are_sums_over_the_jacobian(case: Case) -> None:
    rows = case.objective.jacobian(case.weights)
    errors = (case.dataset.targets - case.objective.outputs(case.weights)).ravel()
    assert_same_normal_equations(case, float(errors @ errors), rows.T @ errors, rows.T @ rows)


@pytest.mark.parametrize("case", SMALL, ids=lambda case: case.name)
def test_derivatives_agree_with_central_differences(case: Case) -> None:
    rows = reference.central_differences(case.network, case.weights, case.dataset.inputs)
    precision = float(np.finfo(rows.dtype).eps) ** (3 / 4)
    np.testing.assert_allclose(
        case.objective.jacobian(case.weights),
        rows.astype(float),
        rtol=1e3 * precision,
        atol=1e3 * precision,
    )
    if precision < 1e-13:
        ends = reference.outputs(case.network, case.weights.astype(rows.dtype), case.dataset.inputs)
        errors = (case.dataset.targets - ends).ravel()
        gradient, quasi_hessian = rows.T @ errors, rows.T @ rows
        assert_same_normal_equations(
            case, float(errors @ errors), gradient.astype(float), quasi_hessian.astype(float)
        )


@pytest.mark.parametrize("case", EVERYWHERE, ids=lambda case: case.name)
def test_the_quasi_hessian_is_symmetric_and_sse_is_one_number(case: Case) -> None:
    result = case.objective.normal_equations(case.weights)
    np.testing.assert_array_equal(result.quasi_hessian, result.quasi_hessian.T)
    assert result.sse == case.objective.sse(case.weights)
    assert np.linalg.eigvalsh(result.quasi_hessian)[0] >= -1e-12 * np.trace(result.quasi_hessian)


@pytest.mark.parametrize("method", ["forward", "backward", "blocks"])
def test_sums_in_parts_are_the_same_to_the_bit(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    topology = Topology.bmlp([2, 5, 4, 3])
    objective = Objective(topology, noise(topology, 200))
    weights = initial_weights(topology)
    whole = objective.normal_equations(weights, method)
    monkeypatch.setattr(gradual, "PART_SECONDS", 0.0)
    work = objective.normal_equations_in_parts(weights, method)
    assert [next(work), next(work), next(work)] == [0.32, 0.64, 0.96]
    for part, expected in zip(complete(work), whole, strict=True):
        np.testing.assert_array_equal(part, expected)


def test_sums_over_parts_of_the_patterns_add_up() -> None:
    case = random_dag(7)
    x, d = case.dataset.inputs, case.dataset.targets
    whole = case.objective.normal_equations(case.weights)
    parts = [
        Objective(case.topology, Dataset(x[part], d[part])).normal_equations(case.weights)
        for part in (slice(0, len(x) // 3), slice(len(x) // 3, None))
    ]
    assert whole.sse == pytest.approx(sum(part.sse for part in parts), rel=1e-12)
    np.testing.assert_allclose(
        whole.quasi_hessian, sum(part.quasi_hessian for part in parts), rtol=1e-10, atol=1e-12
    )


def reordered(topology: Topology, seed: int) -> tuple[Topology, list[int]]:
    """Return another topological order of the same network, and the new index of each neuron."""
    generator = np.random.default_rng(seed)
    n_inputs, waiting, order = topology.n_inputs, set(range(topology.n_neurons)), []
    while waiting:
        ready = [
            k
            for k in sorted(waiting)
            if all(s < n_inputs or s - n_inputs not in waiting for s in topology.neurons[k].sources)
        ]
        order.append(int(generator.choice(ready)))
        waiting.remove(order[-1])
    place = {k: i for i, k in enumerate(order)}
    moved = [*range(n_inputs), *(n_inputs + place[k] for k in range(topology.n_neurons))]
    neurons = []
    for k in order:
        old = topology.neurons[k]
        sources = tuple(sorted(moved[s] for s in old.sources))
        neurons.append(Neuron(old.activation, old.gain, old.leak, sources))
    names = (*topology.input_names, *(topology.neuron_names[k] for k in order))
    outputs = tuple(place[k] for k in topology.outputs)
    return Topology(names, n_inputs, tuple(neurons), outputs), order


@pytest.mark.parametrize("seed", range(25))
def test_any_topological_order_gives_the_same_function(seed: int) -> None:
    case = random_dag(seed)
    other, _ = reordered(case.topology, seed)
    by_name = dict(zip(case.topology.weight_names, case.weights, strict=True))
    weights = np.array([by_name[name] for name in other.weight_names])
    places = [case.topology.weight_names.index(name) for name in other.weight_names]
    before = case.objective.normal_equations(case.weights)
    after = Objective(other, case.dataset).normal_equations(weights)
    assert after.sse == pytest.approx(before.sse, rel=1e-12)
    np.testing.assert_allclose(
        after.quasi_hessian,
        before.quasi_hessian[np.ix_(places, places)],
        rtol=1e-9,
        atol=1e-12 * np.trace(before.quasi_hessian),
    )
    np.testing.assert_allclose(
        Objective(other, case.dataset).outputs(weights),
        case.objective.outputs(case.weights),
        rtol=1e-12,
        atol=1e-13,
    )


def test_outputs_that_feed_outputs_reach_the_jacobian() -> None:
    """The published backward loop skips them, so that part of the row is silently zero."""
    case = next(case for case in CASES if case.name == "chain-of-outputs")
    rows = case.objective.jacobian(case.weights).reshape(-1, 4, case.topology.n_weights)
    through = [n for n, (_, neuron) in enumerate(case.topology.weight_names) if neuron == "y2"]
    last = case.topology.output_names.index("y1")
    assert np.all(np.abs(rows[:, last][:, through]).max(axis=0) > 1e-6)


def test_weights_without_a_path_to_an_output_have_exact_zeros() -> None:
    case = next(case for case in CASES if case.name == "separate-outputs")
    own = [n for n, (_, neuron) in enumerate(case.topology.weight_names) if neuron == "y1"]
    other = [n for n, (_, neuron) in enumerate(case.topology.weight_names) if neuron == "y2"]
    quasi_hessian = case.objective.normal_equations(case.weights).quasi_hessian
    assert not quasi_hessian[np.ix_(own, other)].any()
    assert quasi_hessian[np.ix_(own, own)].all()


def test_activations_need_no_targets() -> None:
    topology = Topology.mlp([2, 3, 1])
    weights = initial_weights(topology)
    grid = np.random.default_rng(0).normal(size=(1000, 2))
    nodes = Network.from_topology(topology).activations(weights, grid)
    np.testing.assert_array_equal(nodes[:, :2], grid)
    # Relative to the output's range: near a zero of the output its last bits cancel.
    np.testing.assert_allclose(
        nodes[:, -1:], reference.outputs(topology.to_dict(), weights, grid), rtol=1e-13, atol=1e-14
    )
    assert Network.from_topology(topology).activations(weights, np.empty((0, 2))).shape == (0, 6)


def test_huge_weights_give_infinity_or_nan_not_an_exception() -> None:
    topology = Topology.mlp([2, 3, 1])
    objective = Objective(topology, generators.xor())
    huge = np.full(topology.n_weights, 1e308)
    assert not np.isfinite(objective.sse(huge))
    assert not np.isfinite(objective.normal_equations(huge).sse)


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (
            lambda o: Objective(Topology.mlp([3, 1]), o.dataset),
            ShapeError,
            "The network has 3 inputs, but the data have 2: change one of them.",
        ),
        (
            lambda o: Objective(Topology.mlp([2, 2]), o.dataset),
            ShapeError,
            "The network has 2 outputs, but the data have 1 target: change one of them.",
        ),
        (
            lambda o: o.sse([1.0, 2.0]),
            ShapeError,
            "This network has 9 weights, but 2 were given: "
            "give one for each connection and one bias for each neuron.",
        ),
        (lambda o: o.sse(["a"] * 9), ShapeError, "The weights must be a list of numbers."),
        (
            lambda o: o.normal_equations(np.zeros(9), method="diagonal"),
            SettingError,
            "There is no method 'diagonal' for the normal equations: "
            "choose auto, forward, backward or blocks.",
        ),
        (
            lambda o: o.network.activations(np.zeros(9), [[1.0]]),
            ShapeError,
            "This network has 2 inputs, but patterns of shape (1, 1) were given: "
            "one row for each pattern is needed.",
        ),
        (
            lambda o: o.network.activations(np.zeros(9), [["x", "y"]]),
            ShapeError,
            "The inputs must be a table of numbers, one row for each pattern.",
        ),
    ],
)
def test_mismatched_sizes_are_refused_in_one_sentence(call, error, sentence) -> None:
    objective = Objective(Topology.mlp([2, 2, 1]), generators.xor())
    with pytest.raises(error) as caught:
        call(objective)
    assert str(caught.value) == sentence
    assert isinstance(caught.value, NBNError)
    assert isinstance(caught.value, ValueError)


def test_a_network_is_laid_out_once() -> None:
    topology = Topology.mlp([2, 2, 1])
    same = Topology.from_dict(topology.to_dict())
    assert Network.from_topology(topology) is Network.from_topology(same)
    assert Objective(topology, noise(topology, 3)).network is Network.from_topology(topology)
