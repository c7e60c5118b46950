"""Engines: training loops of learning rules, apart from the settings and limits of each rule.

`first_order` runs all first-order rules in one compiled loop; `forward_forward` runs the rule of
that name; `python_loop` runs rules whose iterations are long enough for a loop in Python;
`normal_equations` sums and solves the normal equations for LM, block LM and cascade correlation,
and `gauss_newton` is the loop of the first two;
`optimiser_settings` translates settings of optimisers and batches; `signal_graph` lays a network
out for backward signals; `local_groups` divides a network into groups that are trained separately;
`compiled_trials` runs many trials of NBN in one compiled call; `time_slices` records the trace and
the computing time of a training that runs in slices; `clock` measures computing time.
"""
