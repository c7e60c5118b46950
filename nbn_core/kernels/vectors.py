"""LLVM intrinsics for numba: sums that stay in vector registers, and the bits of a float.

Rows are packed in blocks of WIDTH columns: rows[b, r, i] is column WIDTH b + i of row r. All
quadratic and cubic work uses `add_tile` and `subtract_tile`. A tile is HALF rows by WIDTH columns
of a matrix; it stays in registers while the products of all packed rows are added:

    matrix[top + i, WIDTH c + j] +-= sum_r rows[a, r, lane + i] rows[b, r, j]

The other intrinsics follow the same principle:

    pack_products   rows[b, p, i] = lines[lefts[from + i], p] lines[rights[from + i], p]
    combine         target[r, p]  = bias + sum_i factors[i] rows[picks[i], p]      p < count
    add_weighted    vector[b, j] += sum_r factors[r] rows[b, r, j]                 b = columns[x]
    subtract_from   vector[b, j] -= factor rows[b, r, j]                           begin <= b < end
    dot_row         sum_bj rows[b, r, j] vector[b, j]                              begin <= b < end
    substitute      rows[b, top:top+WIDTH] = U'^-1 matrix[:, block b], U the triangle in block a

Each sum runs in ascending order (`dot_row`: in WIDTH interleaved parts), independently of the width
of the machine's registers. Tiles multiply and add with a single rounding, which processors with
fused multiply-add do in hardware and others in software; all other products and additions are
rounded separately. Results are therefore bit-identical on all machines. `combine` works on complete
groups of GROUP patterns, `pack_products` of FOUR, so lines must be padded to that; values written
beyond `count` are meaningless.
"""

from llvmlite import ir
from numba import config, types
from numba.core import cgutils
from numba.extending import intrinsic

WIDTH = 8
HALF = 4
GROUP = 16
FOUR = 4

_DOUBLE = ir.DoubleType()
_INT = ir.IntType(64)
_INDEX = ir.IntType(32)
_VECTOR = ir.VectorType(_DOUBLE, WIDTH)
_QUARTET = ir.VectorType(_DOUBLE, FOUR)


class _Emit:
    """Builder of the LLVM instructions that the intrinsics below consist of."""

    def __init__(self, context, builder, signature, args):
        self.context = context
        self.builder = builder
        self.types = signature.args
        self.args = args

    def array(self, i):
        """Return data and strides, in elements, of argument i, a C-ordered array."""
        array = self.context.make_array(self.types[i])(self.context, self.builder, self.args[i])
        strides = [self.number(1)]
        for axis in range(self.types[i].ndim - 1, 0, -1):
            extent = self.builder.extract_value(array.shape, axis)
            strides.insert(0, self.builder.mul(extent, strides[0]))
        return array.data, strides

    def integer(self, i):
        """Return argument i, converted to an index."""
        return self.context.cast(self.builder, self.args[i], self.types[i], types.intp)

    @staticmethod
    def number(value):
        """Return an index that is constant at compile time."""
        return ir.Constant(_INT, value)

    def at(self, data, *terms):
        """Return the address of an element; a term is an index or an (index, stride) pair."""
        offset = self.number(0)
        for term in terms:
            if isinstance(term, tuple):
                term = self.builder.mul(*term)
            offset = self.builder.add(offset, term)
        return self.builder.gep(data, [offset])

    def load(self, address, kind=_VECTOR):
        """Load a vector of WIDTH numbers, or of another kind."""
        value = self.builder.load(self.builder.bitcast(address, kind.as_pointer()))
        value.align = 8
        return value

    def store(self, value, address):
        """Store a vector of any length."""
        self.builder.store(value, self.builder.bitcast(address, value.type.as_pointer())).align = 8

    def spread(self, value):
        """Return a vector of WIDTH copies of one number."""
        undefined = ir.Constant(_VECTOR, ir.Undefined)
        first = self.builder.insert_element(undefined, value, ir.Constant(_INDEX, 0))
        everywhere = ir.Constant(ir.VectorType(_INDEX, WIDTH), [0] * WIDTH)
        return self.builder.shuffle_vector(first, undefined, everywhere)

    def sum(self, start):
        """Allocate a running sum, initialised with `start`."""
        return cgutils.alloca_once_value(self.builder, start)

    def add_product(self, total, factor, values):
        """Add factor times values to a running sum, rounded twice."""
        product = self.builder.fmul(factor, values)
        self.builder.store(self.builder.fadd(self.builder.load(total), product), total)

    def fuse_product(self, total, factor, values):
        """Add factor times values to a running sum, rounded once."""
        kind = ir.FunctionType(_VECTOR, [_VECTOR] * 3)
        fma = cgutils.get_or_insert_function(self.builder.module, kind, f"llvm.fma.v{WIDTH}f64")
        value = self.builder.call(fma, [factor, values, self.builder.load(total)])
        self.builder.store(value, total)

    def mixed(self, left, right, *places):
        """Return the numbers at the given places of two concatenated vectors."""
        kind = ir.VectorType(_INDEX, len(places))
        return self.builder.shuffle_vector(left, right, ir.Constant(kind, places))

    def transposed(self, a, b, c, d):
        """Return the transpose of FOUR vectors of FOUR numbers."""
        low_ab, high_ab = self.mixed(a, b, 0, 4, 2, 6), self.mixed(a, b, 1, 5, 3, 7)
        low_cd, high_cd = self.mixed(c, d, 0, 4, 2, 6), self.mixed(c, d, 1, 5, 3, 7)
        return (
            self.mixed(low_ab, low_cd, 0, 1, 4, 5),
            self.mixed(high_ab, high_cd, 0, 1, 4, 5),
            self.mixed(low_ab, low_cd, 2, 3, 6, 7),
            self.mixed(high_ab, high_cd, 2, 3, 6, 7),
        )


