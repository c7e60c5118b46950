"""Compare the time of one NBN iteration with its lower bound: dsyrk and Cholesky of its size.

    python -m benchmarks floor [--rounds 9] [--all]

The lower bound only multiplies an existing Jacobian by its transpose, with SciPy's BLAS on one
thread, and factors the result once. An iteration of NBN evaluates the network, computes its
derivatives, sums g and Q without a Jacobian, factors and tries steps, including rejected attempts.
Both are measured alternately in the same run, as processor time of this thread, so that other load
on the machine affects both equally; the table has medians. With --all every method is measured, not
only the one that "auto" selects.
"""

from __future__ import annotations

import argparse
import os

for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_variable] = "1"

import statistics  # noqa: E402
import time  # noqa: E402
from typing import NamedTuple  # noqa: E402

import numpy as np  # noqa: E402
from scipy.linalg import blas, lapack  # noqa: E402

from nbn_core import Dataset, Topology, Training, generators, initial_weights  # noqa: E402
from nbn_core.objective import Objective  # noqa: E402
from nbn_core.objective.methods import METHODS  # noqa: E402


class Task(NamedTuple):
    """A network with data, the ratio aimed at, and how often to repeat a short measurement."""

    name: str
    topology: Topology
    dataset: Dataset
    goal: float | None
    repeats: int


def smooth(n_inputs: int, n_patterns: int) -> Dataset:
    """Return patterns of an arbitrary smooth function; only their number matters."""
    generator = np.random.default_rng(0)
    inputs = generator.uniform(-1, 1, (n_patterns, n_inputs))
    return Dataset(inputs, np.sin(inputs.sum(axis=1, keepdims=True) * 3) * inputs[:, :1])


def tasks() -> list[Task]:
    return [
        Task("parity-7, 7-7-1", Topology.mlp([7, 7, 1]), generators.parity(7), None, 20),
        Task("peaks, 2-30-1", Topology.mlp([2, 30, 1]), generators.peaks(2000), 1.5, 2),
        Task("8-40-1, P = 4000", Topology.mlp([8, 40, 1]), smooth(8, 4000), 1.3, 1),
        Task("digits, 64-16-10", Topology.mlp([64, 16, 10]), generators.digits(1797), 0.35, 1),
    ]


def floor(jacobian: np.ndarray, repeats: int) -> float:
    began = time.thread_time()
    for _ in range(repeats):
        matrix = blas.dsyrk(1.0, jacobian)
        matrix[np.diag_indices_from(matrix)] += 1.0
        lapack.dpotrf(matrix, overwrite_a=1)
    return (time.thread_time() - began) / repeats


def iteration(task: Task, method: str, seed: int) -> float:
    training = Training(
        task.topology, task.dataset, seed=seed, target_sse=0.0, max_iterations=10**6, method=method
    )
    training.advance(1)
    began = time.thread_time()
    training.advance(2 * task.repeats)
    spent = time.thread_time() - began
    return spent / max(1, training.iteration - 1)


def measure(task: Task, methods: list[str], rounds: int) -> None:
    objective = Objective(task.topology, task.dataset)
    jacobian = np.asfortranarray(objective.jacobian(initial_weights(task.topology)).T)
    for method in methods:
        iteration(task, method, 0)
    floors: list[float] = []
    times: dict[str, list[float]] = {method: [] for method in methods}
    for round_ in range(rounds):
        floors.append(floor(jacobian, task.repeats))
        for method in methods:
            times[method].append(iteration(task, method, round_))
    bare = statistics.median(floors)
    for method in methods:
        median = statistics.median(times[method])
        name = objective.method_for() + " (auto)" if method == "auto" else method
        goal = "" if task.goal is None else f"{task.goal:.2f}"
        print(
            f"{task.name:18} {task.topology.n_weights:5} {name:16} {1e3 * median:9.3f} "
            f"{1e3 * bare:9.3f} {median / bare:6.2f} {goal:>6}",
            flush=True,
        )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--all", action="store_true", help="every method, not only auto")
    options = parser.parse_args()
    print(f"{'task':18} {'N':>5} {'method':16} {'ms':>9} {'floor ms':>9} {'ratio':>6} {'goal':>6}")
    for task in tasks():
        measure(task, list(METHODS if options.all else METHODS[:1]), options.rounds)


if __name__ == "__main__":
    main()
