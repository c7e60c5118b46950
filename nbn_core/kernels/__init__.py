"""Kernels: the compiled loops, in the only package that imports numba.

Kernels take plain arrays, do not validate them, raise no exceptions and allocate nothing inside
their loops. They release the interpreter's lock and never start threads. Results do not depend on
the machine: sums run in a fixed order, and the exponential is computed here, not by a library.

A kernel has the name of the module it serves: `nbn`, `gauss_newton`, `first_order`,
`forward_forward`, `noprop`, `cascade_correlation`, `trials`, `pair_sums` (for `pair_plan`),
`step_control` (for `damping`), `curvature` (for `exact_hessian`). Shared pieces: `forward` and
`backward` passes, `accumulate` and `sums` for Q and g, `evaluate` for outputs and SSE; `backprop`,
`signals` and `directions` for the direction of a first-order rule, `goodness` and `denoising` for
one block of Forward-Forward and of NoProp, `optimisers`, and `epochs` for what loops over epochs
share; `records` that all kernels share, `status` codes, `activations`, `linear` for small systems,
`vectors` of eight numbers, `noise` for random numbers, `memory` for aligned arrays. `cache` keeps
compiled code and `interpreted` runs the same code without compiling.
"""

from nbn_core.kernels.cache import kernel_cache

with kernel_cache():
    from nbn_core.kernels import (
        accumulate,
        activations,
        backprop,
        backward,
        cascade_correlation,
        curvature,
        denoising,
        directions,
        epochs,
        evaluate,
        first_order,
        forward,
        forward_forward,
        gauss_newton,
        goodness,
        linear,
        nbn,
        noise,
        noprop,
        optimisers,
        pair_sums,
        records,
        signals,
        status,
        step_control,
        sums,
        trials,
        vectors,
    )

__all__ = [
    "accumulate",
    "activations",
    "backprop",
    "backward",
    "cascade_correlation",
    "curvature",
    "denoising",
    "directions",
    "epochs",
    "evaluate",
    "first_order",
    "forward",
    "forward_forward",
    "gauss_newton",
    "goodness",
    "linear",
    "nbn",
    "noise",
    "noprop",
    "optimisers",
    "pair_sums",
    "records",
    "signals",
    "status",
    "step_control",
    "sums",
    "trials",
    "vectors",
]