def _tile_code(subtract):
    def codegen(context, builder, signature, args):
        emit = _Emit(context, builder, signature, args)
        matrix, (line, _) = emit.array(0)
        top, c = emit.integer(1), emit.integer(2)
        rows, (block, _, _) = emit.array(3)
        count, a, lane, b = (emit.integer(i) for i in range(4, 8))
        width = emit.number(WIDTH)
        tile = [
            emit.at(matrix, (builder.add(top, emit.number(i)), line), (c, width))
            for i in range(HALF)
        ]
        sums = [emit.sum(emit.load(address)) for address in tile]
        left = emit.at(rows, (a, block), lane)
        right = emit.at(rows, (b, block))
        with cgutils.for_range(builder, count) as loop:
            values = emit.load(emit.at(right, (loop.index, width)))
            for i in range(HALF):
                factor = builder.load(emit.at(left, (loop.index, width), emit.number(i)))
                factor = builder.fneg(factor) if subtract else factor
                emit.fuse_product(sums[i], emit.spread(factor), values)
        for total, address in zip(sums, tile, strict=True):
            emit.store(builder.load(total), address)
        return context.get_dummy_value()

    return codegen


def _pack_products_code(context, builder, signature, args):
    emit = _Emit(context, builder, signature, args)
    rows, (block, _, _) = emit.array(0)
    b = emit.integer(1)
    lefts, _ = emit.array(2)
    rights, _ = emit.array(3)
    begin = emit.integer(4)
    lines, (line, _) = emit.array(5)
    count = emit.integer(6)
    four, width = emit.number(FOUR), emit.number(WIDTH)
    target = emit.at(rows, (b, block))
    groups = builder.sdiv(builder.add(count, emit.number(FOUR - 1)), four)
    pairs = []
    for i in range(WIDTH):
        place = builder.add(begin, emit.number(i))
        picks = [builder.load(emit.at(picked, place)) for picked in (lefts, rights)]
        pairs.append([emit.at(lines, (builder.sext(pick, _INT), line)) for pick in picks])
    with cgutils.for_range(builder, groups) as loop:
        products = [
            builder.fmul(*(emit.load(emit.at(side, (loop.index, four)), _QUARTET) for side in pair))
            for pair in pairs
        ]
        halves = [emit.transposed(*products[i : i + FOUR]) for i in range(0, WIDTH, FOUR)]
        for p in range(FOUR):
            first = builder.add(builder.mul(loop.index, four), emit.number(p))
            for i, half in enumerate(halves):
                emit.store(half[p], emit.at(target, (first, width), emit.number(FOUR * i)))
    return context.get_dummy_value()


