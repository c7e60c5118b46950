"""NBN: set-up, time slices and cost of its compiled loop.

`begin` turns network, data and damping into the records of `nbn_core.kernels.nbn`, and `advance`
runs the loop in slices. The rule itself, with its settings, is `nbn_core.rules.nbn`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from nbn_core.kernels import nbn, step_control
from nbn_core.kernels.memory import zeros
from nbn_core.kernels.records import plain
from nbn_core.kernels.vectors import WIDTH
from nbn_core.objective import Objective
from nbn_core.objective.methods import costs
from nbn_core.rules.damping import CONTROLS, LEAST_DECREASE, MATRICES, Damping
from nbn_core.rules.engines.time_slices import run_timed, stop_reason
from nbn_core.trace import Columns, Record, StopReason
from nbn_core.types import FloatArray, IntArray

# Rows of the trace allocated at a time, and the maximum of numbers in them
_LEAST_ROWS, _MOST_ROWS, _ROOM = 16, 512, 2**18


@dataclass(slots=True, eq=False, repr=False)
class NBNState:
    """State of a training by NBN, and its work space."""

    record: Record
    stop: StopReason | None
    evaluations: int
    objective: Objective
    # Updated by every attempt
    counters: IntArray
    numbers: FloatArray
    trial: FloatArray
    # Updated by every accepted attempt
    weights: FloatArray
    gradient: FloatArray
    quasi_hessian: FloatArray
    # Constant during a training
    method: str
    workspace: nbn.Workspace
    arguments: tuple[Any, ...]
    options: nbn.Options
    # Multiplications per second of this machine, and computing time so far
    rate: float
    seconds: float


def begin(
    objective: Objective, weights: FloatArray, target_sse: float, damping: Damping, method: str
) -> NBNState:
    """Return the state before the first iteration; nothing is computed yet.

    Parameters
    ----------
    objective : Objective
        Network, data, pattern weights and frozen weights.
    weights : (N,) float64
        Starting weights.
    target_sse : float
        SSE at or below which training stops.
    damping : Damping
        Step control and damping.
    method : str
        Method that sums Q, one of `nbn_core.objective.methods.METHODS`.

    Returns
    -------
    NBNState
        State and work space.
    """
    network = objective.network
    summation = objective.method_for(method)
    problem, block = objective.summation(summation)
    padded = WIDTH * network.n_blocks
    gradient, quasi_hessian, factor, panel, scales, damped, step = zeros(
        (padded,), (padded, padded),
        (network.n_blocks, padded, WIDTH), (WIDTH, padded), (WIDTH,), (padded,), (padded,),
    )  # fmt: skip
    workspace = nbn.Workspace(
        block=block, factor=factor, panel=panel, scales=scales, damping=damped, step=step
    )
    numbers = np.zeros(nbn.N_NUMBERS)
    numbers[nbn.MU] = damping.mu_start
    numbers[nbn.SEARCH + step_control.LAST_ETA] = 1.0
    return NBNState(
        record=Record(weights, damping.mu_start, 1.0),
        stop=None,
        evaluations=0,
        objective=objective,
        counters=np.zeros(nbn.N_COUNTERS, dtype=np.int64),
        numbers=numbers,
        trial=weights.copy(),
        weights=weights.copy(),
        gradient=gradient,
        quasi_hessian=quasi_hessian,
        method=summation,
        workspace=workspace,
        arguments=(plain(problem), plain(workspace)),
        options=_options(objective, summation, target_sse, damping),
        rate=1e9,
        seconds=0.0,
    )


def advance(state: NBNState, last_iteration: int, seconds: float) -> None:
    """Continue until `last_iteration`, an end, or for about `seconds`.

    Parameters
    ----------
    state : NBNState
        State, updated.
    last_iteration : int
        Number of iterations to stop at.
    seconds : float
        Approximate time limit, in seconds.
    """
    network = state.objective.network
    record = state.record
    iteration = int(state.counters[nbn.ITERATION])
    rows = max(_LEAST_ROWS, min(_MOST_ROWS, _ROOM // network.n_weights))
    last = min(last_iteration, iteration + rows)
    columns = record.make_room(last + 1)
    fixed, changing, trace = kernel_arguments(state, columns)

    def run(work: float) -> float:
        return float(nbn.advance(*fixed, last, work, changing, trace))

    if record.rows == 0:
        run(0.0)  # compile or load the kernel, which is not timed
    state.rate, _, computed = run_timed(run, state.rate, seconds, least_rate=1e8)
    _finish(state, computed)


def kernel_arguments(
    state: NBNState, columns: Columns
) -> tuple[tuple[Any, ...], tuple[Any, ...], tuple[Any, ...]]:
    """Collect what `nbn.advance` takes before, between and after `last_iteration, work`.

    Parameters
    ----------
    state : NBNState
        State from `begin`.
    columns : Columns
        Columns of the trace, with capacity for the rows of the next slice.

    Returns
    -------
    fixed, changing, trace : tuple
        Problem, work space and options; the state; columns of the trace.
    """
    fixed = (*state.arguments, tuple(state.options))
    changing = nbn.State(
        weights=state.weights,
        trial=state.trial,
        gradient=state.gradient,
        quasi_hessian=state.quasi_hessian,
        counters=state.counters,
        numbers=state.numbers,
    )
    trace = nbn.TraceColumns(
        sse=columns.sse,
        mu=columns.mu,
        gradient_norm=columns.gradient_norm,
        attempts=columns.attempts,
        step_length=columns.step_length,
        weights=columns.weights,
    )
    return fixed, tuple(changing), tuple(trace)


def _finish(state: NBNState, elapsed: float) -> None:
    """Divide the time among the rows that are now complete, and publish them."""
    record = state.record
    counters = state.counters
    state.stop = stop_reason(counters[nbn.STATUS])
    state.evaluations = int(counters[nbn.EVALUATIONS])
    complete = counters[nbn.PHASE] != nbn.ACCUMULATE or state.stop is not None
    rows = int(counters[nbn.ITERATION]) + bool(complete)
    before = state.seconds
    state.seconds += elapsed
    if rows > record.rows:
        shares = 1.0 + record.columns.attempts[record.rows : rows]
        record.columns.seconds[record.rows : rows] = before + elapsed * (
            np.cumsum(shares) / shares.sum()
        )
        columns = record.columns
        attempts = columns.attempts[:rows].cumsum()[record.rows :]
        per_iteration, per_attempt = second_order_work(state.objective)
        if state.options.control != step_control.PUBLISHED:  # all attempts share one factor
            per_iteration, per_attempt = per_iteration + per_attempt - 1.0, 1.0
        columns.evaluations[record.rows : rows] = 1 + attempts
        columns.work[record.rows : rows] = (
            per_iteration * np.arange(record.rows, rows) + per_attempt * attempts
        )
        record.rows = rows


def second_order_work(objective: Objective) -> tuple[float, float]:
    """Count the work of NBN in forward-equivalent units.

    With P patterns, M outputs and N weights a forward pass takes P N multiplications. Building Q
    and g takes one pass forward, M backward and P M N^2 / 2 for the products; an attempt takes
    N^3 / 3 for the factor and one pass forward.

    Parameters
    ----------
    objective : Objective
        Network and data.

    Returns
    -------
    per_iteration, per_attempt : float
        Work of an iteration and of an attempt, in forward-equivalent units.
    """
    n = objective.network.n_weights
    outputs = objective.network.n_outputs
    return 1.0 + outputs + outputs * n / 2.0, 1.0 + n * n / (3.0 * objective.dataset.n_patterns)


def total_work(objective: Objective, iterations: int, factors: int, evaluations: int) -> float:
    """Return the work of a training by NBN in forward-equivalent units.

    Parameters
    ----------
    objective : Objective
        Network and data.
    iterations, factors, evaluations : int
        Numbers of iterations, of factorizations, and of passes that measure the SSE.

    Returns
    -------
    float
        Work, with attempts that no row of the trace has recorded.
    """
    per_iteration, per_attempt = second_order_work(objective)
    return per_iteration * iterations + (per_attempt - 1.0) * factors + (evaluations - 1)


def _options(objective: Objective, method: str, target_sse: float, damping: Damping) -> nbn.Options:
    """Return the options of the kernel, with the multiplications of each piece of its work."""
    network = objective.network
    n = network.n_weights
    forward = 10.0 + network.n_inputs + n + 16.0 * network.n_neurons
    panel = n * n / 6.0 * WIDTH / max(n, 1) * 2.0 + 20.0 * n
    return nbn.Options(
        mu_min=float(damping.mu_min),
        mu_max=float(damping.mu_max),
        mu_factor=float(damping.factor),
        max_attempts=int(damping.max_attempts),
        target_sse=float(target_sse),
        least_decrease=LEAST_DECREASE,
        least_sse=objective.least_sse,
        plateau=int(damping.plateau),
        control=list(CONTROLS).index(damping.control),
        matrix=list(MATRICES).index(damping.matrix),
        accumulate_work=forward + costs(network, objective.dataset.n_patterns)[method],
        factor_work=panel,
        forward_work=forward,
        units=objective.weight_units,
    )
