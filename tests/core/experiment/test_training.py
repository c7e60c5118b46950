"""Training of an experiment is reproducible and obeys its limits; suggested experiments learn."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from nbn_core.experiment import Experiment, SeededStart, Stopping
from nbn_core.generators import PROBLEMS
from tests.experiments import own

TRAIN = """
import sys
from nbn_core.experiment import Experiment
training = Experiment.from_json(sys.stdin.read()).training()
while training.stop is None:
    training.advance()
sys.stdout.write(training.result().weights.tobytes().hex())
"""


def _train(experiment: Experiment) -> bytes:
    training = experiment.training()
    while training.stop is None:
        training.advance()
    return training.result().weights.tobytes()


def test_training_is_bit_identical_in_another_process_and_thread():
    experiments = [
        dataclasses.replace(Experiment.suggested(name), stopping=Stopping(0.0, 15))
        for name in ("parity", "two_spirals")
    ]
    here = [_train(experiment) for experiment in experiments]
    with ThreadPoolExecutor(4) as pool:
        for weights in pool.map(_train, experiments * 2):
            assert weights in here
    for experiment, weights in zip(experiments, here, strict=True):
        other = subprocess.run(
            [sys.executable, "-c", TRAIN], input=experiment.to_json(),
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert bytes.fromhex(other.stdout) == weights


@pytest.mark.parametrize("name", PROBLEMS)
def test_suggested_network_learns_its_problem_from_one_of_five_starts(name):
    experiment = Experiment.suggested(name)
    train, _ = experiment.datasets()
    for seed in range(5):
        training = dataclasses.replace(experiment, start=SeededStart(seed=seed)).training()
        while training.stop is None:
            training.advance()
        result = training.result()
        if result.converged:
            break
    assert result.sse <= experiment.stopping.target_sse
    if train.kind == "classification":
        assert train.right(training.objective.outputs(result.weights)).all()


def test_training_starts_at_the_starting_weights_and_obeys_its_limits():
    experiment = own()
    training = experiment.training()
    assert np.array_equal(training.trace().weights[0], experiment.start_weights())
    assert np.array_equal(experiment.start_weights(), experiment.start.weights)
    while training.stop is None:
        training.advance()
    assert training.iteration <= experiment.stopping.max_iterations
