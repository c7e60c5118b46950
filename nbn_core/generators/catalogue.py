"""What a problem tells about itself, and the decorator by which a generator does."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from numbers import Real
from typing import NamedTuple, ParamSpec

from nbn_core.checks import MAX_SEED, shown, whole
from nbn_core.data import Dataset
from nbn_core.data.dataset import Kind
from nbn_core.display import OneLine, one_line
from nbn_core.errors import SettingError
from nbn_core.network import Topology

P = ParamSpec("P")

MAX_POINTS = 10_000


@dataclass(frozen=True, slots=True, repr=False)
class Parameter(OneLine):
    """One setting of a generator: whole numbers if `default` is an int.

    `low` and `high` are limits, `step` is only what a control should step by.
    """

    name: str
    label: str
    default: int | float
    low: int | float
    high: int | float
    step: int | float

    def check(self, value: object) -> int | float:
        """`value` as an int or a float, whichever the parameter is.

        Parameters
        ----------
        value : object
            What somebody gave for it.

        Returns
        -------
        int or float

        Raises
        ------
        SettingError
            If it is not a number of that kind, or outside the limits.
        """
        what = f"{self.label} ({self.name})"
        if isinstance(self.default, int):
            return whole(value, what, int(self.low), int(self.high))
        fits = isinstance(value, Real) and not isinstance(value, bool)
        if not fits or not self.low <= value <= self.high:  # type: ignore[operator]
            raise SettingError(
                f"{what} must be a number from {self.low:g} to {self.high:g}, not {shown(value)}."
            )
        return float(value)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Problem:
    """A named problem and what suits it.

    `make(**parameters)` gives the dataset; `topology(dataset)` a network that fits and learns
    it; `target_sse` and `train_share` (1.0: all patterns train) are suggestions for it.
    """

    name: str
    title: str
    text: str
    make: Callable[..., Dataset]
    parameters: tuple[Parameter, ...]
    kind: Kind
    target_sse: float
    train_share: float
    topology: Callable[[Dataset], Topology]

    def __repr__(self) -> str:
        settings = ", ".join(parameter.name for parameter in self.parameters)
        return one_line("Problem", f"{self.name}({settings})", self.title, self.kind)

    def target(self, train: Dataset) -> float:
        """Suggest an SSE to stop at that some network could reach on these patterns.

        Parameters
        ----------
        train : Dataset
            The patterns to train on.

        Returns
        -------
        float
            `target_sse`, more if patterns contradict each other.
        """
        return self.target_sse + train.least_sse


class Range(NamedTuple):
    """What a parameter may be; its name and default are those of the generator's argument."""

    label: str
    low: int | float
    high: int | float
    step: int | float


POINTS = Range("Points", 10, MAX_POINTS, 10)
NOISE = Range("Noise", 0.0, 0.5, 0.05)
SEED = Range("Seed", 0, MAX_SEED, 1)

_DESCRIBED: dict[Callable[..., Dataset], Problem] = {}


def by_name(*generators: Callable[..., Dataset]) -> dict[str, Problem]:
    """List what `problem` says of these generators, in this order.

    Parameters
    ----------
    *generators : callable
        Each entered by `problem`.

    Returns
    -------
    dict of str to Problem
        By the names of the generators.
    """
    return {_DESCRIBED[make].name: _DESCRIBED[make] for make in generators}


def problem(
    title: str,
    text: str,
    topology: Callable[[Dataset], Topology],
    *,
    target_sse: float,
    train_share: float = 1.0,
    kind: Kind = "classification",
    **ranges: Range,
) -> Callable[[Callable[P, Dataset]], Callable[P, Dataset]]:
    """Enter a generator in the catalogue, and check its arguments by the ranges given here.

    Parameters
    ----------
    title, text, topology, target_sse, train_share, kind
        See `Problem`.
    **ranges : Range
        One for each argument of the generator.

    Returns
    -------
    callable
        Decorator of the generator.
    """

    def enter(function: Callable[P, Dataset]) -> Callable[P, Dataset]:
        signature = inspect.signature(function)
        parameters = {
            name: Parameter(name, r.label, signature.parameters[name].default, *r[1:])
            for name, r in ranges.items()
        }

        @wraps(function)
        def make(*args: P.args, **kwargs: P.kwargs) -> Dataset:
            given = signature.bind(*args, **kwargs)
            for name, value in given.arguments.items():
                given.arguments[name] = parameters[name].check(value)
            return function(*given.args, **given.kwargs)

        _DESCRIBED[make] = Problem(
            name=function.__name__,
            title=title,
            text=text,
            make=make,
            parameters=tuple(parameters.values()),
            kind=kind,
            target_sse=target_sse,
            train_share=train_share,
            topology=topology,
        )
        return make

    return enter
