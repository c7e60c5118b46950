"""Compare NBN Lab, its peers and the lower bound in one run: `python -m benchmarks peers`.

Every peer runs in its own process, which answers line by line (`protocol.py`), all with the same
number of threads. Rounds are interleaved: in each round every peer runs once, in rotated order; the
table shows medians over the rounds. Compiling is not timed. This command creates the environment of
the peers, outside the checkout.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

from benchmarks import RESULTS
from benchmarks.peers.tasks import TASKS, Task

HERE = Path(__file__).parent
OURS = ("nbn", "floor")
PEERS = ("jax", "optimistix", "torch", "scipy", "pyrenn")
TITLES = {
    "nbn": "NBN Lab", "jax": "JAX", "optimistix": "optimistix",
    "torch": "torch-levenberg-marquardt", "scipy": "SciPy lm", "pyrenn": "pyrenn",
    "floor": "dsyrk + Cholesky",
}  # fmt: skip
MOST_ITERATIONS, TARGET = 200, 1e-2


def environment(folder: Path) -> Path:
    """Create the environment of the peers if necessary; return its Python."""
    python = folder / "bin" / "python"
    wanted = (HERE / "requirements.txt").read_text()
    stamp = folder / "installed.txt"
    if not stamp.exists() or stamp.read_text() != wanted:
        venv.create(folder, with_pip=True)
        install = [str(python), "-m", "pip", "install", "-q"]
        torch = next(line for line in wanted.splitlines() if line.startswith("torch=="))
        subprocess.run([*install, torch], check=True)
        subprocess.run([*install, "-r", str(HERE / "requirements.txt")], check=True)
        stamp.write_text(wanted)
    return python


class Worker:
    """A peer in its own process."""

    def __init__(self, name: str, python: str, threads: int) -> None:
        count = str(threads)
        limits = {
            f"{library}_NUM_THREADS": count
            for library in ("OMP", "MKL", "OPENBLAS", "NUMBA", "VECLIB_MAXIMUM")
        }
        limits["XLA_FLAGS"] = "" if threads > 1 else "--xla_cpu_multi_thread_eigen=false"
        command = self.command(name, python)
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            stderr=subprocess.DEVNULL, env=os.environ | limits | {"JAX_PLATFORMS": "cpu"},
        )  # fmt: skip
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(self.process.pid, set(cores[-threads:]))

    def command(self, name: str, python: str) -> list[str]:
        """Return the command that starts a peer: a module of ours, or a file in its environment."""
        if name in OURS:
            return [python, "-m", f"benchmarks.peers.peer_{name}"]
        return [python, str(HERE / f"peer_{name}.py")]

    def ask(self, message: dict[str, Any]) -> dict[str, Any]:
        """Send a line and wait for the answer."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        return json.loads(line) if line else {"refused": "its process ended"}

    def end(self) -> None:
        """Close the process."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def measure(task: Task, workers: dict[str, Worker], folder: Path, rounds: int) -> dict[str, Any]:
    """Run the rounds of one task; return seconds per iteration, or trials per second."""
    message = {"task": task.write(folder)}
    figures: dict[str, list[float]] = {}
    refused: dict[str, str] = {}
    solved: dict[str, list[int]] = {}
    for name, worker in workers.items():
        answer = worker.ask(message)
        if "refused" in answer:
            refused[name] = answer["refused"]
    names = [name for name in workers if name not in refused]
    shares = {name: task.trials if name == "nbn" else task.trials // 10 for name in names}
    for number in range(rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            if name in refused:
                continue
            if task.trials:
                n = shares[name]
                ask = {"trials": n, "first": 0, "most": MOST_ITERATIONS, "target": TARGET}
            else:
                n, ask = 0, {"iterations": task.iterations}
            answer = workers[name].ask(ask)
            if "refused" in answer:
                refused[name] = answer["refused"]
                continue
            value = n / answer["seconds"] if n else answer["seconds"] / answer["iterations"]
            figures.setdefault(name, []).append(value)
            if n:
                solved.setdefault(name, []).append(round(1000 * answer["solved"] / n) / 1000)
    medians = {name: statistics.median(values) for name, values in figures.items()}
    kind = "trials_per_second" if task.trials else "seconds_per_iteration"
    return {
        "task": task.name, "title": task.title, "weights": task.topology().n_weights,
        "kind": kind, "medians": medians, "rounds": figures, "refused": refused,
        "success_rate": {name: values[0] for name, values in solved.items()},
        "peer_goal": task.peer_goal, "floor_goal": task.floor_goal,
    }  # fmt: skip


def ratios(result: dict[str, Any]) -> tuple[str, float, float | None]:
    """Return the fastest peer, and the ratios of our time to its time and to the lower bound."""
    medians = result["medians"]
    peers = {name: medians[name] for name in PEERS if name in medians}
    if result["kind"] == "trials_per_second":
        best = max(peers, key=lambda name: peers[name])
        return best, medians["nbn"] / peers[best], None
    best = min(peers, key=lambda name: peers[name])
    floor = medians.get("floor")
    return best, medians["nbn"] / peers[best], medians["nbn"] / floor if floor else None


def table(results: dict[str, Any]) -> str:
    """Return the table for the README."""
    names = ["nbn", *PEERS, "floor"]
    lines = [
        "| task | "
        + " | ".join(TITLES[name] for name in names)
        + " | to the best peer | to the floor |",
        "|---" + "|---:" * (len(names) + 2) + "|",
    ]
    for result in results["tasks"]:
        trials = result["kind"] == "trials_per_second"
        cells = [result["title"]]
        for name in names:
            value = result["medians"].get(name)
            if value is None:
                cells.append("–")
            elif trials:
                cells.append(f"{value:,.3g}/s" if value < 100 else f"{value:,.0f}/s")
            else:
                cells.append(f"{1000 * value:.3g} ms" if value < 1 else f"{1000 * value:,.0f} ms")
        best, peer, floor = ratios(result)
        cells.append(f"{peer:.3g}x {TITLES[best]}")
        cells.append("–" if floor is None else f"{floor:.2f}x")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Measure, print, and write the results and the table of the README."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks peers", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--only", choices=[task.name for task in TASKS], nargs="*")
    parser.add_argument("--without", choices=PEERS, nargs="*", default=[])
    parser.add_argument(
        "--environment", type=Path, default=Path("~/.cache/nbn-lab/peers").expanduser(),
        help="where the peers are installed",
    )  # fmt: skip
    parser.add_argument("--keep", action="store_true", help="write nothing")
    given = parser.parse_args()
    python = str(environment(given.environment))
    workers = {
        name: Worker(name, sys.executable if name in OURS else python, given.threads)
        for name in ("nbn", *(peer for peer in PEERS if peer not in given.without), "floor")
    }
    results: dict[str, Any] = {
        "machine": platform.machine(), "threads": given.threads, "rounds": given.rounds,
        "load": os.getloadavg()[0], "versions": _versions(python), "tasks": [],
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        for task in TASKS:
            if given.only and task.name not in given.only:
                continue
            result = measure(task, workers, Path(folder), given.rounds)
            results["tasks"].append(result)
            best, peer, floor = ratios(result)
            print(f"{task.title}: {result['medians']}")
            print(f"  {peer:.3g} of {best} (goal {task.peer_goal})", end="")
            print(f", {floor:.3g} of the floor (goal {task.floor_goal})" if floor else "")
            for name, why in result["refused"].items():
                print(f"  without {name}: {why}")
    for worker in workers.values():
        worker.end()
    print(table(results))
    if not given.keep and not given.only:
        from benchmarks.tables import put

        RESULTS.mkdir(exist_ok=True)
        (RESULTS / "peers.json").write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
        put("peers", table(results))


def _versions(python: str) -> dict[str, str]:
    frozen = subprocess.run(
        [python, "-m", "pip", "list", "--format=json"], capture_output=True, text=True, check=True
    )
    wanted = {"jax", "jaxlib", "numpy", "optimistix", "pyrenn", "scipy", "torch"}
    return {
        entry["name"]: entry["version"]
        for entry in json.loads(frozen.stdout)
        if entry["name"] in wanted or "levenberg" in entry["name"]
    }


if __name__ == "__main__":
    main()
