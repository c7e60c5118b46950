"""Checks of what the parts of an experiment are made from: one sentence each."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from numbers import Real
from typing import Any, NoReturn

from nbn_core.damping import shown
from nbn_core.errors import SettingError

KEY_LENGTH = 40


class FrozenDict(dict[str, Any]):
    """A dict that cannot be changed, so that an Experiment cannot be."""

    def _refuse(self, *args: object, **kwargs: object) -> NoReturn:
        raise TypeError("An experiment cannot be changed: make another with dataclasses.replace.")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return FrozenDict, (dict(self),)


def real(value: object, what: str, low: float = -math.inf, high: float = math.inf) -> float:
    """`value` as a finite float, or one sentence."""
    if isinstance(value, Real) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if math.isfinite(number) and low <= number <= high:
            return number
    limits = {
        (False, False): "",
        (True, False): f" of at least {low}",
        (True, True): f" from {low} to {high}",
    }[math.isfinite(low), math.isfinite(high)]
    raise SettingError(f"{what} must be a finite number{limits}, not {shown(value)}.")


def mapping(value: object, what: str) -> Mapping[str, Any]:
    """`value` if it is names with values, or one sentence."""
    if not isinstance(value, Mapping):
        raise SettingError(f"{what} must be names with values, not {shown(value)}.")
    for key in value:
        if not isinstance(key, str) or not 0 < len(key) <= KEY_LENGTH:
            raise SettingError(
                f"{what} must have names of 1 to {KEY_LENGTH} characters, not {shown(key)}."
            )
    return value


def keep(instance: object, name: str, value: object) -> None:
    """Set a field while a frozen value is being made."""
    object.__setattr__(instance, name, value)


def counted(number: int, what: str) -> str:
    """Write a number with what is counted."""
    return f"{number} {what}{'' if number == 1 else 's'}"
