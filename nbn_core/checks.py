"""Validation of single values at the public boundary, and text for the error messages."""

from __future__ import annotations

import math
from numbers import Real

from nbn_core.errors import SettingError

MAX_SEED = 2**53 - 1  # the largest integer that JSON and JavaScript carry exactly


def positive(value: object, name: str) -> float:
    """Validate a positive finite number.

    Parameters
    ----------
    value : object
        The value to validate.
    name : str
        Name of the setting in the error message.

    Returns
    -------
    float
        The value as a float.

    Raises
    ------
    SettingError
        If the value is not a positive finite number.
    """
    number = _float(value)
    if number is None or not 0 < number < math.inf:
        raise SettingError(f"{name} must be a number above 0, not {shown(value)}.")
    return number


def not_negative(value: object, name: str) -> float:
    """Validate a finite number of at least 0.

    Parameters
    ----------
    value : object
        The value to validate.
    name : str
        Name of the setting in the error message.

    Returns
    -------
    float
        The value as a float.

    Raises
    ------
    SettingError
        If the value is not a finite number, or negative.
    """
    number = _float(value)
    if number is None or not 0 <= number < math.inf:
        raise SettingError(f"{name} must be a number from 0 up, not {shown(value)}.")
    return number


def whole(value: object, name: str, low: int, high: int) -> int:
    """Validate an integer; a float without a fraction counts as one.

    Parameters
    ----------
    value : object
        The value to validate.
    name : str
        Name of the setting in the error message.
    low, high : int
        Smallest and largest valid values.

    Returns
    -------
    int
        The value as an int.

    Raises
    ------
    SettingError
        If the value is not an integer or out of range.
    """
    number = _float(value)
    if number is None or not low <= number <= high or number != math.floor(number):
        raise SettingError(
            f"{name} must be a whole number from {low} to {high}, not {shown(value)}."
        )
    return int(value)  # type: ignore[call-overload, no-any-return]


def shown(value: object) -> str:
    """Return a value for an error message: numbers and text as repr, others by their type."""
    return repr(value)[:40] if isinstance(value, str | int | float) else type(value).__name__


def real(value: object, what: str, low: float = -math.inf, high: float = math.inf) -> float:
    """Validate a finite number within limits; text and NumPy arrays are not converted.

    Parameters
    ----------
    value : object
        The value to validate.
    what : str
        Name of the value in the error message.
    low, high : float
        Smallest and largest valid values; infinite for no limit.

    Returns
    -------
    float
        The value as a float.

    Raises
    ------
    SettingError
        If the value is not a finite number or out of range.
    """
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
    """Return a count with its noun: `1 weight`, `1,797 patterns`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _float(value: object) -> float | None:
    if isinstance(value, bool | complex | str | bytes):
        return None
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
