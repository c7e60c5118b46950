"""What the browser may say, checked before anything acts on it.

The component keeps its messages in one state value, {"client", "messages", "have"}: numbered, and
repeated until acknowledged. Anything else in it is ignored or answered with one sentence.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from nbn_core.errors import NBNError, SettingError

MAX_MESSAGES = 200


@dataclass(frozen=True, slots=True)
class Message:
    """One request: its number, its kind, and its fields as they came."""

    seq: int
    kind: str
    fields: Mapping[str, Any]

    def text(self, name: str, limit: int = 200) -> str:
        """Return a field that must be text."""
        value = self.fields.get(name)
        if not isinstance(value, str) or len(value) > limit:
            raise NBNError("That request could not be understood; nothing was changed.")
        return value

    def whole(self, name: str, low: int, high: int) -> int:
        """Return a field that must be a whole number within bounds."""
        value = self.fields.get(name)
        if isinstance(value, float) and math.isfinite(value) and value == int(value):
            value = int(value)
        if not _is_whole(value) or not low <= value <= high:
            raise SettingError(f"This must be a whole number from {low:,} to {high:,}.")
        return value

    def number(self, name: str, low: float, high: float) -> float:
        """Return a field that must be a number within bounds."""
        value = self.fields.get(name)
        if not _is_number(value) or not low <= value <= high:
            raise SettingError(f"This must be a number from {low:g} to {high:g}.")
        return float(value)

    def finite(self, name: str) -> float:
        """Return a field that must be a number, whatever its size."""
        value = self.fields.get(name)
        if not _is_number(value) or not abs(value) <= sys.float_info.max:
            raise SettingError("This must be a number.")
        return float(value)


def _is_number(value: object) -> TypeGuard[float]:
    """Whether a JSON value is a number; true and false are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


@dataclass(frozen=True, slots=True)
class Have:
    """What the browser says it has already, so that it is not sent again."""

    catalogue: bool = False
    data: str | None = None
    rev: int | None = None
    run: str | None = None
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Outbox:
    """The messages of one mounted component."""

    client: str
    messages: tuple[Message, ...] = ()
    have: Have = field(default_factory=Have)


def read_outbox(value: object) -> Outbox | None:
    """Read the component's state; None when it is not one of ours."""
    if not isinstance(value, Mapping):
        return None
    client, messages = value.get("client"), value.get("messages")
    if not isinstance(client, str) or not 1 <= len(client) <= 32 or not isinstance(messages, list):
        return None
    read = [m for m in map(_read_message, messages[:MAX_MESSAGES]) if m is not None]
    read.sort(key=lambda message: message.seq)
    return Outbox(client, tuple(read), _read_have(value.get("have")))


def _read_message(value: object) -> Message | None:
    if not isinstance(value, Mapping):
        return None
    seq, kind = value.get("seq"), value.get("kind")
    if not _is_whole(seq) or not 0 < seq < 2**53:
        return None
    if not isinstance(kind, str) or len(kind) > 40:
        return None
    return Message(seq, kind, value)


def _read_have(value: object) -> Have:
    if not isinstance(value, Mapping):
        return Have()
    data, rev, run, rows = (value.get(name) for name in ("data", "rev", "run", "rows"))
    return Have(
        catalogue=value.get("catalogue") is True,
        data=data if isinstance(data, str) else None,
        rev=rev if _is_whole(rev) else None,
        run=run if isinstance(run, str) else None,
        rows=rows if _is_whole(rows) and rows >= 0 else 0,
    )
