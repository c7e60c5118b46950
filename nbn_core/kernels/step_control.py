"""Step control of Levenberg-Marquardt: damping matrices, and the acceptance of attempts.

Damping matrices D(mu), added to Q:

    LEVENBERG      mu I
    MARQUARDT      mu diag(Q), at least mu times 1e-12
    MAX_DIAGONAL   mu max(diag(Q)) I

Controls, with the step s = (Q + D)^-1 g and the attempt w - eta s:

    PUBLISHED      eta = 1; a lower SSE is accepted and divides mu by the factor, any other
                   multiplies it, and the same Q is factored again
    LINE_SEARCH    eta = min(1, twice the last one), halved until the SSE is lower
    BEST_STEP      eta = 1, halved until the SSE is lower, and further as long as it decreases; the
                   best eta is accepted. This adds a few forward passes; Q costs N/2 of them

Both searches then change mu slowly: it is multiplied by 0.8 (not below 1e-6) if the accepted eta is
above 0.2, by 1.25 (not above 1e6) otherwise. Best step divides mu by 4 if the full step was best.
When 12 halvings find no lower SSE, mu is multiplied by the factor.
"""

import math

from numba import njit

from nbn_core.kernels.cache import ENTRY, INNER

LEVENBERG, MARQUARDT, MAX_DIAGONAL = range(3)
PUBLISHED, LINE_SEARCH, BEST_STEP = range(3)
ACCEPTED, REFUSED, SHORTER = range(3)
# Places in the numbers of the search
ETA, LAST_ETA, BEST_ETA, BEST_SSE = range(4)
N_SEARCH = 4

MAX_HALVINGS = 12
LONG_STEP = 0.2  # eta above which mu decreases
MU_SHRINK, MU_GROW = 0.8, 1.25
MU_WHOLE_STEP = 0.25  # factor of mu when the full step was best
SEARCH_MU_MIN, SEARCH_MU_MAX = 1e-6, 1e6
DIAGONAL_MIN = 1e-12


@njit(**INNER)
def begin(matrix, control, mu, quasi_hessian, n_weights, damping, search):
    """Write the diagonal of D for a new factor, and prepare its first attempt.

    Parameters
    ----------
    matrix, control : int
        Damping matrix and control, as named above.
    mu : float
        Damping parameter.
    quasi_hessian : (C WIDTH, C WIDTH) float64
        Upper triangle of Q.
    n_weights : int
        Number of weights N.
    damping : (C WIDTH,) float64
        Diagonal of D, written.
    search : (N_SEARCH,) float64
        Numbers of the search, updated.
    """
    if matrix == MARQUARDT:
        for n in range(n_weights):
            damping[n] = mu * max(quasi_hessian[n, n], DIAGONAL_MIN)
    else:
        value = mu
        if matrix == MAX_DIAGONAL:
            largest = DIAGONAL_MIN
            for n in range(n_weights):
                largest = max(largest, quasi_hessian[n, n])
            value = mu * largest
        for n in range(n_weights):
            damping[n] = value
    search[ETA] = min(1.0, 2.0 * search[LAST_ETA]) if control == LINE_SEARCH else 1.0
    search[BEST_SSE] = math.inf


@njit(**INNER)
def judge(control, sse, trial_sse, search):
    """Decide whether an attempt at the step length search[ETA] is accepted.

    Parameters
    ----------
    control : int
        Control, as named above.
    sse, trial_sse : float
        SSE before and after the attempt.
    search : (N_SEARCH,) float64
        Numbers of the search, updated.

    Returns
    -------
    int
        ACCEPTED, with the step length in search[ETA]; SHORTER, to try again at search[ETA];
        REFUSED, to damp more.
    """
    lower = trial_sse < sse
    if control == PUBLISHED:
        return ACCEPTED if lower else REFUSED
    shortest = search[ETA] <= 0.5**MAX_HALVINGS
    if control == LINE_SEARCH:
        if lower:
            return ACCEPTED
    else:
        better = trial_sse < search[BEST_SSE]
        if lower and better:
            search[BEST_SSE] = trial_sse
            search[BEST_ETA] = search[ETA]
        if search[BEST_SSE] < sse and (not better or shortest):
            search[ETA] = search[BEST_ETA]
            return ACCEPTED
    if shortest:
        search[LAST_ETA] = 1.0
        return REFUSED
    search[ETA] *= 0.5
    return SHORTER


@njit(**INNER)
def mu_accepted(control, mu, factor, mu_min, mu_max, search):
    """Return the damping of the next iteration after an accepted step of length search[ETA]."""
    if control == PUBLISHED:
        return max(mu / factor, mu_min)
    search[LAST_ETA] = search[ETA]
    if control == BEST_STEP and search[ETA] == 1.0:
        return max(mu * MU_WHOLE_STEP, mu_min, SEARCH_MU_MIN)
    return mu_searched(mu, search[ETA], mu_min, mu_max)


@njit(**ENTRY)
def mu_searched(mu, eta, mu_min, mu_max):
    """Return the damping after a line search that accepted the step length `eta`."""
    if eta > LONG_STEP:
        return max(mu * MU_SHRINK, mu_min, SEARCH_MU_MIN)
    return min(mu * MU_GROW, mu_max, SEARCH_MU_MAX)
