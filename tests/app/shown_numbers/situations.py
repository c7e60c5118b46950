"""Experiments at one iteration, with their numbers computed by the oracle in plain NumPy."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from app.session.document import document_of
from app.session.jobs import Run
from app.session.state import Session
from app.session.training_key import training_key
from app.session.view import CurrentView, current_view
from nbn_core.data import Dataset
from nbn_core.experiment import Experiment, OwnData, SeededStart, Stopping
from nbn_core.network import Topology
from nbn_core.objective import weight_units
from nbn_core.trace import Trace
from nbn_core.types import FloatArray
from tests import reference
from tests.app.fake_browser import NoWorkers

_X = np.random.default_rng(5).uniform(-1, 1, (60, 2))
_Y = np.random.default_rng(6).normal(size=(47, 3))
_SPECIES = np.where(np.argmax(_Y @ np.diag([1, 2, 1.5]), axis=1)[:, None] == np.arange(3), 1.0, -1)

OWN = Experiment(
    Topology.mlp([2, 3, 1], output="bipolar"),
    OwnData(Dataset(_X, np.sign(_X[:, :1] * _X[:, 1:])), 0.5, 1, 0.25),
    start=SeededStart(seed=2), stopping=Stopping(1.0, 40),
)  # fmt: skip
CLASSES = Experiment(
    Topology.mlp([3, 4, 3], output="bipolar"),
    OwnData(Dataset(_Y, _SPECIES, name="Three species"), 0.6, 3, 0.2, inputs_by="standard"),
    settings={"matrix": "marquardt"}, start=SeededStart(seed=1), stopping=Stopping(1e-3, 25, 8),
)  # fmt: skip
CURVE = Experiment(
    Topology.mlp([1, 3, 1], output="linear"),
    OwnData(Dataset(_X[:, :1], np.sin(3 * _X[:, :1]) + 0.05 * _X[:, 1:]), 0.7, 5,
            inputs_by="standard", targets_by="minmax"),
    settings={"matrix": "max_diagonal"}, start=SeededStart(seed=3), stopping=Stopping(1e-2, 30),
)  # fmt: skip
ADAM = replace(OWN, rule="adam", settings={}, stopping=Stopping(0.5, 1200))
XOR = replace(
    Experiment.suggested("xor"), topology=Topology.mlp([2, 2, 1], output="bipolar"),
    start=SeededStart(seed=4),
)  # fmt: skip

SHOWN = {
    "own data, an earlier row": (OWN, 3),
    "three classes": (CLASSES, 2),
    "a curve, the first row": (CURVE, 0),
    "epochs of Adam": (ADAM, 230),  # beyond 200 the rows are not the iterations
    "a built-in problem, solved": (XOR, -1),
}
UNTRAINED = {"not trained": (OWN, None)}


@dataclass(frozen=True)
class Situation:
    """An experiment with its training, at one row of the trace."""

    session: Session

    @cached_property
    def now(self) -> CurrentView:
        return current_view(self.session)

    @property
    def experiment(self) -> Experiment:
        return self.session.experiment

    @property
    def topology(self) -> Topology:
        return self.experiment.topology

    @property
    def trace(self) -> Trace:
        assert self.now.trace is not None
        return self.now.trace

    @property
    def k(self) -> int:
        return self.now.k

    @property
    def weights(self) -> FloatArray:
        return (
            self.experiment.start_weights()
            if self.now.trace is None
            else self.trace.weights[self.k]
        )

    @cached_property
    def parts(self) -> dict[str, Dataset]:
        """The parts of the data that there are, by their names in sentences."""
        names = ("training", "validation", "test")
        parts = zip(names, self.experiment.parts(), strict=True)
        return {name: part for name, part in parts if part is not None}

    @property
    def train(self) -> Dataset:
        return self.parts["training"]

    def outputs(self, part: Dataset, weights: FloatArray | None = None) -> FloatArray:
        at = self.weights if weights is None else weights
        made: FloatArray = reference.outputs(self.topology.to_dict(), at, part.inputs)
        return made

    def sse(self, part: Dataset | None = None, weights: FloatArray | None = None) -> float:
        part = self.train if part is None else part
        return float(np.sum((part.targets - self.outputs(part, weights)) ** 2))

    def rmse(self, part: Dataset) -> float:
        return float(np.sqrt(np.mean((part.targets - self.outputs(part)) ** 2)))

    def classes(self, values: FloatArray, part: Dataset) -> FloatArray:
        """The class of each row of outputs or targets: the largest, or the side of the middle."""
        if values.shape[1] > 1:
            return values.argmax(axis=1)
        middle = (part.targets.min() + part.targets.max()) / 2
        return (values[:, 0] > middle).astype(int)

    def right(self, part: Dataset) -> int:
        mine, wanted = self.classes(self.outputs(part), part), self.classes(part.targets, part)
        return int(np.count_nonzero(mine == wanted))

    @cached_property
    def jacobian(self) -> FloatArray:
        made: FloatArray = reference.jacobian(
            self.topology.to_dict(), self.weights, self.train.inputs
        )
        return made

    @cached_property
    def quasi_hessian(self) -> FloatArray:
        return self.jacobian.T @ self.jacobian

    @cached_property
    def gradient(self) -> FloatArray:
        return self.gradient_at(self.weights)

    def gradient_at(self, weights: FloatArray) -> FloatArray:
        """g = J'e, with J = de/dw."""
        rows = reference.jacobian(self.topology.to_dict(), weights, self.train.inputs)
        errors = (self.train.targets - self.outputs(self.train, weights)).ravel()
        made: FloatArray = rows.T @ errors
        return made

    @cached_property
    def hessian(self) -> FloatArray:
        """Half the exact Hessian of the SSE, by central differences of the gradient."""
        step = 1e-5
        columns = [
            (
                self.gradient_at(self.weights + step * axis)
                - self.gradient_at(self.weights - step * axis)
            )
            / (2 * step)
            for axis in np.eye(len(self.weights))
        ]
        whole = np.stack(columns, axis=1)
        return (whole + whole.T) / 2

    @cached_property
    def owners(self) -> list[int]:
        """The neuron of each weight."""
        return [k for k, one in enumerate(self.topology.neurons) for _ in (0, *one.sources)]

    @property
    def mu(self) -> float:
        """Damping of the step from the row shown: that of the next row of a longer training."""
        if self.experiment.rule != "nbn" or self.now.trace is None:
            return 0.03  # the initial damping of NBN with its default settings
        longer = replace(self.experiment, stopping=Stopping(0.0, self.k + 1)).training()
        longer.advance(self.k + 1)
        return float(longer.trace().mu[self.k + 1])

    @cached_property
    def added(self) -> FloatArray:
        """What is added to the diagonal of Q, (N,)."""
        diagonal = np.diag(self.quasi_hessian)
        matrix = self.experiment.settings.get("matrix", "data_scaled")
        if matrix == "marquardt":
            return self.mu * diagonal
        if matrix == "max_diagonal":
            return np.full(len(diagonal), self.mu * diagonal.max())
        assert matrix == "data_scaled"
        squares = weight_units(self.topology, self.train) ** 2
        return self.mu * np.max(diagonal * squares) / squares


def situation(experiment: Experiment, row: int | None) -> Situation:
    """Train an experiment and look at a row; None leaves it untrained."""
    session = Session([document_of(experiment)])
    if row is not None:
        train_in(session)
        last = current_view(session).last
        session.look_at(row if row >= 0 else last + 1 + row)
    return Situation(session)


def train_in(session: Session) -> None:
    """Train the experiment of a session to its end, in this thread."""
    run = Run(session.experiment.training)
    run.go(NoWorkers())
    while run.slice():
        pass
    session.run, session.run_from = run, training_key(session.experiment)
