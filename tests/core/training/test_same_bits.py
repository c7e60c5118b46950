"""Training is bit-identical for any time slices, and in any thread, process and machine."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nbn_core import Topology
from nbn_core.objective.methods import METHODS
from tests.cases import Case, noise
from tests.runs import RUNS, finish, numbers, runs_of


@pytest.mark.parametrize("case", RUNS, ids=lambda case: case.name)
def test_single_steps_equal_one_run(case: Case) -> None:
    whole = numbers(finish(runs_of(case)).trace())
    steps = runs_of(case)
    for k in range(1, 21):
        steps.advance(1)
        if steps.stop is not None:
            break
        assert steps.iteration == k
    assert numbers(steps.trace()) == whole
    slices = runs_of(case)
    while slices.stop is None:
        slices.advance(seconds=1e-9)
    assert numbers(slices.trace()) == whole
    longer = runs_of(case, max_iterations=7)
    finish(longer).extend(20)
    assert numbers(finish(longer).trace()) == whole


def test_a_slice_may_end_anywhere_in_an_iteration() -> None:
    """The kernel returns after any block of patterns or panel of the factor, here after each."""
    case = Case("many", Topology.mlp([3, 12, 2]), noise(Topology.mlp([3, 12, 2]), 300))
    whole = runs_of(case, max_iterations=5)
    pieces = runs_of(case, max_iterations=5)
    pieces._state.options = pieces._state.options._replace(
        accumulate_work=1e30, factor_work=1e30, forward_work=1e30
    )
    assert numbers(finish(pieces).trace()) == numbers(finish(whole).trace())


def test_threads_give_the_same_bits() -> None:
    def run(case: Case) -> bytes:
        return numbers(finish(runs_of(case)).trace())

    alone = [run(case) for case in RUNS]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(run, RUNS * 4)) == alone * 4


def fingerprint(cases: list[Case], **settings) -> str:
    digest = hashlib.sha256()
    for case in cases:
        digest.update(numbers(finish(runs_of(case, **settings)).trace()))
        for method in METHODS:
            result = case.objective.normal_equations(case.weights, method)
            digest.update(result.quasi_hessian.tobytes() + result.gradient.tobytes())
        digest.update(case.objective.jacobian(case.weights).tobytes())
    return digest.hexdigest()


ELSEWHERE = """
import warnings
warnings.simplefilter("error")
from nbn_core import train
from tests.core.training.test_same_bits import fingerprint
from tests.runs import RUNS
train(RUNS[0].topology, RUNS[0].dataset, "lm", max_iterations=2)
print(fingerprint(RUNS[:{count}], max_iterations={iterations}))
"""


def test_other_processes_machines_and_bounds_checks_give_the_same_bits(
    root: Path, tmp_path: Path
) -> None:
    """Cases: empty cache, no wide registers, bounds checks, and no compiler."""
    plain = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}
    jobs = {
        "cold": ({}, len(RUNS), 20),
        "plain and checked": (plain | {"NUMBA_BOUNDSCHECK": "1"}, len(RUNS), 20),
        "interpreted": ({"NUMBA_DISABLE_JIT": "1"}, 2, 4),
    }
    running = {
        name: subprocess.Popen(
            [sys.executable, "-c", ELSEWHERE.format(count=count, iterations=iterations)],
            cwd=root,
            env=os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / name)} | changes,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name, (changes, count, iterations) in jobs.items()
    }
    printed = {name: process.communicate()[0].strip() for name, process in running.items()}
    expected = {
        name: fingerprint(RUNS[:count], max_iterations=iterations)
        for name, (_, count, iterations) in jobs.items()
    }
    assert printed == expected
