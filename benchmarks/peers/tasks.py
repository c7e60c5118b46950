"""The tasks of the table, with the ratios aimed at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nbn_core import Dataset, Topology, generators, initial_weights


@dataclass(frozen=True)
class Task:
    """A network with data; goals are ratios of our time to the fastest peer and the lower bound."""

    name: str
    title: str
    data: Callable[[], Dataset]
    layers: tuple[int, ...] = ()
    cascade: int = 0
    iterations: int = 10
    trials: int = 0
    peer_goal: float | None = None
    floor_goal: float | None = None

    def topology(self) -> Topology:
        """Return the topology: tanh hidden neurons, linear outputs."""
        if self.layers:
            return Topology.mlp(list(self.layers))
        data = self.data()
        return Topology.fcc(data.n_inputs, self.cascade, data.n_outputs)

    def write(self, folder: Path) -> dict[str, Any]:
        """Write data and starts; return the message that describes the task."""
        data, topology = self.data(), self.topology()
        starts = np.array(
            [initial_weights(topology, seed=seed) for seed in range(max(1, self.trials))]
        )
        if self.layers and data.n_inputs > 10:  # 64 inputs saturate between -1 and 1
            starts = np.array([initial_weights(topology, "fan_in", 0)])
        file = folder / f"{self.name}.npz"
        np.savez(file, inputs=data.inputs, targets=data.targets, starts=starts)
        return {
            "layers": list(self.layers), "cascade": self.cascade,
            "iterations": self.iterations, "file": str(file),
        }  # fmt: skip


def _noisy_waves() -> Dataset:
    draw = np.random.default_rng(8)
    inputs = draw.uniform(-1, 1, (4000, 8))
    targets = np.sin(3 * inputs[:, :4]).sum(1, keepdims=True) + draw.normal(0, 0.1, (4000, 1))
    return Dataset(inputs, targets, name="waves")


TASKS = (
    Task("parity-7", "parity-7, MLP 7-7-1 (128 patterns)", lambda: generators.parity(7),
         (7, 7, 1), iterations=20, peer_goal=0.4),
    Task("peaks", "peaks, MLP 2-30-1 (2,000)", lambda: generators.peaks(2000),
         (2, 30, 1), iterations=15, peer_goal=0.5, floor_goal=1.5),
    Task("8-40-1", "waves, MLP 8-40-1 (4,000)", _noisy_waves,
         (8, 40, 1), iterations=5, peer_goal=0.5, floor_goal=1.3),
    Task("digits", "digits, MLP 64-16-10 (1,797 x 10 outputs)", lambda: generators.digits(1797),
         (64, 16, 10), iterations=2, peer_goal=0.15, floor_goal=0.35),
    Task("trials", "parity-7, FCC 4 neurons, trials a second", lambda: generators.parity(7),
         cascade=3, trials=1000, peer_goal=20.0),
)  # fmt: skip
