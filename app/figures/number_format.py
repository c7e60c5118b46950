"""Numbers and durations as text, for people.

The browser modules write them in the same way (`app/shared/frontend/numbers.js`): the cases in
`tests/number_cases.json` are checked in both languages.
"""

import math
from decimal import ROUND_HALF_UP, Decimal, localcontext

MINUS = "\N{MINUS SIGN}"
_PLAIN_MIN = Decimal("0.001")
_PLAIN_MAX = 100_000


def short(value: float, digits: int = 3) -> str:
    """Write a number with a few significant digits: `0.0123`, `12,346`, `4.5e−8`.

    Numbers whose rounded size is at least 0.001 and below 100,000 are written without an exponent
    and with their whole part in full; the others with an exponent and one significant digit less.
    Trailing zeros are left out.

    Parameters
    ----------
    value : float
        Number to write; not a number and infinities are allowed.
    digits : int
        Number of significant digits, at least 2.

    Returns
    -------
    str
        The number with a true minus sign and commas between thousands.
    """
    if math.isnan(value):
        return "not a number"
    sign = MINUS if value < 0 else ""
    if math.isinf(value):
        return f"{sign}∞"
    size = abs(Decimal(float(value)))
    if size == 0:
        return "0"
    with localcontext(rounding=ROUND_HALF_UP):
        if size < _PLAIN_MAX:
            plain = Decimal(f"{size:.{max(0, digits - 1 - size.adjusted())}f}")
            if _PLAIN_MIN <= plain < _PLAIN_MAX:
                return sign + _without_zeros(f"{plain:,f}")
        mantissa, exponent = f"{size:.{digits - 2}e}".split("e")
    return f"{sign}{_without_zeros(mantissa)}e{exponent.lstrip('+').replace('-', MINUS)}"


def in_full(value: float) -> str:
    """Write a setting with all its digits: `0.03`, `1234567`, `1e-15`."""
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):
        return str(int(value))
    return f"{value:.15g}"


def _without_zeros(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def duration(seconds: float) -> str:
    """Write a duration in one or two units: `20 ms`, `1.4 s`, `2 min 5 s`, `1 h 2 min`.

    Parameters
    ----------
    seconds : float
        Duration in seconds; not a number and infinities are written as `unknown`.

    Returns
    -------
    str
        The duration, rounded to the smaller of its units.
    """
    if not math.isfinite(seconds):
        return "unknown"
    if seconds < 0.001:
        return "under 1 ms"
    milliseconds = math.floor(seconds * 1000 + 0.5)
    if milliseconds < 1000:
        return f"{milliseconds} ms"
    tenths = math.floor(seconds * 10 + 0.5)
    if tenths < 600:
        return f"{tenths // 10}.{tenths % 10} s"
    whole = math.floor(seconds + 0.5)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    minutes = math.floor(seconds / 60 + 0.5)
    return f"{minutes // 60:,} h {minutes % 60} min"
