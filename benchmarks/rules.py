"""Compare the learning rules on parity, spirals and digits with published results.

`python -m benchmarks rules` writes `docs/rules.md`; `--only parity fcc` selects parts, `--page`
writes the document again from stored results. Work is counted in forward-equivalents and does not
depend on the machine; times are processor times of one thread on a machine that may be busy.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import RESULTS
from benchmarks.tables import with_table
from nbn_core import Dataset, StopReason, Topology, Training, generators
from nbn_core.training.trials import wilson

PAGE = Path(__file__).parent.parent / "docs" / "rules.md"
FILE = RESULTS / "rules.json"
FIRST_SEED = 7001
SECOND_ORDER = ("nbn", "lm", "block_lm")
PLAYGROUND = {"batch_size": 10}
BEST = {"control": "best_step"}
# name of the row, rule, settings, figure of the prototypes
PARITY: list[tuple[str, str, dict[str, Any], str]] = [
    ("NBN, best step", "nbn", BEST, "–"),
    ("NBN, published", "nbn", {"control": "published"}, "–"),
    ("LM", "lm", {}, "28/30, 61"),
    ("block LM, per neuron, damping", "block_lm", {"blocks": "neuron", "control": "damping"},
     "27/30, 235"),
    ("block LM, per level, damping", "block_lm", {"control": "damping"}, "24/30, 128"),
    ("block LM, per level, line search", "block_lm", {}, "5/30, 239"),
    ("gradient descent, rate 2", "gd", {"rate": 2.0}, "15/30, 1,230"),
    ("Adam, rate 0.05", "adam", {"rate": 0.05}, "23/30, 5,610"),
    ("Rprop", "rprop", {}, "7/30, 150"),
    ("L-BFGS", "lbfgs", {}, "4/20"),
    ("DFA, plain, rate 1", "dfa", {"optimiser": "sgd", "rate": 1.0}, "20/30, 670"),
    ("forward gradient, weights", "forward_gradient", {"moved": "weights"}, "9/30, 2,480"),
    ("forward gradient, activities", "forward_gradient", {}, "11/30, 6,480"),
    ("SPSA", "spsa", {}, "9/30, 3,340"),
    ("HiZOO", "hizoo", {}, "6/30, 9,315"),
    ("predictive coding, T = 8", "predictive_coding", {"steps": 8}, "4/30, 2,250"),
]  # fmt: skip
FCC: list[tuple[str, str, dict[str, Any], str]] = [
    ("NBN, best step", "nbn", BEST, "29/30, 188 (line search)"),
    ("LM", "lm", {}, "9/10, 751; 21/30, 971"),
    ("block LM, per neuron, line search", "block_lm", {"blocks": "neuron"}, "0/12"),
    ("Adam, rate 0.01", "adam", {"rate": 0.01}, "3/10, 6,750"),
    ("Rprop", "rprop", {}, "0/10"),
    ("L-BFGS", "lbfgs", {}, "0/6"),
]
SPIRAL: list[tuple[str, str, dict[str, Any], str]] = [
    ("NBN, best step", "nbn", BEST, ""),
    ("EBP, Playground's rate and batches", "ebp", {**PLAYGROUND, "rate": 0.03}, ""),
    ("Adam, rate 0.01, batches of 10", "adam", {**PLAYGROUND, "rate": 0.01}, ""),
]
DIGITS: list[tuple[str, tuple[int, ...], str, dict[str, Any], int, str]] = [
    ("backpropagation with Adam", (48,), "adam", {"rate": 0.005, "batch_size": 32}, 40, "97.9"),
    ("DFA", (48,), "dfa", {"rate": 0.003, "batch_size": 32}, 40, "96.5"),
    ("predictive coding", (48,), "predictive_coding", {"rate": 0.005, "batch_size": 32}, 40,
     "97.6"),
    ("forward gradient, activities", (48,), "forward_gradient", {"rate": 0.003, "batch_size": 32},
     40, "95.9"),
    ("forward gradient, weights", (48,), "forward_gradient",
     {"rate": 0.003, "batch_size": 32, "moved": "weights"}, 40, "57.8"),
    ("SPSA", (48,), "spsa", {"batch_size": 32}, 40, "57.7 (75 tuned)"),
    ("Mono-Forward", (48, 32), "mono_forward", {"rate": 0.005, "batch_size": 32}, 40, "98.7"),
    ("block-local, K = 2", (48, 32), "block_local", {"rate": 0.005, "batch_size": 32}, 40, "98.7"),
    ("NoProp-DT", (48, 32), "noprop", {"rate": 0.005, "batch_size": 32}, 40, "98.9"),
    ("Forward-Forward, pairs", (64, 64), "forward_forward", {"batch_size": 100}, 100, "98.2"),
]  # fmt: skip


def finished(training: Training, budget: float) -> None:
    """Train to the end, or until the budget of work is spent."""
    while training.stop is None:
        training.advance(seconds=0.03)
        work = training.trace().work
        if len(work) and work[-1] >= budget:
            return


def right_at(training: Training, data: Dataset) -> int | None:
    """Return the first row of the trace in which all signs are correct."""
    trace, network = training.trace(), training.objective.network
    for k in range(len(trace)):
        if trace.sse[k] < data.n_patterns:  # so it is if every error is under 1
            nodes = network.activations(trace.weights[k], data.inputs)
            outputs = nodes[:, network.n_inputs + network.outputs]
            if ((outputs > 0) == (data.targets > 0)).all():
                return k
    return None


def race(
    topology: Topology, data: Callable[[int], Dataset], rows: list[Any], seeds: int, budget: float,
    target: Callable[[Dataset], float], *, by_sign: bool,
) -> list[dict[str, Any]]:  # fmt: skip
    """Train every row from the same starts; return work and time to the target."""
    found = []
    for title, rule, settings, known in rows:
        spent, reached, seconds, passes = [], [], [], []
        for seed in range(FIRST_SEED, FIRST_SEED + seeds):
            patterns = data(seed)
            training = Training(
                topology, patterns, rule, seed=seed, max_iterations=1_000_000,
                target_sse=target(patterns), **settings,
            )  # fmt: skip
            finished(training, budget)
            trace = training.trace()
            k = right_at(training, patterns) if by_sign else None
            if not by_sign and training.stop is StopReason.SOLVED:
                k = len(trace) - 1
            at = math.inf if k is None else float(trace.work[k])
            good = at <= budget
            if good and rule in SECOND_ORDER:
                passes.append(int(3 * trace.iterations[k] + trace.evaluations[k]))
            reached.append(at if good else None)
            spent.append(at if good else min(float(trace.work[-1]), budget))
            seconds.append(float(trace.seconds[-1]))
        won = [value for value in reached if value is not None]
        row = {
            "title": title, "known": known, "solved": len(won), "of": seeds,
            "median": statistics.median(won) if won else None,
            "passes": statistics.median(passes) if passes else None,
            "ert": sum(spent) / len(won) if won else None,
            "seconds": statistics.median(seconds),
        }  # fmt: skip
        found.append(row)
        print(row, flush=True)
    return found


def shares(training: Training, data: Dataset) -> float:
    """Return the percentage of patterns classified correctly."""
    outputs = training.predict(data.inputs)
    if data.n_outputs > 1:
        return float(100 * (outputs.argmax(1) == data.targets.argmax(1)).mean())
    return float(100 * ((outputs > 0) == (data.targets > 0)).mean())


def learned(
    topology: Topology, rule: str, settings: dict[str, Any], epochs: int, seed: int,
    data: Dataset,
) -> Training:  # fmt: skip
    """Train for a number of epochs."""
    training = Training(
        topology, data, rule, seed=seed, scheme="fan_in", max_iterations=epochs, target_sse=0.0,
        **settings,
    )  # fmt: skip
    while training.stop is None:
        training.advance()
    return training


def digits(seeds: int) -> list[dict[str, Any]]:
    """Measure test accuracy on the 1,797 digits, of which 70 % are for training."""
    whole, found = generators.digits(n_points=1797), []
    for title, hidden, rule, settings, epochs, known in DIGITS:
        topology = Topology.mlp([64, *hidden, 10], output="bipolar")
        values = []
        for seed in range(FIRST_SEED, FIRST_SEED + seeds):
            train, test = whole.split(0.7, seed)
            training = learned(topology, rule, settings, epochs, seed, train)
            values.append(shares(training, test))
        layers = "-".join(map(str, (64, *hidden, 10)))
        found.append(
            {"title": f"{title}, {layers}, {epochs} epochs", "known": known, "values": values}
        )
        print(found[-1], flush=True)
    return found


def goodness(seeds: int) -> list[dict[str, Any]]:
    """Measure the training accuracy of Forward-Forward with pairs."""
    found = []
    for title, data, width, epochs in (
        ("parity-4, 4-32-32-1", generators.parity(4), 32, 800),
        ("circles, 2-32-32-1", generators.circles(), 32, 800),
        ("two spirals, 2-64-64-1", generators.two_spirals(), 64, 2000),
    ):
        topology = Topology.mlp([data.n_inputs, width, width, 1], output="bipolar")
        values = []
        for seed in range(FIRST_SEED, FIRST_SEED + seeds):
            settings = {"loss": "pairs"}
            training = learned(topology, "forward_forward", settings, epochs, seed, data)
            values.append(shares(training, data))
        found.append({"title": f"{title}, {epochs} epochs", "values": values})
        print(found[-1], flush=True)
    return found


def _split_spiral(seed: int) -> Dataset:
    return generators.playground_spiral(seed=seed).split(0.5, seed)[0]


def _spiral_target(data: Dataset) -> float:
    twice = len(data.inputs) - len(np.unique(data.inputs, axis=0))
    return 1.0 + 2.0 * twice


MEASURES: dict[str, Callable[[], list[dict[str, Any]]]] = {
    "parity": lambda: race(
        Topology.mlp([4, 4, 1], output="bipolar"), lambda _: generators.parity(4), PARITY, 30,
        12_000, lambda _: 1e-3, by_sign=True,
    ),
    "playground": lambda: race(
        Topology.mlp([2, 8, 8, 1], output="bipolar"), _split_spiral, SPIRAL, 10, 60_000,
        _spiral_target, by_sign=False,
    ),
    "goodness": lambda: goodness(3),
    "digits": lambda: digits(3),
    "fcc": lambda: race(
        Topology.fcc(2, 15, 1, output="bipolar"), lambda _: generators.two_spirals(), FCC, 10,
        60_000, lambda _: 1.0, by_sign=True,
    ),
}  # fmt: skip
TITLES = {
    "parity": "Parity-4 on 4-4-1: all signs right within 12,000 forward-equivalents",
    "playground": "Playground's spiral on 2-8-8-1: training SSE of 1 within 60,000",
    "goodness": "Forward-Forward, pairwise goodness: percent right of the training patterns",
    "digits": "Digits: percent right of the 30 % that were not trained",
    "fcc": "Two spirals on a full cascade of 16: all signs right within 60,000",
}


def _short(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"


def page(found: dict[str, Any]) -> str:
    """Write all tables."""
    parts = []
    for name, title in TITLES.items():
        if name not in found:
            continue
        lines = [f"### {title}", ""]
        if "solved" in found[name][0]:
            lines += [
                "| rule | solved | 95 % | median work | 3 iterations + evaluations "
                "| expected with restarts | seconds a run | prototype: solved, median |",
                "|---|---:|---:|---:|---:|---:|---:|---|",
            ]
            for row in found[name]:
                low, high = wilson(row["solved"], row["of"])
                cells = (
                    row["title"], f"{row['solved']}/{row['of']}", f"{low:.2f} to {high:.2f}",
                    _short(row["median"]), _short(row["passes"]), _short(row["ert"]),
                    f"{row['seconds']:.2g}", row["known"],
                )  # fmt: skip
                lines.append(f"| {' | '.join(cells)} |")
        else:
            lines += ["| rule | median | each seed | prototype |", "|---|---:|---|---|"]
            for row in found[name]:
                each = ", ".join(f"{value:.1f}" for value in row["values"])
                middle = statistics.median(row["values"])
                lines.append(f"| {row['title']} | {middle:.1f} | {each} | {row.get('known', '')} |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n\n`python -m benchmarks rules`"


def main() -> None:
    """Measure, print the tables and write the document."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks rules", description=__doc__)
    parser.add_argument("--only", nargs="*", choices=list(MEASURES), default=list(MEASURES))
    parser.add_argument("--page", action="store_true", help="measure nothing")
    given = parser.parse_args()
    known = json.loads(FILE.read_text()) if FILE.exists() else {}
    for name in [] if given.page else given.only:
        began = time.perf_counter()
        known[name] = MEASURES[name]()
        print(f"{name}: {time.perf_counter() - began:.0f} s", flush=True)
        FILE.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")
    PAGE.write_text(with_table("rules", page(known), PAGE.read_text()))


if __name__ == "__main__":
    main()
