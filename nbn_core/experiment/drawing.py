"""The drawing that an experiment or a kept network carries: JSON of limited size and depth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbn_core.checks import shown
from nbn_core.errors import ExperimentError
from nbn_core.experiment.checks import FrozenDict
from nbn_core.experiment.jsontext import dumps, loads

MAX_DRAWING = 256 * 1024
MAX_DEPTH = 32


def checked_drawing(drawing: object) -> Any:
    """Return an immutable copy of the drawing, as it would be read back from JSON."""
    if drawing is None:
        return None
    if not isinstance(drawing, Mapping):
        raise ExperimentError(f"The drawing must be a JSON object, not {shown(drawing)}.")
    try:
        text = dumps(dict(drawing))
    except (TypeError, ValueError, RecursionError):
        raise ExperimentError("The drawing must hold nothing but JSON.") from None
    if len(text) > MAX_DRAWING:
        raise ExperimentError(
            f"The drawing takes {len(text)} characters, at most {MAX_DRAWING} can be kept: "
            "make it smaller."
        )
    return _frozen(loads(text), MAX_DEPTH)


def _frozen(value: Any, depth: int) -> Any:
    if not isinstance(value, (dict, list)):
        return value
    if not depth:
        raise ExperimentError(f"The drawing is nested more than {MAX_DEPTH} deep.")
    if isinstance(value, dict):
        return FrozenDict({key: _frozen(item, depth - 1) for key, item in value.items()})
    return tuple(_frozen(item, depth - 1) for item in value)
