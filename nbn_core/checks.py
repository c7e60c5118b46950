"""Checks of single values at the public boundary: each refuses bad input in one sentence."""

from __future__ import annotations

import math
from numbers import Real

from nbn_core.errors import SettingError

MAX_SEED = 2**53 - 1  # the largest integer that JSON and JavaScript carry exactly


def positive(value: object, name: str) -> float:
    """Check a positive finite number.

    Parameters
    ----------
    value : object
        What was given.
    name : str
        Of the setting.

    Returns
    -------
    float
        The number.

    Raises
    ------
    SettingError
        If it is none.
    """
    number = _float(value)
    if number is None or not 0 < number < math.inf:
        raise SettingError(f"{name} must be a number above 0, not {shown(value)}.")
    return number


def not_negative(value: object, name: str) -> float:
    """Check a finite number from 0 up.

    Parameters
    ----------
    value : object
        What was given.
    name : str
        Of the setting.

    Returns
    -------
    float
        The number.

    Raises
    ------
    SettingError
        If it is none.
    """
    number = _float(value)
    if number is None or not 0 <= number < math.inf:
        raise SettingError(f"{name} must be a number from 0 up, not {shown(value)}.")
    return number


def whole(value: object, name: str, least: int, most: int) -> int:
    """Check a whole number.

    Parameters
    ----------
    value : object
        What was given.
    name : str
        Of the setting.
    least, most : int
        What it may be.

    Returns
    -------
    int
        The number.

    Raises
    ------
    SettingError
        If it is none, or outside.
    """
    number = _float(value)
    if number is None or not least <= number <= most or number != math.floor(number):
        raise SettingError(
            f"{name} must be a whole number from {least} to {most}, not {shown(value)}."
        )
    return int(value)  # type: ignore[call-overload, no-any-return]


def shown(value: object) -> str:
    """Show a value in a sentence: numbers and text as they are, anything else by its type."""
    return repr(value)[:40] if isinstance(value, str | int | float) else type(value).__name__


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


def plural(count: int, noun: str) -> str:
    """Write a count with its noun: `1 weight`, `1,797 patterns`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _float(value: object) -> float | None:
    if isinstance(value, bool | complex | str | bytes):
        return None
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
