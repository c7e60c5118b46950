"""Records: named groups of the arrays that kernels share.

A record is a NamedTuple whose fields are arrays, numbers or further records. Python fills it by
keyword and reads it by name; kernels do the same, at no cost, because the compiler resolves field
names.

Calls from Python into a compiled function are an exception. Numba determines the type of a plain
tuple of arrays in C, but that of a NamedTuple in Python, which takes about a microsecond per record
and call (docs/decisions/0007-kernel-records.md). Records are therefore passed as plain tuples, made
by `plain`, and a kernel that Python calls restores them in its first lines:

    structure = Structure(*structure)

Shapes use P patterns, I inputs, K neurons, M outputs, N weights, D rows of the delta matrix, E
connections between neurons, B = BLOCK patterns side by side, and WIDTH weights in a column block.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from numba import njit

from nbn_core.kernels.cache import INLINED
from nbn_core.types import FloatArray, IndexArray


class Structure(NamedTuple):
    """Arrays of a network that the forward pass reads.

    Attributes
    ----------
    first : (K+1,) int32
        Neuron k has the weights first[k]..first[k+1]-1, its bias first.
    sources : (N,) int32
        Node (input or neuron) that each weight multiplies; -1 for a bias.
    codes : (K,) int32
        Activation of each neuron, see `nbn_core.kernels.activations`.
    gains, leaks : (K,) float64
        Gain and leak of each neuron.
    outputs : (M,) int32
        Neuron of each output.
    """

    first: IndexArray
    sources: IndexArray
    codes: IndexArray
    gains: FloatArray
    leaks: FloatArray
    outputs: IndexArray


class Paths(NamedTuple):
    """Arrays of a network that the delta matrix depends on: the paths between neurons.

    Attributes
    ----------
    reach : (K+1,) int32
        Rows reach[k]..reach[k+1]-1 of the delta matrix belong to neuron k.
    origins : (D,) int32
        Neuron j of each of these rows delta[k, j]: all neurons with a path to k, ascending, then k.
    slots : (K, K) int32
        Row of delta[k, j], or -1 where no path leads from j to k.
    successor_begin : (K+1,) int32
        Neuron j feeds the neurons successors[successor_begin[j]..successor_begin[j+1]-1].
    successors, weight_index : (E,) int32
        Neuron that each connection leads to, and the index of its weight.
    """

    reach: IndexArray
    origins: IndexArray
    slots: IndexArray
    successor_begin: IndexArray
    successors: IndexArray
    weight_index: IndexArray


class RowPlan(NamedTuple):
    """Plan of the Jacobian rows, whose entries are products of two lines for each weight.

    Attributes
    ----------
    groups : (M+1,) int32
        Entries groups[m]..groups[m+1]-1 of `columns` belong to output m.
    columns : (G,) int32
        Blocks of WIDTH weights that each output depends on, ascending.
    lefts, rights : (G WIDTH,) int32
        Lines of the delta and of the value whose product is the derivative by each weight.
    """

    groups: IndexArray
    columns: IndexArray
    lefts: IndexArray
    rights: IndexArray


class PairArrays(NamedTuple):
    """Plan of the summation of Q by pairs of neurons, see `nbn_core.kernels.pair_sums`.

    Attributes
    ----------
    term_first : (S+1,) int32
        Terms term_first[s]..term_first[s+1]-1 add up to sum s.
    term_lefts, term_rights : (T,) int32
        Lines whose product is each term.
    jobs : (J, 6) int32
        Products of two item lists, one per row; `pair_sums` names the columns.
    lefts, rights : int32 arrays
        Lines whose product is each item, padded to whole blocks of WIDTH.
    row_first : (N+1,) int32
        Entries row_first[n]..row_first[n+1]-1 of `columns` and `places` belong to row n of Q.
    columns, places : int32 arrays
        Column of each entry of Q, and its index in the flattened sums.
    gradient_places : (N,) int32
        Index of each entry of g in the flattened sums.
    """

    term_first: IndexArray
    term_lefts: IndexArray
    term_rights: IndexArray
    jobs: IndexArray
    lefts: IndexArray
    rights: IndexArray
    row_first: IndexArray
    columns: IndexArray
    places: IndexArray
    gradient_places: IndexArray


class Patterns(NamedTuple):
    """Training patterns and their weights.

    Attributes
    ----------
    inputs : (P, I) float64
        Inputs, one pattern per row.
    targets : (P, M) float64
        Targets, one pattern per row.
    sqrt_weights : (P,) or (0,) float64
        Square root of the weight of each pattern; empty if all weights are 1.
    """

    inputs: FloatArray
    targets: FloatArray
    sqrt_weights: FloatArray

    def some(self, start: int, stop: int) -> Patterns:
        """Return the patterns from `start` on and before `stop`, as views."""
        return Patterns(*(array[start:stop] for array in self))


class BlockBuffers(NamedTuple):
    """Work space for one block of patterns.

    Attributes
    ----------
    values : (I+K, B) float64
        Value of every node.
    slopes : (K, B) float64
        Derivative of each neuron's value by its weighted sum.
    errors : (M, B) float64
        o - d of each output.
    deltas : (D, B) float64
        Delta matrix.
    lines : (L, B) float64
        All quantities of a pattern, one line each: values, ones, zeros, errors, deltas, sums of
        terms. `values`, `errors` and `deltas` are views of it.
    factors, picks : (K,) float64, (K,) int32
        Terms of one weighted sum of rows: their factors and row numbers.
    rows : (C, B, WIDTH) float64
        Rows of the Jacobian, or items of a job, packed by blocks of columns.
    sums : (T HALF, WIDTH) float64
        Tiles of sums by pairs of neurons.
    """

    values: FloatArray
    slopes: FloatArray
    errors: FloatArray
    deltas: FloatArray
    lines: FloatArray
    factors: FloatArray
    picks: IndexArray
    rows: FloatArray
    sums: FloatArray


class Problem(NamedTuple):
    """Network, data and method: all that Q and g depend on, apart from the weights.

    Attributes
    ----------
    structure, paths, row_plan, pair_plan : Structure, Paths, RowPlan, PairArrays
        The network.
    method : int
        Method that sums Q, see `nbn_core.kernels.accumulate`.
    patterns : Patterns
        The data.
    frozen : (H,) int32
        Indices of the frozen weights.
    """

    structure: Structure
    paths: Paths
    row_plan: RowPlan
    pair_plan: PairArrays
    method: int
    patterns: Patterns
    frozen: IndexArray


def plain(record: tuple[Any, ...]) -> tuple[Any, ...]:
    """Convert a record, and the records in it, to plain tuples for a compiled function.

    Parameters
    ----------
    record : tuple
        Arrays, numbers, and records of arrays and numbers.

    Returns
    -------
    tuple
        The same values.
    """
    return tuple([tuple(value) if isinstance(value, tuple) else value for value in record])


@njit(**INLINED)
def name_problem(fields):
    """Restore a `Problem` that Python passed as plain tuples."""
    structure, paths, row_plan, pair_plan, method, patterns, frozen = fields
    return Problem(
        Structure(*structure),
        Paths(*paths),
        RowPlan(*row_plan),
        PairArrays(*pair_plan),
        method,
        Patterns(*patterns),
        frozen,
    )
