"""The status codes that every compiled training loop writes into its counters.

A loop starts as RUNNING and stays so until it ends by itself; `nbn_core.rules.engines.time_slices`
translates each code into a public `StopReason`.
"""

RUNNING, SOLVED, NO_PROGRESS, DAMPING_LIMIT, DIVERGED, CONVERGED, PLATEAU = range(7)
