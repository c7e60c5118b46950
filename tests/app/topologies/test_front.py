"""The front and what is close to it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.topologies.front import close_to_front, front
from tests.app.topologies.helpers import points_with

COUNTS = st.lists(
    st.tuples(st.integers(1, 6), st.integers(0, 20)).map(lambda one: (one[0], one[1], 20)),
    min_size=1, max_size=8, unique_by=lambda one: one[0],
)  # fmt: skip


def places(found: list) -> list[int]:  # type: ignore[type-arg]
    return [one.place for one in found]


def test_the_front_has_more_success_with_more_weights() -> None:
    points = points_with((1, 0, 10), (2, 3, 10), (3, 2, 10), (4, 9, 10), (5, 9, 10), (6, 10, 10))
    assert places(front(points)) == [1, 3, 5]
    assert front(points_with((1, 0, 10), (2, 0, 10))) == []


@given(COUNTS)
def test_no_network_dominates_one_on_the_front(counts: list[tuple[int, int, int]]) -> None:
    points = points_with(*counts)
    found = front(points)
    for one in points:
        dominated = one.rate == 0 or any(
            other.weights <= one.weights and other.rate >= one.rate and other is not one
            for other in points
        )
        assert (one in found) == (not dominated)


@given(COUNTS)
def test_the_front_is_close_to_itself(counts: list[tuple[int, int, int]]) -> None:
    points = points_with(*counts)
    near = close_to_front(points)
    assert set(places(front(points))) <= set(places(near))
    for one in points:
        smaller = [p.rate for p in points if p.weights <= one.weights and p is not one]
        best = max(smaller, default=0.0)
        assert (one in near) == (one.interval[1] > best + 1e-9 or one.rate > best)


def test_what_is_surely_worse_gets_no_more_seeds() -> None:
    points = points_with((1, 40, 50), (2, 2, 50), (3, 37, 50), (4, 50, 50), (5, 50, 50))
    assert places(close_to_front(points)) == [0, 2, 3]
    one_thing = points_with((1, 0, 50), (2, 0, 50))  # more seeds may show that it can be solved
    assert places(close_to_front(one_thing)) == [0, 1]
