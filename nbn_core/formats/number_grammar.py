"""The grammar of numbers in files: what people and programs write for a number.

    1234.5   1,234.5   1 234,5   1'234.5   1.234,5        groups of three digits, either decimal
    12,34,567.8                                            Indian groups
    1.5e3   1,5E+03   1.5D+03   0.15-100   1.5×10^3        exponents, of Fortran too
    −3   (1,234)   1,5-                                    signs, of accountants too
    12 %   $1,050   3,50 €   CHF 5.–   7 kg                one unit for the whole column
    ="12"   '12                                            text marks of spreadsheets

A point or a comma may be the decimal separator or a group separator, and “1,234” alone does not
tell. `Decimals` collects evidence over all cells of a column, and `read` converts a column with one
decimal separator. Everything is linear in the length of the text: cells longer than `LONGEST` are
no numbers, and each expression has one way to match.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from nbn_core.types import FloatArray

LONGEST = 400  # characters of a number
_UNIT_LENGTH = 12

_SPACES = "\u00a0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_PLAIN = str.maketrans({
    **dict.fromkeys(_SPACES, " "),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d", "-"),
    **dict.fromkeys("\u2018\u2019\u02bc\u00b4`\u2032\uff07", "'"),
    **{chr(0xFF01 + i): chr(0x21 + i) for i in range(0x5E)},
    **{chr(first + i): str(i) for first in (0x660, 0x6F0, 0x966) for i in range(10)},
    "\ufe62": "+", "\u066b": ".", "\u066c": "'", "\u00d7": "x", "\u00b7": "*", "\u22c5": "*",
})  # fmt: skip
_CLEAN = frozenset("0123456789.+-eE")
_MONEY = (
    "$ € £ ¥ ₹ ₽ ₩ ₺ ₪ ฿ ₫ ₴ ₦ ₱ ¢ R$ US$ A$ C$ HK$ NZ$ S$ NT$ kr kr. zł Kč Ft lei Fr Fr. Rs "
    "Rs. \u0440\u0443\u0431 \u0440\u0443\u0431. USD EUR GBP CHF JPY CNY RMB INR RUB BRL CAD AUD "
    "NZD SEK NOK DKK PLN CZK HUF RON BGN TRY ZAR MXN KRW SGD HKD TWD THB ILS AED SAR IDR MYR PHP "
    "VND UAH"
)
# Units that may follow a number without a blank; others need one.
_UNITS = (
    "% ‰ ° °C °F °K ' \" ″ \u00b5m μm nm mm cm dm km kg mg \u00b5g μg g s ms \u00b5s min V mV "
    "kV mA kW MW Hz kHz MHz GHz Pa kPa MPa bar mbar kN kJ Nm ml mL m m² m³ cm² cm³ km² rpm dB ppm"
)
_CURRENCY = frozenset(_MONEY.split())
_CLOSE = frozenset(_UNITS.split())

# The mantissa of a number by its decimal separator: groups of digits, or digits alone.
_GROUPED = {
    ".": (re.compile(r"\d{1,3}(?:([,' ])\d{3})(?:\1\d{3})*(?:\.\d*)?", re.ASCII),
          re.compile(r"\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d*)?", re.ASCII)),
    ",": (re.compile(r"\d{1,3}(?:([.' ])\d{3})(?:\1\d{3})*(?:,\d*)?", re.ASCII),),
}  # fmt: skip
_DIGITS = {
    ".": re.compile(r"\d+(?:\.\d*)?|\.\d+", re.ASCII),
    ",": re.compile(r"\d+(?:,\d*)?|,\d+", re.ASCII),
}
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})*(?:\.\d*)?|[+-]?\d+(?:\.\d*)?", re.ASCII)
_SURE = {  # both separators in one number: the last one is the decimal separator
    ".": re.compile(r"\d,\d{3}\.\d", re.ASCII),
    ",": re.compile(r"\d\.\d{3},\d", re.ASCII),
}
_EXPONENT = re.compile(
    r"(?: ?[eEdDqQ] ?([+-]?\d{1,5})"
    r"| ?[x*] ?10 ?(?:\^|\*\*) ?\(?([+-]?\d{1,5})\)?"
    r"|([+-]\d{3}))$",
    re.ASCII,
)
_LAST_EXPONENT = 24  # characters of the longest exponent


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it was written.

    Parameters
    ----------
    value : float
        Value; infinite if it is too large.
    unit : str
        Currency, percent sign or unit beside the digits; empty if there is none.
    """

    value: float
    unit: str = ""


