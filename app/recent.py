"""Results kept for a while: the newest, as many as fit into a number of bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import numpy as np

Value = TypeVar("Value")


class Recent:
    """What was computed lately, shared by all sessions.

    Parameters
    ----------
    most : int
        Bytes of arrays to keep; the oldest results go first.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Return the result kept under a key, or make it and keep it."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                kept: Value = self._kept[key][0]
                return kept
        value = make()
        size = size_of(value)
        with self._lock:
            if key not in self._kept and size <= self._most // 4:
                self._kept[key] = (value, size)
                self._bytes += size
                while self._bytes > self._most:
                    self._bytes -= self._kept.popitem(last=False)[1][1]
        return value


def size_of(value: object) -> int:
    """Count the bytes of the arrays and texts in a value, and a little for itself."""
    if isinstance(value, np.ndarray):
        return value.nbytes + 200
    if isinstance(value, bytes | str):
        return len(value) + 200
    if isinstance(value, tuple | list):
        return 200 + sum(size_of(part) for part in value)
    names = getattr(type(value), "__dataclass_fields__", {})
    return 200 + sum(size_of(getattr(value, name)) for name in names)
