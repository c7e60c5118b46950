"""Messages of a browser, validated before anything acts on them.

A component keeps its messages in one state value, {"client", "messages", "have"}. They are numbered
and sent again until acknowledged. Invalid values are ignored or refused with one sentence.
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
    """One request of the browser.

    Parameters
    ----------
    seq : int
        Number of the request; later requests have larger ones.
    kind : str
        Name of the action that is asked for.
    fields : mapping
        Values of the request by name, not yet validated.
    """

    seq: int
    kind: str
    fields: Mapping[str, Any]

    def text(self, name: str, limit: int = 200) -> str:
        """Return a text field of at most `limit` characters."""
        value = self.fields.get(name)
        if not isinstance(value, str) or len(value) > limit:
            raise NBNError(
                "This request could not be read, so nothing was changed: reload the page and try "
                "again."
            )
        return value

    def whole(self, name: str, low: int, high: int) -> int:
        """Return an integer field between `low` and `high`."""
        value = self.fields.get(name)
        if isinstance(value, float) and math.isfinite(value) and value == int(value):
            value = int(value)
        if not _is_whole(value) or not low <= value <= high:
            raise SettingError(
                f"The value must be a whole number from {low:,} to {high:,}: change it."
            )
        return value

    def number(self, name: str, low: float, high: float) -> float:
        """Return a number field between `low` and `high`."""
        value = self.fields.get(name)
        if not _is_number(value) or not low <= value <= high:
            raise SettingError(f"The value must be a number from {low:g} to {high:g}: change it.")
        return float(value)

    def finite(self, name: str) -> float:
        """Return a number field of any finite size."""
        value = self.fields.get(name)
        if not _is_number(value) or not abs(value) <= sys.float_info.max:
            raise SettingError("The value must be a number: change it.")
        return float(value)


def _is_number(value: object) -> TypeGuard[float]:
    """Whether a JSON value is a number; true and false are not."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


@dataclass(frozen=True, slots=True)
class Have:
    """What the browser already has, so that it is not sent again."""

    catalogue: bool = False
    data: str | None = None
    rev: int | None = None
    run: str | None = None
    rows: int = 0
    predictions: int = 0


@dataclass(frozen=True, slots=True)
class Outbox:
    """The messages of one mounted component."""

    client: str
    messages: tuple[Message, ...] = ()
    have: Have = field(default_factory=Have)


def read_outbox(value: object) -> Outbox | None:
    """Validate the state of a component; return None if it is not an outbox."""
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
    data, rev, run = (value.get(name) for name in ("data", "rev", "run"))
    return Have(
        catalogue=value.get("catalogue") is True,
        data=data if isinstance(data, str) else None,
        rev=rev if _is_whole(rev) else None,
        run=run if isinstance(run, str) else None,
        rows=_count(value.get("rows")),
        predictions=_count(value.get("predictions")),
    )


def _count(value: object) -> int:
    return value if _is_whole(value) and value >= 0 else 0
