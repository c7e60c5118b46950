"""Step control: every control and matrix follows the path of the same rule in NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from nbn_core import Damping, Experiment, Topology, Training, generators, run_trials, train
from nbn_core.analysis.dissection import dissect
from nbn_core.errors import SettingError
from nbn_core.experiment import ProblemData
from nbn_core.network import initial_weights
from nbn_core.objective import Objective
from nbn_core.rules import RULES
from nbn_core.rules.damping import CONTROLS, MATRICES
from nbn_core.rules.nbn import NBN

TOPOLOGY = Topology.fcc(2, 6, 1, gain=0.5)
DATA = generators.two_spirals()


# A weight from an input is measured in 1 / (root mean square of the input); the output is bipolar
UNITS = np.concatenate(
    [
        [1.0, *(1.0 / np.sqrt((DATA.inputs**2).mean(axis=0))), *np.ones(len(neuron.sources) - 2)]
        for neuron in TOPOLOGY.neurons
    ]
)


def damped(quasi_hessian: np.ndarray, mu: float, matrix: str) -> np.ndarray:
    diagonal = np.diag(quasi_hessian)
    return (
        quasi_hessian
        + mu
        * {
            "levenberg": np.eye(len(diagonal)),
            "marquardt": np.diag(np.maximum(diagonal, 1e-12)),
            "max_diagonal": diagonal.max() * np.eye(len(diagonal)),
            "data_scaled": (diagonal * UNITS**2).max() * np.diag(UNITS**-2),
        }[matrix]
    )


def path(control: str, matrix: str, mu: float, iterations: int) -> list[tuple[float, float, int]]:
    """Return SSE, mu and attempts of each iteration, as the documentation describes them."""
    objective = Objective(TOPOLOGY, DATA)
    weights = initial_weights(TOPOLOGY, seed=4)
    lengthening = {"line_search": 2, "adaptive": 4}.get(control, np.inf)
    shrink, grow, most = (0.4, 2.0, 1e15) if control == "adaptive" else (0.8, 1.25, 1e6)
    last_eta, walked = 1.0, []
    for _ in range(iterations):
        sse, gradient, quasi_hessian = objective.normal_equations(weights)
        attempts, accepted = 0, None
        while accepted is None:
            step = np.linalg.solve(damped(quasi_hessian, mu, matrix), gradient)
            eta = min(1.0, lengthening * last_eta)
            best = None
            for _ in range(13):
                after = objective.sse(weights - eta * step)
                attempts += 1
                if control == "best_step":
                    if best is not None and after >= best[0]:
                        break
                    if after < sse:
                        best = (after, eta)
                elif after < sse:
                    best = (after, eta)
                if (best is not None or control == "published") and control != "best_step":
                    break
                eta /= 2
            if best is None:
                mu *= 10
                last_eta = 1.0
            else:
                accepted = best
        after, last_eta = accepted
        weights = weights - last_eta * step
        walked.append((after, mu, attempts))
        if control == "published":
            mu = max(mu / 10, 1e-15)
        elif control == "best_step" and last_eta == 1:
            mu = max(mu / 4, 1e-6)
        else:
            least = 1e-15 if control == "adaptive" else 1e-6
            mu = max(shrink * mu, least) if last_eta > 0.2 else min(grow * mu, most)
    return walked


@pytest.mark.parametrize("matrix", MATRICES)
@pytest.mark.parametrize("control", CONTROLS)
def test_the_path_agrees_with_the_documented_rule(control: str, matrix: str) -> None:
    result = train(
        TOPOLOGY, DATA, scheme="uniform", seed=4, max_iterations=12, target_sse=0.0,
        control=control, matrix=matrix, mu_start=0.5,
    )  # fmt: skip
    walked = path(control, matrix, 0.5, 5 if matrix == "marquardt" else 12)  # then rounding rules
    for k, (sse, mu, attempts) in enumerate(walked, 1):
        row = result.trace.row(k)
        assert row.sse == pytest.approx(sse, rel=1e-6)
        assert row.mu == pytest.approx(mu, rel=1e-12)
        assert row.attempts == attempts


@pytest.mark.parametrize("control", CONTROLS)
def test_the_sse_never_rises_and_rows_agree_with_their_weights(control: str) -> None:
    result = train(TOPOLOGY, DATA, seed=1, max_iterations=60, target_sse=0.0, control=control)
    trace = result.trace
    assert np.all(np.diff(trace.sse) < 0)
    objective = Objective(TOPOLOGY, DATA)
    for k in (1, 20, -1):
        assert objective.sse(trace.weights[k]) == trace.sse[k]
    assert result.evaluations == 1 + trace.attempts.sum() or result.stop.final


@pytest.mark.parametrize("control", CONTROLS)
def test_slices_and_trials_do_not_change_results(control: str) -> None:
    settings = {"control": control, "max_iterations": 90, "target_sse": 1e-3}
    whole = train(TOPOLOGY, DATA, seed=2, **settings)
    pieces = Training(TOPOLOGY, DATA, seed=2, **settings)
    while pieces.stop is None:
        pieces.advance(seconds=1e-9)
    assert pieces.trace().weights.tobytes() == whole.trace.weights.tobytes()
    result = run_trials(TOPOLOGY, DATA, n_trials=4, **settings)
    for i, seed in enumerate(result.seeds):
        alone = train(TOPOLOGY, DATA, seed=int(seed), **settings)
        assert (alone.sse, alone.iterations, alone.stop) == (
            result.sse[i], result.all_iterations[i], result.stops[i],
        )  # fmt: skip
        assert alone.evaluations == result.all_evaluations[i]


def test_defaults_depend_on_the_control() -> None:
    assert Damping() == Damping(control="published", matrix="levenberg")
    settings = RULES["nbn"].settings
    assert settings({}) == settings({"control": "adaptive"})
    for given, control, matrix, mu in (
        ({}, "adaptive", "data_scaled", 0.03),
        ({"matrix": "levenberg"}, "adaptive", "levenberg", 10.0),
        ({"control": "best_step"}, "best_step", "max_diagonal", 0.3),
        ({"control": "line_search"}, "line_search", "levenberg", 10.0),
        ({"control": "published"}, "published", "levenberg", 0.01),
        ({"control": "published", "matrix": "marquardt"}, "published", "marquardt", 0.01),
        ({"mu_start": 1}, "adaptive", "data_scaled", 1.0),
    ):
        full = settings(given)
        assert (full["control"], full["matrix"], full["mu_start"]) == (control, matrix, mu)
        assert settings(full) == full


@pytest.mark.parametrize("control", CONTROLS)
def test_the_trace_has_the_length_of_every_accepted_step(control: str) -> None:
    """Training starts with a mu that is too small, so that the searches shorten their steps."""
    trace = train(TOPOLOGY, DATA, seed=3, max_iterations=40, control=control, mu_start=1e-6).trace
    assert trace.step_length[0] == 1.0
    assert np.all((trace.step_length > 0.0) & (trace.step_length <= 1.0))
    assert np.all(trace.step_length == 1.0) == (control == "published")
    assert trace.row(3).step_length == trace.step_length[3]


def test_only_rules_that_search_have_a_step_length() -> None:
    """L-BFGS may lengthen its step; the step of EBP is set by the learning rate."""
    lbfgs = train(TOPOLOGY, DATA, "lbfgs", seed=3, max_iterations=10).trace
    assert np.all(lbfgs.step_length > 0.0)
    assert np.any(lbfgs.step_length != 1.0)
    ebp = train(TOPOLOGY, DATA, "ebp", seed=3, max_iterations=10).trace
    assert np.all(np.isnan(ebp.step_length))


def test_control_and_matrix_are_restored_from_json() -> None:
    searched = experiment(control="best_step", matrix="max_diagonal")
    again = Experiment.from_json(searched.to_json())
    assert (again.settings["control"], again.settings["matrix"]) == ("best_step", "max_diagonal")
    assert again == searched


def test_a_file_that_names_no_control_means_the_published_one() -> None:
    published = experiment(control="published")
    assert "control" not in published.to_json()
    assert "plateau" not in published.to_json()
    assert "data_scaled" in experiment().to_json()
    assert Experiment.from_json(published.to_json()) == published != experiment()


def experiment(**settings: str) -> Experiment:
    return Experiment(Topology.mlp([2, 3, 1]), ProblemData("xor"), settings=settings)


@pytest.mark.parametrize("mu_start", [None, 1e-6])
@pytest.mark.parametrize("control", CONTROLS)
def test_a_dissected_iteration_equals_the_trained_one(control: str, mu_start: float | None) -> None:
    """With an initial mu that is too small, some searches fail completely."""
    settings = {"control": control}
    if mu_start is not None:
        settings["mu_start"] = mu_start
    trace = train(TOPOLOGY, DATA, seed=3, max_iterations=40, **settings).trace
    for k in range(len(trace) - 1):
        on = NBN().resumption(trace, k, settings)
        anatomy = dissect(TOPOLOGY, DATA, trace.weights[k], settings=settings, **on._asdict())
        assert anatomy.accepted is not None
        assert len(anatomy.attempts) == trace.attempts[k + 1]
        np.testing.assert_array_equal(anatomy.accepted.weights, trace.weights[k + 1])


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            {"control": "magic"},
            "There is no control 'magic': choose published, line_search, best_step, adaptive.",
        ),
        ({"control": ["published"]}, "There is no control list: choose"),
        (
            {"matrix": 3},
            "There is no matrix 3: choose levenberg, marquardt, max_diagonal, data_scaled.",
        ),
    ],
)
def test_unknown_controls_and_matrices_are_refused(settings: dict, sentence: str) -> None:
    with pytest.raises(SettingError) as caught:
        train(TOPOLOGY, DATA, **settings)
    assert str(caught.value).startswith(sentence)
