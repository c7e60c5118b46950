"""The queue of a study: which trials are still to be run, and in chunks of which size.

All cells advance together, so that a picture of all networks appears early and becomes sharper.
Chunks are planned by time: the first trial of a cell runs alone and is measured, then the chunks
grow to the time that suits the workers, and shrink at the end so that all workers finish together.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from nbn_core.studies.result import Cell
from nbn_core.studies.trial_chunk import Chunk

LEAST_SECONDS = 0.02  # a chunk of less time would cost more to hand over than to run
GROWTH = 4  # factor from one chunk of a cell to the next
MOST_LOSSES = 3  # losses of a worker with a trial, after which the trial is given up


class _CellQueue:
    """Trials of one cell that wait, and what is known of their speed."""

    __slots__ = ("each", "numbers", "size", "waiting_for_speed")

    def __init__(self, numbers: list[int]) -> None:
        self.numbers = numbers[::-1]  # taken from the end
        self.each: float | None = None  # seconds a trial
        self.size = 1
        self.waiting_for_speed = False


class TrialQueue:
    """Trials of a study that are still to be run.

    Parameters
    ----------
    waiting : iterable of (Cell, list of int)
        Numbers of the trials of each cell, in the order in which cells begin.
    """

    def __init__(self, waiting: Iterable[tuple[Cell, list[int]]]) -> None:
        self._cells: dict[Cell, _CellQueue] = {}
        self._order: list[tuple[int, float, Cell]] = []  # heap: trials handed out, tie break
        self._handed: dict[Cell, int] = defaultdict(int)
        self._chance = np.random.default_rng(0)
        self.losses: dict[tuple[Cell, int], int] = defaultdict(int)
        self.given_up: dict[Cell, list[int]] = defaultdict(list)
        self._doubtful: list[tuple[Cell, int]] = []  # trials whose worker was lost
        for place, (cell, numbers) in enumerate(waiting):
            self._cells[cell] = _CellQueue(numbers)
            if numbers:
                heapq.heappush(self._order, (0, float(place), cell))

    @property
    def left(self) -> int:
        """Number of trials that wait."""
        return sum(len(one.numbers) for one in self._cells.values()) + len(self._doubtful)

    def seconds_left(self) -> float | None:
        """Return the computing time of what waits; None while a cell was not measured."""
        total = 0.0
        for cell in self._cells.values():
            if cell.numbers:
                if cell.each is None:
                    return None
                total += cell.each * len(cell.numbers)
        return total

    def take(self, workers: int, seconds: float, in_flight: int) -> Chunk | None:
        """Take the next chunk.

        Parameters
        ----------
        workers : int
            Number of workers that share the rest.
        seconds : float
            Time that a chunk should take, in seconds.
        in_flight : int
            Number of chunks that run or wait at the workers.

        Returns
        -------
        Chunk or None
            Next chunk; None if nothing can be handed out now.
        """
        if self._doubtful:
            # Alone, so that it cannot take other trials with it once more
            return self._single(*self._doubtful.pop()) if in_flight == 0 else None
        skipped = []
        found = None
        while self._order and found is None:
            entry = heapq.heappop(self._order)
            cell = self._cells[entry[2]]
            if cell.waiting_for_speed:
                skipped.append(entry)
            elif cell.numbers:
                found = self._chunk(entry[2], cell, workers, seconds)
        for entry in skipped:
            heapq.heappush(self._order, entry)
        return found

    def _single(self, cell: Cell, number: int) -> Chunk:
        return Chunk(cell, (number,))

    def _chunk(self, place: Cell, cell: _CellQueue, workers: int, seconds: float) -> Chunk:
        size = 1
        if cell.each is None:
            cell.waiting_for_speed = True
        else:
            rest = self.seconds_left()
            if rest is not None:
                seconds = max(LEAST_SECONDS, min(seconds, rest / (4 * workers)))
            cell.size = size = max(1, min(int(seconds / cell.each), GROWTH * cell.size))
        numbers = tuple(cell.numbers.pop() for _ in range(min(size, len(cell.numbers))))
        self._handed[place] += len(numbers)
        self._wait(place)
        return Chunk(
            place, numbers, float("inf") if cell.each is None else cell.each * len(numbers)
        )

    def _wait(self, place: Cell) -> None:
        """Put a cell back into the order if it has trials left."""
        if self._cells[place].numbers:
            # In random order, so that no network always runs on a warmer processor
            entry = (self._handed[place], float(self._chance.random()), place)
            heapq.heappush(self._order, entry)

    def ended(self, chunk: Chunk, done: int, seconds: float) -> None:
        """Record that a chunk has ended with `done` trials in `seconds`; the others wait again."""
        cell = self._cells[chunk.cell]
        cell.waiting_for_speed = False
        if done:
            each = max(seconds / done, 1e-7)
            cell.each = each if cell.each is None else 0.5 * (cell.each + each)
        elif cell.each is not None:
            # A trial takes longer than the whole chunk was given: with the same plan it would be
            # cut off again and again, and the study would never end
            cell.each = max(cell.each, seconds)
        self._return(chunk, chunk.numbers[done:])

    def _return(self, chunk: Chunk, numbers: tuple[int, ...]) -> None:
        if not numbers:
            return
        cell = self._cells[chunk.cell]
        waited = bool(cell.numbers)
        cell.numbers.extend(reversed(numbers))
        self._handed[chunk.cell] -= len(numbers)
        if not waited:
            self._wait(chunk.cell)

    def lost(self, chunk: Chunk) -> None:
        """Record that the worker of a chunk was lost; its trials are tried again, one by one."""
        self._cells[chunk.cell].waiting_for_speed = False
        for number in reversed(chunk.numbers):
            key = (chunk.cell, number)
            self.losses[key] += 1
            if self.losses[key] < MOST_LOSSES:
                self._doubtful.append(key)
            else:
                self.given_up[chunk.cell].append(number)