def _combine_code(context, builder, signature, args):
    emit = _Emit(context, builder, signature, args)
    target, (target_line, _) = emit.array(0)
    r = emit.integer(1)
    bias = emit.spread(args[2])
    factors, _ = emit.array(3)
    picks, _ = emit.array(4)
    n_terms = emit.integer(5)
    rows, (line, _) = emit.array(6)
    count = emit.integer(7)
    group = emit.number(GROUP)
    groups = builder.sdiv(builder.add(count, emit.number(GROUP - 1)), group)
    parts = range(0, GROUP, WIDTH)
    with cgutils.for_range(builder, groups) as outer:
        sums = [emit.sum(bias) for _ in parts]
        for total in sums:
            builder.store(bias, total)
        with cgutils.for_range(builder, n_terms) as inner:
            factor = emit.spread(builder.load(emit.at(factors, inner.index)))
            pick = builder.sext(builder.load(emit.at(picks, inner.index)), _INT)
            for total, part in zip(sums, parts, strict=True):
                address = emit.at(rows, (pick, line), (outer.index, group), emit.number(part))
                emit.add_product(total, factor, emit.load(address))
        for total, part in zip(sums, parts, strict=True):
            address = emit.at(target, (r, target_line), (outer.index, group), emit.number(part))
            emit.store(builder.load(total), address)
    return context.get_dummy_value()


def _add_weighted_code(n_blocks):
    def codegen(context, builder, signature, args):
        emit = _Emit(context, builder, signature, args)
        vector, _ = emit.array(0)
        rows, (block, _, _) = emit.array(1)
        factors, _ = emit.array(2)
        count = emit.integer(3)
        columns, _ = emit.array(4)
        x = emit.integer(5)
        width = emit.number(WIDTH)
        picks = [
            builder.sext(builder.load(emit.at(columns, x, emit.number(i))), _INT)
            for i in range(n_blocks)
        ]
        places = [emit.at(vector, (b, width)) for b in picks]
        sources = [emit.at(rows, (b, block)) for b in picks]
        sums = [emit.sum(emit.load(place)) for place in places]
        with cgutils.for_range(builder, count) as loop:
            factor = emit.spread(builder.load(emit.at(factors, loop.index)))
            for total, source in zip(sums, sources, strict=True):
                emit.add_product(total, factor, emit.load(emit.at(source, (loop.index, width))))
        for total, place in zip(sums, places, strict=True):
            emit.store(builder.load(total), place)
        return context.get_dummy_value()

    return codegen


def _subtract_from_code(context, builder, signature, args):
    emit = _Emit(context, builder, signature, args)
    vector, _ = emit.array(0)
    factor = emit.spread(args[1])
    rows, (block, _, _) = emit.array(2)
    r, begin, end = (emit.integer(i) for i in range(3, 6))
    width = emit.number(WIDTH)
    with cgutils.for_range_slice(builder, begin, end, emit.number(1)) as (b, _):
        place = emit.at(vector, (b, width))
        values = emit.load(emit.at(rows, (b, block), (r, width)))
        emit.store(builder.fsub(emit.load(place), builder.fmul(factor, values)), place)
    return context.get_dummy_value()


def _dot_row_code(context, builder, signature, args):
    emit = _Emit(context, builder, signature, args)
    vector, _ = emit.array(0)
    rows, (block, _, _) = emit.array(1)
    r, begin, end = (emit.integer(i) for i in range(2, 5))
    width = emit.number(WIDTH)
    total = emit.sum(ir.Constant(_VECTOR, [0.0] * WIDTH))
    builder.store(ir.Constant(_VECTOR, [0.0] * WIDTH), total)
    with cgutils.for_range_slice(builder, begin, end, emit.number(1)) as (b, _):
        left = emit.load(emit.at(rows, (b, block), (r, width)))
        emit.add_product(total, left, emit.load(emit.at(vector, (b, width))))
    values = builder.load(total)
    lanes = [builder.extract_element(values, ir.Constant(_INDEX, i)) for i in range(WIDTH)]
    while len(lanes) > 1:
        pairs = zip(lanes[0::2], lanes[1::2], strict=True)
        lanes = [builder.fadd(left, right) for left, right in pairs]
    return lanes[0]


