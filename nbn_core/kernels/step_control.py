"""Step control of Levenberg-Marquardt: what to damp, and what to make of an attempt.

Damping matrices D(mu), added to Q:

    LEVENBERG      mu I
    MARQUARDT      mu diag(Q), at least mu times 1e-12
    MAX_DIAGONAL   mu max(diag(Q)) I

Controls, with the step s = (Q + D)^-1 g and the attempt w - eta s:

    PUBLISHED      eta = 1; a lower SSE is accepted and divides mu by the factor, any other
                   multiplies it, and the same Q is factored again
    LINE_SEARCH    eta = min(1, twice the last one), halved until the SSE is lower
    BEST_STEP      eta = 1, halved until the SSE is lower, and on as long as it still falls; the
                   best is accepted. A few passes forward more, where Q costs N/2 of them.

Both searches then move mu slowly: times 0.8, at least 1e-6, if the accepted eta is above 0.2, times
1.25, at most 1e6, if not. Best step divides it by 4 if the whole step was the best, as no shorter
one was better. When 12 halvings find nothing lower, mu is multiplied by the factor.
"""

import math

from numba import njit

from nbn_core.kernels.cache import INNER

LEVENBERG, MARQUARDT, MAX_DIAGONAL = range(3)
PUBLISHED, LINE_SEARCH, BEST_STEP = range(3)
ACCEPTED, REFUSED, SHORTER = range(3)
# numbers of the search
ETA, LAST_ETA, BEST_ETA, BEST_SSE = range(4)
N_SEARCH = 4

HALVINGS = 12
SHRINK, GROW = 0.8, 1.25
WHOLE = 0.25
LONG = 0.2
MU_LEAST, MU_MOST = 1e-6, 1e6
DIAGONAL_LEAST = 1e-12


@njit(**INNER)
def begin(matrix, control, mu, quasi_hessian, n_weights, damping, search):
    """Write the diagonal of D for a new factor, and make ready for its first attempt.

    Parameters
    ----------
    matrix, control : int
        As named above.
    mu : float
        Damping.
    quasi_hessian : (C WIDTH, C WIDTH) float64
        Q, upper triangle.
    n_weights : int
        N.
    damping : (C WIDTH,) float64
        Written.
    search : (N_SEARCH,) float64
        Updated.
    """
    if matrix == MARQUARDT:
        for n in range(n_weights):
            damping[n] = mu * max(quasi_hessian[n, n], DIAGONAL_LEAST)
    else:
        value = mu
        if matrix == MAX_DIAGONAL:
            most = DIAGONAL_LEAST
            for n in range(n_weights):
                most = max(most, quasi_hessian[n, n])
            value = mu * most
        for n in range(n_weights):
            damping[n] = value
    search[ETA] = min(1.0, 2.0 * search[LAST_ETA]) if control == LINE_SEARCH else 1.0
    search[BEST_SSE] = math.inf


@njit(**INNER)
def judge(control, sse, trial_sse, search):
    """Say what becomes of an attempt at the step length search[ETA].

    Parameters
    ----------
    control : int
        As named above.
    sse, trial_sse : float
        Before, and after the attempt.
    search : (N_SEARCH,) float64
        Updated.

    Returns
    -------
    int
        ACCEPTED, with the step length in search[ETA]; SHORTER, to try again at search[ETA];
        REFUSED, to damp more.
    """
    lower = trial_sse < sse
    if control == PUBLISHED:
        return ACCEPTED if lower else REFUSED
    shortest = search[ETA] <= 0.5**HALVINGS
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
    """Return the damping to go on with after an accepted step of length search[ETA]."""
    if control == PUBLISHED:
        return max(mu / factor, mu_min)
    search[LAST_ETA] = search[ETA]
    if control == BEST_STEP and search[ETA] == 1.0:
        return max(mu * WHOLE, mu_min, MU_LEAST)
    if search[ETA] > LONG:
        return max(mu * SHRINK, mu_min, MU_LEAST)
    return min(mu * GROW, mu_max, MU_MOST)
