"""The form of the learning rule: its menu and fields as JSON values, and what a change means."""

from __future__ import annotations

from typing import Any, Final
from weakref import WeakKeyDictionary

from app.session.limits import most_iterations
from app.session.messages import Message
from app.session.training import refusal
from nbn_core.experiment import MAX_ITERATIONS, Experiment, SeededStart
from nbn_core.generators import MAX_SEED
from nbn_core.rules import RULES, Option
from nbn_core.rules.base import FAMILIES
from nbn_core.rules.option import find
from nbn_core.types import Json

# Words of the glossary that explain fields, by the name of the setting
_TERMS: Final = {
    "seed": "Random seed", "target_sse": "Target SSE", "max_iterations": "Iteration",
    "patience": "Patience", "control": "Step control", "matrix": "Damping matrix",
    "mu_start": "Damping \u03bc", "max_attempts": "Attempt", "method": "Quasi-Hessian",
    "shuffled": "Epoch", "batch_size": "Epoch", "noise_seed": "Random seed", "loss": "Goodness",
}  # fmt: skip
OWN_WAY: Final = "predicts in its own way, not with the drawn weights alone"
_SEED: Final = (
    "Seed of the random starting weights. It is empty while single weights are set by hand: a seed "
    "entered here replaces them."
)
_PATIENCE: Final = (
    "Iterations without a better SSE of the validation patterns after which training stops early "
    "and shows the best iteration. 0: it never stops early."
)


def rule_menu() -> list[Json]:
    """Return every learning rule, grouped by family."""
    return [
        {
            "title": family,
            "rules": [
                {"name": rule.name, "title": rule.title}
                for rule in RULES.values()
                if rule.family == family
            ],
        }
        for family in FAMILIES
        if any(rule.family == family for rule in RULES.values())
    ]


def rule_block(experiment: Experiment) -> Json:
    """Return the chosen rule, what it is meant for, and the fields of the form."""
    rule = RULES[experiment.rule]
    about, outputs = rule.meant_for, ""
    if rule.own_prediction:
        about += f" It {OWN_WAY}, so that hidden neurons have no heat map."
        outputs = f"{rule.title} {OWN_WAY}: its outputs appear here when it trains."
    return {
        "rule_name": rule.name,
        "rule_about": about,
        "own_outputs": outputs,
        "damped": any(option.name == "mu_start" for option in rule.options),
        "rule": _stopping_fields(experiment),
        "options": [_field(experiment, option) for option in rule.options if option.main],
        "more_options": [_field(experiment, option) for option in rule.options if not option.main],
    }


def with_option(experiment: Experiment, message: Message) -> dict[str, Any]:
    """Return the settings after a change of one field; those that depend on it are reset."""
    rule = RULES[experiment.rule]
    name = message.text("name")
    option = find(rule.options, rule.title, name)
    return rule.with_setting(experiment.settings, name, _value(option, message))


def tidy(value: float) -> float | int:
    """Return a whole number as an int, as far as every float up to it is exact."""
    return int(value) if value.is_integer() and abs(value) <= MAX_SEED else value


def _value(option: Option, message: Message) -> object:
    if isinstance(option.default, str):
        return message.text("value")
    if isinstance(option.default, bool):
        return message.fields.get("value")
    return tidy(message.finite("value"))


def refusal_of(experiment: Experiment) -> str:
    """Return why the rule cannot train this experiment here; empty if it can."""
    if experiment not in _REFUSALS:
        _REFUSALS[experiment] = refusal(experiment) or ""
    return _REFUSALS[experiment]


_REFUSALS: Final[WeakKeyDictionary[Experiment, str]] = WeakKeyDictionary()


def _stopping_fields(experiment: Experiment) -> list[Json]:
    """Return seed, target, maximum iterations and, with validation patterns, the patience."""
    start = experiment.start
    seed = start.seed if isinstance(start, SeededStart) else None
    target, iterations = experiment.stopping.target_sse, experiment.stopping.max_iterations
    limit = most_iterations(experiment.rule)
    fields = [
        {
            **_number("seed", "Weights seed", seed, _SEED, 0, MAX_SEED, 1),
            "empty": "set by hand",
        },
        _number("target_sse", "Target SSE", target, "", 0, 1e9),
        _number("max_iterations", "Maximum iterations", iterations, "", 1, limit, 1),
    ]
    if experiment.parts().validation is not None:
        patience = experiment.stopping.patience
        fields.append(_number("patience", "Patience", patience, _PATIENCE, 0, MAX_ITERATIONS, 1))
    return fields


def _field(experiment: Experiment, option: Option) -> Json:
    value = experiment.settings.get(option.name, option.default)
    if isinstance(option.default, bool):
        return {
            "name": option.name, "label": option.short_label, "checked": value,
            "hint": option.help, "term": _TERMS.get(option.name, ""),
        }  # fmt: skip
    if isinstance(option.default, str):
        return {
            "name": option.name, "label": option.short_label, "value": value, "hint": option.help,
            "term": _TERMS.get(option.name, ""),
            "choices": [[choice, option.choice_title(choice)] for choice in option.choices],
        }  # fmt: skip
    step = 1 if isinstance(option.default, int) else None
    return _number(
        option.name, option.short_label, value, option.help, option.low, option.high, step
    )


def _number(
    name: str,
    label: str,
    value: float | None,
    hint: str,
    low: float | None = None,
    high: float | None = None,
    step: float | None = None,
) -> Json:
    return {
        "name": name, "label": label, "value": value, "low": low, "high": high, "step": step,
        "hint": hint, "term": _TERMS.get(name, ""),
    }  # fmt: skip
