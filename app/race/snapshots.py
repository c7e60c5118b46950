"""Small pictures of what a lane has learned so far, as bytes: computed values, rounded to tones.

The kind of picture depends on the data: the output over two inputs, the curve over one, or else
the weights of the drawn network. After the first iterations, pictures are at most 12.5 % apart, so
that a replay on a log axis is smooth. At which iterations they are taken does not depend on the
length of the race.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.race.race import LaneRun
from app.session.own_predictions import OwnPredictions
from app.shared.payload import pack
from nbn_core.data import Dataset
from nbn_core.experiment import Experiment
from nbn_core.network import Network
from nbn_core.trace import Trace, next_row
from nbn_core.types import FloatArray, IntArray, Json

SIDE: Final = 36
CURVE: Final = 120
PALE: Final = 0.62  # strength of a surface, so that the points on it stand out
PAD: Final = 0.15  # margin above and below a curve, as a share of the range of its targets
TOP: Final = 254  # the highest tone; the middle one is the background
POINTS: Final = 400
COUNTED: Final = 3e7  # maximum multiplications for counting correct patterns of a picture


class Snapshot(NamedTuple):
    """A picture of one iteration: its tones, and the correct patterns or RMSE, NaN if unknown."""

    iteration: int
    tones: bytes
    score: float


@dataclass(slots=True)
class Snapshots:
    """The pictures of one lane; new ones are added while it trains."""

    looks: list[Snapshot] = field(default_factory=list)
    newest: Snapshot | None = None


def kind_of(experiment: Experiment) -> str:
    """Return the kind of picture for the data: "curve", "surface" or "network"."""
    return {1: "curve", 2: "surface"}.get(experiment.topology.n_inputs, "network")


def sample_inputs(experiment: Experiment) -> FloatArray | None:
    """Return the inputs of the samples: row by row from the top, or from left to right.

    None if the pictures show the weights.
    """
    kind = kind_of(experiment)
    if kind == "network":
        return None
    low, high = _domain(experiment.datasets()[0])
    if kind == "curve":
        return np.linspace(low[0], high[0], CURVE)[:, None]
    x, y = np.linspace(low[0], high[0], SIDE), np.linspace(high[1], low[1], SIDE)
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)


def _domain(data: Dataset) -> tuple[FloatArray, FloatArray]:
    low, high = data.inputs.min(axis=0), data.inputs.max(axis=0)
    pad = np.where(high > low, 0.1 * (high - low), 1.0)
    return low - pad, high + pad


def scene(experiment: Experiment) -> Json:
    """Return what is drawn behind or over all pictures of a race."""
    data = experiment.datasets()[0]
    kind = kind_of(experiment)
    picked = np.linspace(0, data.n_patterns - 1, min(POINTS, data.n_patterns)).astype(int)
    made: Json = {"kind": kind, "side": SIDE, "output": data.target_names[0]}
    if kind == "network":
        return made  # each lane has a network of its own
    low, high = _domain(data)
    values = data.targets[picked, 0]
    if kind == "surface":
        x = (data.inputs[picked, 0] - low[0]) / (high[0] - low[0])
        y = (high[1] - data.inputs[picked, 1]) / (high[1] - low[1])
        tones = _tones(values, data, 1.0)
    else:
        x = (data.inputs[picked, 0] - low[0]) / (high[0] - low[0])
        y = 1.0 - _heights(values, data) / TOP
        tones = np.zeros(len(picked), dtype=np.uint8)
    return {**made, "x": pack(x), "y": pack(y), "tones": tones.tolist()}


def _tones(values: FloatArray, data: Dataset, strength: float) -> NDArray[np.uint8]:
    low, high = float(data.targets[:, 0].min()), float(data.targets[:, 0].max())
    half = (high - low) / 2 or 1.0
    return _bytes(strength * (values - (low + high) / 2) / half)


def _bytes(signed: FloatArray) -> NDArray[np.uint8]:
    """Return the tones of values in [-1, 1]; NaN is the background."""
    clipped = np.nan_to_num(np.clip(signed, -1.0, 1.0), nan=0.0)
    return np.asarray(np.rint((clipped + 1.0) * (TOP / 2)), dtype=np.uint8)


def _heights(values: FloatArray, data: Dataset) -> NDArray[np.uint8]:
    low, high = float(data.targets[:, 0].min()), float(data.targets[:, 0].max())
    pad = PAD * (high - low or 1.0)
    return _bytes(2.0 * (values - low + pad) / (high - low + 2.0 * pad) - 1.0)


def tones_of(experiment: Experiment, outputs: FloatArray | None, weights: FloatArray) -> bytes:
    """Return the tones of outputs at the samples, or of the weights, as bytes."""
    data = experiment.datasets()[0]
    with np.errstate(all="ignore"):
        if outputs is None:
            return _bytes(np.sign(weights) * (1.0 - np.exp(-np.abs(weights) / 3.0))).tobytes()
        if kind_of(experiment) == "curve":
            return _heights(outputs[:, 0], data).tobytes()
        return _tones(outputs[:, 0], data, PALE).tobytes()


def score_of(data: Dataset, outputs: FloatArray) -> float:
    """Return the number of correct patterns, or the root mean square error."""
    if data.kind == "classification":
        return float(data.right(outputs).sum())
    with np.errstate(all="ignore"):
        return float(np.sqrt(np.mean((data.targets - outputs) ** 2)))


def worth_keeping(trace: Trace) -> NDArray[np.intp]:
    """Return the indices of the rows of a trace that get a picture, apart from the newest row."""
    return rows_at(trace.iterations, 8, 8)


def rows_at(iterations: IntArray, first: int, part: int) -> NDArray[np.intp]:
    """Return the rows of each of the `first` iterations, then at steps of a factor 1 + 1/`part`."""
    wanted = [0]
    last = int(iterations[-1])
    while wanted[-1] < last:
        wanted.append(wanted[-1] + max(1, (wanted[-1] - first + part) // part))
    return np.unique(np.searchsorted(iterations, wanted).clip(0, len(iterations) - 1))


def curve_rows(trace: Trace) -> NDArray[np.intp]:
    """Return the rows of a curve: every iteration at first, then steps of 2 %."""
    wanted = [0]
    last = int(trace.iterations[-1])
    while wanted[-1] < last:
        wanted.append(next_row(wanted[-1]))
    rows = np.searchsorted(trace.iterations, wanted).clip(0, len(trace) - 1)
    return np.unique(np.append(rows, len(trace) - 1))


class SnapshotTaker:
    """Maker of the pictures of one race.

    Parameters
    ----------
    experiment : Experiment
        Network and data of the race.
    """

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self.data = experiment.datasets()[0]
        self.samples = sample_inputs(experiment)
        self._network = Network.from_topology(experiment.topology)
        work = float(self.data.n_patterns) * experiment.topology.n_weights
        self.counts = work <= COUNTED

    def at(self, weights: FloatArray, iteration: int) -> Snapshot:
        """Return a picture of the drawn network with these weights."""
        outputs = None if self.samples is None else self._run(weights, self.samples)
        score = float("nan")
        if self.counts:
            score = score_of(self.data, self._run(weights, self.data.inputs))
        return Snapshot(iteration, tones_of(self.experiment, outputs, weights), score)

    def of_outputs(self, iteration: int, outputs: FloatArray, weights: FloatArray) -> Snapshot:
        """Return a picture of outputs that a rule predicted in its own way at `own_inputs`."""
        n = 0 if self.samples is None else len(self.samples)
        score = score_of(self.data, outputs[n:]) if len(outputs) > n else float("nan")
        shown = outputs[:n] if n else None
        return Snapshot(iteration, tones_of(self.experiment, shown, weights), score)

    def own_inputs(self) -> FloatArray:
        """Return the inputs of `OwnPredictions`: the samples and, if counted, the patterns."""
        parts = [self.samples] if self.samples is not None else []
        if self.counts:
            parts.append(self.data.inputs)
        return np.concatenate(parts) if parts else self.data.inputs[:1]

    def _run(self, weights: FloatArray, inputs: FloatArray) -> FloatArray:
        nodes = self._network.activations(weights, inputs)
        return nodes[:, self._network.n_inputs + self._network.outputs]

    def update(self, kept: Snapshots, run: LaneRun, trace: Trace, room: int) -> int:
        """Add pictures that are missing, at most `room`; return how many were taken."""
        if run.own is not None:
            return self._collect(kept, run.own, trace)
        last = len(trace) - 1
        known = kept.looks[-1].iteration if kept.looks else -1
        taken = 0
        for row in worth_keeping(trace):
            iteration = int(trace.iterations[row])
            if iteration <= known or (row == last and row > 0):
                continue
            if taken >= room:
                break
            kept.looks.append(self.at(trace.weights[row], iteration))
            taken += 1
        newest = int(trace.iterations[last])
        if kept.newest is None or kept.newest.iteration != newest:
            kept.newest = self.at(trace.weights[last], newest)
            taken += 1
        return taken

    def _collect(self, kept: Snapshots, own: OwnPredictions, trace: Trace) -> int:
        for iteration, outputs in own.made[len(kept.looks) :]:
            kept.looks.append(self.of_outputs(iteration, outputs, trace.weights[-1]))
        if kept.looks:
            kept.newest = kept.looks[-1]
        return 0
