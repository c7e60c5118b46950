"""The objective: SSE, gradient and quasi-Hessian of a network on its data.

`objective` is what everything else uses; `methods` chooses one of three ways to the quasi-Hessian
by counting multiplications; `pair_plan` plans the third of them, pair by pair of neurons;
`weighting` handles pattern weights and frozen weights.
"""

from nbn_core.objective.objective import NormalEquations, Objective

__all__ = ["NormalEquations", "Objective"]
