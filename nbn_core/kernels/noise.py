"""Random numbers that depend only on a key and an index: the same in any thread, on any machine.

The bits are those of SplitMix64 at step `index` (Steele, Lea & Flood, OOPSLA 2014, with the
constants of Stafford's variant 13). Normal numbers are drawn in pairs by Marsaglia's polar method;
the logarithm is computed here, because the last bit differs between libraries. With x = 2^k m,

    log x = k ln 2 + 2 (s + s^3 / 3 + s^5 / 5 + ...),    s = (m - 1) / (m + 1)
"""

import math

import numpy
from numba import config, njit

from nbn_core.kernels.cache import ENTRY
from nbn_core.kernels.vectors import float_bits, float_from_bits

_GOLDEN = 0x9E3779B97F4A7C15
_FIRST = 0xBF58476D1CE4E5B9
_SECOND = 0x94D049BB133111EB
_MASK = 0xFFFFFFFFFFFFFFFF
_UNIT = 2.0**-52
_LN2 = 0.6931471805599453
_ROOT = 0.7071067811865476
_MANTISSA = (1 << 52) - 1
_ONE = 1023 << 52

if config.DISABLE_JIT:

    def mixed(key, index):
        """Return 63 random bits as an integer."""
        x = (int(key) + (int(index) + 1) * _GOLDEN) & _MASK
        x = ((x ^ (x >> 30)) * _FIRST) & _MASK
        x = ((x ^ (x >> 27)) * _SECOND) & _MASK
        return (x ^ (x >> 31)) >> 1

else:

    @njit(**ENTRY)
    def mixed(key, index):
        """Return 63 random bits as an integer."""
        x = numpy.uint64(key) + numpy.uint64(index + 1) * numpy.uint64(_GOLDEN)
        x = (x ^ (x >> numpy.uint64(30))) * numpy.uint64(_FIRST)
        x = (x ^ (x >> numpy.uint64(27))) * numpy.uint64(_SECOND)
        return numpy.int64((x ^ (x >> numpy.uint64(31))) >> numpy.uint64(1))


@njit(**ENTRY)
def uniform(key, index):
    """Return a uniform random number in the open interval (0, 1)."""
    return ((mixed(key, index) >> 11) + 0.5) * _UNIT


@njit(**ENTRY)
def logarithm(x):
    """Return the natural logarithm of a positive number that is not subnormal."""
    bits = float_bits(x)
    k = (bits >> 52) - 1023
    m = float_from_bits((bits & _MANTISSA) + _ONE)
    if m * _ROOT > 1.0:
        m *= 0.5
        k += 1
    s = (m - 1.0) / (m + 1.0)
    square = s * s
    total = 0.0
    for i in range(23, 0, -2):
        total = total * square + 1.0 / i
    return k * _LN2 + 2.0 * s * total


@njit(**ENTRY)
def fill_normal(key, target, count):
    """Write `count` independent standard normal numbers into target[:count]."""
    for i in range(0, count, 2):
        own = mixed(key, i)
        t = 0
        while True:
            u = 2.0 * uniform(own, t) - 1.0
            v = 2.0 * uniform(own, t + 1) - 1.0
            t += 2
            square = u * u + v * v
            if square < 1.0:
                break
        scale = math.sqrt(-2.0 * logarithm(square) / square)
        target[i] = u * scale
        if i + 1 < count:
            target[i + 1] = v * scale


@njit(**ENTRY)
def fill_signs(key, target, count):
    """Write `count` independent numbers, each +1 or -1 with equal probability."""
    for i in range(count):
        target[i] = 1.0 if mixed(key, i) & 1 else -1.0


@njit(**ENTRY)
def shuffle(key, order):
    """Write a random permutation of 0, 1, 2, ... into `order`."""
    n = order.shape[0]
    for p in range(n):
        order[p] = p
    for p in range(n - 1, 0, -1):
        q = int(uniform(key, p) * (p + 1))
        order[p], order[q] = order[q], order[p]
