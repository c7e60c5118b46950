"""Descent: the run that all first-order rules share, around the compiled loop.

A rule says which signal credits the neurons and which optimiser moves the weights (`DescentPlan`);
`begin` lays both out for `nbn_core.kernels.first_order`, and `advance` runs it in portions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from nbn_core.kernels import first_order, optimisers
from nbn_core.kernels.forward import BLOCK
from nbn_core.objective import Objective
from nbn_core.rules.engines.signal_graph import SignalGraph, wired
from nbn_core.rules.engines.time_slices import portion, room
from nbn_core.trace import EVERY, Record, StopReason
from nbn_core.types import FloatArray, IntArray

NEAR = 4.0  # an epoch's running SSE this many times the target or less is measured properly
OPTIMISERS = {
    "sgd": optimisers.MOMENTUM,
    "momentum": optimisers.MOMENTUM,
    "adam": optimisers.ADAM,
    "rprop": optimisers.RPROP,
}
FIRST_STEP: Final = 0.1  # of Rprop
LEAST_STEP: Final = 1e-6
MOST_STEP: Final = 50.0


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DescentPlan:
    """What a rule does: its signal, its optimiser, its batches.

    Parameters
    ----------
    signal : int
        A signal of `nbn_core.kernels.first_order`.
    optimiser : str
        A name in `OPTIMISERS`.
    rate : float
        Learning rate; of Rprop the first step.
    momentum : float
        Of momentum and Adam, its b1.
    batch : int
        Patterns in a batch; 0 is all.
    shuffled : bool
        Whether every epoch has its own order.
    mean : bool
        Whether to move along the mean over a batch, or the sum.
    key : int
        Of all random numbers.
    times : int
        Tangents, or steps of relaxation.
    kind : int
        What direct feedback carries; how perturbations are drawn.
    relax : float
        Rate of the relaxation; length of a difference.
    smoothing : float
        How fast the estimate of the curvature follows.
    units : float
        Forward-equivalent units of an epoch.
    feedback : (K, M) float64, optional
        Of direct feedback alignment.
    carrier : (N,) float64, optional
        What stands in for the weights on the way back.
    wiring : SignalGraph, optional
        If it is not the network as drawn.
    more_weights : float64, optional
        Starting weights of neurons that were not drawn.
    """

    signal: int = first_order.BACKPROP
    optimiser: str = "sgd"
    rate: float = 0.1
    momentum: float = 0.0
    batch: int = 0
    shuffled: bool = False
    mean: bool = True
    key: int = 0
    times: int = 1
    kind: int = 0
    relax: float = 0.0
    smoothing: float = 0.0
    units: float = 3.0
    feedback: FloatArray | None = None
    carrier: FloatArray | None = None
    wiring: SignalGraph | None = None
    more_weights: FloatArray = field(default_factory=lambda: np.zeros(0))


@dataclass(slots=True, eq=False, repr=False)
class Descent:
    """The state of a first-order rule, and the room it works in."""

    record: Record
    stop: StopReason | None
    evaluations: int
    objective: Objective
    wiring: SignalGraph
    weights: FloatArray
    carrier: FloatArray
    arrays: tuple[Any, ...]
    options: IntArray
    settings: FloatArray
    relax: float
    units: float
    counters: IntArray
    numbers: FloatArray
    per_pattern: float
    rate: float = 3e8
    seconds: float = 0.0

    @property
    def curvature(self) -> FloatArray:
        """The diagonal of the Hessian as a rule by differences estimates it."""
        return np.array(self.arrays[5][2][first_order.H])

    @property
    def extra(self) -> FloatArray:
        """Weights of neurons that were not drawn."""
        return self.weights[self.wiring.n_weights :]


def begin(
    objective: Objective, weights: FloatArray, target_sse: float, plan: DescentPlan
) -> Descent:
    """Return the state before the first iteration.

    Parameters
    ----------
    objective : Objective
        Network and data.
    weights : (N,) float64
        Where to start.
    target_sse : float
        Where to stop.
    plan : DescentPlan
        What to do.

    Returns
    -------
    Descent
        Nothing is computed yet.
    """
    network, dataset = objective.network, objective.dataset
    wiring = plan.wiring or wired(network)
    n_patterns = dataset.n_patterns
    every = np.concatenate([weights, plan.more_weights])
    n, n_neurons = len(every), len(wiring.codes)
    order = np.arange(n_patterns)
    most = int(np.diff(wiring.whole.begin).max(initial=1)) + 1
    perturbed = plan.signal in (first_order.WEIGHTS, first_order.DIFFERENCE, first_order.CURVED)
    tangents = plan.times if plan.signal == first_order.WEIGHTS else 5
    feedback = np.zeros((1, network.n_outputs)) if plan.feedback is None else plan.feedback
    whole = (*wiring.whole, wiring.whole_seats)
    data = (np.array(dataset.inputs), np.array(dataset.targets), order)
    room = (
        np.zeros((network.n_inputs + n_neurons, BLOCK)),
        np.zeros((n_neurons, BLOCK)),
        np.zeros((n_neurons, BLOCK)),
        np.zeros((n_neurons, BLOCK)),
        np.zeros(most),
        np.zeros(most, dtype=np.int32),
        np.zeros((network.n_inputs + n_neurons, BLOCK)),
        np.zeros((1 + n_neurons, BLOCK)),
        np.zeros((1, BLOCK)),
    )
    extra = (
        np.array(feedback),
        np.arange(network.n_outputs, dtype=np.int32),
        np.ones((tangents, n if perturbed else 1)),
    )
    two = np.full(n, plan.rate) if plan.optimiser == "rprop" else np.zeros(n)
    memory = (
        np.zeros(n), two, np.ones(2), np.zeros(n), np.zeros(network.n_weights),
        np.zeros(tangents), np.arange(n_patterns),
    )  # fmt: skip
    batch = n_patterns if plan.batch == 0 else min(plan.batch, n_patterns)
    drawn = plan.wiring is None and plan.carrier is None
    exact = plan.signal == first_order.BACKPROP and batch == n_patterns and drawn
    options = np.zeros(first_order.N_OPTIONS, dtype=np.int64)
    options[first_order.SIGNAL] = plan.signal
    options[first_order.OPTIMISER] = OPTIMISERS[plan.optimiser]
    options[first_order.BATCH_SIZE] = batch
    options[first_order.SHUFFLED] = plan.shuffled and batch < n_patterns
    options[first_order.KEY] = plan.key
    options[first_order.TIMES] = plan.times
    options[first_order.KIND] = plan.kind
    options[first_order.EVERY] = EVERY
    options[first_order.EXACT] = exact
    options[first_order.N_REAL] = wiring.n_real
    settings = np.zeros(optimisers.N_SETTINGS)
    settings[optimisers.RATE] = plan.rate
    settings[optimisers.INERTIA] = plan.momentum
    settings[optimisers.SECOND] = 0.999
    settings[optimisers.EPSILON] = 1e-8
    settings[optimisers.LEAST_STEP] = LEAST_STEP
    settings[optimisers.MOST_STEP] = MOST_STEP
    settings[optimisers.MEAN] = plan.mean
    settings[optimisers.TARGET_SSE] = target_sse
    settings[optimisers.NEAR] = NEAR
    settings[optimisers.SMOOTHING] = plan.smoothing
    counters = np.zeros(first_order.N_COUNTERS, dtype=np.int64)
    counters[first_order.EVALUATIONS] = 1
    return Descent(
        Record(weights, np.nan),
        None,
        0,
        objective,
        wiring,
        every,
        every if plan.carrier is None else np.array(plan.carrier),
        (wiring.structure, tuple(wiring.family), whole, data, room, extra, memory),
        options,
        settings,
        plan.relax,
        plan.units,
        counters,
        np.zeros(first_order.N_NUMBERS),
        (n + 16.0 * n_neurons) * max(plan.units, 3.0),
    )


def advance(state: Descent, last_iteration: int, seconds: float) -> None:
    """Go on until `last_iteration`, an end, or for about `seconds`.

    Parameters
    ----------
    state : Descent
        Changed.
    last_iteration : int
        Not to go beyond.
    seconds : float
        At most about this long.
    """
    kept = room(state.record)

    def go_on(work: float) -> float:
        arguments = [
            *state.arrays, state.options, state.settings, state.relax, state.units,
            state.weights, state.carrier, last_iteration, state.per_pattern, work,
            state.counters, state.numbers, kept,
        ]  # fmt: skip
        return float(first_order.advance(*arguments))

    portion(state, last_iteration, seconds, go_on)


def estimate(
    objective: Objective, weights: FloatArray, plan: DescentPlan, step: int = 0
) -> tuple[float, FloatArray]:
    """Find what a rule puts in the place of the gradient, for all patterns as one batch.

    Parameters
    ----------
    objective : Objective
        Network and data.
    weights : (N,) float64
        Where.
    plan : DescentPlan
        Its signal counts, not its optimiser.
    step : int
        Which of the random numbers to use.

    Returns
    -------
    sse : float
        There.
    gradient : (N + ...,) float64
        In the place of g = J'e, half the gradient of the SSE; neurons that were not drawn last.
    """
    state = begin(objective, weights, 0.0, plan)
    structure, family, _, data, room, extra, memory = state.arrays
    gradient = memory[3]
    sse = first_order.estimate(
        structure, family, data, room, extra, state.options, state.settings, state.relax, step,
        state.weights, state.carrier, gradient, memory[5],
    )  # fmt: skip
    return float(sse), gradient


class Gradient:
    """SSE and g = J'e by backpropagation, at any weights.

    Parameters
    ----------
    objective : Objective
        Network and data.
    """

    def __init__(self, objective: Objective) -> None:
        self._state = begin(objective, np.zeros(objective.network.n_weights), 0.0, DescentPlan())

    def at(self, weights: FloatArray) -> tuple[float, FloatArray]:
        """Find the SSE and (N,) g at these weights."""
        state = self._state
        state.weights[:] = weights
        structure, family, _, data, room, extra, memory = state.arrays
        sse = first_order.estimate(
            structure, family, data, room, extra, state.options, state.settings, 0.0, 0,
            state.weights, state.carrier, memory[3], memory[5],
        )  # fmt: skip
        return float(sse), memory[3].copy()