def parse(text: str, decimal: str = ".") -> Number | None:
    """Parse one cell.

    Parameters
    ----------
    text : str
        Text of the cell.
    decimal : str
        Decimal separator, "." or ",".

    Returns
    -------
    Number or None
        The number; None if the text is not one.
    """
    if not 0 < len(text) <= LONGEST:
        return None
    plain = text.translate(_PLAIN).strip()
    if plain.startswith('="') and plain.endswith('"'):
        plain = plain[2:-1]
    plain = plain.removeprefix("'")
    negative = plain[:1] == "(" and plain[-1:] == ")"
    if negative:
        plain = plain[1:-1].strip()
    if not plain:
        return None
    core, unit = _without_units(plain, decimal)
    if not core:
        return None
    if core[-1] == "-":  # accountants' minus, or a price without cents: 5.-
        core = core[:-1].rstrip()
        if core[-1:] not in (".", ","):
            if core[:1] in ("-", "+", "") or negative:
                return None
            negative = True
    if core[:1] in ("-", "+"):
        if negative:
            return None
        negative = core[0] == "-"
        core = core[1:].lstrip()
    value = _unsigned(core, decimal)
    if value is None:
        return None
    return Number(-value if negative else value, unit)


def _without_units(plain: str, decimal: str) -> tuple[str, str]:
    """Return the digits with their sign and separators, and the unit before or after them."""
    first = last = -1
    for at, character in enumerate(plain):
        if "0" <= character <= "9":
            if first < 0:
                first = at
            last = at
    if first < 0:
        return "", ""
    before, after = plain[:first], plain[last + 1 :]
    core = plain[first : last + 1]
    if after[:1] in (".", ",", ")"):  # the brackets of an exponent: 10^(-3)
        core += after[0]
        after = after[1:]
    if after.strip() == "-":
        core += "-"
        after = ""
    if before[-1:] == decimal:
        core = decimal + core
        before = before[:-1]
    before, sign = _without_sign(before.strip())
    gap = after[:1] == " "
    after = after.strip()
    unit = before or after
    if before and (after or before not in _CURRENCY):
        return "", ""
    known = not after or after in _CURRENCY or after in _CLOSE
    if not known and not (gap and len(after) <= _UNIT_LENGTH and _is_unit(after)):
        return "", ""
    return sign + core, unit


def _without_sign(before: str) -> tuple[str, str]:
    """Return what stands before the digits without a sign at either end, and the sign."""
    for sign in ("-", "+"):
        if before[:1] == sign:
            return before[1:].lstrip(), sign
        if before[-1:] == sign:
            return before[:-1].rstrip(), sign
    return before, ""


def _is_unit(text: str) -> bool:
    """Return whether text may be a unit such as kWh, m/s or °C: no words, no punctuation."""
    return text[0] not in "/*^" and all(c.isalpha() or c in "/°*^²³%" for c in text)


def _unsigned(core: str, decimal: str) -> float | None:
    """Return the value of digits with group separators and an exponent."""
    if _DIGITS[decimal].fullmatch(core):
        return float(core.replace(",", "."))
    exponent = ""
    # An exponent has few characters: only the end of the text is searched for one.
    if found := _EXPONENT.search(core, max(0, len(core) - _LAST_EXPONENT)):
        exponent = "e" + next(part for part in found.groups() if part is not None)
        core = core[: found.start()]
        if found[3] is not None and decimal not in core:  # 555-123 is no number, 0.55-123 is one
            return None
    if _DIGITS[decimal].fullmatch(core):
        return float(core.replace(",", ".") + exponent)
    if not any(pattern.fullmatch(core) for pattern in _GROUPED[decimal]):
        return None
    kept = "".join(c for c in core if c.isdigit() or c == decimal)
    return float(kept.replace(",", ".") + exponent)


def is_number(text: str) -> bool:
    """Return whether a cell is a number with either decimal separator."""
    return parse(text, ".") is not None or parse(text, ",") is not None


