"""Find the smallest network that reaches a goal, by successive halving over networks and seeds.

All networks start with a few seeds. After each round

- a network is accepted if the lower limit of its rate is at least the rate of the goal,
- a network is rejected if the upper limit of its rate is below it,
- networks larger than an accepted one are dropped, and
- the rest goes on with about twice as many seeds.

Limits are exact (Clopper & Pearson). Rounds and networks are many tests, and each of them gets an
equal part of the error of 5 % (Bonferroni), so that with 95 % confidence all decisions of a search
are right together, wherever it stops. A goal that one seed can reach is accepted without an error;
its only test is the last round, whose seeds are as many as it takes to reject: with N networks

    (1 - rate)^seeds <= 0.05 / N,   about 3 / rate for N = 1

References
----------
Clopper & Pearson, Biometrika 26(4), 404-413, 1934.
Jamieson & Talwalkar, AISTATS 2016: successive halving.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from nbn_core.checks import shown, whole
from nbn_core.errors import SettingError
from nbn_core.studies.goals import Goal
from nbn_core.studies.result import CellResult
from nbn_core.studies.search_result import ORDERS, Search, Step, Tally, Verdict
from nbn_core.studies.value import MOST_TRAININGS, StudyNetwork

ERROR = 0.05
FIRST_SEEDS = 8
BUDGET = 50_000  # trainings


class Evaluated(Protocol):
    """Trials of networks, such as a `StudyResult`."""

    def __getitem__(self, place: tuple[int, int], /) -> CellResult:
        """Return the trials of a network, place (index of the network, 0)."""


Evaluate = Callable[[Sequence[StudyNetwork], range], Evaluated]


def find_smallest(
    networks: Sequence[StudyNetwork],
    goal: Goal,
    evaluate: Evaluate,
    *,
    order: str = "weights",
    each_family: bool = False,
    most_seeds: int | None = None,
    most_trainings: int = BUDGET,
    on_step: Callable[[Step], object] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Search:
    """Find the smallest of some networks that reaches a goal.

    Parameters
    ----------
    networks : sequence of StudyNetwork
        Networks with different names.
    goal : Goal
        Goal to be reached.
    evaluate : callable
        Function of networks and a range of trial numbers that trains each network from each of
        these seeds. It may return further trials, which are not counted; if it returns fewer, it
        was cancelled or trials were lost.
    order : str
        Measure of size: "weights" or "neurons"; the other one decides between equal networks.
    each_family : bool
        Whether the smallest network of each family is wanted, instead of the smallest of all.
    most_seeds : int, optional
        Number of seeds after which a network is left undecided; by default enough to tell apart
        rates that differ by about half.
    most_trainings : int
        Number of trainings after which the search ends.
    on_step : callable, optional
        Function that is called in this thread with every step; their `trainings` never decrease.
    cancelled : callable, optional
        Function that is called between rounds; if it returns true, the search ends, and trials that
        have ended are kept.

    Returns
    -------
    Search
        Smallest network, every step, and what is certain.

    Raises
    ------
    SettingError
        If there is no network, two have the same name, or a number is out of range.
    """
    search = SmallestSearch(
        networks, goal, order=order, each_family=each_family, most_seeds=most_seeds,
        most_trainings=most_trainings, on_step=on_step,
    )  # fmt: skip
    while (asked := search.next_round()) is not None:
        found = evaluate(asked.networks, asked.trials)
        search.report(found, stopped=cancelled is not None and cancelled())
    return search.result()


def exact_interval(successes: int, trials: int, tail: float = ERROR / 2) -> tuple[float, float]:
    """Compute the exact interval of a rate by Clopper and Pearson.

    Parameters
    ----------
    successes, trials : int
        Numbers of successes and of trials.
    tail : float
        Largest probability with which the rate lies above, and below, the interval.

    Returns
    -------
    low, high : float
        Limits of the interval, in [0, 1]; 0 and 1 without trials.
    """
    from scipy.special import betaincinv  # imported here: most users of studies do not need it

    failures = trials - successes
    low = float(betaincinv(successes, failures + 1, tail)) if successes else 0.0
    high = float(betaincinv(successes + 1, failures, 1 - tail)) if failures else 1.0
    return low, high


def schedule(goal: Goal, n_networks: int, most_seeds: int | None = None) -> tuple[list[int], float]:
    """Return the numbers of seeds after which a search decides, and the error of each decision.

    Parameters
    ----------
    goal : Goal
        Goal of the search.
    n_networks : int
        Number of networks.
    most_seeds : int, optional
        Largest number of seeds.

    Returns
    -------
    looks : list of int
        Ascending numbers of seeds, counted from the first.
    tail : float
        Largest probability of a wrong decision on one network in one round and one direction.
    """
    if goal.one_is_enough:
        tail = ERROR / n_networks
        last = _seeds_to_reject(goal.rate, tail)
        looks = _doubling(min(last, most_seeds or last))
        return looks, tail
    odds = goal.rate / (1 - goal.rate)
    most = most_seeds or min(10_000, math.ceil(64 * max(odds, 1 / odds, 4)))
    looks = _doubling(most)
    tail = ERROR / 2 / (n_networks * (len(looks) + 1))
    earliest = _seeds_to_reject(goal.rate, tail)  # doubling would miss it by up to a factor of two
    return sorted({*looks, earliest}) if earliest < most else looks, tail


def _seeds_to_reject(rate: float, tail: float) -> int:
    """Return the number of seeds without a success that rejects a rate."""
    return math.ceil(math.log(tail) / math.log1p(-rate))


def _doubling(most: int) -> list[int]:
    looks = [FIRST_SEEDS]
    while 2 * looks[-1] < most:
        looks.append(2 * looks[-1])
    return [seeds for seeds in looks if seeds < most] + [most]


class Round(NamedTuple):
    """Trainings that a search asks for.

    Attributes
    ----------
    number : int
        Number of the round, counted from 0.
    networks : tuple of StudyNetwork
        Networks that are not decided yet.
    trials : range
        Numbers of the trials to run with each of them.
    """

    number: int
    networks: tuple[StudyNetwork, ...]
    trials: range


class SmallestSearch:
    """A search in progress, round by round, for callers that do not want to wait.

    Parameters
    ----------
    networks, goal, order, each_family, most_seeds, most_trainings, on_step
        The same as those of `find_smallest`.

    Raises
    ------
    SettingError
        If there is no network, two have the same name, or a number is out of range.
    """

    def __init__(
        self,
        networks: Sequence[StudyNetwork],
        goal: Goal,
        *,
        order: str = "weights",
        each_family: bool = False,
        most_seeds: int | None = None,
        most_trainings: int = BUDGET,
        on_step: Callable[[Step], object] | None = None,
    ) -> None:
        if order not in ORDERS:
            raise SettingError(
                f"Networks cannot be ordered by {shown(order)}: choose {' or '.join(ORDERS)}."
            )
        names = [network.name for network in networks]
        if not names or len(set(names)) < len(names):
            raise SettingError(
                "A search needs at least one network, and a different name for each: "
                f"{len(names)} networks with {len(set(names))} names were given."
            )
        if most_seeds is not None:
            most_seeds = whole(most_seeds, "The largest number of seeds", 1, MOST_TRAININGS)
        self._goal, self._order, self._each_family = goal, order, each_family
        self._most = whole(most_trainings, "The largest number of trainings", 1, MOST_TRAININGS)
        self._looks, self._tail = schedule(goal, len(names), most_seeds)
        self._tallies = [Tally(network) for network in sorted(networks, key=ORDERS[order])]
        self._steps: list[Step] = []
        self._taken: list[Tally] = []  # the networks of the present round
        self._number = 0
        self._trainings = 0
        self._stopped = self._spent = False
        self._on_step = on_step

    def next_round(self) -> Round | None:
        """Return what is to be trained next; None at the end of the search."""
        if self._stopped or self._spent or self._number == len(self._looks):
            return None
        seen = self._looks[self._number - 1] if self._number else 0
        trials = range(seen, self._looks[self._number])
        some = (self._most - self._trainings) // len(trials)
        # if the budget is not enough for all, the largest are the most likely to reach the goal
        self._taken = self._open[-some:] if some else []
        self._spent = len(self._taken) < len(self._open)
        if not self._taken:
            return None
        return Round(self._number, tuple(one.network for one in self._taken), trials)

    def report(self, found: Evaluated, *, stopped: bool = False) -> None:
        """Count the trials of the round that `next_round` returned, and decide on its networks.

        Parameters
        ----------
        found : Evaluated
            Trials of the networks of the round; others than those asked for are not counted.
        stopped : bool
            Whether the user stopped the search: trials are counted, and nothing is decided on
            networks whose round is not complete.
        """
        seen = self._looks[self._number - 1] if self._number else 0
        trials = range(seen, self._looks[self._number])
        for i, tally in enumerate(self._taken):
            self._trainings += tally.count(self._goal, found[i, 0], trials)
        for tally in self._taken:
            tally.low, tally.high = exact_interval(tally.successes, tally.seeds, self._tail)
            whole_round = not stopped or tally.seeds >= trials.stop
            tally.verdict = self._verdict(tally, whole_round=whole_round)
            self._note(tally)
        self._drop_larger()
        self._number += 1
        self._stopped = stopped

    def result(self) -> Search:
        """Return what is known so far."""
        end = "decided"
        if self._open:
            end = "cancelled" if self._stopped else "budget" if self._spent else "seeds"
        return Search(
            self._goal, self._order, 1 - ERROR, tuple(one.copy() for one in self._tallies),
            tuple(self._steps), self._trainings, self._most,
            end, self._each_family,
        )  # fmt: skip

    @property
    def _open(self) -> list[Tally]:
        """Networks that are not decided yet, the smallest first."""
        return [one for one in self._tallies if one.verdict is Verdict.OPEN]

    def _verdict(self, tally: Tally, *, whole_round: bool) -> Verdict:
        if self._goal.one_is_enough and tally.successes:
            return Verdict.ACCEPTED
        if not whole_round:  # the trials that ended first are not a random choice
            return Verdict.OPEN
        if self._goal.one_is_enough:
            # only the last round is a test, because only one has its error
            last = self._number == len(self._looks) - 1
            return Verdict.REJECTED if last and tally.high < self._goal.rate else Verdict.OPEN
        if tally.low >= self._goal.rate:
            return Verdict.ACCEPTED
        return Verdict.REJECTED if tally.high < self._goal.rate else Verdict.OPEN

    def _drop_larger(self) -> None:
        """Drop the undecided networks after the first accepted one, of all or of the family."""
        accepted: dict[str, StudyNetwork] = {}
        for tally in self._tallies:
            group = tally.network.family if self._each_family else ""
            if tally.verdict is Verdict.ACCEPTED:
                accepted.setdefault(group, tally.network)
            elif tally.verdict is Verdict.OPEN and group in accepted:
                tally.verdict, tally.smaller = Verdict.LARGER, accepted[group].name
                self._note(tally)

    def _note(self, tally: Tally) -> None:
        self._steps.append(tally.step(self._goal, self._order, self._number, self._trainings))
        if self._on_step is not None:
            self._on_step(self._steps[-1])
