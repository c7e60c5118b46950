"""Clock of computing time: the CPU time of the thread, if its resolution is fine enough.

CPU time excludes waiting for a processor that other threads use, such as lanes of a race, or other
users of a shared server. On systems whose thread clock is too coarse for a training of five
milliseconds, elapsed time is used instead.
"""

from __future__ import annotations

import time

_COARSEST = 1e-5


def _fine() -> bool:
    try:
        return time.get_clock_info("thread_time").resolution <= _COARSEST
    except ValueError:  # this system has no thread clock
        return False


computing = time.thread_time if _fine() else time.perf_counter
"""Computing time in seconds; only differences between two calls in one thread are meaningful."""
