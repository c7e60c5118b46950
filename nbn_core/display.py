"""Display of values: a repr of one line, and a picture where a notebook can show one.

`one_line` writes the repr of a class that chooses its own words; `OneLine` derives a repr from the
fields of a dataclass, with the shape of an array instead of its numbers.

`Pictured` adds the method by which IPython asks for richer forms of a value. The pictures are drawn
by `app.figures.notebook`, which comes with the app; this package does not depend on it. It is
looked up by name when the first picture is asked for, and only beside this package, so that a
user's own module called `app` is never executed. Without the app, or without Plotly, the value is
displayed as its repr.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

LINE_LENGTH = 100
ITEM_LENGTH = 40
PICTURES = "app.figures.notebook"

_PLAIN = (str, int, float, tuple, Mapping, type(None))


def one_line(name: str, *parts: str) -> str:
    """Return `name(part, part, ...)`, cut to `LINE_LENGTH` characters.

    Parameters
    ----------
    name : str
        Name of the class.
    *parts : str
        Short descriptions; empty ones are left out.

    Returns
    -------
    str
        One line of printable characters.
    """
    text = ", ".join(part for part in parts if part)
    text = "".join(c if c.isprintable() else "�" for c in text)
    room = LINE_LENGTH - len(name) - 2
    return f"{name}({text if len(text) <= room else text[: room - 1] + '…'})"


def shortened(text: str, length: int = ITEM_LENGTH) -> str:
    """Return `text`, cut with an ellipsis if it has more than `length` characters."""
    return text if len(text) <= length else text[: length - 1] + "…"


def duration(seconds: float) -> str:
    """Return a computing time with its unit, such as "20 ms" or "1.3 s"."""
    return f"{1000 * seconds:.3g} ms" if seconds < 0.9995 else f"{seconds:.3g} s"


class OneLine:
    """Mixin for dataclasses declared with `repr=False`: name and fields on one line.

    Arrays are given by data type and shape, long collections by their length. Fields that have
    their default value are left out.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        pairs = [(field, getattr(self, field.name)) for field in fields(self)]  # type: ignore[arg-type]
        parts = [f"{field.name}={brief(v)}" for field, v in pairs if not _default(field, v)]
        return one_line(type(self).__name__, *parts)


class Pictured:
    """Mixin for values that a notebook shows as a picture, with the repr as its text form."""

    __slots__ = ()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        bundle = {"text/plain": repr(self)}
        module = _pictures()
        svg = None if module is None else module.picture(self)
        return bundle if svg is None else {**bundle, "image/svg+xml": svg}


def _pictures() -> ModuleType | None:
    """Return the module that draws pictures; None if the app is not installed."""
    package = PICTURES.partition(".")[0]
    try:
        spec = importlib.util.find_spec(package)
        if spec is None or spec.origin is None:
            return None
        if Path(spec.origin).resolve().parents[1] != Path(__file__).resolve().parents[1]:
            return None
        return importlib.import_module(PICTURES)
    except (ImportError, ValueError):
        return None


def _default(field: Field[Any], value: object) -> bool:
    """Return whether a field has its default value; arrays are never compared."""
    default = field.default_factory() if field.default_factory is not MISSING else field.default
    return isinstance(value, _PLAIN) and type(value) is type(default) and bool(value == default)


def brief(value: object) -> str:
    """Return a value in about `ITEM_LENGTH` characters: long collections by their length."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {value.shape}"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    if hasattr(value, "_fields"):
        return type(value).__name__
    if isinstance(value, (list, tuple, Mapping)):
        flat = all(isinstance(item, (str, int, float)) for item in value)
        text = repr(value) if flat and len(value) <= ITEM_LENGTH // 3 else ""
        return text if 0 < len(text) <= ITEM_LENGTH else f"{len(value)} items"
    if callable(value):
        return shortened(str(getattr(value, "__name__", type(value).__name__)))
    return shortened(repr(value))
