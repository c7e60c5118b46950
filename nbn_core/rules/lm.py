"""Levenberg-Marquardt with a stored Jacobian: the reference for NBN.

All P M rows of J are stored, then multiplied: Q = J'J, g = J'e, and

    (Q + mu I) dw = -g

with the published control of mu. NBN sums the same Q and g row by row and never stores J: the steps
of both agree up to rounding errors, but this rule stores P M N numbers.

References
----------
Hagan & Menhaj, IEEE Trans. Neural Networks 5(6), 989-993, 1994.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nbn_core.data import Dataset
from nbn_core.network import Topology
from nbn_core.rules.base import SECOND_ORDER, Uses
from nbn_core.rules.common_options import DAMPING, damping
from nbn_core.rules.engines.gauss_newton import train_damped
from nbn_core.rules.engines.normal_equations import Equations
from nbn_core.rules.engines.python_loop import LoopState
from nbn_core.rules.families import PythonRule

JACOBIAN_MOST = 2**25  # maximum numbers in the Jacobian: 256 MB


class LM(PythonRule):
    """Levenberg-Marquardt with a stored Jacobian and the published step control.

    Solves (J'J + mu I) dw = -J'e with all P M rows of J in memory. Hagan & Menhaj, IEEE Trans.
    Neural Networks 5, 1994.
    """

    name = "lm"
    title = "Levenberg–Marquardt, stored Jacobian"
    abbreviation = "LM, Jacobian stored"
    family = SECOND_ORDER
    options = DAMPING
    uses = Uses(weight_transpose=True)
    weighs = True
    usual_iterations = 500
    kernels = "lm"
    meant_for = "Any wiring, as long as the Jacobian fits into memory."

    def refuses(self, topology: Topology, dataset: Dataset) -> str | None:
        """Refuse a Jacobian that is too large to store."""
        size = dataset.n_patterns * dataset.n_outputs * topology.n_weights
        if size <= JACOBIAN_MOST:
            return None
        return (
            f"Storing this Jacobian would take {size * 8 / 2**20:.0f} MB: "
            "use NBN, which does not store it, or fewer patterns."
        )

    def walk(
        self, state: LoopState, target_sse: float, settings: Mapping[str, Any]
    ) -> Iterator[None]:
        """Store J, form Q and g, and solve with damping."""
        equations = Equations(state.objective, stored=True)
        return train_damped(state, equations, target_sse, damping(settings))
