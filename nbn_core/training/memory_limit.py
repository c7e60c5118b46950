"""Refusal of networks whose quasi-Hessian does not fit into memory, before memory is taken."""

from __future__ import annotations

import math
import os
from contextlib import suppress

from nbn_core.errors import SettingError
from nbn_core.network import Topology
from nbn_core.rules import RULES
from nbn_core.rules.base import SECOND_ORDER

MATRICES = 2  # the quasi-Hessian and its factor
USABLE = 0.9  # share of the memory that one training may take
_CGROUP = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def memory_limit() -> float:
    """Return the bytes that this process may take: of the machine, its group, or its own limit.

    Returns
    -------
    float
        Number of bytes; infinite if none of the limits is known.
    """
    limits = [math.inf]
    with suppress(AttributeError, OSError, ValueError):  # not on Windows
        limits.append(float(os.sysconf("SC_PAGE_SIZE")) * os.sysconf("SC_PHYS_PAGES"))
    with suppress(ImportError):  # not on Windows
        import resource

        soft, _ = resource.getrlimit(resource.RLIMIT_AS)
        if soft != resource.RLIM_INFINITY:
            limits.append(float(soft))
    for place in _CGROUP:
        try:
            with open(place, encoding="ascii") as file:
                limits.append(float(file.read().strip().replace("max", "inf")))
        except (OSError, ValueError):
            continue
    return min(limit for limit in limits if limit > 0)


def check_memory(topology: Topology, rule: str) -> None:
    """Raise SettingError if a second-order rule would need more memory than there is.

    Parameters
    ----------
    topology : Topology
        Network to train.
    rule : str
        Learning rule, a key of `RULES`.

    Raises
    ------
    SettingError
        If the matrices over its weights do not fit; the message names their size.
    """
    if RULES[rule].family != SECOND_ORDER:
        return
    n = topology.n_weights
    need, most = 8.0 * MATRICES * n * n, USABLE * memory_limit()
    if need > most:
        raise SettingError(
            f"This network has {n:,} weights: {RULES[rule].title} keeps {MATRICES} matrices of "
            f"{n:,} x {n:,} numbers, {need / 1e9:.3g} GB, and there are {most / 1e9:.3g} GB. Use "
            "fewer neurons or inputs, or a first-order rule such as adam or lbfgs."
        )
