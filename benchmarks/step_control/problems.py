"""Problems of the study: networks with data and the SSE that counts as a success."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris

from nbn_core import Dataset, Topology, generators
from nbn_core.generators.encoding import one_high


@dataclass(frozen=True)
class Problem:
    """A network with data, the target SSE, and how many starts are trained.

    `group` is "known" for the problems on which the default was tuned, "fresh" for others, and
    "raw" for others whose columns are in the units in which they were measured.
    """

    name: str
    topology: Topology
    data: Callable[[], Dataset]
    target_sse: float = 0.01
    trials: int = 200
    max_iterations: int = 400
    group: str = "fresh"


def _share(make: Callable[[], Dataset], share: float) -> float:
    """Return an SSE: a share of that of the mean."""
    targets = make().targets
    return share * float(((targets - targets.mean(axis=0)) ** 2).sum())


def _bipolar(sizes: list[int]) -> Topology:
    return Topology.mlp(sizes, output="bipolar")


def _cascade(inputs: int, neurons: int, gain: float = 1.0) -> Topology:
    return Topology.fcc(inputs, neurons - 1, 1, output="bipolar", gain=gain)


def playground_half() -> Dataset:
    """Return the training half of the Playground's spiral."""
    return generators.playground_spiral().split(0.5)[0]


def known() -> list[Problem]:
    """Return the problems on which the default was tuned."""
    spirals = generators.two_spirals

    def parity(n: int) -> Callable[[], Dataset]:
        return lambda: generators.parity(n)

    return [
        Problem(name, topology, data, target, trials, 400, "known")
        for name, topology, data, target, trials in (
            ("parity-7, FCC 4", Topology.fcc(7, 3, 1), parity(7), 0.01, 300),
            ("parity-7, FCC 3", Topology.fcc(7, 2, 1), parity(7), 0.01, 300),
            ("parity-4, FCC 3", Topology.fcc(4, 2, 1), parity(4), 0.01, 300),
            ("spirals, FCC 9", _cascade(2, 9), spirals, 0.01, 60),
            ("spirals, FCC 12", _cascade(2, 12), spirals, 0.01, 60),
            ("spirals, 2-10-10-1", _bipolar([2, 10, 10, 1]), spirals, 1.0, 30),
            ("Playground, 2-8-8-1", _bipolar([2, 8, 8, 1]), playground_half, 1.0, 60),
        )
    ]


def fresh() -> list[Problem]:
    """Return problems on which nothing was tuned."""

    def parity(n: int, topology: Topology, name: str, trials: int = 200) -> Problem:
        return Problem(f"parity-{n}, {name}", topology, lambda: generators.parity(n), trials=trials)

    return [
        parity(3, _cascade(3, 2), "FCC 2"),
        parity(5, _cascade(5, 4), "FCC 4"),
        parity(5, _bipolar([5, 5, 1]), "5-5-1"),
        parity(6, _cascade(6, 3), "FCC 3"),
        parity(8, _cascade(8, 4), "FCC 4"),
        parity(8, _cascade(8, 7), "FCC 7", 60),
        parity(9, _cascade(9, 5), "FCC 5", 60),
        parity(10, _cascade(10, 8, 0.5), "FCC 8", 20),
        parity(11, _cascade(11, 10, 0.5), "FCC 10", 10),
        Problem("spirals, FCC 8", _cascade(2, 8), generators.two_spirals, trials=100),
        Problem("spirals, FCC 11, gain 0.5", _cascade(2, 11, 0.5), generators.two_spirals,
                trials=100),
        Problem("spirals, FCC 15", _cascade(2, 15), generators.two_spirals, trials=60),
        Problem("spirals, 2-14-6-1", _bipolar([2, 14, 6, 1]), generators.two_spirals, 1.0, 30),
        Problem("checkerboard, 2-12-12-1", _bipolar([2, 12, 12, 1]),
                lambda: generators.checkerboard(200, 4), 4.0, 30),
        Problem("encoder 16-4-16", _bipolar([16, 4, 16]), _encoder, 0.01, 40),
        Problem("decoder 4-8-16", _bipolar([4, 8, 16]), lambda: generators.decoder(4), 0.01, 60),
        Problem("peaks, 2-20-1", Topology.mlp([2, 20, 1]), _peaks, _share(_peaks, 0.01), 60),
        Problem("control surface, 2-6-1", Topology.mlp([2, 6, 1]), generators.control_surface,
                _share(generators.control_surface, 0.01), 100),
        Problem("sine, 1-5-1", Topology.mlp([1, 5, 1]), _sine, _share(_sine, 0.001), 200),
        Problem("iris in cm, 4-3-3", _bipolar([4, 3, 3]), _iris, 8.0, 100, group="raw"),
        Problem("breast cancer, 30-2-1", _bipolar([30, 2, 1]), _cancer, 30.0, 40, group="raw"),
        Problem("diabetes, 10-4-1", Topology.mlp([10, 4, 1]), _diabetes,
                _share(_diabetes, 0.42), 60, group="raw"),
        Problem("flow in SI units, 3-5-1", Topology.mlp([3, 5, 1]), _flow,
                _share(_flow, 0.002), 100, group="raw"),
    ]  # fmt: skip


def _encoder() -> Dataset:
    return Dataset(2.0 * np.eye(16) - 1.0, 2.0 * np.eye(16) - 1.0)


def _peaks() -> Dataset:
    return generators.peaks(300, seed=5)


def _sine() -> Dataset:
    x = np.linspace(-1.0, 1.0, 60)[:, None]
    return Dataset(x, np.sin(5.0 * x), kind="regression")


def _iris() -> Dataset:
    data = load_iris()
    return Dataset(data.data, one_high(data.target, 3), kind="classification")


def _cancer() -> Dataset:
    data = load_breast_cancer()
    return Dataset(data.data, 2.0 * data.target[:, None] - 1.0, kind="classification")


def _diabetes() -> Dataset:
    data = load_diabetes(scaled=False)
    return Dataset(data.data, data.target[:, None], kind="regression")


def _flow() -> Dataset:
    """Return the pressure drop in a pipe: pascals, from litres, metres and pascal seconds."""
    random = np.random.default_rng(11)
    flow = random.uniform(1e-5, 1e-4, 120)
    length = random.uniform(10.0, 2000.0, 120)
    viscosity = random.uniform(5e-4, 5e-3, 120)
    drop = 128.0 * viscosity * length * flow / (np.pi * 0.02**4)
    return Dataset(np.c_[flow, length, viscosity], drop[:, None], kind="regression")
