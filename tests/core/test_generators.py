"""Generators: formulas compared with their sources, parameters validated."""

from __future__ import annotations

import inspect
import math

import numpy as np
import pytest

from nbn_core import generators
from nbn_core.errors import SettingError
from nbn_core.generators import PROBLEMS

NAMES = [
    "xor",
    "parity",
    "two_spirals",
    "playground_spiral",
    "playground_circle",
    "playground_xor",
    "playground_gauss",
    "circles",
    "moons",
    "checkerboard",
    "peaks",
    "control_surface",
    "sinc",
    "decoder",
    "encoder",
    "iris",
    "digits",
]

every_problem = pytest.mark.parametrize("name", NAMES)


def test_all_problems_are_listed_in_the_order_of_the_gallery():
    assert list(PROBLEMS) == NAMES


@every_problem
def test_problem_describes_its_generator(name):
    problem = PROBLEMS[name]
    data = problem.make()
    assert problem.name == name
    assert problem.make is getattr(generators, name)
    assert problem.title
    assert problem.text.endswith((".", "?"))
    assert data.kind == problem.kind
    assert data.name
    assert problem.target_sse > 0
    assert problem.train_share in (0.5, 1.0)
    assert [p.name for p in problem.parameters] == list(inspect.signature(problem.make).parameters)
    for parameter in problem.parameters:
        assert parameter.low <= parameter.default <= parameter.high
        assert type(parameter.step) is type(parameter.default)
        assert parameter.label


@every_problem
def test_suggested_network_fits_and_is_within_the_limits_of_the_app(name):
    problem = PROBLEMS[name]
    datasets = [problem.make()]
    for p in problem.parameters:
        datasets += [problem.make(**{p.name: p.low}), problem.make(**{p.name: p.high})]
    for data in datasets:
        topology = problem.topology(data)
        assert (topology.n_inputs, topology.n_outputs) == (data.n_inputs, data.n_outputs)
        assert topology.n_weights <= 2000
        output = topology.neurons[topology.outputs[0]].activation
        function = name in ("peaks", "control_surface", "sinc")
        assert output == ("linear" if function else "bipolar")


@every_problem
def test_classes_are_bipolar_and_inputs_of_moderate_size(name):
    data = PROBLEMS[name].make()
    if PROBLEMS[name].kind == "classification":
        assert set(np.unique(data.targets)) == {-1.0, 1.0}
        if data.n_outputs > 1:
            assert np.all((data.targets == 1).sum(axis=1) == 1)
    assert np.abs(data.inputs).max() <= 10


@every_problem
def test_equal_parameters_give_equal_patterns_without_changing_global_random_state(name):
    problem = PROBLEMS[name]
    noisy = {p.name: 0.2 for p in problem.parameters if p.name == "noise"}
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first, second = problem.make(**noisy), problem.make(**noisy)
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002
    assert np.array_equal(first.inputs, second.inputs)
    assert np.array_equal(first.targets, second.targets)
    if any(p.name == "seed" for p in problem.parameters):
        other = problem.make(**noisy, seed=1)
        assert not (
            np.array_equal(first.inputs, other.inputs)
            and np.array_equal(first.targets, other.targets)
        )


@every_problem
def test_every_parameter_is_checked(name):
    for p in PROBLEMS[name].parameters:
        bad = [p.low - 1, p.high + 1, math.nan, math.inf, None, "1", "x" * 10_000, [1], True, 1j]
        bad += [10**400, np.array([1.0])]
        if isinstance(p.default, int):
            bad.append(p.default + 0.5)
        for value in bad:
            with pytest.raises(SettingError, match=rf"\({p.name}\) must be") as error:
                PROBLEMS[name].make(**{p.name: value})
            assert len(str(error.value)) < 150


@every_problem
def test_the_number_of_points_is_exact(name):
    parameter = {p.name: p for p in PROBLEMS[name].parameters}.get("n_points")
    if parameter:
        for count in (parameter.low, parameter.low + 3, parameter.default):
            assert PROBLEMS[name].make(n_points=count).n_patterns == count


def test_a_parameter_takes_numpy_numbers_and_gives_python_ones():
    whole, real = PROBLEMS["sinc"].parameters[:2]
    assert type(whole.check(np.int64(20))) is int
    assert type(real.check(np.float32(0.25))) is float
    assert type(real.check(0)) is float


