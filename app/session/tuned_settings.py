"""Settings with which a rule starts on a problem, where they suit it better than its defaults."""

from __future__ import annotations

from typing import Any, Final

from nbn_core.experiment import Experiment, ProblemData
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
