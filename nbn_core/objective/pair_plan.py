"""Pair plan: the plan by which the quasi-Hessian is summed by pairs of neurons, and what it costs.

Neurons with the same sources are a layer. Each pair of layers A and B becomes jobs for the kernel
(`nbn_core.kernels.pair_sums`), in whichever of two forms takes fewer multiplications:

    together    one product of two lists: all pairs of neurons, d = sum_m delta[m, j] delta[m, k],
                and all pairs of sources, y_a y_b
    one by one  for each pair of neurons d y_a, for all sources of j, and y_b, for all of k

Pairs of neurons that no output depends on at once have no job: structural zeros cost nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from nbn_core.kernels.vectors import HALF, WIDTH
from nbn_core.network import Network
from nbn_core.types import IndexArray, IntArray

Item = tuple[int, int]

LEFT_BLOCKS_MOST = 32  # packed left items of a job stay in a near cache


class PairArrays(NamedTuple):
    """The arrays of `nbn_core.kernels.pair_sums`, all int32."""

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


@dataclass(frozen=True, slots=True, eq=False)
class PairPlan:
    """A plan and the room it needs.

    Parameters
    ----------
    plan : PairArrays
        For the kernel.
    n_terms : int
        Lines of sums of terms.
    n_rows : int
        Blocks of packed items.
    n_tiles : int
        Tiles of sums.
    """

    plan: PairArrays
    n_terms: int
    n_rows: int
    n_tiles: int

    @staticmethod
    @lru_cache(maxsize=16)
    def from_network(network: Network) -> PairPlan:
        """Lay out the plan; the same network gives the same object again."""
        return _Planner(network).finished()

    @staticmethod
    def empty() -> PairPlan:
        """Return a plan of nothing, for the other methods."""
        return PairPlan(PairArrays(*_EMPTY), 0, 0, 0)


class Cost(NamedTuple):
    """What one pattern costs, and one whole pass."""

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
    """Count what the plan of a network would cost, without making it.

    Parameters
    ----------
    network : Network
        The network.

    Returns
    -------
    Cost
        products : multiplications in tiles, padding included; packed : products of two lines
        packed; terms : products in sums of terms; spread : numbers moved at the end.
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
    """Collects jobs; `finished` turns them into arrays."""

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
        """Lines of the values that the weights of a neuron multiply."""
        network = self.network
        sources = network.sources[network.first[neuron] : network.first[neuron + 1]]
        return [self.one if source < 0 else int(source) for source in sources]

    def _delta(self, m: int, j: int) -> int:
        network = self.network
        return network.delta_line + int(network.slots[network.outputs[m], j])

    def _sum(self, terms: list[Item]) -> int:
        """Line of a sum of products."""
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
        """Add a job, or several; return which items meet (left, right) and the place of the sum."""
        swapped = not symmetric and len(left) > len(right)
        if swapped:
            left, right = right, left
        result = []
        most = WIDTH * LEFT_BLOCKS_MOST
        for begin in range(0, len(left), most):
            offset = begin if symmetric else 0  # what comes before is below the diagonal
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
        """Append items, padded; return the block at which they begin."""
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
        plan = PairArrays(
            _frozen(term_first),
            _frozen(terms[:, 0]),
            _frozen(terms[:, 1]),
            _frozen(np.array(self.jobs)),
            _frozen(items[:, 0]),
            _frozen(items[:, 1]),
            _frozen(row_first),
            _frozen(keys % n),
            _frozen(places[chosen]),
            _frozen(self.gradient_places),
        )
        return PairPlan(plan, len(self.terms), self.n_rows, self.n_tiles)


def _frozen(values: IntArray) -> IndexArray:
    array = np.ascontiguousarray(values, dtype=np.int32)
    array.setflags(write=False)
    return array


_EMPTY = [_frozen(np.zeros((0, 6) if i == 3 else 0, dtype=np.int64)) for i in range(10)]
_EMPTY[0] = _frozen(np.zeros(1, dtype=np.int64))