def test_positional_arguments_are_checked_too():
    assert generators.parity(7).n_patterns == 128
    with pytest.raises(SettingError, match="from 2 to 16, not 17"):
        generators.parity(17)


# Formulas


@pytest.mark.parametrize("n", range(2, 17))
def test_parity_is_plus_one_for_an_odd_number_of_plus_ones(n):
    data = generators.parity(n)
    assert data.inputs.shape == (2**n, n)
    assert len(np.unique(data.inputs, axis=0)) == 2**n
    assert set(np.unique(data.inputs)) == {-1.0, 1.0}
    odd = ((data.inputs + 1) / 2).sum(axis=1) % 2
    assert np.array_equal(data.targets[:, 0], 2 * odd - 1)


def test_xor_is_parity_2():
    data = generators.xor()
    assert data.inputs.tolist() == [[-1, -1], [-1, 1], [1, -1], [1, 1]]
    assert data.targets[:, 0].tolist() == [-1, 1, 1, -1]


def test_two_spirals_are_the_194_points_of_the_benchmark():
    data = generators.two_spirals()
    assert data.inputs.shape == (194, 2)
    for i in range(97):
        r, a = 6.5 * (104 - i) / 104, i * math.pi / 16
        point = np.array([r * math.sin(a), r * math.cos(a)])
        assert data.inputs[2 * i] == pytest.approx(point, abs=1e-12)
        assert data.inputs[2 * i + 1] == pytest.approx(-point, abs=1e-12)
        assert data.targets[2 * i : 2 * i + 2, 0].tolist() == [1, -1]


def test_playground_spiral_is_the_formula_of_tensorflow_playground():
    data = generators.playground_spiral()
    expected = []
    for start, label in ((0, 1), (math.pi, -1)):
        for i in range(250):
            r, t = i / 250 * 5, 1.75 * i / 250 * 2 * math.pi + start
            expected.append((r * math.sin(t), r * math.cos(t), label))
    assert np.c_[data.inputs, data.targets] == pytest.approx(np.array(expected), abs=1e-12)
    assert data.least_sse == 2.0, "both arms start at the origin"


def test_spiral_noise_moves_each_coordinate_by_at_most_the_noise():
    for make in (generators.playground_spiral, generators.two_spirals):
        moved = np.abs(make(noise=0.3, seed=7).inputs - make().inputs)
        assert 0.29 < moved.max() <= 0.3
        assert moved.mean() == pytest.approx(0.15, abs=0.02)


def test_playground_circle_has_a_gap_between_disc_and_ring():
    data = generators.playground_circle(2000)
    radius = np.hypot(*data.inputs.T)
    inside = data.targets[:, 0] > 0
    assert inside.sum() == 1000
    assert radius[inside].max() <= 2.5
    assert radius[~inside].min() >= 3.5
    assert radius[~inside].max() <= 5.0


def test_playground_xor_has_no_points_near_the_axes():
    data = generators.playground_xor(2000)
    assert np.abs(data.inputs).min() >= 0.3
    assert np.abs(data.inputs).max() <= 5.3
    assert np.array_equal(np.sign(data.inputs.prod(axis=1)), data.targets[:, 0])


@pytest.mark.parametrize("make", [generators.playground_circle, generators.playground_xor])
def test_playground_noise_changes_classes_and_not_points(make):
    clean, noisy = make(2000), make(2000, noise=0.3)
    assert np.array_equal(clean.inputs, noisy.inputs)
    assert 0.05 < (clean.targets != noisy.targets).mean() < 0.4


@pytest.mark.parametrize(("noise", "variance"), [(0.0, 0.5), (0.25, 2.25), (0.5, 4.0)])
def test_playground_gauss_has_the_variance_of_the_original(noise, variance):
    data = generators.playground_gauss(10_000, noise)
    for label in (1, -1):
        cloud = data.inputs[data.targets[:, 0] == label]
        assert len(cloud) == 5000
        assert cloud.mean(axis=0) == pytest.approx([2 * label] * 2, abs=0.1)
        assert cloud.var(axis=0) == pytest.approx([variance] * 2, rel=0.07)


