"""Compare the published step control with searches along the step: success rate and cost.

`python -m benchmarks step_control` trains every problem from the same starts with every variant and
writes docs/step-control.md. A variant is a step control with a damping matrix and an initial mu.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import RESULTS
from nbn_core import Dataset, Topology, generators, run_trials
from nbn_core.training import TrialsResult

PAGE = Path(__file__).parent.parent / "docs" / "step-control.md"

RULES: dict[str, dict[str, Any]] = {
    "published": {"control": "published"},
    "line search": {"control": "line_search", "mu_start": 0.01},
    "line search, mu 10": {"control": "line_search", "mu_start": 10.0},
    "best step, mu 0.01": {"control": "best_step", "matrix": "levenberg", "mu_start": 0.01},
    "best step": {"control": "best_step", "matrix": "levenberg", "mu_start": 10.0},
    "best step, max diag": {"control": "best_step", "matrix": "max_diagonal", "mu_start": 0.3},
    "best step, max diag, mu 0.1": {
        "control": "best_step", "matrix": "max_diagonal", "mu_start": 0.1,
    },
    "published, mu 10": {"control": "published", "mu_start": 10.0},
    "published, Marquardt": {"control": "published", "matrix": "marquardt"},
}  # fmt: skip
MAIN = (
    "published", "line search", "line search, mu 10", "best step", "best step, max diag",
    "best step, max diag, mu 0.1",
)  # fmt: skip
FEW = ("published", "line search, mu 10", "best step", "best step, max diag")  # slow trainings
# hidden neurons: per cent, Wilamowski & Yu 2010 as recalled, not verified; total = hidden + 1
RECALLED = {8: 24, 9: 40, 10: 69, 11: 80, 12: 89, 13: 92, 14: 96, 15: 99}


@dataclass(frozen=True)
class Problem:
    """A network with data and the target SSE."""

    name: str
    topology: Topology
    data: Callable[[], Dataset]
    target_sse: float = 1e-2
    max_iterations: int = 300
    group: str = "parity"
    rules: tuple[str, ...] = tuple(RULES)
    most_trials: int = 10**9


def _spirals() -> list[Problem]:
    return [
        Problem(
            f"two spirals, FCC {total}",
            Topology.fcc(2, total - 1, 1, output="bipolar", gain=0.5),
            generators.two_spirals, max_iterations=1000, group="spirals",
            rules=MAIN,
        )
        for total in range(9, 17)
    ]  # fmt: skip


def _parity() -> list[Problem]:
    neurons = {4: 3, 5: 3, 6: 4, 7: 4, 8: 6, 9: 8, 10: 8, 11: 10}
    return [
        Problem(
            f"parity-{n}, FCC {total}",
            Topology.fcc(n, total - 1, 1, output="bipolar", gain=0.5),
            lambda n=n: generators.parity(n),  # type: ignore[misc]
            rules=tuple(RULES) if n < 9 else FEW,
            most_trials=100 if n < 10 else {10: 40, 11: 20}[n],
        )
        for n, total in neurons.items()
    ]


def _others() -> list[Problem]:
    def coder(inputs: int, outputs: int, hidden: int) -> Topology:
        return Topology.mlp([inputs, hidden, outputs], output="bipolar")

    return [
        Problem("encoder 8-3-3", coder(8, 3, 3), lambda: generators.encoder(3), group="others"),
        Problem("encoder 16-4-4", coder(16, 4, 4), lambda: generators.encoder(4), group="others"),
        Problem("decoder 3-4-8", coder(3, 8, 4), lambda: generators.decoder(3), group="others"),
        Problem(
            "peaks, MLP 2-12-1", Topology.mlp([2, 12, 1]), lambda: generators.peaks(200),
            target_sse=200 * 0.05**2, group="others",
        ),
    ]  # fmt: skip


PROBLEMS = [*_spirals(), *_parity(), *_others()]


def measure(
    problem: Problem, rules: list[str], n_trials: int, seed: int, threads: int
) -> dict[str, Any]:
    """Run all variants from the same starts, alternating by quarters so that load affects all."""
    data = problem.data()
    share = max(1, min(n_trials, problem.most_trials) // 4)
    parts: dict[str, list[TrialsResult]] = {name: [] for name in rules}
    with ThreadPoolExecutor(threads) as pool:
        for turn in range(4):
            for name in rules:
                parts[name].append(
                    run_trials(
                        problem.topology, data, n_trials=share,
                        seed=seed + turn, executor=pool, max_iterations=problem.max_iterations,
                        target_sse=problem.target_sse, **RULES[name],
                    )
                )  # fmt: skip
    return {name: _summary(results) for name, results in parts.items()}


def _summary(results: list[TrialsResult]) -> dict[str, Any]:
    from nbn_core.training.trials import wilson

    solved = sum(result.successes for result in results)
    trials = sum(result.n_trials for result in results)
    iterations = np.concatenate([result.iterations for result in results])
    work = sum(float(result.all_work.sum()) for result in results)
    seconds = sum(float(result.all_seconds.sum()) for result in results)
    return {
        "solved": solved, "trials": trials, "interval": wilson(solved, trials),
        "median_iterations": float(np.median(iterations)) if solved else None,
        "expected_work": work / solved if solved else None,
        "expected_seconds": seconds / solved if solved else None,
    }  # fmt: skip


# The page


def _rate(row: dict[str, Any]) -> str:
    low, high = row["interval"]
    rate = 100 * row["solved"] / row["trials"]
    return f"{rate:.0f} % [{100 * low:.0f}, {100 * high:.0f}]"


def _cost(row: dict[str, Any]) -> str:
    if row["expected_work"] is None:
        return "none solved"
    return f"{row['expected_work']:,.0f} ({1000 * row['expected_seconds']:,.0f} ms)"


def gain(rows: dict[str, Any], rule: str) -> float:
    """Return how many times cheaper a success is than with the published control."""
    ours, published = rows[rule]["expected_work"], rows["published"]["expected_work"]
    if ours is None:
        return math.nan if published is None else 0.0
    return math.inf if published is None else published / ours


def _table(results: dict[str, Any], names: list[str], cell: Callable[[dict[str, Any]], str]) -> str:
    rules = [rule for rule in RULES if any(rule in results.get(name, ()) for name in names)]
    lines = ["| problem | " + " | ".join(rules) + " |", "|---" + "|---:" * len(rules) + "|"]
    lines += [
        f"| {name} | "
        + " | ".join(cell(results[name][rule]) if rule in results[name] else "" for rule in rules)
        + " |"
        for name in names
        if name in results
    ]
    return "\n".join(lines)


def _goal(results: dict[str, Any], rule: str) -> str:
    lines = [
        "| neurons, with the output | as recalled, not verified | published rule here | "
        f"{rule} | cheaper than published |",
        "|---:|---:|---:|---:|---:|",
    ]
    for hidden, recalled in RECALLED.items():
        rows = results.get(f"two spirals, FCC {hidden + 1}")
        if rows:
            lines.append(
                f"| {hidden + 1} | {recalled} % | {_rate(rows['published'])} | "
                f"{_rate(rows[rule])} | {gain(rows, rule):.1f}x |"
            )
    return "\n".join(lines)


def _average(results: dict[str, Any], names: list[str]) -> str:
    """Return the geometric mean of the gains over the problems that both controls solve."""
    lines = [
        "| rule | cheaper than published, geometric mean | worst | best |",
        "|---|---:|---:|---:|",
    ]
    for rule in RULES:
        gains = [
            gain(results[name], rule) for name in names if name in results and rule in results[name]
        ]
        known = [value for value in gains if 0 < value < math.inf]
        lost = len([value for value in gains if value == 0.0])
        if known:
            mean = math.exp(sum(map(math.log, known)) / len(known))
            note = f" (and {lost} not solved at all)" if lost else ""
            lines.append(f"| {rule} | {mean:.2f}x{note} | {min(known):.2f}x | {max(known):.1f}x |")
    return "\n".join(lines)


def page(record: dict[str, Any]) -> str:
    """Write docs/step-control.md."""
    results = record["results"]
    groups = {
        group: [problem.name for problem in PROBLEMS if problem.group == group]
        for group in ("spirals", "parity", "others")
    }
    missing = [problem.name for problem in PROBLEMS if problem.name not in results]
    parts = [
        "# Step control of Levenberg-Marquardt: a study",
        "Written by `python -m benchmarks step_control`; do not edit by hand.",
        INTRODUCTION.format(trials=record["trials"]).strip(),
        "## Two spirals: the goal",
        _goal(results, "best step"),
        _goal(results, "best step, max diag"),
        "### Success rates", _table(results, groups["spirals"], _rate),
        "### Cost of a success", _table(results, groups["spirals"], _cost),
        "## Parity", "### Success rates", _table(results, groups["parity"], _rate),
        "### Cost of a success", _table(results, groups["parity"], _cost),
        "## Encoders, decoder and peaks",
        "### Success rates", _table(results, groups["others"], _rate),
        "### Cost of a success", _table(results, groups["others"], _cost),
        "## Everything in one figure",
        *(f"{group.capitalize()}:\n\n{_average(results, groups[group])}" for group in groups),
        NOTES.strip(),
        *([f"Not measured yet: {', '.join(missing)}."] if missing else []),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


INTRODUCTION = """
{trials} starts for each rule and problem (parity 4 to 9: 100, parity-10: 40, parity-11: 20), the
same for all rules, weights U(-1, 1). A success reaches the target SSE (0.01; peaks an RMSE of 0.05)
within 1,000 iterations (spirals) or 300. Spirals and parity: bipolar neurons with gain 0.5
everywhere; coders bipolar with gain 1; peaks with a linear output. Rates are followed by Wilson's
95 % interval. The cost is what a success takes with restarts allowed: the work of all trials
divided by successes, in forward-equivalents (multiplications of one pass over all patterns) and in
computing time of one thread. The time was taken on a busy machine and is not comparable from run to
run; forward-equivalents are.

