"""Changes of the experiment, and the way back and forth through them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app.session.document import redrawn
from app.session.limits import check_size
from app.session.state import Bench
from nbn_core.experiment import Experiment, SeededStart


def change(bench: Bench, **fields: Any) -> None:
    """Replace parts of the experiment; the drawing stays as far as it can."""
    experiment = bench.experiment
    if "topology" not in fields:
        changed = replace(experiment, **fields)
        check_size(changed)
        bench.put(replace(bench.document, experiment=changed))
        return
    start = seeded(bench)
    put(bench, replace(experiment, **fields, start=start, drawing=None))


def put(bench: Bench, experiment: Experiment) -> None:
    """Take up an experiment with a drawing of its own."""
    bench.put(redrawn(bench.document, experiment))


def seeded(bench: Bench) -> SeededStart:
    """Return the start if it is drawn from a seed, else the usual one."""
    start = bench.experiment.start
    return start if isinstance(start, SeededStart) else SeededStart()
