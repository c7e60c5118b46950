"""Lanes of a race: which rule, with which settings; and how far all of them may go.

A lane keeps only the settings that differ from its rule's own, so that a setting that follows from
another one (the first damping of a step control, say) goes on following it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from nbn_core.errors import SettingError
from nbn_core.experiment import Experiment, ProblemData
from nbn_core.rules import RULES, LearningRule, Option

_ALWAYS: Final = ("rate", "batch_size", "control")
# What no longer suits when NBN's control or matrix is another one
_FOLLOWING: Final = {"control": ("matrix", "mu_start"), "matrix": ("mu_start",)}
MOST_LANES: Final = 8
MOST_SECONDS: Final = 60.0
MOST_WORK: Final = 1e8
OPENING: Final = ("nbn", "ebp", "adam", "forward_forward")
SHORT: Final = {
    "nbn": "NBN",
    "lm": "LM, Jacobian stored",
    "block_lm": "Block LM",
    "ebp": "EBP",
    "dfa": "Direct feedback",
}

# Settings found to suit a problem better than the rule's own: EBP has TensorFlow Playground's own
# training on its problems; the others are the best of a few on seeds that no test uses.
_PLAYGROUND: Final[dict[str, dict[str, Any]]] = {
    "ebp": {"rate": 0.03, "batch_size": 10},
    "adam": {"rate": 0.01, "batch_size": 10},
}
TUNED: Final[dict[str, dict[str, dict[str, Any]]]] = {
    "playground_spiral": _PLAYGROUND,
    "playground_circle": _PLAYGROUND,
    "playground_xor": _PLAYGROUND,
    "playground_gauss": _PLAYGROUND,
    "parity": {"adam": {"rate": 0.05}, "gd": {"rate": 2.0}, "dfa": {"rate": 0.05}},
    "xor": {"adam": {"rate": 0.05}, "gd": {"rate": 2.0}},
    "two_spirals": {"adam": {"rate": 0.01}},
    "digits": {"forward_gradient": {"rate": 0.003}},
}


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
        return short_title(self.name)

    @property
    def key(self) -> str:
        """The same for lanes that train alike."""
        checked = dict(self.rule.settings(self.settings))
        return f"{self.name} {json.dumps(checked, sort_keys=True)}"

    def value(self, option: Option) -> Any:
        """What an option is set to."""
        return self.rule.settings(self.settings).get(option.name, option.default)

    def changed(self, name: str, value: Any) -> Lane:
        """Set an option; SettingError, with a sentence, if it may not be that."""
        option = next(one for one in self.rule.options if one.name == name)
        checked = option.checked(value)
        dropped = (name, *(_FOLLOWING.get(name, ()) if self.name == "nbn" else ()))
        others = {key: kept for key, kept in self.settings.items() if key not in dropped}
        usual = self.rule.settings(others).get(name, option.default)
        settings = others if checked == usual else {**others, name: checked}
        self.rule.settings(settings)
        return Lane(self.number, self.name, settings)

    def note(self) -> str:
        """The settings that matter, in a few words."""
        words = []
        for option in self.rule.options:
            shown = option.name in self.settings or option.name in _ALWAYS
            if shown and option.name != "noise_seed":
                words.append(_worded(option, self.value(option)))
        return ", ".join(words) or "its own settings"


def short_title(name: str) -> str:
    """Return a rule's name as it stands over a lane."""
    return SHORT.get(name, RULES[name].title)


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
        return f"{option.label.lower()}: {str(value).replace('_', ' ')}"
    return f"{option.label.lower()} {value:g}"


def tuned(experiment: Experiment, name: str) -> dict[str, Any]:
    """Return the settings with which a rule starts on this problem."""
    data = experiment.data
    problem = data.name if isinstance(data, ProblemData) else ""
    given = TUNED.get(problem, {}).get(name, {})
    own = {option.name: option.default for option in RULES[name].options}
    return {key: value for key, value in given.items() if own.get(key) != value}


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
