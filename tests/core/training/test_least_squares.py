"""Least squares on raw numbers: reference problems of NIST, hidden floors, and what ends a fit."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.step_control.least_squares import correct_digits, generated
from benchmarks.step_control.nist import Reference, references
from nbn_core import Dataset, StopReason, Topology, Training, generators, starting_weights, train
from nbn_core.rules.damping import CONTROLS

# NIST certifies these; the study computes them from the data, in rational arithmetic
CERTIFIED = {
    "Norris": 26.6173985294224, "Pontius": 0.155761768796992e-5, "NoInt1": 127.272727272727,
    "NoInt2": 0.272727272727273, "Longley": 836424.055505915, "Wampler1": 0.0, "Wampler2": 0.0,
    "Wampler3": 83554268.0, "Wampler4": 8355426800.0e2, "Wampler5": 8355426800.0e6,
    "Misra1d": 5.6419295283e-2, "Rat42": 8.0565229338,
}  # fmt: skip
# Q of Filip, a polynomial of degree 10 on raw powers, is singular in double precision
REFERENCES = [reference for reference in references() if reference.name in CERTIFIED]


@pytest.mark.parametrize("reference", REFERENCES, ids=lambda reference: reference.name)
def test_the_default_reaches_the_certified_value(reference: Reference) -> None:
    certified = CERTIFIED[reference.name]
    assert reference.least_sse == pytest.approx(certified, rel=1e-10, abs=1e-20)
    given = [np.array(start) for start in reference.starts]
    drawn = [starting_weights(reference.topology, reference.dataset, seed=s) for s in range(3)]
    for start in given or [np.where(reference.held, 0.0, weights) for weights in drawn]:
        result = train(
            reference.topology, reference.dataset, weights=start, held=reference.held,
            target_sse=0.0, max_iterations=100,
        )  # fmt: skip
        digits = [
            correct_digits(float(sse), reference.least_sse, reference.dataset.targets)
            for sse in result.trace.sse
        ]
        assert digits[-1] >= 10
        assert next(k for k, found in enumerate(digits) if found >= 10) <= 40
        assert result.stop is StopReason.CONVERGED


@pytest.mark.parametrize(
    ("topology", "data"),
    [(topology, data) for name, topology, data in generated() if name.startswith("linear")],
    ids=[name for name, _, _ in generated() if name.startswith("linear")],
)
def test_a_linear_fit_in_any_units_is_that_of_numpy(topology: Topology, data: Dataset) -> None:
    columns = np.c_[np.ones(data.n_patterns), data.inputs]
    sizes = np.sqrt((columns**2).mean(axis=0))
    weights = np.linalg.lstsq(columns / sizes, data.targets, rcond=None)[0]
    least = float(((columns / sizes @ weights - data.targets) ** 2).sum())
    result = train(topology, data, target_sse=0.0, max_iterations=100)
    assert result.sse == pytest.approx(least, rel=1e-6)
    assert result.stop is StopReason.CONVERGED


@pytest.mark.parametrize("control", CONTROLS)
def test_mu_is_reduced_to_its_minimum_and_not_below(control: str) -> None:
    reference = next(r for r in REFERENCES if r.name == "Longley")
    for least in (1e-4, 1e-9):
        result = train(
            reference.topology, reference.dataset, target_sse=0.0, max_iterations=400,
            control=control, matrix="data_scaled", mu_start=1e-3, mu_min=least, plateau=0,
        )  # fmt: skip
        assert result.trace.mu[1:].min() == pytest.approx(least)


def test_noise_ends_in_convergence_and_saturation_does_not() -> None:
    noisy = generators.sinc(60, noise=0.2, seed=1)
    fitted = train(Topology.mlp([1, 3, 1]), noisy, target_sse=0.0, max_iterations=2000, seed=2)
    assert fitted.stop in (StopReason.CONVERGED, StopReason.PLATEAU)
    assert "Stuck" not in fitted.stop.sentence
    exact = train(Topology.mlp([1, 1]), Dataset([[0.0], [1.0]], [[1.0], [3.0]]), target_sse=0.0)
    assert exact.stop in (StopReason.CONVERGED, StopReason.SOLVED)


def test_a_plateau_ends_training_unless_it_is_switched_off() -> None:
    """Parity-5 cannot be learnt by two layered neurons."""
    network, data = Topology.mlp([5, 1, 1], output="bipolar"), generators.parity(5)
    settings = {"seed": 1, "max_iterations": 300, "control": "line_search"}
    stopped = train(network, data, plateau=20, **settings)
    assert stopped.stop is StopReason.PLATEAU
    assert stopped.iterations % 20 == 0
    before = stopped.trace.sse[-21]
    assert before - stopped.sse < 1e-3 * before
    on = train(network, data, plateau=0, **settings)
    assert on.stop is not StopReason.PLATEAU
    assert on.iterations > stopped.iterations
    np.testing.assert_array_equal(on.trace.sse[: len(stopped.trace)], stopped.trace.sse)
    longer = train(network, data, plateau=20, resume=stopped.trace, **settings)
    assert longer.iterations > 0


def test_a_training_continues_after_a_plateau_as_if_it_had_not_stopped() -> None:
    network, data = Topology.mlp([5, 1, 1], output="bipolar"), generators.parity(5)
    settings = {"seed": 1, "max_iterations": 300, "control": "line_search"}
    training = Training(network, data, plateau=20, **settings)
    on = train(network, data, plateau=0, **settings).trace.sse
    for _ in range(3):
        before = training.iteration
        while training.stop is None:
            training.advance()
        assert training.stop is StopReason.PLATEAU
        assert training.iteration > before
        np.testing.assert_array_equal(training.trace().sse, on[: training.iteration + 1])
        training.extend(300)
        assert training.stop is None
