"""Engines: training loops that several learning rules share.

`first_order` runs all first-order rules in one compiled loop; `python_loop` runs rules whose
iterations are long enough for a loop in Python; `gauss_newton` sums and solves the normal equations
for LM, block LM and L-BFGS; `signal_graph` lays a network out for backward signals; `local_groups`
divides a network into groups that are trained separately; `time_slices` records the trace and the
computing time of a training that runs in slices; `clock` measures computing time.
"""
