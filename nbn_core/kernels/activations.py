"""Values and slopes of all activations, for many patterns at a time.

A neuron with gain g and leak l has the value o = f(z) + l net and the slope s = g f'(z) + l,
with z = g net. Both exponential activations use the same range reduction, with k the integer
nearest a / ln 2:

    exp(a) - 1 = 2^k p + (2^k - 1),    p = exp(r) - 1,    r = a - k ln 2,    |r| <= ln 2 / 2

where p is a Taylor polynomial. With t = exp(2|z|) - 1, tanh|z| = t / (t + 2) and its slope is
4 (t + 1) / (t + 2)^2, without cancellation for saturated neurons. The quotient is corrected by the
remainder of its product with t + 2, so that tanh is within 2 ulp. The loops contain no branch and
no library call, so that they vectorise and give the same bits on any machine. Each is split in two,
with the exponential stored among the slopes in between, because in one long chain of operations a
processor does not overlap one vector with the next.
Arguments are limited to |a| = 80, where the bipolar value is 1 to the last bit and the slope 7e-35.
"""

from numba import njit

from nbn_core.kernels.cache import ENTRY
from nbn_core.kernels.vectors import float_bits, float_from_bits, multiply_add

LINEAR, UNIPOLAR, BIPOLAR, ELLIOT_BIPOLAR, ELLIOT_UNIPOLAR = range(5)

_CUT = 80.0
_LOG2_E = 1.4426950408889634
_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_ROUND = 6755399441055744.0  # 1.5 * 2^52: adding it leaves the nearest integer in the low bits
_BIAS = 1023 << 52

_C2 = 1.0 / 2.0
_C3 = 1.0 / 6.0
_C4 = 1.0 / 24.0
_C5 = 1.0 / 120.0
_C6 = 1.0 / 720.0
_C7 = 1.0 / 5040.0
_C8 = 1.0 / 40320.0
_C9 = 1.0 / 362880.0
_C10 = 1.0 / 3628800.0
_C11 = 1.0 / 39916800.0
_C12 = 1.0 / 479001600.0
_C13 = 1.0 / 6227020800.0


@njit(**ENTRY)
def _reduced(a):
    """Return (2^k, p) with exp(a) = 2^k (1 + p), for |a| <= 80."""
    shifted = a * _LOG2_E + _ROUND
    k = shifted - _ROUND
    r = (a - k * _LN2_HIGH) - k * _LN2_LOW
    r2 = r * r
    r4 = r2 * r2
    low = (_C2 + r * _C3) + r2 * (_C4 + r * _C5)
    middle = (_C6 + r * _C7) + r2 * (_C8 + r * _C9)
    high = (_C10 + r * _C11) + r2 * (_C12 + r * _C13)
    p = multiply_add(r2, low + r4 * (middle + r4 * high), r)
    return float_from_bits((float_bits(shifted) << 52) + _BIAS), p


@njit(**ENTRY)
def activate(code, gain, leak, nets, slopes, count):
    """Replace nets by values, and write slopes, for the first `count` patterns.

    Parameters
    ----------
    code : int
        Code of the activation.
    gain, leak : float
        Gain and leak of the neuron.
    nets : (B,) float64
        Weighted sums, overwritten by values.
    slopes : (B,) float64
        Derivatives of the values by the weighted sums, written.
    count : int
        Number of patterns.
    """
    if code == BIPOLAR:
        for p in range(count):
            a = 2.0 * abs(gain * nets[p])
            a = _CUT if a > _CUT else a
            power, rest = _reduced(a)
            slopes[p] = multiply_add(power, rest, power - 1.0)
        for p in range(count):
            net = nets[p]
            z = gain * net
            t = slopes[p]
            d = t + 2.0
            u = 1.0 / d
            value = t * u
            missing = multiply_add(-value, d, t)  # remainder of t, then of the rounding of d
            missing = multiply_add(-value, t - (d - 2.0), missing)
            value = multiply_add(missing, u, value)
            nets[p] = (value if z >= 0.0 else -value) + leak * net
            slopes[p] = gain * (4.0 * (t + 1.0) * u * u) + leak
    elif code == UNIPOLAR:
        for p in range(count):
            a = -abs(gain * nets[p])
            a = -_CUT if a < -_CUT else a
            power, rest = _reduced(a)
            slopes[p] = power + power * rest
        for p in range(count):
            net = nets[p]
            z = gain * net
            t = slopes[p]
            u = 1.0 / (1.0 + t)
            nets[p] = (u if z >= 0.0 else t * u) + leak * net
            slopes[p] = gain * (t * u * u) + leak
    elif code == ELLIOT_BIPOLAR:
        for p in range(count):
            net = nets[p]
            z = gain * net
            u = 1.0 / (1.0 + abs(z))
            nets[p] = z * u + leak * net
            slopes[p] = gain * (u * u) + leak
    elif code == ELLIOT_UNIPOLAR:
        for p in range(count):
            net = nets[p]
            z = gain * net
            u = 1.0 / (1.0 + abs(z))
            nets[p] = 0.5 * (z * u) + 0.5 + leak * net
            slopes[p] = gain * (0.5 * (u * u)) + leak
    else:
        for p in range(count):
            net = nets[p]
            nets[p] = gain * net + leak * net
            slopes[p] = gain + leak
