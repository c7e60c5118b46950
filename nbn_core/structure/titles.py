"""Titles of events: what was done to a network, in a few words."""

from __future__ import annotations

from typing import Final

from nbn_core.checks import plural
from nbn_core.structure.pruning import Prediction
from nbn_core.structure.wiring import Wired

BACK: Final = "Back to an earlier network"
_SHORT: Final = {"set": "SET", "rigl": "RigL", "cht": "CHT"}
_ADDED: Final = {"cascade": "trained on the remaining error", "plain": "with random weights"}


def of_pruning(found: Prediction) -> str:
    """Return the title of a removal."""
    first, count = found.names[0], len(found.names)
    if isinstance(first, str):
        return f"Removed neuron {first}" if count == 1 else f"Removed {count} neurons"
    if count == 1:
        return f"Removed {first[0]} → {first[1]}"
    return f"Removed {plural(count, 'connection')}"


def of_growth(kind: str, before: Wired, after: Wired) -> str:
    """Return the title of a growth."""
    new = [name for name in after.topology.neuron_names if name not in before.topology.names]
    if kind == "dendrites":
        return f"Added {plural(len(new), 'dendrite')}"
    if kind == "widen":
        now = after.named
        part = next(name for (name, end), w in before.named.items() if now[name, end] != w)
        return f"Divided {part} into {part} and {new[0]}"
    return f"Added {new[0]} {_ADDED[kind]}"


def of_rewiring(kind: str, before: Wired, after: Wired) -> str:
    """Return the title of a rewiring."""
    moved = len(set(after.links) - set(before.links))
    return f"Moved {plural(moved, 'connection')} ({_SHORT[kind]})"
