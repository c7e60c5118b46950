"""Starting weights: drawn anew, set one by one, kept while the wiring changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np

from app.controls.action import Action
from app.controls.history import change
from app.controls.training import training_key
from app.jobs import Workers
from app.limits import MAX_ITERATIONS
from app.stage.messages import Message
from app.state import Bench
from nbn_core.errors import TopologyError
from nbn_core.experiment import Experiment, GivenStart, SeededStart
from nbn_core.generators import MAX_SEED
from nbn_core.network import Topology, initial_weights

BIAS: Final = ""


def _new_weights(bench: Bench, message: Message, workers: Workers) -> None:
    renew_weights(bench)


def renew_weights(bench: Bench) -> None:
    """Draw other starting weights."""
    start = bench.experiment.start
    if isinstance(start, SeededStart):
        change(bench, start=replace(start, seed=start.seed + 1 if start.seed < MAX_SEED else 0))
    else:
        change(bench, start=SeededStart())


def _weight(bench: Bench, message: Message, workers: Workers) -> None:
    """One weight set by hand: the network as shown, with this weight, is the new start."""
    experiment = bench.experiment
    value = message.number("value", -1e6, 1e6)
    names = experiment.topology.weight_names
    if "bias" in message.fields:
        target = message.text("bias")
        place = next((n for n, (s, t) in enumerate(names) if t == target and s == BIAS), None)
    else:
        ends = (message.text("source"), message.text("target"))
        place = names.index(ends) if ends in names else None
    if place is None:
        raise TopologyError("That connection takes no part in the network, so it has no weight.")
    weights = shown_weights(bench, message.whole("k", 0, MAX_ITERATIONS)).copy()
    weights[place] = value
    change(bench, start=GivenStart(tuple(weights.tolist())))


def shown_weights(bench: Bench, k: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the weights at iteration k of the run, or the starting ones."""
    trace = bench.run.trace() if bench.run is not None else None
    if trace is None or bench.run_from != training_key(bench.experiment):
        return bench.experiment.start_weights()
    weights: np.ndarray[Any, np.dtype[np.float64]] = trace.weights[min(k, len(trace) - 1)]
    return weights


def reached_weights(bench: Bench) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the weights a training is at, those it ended with, or the starting ones."""
    best = bench.run.best_row if bench.run is not None and not bench.run.running else None
    return shown_weights(bench, MAX_ITERATIONS if best is None else best)


def carried(
    experiment: Experiment, before: Topology, topology: Topology
) -> SeededStart | GivenStart:
    """Weights set by hand stay with their connections; new connections get drawn ones."""
    if not isinstance(experiment.start, GivenStart):
        return experiment.start
    known = dict(zip(before.weight_names, experiment.start.weights, strict=True))
    drawn = initial_weights(topology, seed=0).tolist()
    return GivenStart(
        tuple(known.get(name, new) for name, new in zip(topology.weight_names, drawn, strict=True))
    )


ACTIONS: Final[dict[str, Action]] = {
    "new_weights": _new_weights,
    "weight": _weight,
}
