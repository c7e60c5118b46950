"""The tables of measurements in the README agree with the stored results."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import RESULTS
from benchmarks.peers.__main__ import table
from benchmarks.tables import found, with_table


def test_the_table_of_peers_is_that_of_the_results(root: Path) -> None:
    file = RESULTS / "peers.json"
    shown = found("peers", (root / "README.md").read_text())
    assert (shown is not None) == file.exists()
    if shown is not None:
        assert shown == table(json.loads(file.read_text()))


@pytest.mark.parametrize("text", ["", "<!-- peers -->", "nothing"])
def test_a_table_without_markers_is_not_found(text: str) -> None:
    assert found("peers", text) is None


@pytest.mark.parametrize("times", [1, 2])
def test_a_table_is_inserted_once_and_then_replaced(root: Path, times: int) -> None:
    text = (root / "README.md").read_text()
    for number in range(times):
        text = with_table("peers", f"| {number} |", text)
    assert found("peers", text) == f"| {times - 1} |"
    assert text.count("<!-- peers -->") == text.count("## Speed") == 1
    assert text.index("<!-- end of peers -->") < text.index("## Where things are")


def test_ratios_are_to_the_best_peer_and_the_floor() -> None:
    task = {
        "title": "t", "kind": "seconds_per_iteration",
        "medians": {"nbn": 1e-3, "jax": 4e-3, "scipy": 2e-3, "floor": 5e-4},
    }  # fmt: skip
    line = table({"tasks": [task]}).splitlines()[-1]
    assert line.startswith("| t | 1 ms | 4 ms | – | – | 2 ms | – | 0.5 ms |")
    assert line.endswith("| 0.5x SciPy lm | 2.00x |")
    trials = {"title": "t", "kind": "trials_per_second", "medians": {"nbn": 300.0, "jax": 20.0}}
    assert table({"tasks": [trials]}).splitlines()[-1].endswith("| 15x JAX | – |")
