"""Lanes of a race: which rule runs with which settings, and the budget of all of them.

A lane keeps only the settings that differ from its rule's own, so that a setting that depends on
another one, such as the initial damping on the step control, continues to follow it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from app.session.tuned_settings import tuned
from nbn_core.errors import SettingError
from nbn_core.experiment import Experiment
from nbn_core.rules import RULES, LearningRule, Option

MOST_LANES: Final = 8
MOST_SECONDS: Final = 60.0
MOST_WORK: Final = 1e8
OPENING: Final = ("nbn", "ebp", "adam", "forward_forward")


@dataclass(frozen=True, slots=True)
class Lane:
    """One runner.

    Parameters
    ----------
    number : int
        Of the lane on its page, from 0: it decides the colour and never changes.
    name : str
        In `RULES`.
    settings : mapping
        Those that differ from the rule's own.
    """

    number: int
    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def rule(self) -> LearningRule:
        """The rule."""
        return RULES[self.name]

    @property
    def title(self) -> str:
        """Short, for people."""
        return self.rule.short_title

    @property
    def key(self) -> str:
        """The same for lanes that train alike."""
        checked = dict(self.rule.settings(self.settings))
        return f"{self.name} {json.dumps(checked, sort_keys=True)}"

    def value(self, option: Option) -> Any:
        """What an option is set to."""
        return self.rule.settings(self.settings).get(option.name, option.default)

    def changed(self, name: str, value: Any) -> Lane:
        """Change a setting; SettingError if the value is not allowed."""
        changed = self.rule.with_setting(self.settings, name, value)
        others = {key: kept for key, kept in changed.items() if key != name}
        settings = others if self._own(name, others) == changed[name] else changed
        return Lane(self.number, self.name, settings)

    def _own(self, name: str, others: Mapping[str, Any]) -> Any:
        """Return the rule's own value of a setting beside others."""
        option = next(option for option in self.rule.options if option.name == name)
        return self.rule.settings(others).get(name, option.default)

    def note(self) -> str:
        """The settings that matter, in a few words."""
        words = []
        for option in self.rule.options:
            if option.main or option.name in self.settings:
                words.append(_worded(option, self.value(option)))
        return ", ".join(words) or "default settings"


def titles(lanes: tuple[Lane, ...]) -> list[str]:
    """Name every lane so that no two are called the same."""
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
    return f"{option.label.lower()} {value:g}"


def opening(experiment: Experiment) -> tuple[Lane, ...]:
    """Return the lanes that a page begins with."""
    return tuple(Lane(number, name, tuned(experiment, name)) for number, name in enumerate(OPENING))


@dataclass(frozen=True, slots=True)
class Budget:
    """How far each lane may go.

    Parameters
    ----------
    kind : str
        "target": until the target is reached, within `seconds`. "seconds" and "work": so much, on
        past the target, the same for all.
    seconds : float
        Of computing time.
    work : float
        In forward-equivalent units.
    """

    kind: str = "target"
    seconds: float = 5.0
    work: float = 100_000.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise SettingError(f"A race ends by {', '.join(KINDS)}: choose one of them.")
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
        """Computing time after which a lane ends, whatever else."""
        return MOST_SECONDS if self.kind == "work" else self.seconds

    @property
    def work_most(self) -> float:
        """Work after which a lane ends."""
        return self.work if self.kind == "work" else math.inf

    def sentence(self) -> str:
        """Say it in words."""
        if self.kind == "target":
            return f"until the target is reached, at most {self.seconds:g} s of computing each"
        if self.kind == "seconds":
            return f"{self.seconds:g} s of computing each, on past the target"
        return f"{self.work:,.0f} forward passes of work each, on past the target"


KINDS: Final = {
    "target": "Until the target",
    "seconds": "Equal computing time",
    "work": "Equal work",
}
