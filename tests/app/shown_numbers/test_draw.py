"""The Draw page: what the browser is sent of data, network and training.

What the browser itself computes of it, such as the correct patterns and the confusion, is compared
with the core in `tests/js/screen.test.js`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from app.figures.number_format import duration, short
from tests.app.fake_browser import unpacked
from tests.app.shown_numbers.screen import Screen, leaves, numbers
from tests.app.shown_numbers.situations import SHOWN, UNTRAINED, Situation, situation

Open = Callable[[Situation], Screen]

COMPARED = {
    "info.about", "info.facts", "info.headline", "info.target_sse",
    "run.sentence", "run.total", "run.shown", "run.first", "run.iterations", "run.sse", "run.mu",
    "run.seconds", "run.kept", "run.weights", "run.validation", "run.best",
    "data.I", "data.M", "data.train.P", "data.train.inputs", "data.train.targets",
    "data.validation.P", "data.validation.inputs", "data.validation.targets",
    "data.test.P", "data.test.inputs", "data.test.targets",
    "data.input_ranges", "data.target_ranges", "data.threshold", "start", "network.n_inputs",
}  # fmt: skip
# Settings are those that the reader entered, names are those of the network; the rest is not shown.
NOT_COMPUTED = {
    "ack.seq", "rev", "data_key", "data.key", "run.id", "run.jump", "run.resumed", "info.rule",
    "info.options",
    "info.more_options", "info.rule_about", "info.parameters", "info.remark", "data.domain",
    "data.class_names", "data.target_names", "graph", "network.inputs", "network.outputs",
    "network.neurons", "network.families", "catalogue", "rules", "glossary", "loose",
}  # fmt: skip
PARTS = {"train": "training", "validation": "validation", "test": "test"}


@pytest.mark.parametrize("name", [*SHOWN, *UNTRAINED])
def test_the_browser_is_sent_the_numbers_of_the_training(name: str, screen: Open) -> None:
    at = situation(*{**SHOWN, **UNTRAINED}[name])
    sent = screen(at).seen().payloads["workbench"]
    for path, value in leaves(sent):
        known = path in COMPARED or any(
            path == one or path.startswith(f"{one}.") for one in NOT_COMPUTED
        )
        assert known, f"No test knows the number {path} = {value}."
    counts = [f"{part.n_patterns}" for part in at.parts.values()]
    assert numbers(sent["info"]["facts"]) == [f"{len(at.weights)}", *counts]
    assert [word for word in PARTS.values() if word in sent["info"]["facts"]] == (
        list(at.parts) if len(at.parts) > 1 else []
    )
    whole = sum(part.n_patterns for part in at.parts.values())
    if sent["info"]["problem"] == "":
        outputs = f"{at.train.n_outputs}"
        assert numbers(sent["info"]["about"]) == [f"{whole}", f"{at.train.n_inputs}", outputs]
    assert sent["info"]["target_sse"] == at.experiment.stopping.target_sse
    assert np.array_equal(unpacked(sent["start"]), at.experiment.start_weights())
    _check_data(at, sent["data"])
    if at.now.trace is not None:
        _check_run(at, sent["run"])


def _check_data(at: Situation, data: dict[str, Any]) -> None:
    assert (data["I"], data["M"]) == (at.train.n_inputs, at.train.n_outputs)
    for key, name in PARTS.items():
        assert (data[key] is not None) == (name in at.parts)
        if name in at.parts:
            part = at.parts[name]
            assert data[key]["P"] == part.n_patterns
            assert np.array_equal(unpacked(data[key]["inputs"]), part.inputs.T.ravel())
            assert np.array_equal(unpacked(data[key]["targets"]), part.targets.T.ravel())
    for ranges, values in (
        (data["input_ranges"], np.vstack([part.inputs for part in at.parts.values()])),
        (data["target_ranges"], np.vstack([part.targets for part in at.parts.values()])),
    ):
        assert ranges == [[column.min(), column.max()] for column in values.T]
    if data["kind"] == "classification" and data["M"] == 1:
        assert data["threshold"] == (at.train.targets.min() + at.train.targets.max()) / 2


def _check_run(at: Situation, run: dict[str, Any]) -> None:
    trace, last = at.trace, len(at.trace) - 1
    assert (run["total"], run["first"], run["shown"]) == (last + 1, 0, at.k)
    assert run["iterations"] == trace.iterations.tolist()
    weights = unpacked(run["weights"]).reshape(len(run["kept"]), -1)
    assert run["kept"] == list(range(last + 1))
    for k, row in zip(run["kept"], weights, strict=True):
        assert run["sse"][k] == pytest.approx(at.sse(weights=row), rel=1e-9)
        if run["validation"]:
            assert run["validation"][k] == pytest.approx(
                at.sse(at.parts["validation"], row), rel=1e-9
            )
    assert np.array_equal(weights[at.k], at.weights)
    assert all(mu is None for mu in run["mu"]) == (at.experiment.rule != "nbn")
    if at.k < last and at.experiment.rule == "nbn":
        assert run["mu"][at.k + 1] == at.mu
        step = -np.linalg.solve(at.quasi_hessian + np.diag(at.added), at.gradient)
        moved = weights[at.k + 1] - weights[at.k]
        assert np.allclose(moved, trace.step_length[at.k + 1] * step, atol=1e-6)
    assert run["seconds"] == sorted(run["seconds"])
    ends = f"{trace.iterations[-1]:,}"
    seconds, sse = numbers(duration(run["seconds"][-1])), short(run["sse"][-1])
    said = {"SOLVED": [ends, *seconds], "MAX_ITERATIONS": [ends, sse], "EARLY": [ends]}[run["stop"]]
    if run["validation"]:
        best = int(np.argmin(run["validation"]))
        assert run["best"] == best
        if best < last or run["stop"] == "EARLY":
            said.append(f"{trace.iterations[best]:,}")
    assert numbers(run["sentence"]) == said