## The rules

`published`: mu from 0.01, divided by 10 after a success, multiplied by 10 after a failure.
`line search`: one solution for each Q; the step is halved until the SSE falls; mu moves slowly,
x 0.8 after a long step, x 1.25 after a short one. `best step`: the same, but halving goes on as
long as the SSE still falls, the best is taken, mu is divided by 4 after a whole step, and mu starts
at 10. `max diag`: damping by mu times the largest entry of the diagonal of Q, mu from 0.3. Other
variants change the first mu or the damping matrix. In calls:
`train(..., control="best_step", matrix="max_diagonal", mu_start=0.3)`.
"""

NOTES = """
## What was tried on the way, and what it says

Short runs of 40 to 60 starts on spirals of 9, 10, 13 and 16 neurons, before the rules above were
settled; not repeated by the command.

* Published rule with mu from 1, x 2 / ÷ 2: 6 of 40 at 10 neurons (published 13), 25 of 40 at 13
  (published 19). Nielsen's gain ratio: 2 and 13. No gain at both sizes.
* A floor of 1e-3 or 1e-2 under mu in the line search: 6 and 7 of 40 at 10 neurons (without 7), 33
  and 26 of 40 at 13 (without 33).
* Damping by the diagonal of Q (Marquardt), by its running maximum (More) or by its square root:
  worse on spirals. Marquardt 0 of 40 at both sizes and with both controls; More 0 to 5; the root,
  with the line search, 5 and 10. Where a neuron saturates its entry of the diagonal vanishes, and
  with it the damping that would keep it from running away.
