"""Counted work and memory: unlike times, the same on a fast, a slow and a busy computer."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable


def calls(act: Callable[[], object]) -> int:
    """Count the calls of Python and C functions while `act` runs."""
    count = 0

    def note(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(before)
    return count


def peak(act: Callable[[], object]) -> int:
    """Measure the peak of the bytes that `act` allocates."""
    tracemalloc.start()
    try:
        act()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
