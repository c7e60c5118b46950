"""Small studies, and their results computed trial by trial with `train`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from app.figures.topologies import NetworkPoint, points_of
from app.topologies.plan import NUMBERS
from nbn_core.data import Dataset
from nbn_core.experiment import Experiment, OwnData, Stopping
from nbn_core.network import Topology
from nbn_core.studies import Cell, CellResult, Study, StudyNetwork, StudyResult
from nbn_core.trace import StopReason
from nbn_core.training import train
from nbn_core.training.trials import trial_seed
from nbn_core.training.trials_result import TrialsResult
from tests import reference

_X = np.random.default_rng(5).uniform(-1, 1, (60, 2))
CLASSES = OwnData(Dataset(_X, np.sign(_X[:, :1] * _X[:, 1:])), 0.5, 1)
CURVE = OwnData(Dataset(_X[:, :1], np.sin(3 * _X[:, :1]) + 0.05 * _X[:, 1:]), 0.6, 5)
XOR = replace(
    Experiment.suggested("xor"), topology=Topology.mlp([2, 2, 1], output="bipolar"),
    stopping=Stopping(0.01, 60),
)  # fmt: skip


def study_of(data: OwnData, trials: int = 5) -> Study:
    """Return a study of four networks: two SLP, one FCC, and one that belongs to no family."""
    n = data.whole.n_inputs
    return Study(
        (
            StudyNetwork("small SLP", Topology.slp(n, 1, 1, output="bipolar"), "SLP"),
            StudyNetwork("SLP", Topology.slp(n, 3, 1, output="bipolar"), "SLP"),
            StudyNetwork("FCC", Topology.fcc(n, 2, 1, output="bipolar"), "FCC"),
            StudyNetwork("Drawing", Topology.mlp([n, 2, 2, 1], output="bipolar"), "Drawing"),
        ),
        data, trials=trials, stopping=Stopping(3.0, 40),
    )  # fmt: skip


def trained(study: Study, trials: list[int] | None = None) -> StudyResult:
    """Train every network of a study by itself, as many trials as wanted of each."""
    parts = study.data.parts()
    test = parts.test
    cells = {}
    for n, network in enumerate(study.networks):
        count = study.trials if trials is None else trials[n]
        seeds = [trial_seed(study.seed, i) for i in range(count)]
        ends = [
            train(
                network.topology, parts.train, seed=seed, scheme=study.scheme,
                max_iterations=study.stopping.max_iterations, target_sse=study.stopping.target_sse,
            )
            for seed in seeds
        ]  # fmt: skip
        errors, wrong = np.full(count, np.nan), np.full(count, np.nan)
        if test is not None:
            for i, end in enumerate(ends):
                with np.errstate(over="ignore"):  # of slopes, which are not used
                    made = reference.outputs(network.topology.to_dict(), end.weights, test.inputs)
                errors[i] = np.sum((test.targets - made) ** 2)
                if test.kind == "classification":
                    wrong[i] = np.mean((made > 0) != (test.targets > 0))
        result = TrialsResult(
            np.arange(count), np.array(seeds, dtype=np.int64), tuple(end.stop for end in ends),
            np.array([end.sse for end in ends]), np.array([end.iterations for end in ends]),
            np.array([end.evaluations for end in ends]),
            np.array([end.trace.work[-1] for end in ends]),
            np.array([end.seconds for end in ends]),
        )  # fmt: skip
        cells[Cell(n, 0)] = CellResult(result, errors, wrong)
    return StudyResult(study, cells, {}, ("here",))


def points_with(*rates: tuple[int, int, int]) -> list[NetworkPoint]:
    """Return networks with one input and given (hidden neurons, successes, trials)."""
    networks, cells = [], {}
    for place, (hidden, wins, count) in enumerate(rates):
        topology = Topology.slp(1, hidden, 1)
        networks.append(StudyNetwork(f"network {place}", topology, "SLP"))
        stops = (StopReason.SOLVED,) * wins + (StopReason.PLATEAU,) * (count - wins)
        ones = np.ones(count)
        trials = TrialsResult(
            np.arange(count), np.arange(count), stops, ones, np.arange(count), np.arange(count),
            ones, ones,
        )  # fmt: skip
        cells[Cell(place, 0)] = CellResult(trials, ones, ones)
    study = Study(tuple(networks), OwnData(Dataset(_X[:, :1], _X[:, 1:])))
    return points_of(StudyResult(study, cells, {}), NUMBERS)
