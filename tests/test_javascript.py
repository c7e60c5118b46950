"""The plain modules of the browser, tested by Node's test runner with values of the core."""

import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from app.draw.payload import data_block, trace_block
from app.figures.number_format import short
from app.shared.payload import network_block, pack
from nbn_core.checks import plural
from nbn_core.data import Dataset
from nbn_core.experiment import Experiment, OwnData, Stopping
from nbn_core.network import ACTIVATIONS, Neuron, Topology
from nbn_core.objective import Objective
from tests.cases import random_dag


def case(topology: Topology, inputs: Any, weights: Any) -> dict[str, Any]:
    """Return a network as the browser gets it, with the outputs that the core computes."""
    dataset = Dataset(inputs, np.zeros((len(inputs), topology.n_outputs)))
    values = Objective(topology, dataset).activations(weights)
    return {
        "network": network_block(topology),
        "names": topology.weight_names,
        "patterns": dataset.n_patterns,
        "inputs": pack(dataset.inputs.T),
        "weights": pack(weights),
        "values": pack(values.T),
    }


def every_activation(gain: float, leak: float) -> Topology:
    """Return a network with one neuron of each activation, all read by one output."""
    neurons = [Neuron(name, gain, leak, (0,)) for name in ACTIVATIONS]
    everything = tuple(range(len(neurons) + 1))
    return Topology((), 1, (*neurons, Neuron("linear", 1.0, 0.0, everything)), (len(neurons),))


def cases() -> list[dict[str, Any]]:
    generator = np.random.default_rng(0)
    made = []
    for seed in range(40):
        dag = random_dag(seed)
        inputs = generator.normal(size=(int(generator.integers(1, 40)), dag.topology.n_inputs))
        spread = (0.1, 1.0, 30.0)[seed % 3]
        made.append(case(dag.topology, inputs, spread * generator.normal(size=dag.weights.shape)))
    nets = np.concatenate([np.linspace(-40, 40, 81), [-1e3, 1e3, 1e-9, -1e-9, 1e-300]])[:, None]
    for gain in (1e-3, 1.0, 1000.0):
        for leak in (0.0, 0.01, 1000.0):
            topology = every_activation(gain, leak)
            weights = np.ones(topology.n_weights)
            weights[: 2 * len(ACTIVATIONS) : 2] = 0.0
            made.append(case(topology, nets, weights))
    return made


def screen(name: str, experiment: Experiment, row: int | None = None) -> dict[str, Any]:
    """Return what the Draw page is sent of an experiment, and what it must say of the outputs.

    With a row, the experiment is trained and that row of its trace is shown.
    """
    parts = experiment.parts()
    weights, run, shown = experiment.start_weights(), None, {}
    if row is not None:
        training = experiment.training()
        training.advance(experiment.stopping.max_iterations)
        trace, aside = training.trace(), training.validation_sse or ()
        weights = trace.weights[row]
        run = {
            **trace_block(trace, 0, 1, ended=True, aside=aside), "id": "r", "state": "ended",
            "stop": None, "sentence": "", "total": len(trace), "best": None, "own": None,
        }  # fmt: skip
        shown = {"row": row, "iteration": int(trace.iterations[row])}
        ends = short(float(trace.sse[0])), short(float(trace.sse[-1]))
        sse = short(Objective(experiment.topology, parts.train).sse(weights))
        target = short(experiment.stopping.target_sse)
        shown["summary"] = (
            f"went from {ends[0]} to {ends[1]} in {plural(trace.iterations[-1], 'iteration')}; "
            f"target {target}. At iteration {trace.iterations[row]:,}: SSE {sse}"
        )
    said, counts = [], {}
    for part, key, word in zip(
        parts, ("train", "validation", "test"), ("training", "validation", "test"), strict=True
    ):
        if part is None:
            continue
        outputs = Objective(experiment.topology, part).outputs(weights)
        if part.kind == "classification":
            table = np.zeros((max(2, part.n_outputs),) * 2, dtype=int)
            np.add.at(table, (part.classes(), part.classes(outputs)), 1)
            counts[key] = table.tolist()
            said.append((f"{part.right(outputs).sum():,} of {part.n_patterns:,}", word))
        else:
            said.append((short(float(np.sqrt(np.mean((part.targets - outputs) ** 2)))), word))
    several = len(said) > 1
    listed = ", ".join(f"{value} {word}" if several else value for value, word in said)
    classes = parts.train.kind == "classification"
    return {
        "name": name,
        "data": data_block(parts, "key"),
        "network": network_block(experiment.topology),
        "start": pack(experiment.start_weights()),
        "run": run,
        "expected": {
            "sentence": f"{listed} patterns correct" if classes else f"RMSE {listed}",
            "confusion": counts,
            "sse": Objective(experiment.topology, parts.train).sse(weights),
            **shown,
        },
    }


def screens() -> list[dict[str, Any]]:
    """Return experiments of every kind of data."""
    generator = np.random.default_rng(1)
    x = generator.normal(size=(60, 3))
    one_hot = np.where(np.arange(3) == generator.integers(0, 3, 60)[:, None], 1.0, -1.0)
    zeros = (x[:, :1] > 0.2).astype(float)
    numbers = np.hstack([x[:, :1] ** 2 * 100, x[:, 1:2] - 5])
    own = {
        "three classes": (Dataset(x, one_hot), "bipolar"),
        "zeros and ones": (Dataset(x, zeros), "unipolar"),
        "two numbers": (Dataset(x, numbers), "linear"),
    }
    made = [
        screen(
            name,
            Experiment(
                Topology.mlp([3, 4, data.n_outputs], output=output),
                OwnData(data, 0.5, 0, 0.25, inputs_by="standard"),
            ),
        )
        for name, (data, output) in own.items()
    ]
    adam = Experiment(
        Topology.mlp([3, 4, 3], output="bipolar"), OwnData(own["three classes"][0], 0.5, 0, 0.25),
        "adam", stopping=Stopping(0.0, 1500, 0),
    )  # fmt: skip
    peaks = replace(Experiment.suggested("peaks"), stopping=Stopping(0.0, 8))
    return [
        *made,
        screen("epochs of Adam", adam, 230),
        screen("a built-in problem, an earlier row", peaks, 3),
        *(
            screen(name, Experiment.suggested(name))
            for name in ("xor", "playground_spiral", "peaks")
        ),
    ]


def test_javascript(root: Path, tmp_path: Path) -> None:
    node = shutil.which("node")
    assert node, "Node.js is missing: `sh scripts/test` says how to get it."
    files = sorted(str(file) for file in root.glob("tests/js/**/*.test.js"))
    assert files, "expected tests/js/*.test.js, found none"
    numbers = tmp_path / "network.json"
    numbers.write_text(json.dumps(cases(), allow_nan=False))
    shown = tmp_path / "screen.json"
    shown.write_text(json.dumps(screens(), allow_nan=False))
    run = subprocess.run(
        [node, "--test", "--test-reporter=spec", *files],
        cwd=root,
        env={**os.environ, "NBN_LAB_NETWORK": str(numbers), "NBN_LAB_SCREEN": str(shown)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr
