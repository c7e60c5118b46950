"""The tables of measurements in the README agree with the stored results."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import RESULTS
from benchmarks.peers.__main__ import table
from benchmarks.published import DOCUMENT, FILE, page
from benchmarks.tables import found, with_table
from nbn_core.studies import PUBLISHED_TABLES
from nbn_core.studies.published_tables import MINIMAL_NOTES


def test_the_table_of_peers_is_that_of_the_results(root: Path) -> None:
    file = RESULTS / "peers.json"
    shown = found("peers", (root / "README.md").read_text())
    assert (shown is not None) == file.exists()
    if shown is not None:
        assert shown == table(json.loads(file.read_text()))


def test_the_page_of_published_results_is_that_of_the_results() -> None:
    assert DOCUMENT.read_text() == page(json.loads(FILE.read_text()))


MEASURED = {  # successes that notes of published tables tell, by row and variant
    "Parity-6, 6-3-1 BMLP": {"as_published": 0, "gain_1": 0, "leak": 33},
    "Parity-7, 7-3-1 BMLP": {"as_published": 0, "gain_1": 0, "leak": 28},
    "Parity-8, 8-4-1 BMLP": {"as_published": 0, "gain_1": 0, "leak": 10},
    "Parity-7, 7-2-1 FCC": {"as_published": 4, "leak": 1, "gain_1": 0, "usual": 15},
    "Parity-9, 9-3-1 FCC": {"as_published": 0, "usual": 9},
    "Parity-9, 9-9-1 FCC": {"as_published": 26, "gain_025": 32, "gain_1": 12, "leak": 37},
    "Two spirals, 2-8-1 FCC": {"as_published": 5, "gain_025": 18, "gain_1": 1},
    "Two spirals, 2-11-1 FCC": {
        "as_published": 49, "gain_025": 63, "gain_1": 12, "scaled": 42, "leak": 59, "usual": 91,
    },
}  # fmt: skip


def test_the_notes_of_published_tables_tell_what_was_measured() -> None:
    results = json.loads(FILE.read_text())
    entries = {one.title: one for table in PUBLISHED_TABLES.values() for one in table.entries}
    for title, successes in MEASURED.items():
        for variant, count in successes.items():
            assert results["rows"][f"{title}: {variant}"]["successes"] == count
            assert (str(count) if count else "none") in entries[title].note
    for neurons, best in ((3, ("2.55", "0.4")), (4, ("1.57", "0.399"))):
        title = f"Control surface, 2-{neurons}-1 FCC"
        for variant, sse in zip(("as_published", "usual"), best, strict=True):
            sentence = results["rows"][f"{title}: {variant}"]["sentence"]
            assert sentence.endswith(f"our best is {sse}.")
            assert f" {sse} " in entries[title].note
    for name, hidden in (("parity-4", 3), ("parity-7", 4)):
        found = results["smallest"][f"{name}, one seed in 100"]["found"]
        assert found[0]["network"] == f"{name[-1]}-{hidden}-1 SLP"
        assert f"{hidden} hidden neurons for {name}" in MINIMAL_NOTES["slp"] or (
            f"{hidden} for {name}" in MINIMAL_NOTES["slp"]
        )


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
