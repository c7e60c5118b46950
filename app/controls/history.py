"""Changes of the experiment, and the way back and forth through them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from app.controls.action import Action
from app.jobs import Workers
from app.limits import check_size
from app.stage.messages import Message
from app.stage.sketch import Sketch
from app.state import Bench, Document
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
    check_size(experiment)
    sketch = Sketch.of(experiment.topology)
    if experiment.topology == bench.experiment.topology:
        sketch = Sketch.of(experiment.topology, bench.document.sketch.places())
    bench.put(Document(replace(experiment, drawing=sketch.to_drawing()), sketch))


def seeded(bench: Bench) -> SeededStart:
    """Return the start if it is drawn from a seed, else the usual one."""
    start = bench.experiment.start
    return start if isinstance(start, SeededStart) else SeededStart()


def _undo(bench: Bench, message: Message, workers: Workers) -> None:
    if not bench.move(-1):
        bench.say("There is nothing to undo.")


def _redo(bench: Bench, message: Message, workers: Workers) -> None:
    if not bench.move(1):
        bench.say("There is nothing to redo.")


ACTIONS: Final[dict[str, Action]] = {
    "undo": _undo,
    "redo": _redo,
}
