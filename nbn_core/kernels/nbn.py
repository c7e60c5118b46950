"""The Levenberg-Marquardt loop of NBN, compiled whole, in portions of work.

One iteration: find Q and g at the weights; then attempts, each solving (Q + mu I) dw = -g and
measuring the SSE at w + dw; the first attempt that lowers the SSE is accepted and divides mu by the
factor, every other one multiplies mu by it and starts again from the same weights and the same Q.
That is the published rule; `nbn_core.kernels.step_control` has others, and other damping matrices.

The loop is a machine of three phases, each of which advances in small pieces (a block of patterns,
a panel of the factor), so that a call can return after about so much work wherever it is, and the
next call goes on from there. How the work is cut into calls changes no bit of the result.

    ACCUMULATE   from pattern `pattern`: add blocks to SSE, g and Q      -> FACTOR, or ended
    FACTOR       from panel `panel`: Cholesky; solve                     -> TRY, or next attempt
    TRY          from pattern `pattern`: add blocks to the trial's SSE   -> ACCUMULATE, or next
                                                                            attempt, or ended

`counters` (int64) and `numbers` (float64) hold the state; their places are named below. Trace row
r of an accepted iteration is written before Q and g there are known; its gradient norm follows.
"""

import math

from numba import njit

from nbn_core.kernels import step_control
from nbn_core.kernels.accumulate import add_block, clear_sums, complete_sums
from nbn_core.kernels.forward import BLOCK, error_block, forward_block
from nbn_core.kernels.linear import factor_damped_panel, solve_factored
from nbn_core.kernels.step_control import ACCEPTED, SHORTER, begin, judge, mu_accepted

# counters
PHASE, PATTERN, PANEL, ITERATION, ATTEMPT, EVALUATIONS, STATUS, FACTORS, REFUSALS = range(9)
N_COUNTERS = 9
# phases
ACCUMULATE, FACTOR, TRY = range(3)
# status
RUNNING, SOLVED, NO_PROGRESS, DAMPING_LIMIT, DIVERGED = range(5)
# numbers
SSE, TRIAL_SSE, MU, SQUARES, SEARCH = range(5)  # SEARCH is where those of the search begin
N_NUMBERS = SEARCH + step_control.N_SEARCH
# settings
MU_MIN, MU_MAX, MU_FACTOR, MAX_ATTEMPTS, TARGET_SSE, LEAST_DECREASE, CONTROL, MATRIX = range(8)
N_SETTINGS = 8


