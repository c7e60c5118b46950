"""Compare step controls and starts: success rate, cost, and least squares beside MINPACK.

`python -m benchmarks step_control` trains every problem from the same seeds with every variant,
fits the reference problems of NIST and badly scaled data, and writes docs/step-control.md.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks import RESULTS
from benchmarks.step_control import further, least_squares
from benchmarks.step_control.further import IDEAS
from benchmarks.step_control.page import page
from benchmarks.step_control.problems import Problem, fresh, known
from nbn_core import run_trials
from nbn_core.training.trials import wilson

PAGE = Path(__file__).parents[2] / "docs" / "step-control.md"
FILE = RESULTS / "step_control.json"

# Name: scheme of the starting weights, settings of NBN
VARIANTS: dict[str, tuple[str, dict[str, Any]]] = {
    "adaptive": ("data", {}),
    "default before": ("uniform", {"control": "best_step"}),
    "published": ("uniform", {"control": "published"}),
    "adaptive, no plateau": ("data", {"plateau": 0}),
    "adaptive, uniform start": ("uniform", {}),
    "adaptive, fan-in start": ("fan_in", {}),
    "best step, data start": ("data", {"control": "best_step"}),
}


def measure(problem: Problem, variant: str, seed: int, pool: ThreadPoolExecutor) -> dict[str, Any]:
    """Train a problem from its starts with one variant."""
    scheme, settings = VARIANTS[variant]
    result = run_trials(
        problem.topology, problem.data(), n_trials=problem.trials, seed=seed, executor=pool,
        scheme=scheme, max_iterations=problem.max_iterations, target_sse=problem.target_sse,
        **settings,
    )  # fmt: skip
    return {
        "trials": result.n_trials,
        "solved": result.successes,
        "interval": wilson(result.successes, result.n_trials),
        # Half a success for none, so that every cost is a number
        "cost": float(result.all_work.sum()) / max(0.5, result.successes),
    }


def main() -> None:
    """Measure, print and write the document."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks step_control", description=__doc__)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", nargs="*", help="parts of names of problems")
    parser.add_argument("--variants", nargs="*", choices=VARIANTS, help="keep the other results")
    parser.add_argument("--fits", action="store_true", help="measure the fits beside MINPACK alone")
    parser.add_argument("--further", action="store_true", help="measure further controls alone")
    parser.add_argument("--page", action="store_true", help="write the page again, measure nothing")
    given = parser.parse_args()
    record = json.loads(FILE.read_text()) if FILE.exists() else {}
    if record.get("seed") != given.seed:
        record = {"seed": given.seed, "results": {}}
    if given.further:
        _measure_further(record, given)
    elif not given.page:
        _measure_all(record, given)
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(record, list(VARIANTS), [*known(), *fresh()]))


def _measure_all(record: dict[str, Any], given: argparse.Namespace) -> None:
    RESULTS.mkdir(exist_ok=True)
    with ThreadPoolExecutor(given.threads) as pool:
        for problem in () if given.fits else (*known(), *fresh()):
            if given.only and not any(part in problem.name for part in given.only):
                continue
            for variant in given.variants or VARIANTS:
                began = time.perf_counter()
                row = measure(problem, variant, given.seed, pool)
                record["results"].setdefault(problem.name, {})[variant] = row
                print(
                    f"{problem.name:28} {variant:24} {row['solved']:4}/{row['trials']:<4} "
                    f"{row['cost']:14,.0f} ({time.perf_counter() - began:.0f} s)",
                    flush=True,
                )
                _write(record)
    if not given.only and not given.variants:
        record["nist"] = least_squares.nist()
        record["scaled"] = least_squares.badly_scaled()
        _write(record)
        _measure_further(record, given)


def _measure_further(record: dict[str, Any], given: argparse.Namespace) -> None:
    for problem in (*known(), *fresh()):
        if given.only and not any(part in problem.name for part in given.only):
            continue
        rows = {name: further.measure(problem, idea, given.seed) for name, idea in IDEAS.items()}
        record.setdefault("further", {})[problem.name] = rows
        print(
            problem.name,
            *(f"{row['solved']}: {row['cost']:,.0f}" for row in rows.values()),
            flush=True,
        )
        _write(record)


def _write(record: dict[str, Any]) -> None:
    FILE.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
