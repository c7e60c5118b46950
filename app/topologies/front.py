"""The front: networks with the fewest weights for their success rate, and those close to it."""

from __future__ import annotations

from collections.abc import Sequence

from app.figures.topologies import NetworkPoint


def front(points: Sequence[NetworkPoint]) -> list[NetworkPoint]:
    """Return the networks that no other one dominates, by increasing weights.

    A network dominates another one if it has at most as many weights and at least the same success
    rate, and is better in one of the two. Of equal networks the first counts. Networks without a
    success are not on the front.

    Parameters
    ----------
    points : sequence of NetworkPoint
        Networks with trials.
    """
    found: list[NetworkPoint] = []
    best = 0.0
    for one in sorted(points, key=lambda one: (one.weights, -one.rate, one.place)):
        if one.rate > best:
            found.append(one)
            best = one.rate
    return found


def close_to_front(points: Sequence[NetworkPoint]) -> list[NetworkPoint]:
    """Return the networks that could still be on the front.

    These are the networks whose 95 % interval reaches above the success rate of every other network
    with at most as many weights. With more seeds they may turn out to dominate these.

    Parameters
    ----------
    points : sequence of NetworkPoint
        Networks with trials.
    """
    found = []
    for one in points:
        others = [
            other.rate
            for other in points
            if other.weights <= one.weights and other.place != one.place
        ]
        best = max(others, default=0.0)
        # The upper end of an interval may be above 1 by rounding.
        if one.rate > best or (best < 1.0 and one.interval[1] > best):
            found.append(one)
    return found
