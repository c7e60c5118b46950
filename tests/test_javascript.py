"""The plain modules of the browser, tested by Node's test runner with values of the core."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np

from app.shared.payload import network_block, pack
from nbn_core.data import Dataset
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


def test_javascript(root: Path, tmp_path: Path) -> None:
    node = shutil.which("node")
    assert node, "Node.js is missing: `sh scripts/test` says how to get it."
    files = sorted(str(file) for file in root.glob("tests/js/**/*.test.js"))
    assert files, "expected tests/js/*.test.js, found none"
    numbers = tmp_path / "network.json"
    numbers.write_text(json.dumps(cases(), allow_nan=False))
    run = subprocess.run(
        [node, "--test", "--test-reporter=spec", *files],
        cwd=root,
        env={**os.environ, "NBN_LAB_NETWORK": str(numbers)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr
