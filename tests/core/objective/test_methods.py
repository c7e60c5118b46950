"""All methods of the quasi-Hessian agree with J'J, the oracle and each other, in bounded memory."""

from __future__ import annotations

import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbn_core import Dataset, Neuron, StopReason, Topology, Training, generators, initial_weights
from nbn_core.errors import SettingError, ShapeError
from nbn_core.kernels.interpreted import fused
from nbn_core.network import Network
from nbn_core.objective import NormalEquations, Objective
from nbn_core.objective.methods import METHODS, costs
from nbn_core.objective.pair_plan import PairPlan, cost, layers
from tests import reference
from tests.cases import CASES, Case, noise, on_noise, random_dag
from tests.core.objective.test_objective import reordered
from tests.runs import RUNS, numbers

WAYS = METHODS[1:]
SHAPES = (
    on_noise("wide-layers", Topology.mlp([6, 17, 9]), 150),
    on_noise("deep", Topology.mlp([3, 5, 7, 4, 3], gain=0.7, leak=0.01), 70),
    on_noise("many-outputs", Topology.fcc(3, 6, 9), 40),
    on_noise("long-lists", Topology.mlp([24, 12, 2]), 10),
    # more items than are packed at once, on both sides
    on_noise("chunks", Topology.mlp([30, 24, 2]), 5),
)


def assert_same(actual: NormalEquations, sse: float, gradient, quasi_hessian) -> None:
    """Compare within 1e-12 of the norms."""
    assert actual.sse == pytest.approx(sse, rel=1e-12)
    most = 1e-12 * np.linalg.norm(quasi_hessian)
    np.testing.assert_allclose(actual.quasi_hessian, quasi_hessian, rtol=0, atol=most)
    np.testing.assert_array_equal(actual.quasi_hessian, actual.quasi_hessian.T)
    size = np.sqrt(np.trace(quasi_hessian) * sse)
    np.testing.assert_allclose(actual.gradient, gradient, rtol=0, atol=1e-12 * size)


def by_rows(objective: Objective, weights) -> tuple[float, np.ndarray, np.ndarray]:
    rows = objective.jacobian(weights)
    errors = (objective.dataset.targets - objective.outputs(weights)).ravel()
    return float(errors @ errors), rows.T @ errors, rows.T @ rows


# Equal results


@pytest.mark.parametrize("method", WAYS)
@pytest.mark.parametrize("case", [*CASES, *SHAPES], ids=lambda case: case.name)
def test_every_method_agrees_with_the_oracle_and_the_stored_jacobian(
    case: Case, method: str
) -> None:
    actual = case.objective.normal_equations(case.weights, method)
    inputs, targets = case.dataset.inputs, case.dataset.targets
    assert_same(actual, *reference.normal_equations(case.network, case.weights, inputs, targets))
    assert_same(actual, *by_rows(case.objective, case.weights))


@settings(max_examples=200)
@given(st.integers(0, 2**32 - 1))
def test_every_method_agrees_on_any_network(seed: int) -> None:
    """Compare with the oracle, another order of the neurons, and a sum over parts of the data."""
    case = random_dag(seed)
    x, d, weights = case.dataset.inputs, case.dataset.targets, case.weights
    sse, gradient, quasi_hessian = reference.normal_equations(case.network, weights, x, d)
    other, _ = reordered(case.topology, seed)
    places = [case.topology.weight_names.index(name) for name in other.weight_names]
    moved = Objective(other, case.dataset)
    cut = len(x) // 3
    parts = [
        Objective(case.topology, Dataset(x[part], d[part]))
        for part in (slice(0, cut), slice(cut, None))
        if len(x[part])
    ]
    for method in WAYS:
        assert_same(case.objective.normal_equations(weights, method), sse, gradient, quasi_hessian)
        assert_same(
            moved.normal_equations(weights[places], method),
            sse, gradient[places], quasi_hessian[np.ix_(places, places)],
        )  # fmt: skip
        sums = [part.normal_equations(weights, method) for part in parts]
        assert_same(
            NormalEquations(*(sum(column) for column in zip(*sums, strict=True))),  # type: ignore[arg-type]
            sse, gradient, quasi_hessian,
        )  # fmt: skip


@pytest.mark.parametrize("method", WAYS)
@pytest.mark.parametrize("seed", range(12))
def test_every_method_agrees_with_central_differences(seed: int, method: str) -> None:
    case = random_dag(seed)
    rows = reference.central_differences(case.network, case.weights, case.dataset.inputs)
    share = 1e3 * float(np.finfo(rows.dtype).eps) ** (3 / 4)
    actual = case.objective.normal_equations(case.weights, method).quasi_hessian
    expected = (rows.T @ rows).astype(float)
    np.testing.assert_allclose(actual, expected, rtol=0, atol=share * np.linalg.norm(expected))


@pytest.mark.parametrize("method", WAYS)
@pytest.mark.parametrize("case", RUNS[1:], ids=lambda case: case.name)
def test_nbn_by_every_method_follows_the_path_of_a_stored_jacobian(case: Case, method: str) -> None:
    path = reference.levenberg_marquardt(
        case.network, case.weights, case.dataset.inputs, case.dataset.targets, 20
    )
    training = Training(
        case.topology, case.dataset, weights=case.weights, max_iterations=20, target_sse=0.0,
        method=method, control="published",
    )  # fmt: skip
    assert training.method == method
    training.advance(20)
    for row, (sse, mu, attempts, weights) in zip(training.trace(), path, strict=False):
        assert row.sse == pytest.approx(sse, rel=1e-8, abs=1e-20)
        assert (row.attempts, row.mu) == (attempts, pytest.approx(mu, rel=1e-12))
        assert np.linalg.norm(row.weights - weights) <= 1e-8 * np.linalg.norm(weights)
        if sse < 1e-6:  # rounding rules from here on
            break


@pytest.mark.parametrize("method", WAYS)
def test_slices_and_threads_do_not_change_results(method: str) -> None:
    case = SHAPES[0]

    def run(seconds: float | None = None) -> bytes:
        training = Training(
            case.topology, case.dataset, weights=case.weights, max_iterations=4, method=method
        )
        if seconds:
            training._state.options = training._state.options._replace(
                accumulate_work=1e30, factor_work=1e30, forward_work=1e30
            )  # type: ignore[attr-defined]
        while training.stop is None:
            training.advance(seconds=seconds)
        return numbers(training.trace())

    alone = run()
    assert run(1e-9) == alone
    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(lambda _: run(), range(12))) == {alone}


@pytest.mark.parametrize("method", WAYS)
def test_entries_of_weights_without_a_common_output_are_exactly_zero(method: str) -> None:
    case = next(case for case in CASES if case.name == "separate-outputs")
    names = case.topology.weight_names
    own, other = ([n for n, (_, k) in enumerate(names) if k == name] for name in ("y1", "y2"))
    quasi_hessian = case.objective.normal_equations(case.weights, method).quasi_hessian
    assert not quasi_hessian[np.ix_(own, other)].any()
    assert quasi_hessian[np.ix_(own, own)].all()


@pytest.mark.parametrize("method", WAYS)
def test_huge_weights_give_infinity_or_nan_not_an_exception(method: str) -> None:
    topology = Topology.mlp([2, 3, 2])
    huge = np.full(topology.n_weights, 1e308)
    assert not np.isfinite(
        Objective(topology, noise(topology, 5)).normal_equations(huge, method).sse
    )


# Cost


def test_no_method_stores_the_jacobian() -> None:
    """Parity-16 has 65,536 patterns and 425 weights, whose Jacobian would take 223 MB."""
    topology = Topology.fcc(16, 16, 1)
    objective = Objective(topology, generators.parity(16))
    weights = initial_weights(topology)
    small = Objective(topology, noise(topology, 3))
    expected = None
    for method in WAYS:
        small.normal_equations(weights, method)  # compiled, and the plan is laid out
        tracemalloc.start()
        result = objective.normal_equations(weights, method)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 16 * 2**20, method
        expected = expected or result
        assert_same(result, *expected)
    training = Training(topology, objective.dataset, max_iterations=1)
    tracemalloc.start()
    training.advance(1)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 * 2**20


def test_a_plan_needs_little_memory() -> None:
    network = Network.from_topology(Topology.fcc(16, 16, 1))
    tracemalloc.start()
    PairPlan.from_network.__wrapped__(network)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 * 2**20