@njit(cache=True, nogil=True, error_model="numpy")
def advance(
    structure, paths, row_plan, pair_plan, method, data, held,
    accumulate_work, factor_work, forward_work,
    room, factor, panel, scales, damping, step,
    settings, last_iteration, work,
    weights, trial, gradient, quasi_hessian, counters, numbers,
    trace_sse, trace_mu, trace_gradient, trace_attempts, trace_step_length, trace_weights,
):  # fmt: skip
    """Go on training until `last_iteration`, the end, or about `work` multiplications.

    Parameters
    ----------
    structure ... data : tuples of arrays
        See `nbn_core.kernels.accumulate`.
    held : int32 array
        Weights that stay as they are.
    accumulate_work, factor_work, forward_work : float
        Multiplications: a pattern in ACCUMULATE, a panel in FACTOR, a pattern in TRY.
    room ... step : float64 arrays
        Work space.
    settings : (N_SETTINGS,) float64
        As named in this module.
    last_iteration : int
        The number of accepted iterations not to go beyond.
    work : float
        Multiplications after which to return.
    weights, trial, gradient, quasi_hessian, counters, numbers : arrays
        The state, updated.
    trace_sse ... trace_weights : arrays
        Row r is written when iteration r is accepted.

    Returns
    -------
    float
        Multiplications done.
    """
    first, sources, codes, gains, leaks, outputs = structure
    inputs, targets, roots = data
    values, slopes, errors = room[0], room[1], room[2]
    n_weights = weights.shape[0]
    n_patterns, n_inputs = inputs.shape
    n_panels = factor.shape[0]
    search = numbers[SEARCH:]
    control = settings[CONTROL]
    done = 0.0
    while counters[STATUS] == RUNNING and done < work:
        iteration = counters[ITERATION]
        if counters[PHASE] == ACCUMULATE:
            start = counters[PATTERN]
            if start == 0:
                numbers[SQUARES] = 0.0
                clear_sums(room, gradient, quasi_hessian)
            count = min(BLOCK, n_patterns - start)
            numbers[SQUARES] = add_block(
                structure, paths, row_plan, pair_plan, method, weights, data, start, count, room,
                numbers[SQUARES], gradient, quasi_hessian,
            )  # fmt: skip
            done += accumulate_work * count
            counters[PATTERN] = start + count
            if start + count < n_patterns:
                continue
            complete_sums(pair_plan, method, held, room, gradient, quasi_hessian)
            counters[PATTERN] = 0
            counters[PANEL] = 0
            counters[PHASE] = FACTOR
            norm = 0.0
            for n in range(n_weights):
                norm += gradient[n] * gradient[n]
            trace_gradient[iteration] = math.sqrt(norm)
            if iteration == 0:
                numbers[SSE] = numbers[SQUARES]
                trace_sse[0] = numbers[SSE]
                counters[EVALUATIONS] = 1
            if not math.isfinite(numbers[SSE]):
                counters[STATUS] = DIVERGED
            elif numbers[SSE] <= settings[TARGET_SSE]:
                counters[STATUS] = SOLVED
            elif norm == 0.0:
                counters[STATUS] = NO_PROGRESS
            elif iteration > 0:
                before = trace_sse[iteration - 1]
                if before - numbers[SSE] < settings[LEAST_DECREASE] * before:
                    counters[STATUS] = NO_PROGRESS
            continue

        rejected = False
        if counters[PHASE] == FACTOR:
            if iteration >= last_iteration:
                break
            a = counters[PANEL]
            if a == 0:
                begin(
                    settings[MATRIX], control, numbers[MU], quasi_hessian, n_weights,
                    damping, search,
                )  # fmt: skip
                counters[FACTORS] += 1
            if factor_damped_panel(quasi_hessian, damping, n_weights, factor, panel, scales, a):
                done += factor_work
                counters[PANEL] = a + 1
                if a + 1 < n_panels:
                    continue
                solve_factored(factor, gradient, step)
                counters[PHASE] = TRY
            else:
                done += factor_work
                rejected = True
        else:
            start = counters[PATTERN]
            if start == 0:
                numbers[TRIAL_SSE] = 0.0
                for n in range(n_weights):
                    trial[n] = weights[n] - search[step_control.ETA] * step[n]
            count = min(BLOCK, n_patterns - start)
            forward_block(
                first, sources, codes, gains, leaks, trial, inputs, start, count, values, slopes
            )
            for m in range(outputs.shape[0]):
                numbers[TRIAL_SSE] += error_block(
                    outputs, targets, roots, start, count, n_inputs, values, m, errors[m]
                )
            done += forward_work * count
            counters[PATTERN] = start + count
            if start + count < n_patterns:
                continue
            counters[PATTERN] = 0
            counters[EVALUATIONS] += 1
            tried = search[step_control.ETA]
            verdict = judge(control, numbers[SSE], numbers[TRIAL_SSE], search)
            if verdict == ACCEPTED:
                if search[step_control.ETA] != tried:  # an earlier one was better
                    numbers[TRIAL_SSE] = search[step_control.BEST_SSE]
                    for n in range(n_weights):
                        trial[n] = weights[n] - search[step_control.ETA] * step[n]
                iteration += 1
                for n in range(n_weights):
                    weights[n] = trial[n]
                    trace_weights[iteration, n] = trial[n]
                numbers[SSE] = numbers[TRIAL_SSE]
                trace_sse[iteration] = numbers[SSE]
                trace_mu[iteration] = numbers[MU]
                trace_attempts[iteration] = counters[ATTEMPT] + 1
                trace_step_length[iteration] = search[step_control.ETA]
                numbers[MU] = mu_accepted(
                    control, numbers[MU], settings[MU_FACTOR], settings[MU_MIN], settings[MU_MAX],
                    search,
                )  # fmt: skip
                counters[ITERATION] = iteration
                counters[ATTEMPT] = 0
                counters[REFUSALS] = 0
                counters[PHASE] = ACCUMULATE
            elif verdict == SHORTER:
                counters[ATTEMPT] += 1
            else:
                rejected = True

        if rejected:
            counters[ATTEMPT] += 1
            counters[REFUSALS] += 1
            counters[PANEL] = 0
            counters[PHASE] = FACTOR
            numbers[MU] *= settings[MU_FACTOR]
            if counters[REFUSALS] >= settings[MAX_ATTEMPTS] or numbers[MU] > settings[MU_MAX]:
                counters[STATUS] = DAMPING_LIMIT
    return done
