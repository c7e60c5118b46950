"""Continuing: what NBN carries from one iteration to the next beside the weights.

Two numbers: mu, and for the line search the part of the last step that was taken. A trace has the
mu of every accepted attempt and how many attempts there were; both numbers follow from these.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from nbn_core.kernels import step_control
from nbn_core.rules.damping import Damping
from nbn_core.rules.nbn import NBN, damping_of
from nbn_core.trace import Trace


class Continuation(NamedTuple):
    """mu of the next attempt, and the part of the last step that was taken."""

    mu: float
    part: float = 1.0


def continuation(trace: Trace, k: int, settings: Mapping[str, Any] | None = None) -> Continuation:
    """Find with what NBN goes on from row k of its trace.

    Parameters
    ----------
    trace : Trace
        From iteration 0 on.
    k : int
        A row.
    settings : mapping, optional
        Of the rule.

    Returns
    -------
    Continuation
        The mu of row 0 at the start; later what the control made of the accepted attempt.
    """
    damping = damping_of(NBN().settings(settings or {}))
    start = float(trace.mu[0])
    now = Continuation(start if start > 0 else damping.mu_start)
    for mu, attempts in zip(
        trace.mu[1 : k + 1].tolist(), trace.attempts[1 : k + 1].tolist(), strict=True
    ):
        now = _after(damping, now, mu, attempts)
    return now


def _after(damping: Damping, before: Continuation, mu: float, attempts: int) -> Continuation:
    """Follow one accepted iteration, as `nbn_core.kernels.step_control` does."""
    if damping.control == "published":
        return Continuation(max(mu / damping.factor, damping.mu_min))
    part = _part(damping, before, mu, attempts)
    if damping.control == "best_step" and part == 1.0:
        return Continuation(
            max(mu * step_control.MU_WHOLE_STEP, damping.mu_min, step_control.SEARCH_MU_MIN), part
        )
    if part > step_control.LONG_STEP:
        return Continuation(
            max(mu * step_control.MU_SHRINK, damping.mu_min, step_control.SEARCH_MU_MIN), part
        )
    return Continuation(
        min(mu * step_control.MU_GROW, damping.mu_max, step_control.SEARCH_MU_MAX), part
    )


def _part(damping: Damping, before: Continuation, mu: float, attempts: int) -> float:
    """Tell the accepted part of the step from the number of attempts."""
    # A mu refused took 13 attempts, or one if nothing could be solved: what is left over of 12 are
    # those made with the accepted mu.
    refused = round(math.log(mu / before.mu) / math.log(damping.factor))
    if damping.control == "best_step":  # the last attempt was the first that was not better
        return 0.5 ** ((attempts - refused - 2) % step_control.MAX_HALVINGS)
    first = 1.0 if refused else min(1.0, 2.0 * before.part)
    return first * 0.5 ** ((attempts - refused - 1) % step_control.MAX_HALVINGS)