def _substitute_code(context, builder, signature, args):
    emit = _Emit(context, builder, signature, args)
    matrix, (line, _) = emit.array(0)
    rows, (block, _, _) = emit.array(1)
    scales, _ = emit.array(2)
    top, a, b = (emit.integer(i) for i in range(3, 6))
    width = emit.number(WIDTH)
    triangle = emit.at(rows, (a, block), (top, width))
    source = emit.at(matrix, (b, width))
    target = emit.at(rows, (b, block), (top, width))
    done = []
    for i in range(WIDTH):
        row = emit.load(emit.at(source, (emit.number(i), line)))
        for r in range(i):
            factor = builder.load(emit.at(triangle, emit.number(WIDTH * r + i)))
            row = builder.fsub(row, builder.fmul(emit.spread(factor), done[r]))
        scale = builder.load(emit.at(scales, emit.number(i)))
        done.append(builder.fmul(row, emit.spread(scale)))
        emit.store(done[i], emit.at(target, emit.number(WIDTH * i)))
    return context.get_dummy_value()


@intrinsic
def add_tile(typingctx, matrix, top, c, rows, count, a, lane, b):
    """Add the products of `count` packed rows to one tile."""
    signature = types.void(matrix, top, c, rows, count, a, lane, b)
    return signature, _tile_code(subtract=False)


@intrinsic
def subtract_tile(typingctx, matrix, top, c, rows, count, a, lane, b):
    """Subtract the products of `count` packed rows from one tile."""
    signature = types.void(matrix, top, c, rows, count, a, lane, b)
    return signature, _tile_code(subtract=True)


@intrinsic
def pack_products(typingctx, rows, b, lefts, rights, begin, lines, count):
    """Write the products of WIDTH pairs of lines into block b of packed rows."""
    signature = types.void(rows, b, lefts, rights, begin, lines, count)
    return signature, _pack_products_code


@intrinsic
def combine(typingctx, target, r, bias, factors, picks, n_terms, rows, count):
    """Write a bias and a weighted sum of rows into row r."""
    signature = types.void(target, r, types.float64, factors, picks, n_terms, rows, count)
    return signature, _combine_code


@intrinsic
def add_weighted(typingctx, vector, rows, factors, count, columns, x):
    """Add a weighted sum of packed rows to block columns[x] of a vector."""
    signature = types.void(vector, rows, factors, count, columns, x)
    return signature, _add_weighted_code(1)


@intrinsic
def add_weighted_four(typingctx, vector, rows, factors, count, columns, x):
    """Add weighted sums of packed rows to blocks columns[x] .. columns[x + 3] of a vector."""
    signature = types.void(vector, rows, factors, count, columns, x)
    return signature, _add_weighted_code(FOUR)


@intrinsic
def subtract_from(typingctx, vector, factor, rows, r, begin, end):
    """Subtract a multiple of packed row r from a vector."""
    return types.void(vector, types.float64, rows, r, begin, end), _subtract_from_code


@intrinsic
def dot_row(typingctx, vector, rows, r, begin, end):
    """Return the product of packed row r and a vector."""
    return types.float64(vector, rows, r, begin, end), _dot_row_code


@intrinsic
def substitute(typingctx, matrix, rows, scales, top, a, b):
    """Solve with a complete triangle for one block of WIDTH columns."""
    return types.void(matrix, rows, scales, top, a, b), _substitute_code


@intrinsic
def multiply_add(typingctx, a, b, c):
    """Return a b + c, rounded once."""

    def codegen(context, builder, signature, args):
        return builder.fma(*args)

    return types.float64(types.float64, types.float64, types.float64), codegen


@intrinsic
def float_bits(typingctx, value):
    """Return the bits of a float as an integer."""

    def codegen(context, builder, signature, args):
        return builder.bitcast(args[0], _INT)

    return types.int64(types.float64), codegen


@intrinsic
def float_from_bits(typingctx, bits):
    """Return the float with the given bits."""

    def codegen(context, builder, signature, args):
        return builder.bitcast(args[0], _DOUBLE)

    return types.float64(types.int64), codegen


if config.DISABLE_JIT:
    from nbn_core.kernels.interpreted import *  # type: ignore[assignment]  # noqa: F403
