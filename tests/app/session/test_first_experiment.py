"""The experiment that a new visitor sees."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from app.session.state import FIRST_SEED, first_experiment
from nbn_core import Objective, StopReason
from nbn_core.experiment import SeededStart


def test_the_first_seed_is_the_best_of_sixteen_on_the_test_patterns() -> None:
    first = first_experiment()
    assert first.start == SeededStart(seed=FIRST_SEED)
    test = first.datasets()[1]
    assert test is not None
    objective = Objective(first.topology, test)
    correct = []
    for seed in range(16):
        training = replace(first, start=SeededStart(seed=seed)).training()
        while training.stop is None:
            training.advance()
        assert training.stop is StopReason.SOLVED
        outputs = objective.outputs(training.result().weights)
        correct.append(int(np.sum((outputs > 0) == (test.targets > 0))))
    assert int(np.argmax(correct)) == FIRST_SEED
    assert min(correct) >= 0.94 * test.n_patterns