def read(texts: Sequence[str], decimal: str) -> tuple[FloatArray, str]:
    """Convert the cells of a column.

    Parameters
    ----------
    texts : (P,) sequence of str
        Cells without surrounding blanks; "" for missing values.
    decimal : str
        Decimal separator, "." or ",".

    Returns
    -------
    numbers : (P,) float64
        Values, read-only; NaN for missing values and for text that is not a number. Cells with
        different units are not numbers, nor are cells in percent beside others without.
    unit : str
        Unit of the numbers; empty if they have none.
    """
    quick = _quick(texts, decimal)
    if quick is not None:
        return quick, ""
    known: dict[str, Number | None] = {text: parse(text, decimal) for text in set(texts)}
    numbers = [number for number in known.values() if number is not None]
    units = {number.unit for number in numbers if number.unit}
    bare = any(not number.unit and number.value for number in numbers)
    unit = next(iter(units)) if len(units) == 1 else ""
    if len(units) > 1 or (bare and unit and unit not in _CURRENCY):
        unit = ""
        known = {
            text: None if number is not None and number.unit else number
            for text, number in known.items()
        }
    values = {text: np.nan if n is None else n.value for text, n in known.items()}
    found = np.array([values[text] for text in texts], dtype=np.float64)
    found.setflags(write=False)
    return found, unit


def _quick(texts: Sequence[str], decimal: str) -> FloatArray | None:
    """Convert a column of plain numbers; None if a cell may be anything else."""
    # Only digits, point, signs and e may occur, so that `float` accepts nothing that is not a
    # number here, such as 1_000 or infinity.
    joined = "\n".join(texts)
    if joined.count("\n") >= max(len(texts), 1):
        return None  # a cell of several lines
    letters = set(joined)
    if decimal == ",":
        if "." in letters:
            return None
        joined = joined.replace(",", ".")
        letters = set(joined)
    if not texts or not letters <= _CLEAN | {"\n", ","}:
        return None
    if "," in letters:
        if not all(_THOUSANDS.fullmatch(text) for text in texts if text):
            return None
        joined = joined.replace(",", "")
    try:
        found = np.array([float(text) if text else np.nan for text in joined.split("\n")])
    except ValueError:
        return None
    found.setflags(write=False)
    return found


@dataclass(slots=True)
class Decimals:
    """Evidence for a decimal separator in a column.

    Parameters
    ----------
    point, comma : bool
        Whether a cell can only be read with this decimal separator.
    doubtful : str
        First cell that can be read with both, to different values; empty if there is none.
    grouped : bool
        Whether the doubtful cells look like thousands: all numbers without a separator are below
        1000, and there are some.
    """

    point: bool = False
    comma: bool = False
    doubtful: str = ""
    grouped: bool = False

    @classmethod
    def of(cls, texts: Iterable[str]) -> Decimals:
        """Collect the evidence of all cells of a column."""
        found = cls()
        column = set(texts)
        joined = "\n".join(column)
        letters = set(joined.translate(_PLAIN)) & {",", "."}
        if not letters:
            return found
        if len(letters) == 2:
            point, comma = (bool(_SURE[mark].search(joined)) for mark in ".,")
            if point != comma:
                return cls(point, comma)
        # In a column with one separator, once in each cell, the first sure cell decides.
        once = len(letters) == 1 and all(text.count(next(iter(letters))) < 2 for text in column)
        without: list[float] = []
        for text in column:
            if not letters & set(text.translate(_PLAIN)):
                number = parse(text)
                if number is not None:
                    without.append(abs(number.value))
                continue
            found._add(text)
            if once and (found.point or found.comma):
                return found
        found.grouped = bool(without) and max(without) < 1000
        return found

    def _add(self, text: str) -> None:
        point, comma = parse(text, "."), parse(text, ",")
        if point is None and comma is None:
            return
        if comma is None:
            self.point = True
        elif point is None:
            self.comma = True
        elif point.value == comma.value:
            return
        elif _zero_first(text):  # 0,123 and 0.123: no group begins with 0
            self.comma = self.comma or "," in text
            self.point = self.point or "." in text
        else:
            # The smallest in the order of text: the order of a set differs between runs.
            self.doubtful = min(self.doubtful or text, text)


def _zero_first(text: str) -> bool:
    """Return whether the first digit is a zero."""
    return next((c == "0" for c in text if c.isdigit()), False)
