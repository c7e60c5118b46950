"""Compare the time of one backpropagation step with Adam with that of PyTorch, one thread each.

`python -m benchmarks torch_step` creates the environment of `benchmarks peers` if necessary, lets
both take the same steps from the same weights on the full batch in float64, checks that they reach
the same SSE, and measures alternately. Starting processes, messages and compiling are not timed.
The result is in `docs/rules.md`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import RESULTS
from benchmarks.peers.__main__ import HERE, Worker, environment
from benchmarks.peers.tasks import Task
from benchmarks.tables import with_table
from nbn_core import generators

PAGE = Path(__file__).parent.parent / "docs" / "rules.md"
TASKS = (
    Task("spiral", "2-16-16-1, two spirals", generators.two_spirals, (2, 16, 16, 1), 0, 2000),
    Task("digits", "64-32-10, digits", generators.digits, (64, 32, 10), 0, 200),
)
GOALS = {"spiral": 0.3, "digits": 1.0}
SAME_STEPS = 20


class Stepper(Worker):
    """One of the two implementations, in its own process."""

    def command(self, name: str, python: str) -> list[str]:
        """Return the command that starts an implementation: ours, or PyTorch in its environment."""
        if name == "nbn":
            return [python, "-m", "benchmarks.peers.step_nbn"]
        return [python, str(HERE / f"step_{name}.py")]


def measure(task: Task, sides: dict[str, Stepper], folder: Path, rounds: int) -> dict[str, Any]:
    """Return the seconds per step of each implementation, and the difference of their SSE."""
    message = {"task": task.write(folder)}
    for side in sides.values():
        answer = side.ask(message)
        if "refused" in answer:
            raise SystemExit(answer["refused"])
    ends = {name: side.ask({"iterations": SAME_STEPS})["sse"] for name, side in sides.items()}
    figures: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(rounds):
        for name in list(sides) if number % 2 else list(sides)[::-1]:
            answer = sides[name].ask({"iterations": task.iterations})
            figures[name].append(answer["seconds"] / answer["iterations"])
    medians = {name: statistics.median(values) for name, values in figures.items()}
    ratios = [ours / other for ours, other in zip(figures["nbn"], figures["torch"], strict=True)]
    data = task.data()
    return {
        "title": f"{task.title} ({data.n_patterns} patterns)", "medians": medians,
        "ratio": statistics.median(ratios), "least": min(ratios), "most": max(ratios),
        "goal": GOALS[task.name], "apart": abs(ends["nbn"] / ends["torch"] - 1),
    }  # fmt: skip


def table(found: dict[str, Any]) -> str:
    """Return the results as a Markdown table."""
    lines = [
        "| network, data | NBN Lab | PyTorch | ratio (least to most) | goal | SSE apart after "
        f"{SAME_STEPS} steps |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {row['title']} | {1e3 * row['medians']['nbn']:.3g} ms | "
        f"{1e3 * row['medians']['torch']:.3g} ms | "
        f"{row['ratio']:.2f} ({row['least']:.2f} to {row['most']:.2f}) | {row['goal']:g} | "
        f"{row['apart']:.0e} |"
        for row in found["tasks"]
    ]
    return "\n".join(lines) + (
        f"\n\nSeconds of one thread, medians of {found['rounds']} rounds in turns, on a machine "
        f"with a load of {found['load']:.1f} on {found['cores']} cores; PyTorch {found['torch']}, "
        "float64, eager. `python -m benchmarks torch_step`"
    )


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks torch_step", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument(
        "--environment", type=Path, default=Path("~/.cache/nbn-lab/peers").expanduser()
    )
    parser.add_argument("--keep", action="store_true", help="write nothing")
    given = parser.parse_args()
    python = str(environment(given.environment))
    sides = {
        "nbn": Stepper("nbn", sys.executable, 1), "torch": Stepper("torch", python, 1),
    }  # fmt: skip
    version = next(
        line.split("==")[1]
        for line in (HERE / "requirements.txt").read_text().splitlines()
        if line.startswith("torch==")
    )
    found: dict[str, Any] = {
        "rounds": given.rounds, "load": os.getloadavg()[0], "cores": os.cpu_count(),
        "machine": platform.machine(), "torch": version,
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        found["tasks"] = [measure(task, sides, Path(folder), given.rounds) for task in TASKS]
    for side in sides.values():
        side.end()
    print(table(found))
    if not given.keep:
        RESULTS.mkdir(exist_ok=True)
        file = RESULTS / "torch_step.json"
        file.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
        PAGE.write_text(with_table("torch_step", table(found), PAGE.read_text()))


if __name__ == "__main__":
    main()
