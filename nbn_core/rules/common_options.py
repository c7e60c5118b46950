"""Options that several rules have in common, and functions that use their values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from nbn_core.rules.damping import ATTEMPTS_MOST, Damping
from nbn_core.rules.engines.optimiser_settings import OPTIMISERS, momentum_of
from nbn_core.rules.option import Option

NOISE_SEED: Final = Option(
    "noise_seed", "Random seed", 0, 0, 2**53 - 1,
    help="Controls shuffling and noise. The starting weights have a seed of their own.",
)  # fmt: skip
BATCH_SIZE: Final = Option(
    "batch_size", "Batch size", 0, 0, 10**9, main=True,
    help="Patterns between two changes of the weights: 1 changes them after every pattern, 0 once "
    "after all patterns.",
)  # fmt: skip
SHUFFLED: Final = Option(
    "shuffled", "Shuffle every epoch", True,
    help="Draw a new order of the patterns for every epoch. Without effect on a batch of all "
    "patterns.",
)  # fmt: skip
OPTIMISER: Final = Option(
    "optimiser", "Optimizer", "adam", choices=tuple(OPTIMISERS),
    choice_titles=("Plain descent", "Momentum", "Adam", "iRprop−"),
    help="How the rule's gradient estimate becomes a change of the weights.",
)  # fmt: skip
MOMENTUM: Final = Option(
    "momentum", "Momentum", 0.9, 0.0, 0.9999,
    help="Share of the previous step, or of Adam's mean gradient, that is kept. Used by the "
    "optimizers Momentum and Adam.",
)  # fmt: skip
PLAIN_MOMENTUM_HELP: Final = "Share of the previous step that is added to the next one."

# Options of the rules on `nbn_core.rules.engines.first_order` that have a choice of optimizer
OPTIMISATION: Final = (OPTIMISER, MOMENTUM, BATCH_SIZE, SHUFFLED, NOISE_SEED)

DAMPING: Final = (
    Option(
        "mu_start", "Initial damping μ", 1e-2, 1e-300, 1e300, short="Initial μ",
        help="Damping of the first attempt.",
    ),
    Option(
        "mu_min", "Minimum μ", 1e-15, 1e-300, 1e300,
        help="μ is not reduced below this value.",
    ),
    Option(
        "mu_max", "Maximum μ", 1e15, 1e-300, 1e300,
        help="Training ends when μ would have to exceed this value.",
    ),
    Option(
        "factor", "Damping factor", 10.0, 1.0, 1e6,
        help="μ is multiplied by it when no attempt lowered the SSE.",
    ),
    Option(
        "max_attempts", "Maximum attempts per iteration", 30, 1, ATTEMPTS_MOST,
        short="Attempts",
        help="Values of μ tried in one iteration before training ends.",
    ),
)  # fmt: skip


def damping(settings: Mapping[str, Any]) -> Damping:
    """Return the damping of these settings; SettingError if mu is not between its limits."""
    return Damping(**{option.name: settings[option.name] for option in DAMPING})


def optimisation(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of a `DescentPlan` that `OPTIMISATION` and the learning rate decide."""
    return {
        "optimiser": settings["optimiser"],
        "rate": settings["rate"],
        "momentum": momentum_of(settings),
        "batch": settings["batch_size"],
        "shuffled": settings["shuffled"],
        "key": settings["noise_seed"],
    }


def rate_option(default: float, most: float = 1e3) -> Option:
    """Return the option of a learning rate."""
    return Option(
        "rate", "Learning rate", default, 1e-12, most, main=True,
        help="Length of a step, in units of the gradient.",
    )  # fmt: skip
