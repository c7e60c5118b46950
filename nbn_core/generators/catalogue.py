"""The description of a built-in problem, and the decorator that attaches it to a generator."""

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
    """Parameter of a generator.

    Parameters
    ----------
    name : str
        Name of the argument.
    label : str
        Label in the user interface.
    default : int or float
        Default value; its type is the type of the parameter.
    low, high : int or float
        Smallest and largest valid values.
    step : int or float
        Step of the control in the user interface; values between steps are valid.
    """

    name: str
    label: str
    default: int | float
    low: int | float
    high: int | float
    step: int | float

    def check(self, value: object) -> int | float:
        """Validate a value and convert it to the type of the parameter.

        Parameters
        ----------
        value : object
            Value of the parameter.

        Returns
        -------
        int or float
            Value of the type of the default.

        Raises
        ------
        SettingError
            If the value has the wrong type or is out of range.
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
    """A built-in problem and the settings suggested for it.

    Parameters
    ----------
    name : str
        Name of the generator.
    title, text : str
        Title and description in the user interface.
    make : callable
        Generator: returns the Dataset for its parameters.
    parameters : tuple of Parameter
        Parameters of the generator.
    kind : "regression" or "classification"
        Kind of the targets.
    target_sse : float
        Suggested SSE at which training ends.
    train_share : float
        Suggested share of the patterns in the training set; 1.0 for all of them.
    topology : callable
        Function that returns a suitable network for a dataset of the problem.
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
        """Return a target SSE that a network can reach on these patterns.

        Parameters
        ----------
        train : Dataset
            Training patterns of the problem.

        Returns
        -------
        float
            `target_sse`, plus the SSE of patterns with equal inputs but different targets.
        """
        return self.target_sse + train.least_sse


class Range(NamedTuple):
    """Label and limits of a parameter; name and default come from the generator's signature."""

    label: str
    low: int | float
    high: int | float
    step: int | float


POINTS = Range("Points", 10, MAX_POINTS, 10)
NOISE = Range("Noise", 0.0, 0.5, 0.05)
SEED = Range("Seed", 0, MAX_SEED, 1)

_DESCRIBED: dict[Callable[..., Dataset], Problem] = {}


def by_name(*generators: Callable[..., Dataset]) -> dict[str, Problem]:
    """Return the descriptions of generators, in this order.

    Parameters
    ----------
    *generators : callable
        Generators decorated with `problem`.

    Returns
    -------
    dict of str to Problem
        Descriptions by the names of the generators.
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
    """Describe a generator, and validate its arguments against ranges.

    Parameters
    ----------
    title, text, topology, target_sse, train_share, kind
        Fields of `Problem`.
    **ranges : Range
        Label and limits of each argument of the generator.

    Returns
    -------
    callable
        Decorator for the generator.
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
