"""Recent: what was computed lately, up to so many bytes, for many threads.

An experiment is kept in histories of hundreds of steps, but only few of them are looked at: what
can be computed again, such as the scaled patterns, must not be kept with each.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Recent(Generic[Value]):
    """Values by key; those asked for longest ago go first.

    Parameters
    ----------
    size : callable
        Bytes of a value.
    most : int
        Bytes of all but the newest together.
    """

    def __init__(self, size: Callable[[Value], int], most: int) -> None:
        self._size, self._most = size, most
        self._known: OrderedDict[Hashable, Value] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Give the value, made if it is not known (any more)."""
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        value = make()
        with self._lock:
            if key not in self._known:
                self._known[key] = value
                self._bytes += self._size(value)
            while self._bytes > self._most and len(self._known) > 1:
                _, oldest = self._known.popitem(last=False)
                self._bytes -= self._size(oldest)
            return value
