"""How long a study takes: by a model, or from the trials of the session once there are some."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, NamedTuple

from app.figures.number_format import duration
from app.figures.topologies import NetworkPoint
from nbn_core.network import Topology
from nbn_core.rules import RULES
from nbn_core.rules.base import SECOND_ORDER
from nbn_core.studies import Study

RATE: Final = 6e9  # operations a second of one thread
ACTIVATION: Final = 5e-9  # seconds to compute an activation function
STEP: Final = 2.5e-6  # seconds of an iteration beside its sums
NBN_ITERATIONS: Final = (8, 250)  # of a trial by a second-order rule, few and many
SHARE: Final = 0.2  # of the maximum iterations that a trial by another rule takes at least
SPREAD: Final = 1.6  # by which an estimate from measured trials may be wrong


class Seconds(NamedTuple):
    """A range of computing times."""

    low: float
    high: float

    def words(self) -> str:
        """Return the range as text."""
        low, high = duration(self.low), duration(self.high)
        if self.high < 1.0:
            return "less than a second"
        return f"about {low}" if low == high else f"about {low} to {high}"


def iteration_seconds(topology: Topology, n_patterns: int, rule: str) -> float:
    """Return about how long an iteration takes."""
    rows, n = n_patterns * topology.n_outputs, topology.n_weights
    seconds = STEP + n_patterns * topology.n_neurons * ACTIVATION + 8.0 * rows * n / RATE
    if RULES[rule].family == SECOND_ORDER:
        seconds += (rows * n**2 + n**3 / 2) / RATE
    return seconds


def modelled(topology: Topology, study: Study, n_patterns: int) -> Seconds:
    """Return about how long a training takes, by counting operations."""
    rule, most = study.rules[0].name, study.stopping.max_iterations
    each = iteration_seconds(topology, n_patterns, rule)
    if RULES[rule].family == SECOND_ORDER:
        low, high = (min(count, most) for count in NBN_ITERATIONS)
        return Seconds(each * low, each * high)
    return Seconds(each * SHARE * most, each * most)


def estimate(study: Study, done: int, threads: int, points: Collection[NetworkPoint]) -> Seconds:
    """Return about how long the rest of a study takes.

    Parameters
    ----------
    study : Study
        The study, with one rule.
    done : int
        Trainings that are known already.
    threads : int
        Trainings that run side by side.
    points : collection of NetworkPoint
        Networks that were trained by the same rule on the same data.
    """
    n_patterns = study.data.datasets()[0].n_patterns
    each = [modelled(one.topology, study, n_patterns) for one in study.networks]
    low, high = (study.trials * sum(side) for side in zip(*each, strict=True))
    taken = sum(float(one.found.trials.all_seconds.sum()) for one in points)
    if taken > 0.0:
        model = sum(
            one.found.trials.n_trials * modelled(one.network.topology, study, n_patterns).high
            for one in points
        )
        middle = high * taken / model
        low, high = middle / SPREAD, middle * SPREAD
    left = (study.total - done) / study.total / threads
    return Seconds(low * left, high * left)
