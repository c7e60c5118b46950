"""Sentences about a training: its end, its state, its data."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

from app.session.jobs import Run
from app.shared.words import about_own, ended, facts, headline
from nbn_core.checks import plural
from nbn_core.data import Dataset
from nbn_core.data.columns import DataColumn
from nbn_core.experiment import Experiment, OwnData
from nbn_core.network import Topology
from nbn_core.trace import Trace
from nbn_core.training import StopReason
from tests.app.fake_browser import is_a_sentence

XOR = Experiment.suggested("xor")


class Ended(Run):
    """A run that looks as it is told to."""

    def __init__(
        self, stop: StopReason | None, *, failed: bool = False, running: bool = False,
        best: int | None = None,
    ):  # fmt: skip
        super().__init__(XOR.training)
        self.looks = (stop, failed, running)
        self.best = best

    @property
    def best_row(self) -> int | None:
        return self.best

    @property
    def stop(self) -> StopReason | None:
        return self.looks[0]

    @property
    def failed(self) -> bool:
        return self.looks[1]

    @property
    def running(self) -> bool:
        return self.looks[2]


def trace(iterations: int, sse: float, seconds: float = 0.02) -> Trace:
    rows = iterations + 1
    numbers = np.full(rows, sse)
    attempts = np.ones(rows, dtype=np.int64)
    return Trace(numbers, numbers, numbers, attempts, np.full(rows, seconds), np.zeros((rows, 1)))


def test_every_end_has_a_sentence() -> None:
    for stop in StopReason:
        for sse in (0.0, 1e-30, 8.0, 12345.0, np.inf, np.nan):
            if not np.isfinite(sse) and stop is not StopReason.DIVERGED:
                continue
            run = Ended(stop, best=11)
            assert is_a_sentence(ended(run, trace(23, sse), halted=False, shown=11))


@pytest.mark.parametrize(
    ("stop", "iterations", "sentence"),
    [
        (StopReason.SOLVED, 23, "Solved in 23 iterations, 4 ms."),
        (StopReason.SOLVED, 1, "Solved in 1 iteration, 4 ms."),
        (StopReason.SOLVED, 0, "Solved in 0 iterations, 4 ms."),
        (
            StopReason.DAMPING_LIMIT,
            9,
            "Stuck: damping reached its limit at SSE 8. Try new weights, or add a neuron.",
        ),
        (
            StopReason.MAX_ITERATIONS,
            1000,
            "Not solved after 1,000 iterations: SSE 8. Press Train to continue, or try new "
            "weights.",
        ),
    ],
)
def test_the_sentence_of_each_stop_reason(stop: StopReason, iterations: int, sentence: str) -> None:
    assert ended(Ended(stop), trace(iterations, 8.0, 0.004), halted=False) == sentence


@pytest.mark.parametrize(
    ("stop", "best", "shown", "sentence"),
    [
        (
            StopReason.EARLY, 37, 37,
            "Stopped early after 57 iterations: the validation SSE was best at iteration 37, "
            "which is shown.",
        ),
        (
            StopReason.EARLY, 37, 40,
            "Stopped early after 57 iterations: the validation SSE was best at iteration 37.",
        ),
        (
            StopReason.SOLVED, 37, 37,
            "Solved in 57 iterations, 20 ms. The validation SSE was best at iteration 37, "
            "which is shown.",
        ),
        (StopReason.SOLVED, 57, 57, "Solved in 57 iterations, 20 ms."),
    ],
)  # fmt: skip
def test_the_iteration_with_the_best_validation_sse_is_named(
    stop: StopReason, best: int, shown: int, sentence: str
) -> None:
    run = Ended(stop, best=best)
    assert ended(run, trace(57, 8.0), halted=False, shown=shown) == sentence
    assert is_a_sentence(sentence)


def test_a_trace_from_before_the_end_has_a_sentence_too() -> None:
    """A worker may end the training while the answer is prepared."""
    for stop in (StopReason.EARLY, StopReason.SOLVED):
        for best in (58, 90, None):
            said = ended(Ended(stop, best=best), trace(57, 8.0), halted=False, shown=0)
            assert is_a_sentence(said)
            assert "was best" not in said


def test_a_paused_run_names_its_iteration() -> None:
    sentence = ended(Ended(None), trace(7, 0.25), halted=True)
    assert sentence == "Stopped at iteration 7, SSE 0.25. Press Train to continue."
    sentence = ended(Ended(None), trace(7, 0.25), halted=False)
    assert sentence.startswith("Paused at iteration 7")
    assert is_a_sentence(ended(Ended(None), None, halted=True))


def test_a_failed_run_is_reported_with_or_without_a_trace() -> None:
    for rows in (None, trace(3, 1.0)):
        sentence = ended(Ended(None, failed=True), rows, halted=False)
        assert sentence.startswith("Training failed because of a fault in the program.")
        assert is_a_sentence(sentence)


def test_headlines_describe_the_state_before_a_result() -> None:
    running = Ended(None, running=True)
    lines = [
        headline(XOR, run, warming=warming)
        for run in (None, running, Ended(StopReason.SOLVED))
        for warming in (True, False)
    ]
    assert all(is_a_sentence(line) for line in lines)
    assert "compil" in headline(XOR, None, warming=True)
    assert headline(XOR, running, warming=True).startswith("Compiling")
    assert headline(XOR, running, warming=False) == "Training: iteration 0 of at most 1,000."


def test_facts_count_weights_and_patterns() -> None:
    assert facts(XOR).endswith("weights, 4 patterns")
    spiral = facts(Experiment.suggested("playground_spiral"))
    assert spiral == "105 weights, 250 training and 250 test patterns"


def test_plural_adds_an_s_except_for_one() -> None:
    assert [plural(n, "weight") for n in (0, 1, 2, 1500)] == [
        "0 weights", "1 weight", "2 weights", "1,500 weights",
    ]  # fmt: skip


def test_custom_data_is_described_with_the_page_to_change_it() -> None:
    target = DataColumn("sick", ("no", "yes"))
    table = Dataset([[0.0], [1.0], [2.0], [3.0]], [[-1.0], [1.0], [-1.0], [1.0]],
                    target_names=target.names)  # fmt: skip
    data = OwnData(table, 0.5, 0, 0.25, inputs_by="minmax", target_columns=[target])
    said = about_own(data)
    assert "4 rows, 1 input, 2 classes" in said
    assert "scaled" in said
    assert "Data page" in said
    assert is_a_sentence(said)
    assert "scaled" not in about_own(OwnData(table))
    topology = Topology.mlp([1, 2, 1])
    counts = facts(Experiment(topology, data))
    assert counts.endswith("2 training, 1 validation and 1 test patterns")


def unescaped(source: str) -> list[str]:
    """Return the messages in a module that Markdown could change: sentences made elsewhere."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name("st"), attr=kind), args=[said, *_]):
                warns = kind in {"error", "warning", "info"}
                variable = isinstance(said, ast.Name) and not said.id.isupper()
                held = warns and (variable or isinstance(said, ast.Attribute))
                if held or ast.unparse(said) == "str(error)":
                    found.append(ast.unparse(node))
    return found


def test_a_sentence_that_may_quote_the_reader_is_shown_as_text(root: Path) -> None:
    """Names of nodes, columns and drawings come from files and links."""
    wrong = ["st.error(str(error))", "st.caption(str(error))", "st.info(run.message)"]
    assert unescaped("\n".join([*wrong, "st.info(SAID)", "st.info('Said.')"])) == wrong
    for file in (root / "app").rglob("*.py"):
        assert unescaped(file.read_text(encoding="utf-8")) == [], file
