"""Named problems: each generator returns a Dataset, and PROBLEMS describes them all.

A generator is a pure function of its parameters. What is random in it comes from a
`numpy.random.default_rng(seed)` of its own, so the same parameters give the same patterns.
Classes are bipolar: -1 and +1 for one output, one output a class otherwise (+1 for the class of
the pattern, -1 for the others).

Suggested targets for the SSE
-----------------------------
0.01 where the literature on NBN uses it: xor, parity, two_spirals, decoder, encoder.
1.0 for the other problems with classes. With bipolar targets a pattern in the wrong class alone
costs at least 1 (one output) or 2 (one output a class), so an SSE under 1 means that every
training pattern is right. Noise can put this out of reach. Where patterns contradict each other,
`Problem.target` adds what that costs any network: in a quarter of its splits playground_spiral
trains on the origin twice, once in each class.
For functions, what a given accuracy costs over the training patterns: see each generator.

References
----------
two_spirals, peaks, control_surface: the data files used with NBN, to their printed digits.
playground_*: TensorFlow Playground, src/dataset.ts.
circles, moons, iris, digits: scikit-learn.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from numbers import Real
from typing import NamedTuple, ParamSpec

import numpy as np
from numpy.typing import NDArray

from nbn_core.damping import shown, whole
from nbn_core.dataset import Dataset, Kind
from nbn_core.errors import SettingError
from nbn_core.topology import Topology

FloatArray = NDArray[np.float64]
P = ParamSpec("P")

MAX_POINTS = 10_000
MAX_SEED = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Parameter:
    """One setting of a generator: whole numbers if `default` is an int.

    `low` and `high` are limits, `step` is only what a control should step by.
    """

    name: str
    label: str
    default: int | float
    low: int | float
    high: int | float
    step: int | float

    def check(self, value: object) -> int | float:
        """`value` as an int or a float, whichever the parameter is.

        Parameters
        ----------
        value : object
            What somebody gave for it.

        Returns
        -------
        int or float

        Raises
        ------
        SettingError
            If it is not a number of that kind, or outside the limits.
        """
        what = f"{self.label} ({self.name})"
        if isinstance(self.default, int):
            return whole(value, what, int(self.low), int(self.high))
        fits = isinstance(value, Real) and not isinstance(value, bool)
        if not fits or not self.low <= value <= self.high:  # type: ignore[operator]
            raise SettingError(
                f"{what} must be a number from {self.low:g} to {self.high:g}, not {shown(value)}."
            )
        return float(value)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Problem:
    """A named problem and what suits it.

    `make(**parameters)` gives the dataset; `topology(dataset)` a network that fits and learns
    it; `target_sse` and `train_share` (1.0: all patterns train) are suggestions for it.
    """

    name: str
    title: str
    text: str
    make: Callable[..., Dataset]
    parameters: tuple[Parameter, ...]
    kind: Kind
    target_sse: float
    train_share: float
    topology: Callable[[Dataset], Topology]

    def target(self, train: Dataset) -> float:
        """Suggest an SSE to stop at that some network could reach on these patterns.

        Parameters
        ----------
        train : Dataset
            The patterns to train on.

        Returns
        -------
        float
            `target_sse`, more if patterns contradict each other.
        """
        return self.target_sse + train.least_sse


PROBLEMS: dict[str, Problem] = {}


class _Range(NamedTuple):
    label: str
    low: int | float
    high: int | float
    step: int | float


_POINTS = _Range("Points", 10, MAX_POINTS, 10)
_JITTER = _Range("Noise", 0.0, 0.5, 0.05)
_SEED = _Range("Seed", 0, MAX_SEED, 1)


def _problem(
    title: str,
    text: str,
    topology: Callable[[Dataset], Topology],
    *,
    target_sse: float,
    train_share: float = 1.0,
    kind: Kind = "classification",
    **ranges: _Range,
) -> Callable[[Callable[P, Dataset]], Callable[P, Dataset]]:
    """Enter a generator in PROBLEMS, and check its arguments by the ranges given here."""

    def enter(function: Callable[P, Dataset]) -> Callable[P, Dataset]:
        signature = inspect.signature(function)
        parameters = {
            name: Parameter(name, r.label, signature.parameters[name].default, *r[1:])
            for name, r in ranges.items()
        }

        @wraps(function)
        def make(*args: P.args, **kwargs: P.kwargs) -> Dataset:
            given = signature.bind(*args, **kwargs)
            for name, value in given.arguments.items():
                given.arguments[name] = parameters[name].check(value)
            return function(*given.args, **given.kwargs)

        PROBLEMS[function.__name__] = Problem(
            name=function.__name__,
            title=title,
            text=text,
            make=make,
            parameters=tuple(parameters.values()),
            kind=kind,
            target_sse=target_sse,
            train_share=train_share,
            topology=topology,
        )
        return make

    return enter


# Classic problems of the NBN papers


def _parity_network(data: Dataset) -> Topology:
    """Two neurons up to three inputs; then one hidden neuron an input, with room to spare.

    The fewest neurons that could do it, ceil(log2(N + 1)), are rarely found by training for more
    than three inputs. Gain 0.5 with leak 0.001 is found more often than gain 1: 94 against 63 of
    100 starts for three inputs.

    Parameters
    ----------
    data : Dataset
        The parity problem.

    Returns
    -------
    Topology
        A cascade.
    """
    n = data.n_inputs
    return Topology.fcc(n, n if n > 3 else 1, 1, output="bipolar", gain=0.5, leak=0.001)


@_problem(
    "XOR",
    "True if exactly one of the two inputs is on: the smallest problem one neuron cannot solve.",
    _parity_network,
    target_sse=0.01,
)
def xor() -> Dataset:
    """Four patterns, bipolar: +1 if exactly one of the two inputs is +1.

    Returns
    -------
    Dataset
        Inputs (4, 2) and targets (4, 1).
    """
    x = _corners(2)
    return Dataset(x, _odd(x), "XOR", "classification")


@_problem(
    "Parity",
    "Is the number of inputs that are on odd? Every single input turns the answer round.",
    _parity_network,
    target_sse=0.01,
    n=_Range("Inputs", 2, 16, 1),
)
def parity(n: int = 3) -> Dataset:
    """All 2^n bipolar patterns: +1 if an odd number of inputs is +1, else -1.

    Parameters
    ----------
    n : int
        Number of inputs, 2 to 16.

    Returns
    -------
    Dataset
        Inputs (2^n, n) and targets (2^n, 1).
    """
    x = _corners(n)
    return Dataset(x, _odd(x), f"Parity-{n}", "classification")


@_problem(
    "Two spirals",
    "Which of two interlocking spirals is a point on? 194 points, three turns.",
    lambda data: Topology.fcc(2, 14, 1, output="bipolar", gain=0.5, leak=0.001),
    target_sse=0.01,
    noise=_JITTER,
    seed=_SEED,
)
def two_spirals(noise: float = 0.0, seed: int = 0) -> Dataset:
    """Give the 194-point benchmark in raw coordinates in [-6.5, 6.5].

    For i = 0 .. 96: r = 6.5 (104 - i) / 104, a = i pi / 16; (r sin a, r cos a) is +1 and the
    opposite point is -1. `noise` moves each coordinate by up to that much, uniformly.

    Parameters
    ----------
    noise : float
        Half the width of the uniform jitter; 0 is the benchmark.
    seed : int
        Of the jitter.

    Returns
    -------
    Dataset
        Inputs (194, 2) and targets (194, 1), the points of the two spirals in turn.
    """
    i = np.arange(97)
    r, a = 6.5 * (104 - i) / 104, i * np.pi / 16
    arm = np.stack([r * np.sin(a), r * np.cos(a)], axis=1)
    x = np.stack([arm, -arm], axis=1).reshape(-1, 2)
    d = np.tile([[1.0], [-1.0]], (97, 1))
    x = x + noise * np.random.default_rng(seed).uniform(-1.0, 1.0, x.shape)
    return Dataset(x, d, "Two spirals", "classification")


# TensorFlow Playground


@_problem(
    "Playground: spiral",
    "The hardest data of TensorFlow Playground: two spirals that wind around each other.",
    lambda data: Topology.mlp([2, 8, 8, 1], output="bipolar"),
    target_sse=1.0,
    train_share=0.5,
    n_points=_POINTS,
    noise=_JITTER,
    seed=_SEED,
)
def playground_spiral(n_points: int = 500, noise: float = 0.0, seed: int = 0) -> Dataset:
    """Two arms from the origin outwards, radius up to 5.

    Each class has n = n_points / 2 points, i = 0 .. n - 1: r = 5 i / n, t = 1.75 i / n 2 pi
    (+ pi for -1), the point (r sin t, r cos t), each coordinate moved by up to `noise`.
    As in the original, both arms start at the origin: without noise that point has both classes,
    and when both copies are in the training half no network gets under an SSE of 2.

    Parameters
    ----------
    n_points : int
        Of both classes together.
    noise : float
        Half the width of the uniform jitter.
    seed : int
        Of the jitter.

    Returns
    -------
    Dataset
        Inputs (n_points, 2) and targets (n_points, 1).
    """
    n = n_points / 2
    arms = []
    for start, count in ((0.0, math.ceil(n)), (np.pi, n_points - math.ceil(n))):
        i = np.arange(count)
        r, t = i / n * 5, 1.75 * i / n * 2 * np.pi + start
        arms.append(np.stack([r * np.sin(t), r * np.cos(t)], axis=1))
    x = np.concatenate(arms)
    x = x + noise * np.random.default_rng(seed).uniform(-1.0, 1.0, x.shape)
    return Dataset(x, _halves(n_points), "Playground: spiral", "classification")


@_problem(
    "Playground: circle",
    "A disc inside a ring. A few neurons close a curve around the middle.",
    lambda data: Topology.mlp([2, 4, 1], output="bipolar"),
    target_sse=1.0,
    train_share=0.5,
    n_points=_POINTS,
    noise=_JITTER,
    seed=_SEED,
)
def playground_circle(n_points: int = 500, noise: float = 0.0, seed: int = 0) -> Dataset:
    """Half the points with radius 0 to 2.5 (+1), half with radius 3.5 to 5 (-1).

    Radius and angle are uniform. With noise the class is that of the point moved by up to
    5 times `noise` along each axis, while the point itself stays where it was.

    Parameters
    ----------
    n_points : int
        Of both classes together.
    noise : float
        Share of the radius 5 by which the class is blurred.
    seed : int
        Of points and noise.

    Returns
    -------
    Dataset
        Inputs (n_points, 2) and targets (n_points, 1).
    """
    random = np.random.default_rng(seed)
    inside = _halves(n_points)[:, 0] > 0
    r = np.where(inside, random.uniform(0.0, 2.5, n_points), random.uniform(3.5, 5.0, n_points))
    angle = random.uniform(0.0, 2 * np.pi, n_points)
    x = np.stack([r * np.sin(angle), r * np.cos(angle)], axis=1)
    moved = x + noise * random.uniform(-5.0, 5.0, x.shape)
    d = np.where(np.hypot(moved[:, 0], moved[:, 1]) < 2.5, 1.0, -1.0)
    return Dataset(x, d[:, None], "Playground: circle", "classification")


@_problem(
    "Playground: exclusive or",
    "Opposite quarters of the plane belong together.",
    lambda data: Topology.fcc(2, 3, 1, output="bipolar", gain=0.5),
    target_sse=1.0,
    train_share=0.5,
    n_points=_POINTS,
    noise=_JITTER,
    seed=_SEED,
)
def playground_xor(n_points: int = 500, noise: float = 0.0, seed: int = 0) -> Dataset:
    """Points in the square, at least 0.3 from the axes and at most 5.3: +1 if x1 x2 >= 0.

    With noise the class is that of the point moved by up to 5 times `noise` along each axis,
    while the point itself stays where it was.

    Parameters
    ----------
    n_points : int
        How many points.
    noise : float
        Share of 5 by which the class is blurred.
    seed : int
        Of points and noise.

    Returns
    -------
    Dataset
        Inputs (n_points, 2) and targets (n_points, 1).
    """
    random = np.random.default_rng(seed)
    x = random.uniform(-5.0, 5.0, (n_points, 2))
    x += np.where(x > 0, 0.3, -0.3)
    moved = x + noise * random.uniform(-5.0, 5.0, x.shape)
    d = np.where(moved[:, 0] * moved[:, 1] >= 0, 1.0, -1.0)
    return Dataset(x, d[:, None], "Playground: exclusive or", "classification")


@_problem(
    "Playground: two clouds",
    "Two round clouds of points: one straight line is enough until they overlap.",
    lambda data: Topology.mlp([2, 2, 1], output="bipolar"),
    target_sse=1.0,
    train_share=0.5,
    n_points=_POINTS,
    noise=_JITTER,
    seed=_SEED,
)
def playground_gauss(n_points: int = 500, noise: float = 0.0, seed: int = 0) -> Dataset:
    """Draw normal clouds around (2, 2) for +1 and (-2, -2) for -1, of variance 0.5 + 7 noise.

    Parameters
    ----------
    n_points : int
        Of both classes together.
    noise : float
        0 to 0.5: variance 0.5 to 4 along each axis.
    seed : int
        Of the points.

    Returns
    -------
    Dataset
        Inputs (n_points, 2) and targets (n_points, 1).
    """
    d = _halves(n_points)
    spread = math.sqrt(0.5 + 7 * noise)
    x = 2 * d + spread * np.random.default_rng(seed).standard_normal((n_points, 2))
    return Dataset(x, d, "Playground: two clouds", "classification")


# More classes in the plane


@_problem(
    "Circles",
    "A ring inside a ring.",
    lambda data: Topology.fcc(2, 4, 1, output="bipolar"),
    target_sse=1.0,
    train_share=0.5,
    n_points=_POINTS,
    noise=_Range("Noise", 0.0, 0.5, 0.05),
    seed=_SEED,
)
def circles(n_points: int = 400, noise: float = 0.05, seed: int = 0) -> Dataset:
    """scikit-learn's `make_circles` with factor 0.5, three times as large: radius 3 and 1.5.

    The inner ring is +1, the outer -1.

    Parameters
    ----------
    n_points : int
        Of both rings together.
    noise : float
        Standard deviation of each coordinate, before scaling.
    seed : int
        Of the noise.

    Returns
    -------
    Dataset
        Inputs (n_points, 2) and targets (n_points, 1).
    """
    from sklearn.datasets import make_circles

    x, label = make_circles(n_points, shuffle=False, noise=None, factor=0.5)
    x = 3 * (x + noise * np.random.default_rng(seed).standard_normal(x.shape))
    return Dataset(x, 2.0 * label[:, None] - 1, "Circles", "classification")


@_problem(
    "Moons",
    "Two half moons that reach into each other.",
    lambda data: Topology.fcc(2, 4, 1, output="bipolar", gain=0.5),
    target_sse=1.0,
    train_share=0.5,
    n_points=_POINTS,
    noise=_Range("Noise", 0.0, 0.5, 0.05),
    seed=_SEED,
)
def moons(n_points: int = 400, noise: float = 0.1, seed: int = 0) -> Dataset:
    """scikit-learn's `make_moons`, moved to the middle and twice as large.

    Without noise x1 lies in [-3, 3] and x2 in [-1.5, 1.5]; the lower moon is +1.

    Parameters
    ----------
    n_points : int
        Of both moons together.
    noise : float
        Standard deviation of each coordinate, before scaling.
    seed : int
        Of the noise.

    Returns
    -------
    Dataset
        Inputs (n_points, 2) and targets (n_points, 1).
    """
    from sklearn.datasets import make_moons

    x, label = make_moons(n_points, shuffle=False, noise=None)
    x = x + noise * np.random.default_rng(seed).standard_normal(x.shape)
    x = 2 * (x - (0.5, 0.25))
    return Dataset(x, 2.0 * label[:, None] - 1, "Moons", "classification")


@_problem(
    "Checkerboard",
    "Black and white squares: every square more needs more bends.",
    lambda data: Topology.fcc(2, 10, 1, output="bipolar", gain=0.5),
    target_sse=1.0,
    train_share=0.5,
    n_points=_POINTS,
    cells=_Range("Squares a side", 2, 8, 1),
    noise=_Range("Noise", 0.0, 0.5, 0.05),
    seed=_SEED,
)
def checkerboard(n_points: int = 400, cells: int = 4, noise: float = 0.0, seed: int = 0) -> Dataset:
    """Points in [-3, 3]^2, cut into cells x cells squares, the one at the lower left +1.

    Points are uniform inside the squares but keep a tenth of a square away from their borders;
    `noise` then moves them.

    Parameters
    ----------
    n_points : int
        How many points.
    cells : int
        Squares along one side.
    noise : float
        Standard deviation of each coordinate, in squares.
    seed : int
        Of points and noise.

    Returns
    -------
    Dataset
        Inputs (n_points, 2) and targets (n_points, 1).
    """
    random = np.random.default_rng(seed)
    square = random.integers(0, cells, (n_points, 2))
    x = square + random.uniform(0.1, 0.9, square.shape)
    x = x + noise * random.standard_normal(x.shape)
    d = np.where(square.sum(axis=1) % 2 == 0, 1.0, -1.0)
    return Dataset(6 / cells * x - 3, d[:, None], "Checkerboard", "classification")


# Functions


@_problem(
    "Peaks",
    "A landscape of hills and hollows to be copied.",
    lambda data: Topology.fcc(2, 10, 1, output="linear"),
    target_sse=0.05,
    train_share=0.5,
    kind="regression",
    n_points=_POINTS,
    seed=_SEED,
)
def peaks(n_points: int = 1000, seed: int = 0) -> Dataset:
    """Sample the peaks function at random points of [-1, 1]^2, z about -0.655 .. 0.807.

    z = (0.3 - 1.8x + 2.7x^2) exp(-1 - 6y - 9x^2 - 9y^2)
        - (0.6x - 27x^3 - 243y^5) exp(-9x^2 - 9y^2) - (1/30) exp(-1 - 6x - 9x^2 - 9y^2)

    The suggested SSE is an RMSE of 0.01 on 500 training points.

    Parameters
    ----------
    n_points : int
        How many points.
    seed : int
        Of the points.

    Returns
    -------
    Dataset
        Inputs (n_points, 2) and targets (n_points, 1).
    """
    xy = np.random.default_rng(seed).uniform(-1.0, 1.0, (n_points, 2))
    x, y = xy.T
    z = (
        (0.3 - 1.8 * x + 2.7 * x**2) * np.exp(-1 - 6 * y - 9 * x**2 - 9 * y**2)
        - (0.6 * x - 27 * x**3 - 243 * y**5) * np.exp(-9 * x**2 - 9 * y**2)
        - np.exp(-1 - 6 * x - 9 * x**2 - 9 * y**2) / 30
    )
    return Dataset(xy, z[:, None], "Peaks", "regression", ("x", "y"), ("z",))


@_problem(
    "Control surface",
    "One smooth hill, known at 25 points only: what does the network make of the rest?",
    lambda data: Topology.fcc(2, 4, 1, output="linear"),
    target_sse=0.01,
    kind="regression",
    grid=_Range("Points a side", 3, 41, 1),
)
def control_surface(grid: int = 5) -> Dataset:
    """Sample z = 4 exp(-0.15 (x - 4)^2 - 0.5 (y - 3)^2) on a grid over [0, 4]^2.

    5 x 5 is the published training grid, 41 x 41 the test grid: see `control_surface_test`.
    The suggested SSE is an RMSE of 0.02 on the 25 points, where z is up to 4.

    Parameters
    ----------
    grid : int
        Points along one side.

    Returns
    -------
    Dataset
        Inputs (grid^2, 2) and targets (grid^2, 1).
    """
    side = np.linspace(0.0, 4.0, grid)
    x, y = (axis.ravel() for axis in np.meshgrid(side, side, indexing="ij"))
    z = 4 * np.exp(-0.15 * (x - 4) ** 2 - 0.5 * (y - 3) ** 2)
    return Dataset(
        np.stack([x, y], axis=1), z[:, None], "Control surface", "regression", ("x", "y"), ("z",)
    )


def control_surface_test() -> Dataset:
    """Give the published test grid of the control surface: 41 x 41 points, 0.1 apart.

    Returns
    -------
    Dataset
        Inputs (1681, 2) and targets (1681, 1).
    """
    return control_surface(41)


@_problem(
    "Sinc",
    "A ripple in noise: find the curve, not the noise.",
    lambda data: Topology.mlp([1, 6, 1], output="linear"),
    target_sse=1.0,
    kind="regression",
    n_points=_POINTS,
    noise=_Range("Noise", 0.0, 0.5, 0.05),
    seed=_SEED,
)
def sinc(n_points: int = 100, noise: float = 0.1, seed: int = 0) -> Dataset:
    """sin(x) / x at evenly spaced x in [-10, 10], with normal noise.

    The suggested SSE is what the noise alone is expected to leave: 100 points of 0.1^2.

    Parameters
    ----------
    n_points : int
        How many points.
    noise : float
        Standard deviation of the target.
    seed : int
        Of the noise.

    Returns
    -------
    Dataset
        Inputs (n_points, 1) and targets (n_points, 1).
    """
    x = np.linspace(-10.0, 10.0, n_points)
    y = np.sinc(x / np.pi) + noise * np.random.default_rng(seed).standard_normal(n_points)
    return Dataset(x[:, None], y[:, None], "Sinc", "regression", ("x",))


# Codes


@_problem(
    "Decoder",
    "A binary number goes in, the one line with that number comes on.",
    lambda data: Topology.mlp([data.n_inputs, data.n_outputs], output="bipolar", gain=0.5),
    target_sse=0.01,
    n=_Range("Bits", 1, 6, 1),
)
def decoder(n: int = 3) -> Dataset:
    """Switch on one of 2^n bipolar lines: the one whose number the n bipolar bits are.

    Parameters
    ----------
    n : int
        Bits, the first is the highest.

    Returns
    -------
    Dataset
        Inputs (2^n, n) and targets (2^n, 2^n).
    """
    lines = tuple(str(i) for i in range(2**n))
    return Dataset(
        _corners(n), _one_high(np.arange(2**n), 2**n), f"Decoder {n} to {2**n}",
        "classification", target_names=lines,
    )  # fmt: skip


@_problem(
    "Encoder",
    "One line is on, its number comes out in binary.",
    lambda data: Topology.mlp(
        [data.n_inputs, data.n_outputs], output="bipolar", gain=min(0.5, 4 / data.n_inputs)
    ),
    target_sse=0.01,
    kind="regression",
    n=_Range("Bits", 1, 6, 1),
)
def encoder(n: int = 3) -> Dataset:
    """Turn the decoder round: 2^n bipolar lines to n bipolar bits.

    Its outputs are numbers of several bits, not one output a class: the kind is regression.

    Parameters
    ----------
    n : int
        Bits, the first is the highest.

    Returns
    -------
    Dataset
        Inputs (2^n, 2^n) and targets (2^n, n).
    """
    return Dataset(
        _one_high(np.arange(2**n), 2**n), _corners(n), f"Encoder {2**n} to {n}", "regression"
    )


# Measured data


@_problem(
    "Iris",
    "Three kinds of iris told apart by the size of their leaves.",
    lambda data: Topology.mlp([4, 4, 3], output="bipolar", gain=0.5),
    target_sse=1.0,
    train_share=0.5,
)
def iris() -> Dataset:
    """scikit-learn's Iris: 150 flowers, 4 lengths, 3 kinds.

    Each input is scaled to mean 0 and standard deviation 1 over the 150 flowers.

    Returns
    -------
    Dataset
        Inputs (150, 4) and targets (150, 3).
    """
    from sklearn.datasets import load_iris

    data = load_iris()
    x = (data.data - data.data.mean(axis=0)) / data.data.std(axis=0)
    return Dataset(
        x,
        _one_high(data.target, 3),
        "Iris",
        "classification",
        tuple(name.removesuffix(" (cm)") for name in data.feature_names),
        tuple(str(name) for name in data.target_names),
    )


@_problem(
    "Digits",
    "Handwritten digits of 8 x 8 dots.",
    lambda data: Topology.mlp([64, 8, 10], output="bipolar", gain=0.1),
    target_sse=1.0,
    train_share=0.5,
    n_points=_Range("Digits", 100, 1797, 100),
    seed=_SEED,
)
def digits(n_points: int = 600, seed: int = 0) -> Dataset:
    """scikit-learn's digits: up to 1,797 pictures of 8 x 8 dots, row by row.

    The dots, 0 .. 16, are scaled to [0, 1].

    Parameters
    ----------
    n_points : int
        How many of the 1,797, in their own order.
    seed : int
        Which ones, drawn without putting back.

    Returns
    -------
    Dataset
        Inputs (n_points, 64) and targets (n_points, 10).
    """
    from sklearn.datasets import load_digits

    data = load_digits()
    chosen = np.sort(np.random.default_rng(seed).permutation(len(data.target))[:n_points])
    return Dataset(
        data.data[chosen] / 16,
        _one_high(data.target[chosen], 10),
        "Digits",
        "classification",
        tuple(f"dot {r},{c}" for r in range(1, 9) for c in range(1, 9)),
        tuple(str(digit) for digit in range(10)),
    )


# Helpers


def _corners(n: int) -> FloatArray:
    """All 2^n bipolar rows of n, counting up in binary, the first column the highest bit."""
    bits = np.arange(2**n)[:, None] >> np.arange(n - 1, -1, -1) & 1
    return np.asarray(2.0 * bits - 1)


def _odd(x: FloatArray) -> FloatArray:
    """+1 where an odd number of columns is +1, else -1."""
    return np.where((x > 0).sum(axis=1, keepdims=True) % 2 == 1, 1.0, -1.0)


def _halves(n_points: int) -> FloatArray:
    """Column of +1 in the first half, the larger one, and -1 in the second."""
    return np.where(np.arange(n_points)[:, None] < n_points / 2, 1.0, -1.0)


def _one_high(classes: NDArray[np.int64], count: int) -> FloatArray:
    """Rows of -1 with +1 in the column of the class."""
    return np.where(classes[:, None] == np.arange(count), 1.0, -1.0)
