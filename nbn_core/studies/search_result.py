"""Search: what a search for the smallest network has tried, decided and left undecided."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, NamedTuple

import numpy as np

from nbn_core.checks import plural
from nbn_core.display import one_line
from nbn_core.studies.goals import Goal, percent
from nbn_core.studies.result import CellResult
from nbn_core.studies.value import StudyNetwork

NAMES_SHOWN = 6

ORDERS: dict[str, Callable[[StudyNetwork], Any]] = {
    "weights": lambda one: (one.topology.n_weights, one.topology.n_neurons),
    "neurons": lambda one: (one.topology.n_neurons, one.topology.n_weights),
}


class Verdict(Enum):
    """What a search has decided about a network."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    LARGER = "larger"
    OPEN = "undecided"


class Step(NamedTuple):
    """A step of a search: what was known about a network, and what followed from it.

    Attributes
    ----------
    round : int
        Number of the round, counted from 0.
    network, family : str
        Name of the network and of its family.
    weights, neurons : int
        Size of the network.
    seeds, successes : int
        Number of seeds so far, and of those that meet the condition of the goal.
    low, high : float
        Exact interval of the rate, at the confidence that the search gives to one decision.
    verdict : Verdict
        Decision.
    sentence : str
        Decision and its reason, as a sentence.
    trainings : int
        Number of trainings of the search so far.
    """

    round: int
    network: str
    family: str
    weights: int
    neurons: int
    seeds: int
    successes: int
    low: float
    high: float
    verdict: Verdict
    sentence: str
    trainings: int


