"""The queue of a study: all cells advance together, in chunks planned by time."""

from __future__ import annotations

import pytest

from nbn_core.studies import Cell
from nbn_core.studies.trial_queue import TrialQueue

ONE, TWO = Cell(0, 0), Cell(1, 0)


def both(trials: int) -> TrialQueue:
    return TrialQueue((cell, list(range(trials))) for cell in (ONE, TWO))


def take(queue: TrialQueue, in_flight: int = 0) -> tuple[Cell, tuple[int, ...]]:
    chunk = queue.take(2, 0.5, in_flight)
    assert chunk is not None
    return chunk.cell, chunk.numbers


def test_the_first_trial_of_each_cell_is_measured_alone() -> None:
    queue = both(1000)
    first, second = queue.take(2, 0.5, 0), queue.take(2, 0.5, 1)
    assert first is not None
    assert second is not None
    assert {(first.cell, first.numbers), (second.cell, second.numbers)} == {
        (ONE, (0,)), (TWO, (0,)),
    }  # fmt: skip
    assert queue.take(2, 0.5, 2) is None
    assert queue.seconds_left() is None
    queue.ended(first, 1, 0.01)
    cell, numbers = take(queue)
    assert (cell, numbers) == (first.cell, (1, 2, 3, 4))
    cell, numbers = take(queue)
    assert numbers == tuple(range(5, 21))
    queue.ended(second, 1, 100.0)
    assert take(queue) == (second.cell, (1,))
    assert queue.seconds_left() == pytest.approx(100.0 * 998 + 0.01 * 979)


def test_chunks_grow_to_the_time_and_shrink_at_the_end() -> None:
    queue = TrialQueue([(ONE, list(range(1000)))])
    first = queue.take(2, 0.5, 0)
    assert first is not None
    queue.ended(first, 1, 0.01)
    sizes = []
    while (chunk := queue.take(2, 0.5, 0)) is not None:
        sizes.append(len(chunk.numbers))
        assert chunk.seconds == pytest.approx(0.01 * sizes[-1])
    assert sizes[:3] == [4, 16, 50]
    assert max(sizes) == 50
    assert sizes[-10:] == sorted(sizes[-10:], reverse=True)
    assert sizes[-2] == 2
    assert sum(sizes) == 999


def test_cells_advance_together() -> None:
    queue = both(400)
    for cell in (ONE, TWO):
        chunk = queue.take(2, 0.5, 0)
        assert chunk is not None
        queue.ended(chunk, 1, 0.1)
        assert cell in (ONE, TWO)
    handed = {ONE: 1, TWO: 1}
    while (next_one := queue.take(2, 0.5, 0)) is not None:
        handed[next_one.cell] += len(next_one.numbers)
        assert abs(handed[ONE] - handed[TWO]) <= 5


def test_a_trial_that_takes_longer_than_planned_gets_more_time_until_it_ends() -> None:
    """A trial may take 1,000 times as long as the one that was measured."""
    queue = TrialQueue([(ONE, [0, 1])])
    first = queue.take(2, 0.5, 0)
    assert first is not None
    queue.ended(first, 1, 0.01)
    given, tries = 0.0, 0
    while given < 10.0:
        chunk = queue.take(2, 0.5, 0)
        assert chunk is not None
        assert chunk.numbers == (1,)
        given = 4 * chunk.seconds  # a chunk is cut off at this time
        tries += 1
        assert tries < 8
        if given < 10.0:
            queue.ended(chunk, 0, given)
    queue.ended(chunk, 1, 10.0)
    assert queue.left == 0


def test_trials_that_did_not_end_wait_again() -> None:
    queue = both(30)
    chunk = queue.take(2, 0.5, 0)
    assert chunk is not None
    queue.ended(chunk, 0, 0.2)
    assert queue.left == 60
    taken = [take(queue), take(queue)]
    assert (chunk.cell, (0,)) in taken


def test_trials_of_a_lost_worker_are_tried_alone_and_given_up_at_the_third_loss() -> None:
    queue = both(2)
    chunk = queue.take(2, 0.5, 0)
    assert chunk is not None
    queue.lost(chunk)
    assert queue.take(2, 0.5, 1) is None, "not beside other chunks"
    assert take(queue) == (chunk.cell, (0,))
    queue.lost(chunk)
    assert take(queue) == (chunk.cell, (0,))
    queue.lost(chunk)
    assert queue.given_up == {chunk.cell: [0]}
    assert queue.left == 3
