"""Optimisers: what a gradient, or whatever a rule puts in its place, does to the weights.

With G the gradient of the half SSE over the patterns of a step (their mean, or their sum):

    MOMENTUM   v = m v - r G,                 w += v             m = 0 is plain gradient descent
    ADAM       a = b1 a + (1 - b1) G,         c = b2 c + (1 - b2) G^2,
               w -= r a / (1 - b1^t) / (sqrt(c / (1 - b2^t)) + eps)
    RPROP      D grows by 1.2 while the sign of G stays, shrinks by 0.5 when it changes; then this
               weight does not move once; else w -= sign(G) D.       (iRprop-)

References
----------
Kingma & Ba, Adam, ICLR 2015. Igel & Huesken, Improving the Rprop learning algorithm, NC 2000.
"""

import math

from numba import njit

from nbn_core.kernels.cache import ENTRY

MOMENTUM, ADAM, RPROP = range(3)
# settings
RATE, INERTIA, SECOND, EPSILON, LEAST_STEP, MOST_STEP, MEAN, TARGET_SSE, NEAR, SMOOTHING = range(10)
N_SETTINGS = 10
GROW, SHRINK = 1.2, 0.5


@njit(**ENTRY)
def move(code, settings, weights, gradient, scale, one, two, powers):
    """Change the weights.

    Parameters
    ----------
    code : int
        Of the optimiser.
    settings : (N_SETTINGS,) float64
        As named here.
    weights, gradient : (N,) float64
        Changed; a sum over patterns.
    scale : float
        What makes the sum G.
    one, two : (N,) float64
        Memory: v; a and c; the last G and D.
    powers : (2,) float64
        b1^t and b2^t, 1 at the start.
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
        least = settings[LEAST_STEP]
        most = settings[MOST_STEP]
        for n in range(n_weights):
            g = scale * gradient[n]
            agreement = g * one[n]
            if agreement > 0.0:
                two[n] = min(two[n] * GROW, most)
            elif agreement < 0.0:
                two[n] = max(two[n] * SHRINK, least)
                g = 0.0
            if g > 0.0:
                weights[n] -= two[n]
            elif g < 0.0:
                weights[n] += two[n]
            one[n] = g
