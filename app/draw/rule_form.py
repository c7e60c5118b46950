"""The form of the learning rule: its fields as JSON values, and what a change of one means."""

from __future__ import annotations

from typing import Final

from app.session.limits import most_iterations
from nbn_core.errors import SettingError
from nbn_core.experiment import MAX_ITERATIONS, Experiment, SeededStart
from nbn_core.generators import MAX_SEED
from nbn_core.types import Json

_CONTROL: Final = {
    "best_step": "Best step",
    "line_search": "Line search",
    "published": "Published \u00d710 \u00f710",
}
_MATRIX: Final = {
    "max_diagonal": "Scaled",
    "levenberg": "Levenberg",
    "marquardt": "Marquardt",
}
_METHOD: Final = {
    "auto": "Automatic",
    "forward": "Forward only",
    "backward": "Forward, back",
    "blocks": "Pairs of neurons",
}
_CHOICES: Final = {
    "control": (
        "Step control", _CONTROL,
        "Best step: the step is halved for as long as the error goes on falling. Line search: "
        "until the error falls. Published: the whole step, or none and ten times the damping.",
    ),
    "matrix": (
        "Damping", _MATRIX,
        "What \u03bc is multiplied by before it is added to the diagonal of Q. Scaled: the largest "
        "number there. Levenberg: 1. Marquardt: for each weight its own number there.",
    ),
    "method": (
        "Sums for Q", _METHOD,
        "Ways to the same numbers: forward only (2010), forward and back (2008), or by pairs of "
        "neurons. Automatic takes the one with the least work.",
    ),
}  # fmt: skip
_NUMBERS: Final = {
    "mu_start": ("Start \u03bc", "Damping of the first attempt"),
    "factor": ("Factor", "\u03bc is multiplied by it where nothing better was found"),
    "mu_min": ("Least \u03bc", "\u03bc never falls below"),
    "mu_max": ("Largest \u03bc", "Training ends when \u03bc would rise above"),
    "max_attempts": ("Attempts", "Values of \u03bc tried in one iteration"),
}
_PATIENCE: Final = (
    "Iterations without a better SSE of the validation patterns after which training stops early "
    "and shows where they were best. 0: it never stops early."
)
# What no longer suits when another is chosen, and is then left to the rule
_SUITED: Final = {"control": ("matrix", "mu_start"), "matrix": ("mu_start",), "method": ()}


def rule_fields(experiment: Experiment) -> list[Json]:
    """Seed, target, most iterations, and where there are validation patterns the patience."""
    start = experiment.start
    seed = start.seed if isinstance(start, SeededStart) else 0
    target, most = experiment.stopping.target_sse, experiment.stopping.max_iterations
    limit = most_iterations(experiment.rule)
    fields = [
        _number("seed", "Weights seed", seed, "Draws the starting weights", 0, MAX_SEED, 1),
        _number("target_sse", "Target SSE", target, "Solved at or under it", 0, 1e9),
        _number("max_iterations", "Most iterations", most, "", 1, limit, 1),
    ]
    if experiment.parts().validation is not None:
        patience = experiment.stopping.patience
        fields.append(_number("patience", "Patience", patience, _PATIENCE, 0, MAX_ITERATIONS, 1))
    return fields


def control_fields(experiment: Experiment) -> list[Json]:
    """The step control, if the rule is NBN."""
    return [_choice(experiment, "control")] if experiment.rule == "nbn" else []


def advanced_fields(experiment: Experiment) -> list[Json]:
    """Damping, and how Q is summed, if the rule is NBN."""
    if experiment.rule != "nbn":
        return []
    numbers = _numbers(experiment)
    return [_choice(experiment, "matrix"), *numbers, _choice(experiment, "method")]


def settings_with(experiment: Experiment, name: str, value: str) -> Json:
    """Choose one of the words of the form; numbers that went with another are left to the rule."""
    if experiment.rule != "nbn" or name not in _CHOICES:
        raise SettingError("There is no such setting.")
    kept = {k: v for k, v in experiment.settings.items() if k not in _SUITED[name]}
    return {**kept, name: value}


def _numbers(experiment: Experiment) -> list[Json]:
    values = experiment.settings
    return [_number(name, label, values[name], hint) for name, (label, hint) in _NUMBERS.items()]


def _choice(experiment: Experiment, name: str) -> Json:
    label, titles, hint = _CHOICES[name]
    value = experiment.settings.get(name, "auto")
    return {
        "name": name, "label": label, "value": value, "hint": hint,
        "choices": [list(pair) for pair in titles.items()],
    }  # fmt: skip


def _number(
    name: str,
    label: str,
    value: float,
    hint: str,
    low: float | None = None,
    high: float | None = None,
    step: float | None = None,
) -> Json:
    return {
        "name": name, "label": label, "value": value, "low": low, "high": high, "step": step,
        "hint": hint,
    }  # fmt: skip
