"""Settings with which a rule starts on a problem, where they suit it better than its defaults."""

from __future__ import annotations

from typing import Any, Final

from nbn_core.experiment import Experiment, OwnData, ProblemData, Stopping
from nbn_core.rules import RULES

# EBP has TensorFlow Playground's own training on its problems; the others are the best of a few on
# seeds that no test uses.
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


def tuned(experiment: Experiment, name: str) -> dict[str, Any]:
    """Return the settings of a rule, by its name, that differ from its defaults on this problem."""
    data = experiment.data
    problem = data.name if isinstance(data, ProblemData) else ""
    given = TUNED.get(problem, {}).get(name, {})
    own = {option.name: option.default for option in RULES[name].options}
    return {key: value for key, value in given.items() if own.get(key) != value}


MAX_ITERATIONS_OWN: Final = 300  # noise in measured data can put any target out of reach


def usual_iterations(data: ProblemData | OwnData, rule: str) -> int:
    """Return the maximum iterations with which a rule, by its name, starts on this data."""
    if isinstance(data, ProblemData):
        suggested = Stopping(0.0).max_iterations
        return suggested if rule == "nbn" else RULES[rule].usual_iterations
    usual = RULES[rule].usual_iterations
    return usual if RULES[rule].sparse_trace else min(usual, MAX_ITERATIONS_OWN)


def iterations_with(now: Experiment, data: ProblemData | OwnData) -> int:
    """Return the maximum iterations with other data: a number that the reader set stays."""
    mine = now.stopping.max_iterations
    usual = usual_iterations(now.data, now.rule)
    return usual_iterations(data, now.rule) if mine == usual else mine
