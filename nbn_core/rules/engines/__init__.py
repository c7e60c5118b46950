"""Engines: what several learning rules share to run.

`first_order` runs every rule that follows a signal down, in one compiled loop; `python_loop` runs
rules whose iterations are long enough to be led from Python; `gauss_newton` sums and solves the
normal equations for LM, block LM and L-BFGS; `signal_graph` is the network as backward signals see
it; `local_groups` is the network in groups that learn apart; `time_slices` keeps the rows of a
trace and the computing time while a training runs in slices; `clock` is what computing time is
measured with.
"""
