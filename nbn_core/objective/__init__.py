"""The objective: SSE, gradient and quasi-Hessian of a network on its data.

`objective` holds the class `Objective`; `methods` chooses one of three ways to sum the
quasi-Hessian by counting multiplications; `pair_plan` plans the third way, by pairs of neurons;
`weighting` checks pattern weights and frozen weights.
"""

from nbn_core.objective.objective import NormalEquations, Objective

__all__ = ["NormalEquations", "Objective"]
