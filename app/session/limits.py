"""What is too large for a page that thirty people share; `nbn_core` has no such limits."""

from __future__ import annotations

from typing import Final

from nbn_core.errors import SettingError
from nbn_core.experiment import Experiment
from nbn_core.rules import RULES, FirstOrder
from nbn_core.rules.forward_forward import ForwardForward
from nbn_core.rules.noprop import NoProp

MAX_WEIGHTS: Final = 2_000
MAX_PATTERNS: Final = 100_000
MAX_ITERATIONS: Final = 5_000
MAX_SPARSE: Final = 1_000_000  # of a rule that keeps some hundreds of them
MAX_LAYERS: Final = 20


def check_size(experiment: Experiment) -> None:
    """Refuse what is too large.

    Raises
    ------
    SettingError
        With the number and the limit.
    """
    weights = experiment.topology.n_weights
    if weights > MAX_WEIGHTS:
        raise SettingError(
            f"This network has {weights:,} weights; on this page {MAX_WEIGHTS:,} is the limit. "
            "Use fewer neurons, or nbn_core in a notebook, which has no limit."
        )
    patterns = sum(part.n_patterns for part in experiment.datasets() if part is not None)
    if patterns > MAX_PATTERNS:
        raise SettingError(
            f"This data has {patterns:,} patterns; on this page {MAX_PATTERNS:,} is the limit. "
            "Use fewer, or nbn_core in a notebook, which has no limit."
        )
    if experiment.stopping.max_iterations > most_iterations(experiment.rule):
        raise too_many_iterations(experiment.rule)


def keeps_few(rule: str) -> bool:
    """Whether a rule needs very many iterations and keeps some hundreds of them."""
    return isinstance(RULES[rule], FirstOrder | ForwardForward | NoProp)


def most_iterations(rule: str) -> int:
    """Limit the iterations: those that are all kept take memory."""
    return MAX_SPARSE if keeps_few(rule) else MAX_ITERATIONS


def too_many_iterations(rule: str) -> SettingError:
    """Say that there is a limit of iterations."""
    return SettingError(f"On this page {most_iterations(rule):,} iterations is the limit.")
