"""Long computations in parts, so that whoever runs them can show progress, give way, and stop.

A `Gradual` is a generator: it yields the fraction done after each part, and returns the result. The
result does not depend on whether anything happens between the parts.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeVar

Value = TypeVar("Value")
Gradual = Generator[float, None, Value]
PART_SECONDS = 0.02  # about what a part takes


def complete(work: Gradual[Value]) -> Value:
    """Run a computation to its end.

    Parameters
    ----------
    work : Gradual
        The computation.

    Returns
    -------
    Value
        Its result.

    Examples
    --------
    >>> def halves():
    ...     yield 0.5
    ...     return "done"
    >>> complete(halves())
    'done'
    """
    while True:
        try:
            next(work)
        except StopIteration as end:
            result: Value = end.value
            return result


def in_one_part(compute: Callable[[], Value]) -> Gradual[Value]:
    """Compute what cannot be divided.

    Parameters
    ----------
    compute : callable
        Returns the result.

    Yields
    ------
    float
        0, once, before it begins.

    Returns
    -------
    Value
        The result.
    """
    yield 0.0
    return compute()


def share(work: Gradual[Value], before: float, part: float) -> Gradual[Value]:
    """Run a computation as one part of a longer one.

    Parameters
    ----------
    work : Gradual
        The computation.
    before : float
        Fraction of the longer one that is done when it begins.
    part : float
        Fraction of the longer one that it makes.

    Yields
    ------
    float
        Fraction of the longer one that is done.

    Returns
    -------
    Value
        Its result.

    Examples
    --------
    >>> def halves():
    ...     yield 0.5
    ...     return "done"
    >>> list(share(halves(), 0.8, 0.2))
    [0.9]
    """
    while True:
        try:
            done = next(work)
        except StopIteration as end:
            result: Value = end.value
            return result
        yield before + part * done


def patterns_per_part(seconds: float, block: int) -> int:
    """Return how many patterns make a part: a multiple of a block, so that sums keep their order.

    Parameters
    ----------
    seconds : float
        About what one pattern takes.
    block : int
        Number of patterns that a kernel adds together.

    Returns
    -------
    int
        Number of patterns, at least one block.
    """
    return block * max(1, int(PART_SECONDS / (seconds * block)))
