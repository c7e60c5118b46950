"""Reshaping: a training in which connections and neurons are born and die.

The network that trains is always the smallest one: what is dead is not computed. The trace has the
columns of the union, the network of all connections that ever lived; the weight of a connection
that is dead or not yet born is exactly 0 there, so the union has the same outputs. Each change has
a row of its own, with the error right after it.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from nbn_core.checks import plural
from nbn_core.data import Dataset
from nbn_core.display import one_line
from nbn_core.errors import NBNError, SettingError, TopologyError
from nbn_core.network import Topology
from nbn_core.objective import Objective
from nbn_core.rules import RULES
from nbn_core.structure import titles
from nbn_core.structure.growth import grown
from nbn_core.structure.path import Event, PathPoint
from nbn_core.structure.pruning import Prediction, pruned
from nbn_core.structure.rewiring import rewired
from nbn_core.structure.stages import Path, Stage
from nbn_core.structure.steps import Back, Grow, Prune, Repeat, Rewire, Step, Train
from nbn_core.structure.wiring import Wired, united
from nbn_core.trace import Trace
from nbn_core.training import StopReason, Training
from nbn_core.training.training import TARGET_SSE
from nbn_core.types import FloatArray

_LONG: Final = 100_000_000  # iterations: the steps say how long to train


class Reshaping:
    """A training in time slices, in which the network changes by steps.

    It advances and reports like `nbn_core.training.Training`.

    Parameters
    ----------
    topology : Topology
        Network to begin with, N weights.
    dataset : Dataset
        Training patterns.
    rule : str
        Learning rule, a key of `RULES`, that trains the drawn network by its gradient.
    weights : (N,) array_like
        Weights to begin with, neuron by neuron, bias first.
    test : Dataset, optional
        Test patterns, whose error is measured along the path.
    target_sse : float
        Sum of squared errors at which training ends.
    most_weights : int, optional
        Largest number of weights in `topology`, dead ones included; unlimited by default.
    most_rows : int, optional
        Number of rows of the trace at which everything ends; unlimited by default.
    **settings
        Settings of the rule.

    Raises
    ------
    SettingError
        If the rule trains in a way of its own, or a setting is unknown or out of range.
    ShapeError
        If the sizes of network, patterns and weights do not match.
    """

    own_prediction = False

    def __init__(
        self,
        topology: Topology,
        dataset: Dataset,
        rule: str = "nbn",
        *,
        weights: ArrayLike,
        test: Dataset | None = None,
        target_sse: float = TARGET_SSE,
        most_weights: int | None = None,
        most_rows: int | None = None,
        **settings: Any,
    ) -> None:
        self._most_weights, self._most_rows = most_weights, most_rows
        self._dataset, self._test = dataset, test
        self._rule, self._target, self._settings = rule, target_sse, settings
        start = Wired(topology, np.array(weights, dtype=np.float64))
        training = self._training_of(start)
        one = RULES[rule]
        if one.own_aim or one.own_prediction:
            raise SettingError(
                f"{one.title} trains a network in its own way and cannot follow a change of it: "
                "choose NBN or another rule that lowers the sum of squared errors."
            )
        self._path = Path(topology, 0, (Stage(start, 0, 0, None, training),), None)
        self._queue: deque[Step] = deque()
        self._working: Iterator[None] | None = None
        self._until = float("inf")  # when the slice ends, by `time.perf_counter`
        self._goal = float("inf")  # iteration at which the slice ends
        self._refusal: str | None = None
        self._advancing = threading.Lock()
        self._cancelled = threading.Event()
        self._measured: dict[tuple[int, int], float] = {}

    def __repr__(self) -> str:
        how = "running" if self.stop is None else plural(len(self._path.stages) - 1, "change")
        return one_line("Reshaping", self._rule, f"iteration {self.iteration}", how)

    # What a training reports

    @property
    def iteration(self) -> int:
        """Number of iterations so far; each change counts as one."""
        path = self._path
        return path.stages[-1].iteration + path.training.iteration

    @property
    def stop(self) -> StopReason | None:
        """Why it has ended; None while there are steps to do."""
        if self._cancelled.is_set():
            return StopReason.CANCELLED
        if self._queue or self._working is not None:
            return None
        return self._path.training.stop or StopReason.STEPS_DONE

    @property
    def best_row(self) -> int:
        """Index of the trace row whose weights are the result: the last one."""
        return len(self.trace()) - 1

    @property
    def validation_sse(self) -> None:
        """None: validation patterns are not used."""
        return

    @property
    def max_iterations(self) -> int:
        """Number of iterations up to which the steps asked for may train."""
        return self.iteration + sum(s.iterations for s in list(self._queue) if isinstance(s, Train))

    @property
    def refusal(self) -> str | None:
        """Why the last step could not be done, in one sentence; None if it could."""
        return self._refusal

    @property
    def topology(self) -> Topology:
        """Network of all connections that ever lived: the columns of the trace."""
        return self._path.union

    @property
    def generation(self) -> int:
        """Number of times that `topology` has changed."""
        return self._path.generation

    @property
    def now(self) -> Wired:
        """The network as it is, with its weights."""
        return self._path.stages[-1].now

    def trace(self, first: int = 0) -> Trace:
        """Return the trace so far, from row `first` on, in the columns of `topology`.

        May be called from any thread. `alive` says which weights lived in each row; all others are
        0. Work is counted in forward passes of the network of each row.

        Parameters
        ----------
        first : int
            Index of the first row.

        Returns
        -------
        Trace
            Rows, which will not change.
        """
        return self._path.trace().part(first)

    def trace_in(self, union: Topology) -> Trace:
        """Return the trace in the columns of an earlier union.

        Parameters
        ----------
        union : Topology
            `topology` as it was at some time.

        Returns
        -------
        Trace
            Rows up to the first one in which something lives that the union does not have.
        """
        return self._path.trace_in(union)

    def network_at(self, row: int) -> tuple[Topology, FloatArray]:
        """Return the network of a trace row: what lived then, and its weights.

        Parameters
        ----------
        row : int
            Index of the row, from 0.

        Returns
        -------
        topology : Topology
            Network of N living weights.
        weights : (N,) float64
            Weights of the row.
        """
        wired = self._path.wired_at(row)
        return wired.topology, wired.weights

    @property
    def events(self) -> tuple[Event, ...]:
        """All changes of the network so far."""
        return tuple(stage.event for stage in self._path.stages if stage.event is not None)

    def path(self) -> tuple[PathPoint, ...]:
        """Return the network at the end of each stage, with its errors."""
        stages = self._path.stages
        points = []
        for number, stage in enumerate(stages):
            rows = stage.rows
            points.append(
                PathPoint(
                    row=stage.row + len(rows) - 1,
                    n_weights=stage.wired.topology.n_weights,
                    n_neurons=stage.wired.topology.n_neurons,
                    sse=float(rows.sse[-1]),
                    test_sse=self._test_sse(number, stage, rows),
                    title="Start" if stage.event is None else stage.event.title,
                )
            )
        return tuple(points)

    def predicted(self, step: Prune) -> Prediction:
        """Return what a removal is expected to do, without doing it.

        Parameters
        ----------
        step : Prune
            The removal.

        Returns
        -------
        Prediction
            Names of the parts, expected rise of the SSE, and the network after it.

        Raises
        ------
        TopologyError
            If nothing can be removed.
        """
        now = self.now
        return pruned(now, self._dataset, _count(step, now), step.measure, step.of)

    def predict(self, inputs: ArrayLike) -> FloatArray:
        """Compute the outputs for any inputs at the newest weights.

        Parameters
        ----------
        inputs : (P, I) array_like
            Inputs, one pattern per row.

        Returns
        -------
        (P, M) float64
            Outputs, one pattern per row.
        """
        return self._path.training.predict(inputs)

    # What can be done

    def add(self, *steps: Step) -> None:
        """Ask for further steps; may be called from any thread.

        Parameters
        ----------
        *steps : Prune, Grow, Rewire, Train, Back or Repeat
            Steps, done in this order by `advance`.
        """
        self._refusal = None
        self._cancelled.clear()
        self._queue.extend(steps)

    def clear(self) -> None:
        """Forget the steps that are not done yet."""
        with self._advancing:
            self._queue.clear()
            self._working = None

    def extend(self, max_iterations: int) -> None:
        """Train on until a number of iterations, counted from the start.

        Parameters
        ----------
        max_iterations : int
            Number of iterations.
        """
        self._cancelled.clear()
        more = max_iterations - self.max_iterations
        if more > 0:
            self.add(Train(more))

    def cancel(self) -> None:
        """Stop at the end of the current time slice; may be called from any thread."""
        self._cancelled.set()

    def advance(self, iterations: int | None = None, seconds: float | None = None) -> None:
        """Do the steps for a number of iterations or an amount of time, or to the end.

        Parameters
        ----------
        iterations : int, optional
            Maximum number of further iterations; unlimited by default.
        seconds : float, optional
            Approximate time limit in seconds; by default 0.03, or unlimited if `iterations` is
            given.
        """
        if seconds is None:
            seconds = 0.03 if iterations is None else float("inf")
        with self._advancing:
            self._until = time.perf_counter() + seconds
            self._goal = float("inf") if iterations is None else self.iteration + iterations
            while not self._cancelled.is_set() and self.iteration < self._goal:
                if self._working is None:
                    if not self._queue:
                        break
                    self._working = self._do(self._queue.popleft())
                if next(self._working, _END) is _END:
                    self._working = None
                if time.perf_counter() >= self._until:
                    break

    # How it is done

    def _do(self, step: Step) -> Iterator[None]:
        try:
            if isinstance(step, Repeat):
                yield from self._repeat(step)
            elif isinstance(step, Train):
                yield from self._train(step.iterations)
            elif isinstance(step, Back):
                self._begin(self._path.wired_at(step.row), titles.BACK)
            else:
                yield from self._change(step)
        except NBNError as error:
            self._refusal = str(error)
            self._queue.clear()

    def _change(self, step: Prune | Grow | Rewire, ease: float = 1.0) -> Iterator[None]:
        """Change the network; `ease` multiplies the number of parts that are removed."""
        now = self.now
        if isinstance(step, Prune):
            count = max(1, round(ease * _count(step, now)))
            found = pruned(now, self._dataset, count, step.measure, step.of)
            self._begin(found.after, titles.of_pruning(found), found.rise)
            return
        seed = step.seed + len(self._path.stages)  # every round of a repetition differs
        if isinstance(step, Grow):
            if step.kind == "dendrites" and not RULES[self._rule].weighs:
                raise SettingError(
                    f"{RULES[self._rule].title} cannot freeze the weights of dendrites: choose NBN."
                )
            taken = frozenset(self._path.union.names)
            after = yield from grown(now, self._dataset, step.kind, step.target, seed, taken)
            self._begin(after, titles.of_growth(step.kind, now, after))
        else:
            after = rewired(now, self._dataset, step.kind, step.share, seed)
            self._begin(after, titles.of_rewiring(step.kind, now, after))

    def _train(self, iterations: int) -> Iterator[None]:
        training = self._path.training
        goal = training.iteration + iterations
        if training.stop is StopReason.PLATEAU:
            training.extend(_LONG)
        while training.stop is None and training.iteration < goal:
            left = min(float(goal - training.iteration), self._goal - self.iteration)
            training.advance(int(left), max(1e-6, self._until - time.perf_counter()))
            self._check_rows()
            if training.stop is None and training.iteration < goal:
                yield

    def _repeat(self, step: Repeat) -> Iterator[None]:
        ease = 1.0
        grows = any(isinstance(one, Grow) for one in step.steps)
        for number in range(step.times):
            if grows and self._sse <= self._target:
                return
            before = self.now
            most = [_count(one, before) for one in step.steps if isinstance(one, Prune)]
            try:
                for one in step.steps:
                    if isinstance(one, Train):
                        yield from self._train(one.iterations)
                    else:
                        yield from self._change(one, ease)
            except TopologyError:
                if number == 0:
                    raise
                return  # as far as it goes
            if step.most_sse is not None and not self._sse <= step.most_sse:
                self._begin(before, titles.BACK)
                if round(ease * max(most, default=1)) <= 1:
                    return
                ease /= 2.0

    def _check_rows(self) -> None:
        """Raise SettingError if the trace is full."""
        stage = self._path.stages[-1]
        rows = stage.row + len(stage.rows)
        if self._most_rows is not None and rows >= self._most_rows:
            raise SettingError(
                f"The record of this network has {rows:,} rows, and at most {self._most_rows:,} "
                "are allowed: go on from the network of now alone."
            )

    @property
    def _sse(self) -> float:
        """Newest sum of squared errors."""
        return float(self._path.stages[-1].rows.sse[-1])

    def _begin(self, after: Wired, title: str, predicted: float | None = None) -> None:
        """Begin a stage with a changed network."""
        self._check_rows()
        path = self._path
        stage = path.stages[-1].followed_by(after, self._training_of(after), title, predicted)
        union = united(path.union, after.topology)
        if self._most_weights is not None and union.n_weights > self._most_weights:
            raise SettingError(
                f"With this change {union.n_weights:,} weights would have lived, but at most "
                f"{self._most_weights:,} are allowed: go on from the network of now alone."
            )
        self._path = path.then(union, stage)

    def _training_of(self, wired: Wired) -> Training:
        return Training(
            wired.topology, self._dataset, self._rule, weights=wired.weights, max_iterations=_LONG,
            target_sse=self._target, held=wired.held or None, **self._settings,
        )  # fmt: skip

    def _test_sse(self, number: int, stage: Stage, rows: Trace) -> float | None:
        if self._test is None:
            return None
        key = (number, len(rows))
        if key not in self._measured:
            objective = Objective(stage.wired.topology, self._test)
            self._measured[key] = objective.sse(rows.weights[-1])
        return self._measured[key]


_END: Final = object()


def _count(step: Prune, now: Wired) -> int:
    """Return how many parts a step removes."""
    if step.count is not None:
        return step.count
    if step.of == "neurons":
        parts = now.topology.n_neurons - now.topology.n_outputs
    else:
        parts = now.topology.n_connections
    return max(1, round(step.share * parts))
