"""The objective: SSE, gradient and quasi-Hessian of a network on its data.

`objective` holds the class `Objective`; `methods` chooses one of three ways to sum the
quasi-Hessian by counting multiplications; `pair_plan` plans the third way, by pairs of neurons;
`weighting` checks pattern weights and frozen weights; `units` measures the scale of the data, and
draws starting weights that suit it; `shared_start` takes over those of another network.
"""

from nbn_core.objective.objective import NormalEquations, Objective
from nbn_core.objective.shared_start import SharedStart, shared_start
from nbn_core.objective.units import (
    scaled_start,
    starting_weights,
    starting_weights_of,
    weight_units,
)

__all__ = [
    "NormalEquations",
    "Objective",
    "SharedStart",
    "scaled_start",
    "shared_start",
    "starting_weights",
    "starting_weights_of",
    "weight_units",
]
