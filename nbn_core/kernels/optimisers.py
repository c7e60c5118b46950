"""Optimisers: updates of the weights by a gradient, or by a direction used in its place.

With G the gradient of the half SSE over the patterns of a step (their mean, or their sum):

    MOMENTUM   v = m v - r G,                 w += v             m = 0 is plain gradient descent
    ADAM       a = b1 a + (1 - b1) G,         c = b2 c + (1 - b2) G^2,
               w -= r a / (1 - b1^t) / (sqrt(c / (1 - b2^t)) + eps)
    RPROP      D grows by 1.2 while the sign of G stays, and shrinks by 0.5 when it changes, in
               which case the weight is not updated; otherwise w -= sign(G) D       (iRprop-)

References
----------
Kingma & Ba, Adam, ICLR 2015. Igel & Huesken, Improving the Rprop learning algorithm, NC 2000.
"""

import math

from numba import njit

from nbn_core.kernels.cache import ENTRY

MOMENTUM, ADAM, RPROP = range(3)
# Places in the settings
RATE, INERTIA, SECOND, EPSILON, MIN_STEP, MAX_STEP, MEAN, TARGET_SSE, NEAR, SMOOTHING = range(10)
N_SETTINGS = 10
GROW, SHRINK = 1.2, 0.5


@njit(**ENTRY)
def move(code, settings, weights, gradient, scale, one, two, powers):
    """Update the weights by one step of an optimiser.

    Parameters
    ----------
    code : int
        Optimiser: MOMENTUM, ADAM or RPROP.
    settings : (N_SETTINGS,) float64
        Constants, at the places named in this module.
    weights : (N,) float64
        Weights, updated.
    gradient : (N,) float64
        Gradient, summed over the patterns of the step.
    scale : float
        Factor from this sum to G.
    one, two : (N,) float64
        State of the optimiser, updated: v for MOMENTUM, a and c for ADAM, the last G and D for
        RPROP.
    powers : (2,) float64
        Powers b1^t and b2^t, updated; 1 at the start.
    """
    n_weights = weights.shape[0]
    rate = settings[RATE]
    inertia = settings[INERTIA]
    if code == MOMENTUM:
        for n in range(n_weights):
            one[n] = inertia * one[n] - rate * (scale * gradient[n])
            weights[n] += one[n]
    elif code == ADAM:
        second = settings[SECOND]
        epsilon = settings[EPSILON]
        powers[0] *= inertia
        powers[1] *= second
        stride = rate / (1.0 - powers[0])
        level = 1.0 / (1.0 - powers[1])
        for n in range(n_weights):
            g = scale * gradient[n]
            one[n] = inertia * one[n] + (1.0 - inertia) * g
            two[n] = second * two[n] + (1.0 - second) * (g * g)
            weights[n] -= stride * one[n] / (math.sqrt(level * two[n]) + epsilon)
    else:
        smallest = settings[MIN_STEP]
        largest = settings[MAX_STEP]
        for n in range(n_weights):
            g = scale * gradient[n]
            agreement = g * one[n]
            if agreement > 0.0:
                two[n] = min(two[n] * GROW, largest)
            elif agreement < 0.0:
                two[n] = max(two[n] * SHRINK, smallest)
                g = 0.0
            if g > 0.0:
                weights[n] -= two[n]
            elif g < 0.0:
                weights[n] += two[n]
            one[n] = g