@pytest.mark.parametrize("case", [*CASES, *SHAPES], ids=lambda case: case.name)
def test_counted_and_planned_multiplications_are_equal(case: Case) -> None:
    """The work that "auto" estimates without a plan is the work of the plan."""
    network = Network.from_topology(case.topology)
    pairing = PairPlan.from_network(network)
    counted = cost(network)
    assert counted.products == 32 * pairing.n_tiles
    assert counted.terms == len(pairing.arrays.term_lefts)
    assert counted.packed <= len(pairing.arrays.lefts)


def test_the_cost_of_pairs_does_not_depend_on_outputs() -> None:
    """With ten times the outputs, rows take ten times the work, pairs only that of new weights."""
    few, many = (costs(Network.from_topology(Topology.mlp([16, 12, m])), 1000) for m in (2, 20))
    assert many["forward"] > 7 * few["forward"]
    assert many["blocks"] < 4 * few["blocks"]


def test_auto_chooses_and_reports_the_cheapest_method() -> None:
    chosen = {}
    for topology, n_patterns in (
        (Topology.mlp([64, 16, 10]), 1797),
        (Topology.mlp([2, 30, 1]), 2000),
        (Topology.fcc(7, 3, 1), 128),
        (Topology.fcc(2, 8, 8), 50),
    ):
        counted = costs(Network.from_topology(topology), n_patterns)
        objective = Objective(topology, noise(topology, n_patterns))
        chosen[topology] = objective.method_for()
        assert counted[objective.method_for()] == min(counted.values())
        assert Training(topology, objective.dataset).method == objective.method_for()
        assert [objective.method_for(method) for method in WAYS] == list(WAYS)
    assert chosen[Topology.mlp([64, 16, 10])] == "blocks"
    assert chosen[Topology.mlp([2, 30, 1])] in ("forward", "backward")


def test_neurons_with_the_same_sources_are_a_layer() -> None:
    neurons = [Neuron("linear", 1.0, 0.0, sources) for sources in ((0, 1), (0,), (0, 1), (2, 3))]
    topology = Topology((), 2, tuple(neurons), (1, 2, 3))
    assert layers(Network.from_topology(topology)) == [[0, 2], [1], [3]]


@given(st.lists(st.floats(-1e100, 1e100), min_size=3, max_size=3), st.integers(-3, 3))
def test_multiply_and_add_rounds_once(values: list[float], ulps: int) -> None:
    from fractions import Fraction

    a, b, c = values
    if abs(a * b) > 1e-200:
        c = -a * b * (1 + ulps * 2.0**-52)
    elif a * b != 0:
        return
    expected = float(Fraction(a) * Fraction(b) + Fraction(c))
    assert float(fused(np.float64(a), np.float64(b), np.float64(c))) == expected


# Pattern weights


@pytest.mark.parametrize("method", WAYS)
def test_a_pattern_of_weight_three_equals_three_patterns(method: str) -> None:
    for case in (random_dag(7), SHAPES[2], CASES[-3]):
        times = np.random.default_rng(0).integers(0, 4, case.dataset.n_patterns)
        repeated = Dataset(
            np.repeat(case.dataset.inputs, times, axis=0),
            np.repeat(case.dataset.targets, times, axis=0),
        )
        expected = Objective(case.topology, repeated).normal_equations(case.weights, method)
        weighed = Objective(case.topology, case.dataset, times)
        assert_same(weighed.normal_equations(case.weights, method), *expected)
        assert weighed.sse(case.weights) == pytest.approx(expected.sse, rel=1e-12)
        rows = weighed.jacobian(case.weights)
        np.testing.assert_allclose(rows.T @ rows, expected.quasi_hessian, rtol=1e-9, atol=1e-9)


def test_pattern_weights_of_one_change_nothing_and_zero_removes_a_pattern() -> None:
    case = RUNS[2]
    plain, ones = (
        Training(case.topology, case.dataset, max_iterations=5, pattern_weights=weights)
        for weights in (None, np.ones(128))
    )
    half = np.arange(128) % 2.0
    weighed = Training(case.topology, case.dataset, max_iterations=5, pattern_weights=half)
    part = Dataset(case.dataset.inputs[1::2], case.dataset.targets[1::2])
    alone = Training(case.topology, part, max_iterations=5)
    for training in (plain, ones, weighed, alone):
        training.advance(5)
    assert numbers(plain.trace()) == numbers(ones.trace())
    np.testing.assert_allclose(weighed.trace().sse, alone.trace().sse, rtol=1e-9)
    published, lm = (
        Training(
            case.topology, case.dataset, rule, max_iterations=5, pattern_weights=half, **settings
        )
        for rule, settings in (("nbn", {"control": "published"}), ("lm", {}))
    )
    for training in (published, lm):
        training.advance(5)
    np.testing.assert_allclose(lm.trace().sse, published.trace().sse, rtol=1e-9)


