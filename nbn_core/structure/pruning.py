"""Pruning: the choice of the least salient connections or neurons, and their removal.

By the optimal brain surgeon the parts are chosen one after the other, and after each choice all
other weights are adjusted, as if those chosen before were already gone; of many parts, several are
chosen at once. A connection that is the last one of an output is never chosen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from nbn_core.analysis.saliency import (
    check_measure,
    damped_inverse,
    diagonal_rise,
    outgoing,
    removable,
    surgeon_rises,
)
from nbn_core.checks import plural
from nbn_core.data import Dataset
from nbn_core.display import one_line
from nbn_core.errors import TopologyError
from nbn_core.objective import NormalEquations, Objective
from nbn_core.structure.wiring import Link, Wired
from nbn_core.types import FloatArray

MOST_ROUNDS: Final = 40  # adjustments of all weights in one removal


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What the removal of the least salient parts is expected to do.

    Parameters
    ----------
    names : tuple
        Names of the parts that are removed, the least salient first: (source, target) of
        connections, or names of neurons.
    rise : float
        Expected rise of the SSE before any retraining. For the magnitude, which predicts no error,
        by the quadratic model of the error.
    after : Wired
        The network without the parts; by the optimal brain surgeon with adjusted weights.
    """

    names: tuple[Link | str, ...]
    rise: float
    after: Wired

    def __repr__(self) -> str:
        left = plural(self.after.topology.n_weights, "weight")
        return one_line(
            "Prediction", f"{len(self.names)} removed", f"SSE rises by {self.rise:.3g}", left
        )


def pruned(
    wired: Wired,
    dataset: Dataset,
    count: int = 1,
    measure: str = "surgeon",
    of: str = "connections",
) -> Prediction:
    """Remove the least salient connections or hidden neurons.

    Parameters
    ----------
    wired : Wired
        Network with its weights.
    dataset : Dataset
        Training patterns, by which saliency is measured.
    count : int
        Number of parts to remove; fewer are removed if no more can be spared.
    measure : str
        A key of `MEASURES`.
    of : str
        "connections" or "neurons".

    Returns
    -------
    Prediction
        The network without the parts, and the expected rise of the SSE.

    Raises
    ------
    SettingError
        If the measure or the kind is unknown.
    TopologyError
        If nothing can be removed without disconnecting an output.
    """
    check_measure(measure, of)
    objective = Objective(wired.topology, dataset)
    equations = objective.normal_equations(wired.weights)
    sets: dict[Link, list[int]] | dict[str, list[int]] = (
        removable(wired.topology) if of == "connections" else outgoing(wired.topology)
    )
    choice = _Choice(wired, list(sets), list(sets.values()))
    if measure == "surgeon":
        rise, weights = _by_surgeon(choice, equations, count)
    else:
        rise, weights = _in_order(choice, equations, count, measure)
    if not choice.chosen:
        what = "connection" if of == "connections" else "hidden neuron"
        raise TopologyError(
            f"No {what} is left that can be removed: every output needs at least one connection."
        )
    after = wired.with_weights(weights).without(
        [wired.topology.weight_names[n] for n in choice.gone]
    )
    return Prediction(tuple(choice.names[s] for s in choice.chosen), rise, after)


class _Choice:
    """The parts that were chosen so far; outputs keep their last connection."""

    def __init__(self, wired: Wired, names: Sequence[Link | str], places: list[list[int]]) -> None:
        self.names, self.places, self.weights = names, places, wired.weights
        self.chosen: list[int] = []
        self.gone: list[int] = []
        self._targets = [target for _, target in wired.topology.weight_names]
        self._left = {
            wired.topology.neuron_names[k]: len(wired.topology.neurons[k].sources)
            for k in wired.topology.outputs
        }

    def allowed(self, s: int) -> bool:
        """Whether the part can be removed without taking the last connection of an output."""
        targets = [self._targets[n] for n in self.places[s]]
        return all(self._left.get(t, 2) > targets.count(t) for t in targets)

    def take(self, s: int) -> None:
        """Choose a part."""
        self.chosen.append(s)
        self.gone += self.places[s]
        for n in self.places[s]:
            if self._targets[n] in self._left:
                self._left[self._targets[n]] -= 1


def _in_order(
    choice: _Choice, equations: NormalEquations, count: int, measure: str
) -> tuple[float, FloatArray]:
    """Choose by the magnitude or the diagonal; return the expected rise and the weights."""
    before = choice.weights
    rises = [diagonal_rise(equations, before, place) for place in choice.places]
    norms = [float(np.linalg.norm(before[place])) for place in choice.places]
    values = rises if measure == "diagonal" else norms
    for s in np.argsort(values, kind="stable").tolist():
        if len(choice.chosen) == count:
            break
        if choice.allowed(s):
            choice.take(s)
    after = before.copy()
    after[choice.gone] = 0.0
    if measure == "diagonal":
        return float(sum(rises[s] for s in choice.chosen)), after
    change = after - before
    model = 2.0 * equations.gradient @ change + change @ equations.quasi_hessian @ change
    return float(model), after


def _by_surgeon(
    choice: _Choice, equations: NormalEquations, count: int
) -> tuple[float, FloatArray]:
    """Choose one part after the other; return the expected rise and the adjusted weights."""
    weights = choice.weights.copy()
    inverse = damped_inverse(equations.quasi_hessian)
    total = 0.0
    several = math.ceil(count / MOST_ROUNDS)  # at once, where one after the other takes too long
    while len(choice.chosen) < count:
        left = [s for s in range(len(choice.places)) if s not in choice.chosen]
        rises = surgeon_rises(inverse, weights, [choice.places[s] for s in left])
        place: list[int] = []
        wanted = min(several, count - len(choice.chosen))
        for n in np.argsort(rises, kind="stable").tolist():
            if wanted and choice.allowed(left[n]):
                choice.take(left[n])
                place += choice.places[left[n]]
                wanted -= 1
        if not place:
            break
        # The others move so that the quadratic model of the error rises least.
        factor = np.linalg.solve(inverse[np.ix_(place, place)], inverse[place])
        total += float(surgeon_rises(inverse, weights, [place])[0])
        weights = weights - weights[place] @ factor
        inverse = inverse - inverse[:, place] @ factor
        weights[choice.gone] = 0.0
    return total, weights
