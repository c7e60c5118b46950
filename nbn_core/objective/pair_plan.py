"""Pair plan: how the quasi-Hessian is summed by pairs of neurons, and what that costs.

Neurons with the same sources form a layer. Each pair of layers A and B becomes jobs for the kernel
(`nbn_core.kernels.pair_sums`), in whichever of two forms takes fewer multiplications:

    together    one product of two lists: all pairs of neurons, d = sum_m delta[m, j] delta[m, k],
                and all pairs of sources, y_a y_b
    one by one  for each pair of neurons d y_a, for all sources of j, and y_b, for all of k

Pairs of neurons that share no output have no job: structural zeros cost nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from nbn_core.display import OneLine
from nbn_core.kernels.records import PairArrays
from nbn_core.kernels.vectors import HALF, WIDTH
from nbn_core.network import Network
from nbn_core.types import IndexArray, IntArray

Item = tuple[int, int]

MAX_LEFT_BLOCKS = 32  # so that the packed left items of a job stay in the cache


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PairPlan(OneLine):
    """A plan, and the sizes of the work space that it takes.

    Parameters
    ----------
    arrays : PairArrays
        The plan as the kernel reads it.
    n_terms : int
        Number of lines for sums of terms.
    n_rows : int
        Number of blocks of packed items.
    n_tiles : int
        Number of tiles of sums.
    """

    arrays: PairArrays
    n_terms: int
    n_rows: int
    n_tiles: int

    @staticmethod
    @lru_cache(maxsize=16)
    def from_network(network: Network) -> PairPlan:
        """Make the plan of a network; the same network gives the same object again."""
        return _Planner(network).finished()

    @staticmethod
    def empty() -> PairPlan:
        """Return a plan without jobs, for the other methods."""
        return PairPlan(arrays=_EMPTY, n_terms=0, n_rows=0, n_tiles=0)


class Cost(NamedTuple):
    """Multiplications for one pattern, and numbers moved after one pass over all patterns."""

    products: int
    packed: int
    terms: int
    spread: int


def layers(network: Network) -> list[list[int]]:
    """Group neurons with the same sources, in the order of their first neurons."""
    found: dict[bytes, list[int]] = {}
    for k in range(network.n_neurons):
        sources = network.sources[network.first[k] : network.first[k + 1]]
        found.setdefault(sources.tobytes(), []).append(k)
    return list(found.values())


def cost(network: Network) -> Cost:
    """Count the cost of a network's plan without making the plan.

    Parameters
    ----------
    network : Network
        Topology laid out for the kernels.

    Returns
    -------
    Cost
        products: multiplications in tiles, padding included; packed: products of two lines; terms:
        products in sums of terms; spread: numbers moved after the last block.
    """
    reached = network.slots[network.outputs] >= 0
    common = reached.T.astype(np.int64) @ reached.astype(np.int64)
    groups = layers(network)
    fed = np.diff(network.first)
    products = packed = terms = 0
    for x, one in enumerate(groups):
        n_one = int(fed[one[0]])
        products += _tile_products(len(one), n_one)
        packed += WIDTH * (_up(len(one), WIDTH) + _up(n_one, WIDTH))
        ends = reached[:, one].sum(axis=0)
        terms += int(ends[ends > 1].sum())
        for y in range(x, len(groups)):
            other = groups[y]
            shared = common[np.ix_(one, other)]
            shared = shared[np.triu_indices(len(one))] if x == y else shared.ravel()
            h = int(np.count_nonzero(shared))
            if h:
                form = _form(h, n_one, int(fed[other[0]]), x == y)
                products += form.products
                packed += form.packed
                terms += int(shared.sum() - (shared == 1).sum() * form.together)
    return Cost(products, packed, terms, network.n_weights**2 // 2)


class _Form(NamedTuple):
    together: bool
    products: int
    packed: int


def _form(h: int, n_one: int, n_other: int, symmetric: bool) -> _Form:
    """Choose the form for h pairs of neurons of two layers with these numbers of sources."""
    n = n_one * (n_one + 1) // 2 if symmetric else n_one * n_other
    together = _Form(True, _tile_products(h, n), WIDTH * (_up(h, WIDTH) + _up(n, WIDTH)))
    halves = _up(n_one, HALF)
    if symmetric:
        tiles = sum(min(halves, 2 * (b + 1)) for b in range(_up(n_one, WIDTH)))
    else:
        tiles = halves * _up(n_other, WIDTH)
    rows = WIDTH * (_up(n_one, WIDTH) + _up(n_other, WIDTH))
    apart = _Form(False, h * tiles * HALF * WIDTH, h * rows)
    return min(together, apart, key=lambda form: form.products + 3 * form.packed)


def _tile_products(h: int, n: int) -> int:
    left, right = sorted((h, n))
    return HALF * WIDTH * _up(left, HALF) * _up(right, WIDTH)


def _up(n: int, size: int) -> int:
    return -(-n // size)


class _Planner:
    """Collects jobs; `finished` returns them as arrays."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.one, self.zero = network.one_line, network.one_line + 1
        self.reached = network.slots[network.outputs] >= 0
        self.terms: list[list[Item]] = []
        self.items: list[Item] = []
        self.jobs: list[tuple[int, ...]] = []
        self.n_tiles = 0
        self.n_rows = 0
        self.found: list[tuple[IntArray, IntArray, IntArray]] = []  # row, column, place
        self.gradient_places = np.zeros(network.n_weights, dtype=np.int64)
        groups = layers(network)
        for group in groups:
            self._gradient(group)
        for x, one in enumerate(groups):
            for other in groups[x:]:
                self._pair(one, other)

    def _nodes(self, neuron: int) -> list[int]:
        """Return the lines of the values that the weights of a neuron multiply."""
        network = self.network
        sources = network.sources[network.first[neuron] : network.first[neuron + 1]]
        return [self.one if source < 0 else int(source) for source in sources]

    def _delta(self, m: int, j: int) -> int:
        network = self.network
        return network.delta_line + int(network.slots[network.outputs[m], j])

    def _sum(self, terms: list[Item]) -> int:
        """Return the line of a new sum of products."""
        self.terms.append(terms)
        return self.network.term_line + len(self.terms) - 1

    def _item(self, terms: list[Item]) -> Item:
        return terms[0] if len(terms) == 1 else (self._sum(terms), self.one)

    def _gradient(self, group: list[int]) -> None:
        network = self.network
        errors = [
            self._item(
                [(self._delta(m, j), network.error_line + m)
                 for m in np.flatnonzero(self.reached[:, j]).tolist()]
            )
            for j in group
        ]  # fmt: skip
        values = [(self.one, node) for node in self._nodes(group[0])]
        for x, y, places in self._job(errors, values, False):
            starts = network.first[np.array(group)]
            self.gradient_places[starts[x] + y] = places

    def _pair(self, one: list[int], other: list[int]) -> None:
        pairs, terms = [], []
        symmetric = one is other
        for place, j in enumerate(one):
            for k in other[place:] if symmetric else other:
                shared = np.flatnonzero(self.reached[:, j] & self.reached[:, k]).tolist()
                if shared:
                    pairs.append((j, k))
                    terms.append([(self._delta(m, j), self._delta(m, k)) for m in shared])
        if not pairs:
            return
        first = self.network.first.astype(np.int64)
        nodes, others = self._nodes(one[0]), self._nodes(other[0])
        if _form(len(pairs), len(nodes), len(others), symmetric).together:
            if symmetric:
                a, b = np.triu_indices(len(nodes))
            else:
                a, b = (grid.ravel() for grid in np.indices((len(nodes), len(others))))
            items = [(nodes[i], others[j]) for i, j in zip(a, b, strict=True)]
            starts = first[np.array(pairs)]
            for x, y, places in self._job([self._item(some) for some in terms], items, False):
                rows, columns = starts[x, 0], starts[x, 1]
                self._place(rows + a[y], columns + b[y], places)
                if symmetric:
                    self._place(rows + b[y], columns + a[y], places)
        else:
            right = [(self.one, node) for node in others]
            for (j, k), some in zip(pairs, terms, strict=True):
                line = self._sum(some)
                left = [(line, node) for node in nodes]
                for rows, columns, places in self._job(left, right, symmetric):
                    self._place(first[j] + rows, first[k] + columns, places)
                    if symmetric:
                        self._place(first[j] + columns, first[k] + rows, places)

    def _place(self, rows: IntArray, columns: IntArray, places: IntArray) -> None:
        self.found.append((np.minimum(rows, columns), np.maximum(rows, columns), places))

    def _job(
        self, left: list[Item], right: list[Item], symmetric: bool
    ) -> list[tuple[IntArray, IntArray, IntArray]]:
        """Add one or more jobs; return item pairs (left, right) and the place of each sum."""
        swapped = not symmetric and len(left) > len(right)
        if swapped:
            left, right = right, left
        result = []
        most = WIDTH * MAX_LEFT_BLOCKS
        for begin in range(0, len(left), most):
            offset = begin if symmetric else 0  # items before it are below the diagonal
            part_right = right[offset:]
            x, y, places = self._one_job(left[begin : begin + most], part_right, symmetric)
            x, y = x + begin, y + offset
            result.append((y, x, places) if swapped else (x, y, places))
        return result

    def _one_job(
        self, left: list[Item], right: list[Item], symmetric: bool
    ) -> tuple[IntArray, IntArray, IntArray]:
        halves = _up(len(left), HALF)
        n_left, n_right = _up(len(left), WIDTH), _up(len(right), WIDTH)
        self.jobs.append((
            self._listed(left), n_left, self._listed(right), n_right, halves, int(symmetric)
        ))  # fmt: skip
        self.n_rows = max(self.n_rows, n_left + 1)
        blocks = np.arange(n_right)
        sizes = np.minimum(halves, 2 * (blocks + 1)) if symmetric else np.full(n_right, halves)
        before = self.n_tiles + np.concatenate([[0], np.cumsum(sizes)])
        self.n_tiles = int(before[-1])
        x, y = (grid.ravel() for grid in np.indices((len(left), len(right))))
        if symmetric:
            x, y = x[x <= y], y[x <= y]
        tiles = before[y // WIDTH] + x // HALF
        return x, y, tiles * HALF * WIDTH + x % HALF * WIDTH + y % WIDTH

    def _listed(self, items: list[Item]) -> int:
        """Append items, padded to whole blocks; return the block at which they begin."""
        begin = len(self.items) // WIDTH
        self.items += items
        self.items += [(self.zero, self.zero)] * (-len(items) % WIDTH)
        return begin

    def finished(self) -> PairPlan:
        n = self.network.n_weights
        rows, columns, places = (np.concatenate(part) for part in zip(*self.found, strict=True))
        keys, chosen = np.unique(rows * n + columns, return_index=True)
        row_first = np.searchsorted(keys, np.arange(n + 1) * n)
        term_first = np.cumsum([0] + [len(some) for some in self.terms])
        terms = np.array([term for some in self.terms for term in some]).reshape(-1, 2)
        items = np.array(self.items)
        arrays = PairArrays(
            term_first=_read_only(term_first),
            term_lefts=_read_only(terms[:, 0]),
            term_rights=_read_only(terms[:, 1]),
            jobs=_read_only(np.array(self.jobs)),
            lefts=_read_only(items[:, 0]),
            rights=_read_only(items[:, 1]),
            row_first=_read_only(row_first),
            columns=_read_only(keys % n),
            places=_read_only(places[chosen]),
            gradient_places=_read_only(self.gradient_places),
        )
        return PairPlan(arrays, len(self.terms), self.n_rows, self.n_tiles)


def _read_only(values: IntArray) -> IndexArray:
    array = np.ascontiguousarray(values, dtype=np.int32)
    array.setflags(write=False)
    return array


_NO_INDICES = _read_only(np.zeros(0, dtype=np.int64))
_EMPTY = PairArrays(*[_NO_INDICES] * len(PairArrays._fields))._replace(
    term_first=_read_only(np.zeros(1, dtype=np.int64)),
    jobs=_read_only(np.zeros((0, 6), dtype=np.int64)),
)
