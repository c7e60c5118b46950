"""Size limits of the web app, which many people share. `nbn_core` itself has none."""

from __future__ import annotations

import os
from typing import Final

from nbn_core.errors import SettingError
from nbn_core.experiment import Experiment
from nbn_core.rules import RULES

MAX_WEIGHTS: Final = 2_000
MAX_PATTERNS: Final = 100_000
MAX_ITERATIONS: Final = 5_000
MAX_SPARSE_ITERATIONS: Final = 1_000_000  # for rules that keep only a few hundred trace rows
MAX_LAYERS: Final = 20


def most_tabs() -> int:
    """Return how many browser tabs the server has room for.

    `NBN_LAB_TABS` sets the number. By default it is 500, or what the limit of open files allows:
    a tab takes up to five.
    """
    given = os.environ.get("NBN_LAB_TABS", "")
    if given.isdecimal() and int(given):
        return int(given)
    return max(1, min(500, (_most_files() - 100) // 5))


def _most_files() -> int:
    try:
        import resource
    except ImportError:  # not on Windows
        return 8_192
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def check_size(experiment: Experiment) -> None:
    """Refuse an experiment that is too large.

    Raises
    ------
    SettingError
        If weights, patterns or maximum iterations exceed a limit.
    """
    weights = experiment.topology.n_weights
    if weights > MAX_WEIGHTS:
        raise SettingError(
            f"This network has {weights:,} weights, but the app allows at most {MAX_WEIGHTS:,}: "
            "use fewer neurons, or nbn_core in a notebook, which has no limit."
        )
    patterns = sum(part.n_patterns for part in experiment.datasets() if part is not None)
    if patterns > MAX_PATTERNS:
        raise SettingError(
            f"This data has {patterns:,} patterns, but the app allows at most {MAX_PATTERNS:,}: "
            "use fewer, or nbn_core in a notebook, which has no limit."
        )
    if experiment.stopping.max_iterations > most_iterations(experiment.rule):
        raise too_many_iterations(experiment.rule)


def most_iterations(rule: str) -> int:
    """Return the maximum iterations of a rule: a trace that keeps every one takes memory."""
    return MAX_SPARSE_ITERATIONS if RULES[rule].sparse_trace else MAX_ITERATIONS


def too_many_iterations(rule: str) -> SettingError:
    """Return the error that names the maximum iterations of a rule."""
    return SettingError(
        f"The app allows at most {most_iterations(rule):,} iterations: enter a smaller number, or "
        "use nbn_core in a notebook, which has no limit."
    )
