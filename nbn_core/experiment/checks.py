"""Checks of what the parts of an experiment are made from: one sentence each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from nbn_core.checks import shown
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
