"""The notebook runs from top to bottom, without a browser and without Streamlit."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOUR = ROOT / "docs" / "tour.ipynb"
END = """
import plotly.graph_objects
assert "streamlit" not in sys.modules
assert result.converged and trials.success_rate > 0.1
assert [len(runs) for runs in race.values()] == [10, 10, 10]
assert any(run.converged for run in race["nbn"])
figures = [f for f in shown if isinstance(f, plotly.graph_objects.Figure)]
pictures = [value._repr_mimebundle_()["image/svg+xml"] for value in shown if value not in figures]
assert len(figures) == 3 and len(pictures) == 3 and all(p.startswith("<svg") for p in pictures)
assert scores.mean() > 0.9
assert link.decode(link.encode(experiment)) == experiment
assert (experiment.start_weights() == result.trace.weights[0]).all()
"""


@pytest.fixture(scope="module")
def cells() -> list[dict]:
    return json.loads(TOUR.read_text(encoding="utf-8"))["cells"]


def test_the_notebook_is_committed_without_outputs(cells: list[dict]) -> None:
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert len(code) >= 8
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    assert cells[0]["cell_type"] == "markdown"
    assert len({cell["id"] for cell in cells}) == len(cells)


def test_the_notebook_runs_from_top_to_bottom(cells: list[dict], tmp_path: Path) -> None:
    """Run all cells as a script; expressions at the end of a cell are collected in `shown`."""
    parts = ["import sys", "shown = []"]
    for cell in cells:
        if cell["cell_type"] != "code":
            continue
        *before, last = "".join(cell["source"]).split("\n")
        if last.isidentifier() or last.endswith(".figure"):
            last = f"shown.append({last})"
        parts += [*before, last]
    script = tmp_path / "tour.py"
    script.write_text("\n".join([*parts, END]), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-B", str(script)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    assert "solved in" in run.stdout
    assert "?e=" in run.stdout
