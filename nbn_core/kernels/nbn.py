"""The compiled Levenberg-Marquardt loop of NBN, in slices of work.

One iteration: compute Q and g at the weights; then make attempts, each of which solves
(Q + mu I) dw = -g and evaluates the SSE at w + dw. The first attempt that lowers the SSE is
accepted and divides mu by the factor; every other one multiplies mu by it and repeats from the same
weights and the same Q. That is the published rule; `nbn_core.kernels.step_control` has others, and
other damping matrices.

The loop is a state machine of three phases. Each advances in small pieces (a block of patterns, a
panel of the factor), so that a call can return after about the work it was given, and the next call
continues there. Results are bit-identical for any division of the work into calls.

    ACCUMULATE   a block of patterns into SSE, g and Q        then FACTOR, or the end
    FACTOR       a panel of the Cholesky factor; solve        then TRY, or the next attempt
    TRY          a block of patterns into the trial's SSE     then ACCUMULATE, the next attempt, or
                                                              the end

Row r of the trace is written when iteration r is accepted, before Q and g are known there; its
gradient norm follows at the end of the next ACCUMULATE.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from numba import njit

from nbn_core.kernels import step_control
from nbn_core.kernels.accumulate import add_block, clear_sums, complete_sums
from nbn_core.kernels.cache import ENTRY, INLINED
from nbn_core.kernels.forward import BLOCK, error_block, forward_block
from nbn_core.kernels.linear import factor_damped_panel, solve_factored
from nbn_core.kernels.records import BlockBuffers, name_problem
from nbn_core.kernels.status import (
    CONVERGED,
    DAMPING_LIMIT,
    DIVERGED,
    NO_PROGRESS,
    PLATEAU,
    RUNNING,
    SOLVED,
)
from nbn_core.kernels.step_control import (
    ACCEPTED,
    REFUSED,
    begin,
    judge,
    mu_accepted,
    predict,
    stationary,
)
from nbn_core.types import FloatArray, IntArray

ACCUMULATE, FACTOR, TRY = range(3)
PLATEAU_DECREASE = 1e-3  # relative decrease of the SSE below which `Options.plateau` stops

# Places in `State.counters`; REFUSALS counts the attempts that raised mu, SINCE_MARK the iterations
# since the SSE was marked
PHASE, PATTERN, PANEL, ITERATION, ATTEMPT, EVALUATIONS, STATUS, FACTORS, REFUSALS, SINCE_MARK = (
    range(10)
)
N_COUNTERS = 10
# Places in `State.numbers`; the numbers of `step_control` begin at SEARCH
SSE, TRIAL_SSE, MU, SQUARES, MARKED_SSE, SEARCH = range(6)
N_NUMBERS = SEARCH + step_control.N_SEARCH


class Workspace(NamedTuple):
    """Work space of one attempt.

    Attributes
    ----------
    block : BlockBuffers
        Work space for a block of patterns.
    factor : (C, C WIDTH, WIDTH) float64
        Cholesky factor, packed.
    panel, scales : (WIDTH, C WIDTH), (WIDTH,) float64
        Work space of the factorisation.
    damping, step : (C WIDTH,) float64
        Diagonal of the damping matrix D, and (Q + D)^-1 g.
    """

    block: BlockBuffers
    factor: FloatArray
    panel: FloatArray
    scales: FloatArray
    damping: FloatArray
    step: FloatArray


class Options(NamedTuple):
    """Settings of the rule, and the cost of each phase.

    Attributes
    ----------
    mu_min, mu_max, mu_factor : float
        Limits of the damping, and the factor between attempts.
    max_attempts : int
        Maximum number of attempts in one iteration that raise mu.
    target_sse, least_decrease : float
        SSE at which to stop; relative decrease of the SSE below which an iteration counts as no
        progress.
    least_sse : float
        SSE that rounding alone produces.
    plateau : int
        Iterations in which the SSE must decrease by PLATEAU_DECREASE, or training stops; 0 for no
        such stop.
    control, matrix : int
        Step control and damping matrix, see `nbn_core.kernels.step_control`.
    accumulate_work, factor_work, forward_work : float
        Multiplications per pattern in ACCUMULATE, per panel in FACTOR, per pattern in TRY.
    units : (N,) float64
        Units of the weights, see `nbn_core.objective.units`.
    """

    mu_min: float
    mu_max: float
    mu_factor: float
    max_attempts: int
    target_sse: float
    least_decrease: float
    least_sse: float
    plateau: int
    control: int
    matrix: int
    accumulate_work: float
    factor_work: float
    forward_work: float
    units: FloatArray


class State(NamedTuple):
    """Arrays that the loop updates.

    Attributes
    ----------
    weights, trial : (N,) float64
        Weights of the last accepted iteration, and of the attempt.
    gradient, quasi_hessian : (C WIDTH,), (C WIDTH, C WIDTH) float64
        g and the upper triangle of Q.
    counters : (N_COUNTERS,) int64
        Phase, position and counts.
    numbers : (N_NUMBERS,) float64
        SSE, damping, step length, and the SSE marked to recognise a plateau.
    """

    weights: FloatArray
    trial: FloatArray
    gradient: FloatArray
    quasi_hessian: FloatArray
    counters: IntArray
    numbers: FloatArray


class TraceColumns(NamedTuple):
    """Columns of the trace, one row per accepted iteration; row 0 is the start.

    Attributes
    ----------
    sse, mu, gradient_norm : (R,) float64
        SSE, damping of the accepted attempt, and norm of g.
    attempts : (R,) int64
        Number of attempts in the iteration.
    step_length : (R,) float64
        Accepted fraction of the full step dw.
    weights : (R, N) float64
        Weights after the iteration.
    """

    sse: FloatArray
    mu: FloatArray
    gradient_norm: FloatArray
    attempts: IntArray
    step_length: FloatArray
    weights: FloatArray


@njit(**ENTRY)
def advance(problem, workspace, options, last_iteration, work, state, trace):
    """Continue training until `last_iteration`, the end, or about `work` multiplications.

    Parameters
    ----------
    problem, workspace, options : tuples
        The fields of `Problem`, `Workspace` and `Options`.
    last_iteration : int
        Number of accepted iterations to stop at.
    work : float
        Multiplications after which to return.
    state, trace : tuples
        The fields of `State`, updated, and of `TraceColumns`, written.

    Returns
    -------
    float
        Multiplications done.
    """
    return run(
        name_problem(problem), name_workspace(workspace), Options(*options),
        last_iteration, work, State(*state), TraceColumns(*trace),
    )  # fmt: skip


@njit(**INLINED)
def name_workspace(fields):
    """Restore a `Workspace` that Python passed as plain tuples."""
    block, factor, panel, scales, damping, step = fields
    return Workspace(BlockBuffers(*block), factor, panel, scales, damping, step)


@njit(**INLINED)
def run(problem, workspace, options, last_iteration, work, state, trace):
    """Continue training: `advance` for records; return the multiplications done."""
    counters = state.counters
    done = 0.0
    while counters[STATUS] == RUNNING and done < work:
        if counters[PHASE] == ACCUMULATE:
            done += _accumulate(problem, workspace.block, options, state, trace)
        elif counters[PHASE] == FACTOR:
            if counters[ITERATION] >= last_iteration:
                break
            done += _factor(workspace, options, state)
        else:
            done += _try(problem, workspace, options, state, trace)
    return done


@njit(**INLINED)
def _accumulate(problem, buffers, options, state, trace):
    """Add a block of patterns to SSE, g and Q; after the last one, decide whether to stop."""
    gradient, quasi_hessian = state.gradient, state.quasi_hessian
    counters, numbers = state.counters, state.numbers
    n_patterns = problem.patterns.inputs.shape[0]
    start = counters[PATTERN]
    if start == 0:
        numbers[SQUARES] = 0.0
        clear_sums(buffers.sums, gradient, quasi_hessian)
    count = min(BLOCK, n_patterns - start)
    numbers[SQUARES] = add_block(
        problem, buffers, state.weights, start, count, numbers[SQUARES], gradient, quasi_hessian
    )
    done = options.accumulate_work * count
    counters[PATTERN] = start + count
    if start + count < n_patterns:
        return done
    complete_sums(problem, buffers.sums, gradient, quasi_hessian)
    counters[PATTERN] = 0
    counters[PANEL] = 0
    counters[PHASE] = FACTOR
    norm = 0.0
    for n in range(state.weights.shape[0]):
        norm += gradient[n] * gradient[n]
    iteration = counters[ITERATION]
    trace.gradient_norm[iteration] = math.sqrt(norm)
    if iteration == 0:
        numbers[SSE] = numbers[SQUARES]
        trace.sse[0] = numbers[SSE]
        counters[EVALUATIONS] = 1
        numbers[MARKED_SSE] = numbers[SSE]
    if not math.isfinite(numbers[SSE]):
        counters[STATUS] = DIVERGED
    elif numbers[SSE] <= options.target_sse:
        counters[STATUS] = SOLVED
    elif norm == 0.0:
        exact = numbers[SSE] <= options.least_sse
        counters[STATUS] = CONVERGED if exact else NO_PROGRESS
    elif iteration > 0:
        before = trace.sse[iteration - 1]
        if before - numbers[SSE] < options.least_decrease * before:
            counters[STATUS] = _ending(NO_PROGRESS, options, state)
        elif options.plateau > 0 and _on_plateau(options, counters, numbers):
            counters[STATUS] = PLATEAU
    return done


@njit(**INLINED)
def _on_plateau(options, counters, numbers):
    """Count the iteration; after `plateau` of them, whether the SSE has hardly decreased."""
    counters[SINCE_MARK] += 1
    if counters[SINCE_MARK] < options.plateau:
        return False
    marked = numbers[MARKED_SSE]
    counters[SINCE_MARK] = 0
    numbers[MARKED_SSE] = numbers[SSE]
    return marked - numbers[SSE] < PLATEAU_DECREASE * marked


@njit(**INLINED)
def _ending(status, options, state):
    """Return CONVERGED in place of a status if the SSE is at a stationary point."""
    if stationary(
        state.numbers[SSE], state.gradient, state.quasi_hessian, state.weights.shape[0],
        options.least_sse,
    ):  # fmt: skip
        return CONVERGED
    return status


@njit(**INLINED)
def _factor(workspace, options, state):
    """Compute a panel of the factor of Q + D; after the last one, solve for the step."""
    counters, numbers = state.counters, state.numbers
    n_weights = state.weights.shape[0]
    a = counters[PANEL]
    if a == 0:
        begin(
            options.matrix, options.control, numbers[MU], state.quasi_hessian, options.units,
            workspace.damping, numbers[SEARCH:],
        )  # fmt: skip
        counters[FACTORS] += 1
    if factor_damped_panel(
        state.quasi_hessian, workspace.damping, n_weights, workspace.factor, workspace.panel,
        workspace.scales, a,
    ):  # fmt: skip
        counters[PANEL] = a + 1
        if a + 1 == workspace.factor.shape[0]:
            solve_factored(workspace.factor, state.gradient, workspace.step)
            predict(state.gradient, workspace.damping, workspace.step, n_weights, numbers[SEARCH:])
            counters[PHASE] = TRY
    else:
        _raise_damping(options, state)
    return options.factor_work


@njit(**INLINED)
def _try(problem, workspace, options, state, trace):
    """Add a block of patterns to the SSE of the attempt; after the last one, judge it."""
    weights, trial, step = state.weights, state.trial, workspace.step
    counters, numbers = state.counters, state.numbers
    buffers = workspace.block
    search = numbers[SEARCH:]
    n_weights = weights.shape[0]
    n_patterns = problem.patterns.inputs.shape[0]
    outputs = problem.structure.outputs
    start = counters[PATTERN]
    if start == 0:
        numbers[TRIAL_SSE] = 0.0
        for n in range(n_weights):
            trial[n] = weights[n] - search[step_control.ETA] * step[n]
    count = min(BLOCK, n_patterns - start)
    forward_block(
        problem.structure, trial, problem.patterns.inputs, start, count,
        buffers.values, buffers.slopes,
    )  # fmt: skip
    for m in range(outputs.shape[0]):
        numbers[TRIAL_SSE] += error_block(
            outputs, problem.patterns, start, count, buffers.values, m, buffers.errors[m]
        )
    done = options.forward_work * count
    counters[PATTERN] = start + count
    if start + count < n_patterns:
        return done
    counters[PATTERN] = 0
    counters[EVALUATIONS] += 1
    tried = search[step_control.ETA]
    verdict = judge(options.control, numbers[SSE], numbers[TRIAL_SSE], search)
    if verdict == REFUSED:
        _raise_damping(options, state)
        # More damping promises less still, and this much is lost in the rounding of the SSE
        if options.control == step_control.ADAPTIVE and (
            search[step_control.PREDICTED] <= step_control.ROUNDING * numbers[SSE]
        ):
            counters[STATUS] = _ending(NO_PROGRESS, options, state)
    elif verdict == ACCEPTED:
        if search[step_control.ETA] != tried:  # an earlier attempt was better
            numbers[TRIAL_SSE] = search[step_control.BEST_SSE]
            for n in range(n_weights):
                trial[n] = weights[n] - search[step_control.ETA] * step[n]
        _accept(options, state, trace)
    else:
        counters[ATTEMPT] += 1
    return done


@njit(**INLINED)
def _accept(options, state, trace):
    """Continue from the trial weights, write a row of the trace, and lower mu."""
    counters, numbers = state.counters, state.numbers
    iteration = counters[ITERATION] + 1
    for n in range(state.weights.shape[0]):
        state.weights[n] = state.trial[n]
        trace.weights[iteration, n] = state.trial[n]
    numbers[SSE] = numbers[TRIAL_SSE]
    trace.sse[iteration] = numbers[SSE]
    trace.mu[iteration] = numbers[MU]
    trace.attempts[iteration] = counters[ATTEMPT] + 1
    trace.step_length[iteration] = numbers[SEARCH + step_control.ETA]
    eta = numbers[SEARCH + step_control.ETA]
    numbers[SEARCH + step_control.LAST_ETA] = eta
    numbers[MU] = mu_accepted(
        options.control, numbers[MU], eta, options.mu_factor, options.mu_min, options.mu_max
    )
    counters[ITERATION] = iteration
    counters[ATTEMPT] = 0
    counters[REFUSALS] = 0
    counters[PHASE] = ACCUMULATE


@njit(**INLINED)
def _raise_damping(options, state):
    """Raise mu for the next attempt from the same Q, or stop at a limit."""
    counters, numbers = state.counters, state.numbers
    counters[ATTEMPT] += 1
    counters[REFUSALS] += 1
    counters[PANEL] = 0
    counters[PHASE] = FACTOR
    numbers[MU] *= options.mu_factor
    if counters[REFUSALS] >= options.max_attempts or numbers[MU] > options.mu_max:
        counters[STATUS] = _ending(DAMPING_LIMIT, options, state)
