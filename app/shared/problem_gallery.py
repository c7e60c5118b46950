"""The catalogue of built-in problems with their thumbnails.

The thumbnails are kept in a file, because drawing them imports much of scikit-learn while the first
visitor waits. A test compares the file with the generators;
`python -m app.shared.problem_gallery` writes it again.
"""

from __future__ import annotations

import functools
import json
import math
from pathlib import Path
from typing import Final

import numpy as np

from nbn_core.generators import PROBLEMS, Problem
from nbn_core.network import ACTIVATIONS
from nbn_core.types import FloatArray, Json

THUMBNAILS: Final = Path(__file__).with_name("thumbnails.json")
_MAX_POINTS: Final = 90
_MAX_ROWS: Final = 16


@functools.cache
def catalogue() -> Json:
    """Return all built-in problems with their thumbnails, and all activation functions."""
    thumbnails = json.loads(THUMBNAILS.read_text(encoding="utf-8"))
    return {
        "problems": [
            {
                "name": problem.name,
                "title": problem.title,
                "text": problem.text,
                "thumb": thumbnails[problem.name],
            }
            for problem in PROBLEMS.values()
        ],
        "activations": [{"name": a.name, "title": a.title} for a in ACTIVATIONS.values()],
    }


def thumbnail(problem: Problem) -> Json:
    """Draw a thumbnail: the points of a problem, or its first patterns as a grid of cells."""
    dataset = problem.make()
    x, targets = dataset.inputs, dataset.targets
    if problem.name == "digits":
        side = math.isqrt(dataset.n_inputs)
        return _cells(_unit(x[0]).reshape(side, side))
    if dataset.n_inputs == 1:
        return _points(x[:, 0], targets[:, 0], np.ones(dataset.n_patterns), 1.2)
    if dataset.n_inputs == 2:
        return _points(x[:, 0], x[:, 1], _unit(targets[:, 0]), 1.7)
    if problem.name == "iris":
        classes = np.array([-1.0, 0.3, 1.0])[targets.argmax(axis=1)]
        return _points(x[:, 2], x[:, 3], classes, 1.7)
    return _cells(np.hstack([x, targets])[:_MAX_ROWS])


def _points(x: FloatArray, y: FloatArray, value: FloatArray, radius: float) -> Json:
    picked = np.linspace(0, len(x) - 1, min(_MAX_POINTS, len(x))).astype(int)
    columns = [(_unit(x)[picked] + 1) / 2, (_unit(y)[picked] + 1) / 2, value[picked]]
    points = np.round(columns, 3).T.tolist()
    return {"kind": "points", "radius": radius if len(picked) > 30 else 4.0, "points": points}


def _cells(table: FloatArray) -> Json:
    rows, columns = table.shape
    values = np.round(table, 2).ravel().tolist()
    return {"kind": "cells", "rows": rows, "columns": columns, "values": values}


def _unit(values: FloatArray) -> FloatArray:
    low, high = float(values.min()), float(values.max())
    return (2 * values - low - high) / ((high - low) or 1.0)


def write() -> None:
    """Write the file of thumbnails."""
    drawn = {name: thumbnail(problem) for name, problem in PROBLEMS.items()}
    THUMBNAILS.write_text(json.dumps(drawn, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
