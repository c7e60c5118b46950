"""Compare NBNRegressor with MLPRegressor (lbfgs, adam) at equal numbers of weights.

    python -m benchmarks estimators [--seeds 10] [--patterns 500]

There are four functions: Friedman #1 to #3 with the noise of Breiman 1996, and one modelled on
California housing (eight columns of very different scale, a capped target; generated, nothing is
downloaded). Each seed gives new patterns and new starting weights. All models get standardised
inputs and targets and their libraries' default settings except for the maximum iterations. The
error is the RMSE on 5,000 patterns without noise, divided by the standard deviation of the targets:
1 is no better than the mean. Time is processor time on one thread. All results are written to
docs/estimators.md.
"""

from __future__ import annotations

import argparse
import os

for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_variable] = "1"

import platform  # noqa: E402
import time  # noqa: E402
import warnings  # noqa: E402
from collections.abc import Callable, Iterator  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any, NamedTuple  # noqa: E402

import numpy as np  # noqa: E402
import sklearn  # noqa: E402
from numpy.typing import NDArray  # noqa: E402
from sklearn.compose import TransformedTargetRegressor  # noqa: E402
from sklearn.datasets import make_friedman1, make_friedman2, make_friedman3  # noqa: E402
from sklearn.neural_network import MLPRegressor  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402

from nbn_core import Topology  # noqa: E402
from nbn_core.estimators import NBNRegressor  # noqa: E402

Array = NDArray[np.float64]
DOCUMENT = Path(__file__).parent.parent / "docs" / "estimators.md"
TEST = 5_000
HIDDEN = (5, 10, 20)


class Result(NamedTuple):
    """The result of one fit."""

    error: float
    seconds: float
    iterations: int


def california(n: int, noise: float, seed: int) -> tuple[Array, Array]:
    """Generate districts: income, age, rooms, bedrooms, people, occupancy, latitude, longitude."""
    draw = np.random.default_rng(seed)
    income = draw.lognormal(1.25, 0.45, n)
    age = draw.integers(1, 53, n).astype(float)
    rooms = 3.0 + 0.6 * income + draw.lognormal(0.0, 0.4, n)
    bedrooms = 1.0 + draw.lognormal(-2.5, 0.6, n)
    people = draw.lognormal(7.0, 0.7, n)
    occupancy = 1.5 + draw.lognormal(0.3, 0.4, n)
    latitude = draw.uniform(32.5, 42.0, n)
    longitude = -124.0 + (42.0 - latitude) * 0.9 + draw.uniform(0.0, 3.0, n)
    coast = np.exp(-np.abs(longitude + 124.0 - (42.0 - latitude) * 0.9) / 0.8)
    cities = np.exp(-((latitude - 34.0) ** 2) / 0.3) + np.exp(-((latitude - 37.7) ** 2) / 0.2)
    value = 0.42 * income + 1.3 * coast * (0.4 + cities) + 0.006 * age
    value -= 0.25 * np.log(occupancy) * np.sqrt(income) - 0.04 * rooms / bedrooms
    value = np.minimum(value, 5.0) + noise * draw.standard_normal(n)
    columns = (income, age, rooms, bedrooms, people, occupancy, latitude, longitude)
    return np.stack(columns, axis=1), value


def friedman(make: Callable[..., tuple[Array, Array]]) -> Callable[[int, float, int], Any]:
    return lambda n, noise, seed: make(n_samples=n, noise=noise, random_state=seed)


PROBLEMS: dict[str, tuple[Callable[[int, float, int], tuple[Array, Array]], float]] = {
    "Friedman #1": (friedman(make_friedman1), 1.0),
    "Friedman #2": (friedman(make_friedman2), 125.0),
    "Friedman #3": (friedman(make_friedman3), 0.1),
    "California-like": (california, 0.3),
}


def scaled(model: MLPRegressor) -> TransformedTargetRegressor:
    return TransformedTargetRegressor(
        make_pipeline(StandardScaler(), model), transformer=StandardScaler()
    )


def cascade(n_inputs: int, n_weights: int) -> int:
    """Return the hidden neurons of the largest cascade with no more weights."""
    hidden = 1
    while Topology.fcc(n_inputs, hidden + 1, 1).n_weights <= n_weights:
        hidden += 1
    return hidden


