"""The compiled loops, and nothing else: the only place that imports numba.

Kernels take plain arrays, trust what they are given, raise nothing and allocate nothing inside
their loops. They release the interpreter's lock and never start threads. Results do not depend on
the machine: sums run in a fixed order and the exponential is our own.
"""

from nbn_core.kernels.cache import kernel_cache

with kernel_cache():
    from nbn_core.kernels import (
        accumulate,
        activations,
        backprop,
        backward,
        blocks,
        cascade,
        curvature,
        denoising,
        descent,
        evaluate,
        forward,
        forward_forward,
        goodness,
        levenberg,
        linear,
        noise,
        optimisers,
        pairs,
        signals,
        stepping,
        sums,
        trials,
        vectors,
    )

__all__ = [
    "accumulate",
    "activations",
    "backprop",
    "backward",
    "blocks",
    "cascade",
    "curvature",
    "denoising",
    "descent",
    "evaluate",
    "forward",
    "forward_forward",
    "goodness",
    "levenberg",
    "linear",
    "noise",
    "optimisers",
    "pairs",
    "signals",
    "stepping",
    "sums",
    "trials",
    "vectors",
]
