"""The clock that computing time is measured with: that of the thread, where it is fine enough.

What a thread computes is counted, not how long it had to wait for a processor that others were
using: lanes of a race, thirty students on two cores. Where the system counts a thread's time in
steps too coarse for a training of five milliseconds, the time on the wall has to do.
"""

from __future__ import annotations

import time

_COARSEST = 1e-5


def _fine() -> bool:
    try:
        return time.get_clock_info("thread_time").resolution <= _COARSEST
    except ValueError:  # this system has none
        return False


computing = time.thread_time if _fine() else time.perf_counter
"""Seconds of computing; only differences between two calls in one thread mean anything."""
