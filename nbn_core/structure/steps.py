"""Steps of a reshaping: what is to be done to a network next, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass

from nbn_core.analysis.saliency import check_measure
from nbn_core.checks import not_negative, shown, whole
from nbn_core.display import brief, one_line
from nbn_core.errors import SettingError
from nbn_core.structure.growth import GROWTHS
from nbn_core.structure.rewiring import REWIRINGS

_MOST = 1_000_000
_MOST_SEED = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Prune:
    """Remove the least salient connections or hidden neurons.

    Parameters
    ----------
    count : int, optional
        Number to remove; by default `share` decides.
    share : float
        Share to remove, from 0 to 1, at least one.
    measure : str
        A key of `nbn_core.structure.MEASURES`.
    of : str
        "connections" or "neurons".
    """

    count: int | None = None
    share: float = 0.1
    measure: str = "surgeon"
    of: str = "connections"

    def __post_init__(self) -> None:
        if self.count is not None:
            whole(self.count, "count", 1, _MOST)
        _share(self.share)
        check_measure(self.measure, self.of)


@dataclass(frozen=True, slots=True)
class Grow:
    """Add a neuron, or a dendrite to each neuron.

    Parameters
    ----------
    kind : str
        A key of `nbn_core.structure.GROWTHS`.
    target : str, optional
        Neuron to divide, or the one that gets a dendrite; see `growth.grown` for the default.
    seed : int
        Random seed of the new weights.
    """

    kind: str = "cascade"
    target: str | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        _one_of(self.kind, GROWTHS, "way to grow")
        whole(self.seed, "seed", 0, _MOST_SEED)


@dataclass(frozen=True, slots=True)
class Rewire:
    """Move the smallest connections to other places.

    Parameters
    ----------
    kind : str
        A key of `nbn_core.structure.REWIRINGS`.
    share : float
        Share of the connections to move, from 0 to 1, at least one.
    seed : int
        Random seed of the new places and weights.
    """

    kind: str = "set"
    share: float = 0.3
    seed: int = 0

    def __post_init__(self) -> None:
        _one_of(self.kind, REWIRINGS, "way to rewire")
        _share(self.share)
        whole(self.seed, "seed", 0, _MOST_SEED)


@dataclass(frozen=True, slots=True)
class Train:
    """Train the network as it is.

    Parameters
    ----------
    iterations : int
        Maximum number of iterations; training may end before.
    """

    iterations: int = 50

    def __post_init__(self) -> None:
        whole(self.iterations, "iterations", 1, 100_000_000)


@dataclass(frozen=True, slots=True)
class Back:
    """Return to an earlier network, from which the next steps go on.

    Parameters
    ----------
    row : int
        Index of its trace row.
    """

    row: int

    def __post_init__(self) -> None:
        whole(self.row, "row", 0, 2**53)


@dataclass(frozen=True, slots=True)
class Repeat:
    """Do some steps again and again.

    Growing ends when the target is reached. If the SSE after a round is above the limit, the
    network before that round returns, and later rounds remove half as many; pruning ends when a
    round that removed one part went too far, or when nothing can be removed.

    Parameters
    ----------
    steps : tuple of Prune, Grow, Rewire or Train
        One round.
    times : int
        Maximum number of rounds.
    most_sse : float, optional
        Limit of the SSE of the training patterns after a round; none by default.
    """

    steps: tuple[Prune | Grow | Rewire | Train, ...]
    times: int = 10
    most_sse: float | None = None

    def __post_init__(self) -> None:
        steps = tuple(self.steps)
        if not steps or not all(isinstance(s, Prune | Grow | Rewire | Train) for s in steps):
            raise SettingError(
                "A round needs one step or more of the kinds Prune, Grow, Rewire and Train."
            )
        object.__setattr__(self, "steps", steps)
        whole(self.times, "times", 1, _MOST)
        if self.most_sse is not None:
            not_negative(self.most_sse, "most_sse")

    def __repr__(self) -> str:
        names = brief(tuple(type(step).__name__.lower() for step in self.steps))
        within = "" if self.most_sse is None else f"SSE up to {self.most_sse:g}"
        return one_line("Repeat", names, f"{self.times} times", within)


Step = Prune | Grow | Rewire | Train | Back | Repeat
"""Anything that a reshaping can do."""


def _one_of(kind: object, known: dict[str, str], what: str) -> None:
    if not isinstance(kind, str) or kind not in known:
        raise SettingError(f"There is no {what} called {shown(kind)}: choose {', '.join(known)}.")


def _share(share: object) -> None:
    if not not_negative(share, "share") <= 1.0 or share == 0.0:
        raise SettingError(f"A share is a number above 0 and at most 1, not {shown(share)}.")
