"""A thread-safe cache limited by bytes, for results that can be computed again.

The undo history of a session holds hundreds of experiments, only a few of which are in use. Results
such as scaled patterns are therefore cached here and not stored with each experiment.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import numpy as np

Value = TypeVar("Value")


def size_of(value: object) -> int:
    """Return the size of a value in bytes: its arrays and texts, and an allowance per object."""
    if isinstance(value, np.ndarray):
        return value.nbytes + 200
    if isinstance(value, bytes | str):
        return len(value) + 200
    if isinstance(value, tuple | list):
        return 200 + sum(size_of(part) for part in value)
    names = getattr(type(value), "__dataclass_fields__", {})
    return 200 + sum(size_of(getattr(value, name)) for name in names)


class ByteCache:
    """Values by key; the least recently used ones are removed first.

    Parameters
    ----------
    limit : int
        Maximum size of all values in bytes; the newest is kept even if it is larger.
    largest : int, optional
        Size in bytes above which a value is not kept, so that it does not displace all others.
    size : callable
        Function that returns the size of a value in bytes.
    """

    def __init__(
        self,
        limit: int,
        largest: int | None = None,
        size: Callable[[Any], int] = size_of,
    ) -> None:
        self._limit, self._largest, self._size = limit, largest, size
        self._kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Return the cached value of a key; if there is none, compute and cache it."""
        known: Value | None = self.known(key)
        if known is not None:
            return known
        value = make()
        self.keep(key, value)
        return value

    def keep(self, key: Hashable, value: object) -> None:
        """Cache the value of a key, unless there is one or it is too large."""
        size = self._size(value)
        with self._lock:
            if key not in self._kept and (self._largest is None or size <= self._largest):
                self._kept[key] = (value, size)
                self._bytes += size
                while self._bytes > self._limit and len(self._kept) > 1:
                    self._bytes -= self._kept.popitem(last=False)[1][1]

    def known(self, key: Hashable) -> Any:
        """Return the cached value of a key, which counts as used; None if there is none."""
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key][0]

    def clear(self) -> None:
        """Forget all values."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0
