"""Step control of Levenberg-Marquardt: damping matrices, and the acceptance of attempts.

Damping matrices D(mu), added to Q:

    LEVENBERG      mu I
    MARQUARDT      mu diag(Q), at least mu times 1e-12
    MAX_DIAGONAL   mu max(diag(Q)) I, at least mu times 1e-12
    DATA_SCALED    mu max(u_n^2 Q_nn) / u_n^2 for weight n, with the units u of the weights from
                   `nbn_core.objective.units`: the same steps whatever the units of the data

Controls, with the step s = (Q + D)^-1 g and the attempt w - eta s:

    PUBLISHED      eta = 1; a lower SSE is accepted and divides mu by the factor, any other
                   multiplies it, and the same Q is factored again
    LINE_SEARCH    eta = min(1, twice the last one), halved until the SSE is lower
    BEST_STEP      eta = 1, halved until the SSE is lower, and further as long as it decreases; the
                   best eta is accepted. This adds a few forward passes; Q costs N/2 of them
    ADAPTIVE       eta = min(1, four times the last one), halved until the SSE is lower

Line search and best step then change mu slowly: it is multiplied by 0.8 if the accepted eta is
above 0.2, by 1.25 (not above 1e6) otherwise. Best step divides mu by 4 if the full step was best.
The adaptive control changes it faster: times 0.4 or times 2. When 12 halvings find no lower SSE, mu
is multiplied by the factor. The limits of mu are those of the settings.
"""

import math

from numba import njit

from nbn_core.kernels.cache import ENTRY, INNER

LEVENBERG, MARQUARDT, MAX_DIAGONAL, DATA_SCALED = range(4)
PUBLISHED, LINE_SEARCH, BEST_STEP, ADAPTIVE = range(4)
ACCEPTED, REFUSED, SHORTER = range(3)
# Places in the numbers of the search; PREDICTED is the decrease of the SSE that the quadratic model
# promises for the full step
ETA, LAST_ETA, BEST_ETA, BEST_SSE, PREDICTED = range(5)
N_SEARCH = 5

MAX_HALVINGS = 12
LONG_STEP = 0.2  # eta above which mu decreases
MU_SHRINK, MU_GROW = 0.8, 1.25
MU_WHOLE_STEP = 0.25  # factor of mu when the full step was best
ADAPTIVE_SHRINK, ADAPTIVE_GROW, ADAPTIVE_LENGTHENING = 0.4, 2.0, 4.0
GROW_MAX = 1e6  # above it, line search and best step do not increase mu after a success
DIAGONAL_MIN = 1e-12
# Decrease of the SSE, relative to it, that is lost in the rounding of the SSE
ROUNDING = 1e-15
# Cosine between the errors and a column of J below which they count as orthogonal
STATIONARY_COSINE = 1e-6


@njit(**INNER)
def begin(matrix, control, mu, quasi_hessian, units, damping, search):
    """Write the diagonal of D for a new factor, and prepare its first attempt.

    Parameters
    ----------
    matrix, control : int
        Damping matrix and control, as named above.
    mu : float
        Damping parameter.
    quasi_hessian : (C WIDTH, C WIDTH) float64
        Upper triangle of Q.
    units : (N,) float64
        Units of the weights, used by DATA_SCALED.
    damping : (C WIDTH,) float64
        Diagonal of D, written.
    search : (N_SEARCH,) float64
        Numbers of the search, updated.
    """
    n_weights = units.shape[0]
    if matrix == MARQUARDT:
        for n in range(n_weights):
            damping[n] = mu * max(quasi_hessian[n, n], DIAGONAL_MIN)
    elif matrix == DATA_SCALED:
        largest = 0.0
        for n in range(n_weights):
            largest = max(largest, quasi_hessian[n, n] * units[n] * units[n])
        for n in range(n_weights):
            damping[n] = mu * largest / (units[n] * units[n])
    else:
        value = mu
        if matrix == MAX_DIAGONAL:
            largest = DIAGONAL_MIN
            for n in range(n_weights):
                largest = max(largest, quasi_hessian[n, n])
            value = mu * largest
        for n in range(n_weights):
            damping[n] = value
    if control == LINE_SEARCH:
        search[ETA] = min(1.0, 2.0 * search[LAST_ETA])
    elif control == ADAPTIVE:
        search[ETA] = min(1.0, ADAPTIVE_LENGTHENING * search[LAST_ETA])
    else:
        search[ETA] = 1.0
    search[BEST_SSE] = math.inf


@njit(**INNER)
def predict(gradient, damping, step, n_weights, search):
    """Write the decrease of the SSE that the quadratic model promises for the full step.

    The model is SSE - 2 g's + s'Qs, and (Q + D) s = g, so the decrease is g's + s'Ds.
    """
    predicted = 0.0
    for n in range(n_weights):
        predicted += step[n] * (gradient[n] + damping[n] * step[n])
    search[PREDICTED] = predicted


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
    if control in (LINE_SEARCH, ADAPTIVE):
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


@njit(**ENTRY)
def mu_accepted(control, mu, eta, factor, mu_min, mu_max):
    """Return the damping of the next iteration after an accepted step of length eta.

    Parameters
    ----------
    control : int
        Control, as named above.
    mu, eta : float
        Damping and length of the accepted step.
    factor : float
        Factor of the published control.
    mu_min, mu_max : float
        Limits of mu.

    Returns
    -------
    float
        Damping of the next attempt.
    """
    if control == PUBLISHED:
        return max(mu / factor, mu_min)
    if control == BEST_STEP and eta == 1.0:
        return max(mu * MU_WHOLE_STEP, mu_min)
    if eta > LONG_STEP:
        return max(mu * (ADAPTIVE_SHRINK if control == ADAPTIVE else MU_SHRINK), mu_min)
    if control == ADAPTIVE:
        return min(mu * ADAPTIVE_GROW, mu_max)
    return min(mu * MU_GROW, mu_max, GROW_MAX)


@njit(**ENTRY)
def stationary(sse, gradient, quasi_hessian, n_weights, least_sse):
    """Whether no weight can change the SSE by more than its rounding.

    The largest cosine between the errors and a column of J is the test of MINPACK; it does not
    depend on the scale of the data. An SSE of rounding errors alone is stationary as well.

    Parameters
    ----------
    sse : float
        Sum of squared errors at the weights.
    gradient, quasi_hessian : (C WIDTH,), (C WIDTH, C WIDTH) float64
        g and Q at the weights; only the diagonal of Q is used.
    n_weights : int
        Number of weights N.
    least_sse : float
        SSE that rounding alone produces.
    """
    if sse <= least_sse:
        return True
    for n in range(n_weights):
        square = gradient[n] * gradient[n]
        if square > STATIONARY_COSINE * STATIONARY_COSINE * quasi_hessian[n, n] * sse:
            return False
    return True
