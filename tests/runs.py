"""Trainings on which all ways to train must agree, and the values that are compared."""

from __future__ import annotations

from nbn_core import Topology, Trace, Training, generators
from tests.cases import CASES, Case, random_dag

RUNS = [
    Case("xor", Topology.mlp([2, 2, 1], output="bipolar"), generators.xor(), 3),
    Case("parity-3", Topology.fcc(3, 2, 1), generators.parity(3), 1),
    Case("parity-7", Topology.mlp([7, 7, 1]), generators.parity(7)),
    Case("spirals", Topology.fcc(2, 8, 1), generators.two_spirals(), 2),
    *(case for case in CASES if case.name in ("chain-of-outputs", "every-activation", "bridged")),
    random_dag(11),
    random_dag(17),  # as well determined as the others: its steps do not amplify rounding errors
]


def runs_of(case: Case, **settings) -> Training:
    settings = {"max_iterations": 20, "target_sse": 0.0} | settings
    return Training(case.topology, case.dataset, weights=case.weights, **settings)


def finish(training: Training) -> Training:
    while training.stop is None:
        training.advance()
    return training


def numbers(trace: Trace) -> bytes:
    """Return all values of a trace except the times, as bytes."""
    columns = (trace.sse, trace.mu, trace.gradient_norm, trace.attempts, trace.weights)
    return b"".join(column.tobytes() for column in columns)
