"""Coupling in Q: structural zeros, norms of blocks, the loss of a block step, seriation."""

import numpy as np
import pytest

from nbn_core import Objective, Topology, initial_weights
from nbn_core.analysis.coupling import (
    angle_between,
    block_loss,
    block_norms,
    block_step,
    by_layer,
    by_neuron,
    coupling_order,
    decrease,
    diagonal_share,
    full_step,
    structural_zeros,
)
from tests.cases import CASES, Case, noise, random_dag

DAGS = tuple(random_dag(seed) for seed in range(20))


@pytest.mark.parametrize("case", [*DAGS, *CASES], ids=lambda case: case.name)
def test_structural_zeros_are_exactly_the_entries_that_are_always_zero(case: Case) -> None:
    zeros = structural_zeros(case.topology)
    data = noise(case.topology, 50, 1)
    seen = np.zeros(zeros.shape)
    for seed in range(3):
        weights = initial_weights(case.topology, seed=seed)
        seen += abs(Objective(case.topology, data).normal_equations(weights).quasi_hessian)
    np.testing.assert_array_equal(seen == 0.0, zeros)


def test_groups_contain_every_weight_once() -> None:
    topology = Topology.bmlp([3, 4, 2, 2])
    for groups in (by_neuron(topology), by_layer(topology)):
        together = np.sort(np.concatenate(groups.members))
        np.testing.assert_array_equal(together, np.arange(topology.n_weights))
    assert by_layer(topology).names == ("layer 1", "layer 2", "layer 3")
    assert by_neuron(topology).names == topology.neuron_names


def test_block_norms_are_those_of_the_blocks() -> None:
    case = DAGS[2]
    quasi_hessian = case.objective.normal_equations(case.weights).quasi_hessian
    groups = by_neuron(case.topology)
    norms = block_norms(quasi_hessian, groups)
    for a, rows in enumerate(groups.members):
        for b, columns in enumerate(groups.members):
            block = quasi_hessian[np.ix_(rows, columns)]
            assert norms[a, b] == pytest.approx(np.linalg.norm(block))
    assert (norms**2).sum() == pytest.approx((quasi_hessian**2).sum())
    assert 0 < diagonal_share(norms) <= 1


def test_the_full_step_solves_the_damped_system() -> None:
    case = CASES[-1]
    _, gradient, quasi_hessian = case.objective.normal_equations(case.weights)
    step = full_step(quasi_hessian, gradient, 0.1)
    np.testing.assert_allclose((quasi_hessian + 0.1 * np.eye(len(step))) @ step, -gradient)


def test_block_and_full_step_agree_for_a_block_diagonal_matrix() -> None:
    case = CASES[-1]
    _, gradient, quasi_hessian = case.objective.normal_equations(case.weights)
    groups = by_neuron(case.topology)
    cut = np.zeros_like(quasi_hessian)
    for members in groups.members:
        cut[np.ix_(members, members)] = quasi_hessian[np.ix_(members, members)]
    loss = block_loss(cut, gradient, 0.1, groups)
    assert loss.angle == pytest.approx(0, abs=1e-6)
    assert loss.length_ratio == pytest.approx(1)
    assert loss.decrease_ratio == pytest.approx(1)


@pytest.mark.parametrize("mu", [1e-6, 1e-2, 10.0])
@pytest.mark.parametrize("case", DAGS, ids=lambda case: case.name)
def test_the_full_step_minimises_its_model(case: Case, mu: float) -> None:
    _, gradient, quasi_hessian = case.objective.normal_equations(case.weights)
    groups = by_neuron(case.topology)
    loss = block_loss(quasi_hessian, gradient, mu, groups)
    assert loss.best_decrease_ratio <= 1 + 1e-6
    assert loss.decrease_ratio <= loss.best_decrease_ratio + 1e-6
    assert 0 <= loss.angle <= 180
    damped = quasi_hessian + mu * np.eye(len(gradient))
    step = block_step(quasi_hessian, gradient, mu, groups)
    step *= -(gradient @ step) / (step @ damped @ step)
    full = full_step(quasi_hessian, gradient, mu)
    expected = loss.best_decrease_ratio * decrease(damped, gradient, full)
    assert decrease(damped, gradient, step) == pytest.approx(expected)


def test_angles_equal_known_values() -> None:
    one, other = np.array([1.0, 0.0]), np.array([0.0, 2.0])
    assert angle_between(one, other) == pytest.approx(90)
    assert angle_between(one, one + 1e-9 * other) == pytest.approx(np.degrees(2e-9))
    assert angle_between(one, -one) == pytest.approx(180)
    assert np.isnan(angle_between(one, 0 * other))


def test_seriation_restores_the_order_of_a_shuffled_chain() -> None:
    """Seriation restores the band of a shuffled band matrix."""
    places = np.arange(30)
    band = np.exp(-abs(places[:, None] - places[None, :]) / 2.0)
    shuffled = np.random.default_rng(0).permutation(30)
    found = shuffled[coupling_order(band[np.ix_(shuffled, shuffled)])]
    assert found.tolist() in (places.tolist(), places[::-1].tolist())


def test_seriation_keeps_uncoupled_parts_together() -> None:
    topology = Topology((), 2, Topology.mlp([2, 3]).neurons, (0, 1, 2))
    objective = Objective(topology, noise(topology, 20))
    quasi_hessian = objective.normal_equations(initial_weights(topology)).quasi_hessian
    order = coupling_order(quasi_hessian, structural_zeros(topology))
    owners = order // 3
    assert sorted(order.tolist()) == list(range(9))
    assert np.count_nonzero(np.diff(owners)) == 2
