"""Cost of a learning rule and direction of its steps, measured on one network, data and weights.

    work      forward-equivalent units per iteration, mean of the first iterations
    bytes     size of the arrays in the state of the rule, without the trace and copies of the data
    extra     number of trainable weights beside those drawn: slots, features, heads
    signal    cosine between the direction that the rule uses in place of the gradient, and g = J'e
    step      cosine between its first complete iteration and the steepest descent, -g

A signal with cosine 1 is that of backpropagation; 0 is perpendicular to the gradient. The step
depends on the optimiser too: a second-order step can be almost perpendicular to the gradient and
still be the better one.
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
from nbn_core.gradual import PART_SECONDS, Gradual, complete
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
    """Cost of a rule and direction of its steps.

    Parameters
    ----------
    work : float
        Work of an iteration, in forward-equivalent units.
    bytes : int
        Size of the arrays in the state of the rule, in bytes.
    extra : int
        Number of trainable weights beside those of the drawn network.
    signal : float
        Cosine between the signal of the rule and the gradient; NaN if the rule has no such signal.
    step : float
        Cosine between the first iteration and the steepest descent; NaN if the rule minimises
        something other than the SSE, or took no step.
    """

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
        Topology of the network.
    dataset : Dataset
        Patterns with inputs and targets.
    rule : str
        Name of the rule, a key of `RULES`.
    weights : (N,) array_like
        Starting weights.
    settings : mapping, optional
        Settings of the rule; its defaults for those that are missing.

    Returns
    -------
    Footprint
        Cost and directions, measured from these weights.

    Raises
    ------
    SettingError
        If a setting is unknown or not allowed.
    ShapeError
        If the sizes of network, data and weights do not match.
    """
    return complete(footprint_in_parts(topology, dataset, rule, weights, settings))


def footprint_in_parts(
    topology: Topology,
    dataset: Dataset,
    rule: str,
    weights: ArrayLike,
    settings: Mapping[str, Any] | None = None,
) -> Gradual[Footprint]:
    """Measure the same as `footprint`, in parts of hundredths of a second.

    Parameters
    ----------
    topology, dataset, rule, weights, settings
        As for `footprint`.

    Yields
    ------
    float
        Fraction done.

    Returns
    -------
    Footprint
        Cost and directions, measured from these weights.
    """
    given = dict(settings or {})
    start = np.array(weights, dtype=np.float64)
    training = Training(
        topology, dataset, rule, weights=start, max_iterations=ITERATIONS, target_sse=0.0, **given
    )
    while training.stop is None and training.iteration < ITERATIONS:
        training.advance(iterations=ITERATIONS - training.iteration, seconds=PART_SECONDS)
        yield training.iteration / (ITERATIONS + 1)
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
    """Count the bytes of all arrays that the state of a rule holds, without its copies of the data.

    Parameters
    ----------
    state : object
        State from `LearningRule.init`.
    dataset : Dataset
        Patterns whose copies are not counted.

    Returns
    -------
    int
        Number of bytes.
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
