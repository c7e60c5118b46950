"""The stages of a reshaping: the networks between its changes, and the trace of all of them.

A trace has the columns of a union, the network of all connections that lived until then.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nbn_core.errors import SettingError
from nbn_core.network import Topology
from nbn_core.structure.path import Event
from nbn_core.structure.wiring import Wired, columns_in
from nbn_core.trace import Columns, Trace
from nbn_core.training import Training


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """A network between two changes.

    It has a training until the next change, and then its rows alone: the work space of a training
    takes far more memory than they do.

    Parameters
    ----------
    wired : Wired
        The network, with the weights that the stage begins with.
    row, iteration : int
        Row of the trace and iteration where it begins.
    event : Event or None
        The change before it; None for the first stage.
    training : Training or None
        Its training, until the next change.
    ended : Trace, optional
        Its rows, after the next change.
    """

    wired: Wired
    row: int
    iteration: int
    event: Event | None
    training: Training | None
    ended: Trace | None = None

    @property
    def rows(self) -> Trace:
        """Rows of its own training."""
        if self.training is not None:
            return self.training.trace()
        assert self.ended is not None
        return self.ended

    def ended_now(self) -> Stage:
        """Return it without its training."""
        rows = self.rows
        return replace(self, training=None, ended=replace(rows, weights=rows.weights.copy()))

    def trace(self, union: Topology) -> Trace:
        """Return its rows in the columns of the union, numbered from its first iteration."""
        rows = self.rows
        columns = columns_in(union, self.wired.topology)
        weights = np.zeros((len(rows), union.n_weights))
        weights[:, columns] = rows.weights
        alive = np.zeros(weights.shape, dtype=np.bool_)
        alive[:, columns] = True
        return replace(
            rows, weights=weights, alive=alive, iterations=rows.iterations + self.iteration
        )

    def followed_by(
        self, after: Wired, training: Training, title: str, predicted: float | None
    ) -> Stage:
        """Return the stage that begins when this one changes to another network."""
        rows, before, topology = self.rows, self.wired.topology, after.topology
        old, new = set(before.weight_names), set(topology.weight_names)
        event = Event(
            row=self.row + len(rows),
            title=title,
            born=tuple(n for n in topology.weight_names if n[0] and n not in old),
            died=tuple(n for n in before.weight_names if n[0] and n not in new),
            born_neurons=tuple(n for n in topology.names if n not in before.names),
            died_neurons=tuple(n for n in before.names if n not in topology.names),
            n_weights=topology.n_weights,
            predicted_rise=predicted,
            real_rise=float(training.trace().sse[0]) - float(rows.sse[-1]),
        )
        iteration = self.iteration + int(rows.iterations[-1]) + 1
        return Stage(after, event.row, iteration, event, training)

    @property
    def now(self) -> Wired:
        """The network with its newest weights."""
        return self.wired.with_weights(self.rows.weights[-1])


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """All stages so far; replaced as a whole, so that any thread can read it at any time.

    Parameters
    ----------
    union : Topology
        Network of all connections that ever lived.
    generation : int
        Number of times that the union has grown.
    stages : tuple of Stage
        Stages in order; only the last one has a training.
    closed : Trace or None
        Rows of all stages but the last one, in the columns of the union.
    """

    union: Topology
    generation: int
    stages: tuple[Stage, ...]
    closed: Trace | None

    @property
    def training(self) -> Training:
        """Training of the network as it is."""
        training = self.stages[-1].training
        assert training is not None
        return training

    def then(self, union: Topology, stage: Stage) -> Path:
        """Return the path with one more stage, in the columns of a union that may have grown."""
        same = union is self.union
        traces = [one.trace(union) for one in (self.stages[-1:] if same else self.stages)]
        if same and self.closed is not None:
            traces.insert(0, self.closed)
        stages = (*self.stages[:-1], self.stages[-1].ended_now(), stage)
        return Path(union, self.generation + (not same), stages, _joined(traces))

    def trace(self) -> Trace:
        """Return all rows, in the columns of the union."""
        newest = self.stages[-1].trace(self.union)
        return newest if self.closed is None else _joined([self.closed, newest])

    def trace_in(self, union: Topology) -> Trace:
        """Return the rows in the columns of an earlier union, as far as they fit into it."""
        if union is self.union:
            return self.trace()
        known = set(union.weight_names)
        stages = itertools.takewhile(
            lambda stage: known.issuperset(stage.wired.topology.weight_names), self.stages
        )
        return _joined([stage.trace(union) for stage in stages])

    def wired_at(self, row: int) -> Wired:
        """Return the network of a row, counted from 0, with its weights; refuse other rows."""
        if row < 0:
            raise SettingError("Rows of a trace are counted from 0: give another one.")
        stage = next(stage for stage in reversed(self.stages) if stage.row <= row)
        rows = stage.rows
        return stage.wired.with_weights(rows.weights[min(row - stage.row, len(rows) - 1)])


def _joined(traces: list[Trace]) -> Trace:
    """Return the rows of several traces, with running totals of what is counted from the start."""
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(trace, name) for trace in traces])
        for name in (*Columns._fields, "alive")
    }
    for name in ("seconds", "evaluations", "work"):
        total = 0
        parts = []
        for trace in traces:
            parts.append(getattr(trace, name) + total)
            total = parts[-1][-1]
        columns[name] = np.concatenate(parts)
    for column in columns.values():
        column.setflags(write=False)
    return Trace(**columns)
