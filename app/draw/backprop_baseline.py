"""The cost of the same training by backpropagation, measured here after NBN has solved it.

Only on the problems of TensorFlow Playground, because only there settings are known that are not
ours: those Playground opens with. Each training is measured once for all sessions, in the same
workers, after the reader's own is over.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import replace
from typing import Any, Final

from app.figures.number_format import duration
from app.session import server
from app.session.jobs import Run, Workers
from app.session.reshaping_run import ReshapingRun
from app.session.state import Session
from app.session.training_key import training_key
from nbn_core.checks import plural
from nbn_core.experiment import Experiment, ProblemData, Stopping
from nbn_core.training import StopReason
from nbn_core.types import Json

SETTINGS: Final[dict[str, Any]] = {
    "rate": 0.03,
    "batch_size": 10,
}  # what TensorFlow Playground opens with
EPOCHS: Final = 20_000
FRAMES: Final = 60.0  # Playground draws every epoch: one for each frame of the screen
_KEPT: Final = 64
_runs: Final[OrderedDict[str, Run]] = OrderedDict()
_lock: Final = threading.Lock()


def beside(session: Session, workers: Workers) -> Json:
    """Return the line beside a solved training, and whether it is still being measured."""
    run, experiment = session.run, session.experiment
    if run is None or isinstance(run, ReshapingRun):
        return {"beside": "", "measuring": False}
    if run.stop is not StopReason.SOLVED or not comparable(experiment):
        return {"beside": "", "measuring": False}
    if server.compiling_race():
        return {"beside": "", "measuring": True}
    rival = _run_of(experiment)
    if rival.stop is None and not rival.failed:
        rival.go(workers)
        return {"beside": "Measuring the same by backpropagation\u2026", "measuring": True}
    return {"beside": sentence(rival), "measuring": False}


def comparable(experiment: Experiment) -> bool:
    """Return whether NBN trains a problem of TensorFlow Playground."""
    data = experiment.data
    named = isinstance(data, ProblemData) and data.name.startswith("playground_")
    return named and experiment.rule == "nbn"


def sentence(rival: Run) -> str:
    """Return the iterations and the computing time that backpropagation needed, in a sentence."""
    trace = rival.trace()
    if rival.failed or trace is None:
        return ""
    epochs, seconds = rival.iteration, float(trace.seconds[-1])
    took = f"{plural(epochs, 'epoch')}: {duration(seconds)} of computing here, and"
    screen = f"{duration(epochs / FRAMES)} on its screen at one epoch a frame"
    if rival.stop is StopReason.SOLVED:
        return (
            "From the same weights, backpropagation as TensorFlow Playground runs it takes "
            f"{took} {screen}."
        )
    return (
        "From the same weights, backpropagation as TensorFlow Playground runs it had not solved it "
        f"after {took} {screen}."
    )


def _run_of(experiment: Experiment) -> Run:
    key = training_key(experiment)
    with _lock:
        if key not in _runs:
            stopping = Stopping(experiment.stopping.target_sse, EPOCHS)
            rival = replace(experiment, rule="ebp", settings=SETTINGS, stopping=stopping)
            _runs[key] = Run(rival.training)
        _runs.move_to_end(key)
        while len(_runs) > _KEPT:
            _runs.popitem(last=False)[1].halt()
        return _runs[key]
