"""What a learning rule takes and where it goes, measured on one network, data and weights.

    work      forward-equivalent units of an iteration, over the first few from these weights
    bytes     of the arrays its training holds: its own copy of the data and the trace apart
    extra     trainable weights that were not drawn: slots, features, heads
    signal    cosine between what the rule puts in the place of the gradient, and g = J'e
    step      cosine between its first whole iteration and the direction of steepest descent, -g

A signal of cosine 1 is backpropagation's; 0 points sideways. The step also holds the optimiser: a
second-order step may stand almost at right angles to the gradient, and be the better for it.
"""

from __future__ import annotations

import gc
import types
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nbn_core.data import Dataset
from nbn_core.display import OneLine
from nbn_core.network import Network, Topology
from nbn_core.objective import Objective
from nbn_core.rules import RULES
from nbn_core.rules.engines.first_order import Gradient
from nbn_core.trace import Record
from nbn_core.training import Training

ITERATIONS = 3
_NOT_HELD = (
    Record, Objective, Topology, Dataset, Network, type, types.ModuleType, types.CodeType,
    types.BuiltinFunctionType, types.FrameType, str, bytes,
)  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False)
class Footprint(OneLine):
    """The cost of a rule and the direction of its steps; NaN where that is not defined."""

    work: float
    bytes: int
    extra: int
    signal: float
    step: float


def footprint(
    topology: Topology,
    dataset: Dataset,
    rule: str,
    weights: ArrayLike,
    settings: Mapping[str, Any] | None = None,
) -> Footprint:
    """Measure the cost and the direction of a rule over up to three iterations.

    Parameters
    ----------
    topology : Topology
        The network.
    dataset : Dataset
        The patterns.
    rule : str
        A name in `RULES`.
    weights : (N,) array_like
        Where.
    settings : mapping, optional
        Of the rule.

    Returns
    -------
    Footprint
        See the module.
    """
    given = dict(settings or {})
    start = np.array(weights, dtype=np.float64)
    training = Training(
        topology, dataset, rule, weights=start, max_iterations=ITERATIONS, target_sse=0.0, **given
    )
    training.advance(iterations=ITERATIONS)
    trace = training.trace()
    done = max(1, int(trace.iterations[-1]))
    made = RULES[rule]
    signal = step = float("nan")
    if not made.own_aim:
        _, gradient = Gradient(training.objective).at(start)
        if len(trace) > 1:
            step = cosine(trace.weights[1] - start, -gradient)
        direction = made.direction(training.objective, start, made.settings(given))
        if direction is not None:
            signal = cosine(direction, gradient)
    return Footprint(
        float(trace.work[-1]) / done, held_bytes(training.state, dataset),
        made.extra_weights(training.state), signal, step,
    )  # fmt: skip


def cosine(a: ArrayLike, b: ArrayLike) -> float:
    """Return the cosine between two vectors; NaN if one is zero or not finite."""
    first, second = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    with np.errstate(all="ignore"):
        first, second = (
            first / np.abs(first).max(initial=0.0),
            second / np.abs(second).max(initial=0.0),
        )
        value = float(first @ second / np.sqrt((first @ first) * (second @ second)))
    return min(1.0, max(-1.0, value)) if np.isfinite(value) else float("nan")


def held_bytes(state: object, dataset: Dataset) -> int:
    """Count the bytes of all arrays that a rule's state reaches, but its copies of the data.

    Parameters
    ----------
    state : object
        From `LearningRule.init`.
    dataset : Dataset
        Whose copies do not count.

    Returns
    -------
    int
    """
    seen: set[int] = set()
    waiting: list[object] = [state]
    total = 0
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen or isinstance(thing, _NOT_HELD):
            continue
        seen.add(id(thing))
        if isinstance(thing, np.ndarray):
            whole = thing
            while isinstance(whole.base, np.ndarray):
                whole = whole.base
            fresh = whole is thing or id(whole) not in seen
            seen.add(id(whole))
            if fresh and not _copied(whole, dataset):
                total += whole.nbytes
        elif isinstance(thing, types.FunctionType):
            waiting += [cell.cell_contents for cell in thing.__closure__ or ()]
        else:
            waiting += gc.get_referents(thing)
    return total


def _copied(array: NDArray[Any], dataset: Dataset) -> bool:
    return any(
        array.shape == part.shape and np.array_equal(array, part)
        for part in (dataset.inputs, dataset.targets)
    )
