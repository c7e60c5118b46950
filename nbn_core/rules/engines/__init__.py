"""Engines: training loops of learning rules, apart from the settings and limits of each rule.

`nbn` runs NBN, and `compiled_trials` many trials of it in one compiled call; `first_order` runs all
first-order rules in one compiled loop; `forward_forward` runs the rule of that name; `python_loop`
runs rules whose iterations are long enough for a loop in Python. `normal_equations` computes and
solves the normal equations for LM, block LM and cascade correlation, and `gauss_newton` is the loop
of the first two. Shared pieces: `optimiser_settings` translates settings of optimisers and batches,
`signal_graph` lays a network out for backward signals, `local_groups` divides it into groups that
are trained separately, `time_slices` records the trace and the computing time of a training that
runs in slices, `clock` measures computing time.
"""
