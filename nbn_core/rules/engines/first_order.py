"""First-order training: set-up and time slices of the compiled loop that first-order rules share.

A rule chooses the signal that replaces or computes the gradient, and the optimiser that updates the
weights (`DescentPlan`). `begin` prepares both for `nbn_core.kernels.first_order`, and `advance`
runs the loop in slices.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nbn_core.kernels import directions, epochs, first_order, optimisers
from nbn_core.kernels.forward import BLOCK
from nbn_core.kernels.records import plain
from nbn_core.objective import Objective
from nbn_core.rules.engines.optimiser_settings import (
    kernel_options,
    new_counters,
    optimiser_constants,
)
from nbn_core.rules.engines.signal_graph import SignalGraph, build_signal_graph
from nbn_core.rules.engines.time_slices import run_slice, trace_columns
from nbn_core.trace import Record, StopReason
from nbn_core.types import FloatArray, IntArray

NEAR = 4.0  # an epoch is measured if its running SSE is at most this multiple of the target


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DescentPlan:
    """A first-order rule: its signal, its optimiser and its batches.

    Parameters
    ----------
    signal : int
        Code of the signal, see `nbn_core.kernels.directions`.
    optimiser : str
        Optimiser, a key of `OPTIMISERS`.
    rate : float
        Learning rate; for Rprop the first step.
    momentum : float
        Momentum, or Adam's decay b1 of the first moment.
    batch : int
        Number of patterns in a batch; 0 for all.
    shuffled : bool
        Whether the patterns are shuffled every epoch.
    mean : bool
        Whether the optimiser uses the mean over a batch instead of the sum.
    key : int
        Key of all random numbers.
    times : int
        Number of tangents, or of relaxation steps.
    kind : int
        Quantity that direct feedback carries, or distribution of perturbations.
    relax : float
        Relaxation rate, or step size of differences.
    smoothing : float
        Smoothing factor of the estimate of the curvature.
    units : float
        Cost of an epoch in forward-equivalent units.
    feedback : (K, M) float64, optional
        Random matrix of direct feedback alignment.
    carrier : (N,) float64, optional
        Fixed weights that carry signals back; the weights themselves by default.
    signal_graph : SignalGraph, optional
        Layout for signals; by default that of the drawn network.
    more_weights : float64 array, optional
        Starting weights of added neurons; none by default.
    """

    signal: int = directions.BACKPROP
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
    signal_graph: SignalGraph | None = None
    more_weights: FloatArray = field(default_factory=lambda: np.zeros(0))


@dataclass(slots=True, eq=False, repr=False)
class Descent:
    """State of a first-order rule, and its work space."""

    record: Record
    stop: StopReason | None
    evaluations: int
    objective: Objective
    signal_graph: SignalGraph
    weights: FloatArray
    perturbation: directions.Perturbation
    memory: directions.Memory
    arguments: tuple[Any, ...]
    changing: tuple[Any, ...]
    counters: IntArray
    rate: float = 3e8
    seconds: float = 0.0

    @property
    def curvature(self) -> FloatArray:
        """Diagonal of the Hessian as estimated by differences, (N,) float64."""
        return np.array(self.perturbation.tangents[directions.H])

    @property
    def extra(self) -> FloatArray:
        """Weights of added neurons."""
        return self.weights[self.signal_graph.n_weights :]


def begin(
    objective: Objective, weights: FloatArray, target_sse: float, plan: DescentPlan
) -> Descent:
    """Return the state before the first iteration; nothing is computed yet.

    Parameters
    ----------
    objective : Objective
        Network and data.
    weights : (N,) float64
        Starting weights.
    target_sse : float
        SSE at which to stop.
    plan : DescentPlan
        Signal, optimiser and batches.

    Returns
    -------
    Descent
        State and work space.
    """
    graph = plan.signal_graph or build_signal_graph(objective.network)
    every = np.concatenate([weights, plan.more_weights])
    problem = _problem(objective, graph)
    perturbation = _perturbation(plan, len(every), objective.network.n_outputs)
    memory = _memory(plan, objective, len(every), len(perturbation.tangents))
    options = epochs.Options(
        choices=_choices(plan, objective.dataset.n_patterns, graph.n_drawn),
        constants=_constants(plan, target_sse),
        relax=float(plan.relax),
        unit=float(plan.units),
        work_per_pattern=(len(every) + 16.0 * graph.n_neurons) * max(plan.units, 3.0),
    )
    counters = new_counters()
    state = directions.State(
        weights=every,
        carrier=every if plan.carrier is None else np.array(plan.carrier),
        counters=counters,
        numbers=np.zeros(epochs.N_NUMBERS),
    )
    workspace = new_workspace(graph, objective.network.n_inputs)
    return Descent(
        record=Record(weights, np.nan),
        stop=None,
        evaluations=0,
        objective=objective,
        signal_graph=graph,
        weights=every,
        perturbation=perturbation,
        memory=memory,
        arguments=tuple(map(plain, (problem, workspace, perturbation, memory, options))),
        changing=plain(state),
        counters=counters,
    )


def _problem(objective: Objective, graph: SignalGraph) -> directions.Problem:
    dataset = objective.dataset
    return directions.Problem(
        graph=graph.graph,
        successors=graph.successors,
        all_successors=graph.all_successors,
        drawn_target_index=graph.drawn_target_index,
        data=epochs.Data(
            inputs=np.array(dataset.inputs),
            targets=np.array(dataset.targets),
            order=np.arange(dataset.n_patterns),
        ),
    )


def new_workspace(graph: SignalGraph, n_inputs: int) -> directions.Workspace:
    """Allocate the work space for one block of patterns.

    Parameters
    ----------
    graph : SignalGraph
        Network with K neurons.
    n_inputs : int
        Number of inputs I.

    Returns
    -------
    Workspace
        Work space, filled with zeros.
    """
    n_neurons = graph.n_neurons
    return directions.Workspace(
        values=np.zeros((n_inputs + n_neurons, BLOCK)),
        slopes=np.zeros((n_neurons, BLOCK)),
        direct=np.zeros((n_neurons, BLOCK)),
        signals=np.zeros((n_neurons, BLOCK)),
        factors=np.zeros(graph.max_terms),
        picks=np.zeros(graph.max_terms, dtype=np.int32),
        moved=np.zeros((n_inputs + n_neurons, BLOCK)),
        noise=np.zeros((1 + n_neurons, BLOCK)),
        change=np.zeros((1, BLOCK)),
    )


def _perturbation(plan: DescentPlan, n_weights: int, n_outputs: int) -> directions.Perturbation:
    perturbed = plan.signal in (directions.WEIGHTS, directions.DIFFERENCE, directions.CURVED)
    tangents = plan.times if plan.signal == directions.WEIGHTS else 5
    feedback = np.zeros((1, n_outputs)) if plan.feedback is None else np.array(plan.feedback)
    return directions.Perturbation(
        feedback=feedback,
        output_rows=np.arange(n_outputs, dtype=np.int32),
        tangents=np.ones((tangents, n_weights if perturbed else 1)),
    )


def _memory(
    plan: DescentPlan, objective: Objective, n_weights: int, n_tangents: int
) -> directions.Memory:
    return directions.Memory(
        one=np.zeros(n_weights),
        two=np.full(n_weights, plan.rate if plan.optimiser == "rprop" else 0.0),
        powers=np.ones(2),
        gradient=np.zeros(n_weights),
        true_gradient=np.zeros(objective.network.n_weights),
        changes=np.zeros(n_tangents),
        natural_order=np.arange(objective.dataset.n_patterns),
    )


def _choices(plan: DescentPlan, n_patterns: int, n_drawn: int) -> IntArray:
    choices = kernel_options(plan.optimiser, plan.batch, plan.shuffled, plan.key, n_patterns)
    as_drawn = plan.signal_graph is None and plan.carrier is None
    whole = choices[epochs.BATCH_SIZE] == n_patterns
    choices[epochs.SIGNAL] = plan.signal
    choices[epochs.TIMES] = plan.times
    choices[epochs.KIND] = plan.kind
    choices[epochs.EXACT] = plan.signal == directions.BACKPROP and whole and as_drawn
    choices[epochs.N_DRAWN] = n_drawn
    return choices


def _constants(plan: DescentPlan, target_sse: float) -> FloatArray:
    constants = optimiser_constants(plan.rate, plan.momentum, target_sse)
    constants[optimisers.MEAN] = plan.mean
    constants[optimisers.NEAR] = NEAR
    constants[optimisers.SMOOTHING] = plan.smoothing
    return constants


def advance(state: Descent, last_iteration: int, seconds: float) -> None:
    """Continue until `last_iteration`, an end, or for about `seconds`.

    Parameters
    ----------
    state : Descent
        State, updated.
    last_iteration : int
        Number of iterations to stop at.
    seconds : float
        Approximate time limit, in seconds.
    """
    columns = trace_columns(state.record)

    def run(work: float) -> float:
        done = first_order.advance(*state.arguments, last_iteration, work, state.changing, columns)
        return float(done)

    run_slice(state, last_iteration, seconds, run)


def estimate(
    objective: Objective, weights: FloatArray, plan: DescentPlan, step: int = 0
) -> tuple[float, FloatArray]:
    """Compute the direction that a rule uses as gradient, for all patterns as one batch.

    Parameters
    ----------
    objective : Objective
        Network and data.
    weights : (N,) float64
        Weights, neuron by neuron, bias first.
    plan : DescentPlan
        Signal of the rule; the optimiser is ignored.
    step : int
        Number of the step, which decides the random numbers.

    Returns
    -------
    sse : float
        Sum of squared errors at the weights.
    gradient : (N + ...,) float64
        Estimate of g = J'e, half the gradient of the SSE, with added neurons at the end.
    """
    state = begin(objective, weights, 0.0, plan)
    sse = directions.estimate(*state.arguments, step, state.changing)
    return float(sse), state.memory.gradient


class Gradient:
    """Function that computes the SSE and g = J'e by backpropagation.

    Parameters
    ----------
    objective : Objective
        Network and data.
    """

    def __init__(self, objective: Objective) -> None:
        self._state = begin(objective, np.zeros(objective.network.n_weights), 0.0, DescentPlan())

    def at(self, weights: FloatArray) -> tuple[float, FloatArray]:
        """Return the SSE and g (N,) at weights (N,)."""
        state = self._state
        state.weights[:] = weights
        sse = directions.estimate(*state.arguments, 0, state.changing)
        return float(sse), state.memory.gradient.copy()
