"""Settings of optimisers and batches, translated for the kernels that train in epochs.

`nbn_core.kernels.epochs` and `nbn_core.kernels.optimisers` name the places of the numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from nbn_core.kernels import epochs, optimisers
from nbn_core.trace import EVERY
from nbn_core.types import FloatArray, IntArray

OPTIMISERS = {
    "sgd": optimisers.MOMENTUM,
    "momentum": optimisers.MOMENTUM,
    "adam": optimisers.ADAM,
    "rprop": optimisers.RPROP,
}
# Steps of Rprop
FIRST_STEP: Final = 0.1
MIN_STEP: Final = 1e-6
MAX_STEP: Final = 50.0
# Constants of Adam
SECOND_MOMENT_DECAY: Final = 0.999
EPSILON: Final = 1e-8


def kernel_options(
    optimiser: str, batch: int, shuffled: bool, key: int, n_patterns: int
) -> IntArray:
    """Return the choices that every first-order kernel reads.

    Parameters
    ----------
    optimiser : str
        Optimiser, a key of `OPTIMISERS`.
    batch : int
        Number of patterns in a batch; 0 for all.
    shuffled : bool
        Whether the patterns are shuffled every epoch, if there is more than one batch.
    key : int
        Key of all random numbers.
    n_patterns : int
        Number of patterns P.

    Returns
    -------
    (N_OPTIONS,) int64
        Choices by place, see `nbn_core.kernels.epochs`; 0 for all others.
    """
    size = n_patterns if batch == 0 else min(batch, n_patterns)
    choices = np.zeros(epochs.N_OPTIONS, dtype=np.int64)
    choices[epochs.OPTIMISER] = OPTIMISERS[optimiser]
    choices[epochs.BATCH_SIZE] = size
    choices[epochs.SHUFFLED] = shuffled and size < n_patterns
    choices[epochs.KEY] = key
    choices[epochs.EVERY] = EVERY
    return choices


def optimiser_constants(rate: float, momentum: float, target_sse: float) -> FloatArray:
    """Return the constants that every first-order kernel reads.

    Parameters
    ----------
    rate : float
        Learning rate; for Rprop the first step.
    momentum : float
        Momentum, or Adam's decay b1 of the first moment.
    target_sse : float
        SSE at which to stop.

    Returns
    -------
    (N_SETTINGS,) float64
        Constants by place, see `nbn_core.kernels.optimisers`; 0 for all others.
    """
    constants = np.zeros(optimisers.N_SETTINGS)
    constants[optimisers.RATE] = rate
    constants[optimisers.INERTIA] = momentum
    constants[optimisers.SECOND] = SECOND_MOMENT_DECAY
    constants[optimisers.EPSILON] = EPSILON
    constants[optimisers.MIN_STEP] = MIN_STEP
    constants[optimisers.MAX_STEP] = MAX_STEP
    constants[optimisers.TARGET_SSE] = target_sse
    return constants


def rule_options(settings: Mapping[str, Any], n_patterns: int) -> IntArray:
    """Return `kernel_options` from the settings of a rule with the common options.

    Parameters
    ----------
    settings : mapping
        Checked settings: optimiser, batch_size, shuffled, noise_seed.
    n_patterns : int
        Number of patterns P.

    Returns
    -------
    (N_OPTIONS,) int64
        Choices by place.
    """
    return kernel_options(
        settings["optimiser"], settings["batch_size"], settings["shuffled"],
        settings["noise_seed"], n_patterns,
    )  # fmt: skip


def rule_constants(settings: Mapping[str, Any], target_sse: float) -> FloatArray:
    """Return `optimiser_constants` from the settings of a rule with the common options.

    Parameters
    ----------
    settings : mapping
        Checked settings: rate, optimiser, momentum; plain gradient descent has no momentum.
    target_sse : float
        SSE at which to stop.

    Returns
    -------
    (N_SETTINGS,) float64
        Constants by place.
    """
    return optimiser_constants(settings["rate"], momentum_of(settings), target_sse)


def momentum_of(settings: Mapping[str, Any]) -> float:
    """Return the momentum that settings ask for: none for plain gradient descent."""
    return 0.0 if settings["optimiser"] == "sgd" else settings["momentum"]


def new_counters(n_counters: int = epochs.N_COUNTERS) -> IntArray:
    """Return the counters of a kernel before its first iteration."""
    counters = np.zeros(n_counters, dtype=np.int64)
    counters[epochs.EVALUATIONS] = 1
    return counters