def test_circles_and_moons_are_those_of_scikit_learn():
    inner = generators.circles(noise=0.0)
    radius = np.hypot(*inner.inputs.T)
    assert radius == pytest.approx(np.where(inner.targets[:, 0] > 0, 1.5, 3.0))
    x, y = generators.moons(noise=0.0).inputs.T
    assert (x.min(), x.max()) == pytest.approx((-3, 3), abs=0.01)
    assert (y.min(), y.max()) == pytest.approx((-1.5, 1.5), abs=0.01)


@pytest.mark.parametrize("cells", [2, 3, 8])
def test_checkerboard_alternates_and_has_no_points_near_the_borders(cells):
    data = generators.checkerboard(2000, cells)
    place = (data.inputs + 3) * cells / 6
    square = np.floor(place)
    assert 0 <= square.min() <= square.max() == cells - 1
    assert np.abs(place - np.round(place)).min() >= 0.1 - 1e-12
    assert np.array_equal(data.targets[:, 0], 1 - 2 * (square.sum(axis=1) % 2))


def test_peaks_has_the_published_range():
    data = generators.peaks(10_000)
    assert np.abs(data.inputs).max() <= 1
    assert data.targets.min() == pytest.approx(-0.655, abs=0.003)
    assert data.targets.max() == pytest.approx(0.807, abs=0.006)
    origin = 0.3 * math.exp(-1) - math.exp(-1) / 30
    near = np.argmin(np.hypot(*data.inputs.T))
    assert data.targets[near, 0] == pytest.approx(origin, abs=0.1)


def test_control_surface_interpolates_as_badly_as_published():
    """The published test SSE of nearest (197.7494) and linear (28.6683) interpolation."""
    from scipy.interpolate import RegularGridInterpolator

    train, test = generators.control_surface(), generators.control_surface_test()
    assert (train.n_patterns, test.n_patterns) == (25, 1681)
    side = np.arange(5.0)
    for method, sse in (("linear", 28.6683), ("nearest", 197.7494)):
        table = RegularGridInterpolator((side, side), train.targets.reshape(5, 5), method)
        # Halfway between two grid points, the upper one is the nearest, as in the published table.
        at = np.minimum(test.inputs + 1e-9, 4.0) if method == "nearest" else test.inputs
        errors = test.targets[:, 0] - table(at)
        assert np.sum(errors**2) == pytest.approx(sse, abs=6e-5)


def test_sinc_has_noise_of_the_given_standard_deviation():
    clean, noisy = generators.sinc(1000, 0.0), generators.sinc(1000, 0.2)
    x = clean.inputs[:, 0]
    assert (x[0], x[-1]) == (-10, 10)
    assert clean.targets[:, 0] * x == pytest.approx(np.sin(x), abs=1e-12)
    assert (noisy.targets - clean.targets).std() == pytest.approx(0.2, rel=0.1)


@pytest.mark.parametrize("n", range(1, 7))
def test_encoder_is_the_inverse_of_decoder(n):
    decoder, encoder = generators.decoder(n), generators.encoder(n)
    assert np.array_equal(decoder.inputs, encoder.targets)
    assert np.array_equal(decoder.targets, encoder.inputs)
    numbers = ((decoder.inputs + 1) / 2) @ (2 ** np.arange(n - 1, -1, -1))
    assert np.array_equal(decoder.classes(), numbers)


def test_iris_is_scaled_and_named():
    data = generators.iris()
    assert data.inputs.shape == (150, 4)
    assert data.inputs.mean(axis=0) == pytest.approx(np.zeros(4), abs=1e-9)
    assert data.inputs.std(axis=0) == pytest.approx(np.ones(4))
    assert data.target_names == ("setosa", "versicolor", "virginica")
    assert np.bincount(data.classes()).tolist() == [50, 50, 50]
    assert data.input_names[0] == "sepal length"


def test_digits_are_scaled_and_sampled_without_replacement():
    data = generators.digits(1797)
    assert data.inputs.shape == (1797, 64)
    assert (data.inputs.min(), data.inputs.max()) == (0, 1)
    assert np.bincount(data.classes()).min() > 170
    few = generators.digits(200, seed=3)
    assert len(np.unique(few.inputs, axis=0)) == 200
