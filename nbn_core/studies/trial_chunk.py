"""Chunks: a few trials of one network and rule, run by one worker without coming back.

`ChunkWork` runs a chunk in time slices, for threads that many sessions share; `run_chunk` runs one
to its end. A chunk ends early when it is stopped or has taken much longer than planned, and returns
the trials that have ended; the others are run again later. A trial is the same to the bit in any
chunk, in compiled code or one iteration after another.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from nbn_core.data import Dataset
from nbn_core.network import Network
from nbn_core.objective import Objective, starting_weights_of
from nbn_core.rules import RULES
from nbn_core.studies.result import Cell
from nbn_core.studies.value import Study
from nbn_core.trace import StopReason
from nbn_core.training import Training
from nbn_core.training.trials import trial_seed
from nbn_core.types import FloatArray

SLICE_SECONDS = 0.03
LEAST_ROWS = 1000  # iterations that are possible with any network
TRACE_BYTES = 128_000_000
OVERTIME = 4.0  # a chunk ends early at this multiple of the time planned for it


class StudyTrial(NamedTuple):
    """Outcome of one trial of a study.

    Attributes
    ----------
    number : int
        Number of the trial, which determines its starting weights.
    stop : StopReason
        Reason for the end.
    sse : float
        SSE of the training patterns at the end.
    iterations, evaluations : int
        Numbers of accepted iterations, and of evaluations of the SSE.
    work : float
        Work in forward-equivalent units.
    seconds : float
        Computing time in seconds.
    test_sse, test_wrong : float
        SSE of the test patterns, and share of them that is classified wrongly; NaN if unknown.
    """

    number: int
    stop: StopReason
    sse: float
    iterations: int
    evaluations: int
    work: float
    seconds: float
    test_sse: float = float("nan")
    test_wrong: float = float("nan")


@dataclass(frozen=True, slots=True)
class Chunk:
    """Trials for one worker.

    Parameters
    ----------
    cell : Cell
        Network and rule.
    numbers : tuple of int
        Numbers of the trials.
    seconds : float
        Time planned for all of them, in seconds; infinite if their speed is not known.
    """

    cell: Cell
    numbers: tuple[int, ...]
    seconds: float = float("inf")


class ChunkEnd(NamedTuple):
    """What a worker returns for a chunk.

    Attributes
    ----------
    trials : list of StudyTrial
        Trials that have ended.
    seconds : float
        Time that the chunk took, in seconds.
    host : str
        Name of the computer.
    fault : str
        Text of an exception that ended the chunk, a fault of the program; empty if there was none.
    """

    trials: list[StudyTrial]
    seconds: float
    host: str
    fault: str = ""


def run_chunk(study: Study, chunk: Chunk, stopped: Callable[[], bool]) -> ChunkEnd:
    """Run a chunk to its end.

    Parameters
    ----------
    study : Study
        Study that the trials belong to.
    chunk : Chunk
        The trials.
    stopped : callable
        Function that is called about every 30 ms; the chunk ends early when it returns true.

    Returns
    -------
    ChunkEnd
        The trials that have ended, in the order of their numbers.
    """
    work = ChunkWork(study, chunk, stopped)
    while work.step(SLICE_SECONDS):
        pass
    return work.end()


@dataclass(slots=True, eq=False)
class ChunkWork:
    """A chunk in progress.

    Parameters
    ----------
    study : Study
        Study that the trials belong to.
    chunk : Chunk
        The trials.
    stopped : callable
        Function that tells whether to end early.
    compiled : bool
        Whether trials may run in one compiled call, if the rule has one.
    """

    study: Study
    chunk: Chunk
    stopped: Callable[[], bool]
    compiled: bool = True
    trials: list[StudyTrial] = field(default_factory=list)
    fault: str = ""
    _spent: float = 0.0
    _training: Training | None = None

    def step(self, seconds: float) -> bool:
        """Run for about `seconds`, or all compiled trials at once; return whether there is more."""
        if self.stopped():
            return False
        began = time.perf_counter()
        try:
            if self._compiled:
                self._run_compiled(began)
                return False
            self._advance(seconds)
        except Exception as error:
            self.fault = f"{type(error).__name__}: {error}"
            return False
        finally:
            self._spent += time.perf_counter() - began
        return len(self.trials) < len(self.chunk.numbers) and not self._late(self._spent)

    def end(self) -> ChunkEnd:
        """Return the trials that have ended, and the time they took."""
        return ChunkEnd(self.trials, self._spent, socket.gethostname(), self.fault)

    def _late(self, spent: float) -> bool:
        """Return whether the chunk takes too long; never before its first trial has ended."""
        return bool(self.trials) and spent > OVERTIME * self.chunk.seconds

    # One trial after another, in slices

    def _advance(self, seconds: float) -> None:
        if self._training is None:
            self._training = training_of(self.study, self.chunk.cell, self._number())
        training, most = self._training, self.study.max_work
        training.advance(seconds=seconds)
        spent = training.iteration > 0 and float(training.trace().work[-1]) >= most
        if training.stop is None and not spent:
            return
        self.trials.append(trial_of(self.study, training, self._number()))
        self._training = None

    def _number(self) -> int:
        return self.chunk.numbers[len(self.trials)]

    # All trials in one compiled call

    @property
    def _compiled(self) -> bool:
        measured = self.chunk.seconds < float("inf")
        return self.compiled and measured and can_compile(self.study, self.chunk.cell)

    def _run_compiled(self, began: float) -> None:
        study, cell = self.study, self.chunk.cell
        topology, rule = study.networks[cell.network].topology, study.rules[cell.rule]
        train, test = study.data.datasets()
        seeds = [trial_seed(study.seed, number) for number in self.chunk.numbers]
        starts = starting_weights_of(topology, train, study.scheme, seeds)
        latest = OVERTIME * self.chunk.seconds

        def stopped() -> bool:
            return self.stopped() or time.perf_counter() - began > latest

        objective = Objective(topology, train)
        ends = RULES[rule.name].trials(
            objective, starts, most_iterations(study, cell),
            study.stopping.target_sse, rule.settings, stopped,
        )  # fmt: skip
        for number, end in zip(self.chunk.numbers, ends, strict=False):
            outputs = None if test is None else outputs_of(objective.network, end.weights, test)
            self.trials.append(StudyTrial(number, *end[:-1], *_tested(test, outputs)))


def can_compile(study: Study, cell: Cell) -> bool:
    """Return whether the trials of a cell can run in one compiled call."""
    early = study.stopping.patience > 0 and study.data.parts().validation is not None
    limited = study.max_work < float("inf")
    return RULES[study.rules[cell.rule].name].compiled_trials and not (early or limited)


def most_iterations(study: Study, cell: Cell) -> int:
    """Return the maximum iterations of a trial.

    A rule that records every iteration is limited so that a trace takes at most 128 MB; the limit
    is the same where no trace is kept, so that results do not depend on how a trial is run.

    Parameters
    ----------
    study : Study
        The study.
    cell : Cell
        Network and rule.

    Returns
    -------
    int
        Maximum iterations.
    """
    most = study.stopping.max_iterations
    if RULES[study.rules[cell.rule].name].sparse_trace:
        return most
    n_weights = study.networks[cell.network].topology.n_weights
    return min(most, max(LEAST_ROWS, TRACE_BYTES // (8 * n_weights)))


def training_of(study: Study, cell: Cell, number: int) -> Training:
    """Set up the training of one trial, at iteration 0.

    Parameters
    ----------
    study : Study
        The study.
    cell : Cell
        Network and rule.
    number : int
        Number of the trial.

    Returns
    -------
    Training
        Training that `Training.advance` runs.
    """
    rule, parts = study.rules[cell.rule], study.data.parts()
    early: dict[str, Any] = {}
    if study.stopping.patience > 0 and parts.validation is not None:
        early = {"validation": parts.validation, "patience": study.stopping.patience}
    return Training(
        study.networks[cell.network].topology, parts.train, rule.name, scheme=study.scheme,
        seed=trial_seed(study.seed, number), max_iterations=most_iterations(study, cell),
        target_sse=study.stopping.target_sse, **early, **rule.settings,
    )  # fmt: skip


def trial_of(study: Study, training: Training, number: int) -> StudyTrial:
    """Return the outcome of a training that has ended or spent the work that it is allowed.

    Parameters
    ----------
    study : Study
        The study.
    training : Training
        Training of the trial.
    number : int
        Number of the trial.

    Returns
    -------
    StudyTrial
        Outcome at the end, or at the last recorded iteration within the work allowed.
    """
    result, trace = training.result(), training.trace()
    within = int(np.searchsorted(trace.work, study.max_work, side="right"))
    if within >= len(trace) and training.stop is not None:
        stop, sse, weights = result.stop, result.sse, result.weights
        spent = (result.iterations, result.evaluations, training.work, result.seconds)
    else:
        row = max(1, min(within, len(trace))) - 1
        stop, sse, weights = StopReason.WORK_LIMIT, float(trace.sse[row]), trace.weights[row]
        spent = (
            int(trace.iterations[row]), int(trace.evaluations[row]), float(trace.work[row]),
            float(trace.seconds[row]),
        )  # fmt: skip
    test = study.data.datasets()[1]
    outputs = None if test is None else _test_outputs(training, weights, test)
    return StudyTrial(number, stop, sse, *spent, *_tested(test, outputs))


def _test_outputs(training: Training, weights: FloatArray, test: Dataset) -> FloatArray:
    """Return the outputs (P, M) for the test patterns, as the rule predicts them."""
    if training.own_prediction:
        return training.predict(test.inputs)
    return outputs_of(training.objective.network, weights, test)


def outputs_of(network: Network, weights: FloatArray, data: Dataset) -> FloatArray:
    """Return the outputs (P, M) of a network; infinite or NaN where they overflow."""
    with np.errstate(all="ignore"):
        nodes = network.activations(weights, data.inputs)
    return nodes[:, network.n_inputs + network.outputs]


def _tested(test: Dataset | None, outputs: FloatArray | None) -> tuple[float, float]:
    """Return the SSE of the test patterns, and the share of them that is classified wrongly."""
    if test is None or outputs is None:
        return float("nan"), float("nan")
    with np.errstate(all="ignore"):
        sse = float(np.sum((test.targets - outputs) ** 2))
    if test.kind != "classification":
        return sse, float("nan")
    return sse, 1.0 - float(np.mean(test.right(outputs)))
