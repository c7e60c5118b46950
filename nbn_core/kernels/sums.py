"""Products of rows of patterns that stay in vector registers; the partner of `vectors.combine`.

    add_dots    target[at + t] += sum_p factors[r, p] rows[picks[t], p]      t < n_terms

summed in WIDTH interleaved parts, which gives the same bits on any machine, over complete groups of
GROUP patterns: factors must be 0 in the padding behind the last pattern.
"""

import numpy
from llvmlite import ir
from numba import config, types
from numba.core import cgutils
from numba.extending import intrinsic

from nbn_core.kernels.vectors import GROUP, WIDTH, _Emit

_DOUBLE = ir.DoubleType()
_INT = ir.IntType(64)
_INDEX = ir.IntType(32)
_VECTOR = ir.VectorType(_DOUBLE, WIDTH)
_ZEROS = ir.Constant(_VECTOR, [0.0] * WIDTH)
_TERMS = 4  # rows summed together, so that factors are loaded once for all of them


def _add_dots_code(context, builder, signature, args):
    emit = _Emit(context, builder, signature, args)
    target, _ = emit.array(0)
    place = emit.integer(1)
    picks, _ = emit.array(2)
    n_terms = emit.integer(3)
    rows, (line, _) = emit.array(4)
    factors, (factor_line, _) = emit.array(5)
    r, count = emit.integer(6), emit.integer(7)
    group = emit.number(GROUP)
    groups = builder.sdiv(builder.add(count, emit.number(GROUP - 1)), group)
    factor_row = emit.at(factors, (r, factor_line))

    def some(start, terms):
        sums = [emit.sum(_ZEROS) for _ in range(terms)]
        starts = []
        for t, total in enumerate(sums):
            builder.store(_ZEROS, total)
            pick = builder.load(emit.at(picks, start, emit.number(t)))
            starts.append(emit.at(rows, (builder.sext(pick, _INT), line)))
        with cgutils.for_range(builder, groups) as loop:
            for part in range(0, GROUP, WIDTH):
                offset = ((loop.index, group), emit.number(part))
                factor = emit.load(emit.at(factor_row, *offset))
                for total, row in zip(sums, starts, strict=True):
                    emit.add_product(total, factor, emit.load(emit.at(row, *offset)))
        for t, total in enumerate(sums):
            values = builder.load(total)
            lanes = [builder.extract_element(values, ir.Constant(_INDEX, i)) for i in range(WIDTH)]
            while len(lanes) > 1:
                pairs = zip(lanes[0::2], lanes[1::2], strict=True)
                lanes = [builder.fadd(left, right) for left, right in pairs]
            address = emit.at(target, place, start, emit.number(t))
            builder.store(builder.fadd(builder.load(address), lanes[0]), address)

    whole = builder.mul(builder.sdiv(n_terms, emit.number(_TERMS)), emit.number(_TERMS))
    with cgutils.for_range_slice(builder, emit.number(0), whole, emit.number(_TERMS)) as (t, _):
        some(t, _TERMS)
    with cgutils.for_range_slice(builder, whole, n_terms, emit.number(1)) as (t, _):
        some(t, 1)
    return context.get_dummy_value()


if config.DISABLE_JIT:

    def add_dots(target, at, picks, n_terms, rows, factors, r, count):
        """Add the products of row r of `factors` and picked rows to target[at:]."""
        padded = -(-count // GROUP) * GROUP
        for t in range(n_terms):
            lanes = numpy.zeros(WIDTH)
            for p in range(0, padded, WIDTH):
                lanes += factors[r, p : p + WIDTH] * rows[picks[t], p : p + WIDTH]
            while len(lanes) > 1:
                lanes = lanes[0::2] + lanes[1::2]
            target[at + t] += lanes[0]

else:

    @intrinsic
    def add_dots(typingctx, target, at, picks, n_terms, rows, factors, r, count):
        """Add the products of row r of `factors` and picked rows to target[at:]."""
        signature = types.void(target, at, picks, n_terms, rows, factors, r, count)
        return signature, _add_dots_code
