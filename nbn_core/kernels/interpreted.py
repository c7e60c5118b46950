"""The intrinsics of `vectors` in NumPy, used with NUMBA_DISABLE_JIT=1 for debugging and coverage.

Sums have the same order and the same roundings, so results are bit-identical; they take a thousand
times longer.
"""

import numpy

__all__ = [
    "add_tile",
    "add_weighted",
    "add_weighted_four",
    "combine",
    "dot_row",
    "float_bits",
    "float_from_bits",
    "multiply_add",
    "pack_products",
    "substitute",
    "subtract_from",
    "subtract_tile",
]

WIDTH = 8
HALF = 4


def fused(a, b, c):
    """Return a b + c with a single rounding, elementwise.

    The product and the sums are split into exact parts; the smallest is rounded to odd, so that
    the last addition cannot round twice (Boldo & Melquiond, IEEE Trans. Computers 57(4), 2008).
    """
    with numpy.errstate(all="ignore"):
        plain = a * b + c
        product, rest = _two_product(a, b)
        high, low = _two_sum(c, rest)
        top, middle = _two_sum(product, high)
        last, error = _two_sum(low, middle)
        even = numpy.asarray(last).view(numpy.int64) & 1 == 0
        odd = numpy.where(
            (error != 0) & even, numpy.nextafter(last, numpy.copysign(numpy.inf, error)), last
        )
        exact = top + odd
    return numpy.where(numpy.isfinite(exact), exact, plain)


def _two_sum(a, b):
    total = a + b
    back = total - a
    return total, (a - (total - back)) + (b - back)


def _two_product(a, b):
    product = a * b
    a_high, b_high = (134217729.0 * x - (134217729.0 * x - x) for x in (a, b))
    a_low, b_low = a - a_high, b - b_high
    return product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


def add_tile(matrix, top, c, rows, count, a, lane, b):
    """Add the products of `count` packed rows to one tile."""
    _tile(matrix, top, c, rows, count, a, lane, b, 1.0)


def subtract_tile(matrix, top, c, rows, count, a, lane, b):
    """Subtract the products of `count` packed rows from one tile."""
    _tile(matrix, top, c, rows, count, a, lane, b, -1.0)


def _tile(matrix, top, c, rows, count, a, lane, b, sign):
    tile = matrix[top : top + HALF, WIDTH * c : WIDTH * (c + 1)]
    for r in range(count):
        left = sign * rows[a, r, lane : lane + HALF]
        tile[:] = fused(left[:, None], rows[b, r][None, :], tile)


def pack_products(rows, b, lefts, rights, begin, lines, count):
    """Write the products of WIDTH pairs of lines into block b of packed rows."""
    for i in range(WIDTH):
        rows[b, :count, i] = lines[lefts[begin + i], :count] * lines[rights[begin + i], :count]


def combine(target, r, bias, factors, picks, n_terms, rows, count):
    """Write a bias and a weighted sum of rows into row r."""
    total = numpy.full(count, bias)
    for i in range(n_terms):
        total += factors[i] * rows[picks[i], :count]
    target[r, :count] = total


def add_weighted(vector, rows, factors, count, columns, x):
    """Add a weighted sum of packed rows to block columns[x] of a vector."""
    b = columns[x]
    part = vector[WIDTH * b : WIDTH * (b + 1)]
    for r in range(count):
        part += factors[r] * rows[b, r]


def add_weighted_four(vector, rows, factors, count, columns, x):
    """Add weighted sums of packed rows to blocks columns[x] .. columns[x + 3] of a vector."""
    for i in range(4):
        add_weighted(vector, rows, factors, count, columns, x + i)


def subtract_from(vector, factor, rows, r, begin, end):
    """Subtract a multiple of packed row r from a vector."""
    for b in range(begin, end):
        vector[WIDTH * b : WIDTH * (b + 1)] -= factor * rows[b, r]


def dot_row(vector, rows, r, begin, end):
    """Return the product of packed row r and a vector."""
    lanes = numpy.zeros(WIDTH)
    for b in range(begin, end):
        lanes += rows[b, r] * vector[WIDTH * b : WIDTH * (b + 1)]
    while len(lanes) > 1:
        lanes = lanes[0::2] + lanes[1::2]
    return lanes[0]


def substitute(matrix, rows, scales, top, a, b):
    """Solve with a complete triangle for one block of WIDTH columns."""
    for i in range(WIDTH):
        row = matrix[i, WIDTH * b : WIDTH * (b + 1)].copy()
        for r in range(i):
            row -= rows[a, top + r, i] * rows[b, top + r]
        rows[b, top + i] = row * scales[i]


def multiply_add(a, b, c):
    """Return a b + c, rounded once."""
    return float(fused(numpy.float64(a), numpy.float64(b), numpy.float64(c)))


def float_bits(value):
    """Return the bits of a float as an integer."""
    return int(numpy.float64(value).view(numpy.int64))


def float_from_bits(bits):
    """Return the float with the given bits."""
    return numpy.uint64(bits & 0xFFFFFFFFFFFFFFFF).view(numpy.float64)