# Frozen weights


@pytest.mark.parametrize("rule", ["nbn", "lm"])
@pytest.mark.parametrize("method", WAYS)
def test_frozen_weights_are_unchanged_and_the_others_train_as_if_alone(rule, method) -> None:
    case = RUNS[2]
    given_settings = {"method": method} if rule == "nbn" else {}
    held = ["h2", ("x1", "h1"), ("", "y")]
    training = Training(
        case.topology, case.dataset, rule, held=held, max_iterations=8, target_sse=0.0,
        **given_settings,
    )  # fmt: skip
    mask = np.array([
        neuron == "h2" or (source, neuron) in held for source, neuron in case.topology.weight_names
    ])  # fmt: skip
    training.advance(8)
    trace = training.trace()
    assert mask.sum() == 10
    np.testing.assert_array_equal(trace.weights[:, mask], np.tile(trace.weights[0, mask], (9, 1)))
    assert (trace.weights[-1, ~mask] != trace.weights[0, ~mask]).all()
    same = Training(
        case.topology, case.dataset, rule, held=mask, max_iterations=8, target_sse=0.0,
        **given_settings,
    )  # fmt: skip
    same.advance(8)
    assert numbers(same.trace()) == numbers(trace)
    objective = training.objective
    result = objective.normal_equations(trace.weights[-1], method)
    free = case.objective.normal_equations(trace.weights[-1], method)
    expected = np.where(mask | mask[:, None], 0.0, free.quasi_hessian)
    np.testing.assert_array_equal(result.quasi_hessian, expected)
    np.testing.assert_array_equal(result.gradient, np.where(mask, 0.0, free.gradient))
    assert not objective.jacobian(trace.weights[-1])[:, mask].any()


def test_a_completely_frozen_network_makes_no_progress() -> None:
    topology = Topology.mlp([2, 2, 1])
    training = Training(topology, generators.xor(), held=np.ones(9, dtype=bool))
    training.advance()
    assert training.stop is StopReason.NO_PROGRESS


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (
            lambda t, d: Objective(t, d, [1.0]),
            ShapeError,
            "There are 4 patterns, but 1 weights for them: give one for each pattern.",
        ),
        (
            lambda t, d: Objective(t, d, [1, 1, 1, -1]),
            ShapeError,
            "Every weight of a pattern must be a number from 0 up, and one above 0: "
            "replace the others.",
        ),
        (
            lambda t, d: Objective(t, d, "abcd"),
            ShapeError,
            "The weights of the patterns must be a list of numbers.",
        ),
        (
            lambda t, d: Objective(t, d, held="h9"),
            SettingError,
            "There is no neuron 'h9' to freeze: give names of neurons, or a source and a neuron "
            "for a single weight.",
        ),
        (
            lambda t, d: Objective(t, d, held=[("x1", "y")]),
            SettingError,
            "There is no such weight to freeze: give names of neurons, or a source and a neuron "
            "for a single weight.",
        ),
        (
            lambda t, d: Objective(t, d, held=np.zeros(3, dtype=bool)),
            SettingError,
            "A mask of frozen weights must have one True or False for each of the 9 weights.",
        ),
        (
            lambda t, d: Training(t, d, "ebp", held="h1"),
            SettingError,
            "{title} supports neither pattern weights nor frozen weights: choose nbn or lm.",
        ),
        (
            lambda t, d: Training(t, d, method="dense"),
            SettingError,
            "There is no method 'dense' for the normal equations: "
            "choose auto, forward, backward or blocks.",
        ),
    ],
)
def test_mismatched_sizes_are_refused_in_one_sentence(call, error, sentence) -> None:
    from nbn_core import RULES

    with pytest.raises(error) as caught:
        call(Topology.mlp([2, 2, 1]), generators.xor())
    assert str(caught.value) == sentence.format(title=RULES["ebp"].title)
