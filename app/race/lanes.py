"""Lanes of a race: which rule runs with which settings, and the budget of all of them.

A lane keeps only the settings that differ from its rule's own, so that a setting that depends on
another one, such as the initial damping on the step control, continues to follow it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from app.figures.number_format import in_full
from app.race.networks import AS_DRAWN, short_title
from app.session.tuned_settings import tuned
from nbn_core.errors import SettingError
from nbn_core.experiment import Experiment, NetworkChoice, RaceLane
from nbn_core.rules import RULES, LearningRule, Option

MOST_LANES: Final = 8
MOST_SECONDS: Final = 60.0
MOST_WORK: Final = 1e8
OPENING: Final = ("nbn", "ebp", "adam", "forward_forward")


@dataclass(frozen=True, slots=True)
class Lane:
    """A learning rule in a race, with its settings and its network.

    Parameters
    ----------
    number : int
        Number of the lane on its page, from 0; it decides the colour and never changes.
    name : str
        Name of the rule, a key of `RULES`.
    settings : mapping
        Settings that differ from the rule's own.
    network : NetworkChoice
        Network of the lane.
    """

    number: int
    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    network: NetworkChoice = AS_DRAWN

    @property
    def rule(self) -> LearningRule:
        """The learning rule of the lane."""
        return RULES[self.name]

    @property
    def title(self) -> str:
        """Short title of the rule, with the network unless it is the drawn one."""
        network = short_title(self.network)
        return f"{self.rule.short_title} ({network})" if network else self.rule.short_title

    @property
    def key(self) -> str:
        """A text that is equal for lanes with the same rule and settings, whatever the network."""
        checked = dict(self.rule.settings(self.settings))
        return f"{self.name} {json.dumps(checked, sort_keys=True)}"

    def value(self, option: Option) -> Any:
        """Return the value of an option in this lane."""
        return self.rule.settings(self.settings).get(option.name, option.default)

    def changed(self, name: str, value: Any) -> Lane:
        """Return a lane with another setting; SettingError if the value is not allowed."""
        changed = self.rule.with_setting(self.settings, name, value)
        others = {key: kept for key, kept in changed.items() if key != name}
        settings = others if self._own(name, others) == changed[name] else changed
        return replace(self, settings=settings)

    def _own(self, name: str, others: Mapping[str, Any]) -> Any:
        """Return the rule's own value of a setting, which may depend on the others."""
        option = next(option for option in self.rule.options if option.name == name)
        return self.rule.settings(others).get(name, option.default)

    def note(self) -> str:
        """Return the main settings and those that differ from the rule's own, in a few words."""
        words = []
        for option in self.rule.options:
            if option.main or option.name in self.settings:
                words.append(_worded(option, self.value(option)))
        return ", ".join(words) or "default settings"

    @classmethod
    def of(cls, saved: RaceLane) -> Lane:
        """Return the lane that a file or link describes."""
        return cls(saved.number, saved.rule, dict(saved.settings), saved.network)

    def saved(self) -> RaceLane:
        """Return the lane for a file or link."""
        return RaceLane(self.number, self.name, self.settings, self.network)


def titles(lanes: tuple[Lane, ...]) -> list[str]:
    """Return a different title for each lane."""
    plain = [lane.title for lane in lanes]
    return [
        f"{title} ({plain[: i + 1].count(title)})" if plain.count(title) > 1 else title
        for i, title in enumerate(plain)
    ]


def _worded(option: Option, value: Any) -> str:
    if option.name == "batch_size":
        return {0: "all patterns at once", 1: "pattern by pattern"}.get(
            value, f"batches of {value}"
        )
    if isinstance(option.default, bool):
        return f"{option.label.lower()}: {'yes' if value else 'no'}"
    if isinstance(option.default, str):
        return f"{option.label.lower()}: {option.choice_title(value).lower()}"
    return f"{option.label.lower()} {in_full(value)}"


def opening(experiment: Experiment) -> tuple[Lane, ...]:
    """Return the lanes with which a page starts, with the settings tuned for the experiment."""
    return tuple(Lane(number, name, tuned(experiment, name)) for number, name in enumerate(OPENING))


@dataclass(frozen=True, slots=True)
class Budget:
    """The limit up to which each lane trains.

    Parameters
    ----------
    kind : str
        "target": until the target is reached, within `seconds`. "seconds" and "work": the same
        amount for all lanes, also beyond the target.
    seconds : float
        Computing time of a lane, in seconds.
    work : float
        Work of a lane, in forward-equivalent units.
    """

    kind: str = "target"
    seconds: float = 5.0
    work: float = 100_000.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise SettingError(f"Unknown kind of budget: choose one of {', '.join(KINDS)}.")
        if not 0.05 <= self.seconds <= MOST_SECONDS:
            raise SettingError(f"Give each lane from 0.05 to {MOST_SECONDS:g} seconds.")
        if not 10 <= self.work <= MOST_WORK:
            raise SettingError(f"Give each lane from 10 to {MOST_WORK:,.0f} units of work.")

    @property
    def by_target(self) -> bool:
        """Whether the target ends a lane."""
        return self.kind == "target"

    @property
    def seconds_most(self) -> float:
        """Computing time after which a lane ends in any case, in seconds."""
        return MOST_SECONDS if self.kind == "work" else self.seconds

    @property
    def work_most(self) -> float:
        """Work after which a lane ends, in forward-equivalent units; infinite without a limit."""
        return self.work if self.kind == "work" else math.inf

    def sentence(self) -> str:
        """Return the budget in words."""
        if self.kind == "target":
            return f"until the target is reached, at most {self.seconds:g} s of computing each"
        if self.kind == "seconds":
            return f"{self.seconds:g} s of computing each, also beyond the target"
        return f"{self.work:,.0f} forward passes of work each, also beyond the target"


KINDS: Final = {
    "target": "Until the target",
    "seconds": "Equal computing time",
    "work": "Equal work",
}
