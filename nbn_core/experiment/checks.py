"""Validation of the parts of an experiment, and immutable dictionaries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from nbn_core.checks import shown
from nbn_core.errors import SettingError

KEY_LENGTH = 40


class FrozenDict(dict[str, Any]):
    """A dict that cannot be changed, for the fields of an immutable Experiment."""

    def _refuse(self, *args: object, **kwargs: object) -> NoReturn:
        raise TypeError("An experiment cannot be changed: make another with dataclasses.replace.")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return FrozenDict, (dict(self),)


def mapping(value: object, what: str) -> Mapping[str, Any]:
    """Return `value` if it is a mapping with short names as keys; raise SettingError if not."""
    if not isinstance(value, Mapping):
        raise SettingError(f"{what} must be names with values, not {shown(value)}.")
    for key in value:
        if not isinstance(key, str) or not 0 < len(key) <= KEY_LENGTH:
            raise SettingError(
                f"{what} must have names of 1 to {KEY_LENGTH} characters, not {shown(key)}."
            )
    return value


def keep(instance: object, name: str, value: object) -> None:
    """Set a field of a frozen dataclass, from its `__post_init__`."""
    object.__setattr__(instance, name, value)