* The first mu matters more than the search: the line search from 0.01 finds 7 of 40 at 10 neurons,
  from 10 it finds 27 of 40. A long first step saturates neurons, and nothing brings them back.
* Slower shrinking (0.9), first mu 100 or 1,000: the same rates at a higher cost.

* Best step with mu shrunk by 0.8 even after a whole step: on spirals 25, 49, 72, 79, 88, 99, 96 and
  97 of 100 with max diag and first mu 0.3, the same rates as now; but on the built-in problems of
  the app, whose networks are larger than they need be, 1.7 times as many iterations. Dividing by 2,
  4 or 10 after a whole step was compared on other starts: 4 was taken, 10 is as cheap and loses a
  little on parity.

## The verdict

Goal: on two spirals every size from 9 to 16 neurons above the published rate as recalled, and a
success at a third of the published rule's cost.

* The cost is met at every size, by best step with either matrix.
* The rate of best step with max diag is above the recalled one from 9 to 15 neurons, and at 16 half
  a start in a hundred below it (98.5 against 99), which cannot be told from chance. With mu from
  0.1 it is equal at 11 and 16 and half a start below at 13; with mu I equal at 11 and one start
  below at 16.

The published rule as we run it (gain 0.5, no leak) does not reach the recalled rates at any size,
so the recalled figures were taken with settings we do not know.

Chosen is best step with max diag, first mu 0.3: on spirals as good as any; on parity the only
search that is not dearer than the published rule by much or at all (parity-4), while those with
mu I are, as they do not give up; on coders and peaks the cheapest or near it. Its damping does not
depend on the scale of data, patterns and outputs. `train`, `run_trials` and new experiments use it
if nothing else is said. The published rule is one word away, `control="published"`, and in the
list of "Step control" on the Draw page; files saved without a control mean the published rule and
train to the same bits as before.
"""


def main() -> None:
    """Measure, print the tables and write the document."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks step_control", description=__doc__)
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", nargs="*", help="parts of names of problems")
    parser.add_argument("--rules", nargs="*", help="measure these again and keep the others")
    parser.add_argument("--page", action="store_true", help="write the page again, measure nothing")
    given = parser.parse_args()
    file = RESULTS / "step_control.json"
    known = json.loads(file.read_text()) if file.exists() else {}
    if not given.page:
        if known.get("trials") != given.trials or known.get("seed") != given.seed:
            known = {"trials": given.trials, "seed": given.seed, "results": {}}
        RESULTS.mkdir(exist_ok=True)
        for problem in PROBLEMS:
            if given.only and not any(part in problem.name for part in given.only):
                continue
            began = time.perf_counter()
            rules = [rule for rule in problem.rules if not given.rules or rule in given.rules]
            rows = measure(problem, rules, given.trials, given.seed, given.threads)
            kept = known["results"].get(problem.name, {}) if given.rules else {}
            known["results"][problem.name] = {**kept, **rows}
            print(f"{problem.name} ({time.perf_counter() - began:.0f} s)", flush=True)
            for rule, row in rows.items():
                print(f"  {rule:22} {_rate(row):18} {_cost(row)}", flush=True)
            file.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(known))


if __name__ == "__main__":
    main()