def models(n_inputs: int, hidden: int, seed: int) -> Iterator[tuple[str, int, Any]]:
    """Yield name, number of weights, and model."""
    count = Topology.slp(n_inputs, hidden, 1).n_weights
    deep = cascade(n_inputs, count)
    yield "NBN", count, NBNRegressor("slp", hidden=hidden, random_state=seed)
    fcc = Topology.fcc(n_inputs, deep, 1).n_weights
    yield "NBN, cascade", fcc, NBNRegressor("fcc", hidden=deep, random_state=seed)
    for solver in ("lbfgs", "adam"):
        model = MLPRegressor(
            hidden_layer_sizes=(hidden,), activation="tanh", solver=solver, max_iter=5_000,
            max_fun=10**6, random_state=seed,
        )  # fmt: skip
        yield f"MLP, {solver}", count, scaled(model)


def fitted(model: Any, train: tuple[Array, Array], test: tuple[Array, Array]) -> Result:
    began = time.process_time()
    model.fit(*train)
    seconds = time.process_time() - began
    error = float(np.sqrt(np.mean((model.predict(test[0]) - test[1]) ** 2)) / np.std(test[1]))
    inner = model.regressor_[-1] if isinstance(model, TransformedTargetRegressor) else model
    return Result(error, seconds, int(inner.n_iter_))


def measure(patterns: int, seeds: int) -> dict[tuple[str, int, str, int], list[Result]]:
    """Return all fits, by problem, hidden neurons, model and number of weights."""
    found: dict[tuple[str, int, str, int], list[Result]] = {}
    for name, (make, noise) in PROBLEMS.items():
        for hidden in HIDDEN:
            for seed in range(seeds):
                train = make(patterns, noise, 2 * seed)
                test = make(TEST, 0.0, 2 * seed + 1)
                for model, count, estimator in models(train[0].shape[1], hidden, seed):
                    result = fitted(estimator, train, test)
                    found.setdefault((name, hidden, model, count), []).append(result)
            for key, results in found.items():
                if key[:2] == (name, hidden):
                    print(f"{name:16} {hidden:3} {key[2]:13} {line(results)}", flush=True)
    return found


def line(results: list[Result]) -> str:
    errors = np.array([result.error for result in results])
    low, middle, high = np.percentile(errors, (25, 50, 75))
    seconds = np.median([result.seconds for result in results])
    iterations = int(np.median([result.iterations for result in results]))
    return f"{middle:.3f} | {low:.3f} to {high:.3f} | {seconds:.2f} s | {iterations:,}"


def document(found: dict[tuple[str, int, str, int], list[Result]], patterns: int) -> str:
    seeds = len(next(iter(found.values())))
    rows = [
        f"| {name} | {hidden} | {model} | {count} | {line(results)} |"
        for (name, hidden, model, count), results in found.items()
    ]
    return "\n".join([
        "# NBNRegressor beside MLPRegressor",
        "",
        "Written by `python -m benchmarks estimators`; the measurements are described in "
        "[benchmarks/estimators.py](../benchmarks/estimators.py).",
        "",
        f"{patterns} noisy patterns train, {TEST:,} without noise test; {seeds} seeds, each with "
        "other patterns and other starting weights. Error: root mean square over the standard "
        "deviation of the targets, median and middle half of the seeds. Time: processor time, one "
        f"thread, median. scikit-learn {sklearn.__version__}, NumPy {np.__version__}, "
        f"{platform.machine()}.",
        "",
        "| problem | hidden | model | weights | error | middle half | time | iterations |",
        "|---|---|---|---|---|---|---|---|",
        *rows,
        "",
        *verdict(found),
    ])  # fmt: skip


def verdict(found: dict[tuple[str, int, str, int], list[Result]]) -> list[str]:
    """Count the seeds for which NBN has the smaller error, and those for which it is faster."""
    lines = ["## Seed by seed", ""]
    for other in ("MLP, lbfgs", "MLP, adam"):
        for own in ("NBN", "NBN, cascade"):
            better = faster = total = 0
            for (name, hidden, model, _), results in found.items():
                if model != own:
                    continue
                rivals = next(r for k, r in found.items() if k[:3] == (name, hidden, other))
                better += sum(a.error < b.error for a, b in zip(results, rivals, strict=True))
                faster += sum(a.seconds < b.seconds for a, b in zip(results, rivals, strict=True))
                total += len(results)
            lines.append(
                f"- {own} against {other}: smaller error in {better} of {total} fits, less time in "
                f"{faster}."
            )
    return [*lines, ""]


def main() -> None:
    """Measure, print the table and write the document."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--patterns", type=int, default=500)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    NBNRegressor(hidden=1, max_iterations=2).fit([[0.0], [1.0], [2.0]], [0.0, 1.0, 0.0])  # compiles
    began = time.perf_counter()
    text = document(measure(options.patterns, options.seeds), options.patterns)
    DOCUMENT.write_text(text, encoding="utf-8")
    print(f"{DOCUMENT.name} written after {time.perf_counter() - began:.0f} s.")


if __name__ == "__main__":
    main()