@dataclass(slots=True)
class Tally:
    """Trials of a network in a search, counted so far.

    Parameters
    ----------
    network : StudyNetwork
        The network.
    seeds, successes : int
        Number of seeds, and of those that meet the condition of the goal.
    low, high : float
        Exact interval of the rate.
    verdict : Verdict
        Decision so far.
    example : int or None
        Random seed of the first trial that meets the condition, for `train(..., seed=...)`.
    smaller : str
        Name of the accepted network for which this one was dropped as larger.
    """

    network: StudyNetwork
    seeds: int = 0
    successes: int = 0
    low: float = 0.0
    high: float = 1.0
    verdict: Verdict = Verdict.OPEN
    example: int | None = None
    smaller: str = ""

    def count(self, goal: Goal, found: CellResult, trials: range) -> int:
        """Add the trials of a range; return their number."""
        asked = (found.trials.numbers >= trials.start) & (found.trials.numbers < trials.stop)
        met = goal.met(found) & asked
        if self.example is None and met.any():
            self.example = int(found.trials.seeds[int(np.argmax(met))])
        self.seeds += int(asked.sum())
        self.successes += int(met.sum())
        return int(asked.sum())

    def copy(self) -> Tally:
        """Return a copy, which does not change with the search."""
        return replace(self)

    def step(self, goal: Goal, order: str, number: int, trainings: int) -> Step:
        """Return the step that the present state is."""
        network, topology = self.network, self.network.topology
        return Step(
            number, network.name, network.family, topology.n_weights, topology.n_neurons,
            self.seeds, self.successes, self.low, self.high, self.verdict,
            self.sentence(goal, order), trainings,
        )  # fmt: skip

    def sentence(self, goal: Goal, order: str) -> str:
        """Return the decision and its reason."""
        name = self.network.name
        seen = f"{self.successes:,} of {plural(self.seeds, 'seed')} {goal.condition}"
        between = f"a rate of {percent(self.low)} to {percent(self.high)}"
        if self.verdict is Verdict.LARGER:
            why = f"it is not smaller than {self.smaller}, which reaches the goal"
            return f"{name} is dropped after {plural(self.seeds, 'seed')}: {why} (by {order})."
        if self.verdict is Verdict.ACCEPTED:
            if goal.one_is_enough:
                return f"{name} reaches the goal: {seen}."
            return f"{name} reaches the goal: {seen}, {between}."
        if self.verdict is Verdict.REJECTED:
            return f"{name} is rejected: {seen}, so that its rate is below {percent(goal.rate)}."
        return f"{name} is undecided: {seen}, {between}."


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """Result of a search for the smallest network.

    Parameters
    ----------
    goal : Goal
        Goal of the search.
    order : str
        Measure of size, "weights" or "neurons".
    confidence : float
        Probability, at least, that all decisions of the search are right.
    tallies : tuple of Tally
        What is known about each network, the smallest first.
    steps : tuple of Step
        All steps in order.
    trainings, most_trainings : int
        Number of trainings, and its limit.
    end : str
        Reason for the end: "decided", or with networks undecided "seeds" or "budget" (all spent)
        or "cancelled".
    each_family : bool
        Whether the smallest network of each family was wanted.
    """

    goal: Goal
    order: str
    confidence: float
    tallies: tuple[Tally, ...]
    steps: tuple[Step, ...]
    trainings: int
    most_trainings: int
    end: str
    each_family: bool = False

    def __repr__(self) -> str:
        found = self.smallest
        name = "none found" if found is None else found.network.name
        return one_line("Search", name, plural(self.trainings, "training"), self.end)

    @property
    def smallest(self) -> Tally | None:
        """Smallest network that reaches the goal; None if none was found."""
        return next((one for one in self.tallies if one.verdict is Verdict.ACCEPTED), None)

    def smallest_of(self, family: str) -> Tally | None:
        """Return the smallest network of a family that reaches the goal, or None."""
        accepted = (one for one in self.tallies if one.verdict is Verdict.ACCEPTED)
        return next((one for one in accepted if one.network.family == family), None)

    def having(self, verdict: Verdict) -> tuple[Tally, ...]:
        """Return the networks with a verdict, the smallest first."""
        return tuple(one for one in self.tallies if one.verdict is verdict)

    @property
    def claim(self) -> str:
        """What was found, how certain it is, and what was tested, as sentences."""
        if not self.each_family:
            first, *others = self._claims(self.tallies)
            return " ".join([first[0].upper() + first[1:], *others, self._tested()])
        told = []
        for family, group in self._groups().items():
            first, *others = self._claims(group)
            told += [f"{family}: {first}", *others]
        return " ".join([*told, self._tested()])

    def _groups(self) -> dict[str, list[Tally]]:
        groups: dict[str, list[Tally]] = {}
        for one in self.tallies:
            groups.setdefault(one.network.family or "no family", []).append(one)
        return groups

    def _claims(self, group: Sequence[Tally]) -> list[str]:
        """Return what is known about the networks of a group up to the smallest one found."""
        accepted = [i for i, one in enumerate(group) if one.verdict is Verdict.ACCEPTED]
        if not accepted:
            return [f"no network was found for which {self.goal.text}.", *self._before(group, "")]
        found = group[accepted[0]]
        topology = found.network.topology
        size = f"{plural(topology.n_weights, 'weight')}, {plural(topology.n_neurons, 'neuron')}"
        share = f"{found.successes:,} of {plural(found.seeds, 'seed')} {self.goal.condition}"
        return [
            f"the smallest network found for which {self.goal.text} is {found.network.name} "
            f"({size}): {share}.",
            *self._before(group[: accepted[0]], "smaller "),
        ]

    def _before(self, group: Sequence[Tally], smaller: str) -> list[str]:
        """Return which networks of a group were rejected, and which are undecided."""
        if not group:
            return [f"No {smaller}network was tested."]
        rejected = [one for one in group if one.verdict is Verdict.REJECTED]
        undecided = [one.network.name for one in group if one.verdict is not Verdict.REJECTED]
        told = []
        if rejected:
            tested = plural(len(group), f"{smaller}network")
            told.append(
                f"Of {tested} tested {len(rejected):,} {'was' if len(rejected) == 1 else 'were'} "
                f"rejected: a rate below {percent(self.goal.rate)}, with "
                f"{percent(self.confidence)} confidence for all decisions of the search together."
            )
        if undecided:
            more = len(undecided) - NAMES_SHOWN
            listed = ", ".join(undecided[:NAMES_SHOWN]) + (
                f" and {more:,} more" if more > 0 else ""
            )
            when = {
                "cancelled": "when the search was stopped",
                "budget": f"within the budget of {plural(self.most_trainings, 'training')}",
            }.get(self.end, f"after {plural(max(one.seeds for one in group), 'seed')}")
            told.append(f"Undecided {when}, and may reach the goal: {listed}.")
        return told

    def _tested(self) -> str:
        told = []
        for family, group in self._groups().items():
            sizes = [one.network.topology.n_weights for one in group]
            told.append(f"{family}, {plural(len(sizes), 'network')} of {_span(sizes)}")
        return f"Candidates: {'; '.join(told)}. Nothing is known about other networks."


def _span(sizes: Sequence[int]) -> str:
    low, high = min(sizes), max(sizes)
    return plural(low, "weight") if low == high else f"{low:,} to {high:,} weights"
